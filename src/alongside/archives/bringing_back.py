"""Bringing a backup back, while pages go on being served. Whoever was forgotten since is forgotten again first.

Everything is looked at before anything is changed, and the change is one transaction: cut off at any moment, the store
is as it was or as it is to be.
"""

import json
import os
import shutil
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader

from alongside.archives.backing_up import (
    ABOUT,
    CHUNK,
    FORMAT,
    LEFT_OUT,
    SETTINGS,
    SQLITE,
    TABLES,
    Progress,
    another_store,
    quoted,
    tables,
)
from alongside.journal.actions import forget_all_before_now
from alongside.kit.refused import Refused
from alongside.people.actions.cleaning import clean_store
from alongside.people.actions.leaving_out import forget_again
from alongside.people.actions.uses import keep_uses, note_restore
from alongside.people.ledger import refuse_unless_here
from alongside.people.queries import unscoped_installation, unscoped_ledger_mark
from alongside.people.rules import may_take_base_url

NOTHING = "Nothing was changed."


@dataclass(frozen=True, slots=True)
class About:
    """What a backup says of itself."""

    store: str
    version: str
    made_at: str
    ledger: str
    is_try_out: bool
    migrations: frozenset[tuple[str, str]]
    tables: dict[str, list[str]]


def bring_back(path: Path, progress: Progress | None = None) -> About:
    """Put the store's content in the place of what is there. Raises Refused with one sentence, and nothing is changed."""
    progress = progress or Progress()
    with _opened(path) as packed:
        about = _about(packed, path)
        _refuse_misfit(about)
        _refuse_broken(packed, path, progress)
        if about.store == "sqlite":
            _bring_sqlite_back(packed, about, progress)
        else:
            _bring_postgresql_back(packed, about, progress)
        _bring_settings_back(packed)
    return about


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        packed = zipfile.ZipFile(path)
    except FileNotFoundError:
        raise Refused(f"There is no file {path}. {NOTHING}") from None
    except (zipfile.BadZipFile, OSError):
        raise Refused(f"{path} is no whole backup: it was cut off, or it is something else. {NOTHING}") from None
    with packed:
        yield packed


def _about(packed: zipfile.ZipFile, path: Path) -> About:
    try:
        told = json.loads(packed.read(ABOUT))
        is_known = told["alongside_backup"] == FORMAT
        about = About(
            told["store"],
            told["version"],
            told["made_at"],
            told["ledger"],
            told["is_try_out"],
            frozenset((app, name) for app, name in told["migrations"]),
            told.get("tables", {}),
        )
        datetime.fromisoformat(about.made_at)
    except (KeyError, ValueError, TypeError, zipfile.BadZipFile):
        raise Refused(f"{path} is not a backup of Alongside. {NOTHING}") from None
    if not is_known:
        raise Refused(f"{path} was made by a later version of Alongside: install that first. {NOTHING}")
    return about


def _refuse_misfit(about: About) -> None:
    if about.store != connection.vendor:
        raise Refused(
            f"This backup is of a store in {_called(about.store)}, and the store here is in"
            f" {_called(connection.vendor)}: it comes back into its own kind. {NOTHING}"
        )
    known = frozenset(MigrationLoader(connection).disk_migrations)
    if about.migrations - known or (about.store == "postgresql" and known != about.migrations):
        raise Refused(
            f"This backup was made by Alongside {about.version}, whose tables are not those of this version. Bring it"
            f" back with that version, and upgrade afterwards. {NOTHING}"
        )
    refuse_unless_here(about.ledger)
    refuse_unless_here(unscoped_ledger_mark())
    here = unscoped_installation()
    if not may_take_base_url(is_try_out=about.is_try_out) and (settings.BASE_URL or here.has_run_with_base_url):
        raise Refused(f"This backup is of a try-out, in which anybody could be anybody: it stays one. {NOTHING}")


def _called(vendor: str) -> str:
    return "SQLite" if vendor == "sqlite" else "PostgreSQL"


def _refuse_broken(packed: zipfile.ZipFile, path: Path, progress: Progress) -> None:
    """Every byte is read once and its sum compared, before anything is touched."""
    progress.total = sum(one.file_size for one in packed.infolist()) * 2
    try:
        for one in packed.infolist():
            with packed.open(one) as member:
                while chunk := member.read(CHUNK):
                    progress.add(len(chunk))
    except (zipfile.BadZipFile, EOFError, OSError, zlib.error):
        raise Refused(f"{path} is damaged: what is in it is not what was written. {NOTHING}") from None


# SQLite


def _bring_sqlite_back(packed: zipfile.ZipFile, about: About, progress: Progress) -> None:
    """Made ready in a file of its own, then copied into the store by SQLite itself, as one transaction."""
    folder = Path(settings.HOME) / f"restoring.{os.getpid()}"
    folder.mkdir(mode=0o700)
    try:
        aside = folder / SQLITE
        with packed.open(SQLITE) as source, aside.open("wb") as target:
            shutil.copyfileobj(source, target, CHUNK)
        _make_ready(aside, about)
        _put_in_place(aside, progress)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _make_ready(aside: Path, about: About) -> None:
    uses, last = unscoped_installation(), _last_line()
    with another_store(aside):
        call_command("migrate", verbosity=0, interactive=False)
        keep_uses(None, uses=uses)
        note_restore(None, made_at=datetime.fromisoformat(about.made_at))
        forget_again(None)
        forget_all_before_now(last)
        clean_store(None)


def _last_line() -> int:
    """The journal's last number here: what comes after the restore has to come after it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'journal_line'")
        return int(cursor.fetchone()[0])


def _put_in_place(aside: Path, progress: Progress) -> None:
    connection.close()
    store = connection.settings_dict["NAME"]
    start = progress.done

    def copied(_status: int, remaining: int, total: int) -> None:
        progress.total = start + total * 4096
        progress.add(start + (total - remaining) * 4096 - progress.done)

    with closing(sqlite3.connect(aside)) as source, closing(sqlite3.connect(store, timeout=60)) as target:
        source.backup(target, pages=4096, progress=copied)
        target.execute("PRAGMA wal_checkpoint(TRUNCATE)")


# PostgreSQL


def _bring_postgresql_back(packed: zipfile.ZipFile, about: About, progress: Progress) -> None:
    uses = unscoped_installation()
    with transaction.atomic(), connection.cursor() as cursor:
        # This statement waits for whoever reads; after it nobody reads before everything is there.
        cursor.execute(f"TRUNCATE {', '.join(connection.ops.quote_name(name) for name in tables())}")
        for name, columns in about.tables.items():
            with (
                packed.open(f"{TABLES}{name}") as source,
                cursor.copy(f"COPY {quoted(name, columns)} FROM STDIN") as rows,
            ):
                while chunk := source.read(CHUNK):
                    rows.write(chunk)
                    progress.add(len(chunk))
        _set_sequences(cursor, [name for name in about.tables if name not in LEFT_OUT])
        keep_uses(None, uses=uses)
        note_restore(None, made_at=datetime.fromisoformat(about.made_at))
        forget_again(None)
        forget_all_before_now(0)
    clean_store(None)


def _set_sequences(cursor: Any, names: list[str]) -> None:
    """New rows go on after the highest number that came back."""
    models = [model for model in apps.get_models() if model._meta.db_table in names]
    for statement in connection.ops.sequence_reset_sql(no_style(), models):
        cursor.execute(statement)


def _bring_settings_back(packed: zipfile.ZipFile) -> None:
    """Into a home that has none: what is set here stays."""
    path = Path(settings.HOME) / SETTINGS
    told = packed.read(SETTINGS)
    if told and not path.exists():
        path.write_bytes(told)
