"""Who reads which notes, and what of them: tables, and a small model that every read agrees with."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.notes.world import World, content

from alongside.audiences.queries import NotThere
from alongside.conversations.models import Message, Room
from alongside.notes.actions.keeping import Quoted, change, keep, tell
from alongside.notes.actions.remarking import answer_about_passage, remark, weave
from alongside.notes.followers import keep_passages_true
from alongside.notes.models import Note, Passage
from alongside.notes.queries import (
    newest_kept,
    note_view,
    notes_kept_from,
    readable_notes,
    revisions,
    said_there,
    thanked_in,
    unscoped_open_notes,
    unscoped_organisation_audience,
    weaves_of,
)
from alongside.notes.rules import Part, Readers, RemarkKind
from alongside.notes.whole_texts import (
    confirmed_notes,
    unscoped_note_ids,
    unscoped_note_texts,
    unscoped_notes_kept_from,
)
from alongside.people.rules import NOBODY, Viewer

NAMES = ("ana", "ben", "cleo", "gus")
ORGANISATION = {"ana", "ben", "cleo"}
ROOMS = ("help", "leads", "crew")


def titles(viewer: Viewer) -> list[str]:
    return [line.title for line in newest_kept(viewer)[0]]


def texts(viewer: Viewer, note: Note) -> list[str]:
    return [one.text for one in note_view(viewer, note.public_id).passages]


def test_the_note_kept_last_stands_first_and_a_page_holds_so_many(world: World) -> None:
    for number in range(21):
        tell(world.viewer("ana"), sentence=f"Number {number}")
    first, has_more = newest_kept(world.viewer("ben"))
    assert [line.title for line in first[:2]] == ["Number 20", "Number 19"]
    assert (len(first), has_more) == (20, True)
    rest, has_more = newest_kept(world.viewer("ben"), 2)
    assert ([line.title for line in rest], has_more) == (["Number 0"], False)
    assert newest_kept(NOBODY) == ([], False)


def test_a_note_takes_the_same_queries_whatever_is_on_it(
    world: World, django_assert_max_num_queries: Callable[[int], CaptureQueriesContext]
) -> None:
    room = world.room("hotline", is_open=True)
    said = [world.say(room, "ben", f"Sentence {number}") for number in range(12)]
    note = world.keep("ana", *said, quoted=said, credited=["ben", "cleo"])
    for name in NAMES[:3]:
        remark(world.viewer(name), public_id=note.public_id, kind=RemarkKind.HELPED, sentence="It did.")
    with django_assert_max_num_queries(12):
        view = note_view(world.viewer("ana"), note.public_id)
    assert (len(view.passages), len(view.sources), len(view.remarks)) == (12, 12, 3)


def test_hidden_and_missing_notes_are_the_same_to_every_read(world: World) -> None:
    said = world.say(world.room("leads", "ana"), "ana", "We raise the price.")
    note = world.keep("ana", said)
    for public_id in (note.public_id, "zzzzzzzzzzzz"):
        for read in (note_view, revisions):
            with pytest.raises(NotThere):
                read(world.viewer("ben"), public_id)
    with pytest.raises(NotThere):
        said_there(world.viewer("ben"), said.conversation.public_id)
    assert notes_kept_from(world.viewer("ben"), said.conversation_id) == []
    assert confirmed_notes(world.viewer("ben"), [note.pk]) == {}
    assert thanked_in(world.viewer("ben")) == []


def test_the_feed_has_what_the_whole_organisation_reads_and_nothing_else(world: World) -> None:
    help_room, billing = world.room("help", "gus", is_open=True), world.room("billing", is_open=True)
    one, other = world.say(help_room, "ben", "One."), world.say(billing, "ben", "Other.")
    closed = world.say(world.room("leads", "ana", "ben"), "ben", "Closed.")
    world.keep("ana", one, other, written=content("From two open rooms"), quoted=[one, other])
    world.keep("ana", closed, written=content("Closed"))
    world.keep("ana", closed, written=content("Wider"), readers=Readers.ORGANISATION, quoted=[closed])
    world.keep("ana", one, written=content("Mine"), readers=Readers.ME)
    found = unscoped_open_notes()
    assert [view.content.title for view in found] == ["Wider", "From two open rooms"]
    assert [[one.text for one in view.passages] for view in found] == [[], ["One.", "Other."]]
    assert [view.sources == () for view in found] == [True, False]


def test_an_open_rooms_words_are_not_shown_to_the_guests_of_a_closed_one(world: World) -> None:
    """A guest of the crew reads the crew's notes, and nothing that was said to the organisation alone."""
    crew = world.say(world.room("crew", "ana", "gus"), "ana", "What now?")
    inside = world.say(world.room("help", is_open=True), "ben", "The code of the safe is 1234.")
    note = world.keep("ana", crew, quoted=[inside])
    assert texts(world.viewer("ana"), note) == [inside.text]
    assert texts(world.viewer("gus"), note) == []
    (whole,) = unscoped_note_texts([note.pk])
    assert inside.text not in whole.text


def test_a_room_that_closes_takes_its_words_out_of_wider_notes(world: World) -> None:
    room = world.room("help", is_open=True)
    said = world.say(room, "ben", "The code of the safe is 1234.")
    note = world.keep("ana", said, readers=Readers.ORGANISATION, quoted=[said])
    assert texts(world.viewer("cleo"), note) == [said.text]
    assert said.text in unscoped_note_texts([note.pk])[0].text
    world.close(room, "ana", "ben")
    assert texts(world.viewer("cleo"), note) == []
    assert texts(world.viewer("ana"), note) == [said.text]
    assert said.text not in unscoped_note_texts([note.pk])[0].text
    assert said.text not in confirmed_notes(world.viewer("cleo"), [note.pk])[note.pk].text


def test_who_joins_a_room_between_two_readings_reads_its_notes_and_who_leaves_does_not(world: World) -> None:
    leads, crew = world.room("leads", "ana", "ben"), world.room("crew", "ana", "cleo")
    note = world.keep("ana", world.say(leads, "ana", "One."), world.say(crew, "ana", "Two."))
    readers = [name for name in NAMES if readable_notes(world.viewer(name)).exists()]
    assert readers == ["ana"]
    world.members(leads, "cleo")
    assert [name for name in NAMES if readable_notes(world.viewer(name)).exists()] == ["cleo"]
    assert note_view(world.viewer("cleo"), note.public_id).audience_kind == "all_of"


def test_a_weave_is_shown_to_who_may_read_both_ends(world: World) -> None:
    closed = world.say(world.room("leads", "ana", "ben"), "ben", "Closed.")
    opened = world.say(world.room("help", is_open=True), "ben", "Open.")
    note = world.keep("ana", closed, written=content("A closed note"))
    weave(
        world.viewer("ana"),
        left=("note", note.public_id),
        right=("conversation", opened.conversation.public_id),
        why="The same matter",
    )
    for name in ("ana", "ben"):
        (woven,) = weaves_of(world.viewer(name), conversation_id=opened.conversation_id)
        assert (woven.kind, woven.title, woven.why) == ("note", "A closed note", "The same matter")
        assert [one.title for one in note_view(world.viewer(name), note.public_id).weaves] == ["Open."]
    for viewer in (world.viewer("cleo"), world.viewer("gus"), NOBODY):
        assert weaves_of(viewer, conversation_id=opened.conversation_id) == []


def test_two_notes_are_woven_whichever_was_first(world: World) -> None:
    one, other = (tell(world.viewer("ana"), sentence=sentence) for sentence in ("One", "Other"))
    weave(world.viewer("ana"), left=("note", other.public_id), right=("note", one.public_id), why="Both")
    assert [woven.title for woven in weaves_of(world.viewer("ben"), note_id=one.pk)] == ["Other"]
    assert [woven.title for woven in weaves_of(world.viewer("ben"), note_id=other.pk)] == ["One"]


def test_a_removed_message_is_gone_from_a_note_at_once_and_its_place_is_told(world: World) -> None:
    room = world.room("help", is_open=True)
    kept, removed = world.say(room, "ben", "This stays."), world.say(room, "ben", "This goes.", context="help-1")
    note = world.keep("ana", kept, quoted=[kept, removed])
    world.delete(removed)
    assert texts(world.viewer("ana"), note) == ["This stays.", ""]
    gone = note_view(world.viewer("ben"), note.public_id).passages[1]
    assert (gone.text, gone.author, gone.said_at, gone.conversation_id) == ("", "", None, "")
    assert "This goes" not in unscoped_note_texts([note.pk])[0].text
    assert "This goes" not in confirmed_notes(world.viewer("ana"), [note.pk])[note.pk].text


def test_what_was_never_shown_leaves_no_place_when_its_message_goes(world: World) -> None:
    said = world.say(world.room("leads", "ana", "ben"), "ben", "Closed.")
    note = world.keep("ana", said, readers=Readers.ORGANISATION, quoted=[said])
    world.delete(said)
    assert texts(world.viewer("cleo"), note) == []
    assert texts(world.viewer("ana"), note) == []


def test_an_index_is_given_a_notes_words_its_sources_and_its_audience(world: World) -> None:
    said = world.say(world.room("help", is_open=True), "ben", "Name the feeling first.")
    note = world.keep("ana", said, written=content(what_worked="Listen.", why="It calms."), quoted=[said])
    change(world.viewer("ben"), public_id=note.public_id, content=content(why="It calms."), based_on=1)
    (text,) = unscoped_note_texts([note.pk])
    assert text.text == "It calms.\nName the feeling first."
    assert (text.title, text.source_ids, text.is_open) == ("How do we calm a caller?", (said.conversation_id,), True)
    assert unscoped_notes_kept_from([said.conversation_id, 0]) == [note.pk] == unscoped_note_ids(0)
    assert unscoped_note_ids(note.pk) == []


# A model of who reads what, and every read beside it


@dataclass(slots=True)
class Heard:
    is_open: bool
    hearers: set[str]

    def reads(self, name: str) -> bool:
        return (self.is_open and name in ORGANISATION) or name in self.hearers


@dataclass(slots=True)
class Quote:
    room: str
    author: str
    text: str
    was_shown: bool
    answered: bool | None = None
    is_deleted: bool = False
    # Its author took these words out of the message.
    is_gone: bool = False


@dataclass(slots=True)
class Kept:
    keeper: str
    rooms: set[str]
    readers: Readers
    quotes: dict[int, Quote]


@dataclass(slots=True)
class Model:
    rooms: dict[str, Heard]
    notes: dict[int, Kept] = field(default_factory=dict)

    def reads(self, name: str, note: Kept) -> bool:
        if note.readers is Readers.ORGANISATION:
            return name in ORGANISATION
        return all(self.rooms[room].reads(name) for room in note.rooms) and (
            note.readers is Readers.SAME or name == note.keeper
        )

    def sees(self, name: str, note: Kept, quote: Quote) -> bool:
        if quote.is_deleted or quote.is_gone or quote.answered is False:
            return False
        if quote.answered or quote.author in (note.keeper, name):
            return True
        return quote.was_shown and self.rooms[quote.room].reads(name)


class Machine:
    """Does a step in the world and in the model, and holds the one to the other."""

    def __init__(self, data: Any) -> None:
        self.data = data
        self.world = World()
        for name in ("ana", "gus"):
            self.world.sign_up(name)
        self.rooms: dict[str, Room] = {}
        self.said: list[tuple[str, str, Message]] = []
        heard = {}
        for name in ROOMS:
            is_open = name == "help"
            members = self.data.draw(st.sets(st.sampled_from(NAMES)), label=f"in {name}")
            hearers = members & {"gus"} if is_open else members
            self.rooms[name] = self.world.room(name, *sorted(hearers), is_open=is_open)
            heard[name] = Heard(is_open, set(hearers))
            for author in sorted(members):
                message = self.world.say(self.rooms[name], author, f"{author} in {name}")
                self.said.append((name, author, message))
        self.model = Model(heard)
        self.deleted: set[int] = set()

    def step(self) -> None:
        steps = (
            self.keep,
            self.keep,
            self.join_or_leave,
            self.close,
            self.answer,
            self.delete,
            self.edit,
            keep_passages_true,
        )
        self.data.draw(st.sampled_from(steps), label="step")()

    def keep(self) -> None:
        keeper = self.data.draw(st.sampled_from(NAMES), label="keeper")
        may = [one for one in self.said if self.model.rooms[one[0]].reads(keeper) and one[2].pk not in self.deleted]
        readers = self.data.draw(st.sampled_from(Readers), label="readers")
        if not may or (readers is Readers.ORGANISATION and keeper == "gus"):
            return
        some = st.lists(st.sampled_from(may), min_size=1, max_size=3, unique_by=lambda one: one[2].pk)
        sources, quoted = self.data.draw(some, label="sources"), self.data.draw(some, label="quoted")
        note = keep(
            self.world.viewer(keeper),
            conversation_ids=[message.conversation_id for _, _, message in sources],
            content=content(f"Note {len(self.model.notes)}"),
            passages=[Quoted(Part.WHY, message.pk, message.text) for _, _, message in quoted],
            readers=readers,
        )
        rows = Passage.objects.filter(note=note).order_by("position")
        rooms = {room for room, _, _ in sources}
        parts = set() if readers is Readers.ORGANISATION else rooms
        self.model.notes[note.pk] = Kept(
            keeper,
            rooms,
            readers,
            {
                row.pk: Quote(room, author, message.text, room in parts or self.model.rooms[room].is_open)
                for row, (room, author, message) in zip(rows, quoted, strict=True)
            },
        )

    def join_or_leave(self) -> None:
        name = self.data.draw(st.sampled_from(ROOMS), label="room")
        members = self.data.draw(st.sets(st.sampled_from(NAMES)), label="members now")
        hearers = members & {"gus"} if self.model.rooms[name].is_open else members
        self.world.members(self.rooms[name], *sorted(hearers))
        self.model.rooms[name].hearers = set(hearers)

    def close(self) -> None:
        members = self.data.draw(st.sets(st.sampled_from(NAMES)), label="members of help")
        self.world.close(self.rooms["help"], *sorted(members))
        self.model.rooms["help"] = Heard(is_open=False, hearers=set(members))

    def answer(self) -> None:
        quotes = [(row, quote) for note in self.model.notes.values() for row, quote in note.quotes.items()]
        quotes = [pair for pair in quotes if not (pair[1].is_deleted or pair[1].is_gone)]
        if quotes:
            row, quote = self.data.draw(st.sampled_from(quotes), label="quote")
            quote.answered = self.data.draw(st.booleans(), label="yes")
            answer_about_passage(self.world.viewer(quote.author), passage_id=row, is_yes=bool(quote.answered))

    def delete(self) -> None:
        here = [one for one in self.said if one[2].pk not in self.deleted]
        if here:
            _room, _author, message = self.data.draw(st.sampled_from(here), label="deleted")
            self.world.delete(message)
            self.deleted.add(message.pk)
            for note in self.model.notes.values():
                for quote in note.quotes.values():
                    quote.is_deleted = quote.is_deleted or quote.text == message.text

    def edit(self) -> None:
        """Its author says something else there now, of which nobody quoted anything."""
        here = [place for place, one in enumerate(self.said) if one[2].pk not in self.deleted]
        if here:
            place = self.data.draw(st.sampled_from(here), label="edited")
            room, author, message = self.said[place]
            words = f"Secret {self.world.minutes}"
            self.world.edit(message, words)
            for note in self.model.notes.values():
                for quote in note.quotes.values():
                    quote.is_gone = quote.is_gone or quote.text == message.text
            message.text = words
            self.said[place] = (room, author, message)

    def check(self) -> None:
        for name in NAMES:
            viewer = self.world.viewer(name)
            mine = {pk: note for pk, note in self.model.notes.items() if self.model.reads(name, note)}
            assert set(readable_notes(viewer).values_list("pk", flat=True)) == set(mine), name
            assert len(newest_kept(viewer)[0]) == len(mine)
            held = confirmed_notes(viewer, list(self.model.notes))
            assert set(held) == set(mine)
            for pk, note in mine.items():
                view = note_view(viewer, Note.objects.get(pk=pk).public_id)
                seen = sorted(quote.text for quote in note.quotes.values() if self.model.sees(name, note, quote))
                assert sorted(one.text for one in view.passages if one.text) == seen, (name, pk)
                assert {line for line in held[pk].text.splitlines() if line} <= set(seen), (name, pk)
                assert {source.room for source in view.sources} <= {
                    room for room in note.rooms if self.model.rooms[room].reads(name)
                }
        assert not readable_notes(NOBODY).exists()


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.django_db
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(st.data())
def test_whatever_happens_in_their_rooms_notes_are_read_by_who_may(data: Any) -> None:
    with undone():
        machine = Machine(data)
        for _ in range(data.draw(st.integers(2, 8), label="steps")):
            machine.step()
            machine.check()


def test_where_something_is_told_is_found_without_walking_what_was_said(
    world: World, django_assert_num_queries: Callable[[int], CaptureQueriesContext]
) -> None:
    """Every message was, under the lock of the store, with each note told: a second for a million of them."""
    for sentence in ("One", "Two"):
        tell(world.viewer("ana"), sentence=sentence)
    with django_assert_num_queries(1) as asked:
        found = unscoped_organisation_audience()
    assert set(Note.objects.values_list("audience_id", flat=True)) == {found}
    assert "conversations_message" not in asked.captured_queries[0]["sql"]
