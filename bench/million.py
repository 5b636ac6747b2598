"""A store of a million messages, written straight into its tables: bringing them in is measured elsewhere."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random

from alongside.kit.safe_html import from_plain, plain_text
from bench.installation import READER, Installation
from bench.texts import HIDDEN_WORD, posts

ROOMS, CLOSED, READS_CLOSED = 500, 400, 60
SHARE_CLOSED = 0.6
EACH = 20
HIDDEN_IN = 2_000
ACCOUNTS = 300
ROWS_AT_ONCE = 50_000

_BEGAN = datetime(2023, 1, 1, tzinfo=UTC)
_MESSAGE = ("id", "conversation_id", "audience_id", "room_id", "author_id", "source_id", "said_at", "html", "text")
_CONVERSATION = ("id", "public_id", "room_id", "audience_id", "source_id", "title", "started_at", "last_said_at")


@dataclass(frozen=True, slots=True)
class Million:
    """Rooms are numbered from 1, and each has the audience of its number: closed ones first."""

    home: Path
    messages: int

    @property
    def store(self) -> Path:
        return self.home / "store.sqlite3"

    @property
    def readable(self) -> list[int]:
        return [*range(1, READS_CLOSED + 1), *range(CLOSED + 1, ROOMS + 1)]

    def open(self) -> sqlite3.Connection:
        store = sqlite3.connect(self.store, isolation_level=None)
        store.execute("PRAGMA synchronous=OFF")
        store.execute("PRAGMA cache_size=-200000")
        return store


def room_name(room: int) -> str:
    return f"#room-{room:03}"


def build(here: Installation, data: Path, messages: int, told: Callable[[int], None]) -> Million:
    here.run("import", "--list")  # makes the tables
    million = Million(here.home, messages)
    choose = Random(3)
    texts = [(html, plain_text(html)) for html in map(from_plain, posts(data))]
    store = million.open()
    store.execute("BEGIN")
    _write_rooms(store)
    of_conversations = _conversations(choose, messages // EACH)
    done = 0
    while some := list(islice(of_conversations, ROWS_AT_ONCE // EACH)):
        rows = [row for one in some for row in _messages(one, texts, choose)]
        heads = [(one.row, f"c{one.row:011}", one.room, one.room, f"c{one.row}", one.title, *one.times) for one in some]
        _insert(store, "conversations_conversation", _CONVERSATION, heads)
        _insert(store, "conversations_message", _MESSAGE, rows)
        done += len(rows)
        told(done)
    store.execute("COMMIT")
    store.execute("ANALYZE")
    store.close()
    return million


def _insert(store: sqlite3.Connection, name: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """What else a row must have, now or after a later migration, is nothing: zero, or no letters."""
    others = [
        (column, "0" if kind.lower().startswith(("bool", "integer", "bigint")) else "''")
        for _, column, kind, must, default, is_key in store.execute(f"PRAGMA table_info({name})")
        if must and default is None and not is_key and column not in columns
    ]
    names = [*columns, *(column for column, _ in others)]
    values = [*("?" for _ in columns), *(value for _, value in others)]
    store.executemany(f"INSERT INTO {name} ({', '.join(names)}) VALUES ({', '.join(values)})", rows)


def _write_rooms(store: sqlite3.Connection) -> None:
    _insert(store, "people_connection", ("id", "tool", "key", "name"), [(1, "zulip", "bench", "Bench")])
    accounts = [(row, 1, f"a{row}", f"Somebody {row}", READER if row == 1 else "") for row in range(1, ACCOUNTS + 1)]
    _insert(store, "people_account", ("id", "connection_id", "source_id", "name", "email"), accounts)
    kinds = [(row, "closed" if row <= CLOSED else "organisation") for row in range(1, ROOMS + 1)]
    _insert(store, "audiences_audience", ("id", "kind"), kinds)
    hearers = [(row, 1) for row in range(1, READS_CLOSED + 1)]
    hearers += [(row, 2 + (row + other) % (ACCOUNTS - 2)) for row in range(1, CLOSED + 1) for other in range(12)]
    _insert(store, "audiences_hearer", ("audience_id", "account_id"), hearers)
    rooms = [(row, f"r{row:011}", 1, f"r{row}", room_name(row), row, 1) for row in range(1, ROOMS + 1)]
    named = ("id", "public_id", "connection_id", "source_id", "name", "audience_id", "is_threaded")
    _insert(store, "conversations_room", named, rooms)


@dataclass(slots=True)
class _Conversation:
    row: int
    room: int
    said_at: datetime
    holds_hidden_word: bool
    title: str = ""

    @property
    def times(self) -> tuple[str, str]:
        return _as_text(self.said_at), _as_text(self.said_at + timedelta(minutes=EACH - 1))


def _conversations(choose: Random, number: int) -> Iterator[_Conversation]:
    hidden = max(number * HIDDEN_IN // 50_000, 1)
    for row in range(1, number + 1):
        is_closed = choose.random() < SHARE_CLOSED
        room = choose.randint(1, CLOSED) if is_closed else choose.randint(CLOSED + 1, ROOMS)
        holds = READS_CLOSED < room <= CLOSED and hidden > 0
        hidden -= holds
        yield _Conversation(row, room, _BEGAN + timedelta(minutes=25 * row), holds)


def _messages(one: _Conversation, texts: list[tuple[str, str]], choose: Random) -> Iterator[tuple[object, ...]]:
    for place in range(EACH):
        row = (one.row - 1) * EACH + place + 1
        html, text = choose.choice(texts)
        if place == 0:
            one.title = text[:80].rsplit(" ", 1)[0].replace("\n", " ")
            if one.holds_hidden_word:
                html, text = f"{html}<p>{HIDDEN_WORD}</p>", f"{text}\n{HIDDEN_WORD}"
        author = choose.randint(2, ACCOUNTS)
        said_at = _as_text(one.said_at + timedelta(minutes=place))
        yield row, one.row, one.room, one.room, author, f"m{row}", said_at, html, text


def _as_text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")
