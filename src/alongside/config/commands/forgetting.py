"""`forget`: somebody's own act, from a terminal; and cleaning files now of what was forgotten."""

import sys

import click

from alongside.config.commands.starting import as_option, prepare_store, stop, token_option, viewer_asking, with_django


@click.command("forget")
@as_option
@token_option
@click.option(
    "--now", is_flag=True, help="Clean the files at once, too; otherwise that is done in the next quiet hour."
)
@click.option("--yes", is_flag=True, help="Do not ask again.")
@with_django
def forget_(email: str | None, token: str | None, *, now: bool, yes: bool) -> None:
    r"""Forget somebody, by their own act: what they said, kept and are called. It cannot be undone.

    With --now alone nobody is forgotten by it: the files are cleaned of whoever asked before.

    \b
    Example:
      alongside forget --token alongside_…
      alongside forget --now
    """
    from alongside.kit.refused import Refused
    from alongside.people.actions.leaving_out import CANNOT_BE_CALLED_BACK, forget

    prepare_store()
    if email or token:
        viewer = viewer_asking(email, token)
        if not yes:
            _ask(viewer.name, CANNOT_BE_CALLED_BACK)
        try:
            forget(viewer)
        except Refused as error:
            stop(str(error))
        click.echo("Forgotten. No page, answer or feed shows it any more, and no import brings it back.")
        _say_what_stays(CANNOT_BE_CALLED_BACK)
    elif not now:
        stop("Say who is to be forgotten: --token TOKEN, or --as EMAIL in a try-out. --now alone cleans the files.")
    if now:
        _clean()
    elif email or token:
        click.echo("It leaves the files in the next quiet hour, or now with `alongside forget --now`.")


def _ask(name: str, stays: tuple[str, ...]) -> None:
    click.echo(f"Everything that {name or 'this account'} said and kept here is forgotten, for good.")
    _say_what_stays(stays)
    if not click.confirm("Forget it?"):
        click.echo("Nothing was changed.")
        sys.exit(1)


def _say_what_stays(stays: tuple[str, ...]) -> None:
    click.echo("What cannot be called back:")
    for sentence in stays:
        click.echo(f"  · {sentence}")


def _clean() -> None:
    from alongside.search.cleaning import forget_now

    done = forget_now(None, on_step=lambda step: click.echo(f"Cleaning {step} …", err=True))
    if done.store and done.index:
        click.echo("The files of the store and the indexes of this machine are clean.")
        return
    part = "The store's files" if not done.store else "The indexes"
    click.echo(f"{part} are in use and not clean yet; `alongside work` goes on with it, or say this again in a moment.")
    sys.exit(1)
