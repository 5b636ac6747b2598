"""`backup` and `restore`: the store in one file, and back, while pages go on being served."""

import sys
from pathlib import Path

import click

from alongside.config.commands.bars import reading
from alongside.config.commands.starting import prepare_store, stop, with_django


@click.command("backup")
@click.argument("path", type=click.Path(path_type=Path))
@with_django
def backup_(path: Path) -> None:
    r"""Write the store and the settings, without secrets, into one file, while everything runs.

    The ledger of who is forgotten is not in it, nor any key: keep copies of those apart.

    \b
    Example:
      alongside backup /var/backups/alongside-monday.zip
    """
    from alongside.archives.backing_up import Progress, back_up
    from alongside.kit.refused import Refused
    from alongside.people.ledger import ledger_folder

    prepare_store()
    progress = Progress()
    try:
        with reading(progress, f"backing up to {path.name}"):
            size = back_up(path, progress)
    except Refused as error:
        stop(str(error))
    click.echo(f"{path} holds the store as it was just now ({size / 1e6:,.1f} MB).")
    click.echo(f"Not in it: the key, passwords of mail and store, the indexes, and the ledger in {ledger_folder()}.")
    click.echo("It still holds what is forgotten from now on: `alongside restore` forgets it again, other ways do not.")


@click.command("restore")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask before what is here is replaced.")
@with_django
def restore_(path: Path, *, yes: bool) -> None:
    r"""Bring a backup back in the place of what is here, while everything runs. Who was forgotten stays forgotten.

    \b
    Example:
      alongside restore /var/backups/alongside-monday.zip
    """
    from django.conf import settings

    from alongside.archives.backing_up import Progress
    from alongside.archives.bringing_back import bring_back
    from alongside.kit.refused import Refused
    from alongside.people.queries import unscoped_connections, unscoped_people
    from alongside.search import node

    prepare_store()
    if not yes and (unscoped_connections() or unscoped_people(1)):
        click.echo(
            "What is in the store now is replaced by what is in the backup; it cannot be brought back from here."
        )
        if not click.confirm("Replace it?"):
            click.echo("Nothing was changed.")
            sys.exit(1)
    progress = Progress()
    try:
        with node.writing(settings.HOME, "importing"), reading(progress, f"bringing {path.name} back"):
            about = bring_back(path, progress)
    except node.BeingWritten:
        stop("An import is running here. Start this again when it has ended. Nothing was changed.")
    except Refused as error:
        stop(str(error))
    _follow()
    click.echo(f"The store is as it was at {about.made_at}, without those who were forgotten since.")


def _follow() -> None:
    from alongside.search.followers import catch_up_words

    if catch_up_words():
        click.echo("It can be found by its words now; by meaning as `alongside run` (or `alongside rebuild`) follows.")
    else:
        click.echo("The running Alongside makes its indexes anew.")
