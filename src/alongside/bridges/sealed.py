"""What an administrator gave for a connection: sealed in the store, opened where the connection is."""

import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.db import close_old_connections, connections

from alongside.bridges.port import Adapter, RoomSeen
from alongside.bridges.queries import BridgeFacts, unscoped_account_name, unscoped_room_as_seen, unscoped_rooms_there
from alongside.bridges.registry import adapter_class
from alongside.kit.sealing import Sealing, sealing_in

P = ParamSpec("P")
T = TypeVar("T")
_asking = ThreadPoolExecutor(1, thread_name_prefix="rooms of a bridge")


def sealing() -> Sealing:
    return sealing_in(settings.HOME)


def sealed(given: Mapping[str, str]) -> str:
    return sealing().sealed_secret(json.dumps(dict(given)))


def opened_settings(bridge: BridgeFacts) -> dict[str, str]:
    """Raises NoKey."""
    given: dict[str, str] = json.loads(sealing().opened_secret(bridge.sealed_settings))
    return given


def _asked(question: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """In the one thread that asks for adapters; a line to the store that broke is opened anew."""

    def answered() -> T:
        close_old_connections()
        return question(*args, **kwargs)

    return _asking.submit(answered).result()


def end_asking() -> None:
    """Its line to the store is closed; who asks again opens another."""
    _asking.submit(connections.close_all).result()


class KnownHere:
    """What an adapter may ask about its own connection."""

    def __init__(self, bridge: BridgeFacts) -> None:
        self._bridge = bridge
        self._sealing = sealing()

    def rooms(self) -> list[str]:
        """Asked by adapters in the middle of what is async, so in a thread that may ask a store; some 1 ms."""
        return _asked(unscoped_rooms_there, self._bridge.connection_id)

    def account_name(self, source_id: str) -> str:
        return _asked(unscoped_account_name, self._bridge.connection_id, source_id)

    def room(self, source_id: str) -> RoomSeen | None:
        return _asked(unscoped_room_as_seen, self._bridge.connection_id, source_id)

    def seal(self, text: str) -> str:
        return self._sealing.token(text, f"bridge {self._bridge.bridge_id}")

    def unseal(self, sealed_text: str) -> str | None:
        return self._sealing.text_of(sealed_text, f"bridge {self._bridge.bridge_id}")


def opened(bridge: BridgeFacts, given: Mapping[str, str] | None = None) -> Adapter:
    """An adapter for a connection. Raises UnknownKind and NoKey."""
    of_tool = adapter_class(bridge.kind)
    return of_tool(opened_settings(bridge) if given is None else given, KnownHere(bridge))
