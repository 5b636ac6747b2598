"""`check`: what is wrong with an installation, and how to mend it."""

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import click

from alongside.config.commands.starting import with_django

LITTLE_ROOM = 500_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `mend` says what to do; empty means that nothing is wrong with it."""

    thing: str
    state: str
    mend: str = ""


@click.command("check")
@with_django
def check_() -> None:
    r"""Say what is wrong with this installation, and how to mend it: settings, disk, store, index, model.

    \b
    Example:
      alongside check
    """
    findings = list(_findings())
    for finding in findings:
        click.echo(f"{'!' if finding.mend else '·'} {finding.thing}: {finding.state}")
        if finding.mend:
            click.echo(f"  To mend it: {finding.mend}")
    wrong = sum(bool(finding.mend) for finding in findings)
    click.echo("Nothing is wrong." if not wrong else f"{wrong} to mend.")
    sys.exit(1 if wrong else 0)


def _findings() -> Iterator[Finding]:
    yield from _settings()
    yield _disk()
    store = _store()
    yield store
    if not store.mend:
        yield _ledger()
        yield from _index()
        yield from _connections()
    yield _model()


def _settings() -> Iterator[Finding]:
    from django.conf import settings

    yield Finding("Home", str(settings.HOME))
    if not settings.BASE_URL:
        yield Finding("Base URL", "none: for this machine only, over http")
    elif not settings.OPTIONS.is_https:
        yield Finding("Base URL", settings.BASE_URL, "use https://, so that nobody on the way reads along")
    else:
        yield Finding("Base URL", settings.BASE_URL)
    if settings.BASE_URL and not settings.OPTIONS.email_url:
        state = f"none: sign-in links are written to files in {settings.EMAIL_FILE_PATH}"
        yield Finding("E-mail", state, "set ALONGSIDE_EMAIL_URL, like smtp://mail.example.org:25")


def _disk() -> Finding:
    from django.conf import settings

    free = shutil.disk_usage(settings.HOME).free
    state = f"{free / 1e9:.1f} GB free"
    return Finding("Disk", state, "free some room, or move ALONGSIDE_HOME" if free < LITTLE_ROOM else "")


def _store() -> Finding:
    from django.db import Error, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        behind = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if connection.vendor == "sqlite" and not behind:
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA quick_check(1)")
                word = cursor.fetchone()[0]
            if word != "ok":
                return Finding("Store", f"SQLite says: {word}", "stop Alongside and bring the last backup back")
    except Error as error:
        mend = "see that ALONGSIDE_STORE names a store that is running and that this account may write to"
        return Finding("Store", f"cannot be used: {error}".strip(), mend)
    if behind:
        is_new = not executor.loader.applied_migrations
        state = "not made yet" if is_new else "its tables are older than this version"
        return Finding("Store", state, "alongside manage migrate")
    return Finding("Store", "SQLite" if connection.vendor == "sqlite" else "PostgreSQL")


def _ledger() -> Finding:
    from alongside.kit.refused import Refused
    from alongside.people.ledger import can_be_written, ledger_folder, refuse_unless_here
    from alongside.people.queries import unscoped_ledger_mark

    mark, folder = unscoped_ledger_mark(), ledger_folder()
    try:
        refuse_unless_here(mark)
    except Refused:
        mend = f"bring the folder back to {folder}, or set ALONGSIDE_LEDGER to where it is"
        return Finding("Ledger", "missing, or another one: nothing is brought in, and nobody can be forgotten", mend)
    if not can_be_written():
        mend = f"make the folder {folder}, writable for the account that Alongside runs as, or set ALONGSIDE_LEDGER"
        return Finding("Ledger", "cannot be written: nobody can be forgotten", mend)
    return Finding("Ledger", f"in {folder}" if mark else f"not needed yet; it will be in {folder}")


def _index() -> Iterator[Finding]:
    from alongside.search.queries import state_of_indexes

    for state in state_of_indexes():
        mend = ""
        if not state.is_there:
            first = "bring in the model first (see Model), then " if state.part == "meaning" and _why_no_model() else ""
            mend = f"{first}alongside rebuild"
        elif state.behind_seconds > 60:  # noqa: PLR2004 (a minute)
            mend = "see that `alongside work` or `alongside run` is running"
        words = "not made yet" if not state.is_there else f"behind by {state.behind_seconds} s" if mend else "in step"
        yield Finding(f"Index of {state.part}", words, mend)


def _connections() -> Iterator[Finding]:
    from alongside.bridges.queries import unscoped_health
    from alongside.letters.queries import unscoped_waiting

    here = [one for one in unscoped_health() if one.is_on and not one.kind.startswith("pretend")]
    yield from _pages_from_tools({one.kind for one in here})
    for one in here:
        waiting = unscoped_waiting(one.connection_id)
        state = one.problem or ("it listens" if one.heard_at else "nothing was heard yet")
        mend = ""
        if one.problem:
            again = f"alongside connect {one.kind}"
            mend = (
                again if one.is_permanent else "it is tried again by itself; see that the tool and the network answer"
            )
        elif waiting.problems:
            state, mend = f"something could not be sent: {waiting.problems[0]}", "see what the tool says to that"
        yield Finding(f"Connection {one.name}", state, mend)


def _pages_from_tools(kinds: set[str]) -> Iterator[Finding]:
    """What is said in tools leads to our pages, where people reach them."""
    from django.conf import settings

    from alongside.bridges import setup
    from alongside.bridges.port import Can
    from alongside.bridges.queries import unscoped_bridges_for_files
    from alongside.bridges.registry import adapter_class

    if settings.BASE_URL or not any(Can.DIRECT in adapter_class(kind).can for kind in kinds):
        return
    state = f"nobody in a tool reaches them, so that {setup.missing_without_pages()}"
    mend = "set ALONGSIDE_BASE_URL to the address at which colleagues reach them, or connect a mailbox"
    yield Finding("Pages", state, "" if unscoped_bridges_for_files() else mend)


def _model() -> Finding:
    from django.conf import settings

    missing = _why_no_model()
    if missing:
        return Finding("Model", "none: finding uses words only", missing)
    name = settings.OPTIONS.model or "all-MiniLM-L6-v2, int8"
    return Finding("Model", f"{name}: English; texts in other languages are words first")


def _why_no_model() -> str:
    from pathlib import Path

    from django.conf import settings

    from alongside.search.meaning.encoder import why_no_model

    chosen = settings.OPTIONS.model
    return why_no_model(Path(chosen) if chosen else None)
