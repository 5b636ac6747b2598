"""What stands in a feed to what happened in its room. Pure: the time is said, and what was there before."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

import msgspec

from alongside.bridges.adapters.feed.reading import LONGEST_ID, Entry, FoundFeed, short
from alongside.bridges.adapters.feed.rooms import FeedRoom
from alongside.bridges.port import AccountSeen, Arrived, Reach, RoomSeen, Said
from alongside.kit import safe_html

_LONGEST_NAME: Final = 200
_LONGEST_ROOM_LINK: Final = 500
_EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)  # before it nobody wrote a feed: a date that was never set


class Seen(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """Of an entry that was told: what it said, shortly, and when it was first seen, where it has no date itself."""

    words: str
    first: int = 0


def events(
    room: FeedRoom, found: FoundFeed, seen: Mapping[str, Seen], now: datetime
) -> tuple[tuple[Arrived, ...], dict[str, Seen]]:
    """What is new or changed, oldest first, and what has been told now, newest first."""
    told: dict[str, Seen] = {}
    said: list[tuple[Said, str]] = []
    for entry in found.entries:
        key, words = digest(entry.source_id), digest(f"{entry.title}\n{entry.summary}\n{entry.link}")
        before = seen.get(key)
        first = before.first if before and before.first else 0 if _date(entry) else int(now.timestamp())
        told[key] = Seen(words, first)
        if before is None or before.words != words:
            since = datetime.fromtimestamp(first, UTC) if first else now
            said.append((_said(room, found, entry, since, now, is_edited=before is not None), words))
    said.sort(key=lambda one: one[0].said_at)
    arrived = [
        *_accounts(room, found, [one.account for one, _ in said]),
        *(_arrived(one, words) for one, words in said),
    ]
    return tuple(arrived), told


def room_events(room: FeedRoom, title: str, link: str, now: datetime) -> tuple[Arrived, ...]:
    """The room, and who speaks in it where an entry names nobody. What the world may read has no members to know."""
    name = title or room.address.removeprefix("https://").removeprefix("http://")
    if room.tags:
        name = f"{name[: _LONGEST_NAME - 60]}: {', '.join(room.tags)}"
    address = link if 0 < len(link) <= _LONGEST_ROOM_LINK else room.address
    seen = RoomSeen(source_id=room.source_id, name=name[:_LONGEST_NAME], reach=Reach.WORLD, members=(), url=address)
    whole = AccountSeen(source_id=account_id(room, ""), name=(title or name)[:_LONGEST_NAME])
    version = now.isoformat(timespec="seconds")
    return (
        Arrived(remote_id=f"room {room.source_id}", event=seen, version=version),
        Arrived(remote_id=f"account {whole.source_id}", event=whole, version=version),
    )


def account_id(room: FeedRoom, author: str) -> str:
    """An author is somebody in this feed alone: a name that stands in two feeds is two accounts."""
    return short(f"{room.address}#by={author}", LONGEST_ID)


def digest(text: str) -> str:
    """Short, for telling apart what stands in one feed: 48 bits."""
    return sha256(text.encode("utf-8", "replace")).hexdigest()[:12]


def _accounts(room: FeedRoom, found: FoundFeed, speaking: Iterable[str]) -> Iterable[Arrived]:
    names = {account_id(room, author): author for author in _authors(found)}
    for account in dict.fromkeys(speaking):
        if account in names:
            event = AccountSeen(source_id=account, name=names[account][:_LONGEST_NAME])
            yield Arrived(remote_id=f"account {account}", event=event)


def _authors(found: FoundFeed) -> Iterable[str]:
    return (author for author in (found.author, *(entry.author for entry in found.entries)) if author)


def _said(
    room: FeedRoom, found: FoundFeed, entry: Entry, first_seen: datetime, now: datetime, *, is_edited: bool
) -> Said:
    html = safe_html.from_plain(entry.summary or entry.title or entry.link)
    said_at = min(_date(entry) or first_seen, now)
    return Said(
        source_id=entry.source_id,
        room=room.source_id,
        account=account_id(room, entry.author or found.author),
        html=html,
        text=safe_html.plain_text(html),
        said_at=said_at,
        context=entry.source_id,
        subject=entry.title,
        edited_at=_edited_at(entry, said_at, now) if is_edited else None,
        url=entry.link,
    )


def _date(entry: Entry) -> datetime | None:
    date = entry.published or entry.updated
    return date if date and date >= _EARLIEST else None


def _edited_at(entry: Entry, said_at: datetime, now: datetime) -> datetime:
    return min(entry.updated, now) if entry.updated and entry.updated > said_at else now


def _arrived(said: Said, words: str) -> Arrived:
    """Words that are taken back and said again later are two edits: the time tells them apart."""
    version = f"{words} {said.edited_at.isoformat(timespec='seconds')}" if said.edited_at else ""
    return Arrived(remote_id=f"{said.room} {said.source_id}", event=said, version=version)
