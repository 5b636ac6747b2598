"""One message of Slack, as an export and as an event hold it alike: its ids, times, words and what it carries.

What is brought in from an archive and what is heard live have to be the same row with the same text, so both read
a message here.
"""

import re
from datetime import UTC, datetime

from alongside.kit.json_fields import Record, record_of, text_of
from alongside.kit.slack_blocks import attachments, blocks, files
from alongside.kit.slack_markup import Names, render

# What people say, among the many kinds of message that Slack has. All else is a notice, or said by a program.
KEPT = frozenset({"", "me_message", "file_share", "file_comment", "thread_broadcast"})
_TIME = re.compile(r"\d{9,11}(?:\.\d{1,9})?", re.ASCII)
_LATEST = 10**11
# What Slack itself once wrote before the words of who shared a file.
_UPLOADED = re.compile(
    r"<@[A-Z0-9]+(?:\|[^>]*)?> (?:uploaded|shared) a file: <[^>]*>(?: and commented: (?P<said>.*))?", re.DOTALL
)


def time_of(value: object) -> tuple[str, datetime] | None:
    """A time stamp as Slack writes it (it is a message's id in its room, too) and the time it means."""
    if isinstance(value, float | int) and not isinstance(value, bool):
        value = f"{value:.6f}" if 0 <= value < _LATEST else ""
    if not isinstance(value, str) or _TIME.fullmatch(value) is None:
        return None
    return value, datetime.fromtimestamp(float(value), UTC)


def author_of(message: Record) -> str:
    author = message.get("user")
    if not isinstance(author, str):
        author = record_of(message.get("comment")).get("user")
    return author if isinstance(author, str) else ""


def words_of(message: Record, subtype: str) -> str:
    """The words of the author in Slack's markup, without those that Slack put around them."""
    text = message.get("text")
    text = text if isinstance(text, str) else ""
    if subtype == "file_comment":
        return text_of(record_of(message.get("comment")).get("comment")) or text
    if subtype == "file_share" or message.get("upload"):
        uploaded = _UPLOADED.fullmatch(text)
        return text if uploaded is None else uploaded["said"] or ""
    return text


def html_of(message: Record, text: str, names: Names) -> str:
    """Safe HTML of its words and of all that it carries; empty when that is nothing."""
    made = render(text, names)
    # Most messages carry nothing else: three look-ups instead of three calls.
    if not text and "blocks" in message:
        made = blocks(message, names)
    if "attachments" in message:
        made = _joined(made, attachments(message, names))
    if "files" in message or "file" in message:
        made = _joined(made, files(message))
    return made


def _joined(first: str, second: str) -> str:
    return f"{first}\n{second}" if first and second else first or second


def thread_of(message: Record, stamp: str) -> str | None:
    """The root's time stamp, for what is in a thread; None for what was said flat in the room."""
    if "thread_ts" not in message and not message.get("reply_count"):
        return None
    root = time_of(message.get("thread_ts") or stamp)
    return root and root[0]


def edited_at(message: Record) -> datetime | None:
    edited = time_of(record_of(message.get("edited")).get("ts")) if "edited" in message else None
    return edited and edited[1]


def url_of(room_url: str, room: str, stamp: str, thread: str | None) -> str:
    """A link to the message; empty where that of its room is not known."""
    if not room_url:
        return ""
    url = f"{room_url}/p{stamp.replace('.', '')}"
    return f"{url}?thread_ts={thread}&cid={room}" if thread and thread != stamp else url
