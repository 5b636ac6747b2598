"""A backup: the store as it is at one moment, while pages go on being served, in one file.

A zip, so that a file that was cut off or changed on its way is known as such before anything is brought back:

    about.json       what made it, of which kind of store, and which ledger belongs to it
    store.sqlite3    or  tables/<name>  in PostgreSQL's own text, one a table
    settings.toml    what was set, without anything secret

Never in it: the ledger, keys, sessions, codes that wait, what somebody asks and is not answered yet, what was on its way
out, the journal and the indexes.
"""

import json
import os
import sqlite3
import tomllib
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader

from alongside.kit import clock
from alongside.kit.refused import Refused
from alongside.people.queries import unscoped_installation, unscoped_ledger_mark

FORMAT: Final = 1
ABOUT: Final = "about.json"
SQLITE: Final = "store.sqlite3"
TABLES: Final = "tables/"
SETTINGS: Final = "settings.toml"
LEFT_OUT: Final = (
    "journal_line",
    "journal_cursor",
    "django_session",
    "people_joincode",
    "people_wrongcodes",
    "letters_delivery",  # by the time it came back it would have been sent already
)
# Rows of tables that are in it otherwise: what somebody said to Alongside alone stands nowhere once it is answered.
LEFT_OUT_OF: Final = {"bridges_arrival": "is_act AND state = 'new'"}
# What a settings file may hold that is nobody's but this machine's.
SECRET: Final = frozenset({"secret_key", "email_url", "store", "ledger"})
CHUNK: Final = 1 << 20


@dataclass(slots=True)
class Progress:
    """Bytes done, of so many; a bar is drawn from it."""

    total: int = 0
    _done: int = 0
    growing: Path | None = None

    @property
    def done(self) -> int:
        """While another program writes a file, its size says how far that is."""
        if self.growing is None:
            return self._done
        with suppress(FileNotFoundError):
            return self.growing.stat().st_size
        return 0

    def add(self, number: int) -> None:
        self._done += number


def back_up(path: Path, progress: Progress | None = None) -> int:
    """Write a backup. It is there whole or not at all; its size is returned. Raises Refused for a file that is there."""
    if path.exists():
        raise Refused(f"{path} is there already; nothing was written. Choose another name.")
    progress = progress or Progress()
    fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with os.fdopen(os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
                _pack(packed, fresh, progress)
            file.flush()
            os.fsync(file.fileno())
        os.link(fresh, path)  # unlike a move it never takes the place of a file that came meanwhile
    except FileExistsError:
        raise Refused(f"{path} is there already; nothing was written. Choose another name.") from None
    finally:
        fresh.unlink(missing_ok=True)
    return path.stat().st_size


def _pack(packed: zipfile.ZipFile, fresh: Path, progress: Progress) -> None:
    about = {
        "alongside_backup": FORMAT,
        "version": version("alongside"),
        "made_at": clock.now().isoformat(timespec="seconds"),
        "store": connection.vendor,
    }
    facts = (
        _pack_sqlite(packed, fresh, progress) if connection.vendor == "sqlite" else _pack_postgresql(packed, progress)
    )
    packed.writestr(SETTINGS, settings_without_secrets(Path(settings.HOME) / SETTINGS))
    packed.writestr(ABOUT, json.dumps({**about, **facts}))


def _facts() -> dict[str, Any]:
    applied = MigrationLoader(connection).applied_migrations
    return {
        "ledger": unscoped_ledger_mark(),
        "is_try_out": unscoped_installation().is_try_out,
        "migrations": sorted(list(one) for one in applied),
    }


def _pack_sqlite(packed: zipfile.ZipFile, fresh: Path, progress: Progress) -> dict[str, Any]:
    """VACUUM INTO reads at one moment, beside whoever writes, and takes no page along that was let go of."""
    copy = fresh.with_suffix(".store")
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
            progress.total, progress.growing = 2 * cursor.fetchone()[0], copy
            os.close(os.open(copy, os.O_CREAT | os.O_TRUNC, 0o600))
            cursor.execute("VACUUM INTO %s", [str(copy)])
        progress.growing = None
        progress.add(copy.stat().st_size)
        progress.total = 2 * copy.stat().st_size
        with closing(sqlite3.connect(copy)) as its:
            its.execute("PRAGMA secure_delete=ON")
            for table in LEFT_OUT:
                its.execute(f"DELETE FROM {table}")  # noqa: S608 (names of ours)
            for table, which in LEFT_OUT_OF.items():
                its.execute(f"DELETE FROM {table} WHERE {which}")  # noqa: S608 (the same)
            its.commit()
        with copy.open("rb") as source, packed.open(SQLITE, "w", force_zip64=True) as target:
            _pour(source, target, progress)
        with another_store(copy):
            return _facts()
    finally:
        copy.unlink(missing_ok=True)


def _pour(source: IO[bytes], target: IO[bytes], progress: Progress) -> None:
    while chunk := source.read(CHUNK):
        target.write(chunk)
        progress.add(len(chunk))


@contextmanager
def another_store(path: Path) -> Iterator[None]:
    """Everything in this thread reads and writes this file instead of the store, until it ends."""
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = str(path)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def _pack_postgresql(packed: zipfile.ZipFile, progress: Progress) -> dict[str, Any]:
    """All tables as they stand at one moment. It needs no other program, which might be of another version."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        names = [name for name in tables() if name not in LEFT_OUT]
        cursor.execute("SELECT sum(pg_table_size(one::regclass)) FROM unnest(%s::text[]) one", [names])
        progress.total = int(cursor.fetchone()[0] or 0)
        columns = {}
        for name in names:
            columns[name] = [column.name for column in connection.introspection.get_table_description(cursor, name)]
            copied = cursor.copy(f"COPY ({_rows(name, columns[name])}) TO STDOUT")
            with packed.open(f"{TABLES}{name}", "w", force_zip64=True) as target, copied as rows:
                for row in rows:
                    target.write(row)
                    progress.add(len(row))
        return {**_facts(), "tables": columns}


def _rows(name: str, columns: list[str]) -> str:
    quote = connection.ops.quote_name
    which = f" WHERE NOT ({LEFT_OUT_OF[name]})" if name in LEFT_OUT_OF else ""
    return f"SELECT {', '.join(quote(column) for column in columns)} FROM {quote(name)}{which}"  # noqa: S608 (names of ours)


def tables() -> list[str]:
    return sorted(connection.introspection.django_table_names(only_existing=True, include_views=False))


def quoted(name: str, columns: list[str]) -> str:
    quote = connection.ops.quote_name
    return f"{quote(name)} ({', '.join(quote(column) for column in columns)})"


def settings_without_secrets(path: Path) -> str:
    """The settings of a home that another one may have; a backup is copied to more places than a home."""
    if not path.is_file():
        return ""
    kept = {name: value for name, value in tomllib.loads(path.read_text("utf-8")).items() if name not in SECRET}
    return "".join(f"{name} = {json.dumps(value)}\n" for name, value in kept.items())
