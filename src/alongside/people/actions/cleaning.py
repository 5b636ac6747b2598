"""The store's files, after rows are gone: SQLite writes itself anew and empties its log, PostgreSQL its tables."""

import time
from contextlib import suppress
from datetime import datetime

from django.apps import apps
from django.db import Error, connection, transaction

from alongside.people.models import Installation

TRIES = 40
PAUSE = 0.25


def clean_store(_actor: None) -> bool:
    """Nothing that was deleted or changed is in the store's files any more. False: a reader kept SQLite's log in use."""
    up_to = Installation.objects.filter(pk=1).values_list("forgotten_at", flat=True).first()
    if not (_clean_sqlite() if connection.vendor == "sqlite" else _clean_postgresql()):
        return False
    return _note_cleaned(up_to)


def _note_cleaned(up_to: datetime | None) -> bool:
    with transaction.atomic():
        Installation.objects.filter(pk=1).update(cleaned_at=up_to)
    return True


def _clean_sqlite() -> bool:
    """VACUUM, because zeros over what was deleted leave what pages held before their cells were moved."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA secure_delete=ON")
        try:
            cursor.execute("VACUUM")
            return _emptied_log()
        finally:
            cursor.execute("PRAGMA secure_delete=FAST")


def _emptied_log() -> bool:
    for _ in range(TRIES):
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            is_busy = cursor.fetchone()[0]
        if not is_busy:
            return True
        time.sleep(PAUSE)
    return False


def _clean_postgresql() -> bool:
    """FULL: a plain VACUUM leaves old words in the free part of a page. ANALYZE: statistics hold samples of texts."""
    names = {model._meta.db_table for model in apps.get_models()}
    with connection.cursor() as cursor:
        for name in sorted(names & set(connection.introspection.table_names())):
            cursor.execute(f"VACUUM (FULL, ANALYZE) {connection.ops.quote_name(name)}")
        for statement in ("VACUUM (FULL) pg_catalog.pg_statistic", "CHECKPOINT"):
            with suppress(Error):  # the base's owner may do the first, a superuser the second
                cursor.execute(statement)
    return True
