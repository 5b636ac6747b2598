from tests.notes.world import World

from alongside.journal.models import Line
from alongside.journal.rules import Kind
from alongside.notes.followers import wipe_removed_passages
from alongside.notes.models import Passage
from alongside.notes.queries import note_view
from alongside.notes.rules import Readers, Standing


def test_words_that_were_removed_where_they_were_said_leave_the_table(world: World) -> None:
    room = world.room("help", is_open=True)
    said, stays = world.say(room, "ben", "This goes."), world.say(room, "ben", "This stays.")
    note = world.keep("ana", said, stays, quoted=[said, stays])
    world.delete(said)
    Line.objects.all().delete()
    assert wipe_removed_passages() == 1
    assert list(Passage.objects.order_by("position").values_list("text", "standing")) == [
        ("", Standing.REMOVED.value),
        ("This stays.", Standing.SHOWN.value),
    ]
    assert list(Line.objects.values_list("kind", "ids")) == [(Kind.NOTES_CHANGED.value, [note.pk])]
    assert [one.standing for one in note_view(world.viewer("cleo"), note.public_id).passages] == [
        Standing.REMOVED,
        Standing.SHOWN,
    ]


def test_where_nothing_was_removed_nothing_is_done_or_told(world: World) -> None:
    said = world.say(world.room("help", is_open=True), "ben", "This stays.")
    world.keep("ana", said, quoted=[said])
    Line.objects.all().delete()
    assert wipe_removed_passages() == 0
    assert not Line.objects.exists()


def test_done_twice_it_is_done_once(world: World) -> None:
    said = world.say(world.room("help", is_open=True), "ben", "This goes.")
    world.keep("ana", said, quoted=[said])
    world.delete(said)
    assert (wipe_removed_passages(), wipe_removed_passages()) == (1, 0)


def test_a_passage_that_was_never_shown_is_taken_away_whole(world: World) -> None:
    said = world.say(world.room("leads", "ana", "ben"), "ben", "Closed.")
    note = world.keep("ana", said, readers=Readers.ORGANISATION, quoted=[said])
    world.delete(said)
    assert wipe_removed_passages() == 1
    assert not Passage.objects.exists()
    assert note_view(world.viewer("cleo"), note.public_id).passages == ()


def test_a_note_outlives_the_conversation_it_was_kept_from(world: World) -> None:
    said = world.say(world.room("help", is_open=True), "ben", "This goes.")
    note = world.keep("ana", said, quoted=[said])
    world.delete(said)
    wipe_removed_passages()
    view = note_view(world.viewer("ana"), note.public_id)
    assert view.sources == ()
    assert view.content.title == "How do we calm a caller?"
