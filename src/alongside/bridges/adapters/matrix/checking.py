"""Whether everything is as it has to be, step by step, in the order in which one sets it up."""

from collections.abc import AsyncIterator, Awaitable, Callable

from alongside.bridges.adapters.matrix.fields import texts_at
from alongside.bridges.adapters.matrix.wire import Wire
from alongside.bridges.port import Check, Permanent, Temporary


async def checks(wire: Wire, *, account: str, administrator: str) -> AsyncIterator[Check]:
    """Each step; the last is the first that fails of those without which nothing after it can be tried."""
    for what, step, mend in (
        (
            "The homeserver answers",
            lambda: _homeserver(wire),
            "See whether the address is right and reached from here.",
        ),
        (
            "The account can sign in",
            lambda: _account(wire, account),
            "Make a new access token for the account, or set its password anew.",
        ),
        ("It hears what is said", lambda: _sync(wire), "See the homeserver's log for what is wrong with /sync."),
    ):
        found = await _stepped(what, step, mend)
        yield found
        if not found.is_well:
            return
    yield await _stepped("It can write to one person alone", lambda: _for_two(wire), "Let the account create rooms.")
    if administrator:
        mend = "Use the access token of an account that is a server admin in Synapse, or leave it out."
        yield await _stepped("It can ask who was deactivated", lambda: _asks(wire, administrator), mend)


async def _stepped(what: str, step: Callable[[], Awaitable[str]], mend: str) -> Check:
    try:
        problem = await step()
    except (Temporary, Permanent) as reason:
        problem = f"{mend} {reason}"
    return Check(what=what, is_well=not problem, mend=problem)


async def _homeserver(wire: Wire) -> str:
    found = await wire.get("_matrix", "client", "versions", base="")
    is_one = any(version.startswith("v1.") for version in texts_at(found, "versions"))
    return "" if is_one else "There is no Matrix homeserver at this address: use the one that clients connect to."


async def _account(wire: Wire, account: str) -> str:
    us = await wire.enter()
    if us == account:
        return ""
    return f"The token is one of {us}, not of {account}: use the account's own."


async def _sync(wire: Wire) -> str:
    only_newest = '{"room":{"timeline":{"limit":1},"state":{"types":[]}}}'
    await wire.get("sync", query={"timeout": "0", "set_presence": "offline", "filter": only_newest})
    return ""


async def _for_two(wire: Wire) -> str:
    """A room with nobody else in it, gone again at once."""
    room = await wire.create_for_two()
    try:
        is_encrypted = await wire.found("rooms", room, "state", "m.room.encryption") is not None
    finally:
        await wire.leave(room)
        await wire.forget(room)
    if not is_encrypted:
        return ""
    return (
        "The homeserver encrypts every new room, and Alongside cannot read encrypted ones: set "
        "encryption_enabled_by_default_for_room_type to off in homeserver.yaml."
    )


async def _asks(wire: Wire, administrator: str) -> str:
    await wire.as_administrator(administrator, "v2", "users", wire.us)
    return ""
