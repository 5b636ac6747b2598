"""`keep`: the draft of a note from a conversation, printed for the one who asks."""

from collections.abc import Iterator
from typing import Any

import click

from alongside.config.commands.starting import as_option, prepare_store, stop, token_option, viewer_asking, with_django

PARTS = {"when": "When", "what_worked": "What worked", "why": "Why we think so", "where_not": "Where it may not help"}


@click.command("keep")
@click.argument("conversation")
@as_option
@token_option
@with_django
def keep_(conversation: str, email: str | None, token: str | None) -> None:
    r"""Print the draft of a note from a conversation (its id, or its page's address). Nothing is kept by it.

    \b
    Example:
      alongside keep phm58q9khd24 --as ana@example.org
    """
    from alongside.audiences.queries import NotThere
    from alongside.notes.drafted import drafted
    from alongside.search.queries import unscoped_nearness

    prepare_store()
    viewer = viewer_asking(email, token)
    public_id = conversation.rstrip("/").rsplit("/", 1)[-1].partition("#")[0]
    try:
        found = drafted(viewer, public_id, unscoped_nearness)
    except NotThere:
        stop("There is no such conversation that you may read.")
    for line in _lines(found):
        click.echo(line)


def _lines(found: Any) -> Iterator[str]:
    yield found.draft.title
    names = {one.message_id: one.author for one in found.messages}
    for part, excerpts in found.draft.parts.items():
        yield ""
        yield PARTS[part.value]
        yield from (f"  {names[one.message_id]}: {one.text}" for one in excerpts)
    yield ""
    yield "With thanks to"
    yield from (f"  {one.author}: {', '.join(one.credits)}" for one in found.draft.credited)
    yield ""
    yield "Found by machine, in people's own words; read it before you keep it."
