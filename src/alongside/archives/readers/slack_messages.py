"""One record of a Slack day file to what Alongside keeps of it."""

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from alongside.archives.port import LeftOut, MessageRecord, Reason, RemovedRecord
from alongside.archives.readers.json_records import Record, record_of, records_of, text_of
from alongside.archives.readers.slack_blocks import attachments, blocks, files
from alongside.archives.readers.slack_markup import Names, mentioned, render

# Reactions by which somebody else says "this helped" or "this solved it". Checks are how most workplaces mark an
# answer; the named ones are the usual home-made emoji. Left out on purpose, because they say something else as
# often: +1 for agreed or seen, pray for please, raised_hands and clap for well done, bulb for an idea.
_HELPED = """
white_check_mark heavy_check_mark ballot_box_with_check check_mark green_check
thanks thank_you thankyou thank-you thx ty many-thanks
helped this-helped this_helped it-helped helpful solved resolved answered works it-works
"""
_NOTICES = """
pinned_item unpinned_item reminder_add reply_broadcast message_replied sh_room_created huddle_thread
tabbed_canvas_updated canvas_updated list_record_comment file_mention file_created assistant_app_thread
thread_subscribed ekm_access_denied joiner_notification joiner_notification_for_inviter bookmark_added
"""
_BOTS = """
bot_message bot_add bot_remove bot_enable bot_disable slackbot_response
"""
HELPED = frozenset(_HELPED.split())
_KINDS_OF_NOTICE = frozenset(_NOTICES.split())
_KINDS_OF_BOTS = frozenset(_BOTS.split())
_KEPT = frozenset({"", "me_message", "file_share", "file_comment", "thread_broadcast"})
_NOTICES_OF = ("channel_", "group_", "external_", "shared_channel_", "app_conversation_", "convert_to_")
_TIME = re.compile(r"\d{9,11}(?:\.\d{1,9})?", re.ASCII)
# What Slack itself once wrote before the words of who shared a file.
_UPLOADED = re.compile(
    r"<@[A-Z0-9]+(?:\|[^>]*)?> (?:uploaded|shared) a file: <[^>]*>(?: and commented: (?P<said>.*))?", re.DOTALL
)

Said = MessageRecord | RemovedRecord | LeftOut


@dataclass(frozen=True, slots=True)
class Room:
    """What a message's rendering needs to know of the room it was said in."""

    source_id: str
    url: str


def time_of(value: object) -> tuple[str, datetime] | None:
    """A time stamp as Slack writes it (it is a message's id in its room, too) and the time it means."""
    if isinstance(value, float | int) and not isinstance(value, bool):
        value = f"{value:.6f}"
    if not isinstance(value, str) or _TIME.fullmatch(value) is None:
        return None
    return value, datetime.fromtimestamp(float(value), UTC)


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
        if subtype not in _KEPT or record.get("type", "message") != "message":
            return _reason_of_kind(subtype)
        author = _author(record)
        if author in self._bots:
            return Reason.BOT
        if author in self._people:
            return None
        return Reason.BOT if record.get("bot_id") else Reason.NO_AUTHOR

    def _message(self, record: Record, subtype: str, room: Room, stamp: tuple[str, datetime]) -> MessageRecord | None:
        text = _said(record, subtype)
        made = self._html(record, text)
        if not made:
            return None
        thread = _thread(record, stamp[0])
        author = _author(record)
        return MessageRecord(
            source_id=f"{room.source_id}:{stamp[0]}",
            room=room.source_id,
            author=author,
            html=made,
            said_at=stamp[1],
            context=thread and f"{room.source_id}:{thread}",
            reply_to=f"{room.source_id}:{thread}" if thread and thread != stamp[0] else None,
            edited_at=_edited_at(record),
            url=_url(room, stamp[0], thread),
            helped="reactions" in record and _helped(record, author),
            mentions=mentioned(text),
        )

    def _html(self, record: Record, text: str) -> str:
        made = render(text, self._names)
        # Most messages carry nothing else: three look-ups instead of three calls.
        if not text and "blocks" in record:
            made = blocks(record, self._names)
        if "attachments" in record:
            made = _joined(made, attachments(record, self._names))
        if "files" in record or "file" in record:
            made = _joined(made, files(record))
        return made


def _joined(first: str, second: str) -> str:
    return f"{first}\n{second}" if first and second else first or second


def _reason_of_kind(subtype: str) -> Reason:
    if subtype in _KINDS_OF_BOTS:
        return Reason.BOT
    if subtype in _KINDS_OF_NOTICE or subtype.startswith(_NOTICES_OF):
        return Reason.NOTICE
    return Reason.UNKNOWN


def _author(record: Record) -> str:
    author = record.get("user")
    if not isinstance(author, str):
        author = record_of(record.get("comment")).get("user")
    return author if isinstance(author, str) else ""


def _said(record: Record, subtype: str) -> str:
    """The words of the author, without those that Slack put around them."""
    text = record.get("text")
    text = text if isinstance(text, str) else ""
    if subtype == "file_comment":
        return text_of(record_of(record.get("comment")).get("comment")) or text
    if subtype == "file_share" or record.get("upload"):
        uploaded = _UPLOADED.fullmatch(text)
        return text if uploaded is None else uploaded["said"] or ""
    return text


def _thread(record: Record, stamp: str) -> str | None:
    """The root's time stamp, for what is in a thread; None for what was said flat in the room."""
    if "thread_ts" not in record and not record.get("reply_count"):
        return None
    root = time_of(record.get("thread_ts") or stamp)
    return root and root[0]


def _edited_at(record: Record) -> datetime | None:
    edited = time_of(record_of(record.get("edited")).get("ts")) if "edited" in record else None
    return edited and edited[1]


def _url(room: Room, stamp: str, thread: str | None) -> str:
    if not room.url:
        return ""
    url = f"{room.url}/p{stamp.replace('.', '')}"
    return f"{url}?thread_ts={thread}&cid={room.source_id}" if thread and thread != stamp else url


def _helped(record: Record, author: str) -> bool:
    """That it helped somebody, as a fact: who, and how many, is not even looked at further than that. One's own
    check on one's own words says "done".
    """
    return any(_by_others(reaction, author) for reaction in records_of(record.get("reactions")) if _says_so(reaction))


def _says_so(reaction: Record) -> bool:
    return text_of(reaction.get("name")).partition("::")[0] in HELPED


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
