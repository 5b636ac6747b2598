"""A note called by somebody's own words: it is called so as long as they say so, are found, and are known."""

from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from alongside.bridges.port import Arrived, Moved, Said
from alongside.conversations.models import Message
from alongside.kit import clock
from alongside.notes.actions.titling import take_back_titles
from alongside.notes.models import Note, Revision
from alongside.notes.queries import note_view
from alongside.notes.titles import is_said_in, title_instead
from tests.bridges.test_acts import remembered
from tests.bridges.world import HOTLINE, World, words_of

# On PostgreSQL the journal waits for every transaction that is open: a test in one would find nothing.
pytestmark = pytest.mark.django_db(transaction=connection.vendor == "postgresql")
QUESTION = "How do you calm a caller who threatens to cancel?"


@pytest.mark.parametrize(
    ("title", "said", "is_so"),
    [
        (QUESTION, QUESTION, True),
        (QUESTION, f"Hello all.\n{QUESTION}  Anybody?", True),
        ("How do you calm a caller who …", QUESTION, True),
        ("Calm callers", "Calm callers", True),
        ("Calm callers", "Does anybody know how to make calm callers?", False),
        ("Calm callers, who does?", QUESTION, False),
        ("…", QUESTION, False),
    ],
)
def test_whose_words_a_title_is(title: str, said: str, is_so: bool) -> None:  # noqa: FBT001 (a table)
    assert is_said_in(title, [said]) == is_so


@given(st.text(), st.text(), st.text())
def test_a_title_instead_is_always_one(title: str, now: str, left: str) -> None:
    assert title_instead(title, now_said=[now], left=[left])


def test_changed_slightly_it_follows_and_otherwise_what_is_left_gives_it() -> None:
    now = "How do you calm a caller who wants to cancel?"
    assert title_instead(QUESTION, now_said=[now], left=["Breathe."]) == now
    assert (
        title_instead(QUESTION, now_said=["Never mind."], left=["", "Breathe. Then speak."]) == "Breathe. Then speak."
    )
    assert title_instead(QUESTION, now_said=[], left=[]) == "…"


@pytest.fixture
def question(world: World) -> str:
    """Bo asked, Ana answered, Cy kept it as the machine drafted it: its title is Bo's question."""
    asked, _answer = remembered(world)
    world.ask("cy", "keep this", context=asked)
    world.press("cy", world.whispers("cy")[-1], "Keep it as it is")
    assert titles(world) == {QUESTION}
    return asked


def says_otherwise(world: World, source_id: str, text: str) -> None:
    moment = clock.now()
    said = Said(
        source_id=source_id, room=HOTLINE, account="bo", html=f"<p>{text}</p>", text=text,
        said_at=Message.objects.get(source_id=source_id).said_at, context=source_id, edited_at=moment,
    )  # fmt: skip
    world.comes(Arrived(remote_id=source_id, version=moment.isoformat(), event=said))


def titles(world: World) -> set[str]:
    """As a reader sees it, and in every revision."""
    seen = note_view(world.viewer("ana"), Note.objects.get().public_id).content.title
    return {seen, *Revision.objects.values_list("title", flat=True)}


def test_deleted_in_its_tool_it_is_called_otherwise_everywhere(world: World, question: str) -> None:
    world.deletes(question)
    assert not any("threatens" in one for one in titles(world))
    world.write("ana", "find threatens to cancel")
    assert "threatens" not in words_of(world.written_to("ana")[-1])


def test_changed_in_its_tool_it_is_called_as_its_author_says_it_now(world: World, question: str) -> None:
    now = "How do you calm a caller who wants to cancel?"
    says_otherwise(world, question, now)
    assert titles(world) == {now}
    says_otherwise(world, question, "Never mind.")
    assert not any("cancel" in one for one in titles(world))


def test_an_older_edit_that_comes_late_changes_nothing(world: World, question: str) -> None:
    now = "How do you calm a caller who wants to cancel?"
    says_otherwise(world, question, now)
    edited_at = Message.objects.get(source_id=question).edited_at
    assert edited_at is not None
    said = Said(
        source_id=question, room=HOTLINE, account="bo", html="<p>Never mind.</p>", text="Never mind.", context=question,
        said_at=Message.objects.get(source_id=question).said_at,
        edited_at=edited_at - timedelta(minutes=1),
    )  # fmt: skip
    world.comes(Arrived(remote_id=question, version="late", event=said))
    assert titles(world) == {now}


def test_moved_to_where_nobody_asked_us_in_it_is_called_otherwise(world: World, question: str) -> None:
    world.comes(
        Arrived(
            remote_id="moved",
            event=Moved(room=HOTLINE, source_ids=(question,), to_room="elsewhere", to_context=question),
        )
    )
    assert not any("threatens" in one for one in titles(world))


def test_what_somebody_called_it_themselves_stays(world: World, question: str) -> None:
    row = Revision.objects.get()
    row.title = "Calm callers"
    row.save()
    world.deletes(question)
    assert titles(world) == {"Calm callers"}


def test_what_others_said_in_it_takes_no_title_along(world: World, question: str) -> None:
    other = world.say("cy", "Something else.", context=question)
    world.deletes(other)
    assert titles(world) == {QUESTION}
    assert take_back_titles(None, message_ids=[]) == 0
    assert take_back_titles(None, message_ids=list(Message.objects.values_list("id", flat=True))) == 1
