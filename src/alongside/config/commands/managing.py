"""Django's own commands, for who knows them."""

import click

from alongside.config.commands.starting import prepare_store, stop, with_django


@click.command("manage", context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
@with_django
def manage_(words: tuple[str, ...]) -> None:
    r"""Django's own commands, and createadmin and createperson, which let people in.

    \b
    Example:
      alongside manage createadmin ana@example.org "Ana Moreau"
      alongside manage createperson bo@example.org "Bo Lindqvist"
      alongside manage migrate
    """
    from django.core.management import execute_from_command_line

    if words[:1] in (("createsuperuser",), ("changepassword",)):
        stop("Nobody has a password here. `alongside manage createperson` lets somebody in, who signs in by e-mail.")
    if words[:1] in (("createadmin",), ("createperson",)):
        prepare_store()  # it is the first thing one does in a new home
    execute_from_command_line(["alongside manage", *words])
