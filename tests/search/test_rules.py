from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.search import rules
from alongside.search.rules import Asked, Unit, UnitMessage, asked, first_second, is_weak, parts_of, plainly


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("how do I restart", Asked(words="how do I restart")),
        ("", Asked()),
        ('"price rise" letter', Asked(words="letter", phrases=("price rise",))),
        ("“price rise”", Asked(phrases=("price rise",))),
        ("restart in:#help", Asked(words="restart", room="help")),
        ("in:help", Asked(room="help")),
        ('in:"front desk" tense', Asked(words="tense", room="front desk")),
        ("IN:#Help From:ME", Asked(room="Help", from_me=True)),
        ("after:2026", Asked(after=date(2026, 1, 1))),
        ("after:2026-02 before:2026-03-04", Asked(after=date(2026, 2, 1), before=date(2026, 3, 4))),
        ("built-in:thing login:me", Asked(words="built-in:thing login:me")),
        ("https://a.example/x?in:y", Asked(words="https://a.example/x?in:y")),
        ('"" !', Asked(words="!")),
    ],
)
def test_what_is_typed_is_understood(typed: str, understood: Asked) -> None:
    assert asked(typed) == understood


def test_nobody_can_ask_what_somebody_wrote() -> None:
    understood = asked("from:ada restart")
    assert (understood.words, understood.from_me) == ("restart", False)
    assert understood.remarks == (rules.NOT_FROM_SOMEBODY,)


@pytest.mark.parametrize(
    ("typed", "words", "remark"),
    [
        ('open "quote here', "open quote here", rules.QUOTE_LEFT_OPEN),
        ("after:soon tea", "after soon tea", "“after:” takes a date like 2026, 2026-01 or 2026-01-15."),
        ("before:2026-13", "before 2026-13", "“before:” takes a date like 2026, 2026-01 or 2026-01-15."),
        ("in: tea", "tea", rules.NO_ROOM),
        ("in:a in:b", "", rules.ONE_ROOM),
        ("after:2026 before:2025", "", rules.NEVER),
        ("x " * 100, " ".join("x" * 64), rules.TOO_LONG),
    ],
)
def test_what_could_not_be_taken_as_typed_is_said(typed: str, words: str, remark: str) -> None:
    understood = asked(typed)
    assert understood.words == words
    assert understood.remarks == (remark,)


def test_in_a_pasted_message_quotation_marks_ask_for_nothing() -> None:
    pasted = 'It says "no such file" ' + "and then " * 10
    assert asked(pasted) == Asked(words="It says no such file" + " and then" * 10)


def test_a_machine_asks_with_words_only() -> None:
    assert plainly('in:#help  "as\ud800 it is" from:ada') == Asked(words='in:#help "as it is" from:ada')


def test_newest_first_is_asked_beside_the_words() -> None:
    assert asked("tea", newest_first=True).newest_first
    assert asked("newest first").words == "newest first"


def test_a_question_without_words_may_still_narrow() -> None:
    assert asked("in:#help").is_narrowed
    assert not asked("help").is_narrowed
    assert asked('in:#help "price rise" letter').text == "letter price rise"


def test_open_is_asked_for_in_one_word_and_a_sentence_that_says_is_stays_one() -> None:
    assert asked("is:open tea") == Asked(words="tea", is_open=True)
    assert asked("tea IS:OPEN").is_open
    assert asked("is:open").is_narrowed
    for words in ("the error is:", "is:opened", "this:is:open", "is: open"):
        assert asked(words) == Asked(words=words), words


_TYPED = st.lists(
    st.sampled_from(
        ['"', "in:", "is:", "open", "from:", "me", "after:", "2026", "-01", "#", " ", "tea", "”", "\0", "\ud800"]
    )
).map("".join)


@given(st.text(max_size=3_000) | _TYPED)
def test_whatever_is_typed_is_understood_somehow(typed: str) -> None:
    understood = asked(typed)
    assert len(understood.words.split()) <= rules.MOST_WORDS
    assert len(understood.phrases) <= rules.MOST_PHRASES
    assert len(understood.text) <= rules.LONGEST_QUESTION + 100
    assert all(remark.endswith(".") for remark in understood.remarks)
    understood.text.encode()


@given(st.text(alphabet="abc xyz", max_size=200).filter(lambda words: len(words.split()) <= rules.MOST_WORDS))
def test_plain_words_stay_as_they_are(words: str) -> None:
    assert asked(words) == Asked(words=" ".join(words.split()))


def test_a_day_begins_at_midnight_for_everybody() -> None:
    assert first_second(date(1970, 1, 2)) == 86_400
    assert first_second(None) is None


def _unit(*texts: str) -> Unit:
    messages = tuple(UnitMessage(number, text) for number, text in enumerate(texts))
    return Unit(1, 1, True, 1, 0, 0, "en", "title", messages)


def test_a_usual_conversation_is_one_part() -> None:
    assert list(parts_of(_unit("a", "b"))) == [("title", "a", "b")]
    assert list(parts_of(_unit())) == [("title",)]


@given(st.lists(st.integers(min_value=0, max_value=70_000), max_size=500))
def test_a_long_conversation_is_cut_and_nothing_of_it_lost(lengths: list[int]) -> None:
    texts = ["x" * length for length in lengths]
    parts = list(parts_of(_unit(*texts)))
    assert [text for part in parts for text in part[1:]] == texts
    assert all(part[0] == "title" and len(part) <= 201 for part in parts)
    assert all(len(part) == 2 or sum(map(len, part[1:])) <= 60_000 for part in parts if len(part) > 1)


@pytest.mark.parametrize(
    ("nearness", "covered", "weak"),
    [
        (0.2, 1.0, True),  # all of its words, far in meaning: a word of two meanings
        (0.4, 0.0, True),
        (0.4, 0.5, False),
        (0.5, 0.0, False),
        (None, 0.2, True),
        (None, 0.5, False),
    ],
)
def test_what_is_far_in_meaning_and_covers_little_probably_does_not_answer(
    nearness: float | None, covered: float, *, weak: bool
) -> None:
    assert is_weak(nearness, covered) is weak


_SHARE = st.floats(0, 1)


@given(st.none() | _SHARE, _SHARE, _SHARE, _SHARE)
def test_coming_nearer_or_covering_more_never_makes_it_worse(
    nearness: float | None, covered: float, nearer: float, more: float
) -> None:
    better = None if nearness is None else nearness + nearer
    assert is_weak(nearness, covered) or not is_weak(better, covered + more)
