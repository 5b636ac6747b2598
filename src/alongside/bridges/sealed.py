"""What an administrator gave for a connection: sealed in the store, opened where the connection is."""

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings

from alongside.bridges.port import Adapter, RoomSeen
from alongside.bridges.queries import BridgeFacts, unscoped_account_name, unscoped_room_as_seen, unscoped_rooms_there
from alongside.bridges.registry import adapter_class
from alongside.kit.sealing import Sealing, sealing_in

_asking = ThreadPoolExecutor(1, thread_name_prefix="rooms of a bridge")


def sealing() -> Sealing:
    return sealing_in(settings.HOME)


def sealed(given: Mapping[str, str]) -> str:
    return sealing().sealed_secret(json.dumps(dict(given)))


def opened_settings(bridge: BridgeFacts) -> dict[str, str]:
    """Raises NoKey."""
    given: dict[str, str] = json.loads(sealing().opened_secret(bridge.sealed_settings))
    return given


class KnownHere:
    """What an adapter may ask about its own connection."""

    def __init__(self, bridge: BridgeFacts) -> None:
        self._bridge = bridge
        self._sealing = sealing()

    def rooms(self) -> list[str]:
        """Asked by adapters in the middle of what is async, so in a thread that may ask a store; some 1 ms."""
        return _asking.submit(unscoped_rooms_there, self._bridge.connection_id).result()

    def account_name(self, source_id: str) -> str:
        return _asking.submit(unscoped_account_name, self._bridge.connection_id, source_id).result()

    def room(self, source_id: str) -> RoomSeen | None:
        return _asking.submit(unscoped_room_as_seen, self._bridge.connection_id, source_id).result()

    def seal(self, text: str) -> str:
        return self._sealing.token(text, f"bridge {self._bridge.bridge_id}")

    def unseal(self, sealed_text: str) -> str | None:
        return self._sealing.text_of(sealed_text, f"bridge {self._bridge.bridge_id}")


def opened(bridge: BridgeFacts, given: Mapping[str, str] | None = None) -> Adapter:
    """An adapter for a connection. Raises UnknownKind and NoKey."""
    of_tool = adapter_class(bridge.kind)
    return of_tool(opened_settings(bridge) if given is None else given, KnownHere(bridge))
