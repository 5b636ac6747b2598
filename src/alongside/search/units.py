"""From what is in the tables to what an index is given."""

from collections.abc import Iterable, Iterator, Sequence

from alongside.conversations.whole_texts import WholeText, unscoped_all_texts, unscoped_whole_texts
from alongside.notes.whole_texts import NoteText, unscoped_note_ids, unscoped_note_texts
from alongside.search.languages import language_of
from alongside.search.rules import Unit, UnitMessage, note_of_unit, unit_of_note


def units_of(unit_ids: Sequence[int], default_language: str) -> tuple[list[Unit], list[int]]:
    """These conversations and notes as an index sees them, and those that it must not have: sealed ones, ones gone."""
    notes = [note for note in map(note_of_unit, unit_ids) if note is not None]
    conversations = [one for one in unit_ids if note_of_unit(one) is None]
    units = [
        *as_units(unscoped_whole_texts(conversations), default_language),
        *units_of_notes(unscoped_note_texts(notes), default_language),
    ]
    here = {unit.conversation_id for unit in units}
    return units, [one for one in unit_ids if one not in here]


def units_of_notes(texts: Iterable[NoteText], default_language: str) -> Iterator[Unit]:
    """A note is one text; it has no room, and no messages that one could link to."""
    for text in texts:
        if text.is_readable:
            moment = int(text.kept_at.timestamp())
            yield Unit(
                conversation_id=unit_of_note(text.note_id),
                audience_id=text.audience_id,
                is_open=text.is_open,
                room_id=0,
                started_at=moment,
                last_said_at=moment,
                language=language_of(f"{text.title} {text.text}", default_language),
                title=text.title,
                messages=(UnitMessage(0, text.text or text.title),),
            )


def all_units(default_language: str) -> Iterator[list[Unit]]:
    """Everything that indexes hold, some at a time; for making one anew."""
    for texts in unscoped_all_texts():
        yield list(as_units(texts, default_language))
    last = 0
    while ids := unscoped_note_ids(last):
        yield list(units_of_notes(unscoped_note_texts(ids), default_language))
        last = ids[-1]


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
