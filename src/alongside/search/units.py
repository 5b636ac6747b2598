"""From what is in the tables to what an index is given."""

from collections.abc import Iterable, Iterator, Sequence

from alongside.conversations.queries import WholeText, unscoped_whole_texts
from alongside.search.languages import language_of
from alongside.search.rules import Unit, UnitMessage


def units_of(conversation_ids: Sequence[int], default_language: str) -> tuple[list[Unit], list[int]]:
    """These conversations as an index sees them, and those that it must not have: sealed ones, and ones gone."""
    texts = [text for text in unscoped_whole_texts(conversation_ids) if text.is_readable]
    here = {text.conversation_id for text in texts}
    return list(as_units(texts, default_language)), [one for one in conversation_ids if one not in here]


def as_units(texts: Iterable[WholeText], default_language: str) -> Iterator[Unit]:
    for text in texts:
        if text.is_readable:
            yield _unit(text, default_language)


def _unit(text: WholeText, default_language: str) -> Unit:
    beginning = " ".join((text.title, *(words for _, words in text.messages[:6])))
    return Unit(
        conversation_id=text.conversation_id,
        audience_id=text.audience_id,
        is_open=text.is_open,
        room_id=text.room_id,
        started_at=int(text.started_at.timestamp()),
        last_said_at=int(text.last_said_at.timestamp()),
        language=language_of(beginning, default_language),
        title=text.title,
        messages=tuple(UnitMessage(message_id, words) for message_id, words in text.messages),
    )
