"""What is close to a note, as far as its reader may read it."""

import pytest
from tests.notes.world import World, content

from alongside.audiences.queries import NotThere
from alongside.search.followers import catch_up_words
from alongside.search.queries import CloseTo, close_to_note

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("home")]


def test_what_it_was_kept_from_is_not_close_to_it_but_on_it_and_closed_things_are_close_for_their_readers() -> None:
    world = World()
    office, leads = world.room("help", is_open=True), world.room("leads", "ana", "ben")
    said = world.say(office, "ben", "The printer smokes, who repairs printers?")
    near = world.say(office, "cleo", "Which printer do we order?")
    closed = world.say(leads, "ana", "The printer of the leads smokes too.")
    note = world.keep("ana", said, written=content("Printers that smoke", "Take out the toner."))
    other = world.keep("cleo", near, written=content("Ordering a printer"))
    catch_up_words()
    opened = {
        CloseTo("conversation", near.conversation.public_id, near.text),
        CloseTo("note", other.public_id, "Ordering a printer"),
    }
    assert set(close_to_note(world.viewer("cleo"), note.public_id)) == opened
    assert set(close_to_note(world.viewer("ana"), note.public_id)) == {
        *opened, CloseTo("conversation", closed.conversation.public_id, closed.text),
    }  # fmt: skip
    assert len(close_to_note(world.viewer("ana"), note.public_id, limit=1)) == 1
    for public_id in (note.public_id, "zzzzzzzzzzzz"):
        with pytest.raises(NotThere):
            close_to_note(world.viewer("gus"), public_id)
