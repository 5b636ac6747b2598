"""What people worked out before: the viewer first, an index proposes, the database disposes.

What is looked for is stored nowhere: it lives in these functions' arguments and nowhere else.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from alongside.audiences.queries import readable
from alongside.conversations.queries import (
    FoundText,
    TextOfMessage,
    confirmed,
    conversation_row,
    conversations_i_spoke_in,
    rooms_at_home,
    rooms_named,
    sealed_rooms_of,
)
from alongside.conversations.rules import anchor_of
from alongside.journal.queries import unscoped_oldest_unread
from alongside.kit import clock
from alongside.notes.queries import note_row
from alongside.notes.whole_texts import NoteText, confirmed_notes
from alongside.people.rules import Viewer
from alongside.search import node
from alongside.search.fusion import fused
from alongside.search.grounds import Ground, of_conversation, of_message, of_note
from alongside.search.marking import Marker, Passage, Segment, passage_of
from alongside.search.meaning.questions import question_vector
from alongside.search.meaning.scoring import Scores
from alongside.search.meaning.vectors import BestPassage
from alongside.search.rules import (
    Asked,
    Proposal,
    Scope,
    UnitMessage,
    asked,
    first_second,
    is_weak,
    note_of_unit,
    plainly,
    unit_of_note,
)
from alongside.search.serving import indexes, model
from alongside.search.waiting import longest_first, waiting_within
from alongside.search.words.index import Looked

# How many each index proposes before they are fused. On the real sets nothing below the 100th of either side came
# to the first ten.
PROPOSED = 200
# More than are shown, so that what the database withholds leaves no gap.
SPARE = 10
RELATED = 4
# For single messages, against the score of their conversation, which goes from 0 to 1.
OWN_WORDS = 0.3
OWN_MEANING = 0.1
# Which message is shown, against the weights of the question's words in it (a word of eight letters weighs 2).
SHOWN_IF_HELPED = 3.0
SHOWN_IF_NEAR = 1.0
PLACES = 3
MOST_SENTENCES_NEAR = 80


@dataclass(frozen=True, slots=True)
class Result:
    """Something found, a conversation or a note. `score` is for measuring and never leaves by a page or the API."""

    kind: str
    public_id: str
    source_id: str
    score: float
    title: str
    tool: str
    connection: str
    room: str
    room_id: str
    started_at: datetime
    speaker: str
    said_at: datetime
    anchor: str
    passage: tuple[Segment, ...]
    is_cut_before: bool
    is_cut_after: bool
    url: str
    helped: bool
    # What it shows is taken from, to be looked at again before it is sent.
    grounds: tuple[Ground, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A room in which one could ask."""

    name: str
    tool: str
    url: str


@dataclass(frozen=True, slots=True)
class Found:
    asked: Asked
    results: tuple[Result, ...]
    remarks: tuple[str, ...]
    words_only: str
    """Why only words were looked for; empty when meaning was looked for too."""
    is_weak: bool
    behind_seconds: int
    sealed: tuple[str, ...]
    places: tuple[Place, ...]
    reads_organisation: bool

    @property
    def looked_nowhere(self) -> bool:
        """There is no such room: that is a remark beside those on the question itself."""
        return self.asked.room is not None and len(self.remarks) > len(self.asked.remarks)


@dataclass(frozen=True, slots=True)
class Related:
    public_id: str
    title: str
    tool: str
    room: str
    last_said_at: datetime


@dataclass(frozen=True, slots=True)
class CloseTo:
    """Something close to a note: a conversation, or another note."""

    kind: str
    public_id: str
    title: str


@dataclass(frozen=True, slots=True)
class MessageFound:
    id: str
    source_id: str
    score: float


@dataclass(frozen=True, slots=True)
class IndexState:
    part: str
    is_there: bool
    behind_seconds: int


@dataclass(frozen=True, slots=True)
class _Retrieved:
    proposals: list[Proposal]
    words: Looked | None
    nearness: float | None = None
    """How near in meaning the nearest is; None where meaning was not asked, or knows nothing yet."""

    def is_weak(self, best: int) -> bool:
        return is_weak(self.nearness, self.words.covered(best) if self.words else 1.0)


def find(
    viewer: Viewer,
    question: str,
    *,
    limit: int = 10,
    newest_first: bool = False,
    before: datetime | None = None,
    is_prose: bool = False,
) -> Found:
    """What answers a question, best first, as far as the viewer may read it.

    `is_prose`: quotation marks and `in:` in it are just text, as in a list of questions that people wrote elsewhere.
    """
    understood = _understood(question, newest_first=newest_first, is_prose=is_prose)
    scope = _scope(viewer, understood, before)
    waiting = waiting_within(viewer, understood, scope)
    if waiting is not None:
        scope = replace(scope, conversation_ids=frozenset(waiting))
    listed = waiting is not None and not understood.text and not understood.newest_first
    retrieved = (
        _Retrieved([Proposal(row, 0.0) for row in waiting or []], None)
        if listed
        else _retrieved(understood, scope, limit)
    )
    texts, notes = _confirmed(viewer, [one.conversation_id for one in retrieved.proposals[: limit + SPARE]], limit)
    vector, marker = _vector(understood), Marker(understood)
    shown = _kept_first(retrieved.proposals, texts, notes)[:limit]
    results = tuple(
        _result_of_note(notes[one.conversation_id], one.score, marker)
        if one.conversation_id in notes
        else _result(texts[one.conversation_id], one.score, understood, marker, vector)
        for one in longest_first(shown, waiting, understood)
    )
    # The newest need not fit best. And what is nearest may not be in yet, right after an archive came in.
    weak = bool(shown) and not newest_first and retrieved.is_weak(shown[0].conversation_id) and not _behind("meaning")
    return Found(
        asked=understood,
        results=results,
        remarks=_remarks(understood, scope),
        words_only=_why_words_only(),
        is_weak=weak,
        behind_seconds=_behind("words"),
        sealed=tuple(room.name for room in sealed_rooms_of(viewer)) if weak or not results else (),
        places=_places(viewer, list(texts.values())),
        reads_organisation=viewer.reads_organisation,
    )


def related(viewer: Viewer, public_id: str, limit: int = RELATED) -> list[Related]:
    """Conversations close to this one, by the same indexes. Raises NotThere."""
    row = conversation_row(viewer, public_id)
    own = confirmed(viewer, [row])
    if not own:
        return []
    scope = _scope(viewer, Asked(), None)
    beginning = f"{own[0].title} {own[0].messages[0].text}"
    proposals = [one for one in _like(row, beginning, scope) if one.conversation_id != row]
    ids = [one.conversation_id for one in proposals if note_of_unit(one.conversation_id) is None]
    texts = confirmed(viewer, ids[: limit + SPARE], messages_each=1)
    return [
        Related(text.public_id, text.title, text.room.tool, text.room.name, text.last_said_at) for text in texts[:limit]
    ]


def close_to_note(viewer: Viewer, public_id: str, limit: int = RELATED) -> list[CloseTo]:
    """Notes and conversations close to a note, but for what it was kept from: that stands on it. Raises NotThere."""
    row = note_row(viewer, public_id).pk
    own = confirmed_notes(viewer, [row])[row]
    out = {unit_of_note(row), *own.source_ids}
    proposals = _like(unit_of_note(row), f"{own.title} {own.text}", _scope(viewer, Asked(), None))
    ids = [one.conversation_id for one in proposals if one.conversation_id not in out]
    texts, notes = _confirmed(viewer, ids, limit)
    kept = {unit: CloseTo("note", note.public_id, note.title) for unit, note in notes.items()}
    said = {unit: CloseTo("conversation", text.public_id, text.title) for unit, text in texts.items()}
    return [(kept | said)[unit] for unit in ids if unit in kept or unit in said][:limit]


def find_messages(
    viewer: Viewer,
    question: str,
    *,
    limit: int = 10,
    newest_first: bool = False,
    before: datetime | None = None,
    is_prose: bool = False,
) -> list[MessageFound]:
    """Single messages, for measuring: those of the best conversations, each by its own words and meaning."""
    understood = _understood(question, newest_first=newest_first, is_prose=is_prose)
    retrieved = _retrieved(understood, _scope(viewer, understood, before), limit)
    vector = _vector(understood)
    proposals = [one for one in retrieved.proposals if note_of_unit(one.conversation_id) is None][: max(60, 2 * limit)]
    texts = confirmed(viewer, [one.conversation_id for one in proposals])
    scores = {one.conversation_id: one.score for one in proposals}
    found = [
        MessageFound(
            f"{text.public_id}.{anchor_of(message.said_at)}", message.source_id, scores[text.conversation_id] + extra
        )
        for text in texts
        for message, extra in _own_scores(text, understood, vector)
    ]
    return sorted(found, key=lambda one: -one.score)[:limit]


def unscoped_nearness(question: str, sentences: Sequence[str]) -> list[float] | None:
    """For the draft of a note: the cosine of each sentence to the question. None without a model, or where encoding
    (some 75 short sentences a second) would make somebody wait.
    """
    encodes = model()
    if encodes is None or len(sentences) > MOST_SENTENCES_NEAR:
        return None
    vectors = encodes.encode([question, *sentences])
    return [float(one) for one in vectors[1:] @ vectors[0]]


def state_of_indexes() -> list[IndexState]:
    here = indexes()
    parts: tuple[tuple[node.Part, Any], ...] = (("words", here.words_folder), ("meaning", here.meaning_folder))
    return [IndexState(part, folder is not None, _behind(part)) for part, folder in parts]


def _understood(question: str, *, newest_first: bool, is_prose: bool) -> Asked:
    return (
        replace(plainly(question), newest_first=newest_first)
        if is_prose
        else asked(question, newest_first=newest_first)
    )


def _scope(viewer: Viewer, understood: Asked, before: datetime | None) -> Scope:
    may = readable(viewer)
    until = first_second(understood.before)
    if before is not None:
        until = min(until or int(before.timestamp()), int(before.timestamp()))
    return Scope(
        reads_all_open=may.reads_organisation,
        audience_ids=may.audience_ids,
        room_ids=None if understood.room is None else frozenset(rooms_named(viewer, understood.room)),
        conversation_ids=frozenset(conversations_i_spoke_in(viewer)) if understood.from_me else None,
        after=first_second(understood.after),
        before=until,
    )


def _remarks(understood: Asked, scope: Scope) -> tuple[str, ...]:
    if scope.room_ids is not None and not scope.room_ids:
        # The same for a room that is hidden and one that is not there.
        return (
            *understood.remarks,
            f"There is no room “{understood.room}” that you may read, so nothing was looked at.",
        )
    return understood.remarks


def _retrieved(understood: Asked, scope: Scope, limit: int) -> _Retrieved:
    here = indexes()
    vector = None if understood.newest_first else _vector(understood)
    is_fused = here.meaning is not None and vector is not None
    # What is not put together with meaning needs no more than is shown.
    most = max(PROPOSED, limit + SPARE) if is_fused else limit + SPARE
    looked = here.words.look(understood, scope, most) if here.words else None
    words = looked.proposals if looked else []
    if here.meaning is None or vector is None:
        return _Retrieved(words, looked)
    if understood.phrases:
        near = here.meaning.scores(vector, [one.conversation_id for one in words], scope)
        nearest = max(near.values(), default=None)
        return _Retrieved(fused(words, [Proposal(*pair) for pair in near.items()]), looked, nearest)
    found = here.meaning.look(vector, scope, most)
    known = {one.conversation_id for one in found.proposals}
    by_words = {one.conversation_id for one in words}
    more = here.meaning.scores(vector, [one for one in by_words if one not in known], scope)
    unscored = frozenset(known - by_words)
    if here.words and unscored and len(words) >= most:
        words = [*words, *here.words.proposals(understood, replace(scope, conversation_ids=unscored), most)]
    meaning = [*found.proposals, *(Proposal(*pair) for pair in more.items())]
    nearness = max((one.score for one in found.proposals), default=None)
    return _Retrieved(fused(words, meaning, lowest=found.lowest), looked, nearness)


def _vector(understood: Asked) -> Scores | None:
    encodes = model()
    return question_vector(encodes, understood.text) if encodes is not None and understood.text else None


def _why_words_only() -> str:
    here = indexes()
    if model() is None:
        return "There is no model for meaning here, so only words were looked for."
    if here.meaning is None or here.meaning.passages() == 0:
        return "The index of meaning is not made yet, so only words were looked for."
    return ""


def _like(unit: int, beginning: str, scope: Scope) -> list[Proposal]:
    here = indexes()
    vectors = here.meaning.vectors_of(unit) if here.meaning else None
    if here.meaning is not None and vectors is not None:
        return here.meaning.proposals(vectors[0], scope, RELATED + SPARE + 1)
    return here.words.proposals(plainly(beginning[:300]), scope, RELATED + SPARE + 1) if here.words else []


def _result(text: FoundText, score: float, understood: Asked, marker: Marker, vector: Scores | None) -> Result:
    passage = _passage(text, understood, marker, vector)
    message = next(one for one in text.messages if one.message_id == passage.message_id)
    return Result(
        kind="conversation",
        public_id=text.public_id,
        source_id=text.source_id,
        score=score,
        title=text.title,
        tool=text.room.tool,
        connection=text.room.connection,
        room=text.room.name,
        room_id=text.room.public_id,
        started_at=text.started_at,
        speaker=message.author,
        said_at=message.said_at,
        anchor=anchor_of(message.said_at),
        passage=passage.segments,
        is_cut_before=passage.is_cut_before,
        is_cut_after=passage.is_cut_after,
        url=message.url or text.room.url,
        helped=any(one.helped for one in text.messages),
        grounds=(
            of_conversation(text.conversation_id, text.title),
            *(
                of_message(one.message_id, one.text, one.author_id)
                for one in dict.fromkeys((text.messages[0], message))
            ),
        ),
    )


def _result_of_note(note: NoteText, score: float, marker: Marker) -> Result:
    passage = marker.best_passage([UnitMessage(0, note.text or note.title)])
    return Result(
        kind="note",
        public_id=note.public_id,
        source_id=note.source_id or note.public_id,
        score=score,
        title=note.title,
        tool="alongside",
        connection="Alongside",
        room="",
        room_id="",
        started_at=note.kept_at,
        speaker="",
        said_at=note.alive_at,
        anchor="",
        passage=passage.segments if passage else ((note.title, False),),
        is_cut_before=passage is not None and passage.is_cut_before,
        is_cut_after=passage is not None and passage.is_cut_after,
        url="",
        helped=False,
        grounds=(of_note(note.note_id, note.mark),),
    )


def _confirmed(viewer: Viewer, unit_ids: Sequence[int], most: int) -> tuple[dict[int, FoundText], dict[int, NoteText]]:
    """What the indexes proposed, as far as the viewer may read it now, by its number in the indexes."""
    note_ids = [note for note in map(note_of_unit, unit_ids) if note is not None]
    conversations = confirmed(viewer, [one for one in unit_ids if note_of_unit(one) is None], most=most)
    notes = confirmed_notes(viewer, note_ids) if note_ids else {}
    return (
        {text.conversation_id: text for text in conversations},
        {unit_of_note(note_id): text for note_id, text in notes.items()},
    )


def _kept_first(
    proposals: Sequence[Proposal], texts: dict[int, FoundText], notes: dict[int, NoteText]
) -> list[Proposal]:
    """In order, but where a note and what it was kept from both answer, the note comes before."""
    shown = [one for one in proposals if one.conversation_id in texts or one.conversation_id in notes]
    for note in [one for one in shown if one.conversation_id in notes]:
        sources = set(notes[note.conversation_id].source_ids)
        place = next((at for at, one in enumerate(shown) if one.conversation_id in sources), len(shown))
        if place < shown.index(note):
            shown.remove(note)
            shown.insert(place, note)
    return shown


def _passage(text: FoundText, understood: Asked, marker: Marker, vector: Scores | None) -> Passage:
    """What to show of it: rather an answer than the question, which its title says already; best one that helped."""
    near = _nearest_passage(text, vector)
    answers = text.messages[1:] if len(text.messages) > 1 and not understood.phrases else text.messages
    hits = marker.hits_in([message.text for message in answers])

    def worth(place: int) -> float:
        message = answers[place]
        words = sum({hit.key: hit.weight for hit in hits[place]}.values()) if hits[place] else 0.0
        is_near = near is not None and near.first_message_id <= message.message_id <= near.last_message_id
        return words + SHOWN_IF_HELPED * message.helped + SHOWN_IF_NEAR * is_near

    place = max(range(len(answers)), key=worth)
    chosen = answers[place]
    found = passage_of(UnitMessage(chosen.message_id, chosen.text), hits[place])
    return found or Passage(chosen.message_id, ((text.title, False),), is_cut_before=False, is_cut_after=False)


def _nearest_passage(text: FoundText, vector: Scores | None) -> BestPassage | None:
    here = indexes().meaning if vector is not None else None
    return None if here is None or vector is None else here.best_passage(vector, text.conversation_id)


def _own_scores(text: FoundText, understood: Asked, vector: Scores | None) -> list[tuple[TextOfMessage, float]]:
    """What a message has over its conversation: the question's words, and standing where the meaning is nearest."""
    marker = Marker(understood)
    hits = marker.hits_in([message.text for message in text.messages])
    words = [sum(hit.weight for hit in of_message) for of_message in hits]
    most = max(words) or 1.0
    near = _nearest_passage(text, vector)
    return [
        (
            message,
            OWN_WORDS * own / most
            + (OWN_MEANING if near and near.first_message_id <= message.message_id <= near.last_message_id else 0.0),
        )
        for message, own in zip(text.messages, words, strict=True)
    ]


def _behind(part: node.Part) -> int:
    here = indexes()
    folder = here.words_folder if part == "words" else here.meaning_folder
    oldest = unscoped_oldest_unread(node.position(folder)) if folder else None
    return int((clock.now() - oldest).total_seconds()) if oldest else 0


def _places(viewer: Viewer, texts: Sequence[FoundText]) -> tuple[Place, ...]:
    """Rooms to ask in: those in which something near was said, then those where people talk now."""
    rooms = [text.room for text in texts] or [one.room for one in rooms_at_home(viewer, PLACES * 2)]
    distinct = {room.public_id: Place(room.name, room.tool, room.url) for room in rooms}
    return tuple(distinct.values())[:PLACES]
