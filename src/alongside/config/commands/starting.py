"""What every command does first: settings, the store, who is asking."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, NoReturn, ParamSpec, TypeVar

import click

P = ParamSpec("P")
T = TypeVar("T")
# Any number that nobody else of this database asks an advisory lock for.
PREPARING = 7_245_113_806


class Stop(click.ClickException):
    """A sentence for a person; the command ends with 2."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        click.echo(f"alongside: {self.message}", err=True, file=file)


def stop(sentence: str) -> NoReturn:
    raise Stop(sentence)


def with_django(function: Callable[P, T]) -> Callable[P, T]:
    """Django is set up when the command runs, not when its help is read."""

    @wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> T:
        import django
        from django.db.utils import OperationalError

        django.setup()
        try:
            return function(*args, **kwargs)
        except OperationalError as error:
            stop(f"The store cannot be used: {error}. `alongside check` says more.")
        except OSError as error:  # a disk that is full, a folder that is not there or not ours
            stop(f"{error.filename or 'A file'} cannot be used: {error.strerror or error}.")

    return wrapped


def prepare_store() -> None:
    """Bring the store's tables up to date: they are made at the first start, and follow an upgrade.

    Of several processes that begin at once, one does it, and the others wait for that.
    """
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        with _alone():
            call_command("migrate", verbosity=0, interactive=False)


@contextmanager
def _alone() -> Iterator[None]:
    """On this machine where the store is a file of it; among all machines on PostgreSQL."""
    from django.conf import settings
    from django.db import connection

    from alongside.search import node

    if connection.vendor != "postgresql":
        with node.writing(settings.HOME, "preparing", wait=True):
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [PREPARING])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [PREPARING])


def is_free_here() -> bool:
    """Whether anybody may be anybody in this store (never once it has met the outside)."""
    from django.conf import settings

    from alongside.people.queries import unscoped_installation
    from alongside.people.rules import may_act_as_anybody

    here = unscoped_installation()
    return may_act_as_anybody(has_run_with_base_url=here.has_run_with_base_url, base_url=settings.BASE_URL)


def refuse_unless_free(what: str) -> None:
    if not is_free_here():
        stop(
            f"{what} works only in a store that never ran with a base URL; this one did, or is about to."
            " Use --token, or ALONGSIDE_TOKEN, with a token that its person made under “My choices”."
        )


def viewer_asking(email: str | None, token: str | None) -> Any:
    """Who asks on the command line: somebody with a token, or, in a store that never met the outside, anybody."""
    from alongside.people.queries import NobodyKnown, unscoped_viewer_with_address, unscoped_viewer_with_token

    try:
        if token:
            return unscoped_viewer_with_token(token)
        if not email:
            stop("Say who asks: --as EMAIL in a try-out, --token TOKEN otherwise.")
        refuse_unless_free("--as")
        return unscoped_viewer_with_address(email)
    except NobodyKnown as error:
        stop(str(error))


as_option = click.option("--as", "email", metavar="EMAIL", help="Who asks; only in a store that never met the outside.")
token_option = click.option(
    "--token", envvar="ALONGSIDE_TOKEN", metavar="TOKEN", help="A token that its person made under “My choices”."
)
