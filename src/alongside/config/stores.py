"""From one address of a store to what Django wants to know of it."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from alongside.config.options import PREFIX, WrongSetting

# WAL lets pages be read while something is written; IMMEDIATE takes the write lock at once, so that two writers
# wait for each other instead of failing half-way; the cache is small because every thread has its own (measured.md).
_PRAGMAS = (
    "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA cache_size=-8000;PRAGMA mmap_size=134217728;"
    "PRAGMA busy_timeout=10000;PRAGMA foreign_keys=ON;PRAGMA secure_delete=FAST;"
)


def database(store: str, home: Path) -> dict[str, Any]:
    """`""` is the embedded store in the home; otherwise `sqlite:///path` or `postgresql://name:word@host/base`."""
    parts = urlsplit(store)
    if not store or parts.scheme == "sqlite":
        return _sqlite(Path("/" + unquote(parts.path).lstrip("/")) if store else home / "store.sqlite3")
    if parts.scheme in ("postgresql", "postgres"):
        return _postgresql(store)
    raise WrongSetting(f"{PREFIX}STORE begins with “{parts.scheme}”; it has to be sqlite:///… or postgresql://…")


def _sqlite(path: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "CONN_MAX_AGE": None,
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "init_command": _PRAGMAS, "timeout": 10},
        # In a file as the real one: a base in memory locks whole tables between threads, which a file does not.
        "TEST": {"NAME": str(path.with_name("test.sqlite3"))},
    }


def _postgresql(store: str) -> dict[str, Any]:
    parts = urlsplit(store)
    try:
        port = str(parts.port or "")
    except ValueError:
        raise WrongSetting(f"{PREFIX}STORE names a port that is no number; it has to be like 5432.") from None
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "alongside",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": port,
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": dict(parse_qsl(parts.query)),
    }


def read_unmapped() -> None:
    """This process reads the embedded store through its small cache alone.

    For who goes once through much of it: mapped pages are the system's, but count as the process's own memory, up to
    `mmap_size`.
    """
    from django.db import connection

    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA mmap_size=0")
