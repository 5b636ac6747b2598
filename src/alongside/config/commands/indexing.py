"""`rebuild`: both indexes anew, while pages go on being served from the old ones."""

from time import monotonic

import click

from alongside.config.commands.bars import counting
from alongside.config.commands.starting import prepare_store, stop, with_django
from alongside.kit.counting import counted


@click.command("rebuild")
@click.option(
    "--words", "words_only", is_flag=True, help="Return when words are done; meaning follows in the background."
)
@with_django
def rebuild_(*, words_only: bool) -> None:
    r"""Make both indexes anew from what is in the store. Nothing is lost if this is cut off.

    \b
    Example:
      alongside rebuild
      alongside rebuild --words
    """
    from alongside.search import node
    from alongside.search.followers import rebuild_meaning, rebuild_words
    from alongside.search.serving import encoder, index_folder

    prepare_store()
    index, began = index_folder(), monotonic()
    with counting("words", "messages") as bar:
        done = rebuild_words(index, bar)
    took = max(monotonic() - began, 0.001)
    click.echo(
        f"Words: {counted(done.messages, 'message')} in {counted(done.conversations, 'conversation')},"
        f" {took:.1f} s, {done.messages / took:,.0f} a second."
    )
    if words_only:
        node.want_meaning(index)
        click.echo("Meaning follows while `alongside run` or `alongside work` is running.")
        return
    model = encoder()
    if model is None:
        stop("There is no model for meaning, so only words were made anew. `alongside check` says how to mend it.")
    began = monotonic()
    with counting("meaning", "conversations", done.conversations) as bar:
        encoded = rebuild_meaning(index, model, bar)
    click.echo(f"Meaning: {counted(encoded, 'conversation')}, {monotonic() - began:.1f} s.")
