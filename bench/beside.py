"""What stands beside ours: SQLite FTS5 and PostgreSQL over the same messages, with the same limit on who reads."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psycopg

from bench.million import Million
from bench.rivals import any_of

Ask = Callable[[str], int]
"""Asks a question, best ten first; how many came."""

_ROWS = "SELECT id, audience_id, text FROM conversations_message ORDER BY id"


def build_fts5(million: Million, path: Path, told: Callable[[int], None]) -> None:
    """Contentless, with the audiences in a table beside it: the smallest and fastest of the ways."""
    store = sqlite3.connect(path, isolation_level=None)
    store.execute("PRAGMA synchronous=OFF")
    store.execute("PRAGMA journal_mode=OFF")
    store.execute("CREATE VIRTUAL TABLE texts USING fts5(text, content='', tokenize='porter unicode61')")
    store.execute("CREATE TABLE said (id INTEGER PRIMARY KEY, audience INTEGER)")
    store.execute("BEGIN")
    for done, rows in _some(million):
        store.executemany("INSERT INTO texts (rowid, text) VALUES (?, ?)", [(row[0], row[2]) for row in rows])
        store.executemany("INSERT INTO said VALUES (?, ?)", [row[:2] for row in rows])
        told(done)
    store.execute("COMMIT")
    store.execute("INSERT INTO texts (texts) VALUES ('optimize')")
    store.execute("ANALYZE")
    store.close()


def ask_fts5(path: Path, readable: Sequence[int]) -> Ask:
    store = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    store.execute("PRAGMA mmap_size=4000000000")
    among = ", ".join(map(str, readable))
    sql = (
        "SELECT texts.rowid FROM texts JOIN said ON said.id = texts.rowid"
        f" WHERE texts MATCH ? AND said.audience IN ({among}) ORDER BY texts.rank LIMIT 10"
    )
    return lambda question: len(store.execute(sql, [any_of(question)]).fetchall())


def build_postgresql(million: Million, address: str, told: Callable[[int], None]) -> None:
    with psycopg.connect(address, autocommit=True) as store:
        store.execute("SET maintenance_work_mem = '512MB'")
        store.execute("CREATE UNLOGGED TABLE raw (id bigint, audience bigint, text text)")
        with store.cursor() as cursor, cursor.copy("COPY raw FROM STDIN") as copy:
            for done, rows in _some(million):
                for row in rows:
                    copy.write_row((row[0], row[1], row[2].replace("\0", "")))
                told(done)
        store.execute(
            "CREATE UNLOGGED TABLE said AS SELECT id, audience, to_tsvector('english', text) AS words FROM raw"
        )
        store.execute("CREATE INDEX said_words ON said USING gin (words)")
        store.execute("CREATE INDEX said_audience ON said (audience)")
        store.execute("VACUUM ANALYZE said")


def ask_postgresql(address: str, readable: Sequence[int]) -> Ask:
    store = psycopg.connect(address, autocommit=True)
    for setting in ("jit = off", "work_mem = '256MB'", "effective_cache_size = '4GB'", "random_page_cost = 1.1"):
        store.execute(f"SET {setting}".encode())
    sql = (
        "SELECT id FROM said, to_tsquery('english', %s) asked WHERE words @@ asked AND audience = ANY(%s)"
        " ORDER BY ts_rank_cd(words, asked) DESC LIMIT 10"
    )
    return lambda question: len(store.execute(sql, [" | ".join(question.split()), list(readable)]).fetchall())


def _some(million: Million) -> Iterator[tuple[int, list[tuple[int, int, str]]]]:
    store = million.open()
    rows = store.execute(_ROWS)
    done = 0
    while some := rows.fetchmany(20_000):
        done += len(some)
        yield done, some
    store.close()
