"""What a tool told, as a store can hold it."""

from collections.abc import Sequence
from typing import Any

import msgspec

from alongside.bridges.port import Anything, Arrived, Commanded, Said, encoded


def storable(arrived: Sequence[Arrived]) -> Sequence[Arrived]:
    """Without the one sign that PostgreSQL cannot hold. Nobody types it, and an id with it is nobody's."""
    if _NUL not in encoded(arrived):
        return arrived
    return msgspec.convert(_without_nul(msgspec.to_builtins(arrived)), list[Arrived], strict=False)


_NUL = rb"\u0000"


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "\N{REPLACEMENT CHARACTER}")
    if isinstance(value, list | tuple):
        return [_without_nul(one) for one in value]
    if isinstance(value, dict):
        return {_without_nul(name): _without_nul(one) for name, one in value.items()}
    return value


def is_act(event: Anything) -> bool:
    return isinstance(event, Commanded) or (isinstance(event, Said) and event.is_to_us)
