"""What stands on pages in words: decided from plain values, tried here without a database."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.web import presenting, wording

NOW = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2026, 3, 10, 0, 1, tzinfo=UTC), "today"),
        (datetime(2026, 3, 9, 23, 59, tzinfo=UTC), "yesterday"),
        (datetime(2026, 3, 3, 9, 12, tzinfo=UTC), "3 March"),
        (datetime(2024, 3, 3, 9, 12, tzinfo=UTC), "3 March 2024"),
    ],
)
def test_a_day_is_read_as_one_would_say_it(moment: datetime, words: str) -> None:
    assert wording.on_day(moment, NOW).words == words


def test_a_moment_is_exact_on_hover_and_for_machines() -> None:
    when = wording.on_day(datetime(2026, 3, 3, 9, 12, 5, tzinfo=UTC), NOW)
    assert when.exact == "3 March 2026, 09:12:05 UTC"
    assert when.machine == "2026-03-03T09:12:05+00:00"


def test_times_are_shown_where_the_reader_is() -> None:
    now = NOW.astimezone(ZoneInfo("Asia/Tokyo"))
    when = wording.at_time(datetime(2026, 3, 9, 23, 30, tzinfo=UTC), now)
    assert when.words == "yesterday, 08:30"
    assert when.exact.endswith("08:30:00 JST")


def test_the_day_is_said_once_and_then_the_time_alone() -> None:
    first = datetime(2026, 3, 3, 9, 12, tzinfo=UTC)
    assert wording.at_time(first, NOW).words == "3 March, 09:12"
    assert wording.at_time(first + timedelta(minutes=19), NOW, first).words == "09:31"
    assert wording.at_time(first + timedelta(days=1), NOW, first).words == "4 March, 09:12"


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(minutes=59), "59 minutes"),
        (timedelta(hours=47), "47 hours"),
        (timedelta(days=3), "3 days"),
    ],
)
def test_a_span_is_said_roughly(span: timedelta, words: str) -> None:
    assert wording.span_words(span) == words


def test_an_unknown_audience_is_said_to_be_closed() -> None:
    assert wording.audience_words("something new") == wording.audience_words("closed")


def test_what_somebody_reads_is_one_sentence_and_never_a_number() -> None:
    few = wording.reading_words(["#a", "#b"], reads_organisation=True)
    assert few == "You can read #a, #b and what the organisation shares."
    assert wording.reading_words([], reads_organisation=False) == "You can read what anybody may read."
    many = wording.reading_words([f"#{letter}" for letter in "abcdefghij"], reads_organisation=True)
    assert "#g" not in many
    assert not any(sign.isdigit() for sign in many)


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Ana Moreau", "AM"), ("Cy", "CY"), ("", "·"), ("Ana de Sá", "AS"), ("(guest) Dee", "DE")],
)
def test_initials_stand_for_a_name(name: str, letters: str) -> None:
    assert wording.initials(name) == letters


@given(st.text(max_size=40), st.lists(st.tuples(st.integers(0, 45), st.integers(0, 45)), max_size=6))
def test_cutting_a_passage_loses_and_doubles_nothing(text: str, marked: list[tuple[int, int]]) -> None:
    cut = wording.pieces(text, marked)
    assert "".join(piece.text for piece in cut) == text
    under_a_mark = {place for start, end in marked for place in range(start, min(end, len(text)))}
    place = 0
    for piece in cut:
        assert all((spot in under_a_mark) == piece.marked for spot in range(place, place + len(piece.text)))
        place += len(piece.text)


def test_a_place_to_ask_says_what_its_button_will_do() -> None:
    assert presenting.Place("#hotline", "Slack", "https://x.example/h").words == "Open #hotline in Slack"
    assert presenting.Place("help@", "E-mail", "mailto:help@x.example").words == "Write to help@"


def test_a_passage_that_begins_with_the_title_goes_on_after_it() -> None:
    piece = wording.Piece
    said = (
        piece("Need a second head. An angry "),
        piece("caller", marked=True),
        piece(", very loud, for half an hour"),
    )
    assert wording.without_title(said, "Need a second head.")[0] == piece("An angry ")
    assert wording.without_title(said, "Something else") == said
    marked = (piece("Need", marked=True), piece(" a second head. An angry caller, very loud, for half an hour"))
    assert wording.without_title(marked, "Need a second head.") == marked
    short = (piece("Need a second head. Anybody?"),)
    assert wording.without_title(short, "Need a second head.") == short


def test_a_narrowed_question_says_that_it_was_narrowed() -> None:
    assert "narrowed" in wording.looked_at(reads_organisation=True, words_only=False, is_narrowed=True)[0]


def test_a_guest_is_named_as_one() -> None:
    assert wording.name_in_bar("Dee Laurent", is_guest=True) == "Dee Laurent, a guest"
    assert wording.name_in_bar("Ana Moreau", is_guest=False) == "Ana Moreau"
