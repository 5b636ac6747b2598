"""What is said in a room, to events of the port. Each needs what came before it: whose it was, what it answers."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from alongside.bridges.adapters.matrix import parse
from alongside.bridges.adapters.matrix.facts import Fact, Facts
from alongside.bridges.adapters.matrix.fields import Fields, fields_at
from alongside.bridges.adapters.matrix.kept import Kept
from alongside.bridges.adapters.matrix.policy import Policy
from alongside.bridges.adapters.matrix.rooms import Room
from alongside.bridges.port import Arrived, Deleted, Reacted, Said


class Hearing:
    """What was said, edited, taken away and reacted to, in any room."""

    def __init__(self, facts: Facts, policy: Policy) -> None:
        self._facts = facts
        self._policy = policy

    async def heard(self, room: Room, kept: Kept, event: Fields, *, is_for_two: bool) -> Arrived | None:
        """None for what means nothing to us, was said by us, or is no event at all."""
        head = parse.head(event)
        if head is None or parse.is_state(event):
            return None
        found: Said | Reacted | Deleted | None
        match parse.kind(event):
            case "m.room.message":
                found = await self._message(room, kept, event, is_for_two=is_for_two)
            case "m.reaction":
                found = await self._reaction(room, kept, event, is_for_two=is_for_two)
            case "m.room.redaction":
                found = await self._redaction(room, kept, event, is_for_two=is_for_two)
            case _:
                return None
        return None if found is None else Arrived(remote_id=head.id, event=found)

    async def _message(self, room: Room, kept: Kept, event: Fields, *, is_for_two: bool) -> Said | None:
        message = parse.message(event, self._policy, room.names)
        if message is None:
            return None
        if message.replaces:
            return await self._edit(room, kept, message, is_for_two=is_for_two)
        fact = await self._facts.note(room.id, event, message=message)
        if fact is None or message.head.account == self._policy.us:
            return None
        return await self.said(room, message, fact, is_for_two=is_for_two)

    async def said(
        self, room: Room, message: parse.Message, fact: Fact, *, is_for_two: bool, edited_at: datetime | None = None
    ) -> Said | None:
        """A message as the port has it. In a room for two all is to us, but what a machine says is to nobody."""
        if is_for_two and message.is_automatic:
            return None
        source_id = message.replaces or message.head.id
        answered = await self._answered(room.id, fact)
        is_to_us = is_for_two or message.is_to_us or (answered is not None and fact.reply_to != "")
        is_to_us = is_to_us and not message.is_automatic
        context = fact.root or None if is_for_two else fact.context
        return Said(
            source_id=source_id,
            room="" if is_for_two else room.id,
            account=message.head.account,
            html=message.html,
            text=message.text,
            said_at=fact.at,
            context=context,
            reply_to=fact.reply_to,
            edited_at=edited_at,
            url=self._policy.link(room.id, source_id),
            mentions=message.mentions,
            is_to_us=is_to_us,
            words=message.words if is_to_us else "",
            about=answered.about if answered else "",
        )

    async def _answered(self, room_id: str, fact: Fact) -> Fact | None:
        """The post of ours that it answers: the message it replies to, or the one its thread began with."""
        for event_id in (fact.reply_to, fact.root):
            answered = await self._facts.of(room_id, event_id)
            if answered is not None and answered.account == self._policy.us:
                return answered
        return None

    async def _edit(self, room: Room, kept: Kept, message: parse.Message, *, is_for_two: bool) -> Said | None:
        """An edit counts when it is by who said it; a homeserver lets anybody send one."""
        fact = await self._facts.of(room.id, message.replaces)
        if fact is None or fact.is_edit or fact.kind != "m.room.message":
            return None
        if fact.account != message.head.account or fact.account == self._policy.us:
            return None
        kept.keep_edit(message.head.id, message.replaces)
        return await self.said(room, message, fact, is_for_two=is_for_two, edited_at=message.head.at)

    async def _reaction(self, room: Room, kept: Kept, event: Fields, *, is_for_two: bool) -> Reacted | None:
        reaction = parse.reaction(event, self._policy)
        if reaction is None or reaction.head.account == self._policy.us:
            return None
        kept.keep_sign(reaction.head.id, reaction.to, reaction.sign)
        return Reacted(
            room="" if is_for_two else room.id,
            source_id=reaction.to,
            account=reaction.head.account,
            sign=reaction.sign,
            about=await self._about(room.id, reaction.to),
            at=reaction.head.at,
        )

    async def _about(self, room_id: str, event_id: str) -> str:
        fact = await self._facts.of(room_id, event_id)
        return fact.about if fact else ""

    async def _redaction(
        self, room: Room, kept: Kept, event: Fields, *, is_for_two: bool
    ) -> Deleted | Reacted | Said | None:
        """A message that is gone; or a reaction that is taken back; or an edit, and then the words before it count."""
        redaction = parse.redaction(event)
        if redaction is None:
            return None
        told_room = "" if is_for_two else room.id
        if sign := kept.sign(redaction.of):
            fact = await self._facts.of(room.id, redaction.of)
            if fact is None:
                return None
            about = await self._about(room.id, sign[0])
            return Reacted(
                room=told_room, source_id=sign[0], account=fact.account, sign=sign[1], is_taken_back=True, about=about
            )
        if of := kept.edited(redaction.of):
            return await self._before(room, of, redaction.head.at, is_for_two=is_for_two)
        gone = await self._facts.of(room.id, redaction.of)
        if gone is not None and (gone.kind != "m.room.message" or gone.account == self._policy.us):
            return None
        return Deleted(room=told_room, source_id=redaction.of)

    async def _before(self, room: Room, source_id: str, at: datetime, *, is_for_two: bool) -> Said | None:
        """What a message says now that its newest edit is gone."""
        event = await self._facts.event(room.id, source_id)
        fact = await self._facts.of(room.id, source_id)
        message = current(event, self._policy, room.names) if event is not None else None
        if message is None or fact is None:
            return None
        return await self.said(room, message, fact, is_for_two=is_for_two, edited_at=at)


def current(event: Fields, policy: Policy, names: Mapping[str, str]) -> parse.Message | None:
    """A message as it stands, by the newest of its edits, which the homeserver puts beside it."""
    message = parse.message(event, policy, names)
    edit = parse.message(fields_at(event, "unsigned", "m.relations", "m.replace"), policy, names)
    if message is None or message.replaces:
        return None
    if edit is None or edit.head.account != message.head.account or edit.replaces != message.head.id:
        return message
    return edit


def own_asking(events: Iterable[object], us: str) -> int | None:
    """Where, among events in their order, Alongside was asked in last: what was said before that is not for us."""
    found = None
    for index, event in enumerate(events):
        if is_own_asking(event, us):
            found = index
    return found


def is_own_asking(event: object, us: str) -> bool:
    """An invitation; or a coming in without one."""
    before = fields_at(event, "unsigned", "prev_content").get("membership")
    if is_own(event, us, "invite"):
        return before != "join"
    return is_own(event, us, "join") and before not in {"join", "invite"}


def is_own_coming(event: object, us: str) -> bool:
    return is_own(event, us, "join") and fields_at(event, "unsigned", "prev_content").get("membership") != "join"


def is_own(event: object, us: str, *memberships: str) -> bool:
    if parse.kind(event) != "m.room.member" or not isinstance(event, Mapping) or event.get("state_key") != us:
        return False
    return fields_at(event, "content").get("membership") in memberships
