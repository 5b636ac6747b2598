"""The word that somebody is typing, ended from open texts: the same for everybody who reads those."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.archives.store import bring, header, note, people, room, write

from alongside.people.queries import unscoped_viewer_with_address
from alongside.people.rules import NOBODY, Viewer
from alongside.search.completion import completed, words_completed
from alongside.search.followers import rebuild_words
from alongside.search.marking import words_beginning
from alongside.search.serving import index_folder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]


@pytest.fixture(autouse=True)
def _a_workplace(tmp_path: Path, home: Path) -> None:
    del home
    said = [
        note("o1", "The configuration of NetCDF files: how to configure it?", 0, to="office", context="o1"),
        note("o2", "Configurations were read twice. The printer confused us.", 9, to="office", context="o1"),
        note("o3", "Ein Café für alle, naïve users.", 20, to="office", context="o3"),
        note("c1", "Kingfisher, the kingdom and the confidential printout.", 60, to="leads", context="c1"),
        note("h1", "A kinetic board paper.", 61, by="ben", to="board", context="h1"),
    ]
    rooms = [
        room("office"),
        room("leads", audience="members", members=["ana", "ben"]),
        room("board", audience="members", members=["ben"]),
    ]
    bring(write(tmp_path / "a.jsonl", [header(), *people(), *rooms, *said]), is_try_out=True)
    rebuild_words(index_folder())


def who(name: str) -> Viewer:
    return unscoped_viewer_with_address(f"{name}@example.org")


def test_words_are_whole_though_the_index_knows_stems_only() -> None:
    assert words_completed(who("cleo"), "how do I conf")[:1] == ["configuration"]
    assert set(words_completed(who("cleo"), "conf")) == {"configuration", "configure", "confused"}
    assert words_completed(who("cleo"), "configurat") == ["configuration", "Configurations"]
    assert words_completed(who("cleo"), "printers") == []
    assert words_completed(who("cleo"), "netc") == ["NetCDF"]
    assert words_completed(who("cleo"), "cafe") == ["Café"]


def test_the_question_before_stays_as_it_was_typed() -> None:
    assert completed(who("cleo"), 'My "open prin') == ['My "open printer']


@pytest.mark.parametrize("typed", ["", "pr", "printer ", "from:ana", "after:2026", "?!", "x" * 999, "\ud800", "in:"])
def test_nothing_is_guessed_of_too_little_or_of_what_is_no_word(typed: str) -> None:
    assert words_completed(who("cleo"), typed) == []


def test_words_of_closed_rooms_are_offered_to_nobody_not_even_their_members() -> None:
    for name in ("ana", "ben", "cleo", "gus"):
        for letters in ("king", "kine", "confid", "printo"):
            assert words_completed(who(name), letters) == []
    assert {name: words_completed(who(name), "conf") for name in ("ana", "ben")} == {
        name: words_completed(who("cleo"), "conf") for name in ("ana", "ben")
    }


def test_who_reads_no_open_text_is_offered_none_of_its_words() -> None:
    assert words_completed(who("gus"), "conf") == words_completed(NOBODY, "conf") == []


def test_after_in_the_rooms_that_one_reads_are_named() -> None:
    assert completed(who("ana"), "paper in:#lea") == ["paper in:#leads"]
    assert completed(who("cleo"), "paper in:#lea") == completed(who("cleo"), "paper in:#nos") == []
    assert completed(who("cleo"), "in:off") == ["in:#office"]


@given(st.text(max_size=60), st.text(min_size=1, max_size=5))
def test_a_word_begins_as_was_typed_and_stands_in_the_text(text: str, letters: str) -> None:
    for word in words_beginning(text, letters):
        assert word in text
        assert len(word) >= len(letters)
