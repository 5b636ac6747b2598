"""`find`: ask from a terminal, or many questions at once for measuring."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

import click

from alongside.config.commands.starting import (
    as_option,
    prepare_store,
    refuse_unless_free,
    stop,
    token_option,
    viewer_asking,
    with_django,
)


@click.command("find")
@click.argument("question", required=False)
@as_option
@token_option
@click.option("--queries", type=click.Path(path_type=Path), metavar="FILE", help='Many: JSON Lines {"id","text"}.')
@click.option("--json", "as_json", is_flag=True, help="As JSON Lines.")
@click.option("--limit", type=click.IntRange(1, 1000), default=10, show_default=True)
@click.option("--before", metavar="TIME", help="Only what was said before this time (2026-03-01, or with a time).")
@click.option("--newest", is_flag=True, help="Newest first instead of best first.")
@click.option("--unit", type=click.Choice(["conversation", "message"]), default="conversation", show_default=True)
@with_django
def find_(
    *,
    question: str | None,
    email: str | None,
    token: str | None,
    queries: Path | None,
    limit: int,
    before: str | None,
    unit: str,
    as_json: bool,
    newest: bool,
) -> None:
    r"""Ask in your own words; get what colleagues worked out before, as far as you may read it.

    \b
    Example:
      alongside find "how do you calm a caller who threatens to cancel?" --as ana@example.org
      alongside find "is:open invoice" --as ana@example.org
      alongside find --queries questions.jsonl --as ana@example.org > results.jsonl
    """
    if (question is None) == (queries is None):
        stop("Say what to look for: alongside find “…”, or --queries FILE.")
    prepare_store()
    if queries is not None or unit == "message":
        refuse_unless_free("--queries and --unit message (they show scores)")
    viewer = viewer_asking(email, token)
    choices = {"limit": limit, "before": _moment(before), "newest_first": newest}
    if queries is not None:
        _answer_many(viewer, queries, unit, choices)
    else:
        _answer_one(viewer, question or "", unit, choices, as_json=as_json)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        stop(f"“{text}” is no time that can be read; write it like 2026-03-01 or 2026-03-01T09:30:00Z.")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _answer_many(viewer: Any, path: Path, unit: str, choices: dict[str, Any]) -> None:
    from alongside.config.commands.bars import counting

    with path.open(encoding="utf-8", errors="replace") as file, counting("asking", "questions") as bar:
        for number, (query_id, text) in enumerate(_queries(file), start=1):
            results = list(_scored(viewer, text, unit, {**choices, "is_prose": True}))
            click.echo(_json({"id": query_id, "results": results}))
            bar(number)


def _queries(file: TextIO) -> Iterator[tuple[Any, str]]:
    import json

    for number, line in enumerate(file, start=1):
        if not line.strip():
            continue
        try:
            query = json.loads(line)
            yield query["id"], str(query["text"])
        except (ValueError, KeyError, TypeError):
            stop(f'Line {number} is not {{"id": …, "text": …}}; what came before it is answered.')


def _scored(viewer: Any, text: str, unit: str, choices: dict[str, Any]) -> Iterator[dict[str, Any]]:
    from alongside.search.queries import find, find_messages

    if unit == "message":
        for message in find_messages(viewer, text, **choices):
            yield {
                "kind": "message",
                "id": message.id,
                "source_id": message.source_id,
                "score": round(message.score, 6),
            }
        return
    for result in find(viewer, text, **choices).results:
        score = round(result.score, 6)
        yield {"kind": result.kind, "id": result.public_id, "source_id": result.source_id, "score": score}


def _answer_one(viewer: Any, question: str, unit: str, choices: dict[str, Any], *, as_json: bool) -> None:
    from alongside.search.queries import find

    if unit == "message" or as_json:
        with_scores, results = _may_show_scores(), list(_as_values(viewer, question, unit, choices))
        for result in results:
            click.echo(_json({name: value for name, value in result.items() if with_scores or name != "score"}))
        sys.exit(0 if results else 1)
    found = find(viewer, question, **choices)
    for line in _in_words(found):
        click.echo(line)
    sys.exit(0 if found.results else 1)


def _as_values(viewer: Any, question: str, unit: str, choices: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What a person would read of a result, as values."""
    from alongside.search.queries import find

    if unit == "message":
        yield from _scored(viewer, question, unit, choices)
        return
    for one in find(viewer, question, **choices).results:
        yield {
            "kind": one.kind,
            "id": one.public_id,
            "source_id": one.source_id,
            "score": round(one.score, 6),
            "title": one.title,
            "connection": one.connection,
            "room": one.room,
            "speaker": one.speaker,
            "said_at": one.said_at.isoformat(),
            "passage": "".join(piece for piece, _ in one.passage),
            "url": one.url,
        }


def _may_show_scores() -> bool:
    from alongside.config.commands.starting import is_free_here

    return is_free_here()


def _in_words(found: Any) -> Iterator[str]:
    yield from found.remarks
    if found.words_only:
        yield found.words_only
    if found.is_weak:
        yield "Nothing fits well; these come closest."
    for result in found.results:
        yield ""
        yield result.title
        yield f"  {result.connection} · {result.room} · {result.said_at.day} {result.said_at:%B %Y}"
        yield f"  {result.speaker}: {''.join(piece for piece, _ in result.passage)}"
        if result.url:
            yield f"  {result.url}"
    if not found.results:
        yield "Nothing that you may read answers this yet."
    if found.is_weak or not found.results:
        yield ""
        yield from _looked_and_where_to_ask(found)


def _looked_and_where_to_ask(found: Any) -> Iterator[str]:
    """As the page says it, for who stands before nothing, or nothing good."""
    from alongside.web.pages import source_of
    from alongside.web.views import where_it_looked

    if looked := where_it_looked(found):
        yield f"Looked at: {' '.join(looked)}"
    if found.sealed:
        names = ", ".join(found.sealed)
        yield f"Not looked into, because still sealed: {names}. You or another member can open them under “My things”."
    if found.behind_seconds:
        yield f"The index is {found.behind_seconds} s behind; what was said since is not in yet."
    for place in found.places:
        yield (
            f"You could ask in {place.name}, in {source_of(place.tool)}: {place.url}"
            if place.url
            else f"You could ask in {place.name}."
        )


def _json(value: Any) -> str:
    import json

    return json.dumps(value, ensure_ascii=False)
