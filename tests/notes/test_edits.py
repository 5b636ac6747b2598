"""What a message's edit does to the notes that quote it: at once for readers, and then in the table."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from tests.notes.world import World

from alongside.journal.actions import trim
from alongside.journal.models import Cursor, Line
from alongside.journal.rules import Kind
from alongside.kit import clock
from alongside.notes.actions.remarking import answer_about_passage
from alongside.notes.followers import keep_passages_true, wipe_removed_passages
from alongside.notes.models import Note, Passage
from alongside.notes.queries import asked_of, note_view
from alongside.notes.rules import Readers, Standing
from alongside.notes.whole_texts import confirmed_notes, unscoped_note_texts, unscoped_notes_kept_from

# Real commits: on PostgreSQL a line of the journal is read only when its transaction has ended.
pytestmark = pytest.mark.django_db(transaction=True)

FIRST = "Name the feeling first, then ask what happened."
SLIGHTLY = "Name the feeling first, then ask them what happened."
SECRET = "Never mind. Larkspur pays on Monday, tell nobody."


def shown(world: World, name: str, note: Note) -> list[tuple[str, bool]]:
    return [(one.text, one.is_changed) for one in note_view(world.viewer(name), note.public_id).passages]


def test_what_was_changed_slightly_follows_as_its_author_says_it_now(world: World) -> None:
    said = world.say(world.room("help", is_open=True), "ben", FIRST)
    note = world.keep("ana", said, quoted=[said])
    keep_passages_true()
    Line.objects.all().delete()
    world.edit(said, SLIGHTLY)
    assert shown(world, "cleo", note) == [("", True)]
    assert keep_passages_true() == 1
    assert shown(world, "cleo", note) == [(SLIGHTLY, False)]
    assert [note.pk] in Line.objects.filter(kind=Kind.NOTES_CHANGED.value).values_list("ids", flat=True)
    assert keep_passages_true() == 0


def test_what_was_taken_away_by_an_edit_is_gone_at_once_and_then_from_the_table(world: World) -> None:
    said = world.say(world.room("help", is_open=True), "ben", FIRST)
    note = world.keep("ana", said, quoted=[said])
    world.edit(said, SECRET)
    (passage,) = note_view(world.viewer("cleo"), note.public_id).passages
    assert (passage.text, passage.is_changed, passage.conversation_id) == ("", True, said.conversation.public_id)
    assert FIRST not in unscoped_note_texts([note.pk])[0].text
    assert FIRST not in confirmed_notes(world.viewer("ana"), [note.pk])[note.pk].text
    assert keep_passages_true() == 1
    assert list(Passage.objects.values_list("text", "standing")) == [("", Standing.SHOWN.value)]
    assert shown(world, "cleo", note) == [("", True)]
    # It does not come back by itself: only who keeps a note chooses what stands in it.
    world.edit(said, FIRST)
    assert (keep_passages_true(), shown(world, "cleo", note)) == (0, [("", True)])
    world.delete(said)
    wipe_removed_passages()
    (passage,) = note_view(world.viewer("cleo"), note.public_id).passages
    assert (passage.standing, passage.is_changed) == (Standing.REMOVED, False)


def test_an_edit_beside_a_passage_changes_nothing(world: World) -> None:
    said = world.say(world.room("help", is_open=True), "ben", FIRST)
    note = world.keep("ana", said, quoted=[said])
    world.edit(said, f"Good morning.  {FIRST} And breathe.")
    assert (keep_passages_true(), shown(world, "cleo", note)) == (0, [(FIRST, False)])


def test_changed_words_need_a_new_yes_where_more_people_read_than_heard_them(world: World) -> None:
    """Ben agreed to one sentence. What he wrote into it since, he wrote for the leads."""
    said = world.say(world.room("leads", "ana", "ben"), "ben", FIRST)
    note = world.keep("ana", said, quoted=[said], readers=Readers.ORGANISATION)
    answer_about_passage(world.viewer("ben"), passage_id=Passage.objects.get().pk, is_yes=True)
    assert shown(world, "cleo", note) == [(FIRST, False)]
    world.edit(said, SLIGHTLY)
    assert shown(world, "cleo", note) == [("", True)]
    keep_passages_true()
    assert shown(world, "cleo", note) == []
    assert [words for _, _, _, words in asked_of(world.viewer("ben"))] == [SLIGHTLY]
    answer_about_passage(world.viewer("ben"), passage_id=Passage.objects.get().pk, is_yes=True)
    assert shown(world, "cleo", note) == [(SLIGHTLY, False)]


@pytest.mark.parametrize("is_declined", [False, True])
def test_what_was_never_shown_goes_whole_when_it_was_changed_and_a_no_stays_a_no(
    world: World, *, is_declined: bool
) -> None:
    said = world.say(world.room("leads", "ana", "ben"), "ben", FIRST)
    note = world.keep("ana", said, quoted=[said], readers=Readers.ORGANISATION)
    if is_declined:
        answer_about_passage(world.viewer("ben"), passage_id=Passage.objects.get().pk, is_yes=False)
    world.edit(said, SLIGHTLY)
    assert asked_of(world.viewer("ben")) == []
    keep_passages_true()
    assert len(asked_of(world.viewer("ben"))) == (not is_declined)
    world.edit(said, SECRET)
    assert shown(world, "ben", note) == shown(world, "cleo", note) == []
    assert asked_of(world.viewer("ben")) == []
    keep_passages_true()
    assert not Passage.objects.exists()


def test_a_room_that_closed_does_not_tell_that_something_was_changed_in_it(world: World) -> None:
    room = world.room("help", is_open=True)
    said = world.say(room, "ben", FIRST)
    note = world.keep("ana", said, readers=Readers.ORGANISATION, quoted=[said])
    world.close(room, "ana", "ben")
    world.edit(said, SECRET)
    for _ in range(2):
        assert (shown(world, "cleo", note), shown(world, "ana", note)) == ([], [("", True)])
        keep_passages_true()


def test_a_note_that_quotes_from_elsewhere_is_told_of_changes_there(world: World) -> None:
    here = world.say(world.room("help", is_open=True), "ana", "What do we say?")
    elsewhere = world.say(world.room("desk", is_open=True), "ben", FIRST)
    note = world.keep("ana", here, quoted=[elsewhere])
    assert unscoped_notes_kept_from([elsewhere.conversation_id]) == [note.pk]


@pytest.mark.parametrize(
    "meanwhile",
    [lambda: Line.objects.all().delete(), lambda: Cursor.objects.filter(follower__contains="passages").delete()],
)
def test_who_was_away_for_long_or_never_there_looks_at_every_passage(
    world: World, meanwhile: Callable[[], object]
) -> None:
    said = world.say(world.room("help", is_open=True), "ben", FIRST)
    note = world.keep("ana", said, quoted=[said])
    keep_passages_true()
    world.edit(said, SECRET)
    Cursor.objects.update(moved_at=clock.now() - timedelta(days=15))
    trim()
    meanwhile()
    Cursor.objects.filter(follower="trimmed").delete()
    if not Line.objects.exists():
        Cursor.objects.create(follower="trimmed", transaction=1 << 60, line=1 << 40, moved_at=clock.now())
    assert keep_passages_true() == 1
    assert shown(world, "cleo", note) == [("", True)]


def test_cut_off_before_it_remembered_how_far_it_was_it_does_it_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = world.say(world.room("help", is_open=True), "ben", FIRST)
    note = world.keep("ana", said, quoted=[said])
    keep_passages_true()
    world.edit(said, SLIGHTLY)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("alongside.notes.followers.move_cursor", killed)
        with pytest.raises(KeyboardInterrupt):
            keep_passages_true()
    assert keep_passages_true() == 0
    assert shown(world, "cleo", note) == [(SLIGHTLY, False)]
