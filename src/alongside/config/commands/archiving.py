"""`import` and `export`: archives in, and one's own words out."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from time import monotonic
from typing import Any

import click

from alongside.config.commands.bars import reading
from alongside.config.commands.starting import as_option, prepare_store, stop, token_option, viewer_asking, with_django
from alongside.kit.counting import counted

# Bytes.
WORTH_A_PROCESS = 500_000


@click.command("import")
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--look", is_flag=True, help="Say what is in it and what will be left out; write nothing.")
@click.option("--undo", "undone", type=int, metavar="ID", help="Take an import wholly back.")
@click.option("--list", "listed", is_flag=True, help="Name the imports there are.")
@click.option(
    "--open-lists",
    is_flag=True,
    help="Mail only: you say that the whole organisation could read these lists. Mail itself does not say.",
)
def import_(path: Path | None, undone: int | None, *, look: bool, listed: bool, open_lists: bool) -> None:
    r"""Bring an archive in: a Slack export, mail (mbox, Maildir), zulip-archive's JSON, or an Alongside archive.

    Cut off at any moment and started again, it goes on; nothing comes in twice.

    \b
    Example:
      alongside import --look acme-slack-export.zip
      alongside import acme-slack-export.zip
      alongside import --undo 3
    """
    if look and path is not None:
        _look(path)  # without settings or a store: it makes neither
    elif path is None and undone is None and not listed:
        stop("Say which file: alongside import FILE. `alongside import --help` has an example.")
    else:
        _import(path, undone, listed=listed, open_lists=open_lists)


@with_django
def _import(path: Path | None, undone: int | None, *, listed: bool, open_lists: bool) -> None:
    prepare_store()
    stay_small()
    if listed:
        _name_imports()
        return
    with _one_at_a_time():
        if undone is not None:
            _take_back(undone)
        elif path is not None and bring(path, open_lists=open_lists).is_nothing:
            sys.exit(1)


def stay_small() -> None:
    """Under 300 MB for an archive of any size. For a process that does nothing else: pages are made faster without."""
    from alongside.config.stores import read_unmapped
    from alongside.kit.memory import give_back_at_once

    read_unmapped()
    give_back_at_once()


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two at once would begin the same rooms twice. The kernel lets go of it however we end."""
    from django.conf import settings

    from alongside.search import node

    try:
        with node.writing(settings.HOME, "importing"):
            yield
    except node.BeingWritten:
        stop("Another import is running here. Start this one again when it has ended.")


def _name_imports() -> None:
    from alongside.archives.queries import unscoped_imports

    imports = unscoped_imports()
    for one in imports:
        click.echo(f"{one.import_id}  {one.name}  {one.connection}  {one.state}")
    if not imports:
        click.echo("Nothing has been brought in yet.")


def _take_back(import_id: int) -> None:
    from alongside.archives.taking_back import NotTakenBack, take_back
    from alongside.search.followers import catch_up_words

    try:
        gone = take_back(None, import_id=import_id)
    except NotTakenBack as error:
        stop(str(error))
    catch_up_words()
    went = counted(gone, "message is", "messages are")
    click.echo(f"Import {import_id} is taken back: {went} gone, and what it had changed is as it was.")


def _reader(path: Path) -> Any:
    from alongside.archives.port import Unreadable
    from alongside.archives.recognising import recognised

    try:
        return recognised(path)
    except Unreadable as error:
        stop(str(error))


def _look(path: Path) -> None:
    from alongside.archives.looking import look_into
    from alongside.archives.port import Unreadable

    found = _reader(path)
    try:
        with reading(found.progress, f"looking into {path.name}"):
            seen = look_into(found.reader)
    except Unreadable as error:
        stop(str(error))
    for line in seen.lines():
        click.echo(line)


def _is_worth_a_process(path: Path) -> bool:
    """Starting one takes a third of a second: a small archive is in by then."""
    return path.is_dir() or path.stat().st_size > WORTH_A_PROCESS


def bring(path: Path, *, open_lists: bool = False, quiet: bool = False) -> Any:
    """Bring in one archive, words index included, and say what it came to."""
    from django.db import IntegrityError

    from alongside.archives.actions import bring_in
    from alongside.archives.port import Unreadable
    from alongside.archives.reading_ahead import read_ahead
    from alongside.people.queries import unscoped_installation
    from alongside.search.followers import catch_up_words

    _refuse_without_ledger()
    found, began = _reader(path), monotonic()
    is_try_out = unscoped_installation().is_try_out
    bar = nullcontext() if quiet else reading(found.progress, f"bringing in {path.name}")
    try:
        with bar:
            with read_ahead(found, path) if _is_worth_a_process(path) else nullcontext(found.reader) as reader:
                report = bring_in(None, reader=reader, path=path, is_try_out=is_try_out, opens_mail=open_lists)
            indexed_here = catch_up_words()
    except Unreadable as error:
        stop(str(error))
    except IntegrityError:
        stop("Somebody was forgotten while their words came in. Start it again: it goes on, without them.")
    if not quiet:
        _say(report, monotonic() - began, indexed_here=indexed_here)
    return report


def _refuse_without_ledger() -> None:
    """Before anything is written."""
    from alongside.kit.refused import Refused
    from alongside.people.ledger import refuse_unless_here
    from alongside.people.queries import unscoped_ledger_mark

    try:
        refuse_unless_here(unscoped_ledger_mark())
    except Refused as error:
        stop(f"{error} Nothing was brought in.")


def _say(report: Any, seconds: float, *, indexed_here: bool) -> None:
    from alongside.archives.reporting import lines_of

    for line in lines_of(report, seconds):
        click.echo(line)
    if not report.has_messages:
        return
    if indexed_here:
        click.echo("It can be found by its words now; by meaning as `alongside run` (or `alongside rebuild`) follows.")
    else:
        click.echo("The running Alongside is taking it into its indexes.")


@click.command("export")
@click.argument("path", type=click.Path(path_type=Path))
@as_option
@token_option
@with_django
def export_(path: Path, email: str | None, token: str | None) -> None:
    r"""Take your own words with you, as an Alongside archive (.jsonl, or .jsonl.gz).

    \b
    Example:
      alongside export my-words.jsonl.gz --token alongside_…
    """
    from alongside.archives.own_words import write_own_words

    prepare_store()
    viewer = viewer_asking(email, token)
    if path.exists():
        stop(f"{path} is there already; nothing was written. Choose another name.")
    written = write_own_words(viewer, path)
    click.echo(f"{counted(written, 'message of yours is', 'messages of yours are')} in {path}.")
