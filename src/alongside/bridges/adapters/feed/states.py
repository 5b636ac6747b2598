"""What is known of each feed from one look to the next: all of it stands in the cursor, and it has an end. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import Final

import msgspec

from alongside.bridges.adapters.feed.parse import Seen, digest
from alongside.kit.guarded_http import Fetched

DAY: Final = 24 * 3600
WEEK: Final = 7 * DAY
MOST_FEEDS: Final = 2_000
_MOST_SEEN: Final = 20_000  # entries of all feeds together
_MOST_OF_A_FEED: Final = 100
_LEAST_OF_A_FEED: Final = 10
_LONGEST_MARK: Final = 200


class State(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    at: str = ""  # where it lives now, when it has moved for good
    etag: str = ""
    modified: str = ""
    body: str = ""  # shortly, what came last: many servers never say that nothing changed
    next: int = 0
    failures: int = 0
    is_gone: bool = False
    title: str = ""
    link: str = ""
    seen: dict[str, Seen] = {}

    def is_due(self, now: datetime) -> bool:
        return not self.is_gone and self.next <= now.timestamp()

    def where(self, address: str) -> str:
        """To be asked. Where it moved to may turn out wrong: after a failure the first address gets its turn."""
        return self.at if self.at and self.failures % 2 == 0 else address

    def conditions(self) -> dict[str, str]:
        return {"if-none-match": self.etag, "if-modified-since": self.modified}


def states_of(cursor: str) -> dict[str, State]:
    """An empty or broken cursor is a beginning: what comes twice is taken in once."""
    try:
        return msgspec.json.decode(cursor.encode(), type=dict[str, State]) if cursor else {}
    except (msgspec.MsgspecError, UnicodeEncodeError):
        return {}


def cursor_of(states: Mapping[str, State]) -> str:
    return msgspec.json.encode(states).decode()


def most_entries(feeds: int) -> int:
    """How far back each of so many feeds is followed."""
    return max(_LEAST_OF_A_FEED, min(_MOST_OF_A_FEED, _MOST_SEEN // max(feeds, 1) // 2))


def after_a_look(state: State, fetched: Fetched, address: str, now: datetime, every: int) -> State:
    """It answered, with something new or with nothing."""
    asked = state.where(address)
    changes: dict[str, object] = {
        "failures": 0,
        "next": _next(address, now, max(every, _stays_fresh(fetched.headers))),
        "at": fetched.moved_to or (asked if asked != address else ""),
    }
    if fetched.body:
        changes |= {
            "etag": _mark(fetched.headers.get("etag", "")),
            "modified": _mark(fetched.headers.get("last-modified", "")),
            "body": sha256(fetched.body).hexdigest()[:12],
        }
    return msgspec.structs.replace(state, **changes)


def after_a_failure(state: State, address: str, now: datetime, every: int, retry_after: float = 0.0) -> State:
    """Twice as long each time, at most a day; as long as the server asks for, at most a week."""
    wait = min(every * 2 ** min(state.failures + 1, 10), DAY)
    wait = max(wait, min(int(retry_after), WEEK))
    return msgspec.structs.replace(state, failures=state.failures + 1, next=_next(address, now, wait))


def remembered(state: State, told: Mapping[str, Seen], most: int) -> dict[str, Seen]:
    """What stands in the feed now, and of what stood there before so much that nothing that comes back is new."""
    older = {key: seen for key, seen in state.seen.items() if key not in told}
    return dict([*told.items(), *older.items()][: most * 2])


def retry_after(headers: Mapping[str, str], now: datetime) -> float:
    said = headers.get("retry-after", "").strip()[:100]
    if said.isascii() and said.isdigit():
        return float(said[:9])
    try:
        return max(0.0, (parsedate_to_datetime(said) - now).total_seconds())
    except (ValueError, TypeError, IndexError, OverflowError):
        return 0.0


def _stays_fresh(headers: Mapping[str, str]) -> int:
    for part in headers.get("cache-control", "").lower()[:500].split(","):
        name, _, seconds = part.strip().partition("=")
        if name == "max-age" and seconds.isascii() and seconds.isdigit():
            return min(int(seconds[:9]), DAY)
    return 0


def _next(address: str, now: datetime, wait: int) -> int:
    """A little later for some than for others, so that not all of them are asked in the same second."""
    return int(now.timestamp()) + wait + wait * (int(digest(address), 16) % 100) // 1000


def _mark(value: str) -> str:
    return value if len(value) <= _LONGEST_MARK else ""


def kept_rooms(states: Mapping[str, State], rooms: Sequence[str]) -> dict[str, State]:
    """Of each room that is followed now; what is known of the others goes."""
    return {room: states.get(room) or State() for room in list(dict.fromkeys(rooms))[:MOST_FEEDS]}
