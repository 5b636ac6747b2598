"""The JSON of zulip-archive: `stream_index.json` and, for each public stream, a folder with one file a topic.

A message there has an id, a time, the sender's full name and the content as Zulip rendered it. Some forks keep more
of what the API gives (sender's id, reactions, edits): what is there is used.
"""

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote, unquote

import msgspec

from alongside.archives.port import (
    Header,
    LeftOut,
    Limits,
    MessageRecord,
    Opened,
    PersonRecord,
    Reason,
    RemovedRecord,
    RoomAudience,
    RoomRecord,
    Unreadable,
)
from alongside.archives.readers.json_records import records
from alongside.archives.readers.unpacking import CannotUnpack, Kind, Package, kind_of, open_package
from alongside.archives.readers.zulip_html import mentioned, rendered
from alongside.kit.json_fields import Record, record_of, records_of, text_of

# "check" is how Zulip calls ✅. Why others are missing is said beside Slack's set.
HELPED = frozenset({"check", "check_mark", "checkbox", "thank_you", "thanks", "solved", "helped", "this_helped"})
_BOTS = frozenset({"Notification Bot", "Welcome Bot", "Reminder Bot", "Email Gateway", "Feedback Bot"})
_INDEX = "stream_index.json"
_RESOLVED = "✔ "
_FOLDER = re.compile(r"(\d{1,12})(?:-.*)?", re.ASCII | re.DOTALL)
_PLACEHOLDER_ADDRESS = re.compile(r"user\d+@", re.ASCII)
_REALM = re.compile(rb"https?://[A-Za-z0-9.-]{1,200}(?::\d{1,5})?/(?=#narrow/stream/)")
_INDEX_BYTES = 64_000_000
_PAGE_BYTES = 400_000
_LATEST = 4_102_444_800  # the year 2100


class ZulipReader:
    tool: ClassVar[str] = "zulip"
    absence_means_removed: ClassVar[bool] = True

    def __init__(self, opened: Opened) -> None:
        self._limits, self.progress = opened.limits, opened.progress
        self._package = open_package(opened.path, opened.limits)
        self._top = _top(self._package)
        self._index = _index(self._package, self._top)
        if self._index is None:
            raise Unreadable(
                f"“{opened.path.name}” is not what zulip-archive writes: its {_INDEX} is missing or broken."
            )
        self._topics, self._others = self._sorted_into_topics()

    @classmethod
    def recognises(cls, path: Path) -> bool:
        try:
            kind = kind_of(path)
            if kind is Kind.FOLDER and not _is_in_folder(path):
                return False
            if kind not in {Kind.FOLDER, Kind.ZIP, Kind.TAR}:
                return False
            package = open_package(path, Limits())
            return _index(package, _top(package)) is not None
        except (Unreadable, OSError):
            return False

    def header(self) -> Header:
        host = self._realm.partition("://")[2].strip("/")
        return Header(key=f"zulip:{self._fingerprint}", name=f"{host}, Zulip" if host else "Zulip", tool=self.tool)

    def people(self) -> Iterator[PersonRecord | LeftOut]:
        """The archive lists nobody: people are those who said something, in one pass over it."""
        seen: set[str] = set()
        for _, _, item in self._records():
            if isinstance(item, LeftOut):
                continue
            identity, name = _sender(item)
            if identity and identity not in seen:
                seen.add(identity)
                yield PersonRecord(identity, name or identity, email=_address(item), is_bot=_is_bot(item, name))

    def rooms(self) -> Iterator[RoomRecord | LeftOut]:
        """zulip-archive takes public streams only: everybody of the organisation reads them."""
        for identity, name in self._streams.items():
            url = f"{self._realm}#narrow/stream/{identity}-{_in_place(name)}" if self._realm else ""
            yield RoomRecord(identity, f"#{name}", RoomAudience.ORGANISATION, url=url)
        yield from (LeftOut(Reason.NO_ROOM, folder) for folder in sorted(self._folders_of_nobody))

    def messages(self) -> Iterator[MessageRecord | RemovedRecord | LeftOut]:
        yield from self._package.left_out
        yield from (LeftOut(Reason.UNKNOWN, name) for name in self._others)
        self.progress.done = 0
        self.progress.total = sum(self._package.packed_size(name) for name, _, _ in self._topics)
        for stream, topic, item in self._records(counted=True):
            yield item if isinstance(item, LeftOut) else self._message(item, stream, topic)

    def _message(self, item: Record, stream: str, topic: str) -> MessageRecord | LeftOut:
        identity = item.get("id")
        if not isinstance(identity, int) or isinstance(identity, bool):
            return LeftOut(Reason.BROKEN, f"a message without an id in “{topic}”")
        where = str(identity)
        said_at, edited_at = _time(item.get("timestamp")), _time(item.get("last_edit_timestamp"))
        sender, name = _sender(item)
        if said_at is None:
            return LeftOut(Reason.NO_TIME, where)
        if not sender:
            return LeftOut(Reason.NO_AUTHOR, where)
        if _is_bot(item, name):
            return LeftOut(Reason.BOT, where)
        content = text_of(item.get("content"))
        made = rendered(content, self._realm)
        if not made:
            return LeftOut(Reason.EMPTY, where)
        return MessageRecord(
            source_id=where,
            room=stream,
            author=sender,
            html=made,
            said_at=said_at,
            context=f"{stream}:{topic}",
            subject=topic,
            edited_at=edited_at,
            url=self._url(stream, topic, where),
            helped=_helped(item),
            mentions=tuple(person[0] if "sender_id" in item else person[1] for person in mentioned(content)),
        )

    def _url(self, stream: str, topic: str, message: str) -> str:
        if not self._realm:
            return ""
        name = _in_place(self._streams[stream])
        return f"{self._realm}#narrow/stream/{stream}-{name}/topic/{_in_place(topic)}/near/{message}"

    def _records(self, *, only: str = "", counted: bool = False) -> Iterator[tuple[str, str, Record | LeftOut]]:
        for name, stream, topic in self._topics:
            if only in {"", stream}:
                for item in self._records_in(name):
                    yield stream, topic, item
            if counted:
                self.progress.done += self._package.packed_size(name)

    def _records_in(self, name: str) -> Iterator[Record | LeftOut]:
        short = name.removeprefix(self._top)
        try:
            file = self._package.open(name)
        except CannotUnpack as error:
            yield LeftOut(error.reason, short)
            return
        with file:
            yield from records(file, self._limits, short)

    # What the index and the names of files say.

    @cached_property
    def _streams(self) -> dict[str, str]:
        """Id to name, in the order of ids."""
        found = {}
        for name, stream in record_of(record_of(self._index).get("streams")).items():
            identity = record_of(stream).get("id")
            if isinstance(identity, int) and not isinstance(identity, bool) and identity >= 0 and text_of(name):
                found[identity] = text_of(name)
        return {str(identity): found[identity] for identity in sorted(found)}

    @cached_property
    def _topic_names(self) -> dict[str, dict[str, str]]:
        """Stream to file's name to topic, for files whose names cannot be read back."""
        found = {}
        for stream in record_of(record_of(self._index).get("streams")).values():
            topics = record_of(record_of(stream).get("topic_data"))
            found[str(record_of(stream).get("id"))] = {_as_file(text_of(name)): text_of(name) for name in topics}
        return found

    def _sorted_into_topics(self) -> tuple[list[tuple[str, str, str]], list[str]]:
        """Files with their stream and topic, in the order of the package; and the names of what else is there."""
        topics: list[tuple[str, str, str]] = []
        others: list[str] = []
        self._folders_of_nobody: set[str] = set()
        for name in self._package.names:
            folder, _, file = name.removeprefix(self._top).rpartition("/")
            numbered = _FOLDER.fullmatch(folder) if name.startswith(self._top) else None
            if numbered is None or not file.endswith(".json"):
                if name.startswith(self._top) and folder and numbered is not None:
                    others.append(name)
            elif numbered[1] in self._streams:
                topics.append((name, numbered[1], self._topic(numbered[1], file.removesuffix(".json"))))
            else:
                self._folders_of_nobody.add(folder)
        return topics, others

    def _topic(self, stream: str, file: str) -> str:
        """A resolved topic is renamed in Zulip; what was said before and after is one conversation all the same."""
        topic = self._topic_names.get(stream, {}).get(file) or text_of(unquote(file.replace(".", "%")))
        return topic.removeprefix(_RESOLVED).strip() or "(no topic)"

    @cached_property
    def _realm(self) -> str:
        """The JSON does not name its server; the pages that zulip-archive wrote beside it link there."""
        for name in self._package.names:
            if name.endswith(".html"):
                try:
                    with self._package.open(name) as file:
                        found = _REALM.search(file.read(_PAGE_BYTES))
                except CannotUnpack:
                    continue
                if found is not None:
                    return found.group().decode("ascii")
        return ""

    @cached_property
    def _fingerprint(self) -> str:
        """The first message of the first stream: a server's ids begin at 1, so an id alone would not tell two
        organisations apart, and every newer archive of the same one begins with the same.
        """
        first = next(iter(self._streams), "")
        earliest = (_LATEST, 0)
        for _, _, item in self._records(only=first or "none"):
            one = item if isinstance(item, dict) else {}
            identity, said_at = one.get("id"), one.get("timestamp")
            if isinstance(identity, int) and isinstance(said_at, int):
                earliest = min(earliest, (said_at, identity))
        return hashlib.sha256(f"{first} {earliest}".encode()).hexdigest()[:16]


def _time(value: object) -> datetime | None:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < _LATEST:
        return None
    return datetime.fromtimestamp(value, UTC)


def _sender(item: Record) -> tuple[str, str]:
    """Id and name. Usually the name is all there is."""
    name = text_of(item.get("sender_full_name"))
    identity = item.get("sender_id")
    return (str(identity), name) if isinstance(identity, int) and not isinstance(identity, bool) else (name, name)


def _is_bot(item: Record, name: str) -> bool:
    return name in _BOTS or item.get("sender_is_bot") is True or "-bot@" in text_of(item.get("sender_email"))


def _address(item: Record) -> str:
    """Zulip often writes a placeholder where an address is hidden."""
    address = text_of(item.get("sender_delivery_email")) or text_of(item.get("sender_email"))
    return "" if _PLACEHOLDER_ADDRESS.match(address) else address


def _helped(item: Record) -> bool:
    """That it helped somebody else, as a fact; who and how many is not kept."""
    said_so = (one for one in records_of(item.get("reactions")) if text_of(one.get("emoji_name")) in HELPED)
    return any(one.get("user_id", -1) != item.get("sender_id", -2) for one in said_so)


def _in_place(text: str) -> str:
    """As Zulip writes names into its addresses."""
    return quote(text, safe="").replace(".", "%2E").replace("%", ".")


def _as_file(topic: str) -> str:
    """As zulip-archive writes topics into names of files."""
    return quote(topic, safe="~()*!.'").replace(".", "%2E").replace("%", ".")


def _top(package: Package) -> str:
    found = [name for name in package.names if name.rpartition("/")[2] == _INDEX]
    return min(found, key=lambda name: (name.count("/"), name), default=_INDEX).removesuffix(_INDEX)


def _index(package: Package, top: str) -> dict[str, Any] | None:
    try:
        with package.open(top + _INDEX) as file:
            index = msgspec.json.decode(file.read(_INDEX_BYTES))
    except (CannotUnpack, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return index if isinstance(index, dict) and isinstance(index.get("streams"), dict) else None


def _is_in_folder(path: Path) -> bool:
    """By name first, so that a large foreign folder is not walked through."""
    return any((folder / _INDEX).is_file() for folder in (path, *sorted(path.iterdir())[:50]))
