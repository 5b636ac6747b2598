"""One record of a Slack day file to what Alongside keeps of it."""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from alongside.archives.port import LeftOut, MessageRecord, Reason, RemovedRecord
from alongside.kit.json_fields import Record, record_of, records_of, text_of
from alongside.kit.slack_emoji import says_it_helped
from alongside.kit.slack_markup import Names, mentioned
from alongside.kit.slack_messages import KEPT, author_of, edited_at, html_of, thread_of, time_of, url_of, words_of

_NOTICES = """
pinned_item unpinned_item reminder_add reply_broadcast message_replied sh_room_created huddle_thread
tabbed_canvas_updated canvas_updated list_record_comment file_mention file_created assistant_app_thread
thread_subscribed ekm_access_denied joiner_notification joiner_notification_for_inviter bookmark_added
"""
_BOTS = """
bot_message bot_add bot_remove bot_enable bot_disable slackbot_response
"""
_KINDS_OF_NOTICE = frozenset(_NOTICES.split())
_KINDS_OF_BOTS = frozenset(_BOTS.split())
_NOTICES_OF = ("channel_", "group_", "external_", "shared_channel_", "app_conversation_", "convert_to_")

Said = MessageRecord | RemovedRecord | LeftOut


@dataclass(frozen=True, slots=True)
class Room:
    """What a message's rendering needs to know of the room it was said in."""

    source_id: str
    url: str


class Messages:
    """Knows the people and rooms of one archive and reads records in their light."""

    def __init__(self, names: Names, bots: Container[str], people: Container[str]) -> None:
        self._names, self._bots, self._people = names, bots, people

    def read(self, record: Record, room: Room, where: str) -> Said:
        """`where` is used only while the record has no time of its own to be named by."""
        subtype = text_of(record.get("subtype"))
        if subtype == "message_changed":
            record = record_of(record.get("message"))
            subtype = text_of(record.get("subtype"))
        stamp = time_of(record.get("deleted_ts") if subtype == "message_deleted" else record.get("ts"))
        if stamp is None:
            return LeftOut(Reason.NO_TIME, where)
        source_id = f"{room.source_id}:{stamp[0]}"
        if subtype in {"message_deleted", "tombstone"} or (not subtype and record.get("hidden") is True):
            return RemovedRecord(source_id)
        reason = self._reason_against(record, subtype)
        if reason is not None:
            return LeftOut(reason, source_id)
        return self._message(record, subtype, room, stamp) or LeftOut(Reason.EMPTY, source_id)

    def _reason_against(self, record: Record, subtype: str) -> Reason | None:
        if subtype not in KEPT or record.get("type", "message") != "message":
            return _reason_of_kind(subtype)
        author = author_of(record)
        if author in self._bots:
            return Reason.BOT
        if author in self._people:
            return None
        return Reason.BOT if record.get("bot_id") else Reason.NO_AUTHOR

    def _message(self, record: Record, subtype: str, room: Room, stamp: tuple[str, datetime]) -> MessageRecord | None:
        text = words_of(record, subtype)
        made = html_of(record, text, self._names)
        if not made:
            return None
        thread = thread_of(record, stamp[0])
        author = author_of(record)
        return MessageRecord(
            source_id=f"{room.source_id}:{stamp[0]}",
            room=room.source_id,
            author=author,
            html=made,
            said_at=stamp[1],
            context=thread and f"{room.source_id}:{thread}",
            reply_to=f"{room.source_id}:{thread}" if thread and thread != stamp[0] else None,
            edited_at=edited_at(record),
            url=url_of(room.url, room.source_id, stamp[0], thread),
            helped="reactions" in record and _helped(record, author),
            mentions=mentioned(text),
        )


def _reason_of_kind(subtype: str) -> Reason:
    if subtype in _KINDS_OF_BOTS:
        return Reason.BOT
    if subtype in _KINDS_OF_NOTICE or subtype.startswith(_NOTICES_OF):
        return Reason.NOTICE
    return Reason.UNKNOWN


def _helped(record: Record, author: str) -> bool:
    """That it helped somebody, as a fact: who, and how many, is not even looked at further than that. One's own
    check on one's own words says "done".
    """
    reactions = records_of(record.get("reactions"))
    return any(_by_others(one, author) for one in reactions if says_it_helped(text_of(one.get("name"))))


def _by_others(reaction: Record, author: str) -> bool:
    people = reaction.get("users")
    return not isinstance(people, list) or any(person != author for person in people)


class Repeats:
    """What is broadcast from a thread stands twice in some exports, on one day or two: it was said once. A later
    edit is no repeat. Remembers two days, so that memory does not grow with the room.
    """

    def __init__(self) -> None:
        self._before: dict[str, datetime | None] = {}
        self._today: dict[str, datetime | None] = {}

    def next_day(self) -> None:
        self._before, self._today = self._today, {}

    def without(self, said: Iterable[Said]) -> Iterator[Said]:
        for one in said:
            if isinstance(one, MessageRecord):
                known = one.source_id in self._today or one.source_id in self._before
                if known and not _is_later(one.edited_at, self._today.get(one.source_id)):
                    continue
                self._today[one.source_id] = one.edited_at
            yield one


def _is_later(edited_at: datetime | None, known: datetime | None) -> bool:
    return edited_at is not None and (known is None or edited_at > known)
