"""`bridge`, `connect`, `rotate-key`: the tools people use."""

import signal
import threading
from typing import Any

import click

from alongside.config.commands.starting import prepare_store, stop, with_django


@click.command("bridge")
@with_django
def bridge_() -> None:
    r"""Listen to the connected tools and answer in them. Any number of these may run; each connection is one's own.

    \b
    Example:
      alongside bridge
    """
    from alongside.bridges.followers.running import follow_tools

    prepare_store()
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    follow_tools(stopping)


@click.command("connect")
@click.argument("kind", required=False)
@click.option("--set", "given", multiple=True, metavar="NAME=VALUE", help="A setting, instead of being asked for it.")
@click.option("--owner", metavar="EMAIL", help="Who is told when the connection does not work any more.")
@click.option("--off", is_flag=True, help="Disconnect: nothing is listened to any more, and the secrets go.")
@click.option("--guide", is_flag=True, help="Only print what to do in the tool itself.")
@with_django
def connect_(kind: str | None, given: tuple[str, ...], owner: str | None, *, off: bool, guide: bool) -> None:
    r"""Connect a tool, step by step; nothing is kept before every step is well. Without KIND it asks where you share.

    \b
    Example:
      alongside connect
      alongside connect slack --owner ana@example.org
    """
    from alongside.bridges import setup
    from alongside.bridges.registry import UnknownKind

    prepare_store()
    try:
        chosen = kind or _asked_where(setup.kinds())
        if off:
            _disconnect(chosen)
            return
        click.echo(setup.setup_text(chosen))
        if not guide:
            _connect(chosen, dict(_pair(one) for one in given), owner)
    except UnknownKind as error:
        stop(str(error))


def _asked_where(kinds: Any) -> str:
    click.echo("Where do people share what they learn from each other now? Connect that; nothing new is made for them.")
    for number, one in enumerate(kinds, start=1):
        click.echo(f"  {number}. {one.name}")
    number = click.prompt("Which", type=click.IntRange(1, len(kinds)))
    return str(kinds[number - 1].kind)


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        stop(f"“{name}” has no value; write it like --set {name}=…")
    return name, value


def _connect(kind: str, given: dict[str, str], owner: str | None) -> None:
    from alongside.bridges import setup
    from alongside.bridges.actions.connecting import connect
    from alongside.bridges.sealed import sealing

    actor = _owner(owner)
    for choice in setup.choices_of(kind):
        if choice.name not in given:
            given[choice.name] = _asked(choice)
    click.echo("Trying it …")
    steps, workspace = setup.look(kind, given, sealing())
    for step in steps:
        click.echo(f"{'·' if step.is_well else '!'} {step.what}")
        if not step.is_well:
            click.echo(f"  {step.mend}")
    if workspace is None:
        stop("Not connected yet, and nothing was kept. Mend what stands after “!”, and run this again.")
    bridge = connect(actor, kind=kind, key=workspace.key, name=workspace.name, given=given)
    click.echo(f"{workspace.name} is connected. `alongside run` (or `alongside bridge`) listens from now on.")
    click.echo(f"Its webhooks, where it needs any: /hooks/{kind}/{bridge.bridge_id}")
    _ask_for_pages()
    click.echo("Now invite Alongside into one room, by a member of it, and ask there.")


def _ask_for_pages() -> None:
    """Where people reach the pages: what is said in tools leads there. Nobody has to have them."""
    from django.conf import settings

    from alongside.bridges import setup
    from alongside.people.queries import unscoped_installation

    if settings.BASE_URL or unscoped_installation().is_try_out:
        return
    click.echo(f"Nobody in a tool reaches Alongside's pages yet. Without that {setup.missing_without_pages()}.")
    try:
        given = click.prompt(
            "At which address do colleagues reach them, like https://alongside.example.org? Empty: at none",
            default="",
            show_default=False,
            value_proc=_base_url,
        )
    except click.Abort:  # the connection is kept whatever is answered to this
        given = ""
    if given:
        click.echo("It is kept in settings.toml, and holds once `alongside run` is started anew. It needs a proxy that")
        click.echo("speaks https in front of it: see “The base URL” in For administrators.")


def _base_url(text: str) -> str:
    from django.conf import settings

    from alongside.config.options import WrongSetting, keep_base_url

    text = text.strip()
    try:
        if text:
            keep_base_url(settings.HOME, text)
    except WrongSetting as error:
        raise click.BadParameter(str(error)) from None
    return text


def _asked(choice: Any) -> str:
    if choice.help:
        click.echo(choice.help)
    default = choice.default if choice.default or not choice.is_optional else ""
    answer: str = click.prompt(
        choice.label,
        default=default if default or choice.is_optional else None,
        hide_input=choice.is_secret,
        show_default=bool(default),
    )
    return answer


def _owner(email: str | None) -> Any:
    from alongside.people.queries import NobodyKnown, unscoped_viewer_of_owner

    if not email:
        return None
    try:
        return unscoped_viewer_of_owner(email)
    except NobodyKnown as error:
        stop(str(error))


def _disconnect(kind: str) -> None:
    from alongside.bridges.actions.connecting import disconnect
    from alongside.bridges.queries import unscoped_bridges

    here = [one for one in unscoped_bridges() if one.kind == kind]
    if not here:
        stop(f"Nothing of the kind {kind} is connected.")
    for one in here:
        disconnect(None, bridge_id=one.bridge_id)
        click.echo(f"{one.name} is disconnected, and its secrets are gone. What was taken in stays.")


@click.command("rotate-key")
@click.option("--drop-old", is_flag=True, help="Forget the older keys; what still carries them in tools opens no more.")
@with_django
def rotate_key_(*, drop_old: bool) -> None:
    r"""Make a new key for the secrets of connections, and seal them with it.

    \b
    Example:
      alongside rotate-key
    """
    from django.conf import settings

    from alongside.bridges.actions.connecting import seal_again
    from alongside.kit.sealing import NoKey, forget_older_keys

    prepare_store()
    try:
        number = seal_again(None)
    except NoKey as error:
        stop(str(error))
    if drop_old:
        forget_older_keys(settings.HOME)
    click.echo(f"Sealed with a new key: {number} connection{'' if number == 1 else 's'}.")
