"""What one has to know of an earlier event to understand a later one: of those last seen, or asked of the homeserver."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from alongside.bridges.adapters.matrix import parse
from alongside.bridges.adapters.matrix.fields import Fields, fields_at
from alongside.bridges.adapters.matrix.policy import Policy
from alongside.bridges.adapters.matrix.wire import Wire

MOST = 5_000
_DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Fact:
    """`context`: the message that its thread, or its chain of replies, began with. `about`: of a post of ours."""

    kind: str
    account: str
    at: datetime
    context: str
    root: str = ""
    reply_to: str = ""
    about: str = ""
    is_edit: bool = False


class Facts:
    def __init__(self, wire: Wire, policy: Policy, unseal: Callable[[str], str | None]) -> None:
        self._wire = wire
        self._policy = policy
        self._unseal = unseal
        self._seen: OrderedDict[tuple[str, str], Fact] = OrderedDict()

    async def of(self, room: str, event_id: str, *, depth: int = 0) -> Fact | None:
        """None for what is not there, not in this room, or not for us to see."""
        if not event_id.startswith("$"):
            return None
        if (known := self._seen.get((room, event_id))) is not None:
            self._seen.move_to_end((room, event_id))
            return known
        event = await self.event(room, event_id)
        return None if event is None else await self.note(room, event, depth=depth)

    async def event(self, room: str, event_id: str) -> Fields | None:
        event = await self._wire.found("rooms", room, "event", event_id)
        return event if event is not None and parse.head(event) is not None else None

    async def note(
        self, room: str, event: Fields, *, message: parse.Message | None = None, depth: int = 0
    ) -> Fact | None:
        """Remember an event that came by; `message`: what it says, when that is known already."""
        head = parse.head(event)
        if head is None:
            return None
        if (known := self._seen.get((room, head.id))) is not None:
            return known
        message = message or parse.message(event, self._policy, {})
        fact = Fact(
            kind=parse.kind(event),
            account=head.account,
            at=head.at,
            context=await self._context(room, head.id, message, depth),
            root=message.root if message else "",
            reply_to=message.reply_to if message else "",
            about=self._about(head.account, fields_at(event, "content")),
            is_edit=bool(message and message.replaces),
        )
        self._seen[room, head.id] = fact
        while len(self._seen) > MOST:
            self._seen.popitem(last=False)
        return fact

    async def _context(self, room: str, own: str, message: parse.Message | None, depth: int) -> str:
        if message is None or message.root:
            return message.root if message else own
        if not message.reply_to or depth >= _DEEPEST:
            return own
        answered = await self.of(room, message.reply_to, depth=depth + 1)
        return answered.context if answered else own

    def _about(self, account: str, content: Fields) -> str:
        """Only what we sent ourselves counts, and only what we sealed."""
        sealed = content.get(parse.ABOUT)
        if account != self._policy.us or not isinstance(sealed, str):
            return ""
        return self._unseal(sealed) or ""
