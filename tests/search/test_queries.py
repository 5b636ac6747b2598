"""Finding over rows that an archive brought: how a question narrows, and what is said when there is nothing."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.archives.store import bring, header, note, people, room, write

from alongside.conversations.actions.questions import say_whether_it_asks
from alongside.people.queries import unscoped_viewer_with_address
from alongside.people.rules import NOBODY, Viewer
from alongside.search.followers import rebuild_words
from alongside.search.queries import Found, find, find_messages, related
from alongside.search.serving import index_folder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]


@pytest.fixture(autouse=True)
def _a_workplace(tmp_path: Path, home: Path) -> None:
    del home
    said = [
        note("m1", "A caller threatens to cancel her contract. What do you say?", 0, context="t1"),
        note(
            "m2",
            "Name the feeling first, then ask what happened.",
            5,
            by="ben",
            context="t1",
            helped=True,
            url="https://x.example/m2",
        ),
        note("p1", "The printer on the second floor smokes.", 2000, by="cleo", context="p1"),
        note("p2", "Printers were repaired; the toner leaked.", 2010, by="ben", context="p1"),
        note("o1", "Which printer do we order next?", 50_00, by="ana", to="office", context="o1"),
        note("c1", "The caller list of the leads: Kingfisher.", 6000, to="leads", context="c1"),
        note("h1", "Our caller numbers, for the board.", 6100, by="ben", to="board", context="h1"),
    ]
    rooms = [
        room("hotline", members=["gus"]),
        room("office"),
        room("leads", audience="members", members=["ana", "ben"]),
        room("board", audience="members", members=["ben"]),
    ]
    bring(write(tmp_path / "a.jsonl", [header(), *people(), *rooms, *said]), is_try_out=True)
    rebuild_words(index_folder())


def who(name: str) -> Viewer:
    return unscoped_viewer_with_address(f"{name}@example.org")


def asked(question: str, name: str = "ana", **choices: object) -> Found:
    return find(who(name), question, **choices)  # type: ignore[arg-type]


def ids(question: str, name: str = "ana", **choices: object) -> list[str]:
    return [one.source_id for one in asked(question, name, **choices).results]


def test_a_result_says_who_said_it_where_when_and_leads_to_its_source() -> None:
    (one,) = asked("name the feeling").results
    assert (one.speaker, one.room, one.connection, one.url) == (
        "Ben",
        "#hotline",
        "Acme, Slack",
        "https://x.example/m2",
    )
    assert one.helped
    assert "".join(piece for piece, _ in one.passage).startswith("Name the feeling")
    assert {piece.casefold() for piece, marked in one.passage if marked} >= {"feeling"}


def test_an_inflected_word_finds() -> None:
    assert ids("cancelled contracts") == ["t1"]
    assert "p1" in ids("repairing printers")


def test_a_typing_mistake_finds() -> None:
    assert ids("threatns") == ["t1"]


def test_a_phrase_is_taken_by_its_letter() -> None:
    assert ids('"second floor"') == ["p1"]
    assert ids('"floor second"') == []


def test_in_a_room() -> None:
    assert ids("printer in:#office") == ["o1"]
    assert set(ids("printer")) == {"o1", "p1"}


def test_in_a_room_that_is_hidden_says_what_it_says_of_one_that_is_missing() -> None:
    hidden, missing = asked("caller in:#board"), asked("caller in:#nosuch")
    assert hidden.results == missing.results == ()
    assert [one.replace("board", "nosuch") for one in hidden.remarks] == list(missing.remarks)


def test_from_me() -> None:
    assert ids("printer from:me", "cleo") == ["p1"]
    assert ids("printer from:me", "gus") == []


def test_after_and_before() -> None:
    assert ids("printer after:2026-03-04") == ["o1"]
    assert ids("printer after:2026-04") == []
    assert ids("printer", before=datetime(2026, 3, 3, tzinfo=UTC)) == ["p1"]


def test_newest_first() -> None:
    assert ids("printer", newest_first=True) == ["o1", "p1"]


def test_as_prose_signs_are_only_text() -> None:
    assert ids('"floor second" in:#office', is_prose=True)[:1] == ["p1"]


def test_each_viewer_finds_what_they_may_read() -> None:
    assert set(ids("caller", "ana")) == {"t1", "c1"}
    assert set(ids("caller", "ben")) == {"t1", "c1", "h1"}
    assert set(ids("caller", "cleo")) == {"t1"}
    assert set(ids("caller", "gus")) == {"t1"}
    assert ids("printer in:#office", "gus") == []
    assert ids("caller", "dee") == []
    assert find(NOBODY, "caller").results == ()


def test_what_is_hidden_answers_as_what_is_not_there() -> None:
    hidden, missing = asked("Kingfisher", "cleo"), asked("Zanzibar", "cleo")
    assert (hidden.results, hidden.remarks, hidden.places, hidden.sealed) == (
        missing.results, missing.remarks, missing.places, missing.sealed,
    )  # fmt: skip


def test_one_common_word_in_common_is_not_an_answer() -> None:
    assert asked("printer firmware licence bidding quantum").is_weak
    assert not asked("Does the printer smoke?").is_weak
    assert not asked("printer").is_weak
    assert not asked("printer firmware licence bidding quantum", newest_first=True).is_weak
    assert not asked("in:#office").is_weak


def test_a_hidden_word_makes_an_answer_no_better_than_a_missing_one() -> None:
    for beside in ("printer", "printer second floor", ""):
        hidden, missing = asked(f"Kingfisher {beside}", "cleo"), asked(f"Zanzibarly {beside}", "cleo")
        assert hidden.is_weak == missing.is_weak
        assert hidden.results == missing.results


def test_nothing_found_names_rooms_to_ask_in_that_one_reads() -> None:
    none = asked("Zanzibar", "cleo")
    assert {place.name for place in none.places} <= {"#hotline", "#office"}
    assert none.places


def test_without_a_model_it_says_so() -> None:
    assert asked("printer").words_only == "There is no model for meaning here, so only words were looked for."


def test_messages_can_be_the_unit() -> None:
    (first, *_) = find_messages(who("ana"), "ask what happened")
    assert first.source_id == "m2"


def test_related_conversations_are_ones_that_one_may_read() -> None:
    (printer,) = asked("second floor printer smokes", limit=1).results
    assert {one.title[:13] for one in related(who("cleo"), printer.public_id)} <= {"Which printer", "A caller thre"}


def test_limits_are_kept() -> None:
    assert len(ids("printer", limit=1)) == 1


@pytest.mark.parametrize(
    "question", ["", "   ", '"', "in:", "after:never", "-", "*", "a" * 5000, "\0", "in:#", "OR AND NOT (", "\ud83d"]
)
def test_odd_questions_are_answered(question: str) -> None:
    asked(question)


# Open questions


def test_open_questions_are_found_as_open_the_one_waiting_longest_first() -> None:
    assert ids("is:open") == ["o1"]  # t1 is answered; p1 asks nothing
    assert ids("printer") != ["o1"]
    assert ids("is:open printer") == ["o1"]
    assert ids('is:open "order next"') == ["o1"]
    assert ids('is:open "smokes"') == []
    assert ids("is:open caller", "gus") == []


def test_more_than_one_waits_in_the_order_in_which_they_were_asked(tmp_path: Path) -> None:
    more = [
        note("q1", "Who has the key of the printer room?", 100, by="ben", context="q1"),
        note("q2", "Which printer takes the long paper?", 9000, to="leads", context="q2"),
        note("q3", "Does anybody have a ladder?", 7000, by="cleo", to="office", context="q3"),
    ]
    rooms = [
        room("hotline", members=["gus"]),
        room("office"),
        room("leads", audience="members", members=["ana", "ben"]),
    ]
    bring(write(tmp_path / "b.jsonl", [header(), *people(), *rooms, *more]), is_try_out=True)
    rebuild_words(index_folder())
    assert ids("is:open") == ["q1", "o1", "q3", "q2"]
    assert ids("is:open printer") == ["q1", "o1", "q2"]
    assert ids("is:open", "cleo") == ["q1", "o1", "q3"]
    assert ids("is:open", "gus") == ["q1"]
    assert ids("is:open in:#office") == ["o1", "q3"]
    assert ids("is:open from:me", "cleo") == ["q3"]
    assert ids("is:open after:2026-03-05 before:2026-03-06") == ["q3"]
    assert ids("is:open", newest_first=True) == ["q2", "q3", "o1", "q1"]
    assert ids("is:open", limit=2) == ["q1", "o1"]
    say_whether_it_asks(who("cleo"), public_id=asked("ladder").results[0].public_id, asks=False)
    assert ids("is:open") == ["q1", "o1", "q2"]
