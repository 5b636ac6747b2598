"""What changed is told in words; and of two people who write at once neither loses anything."""

import random
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.notes.content import EMPTY, FIELDS, Content, tidied
from alongside.notes.merging import Change, Kind, differences, merged, merged_text
from alongside.notes.word_runs import run_together, same_words, split

# Few letters, so that words meet; spaces, ends of lines and signs, so that they run together.
TEXTS = st.text(alphabet="aab.,'*- \n", max_size=30) | st.text(max_size=30)
WORDS = st.lists(st.sampled_from(["the", "caller", "stop", "a", ",", "tone", "slow", "down"]), max_size=12)


def _texts_of(words: list[str]) -> str:
    return " ".join(words)


def _joined(changes: tuple[Change, ...], *kinds: Kind) -> str:
    return "".join(change.text for change in changes if change.kind in kinds)


@given(TEXTS | WORDS.map(_texts_of), TEXTS | WORDS.map(_texts_of))
def test_differences_join_to_both_texts_exactly(before: str, after: str) -> None:
    changes = differences(before, after)
    assert _joined(changes, Kind.KEPT, Kind.REMOVED) == before
    assert _joined(changes, Kind.KEPT, Kind.ADDED) == after
    assert all(change.text for change in changes)
    assert all(one.kind != next_one.kind for one, next_one in pairwise(changes))


@given(TEXTS)
def test_a_text_has_no_differences_to_itself(text: str) -> None:
    assert all(change.kind == Kind.KEPT for change in differences(text, text))


def test_differences_are_told_in_words_not_letters() -> None:
    assert differences("Then one next step.", "Then one next call, with a time.") == (
        Change(Kind.KEPT, "Then one next"),
        Change(Kind.REMOVED, " step"),
        Change(Kind.ADDED, " call, with a time"),
        Change(Kind.KEPT, "."),
    )


def test_a_little_word_that_two_sentences_share_by_chance_was_not_kept() -> None:
    changes = differences("Offer nothing to the tense caller.", "Ask your lead before the night shift ends.")
    assert [change.kind for change in changes] == [Kind.REMOVED, Kind.ADDED, Kind.KEPT]


@given(TEXTS)
def test_splitting_into_words_loses_nothing(text: str) -> None:
    words = split(text)
    assert words.text(0, len(words.words)) + words.spaces[-1] == text


@given(WORDS, WORDS)
def test_what_is_taken_as_the_same_is_the_same_and_in_order(one: list[str], other: list[str]) -> None:
    pairs = same_words(one, other)
    assert all(one[place] == other[spot] for place, spot in pairs)
    assert all(a < c and b < d for (a, b), (c, d) in pairwise(pairs))


# Two people at once


def test_changes_in_different_places_are_put_together() -> None:
    text, conflicts = merged_text(
        "Say what you hear. Then stop.",
        "Say what you hear before you offer anything. Then stop.",
        "Say what you hear. Then one next step. Then stop.",
    )
    assert text == "Say what you hear before you offer anything. Then one next step. Then stop."
    assert conflicts == ()


def test_paragraphs_that_both_add_at_the_end_both_stand_theirs_first_and_are_marked() -> None:
    text, conflicts = merged_text("One.", "One.\n\nMine it is.", "One.\n\nTheirs it is.")
    assert text == "One.\n\nTheirs it is.\n\nMine it is."
    assert [(conflict.theirs.strip(), conflict.mine.strip()) for conflict in conflicts] == [
        ("Theirs it is.", "Mine it is.")
    ]
    assert text[conflicts[0].start : conflicts[0].end].strip() == "Theirs it is.\n\nMine it is."


def test_what_one_takes_out_while_the_other_writes_in_it_stays_and_is_marked() -> None:
    text, conflicts = merged_text("Slow down. Stop.", "Stop.", "Slow down on purpose. Stop.")
    assert "on purpose" in text
    assert conflicts


def test_saving_twice_the_second_time_with_more_writes_nothing_twice() -> None:
    assert merged_text("One.", "One. Two three.", "One. Two") == ("One. Two three.", ())


def test_new_ends_of_lines_of_one_and_new_words_of_the_other_are_put_together() -> None:
    assert merged_text("one two three", "one\n\ntwo three", "one two three four") == ("one\n\ntwo three four", ())


def test_a_note_is_merged_part_by_part_and_a_conflict_says_in_which() -> None:
    base = Content("Tense callers", "A caller shouts.", "Slow down.", "", "")
    mine = Content("Tense callers", "A caller shouts.", "Slow down on purpose.", "They match your pace.", "By chat.")
    theirs = Content("Tense callers, calmly", "A caller shouts.", "Slow down.", "", "By letter.")
    both = merged(base, mine, theirs)
    assert both.content == Content(
        "Tense callers, calmly",
        "A caller shouts.",
        "Slow down on purpose.",
        "They match your pace.",
        "By letter. By chat.",
    )
    assert [conflict.field for conflict in both.conflicts] == ["where_not"]


ANY_TEXTS = TEXTS | WORDS.map(_texts_of)


@given(ANY_TEXTS, ANY_TEXTS, ANY_TEXTS)
def test_every_word_that_either_added_is_there(base: str, mine: str, theirs: str) -> None:
    text, _ = merged_text(base, mine, theirs)
    there = Counter(split(text).words)
    for side in (mine, theirs):
        added = Counter(split(side).words) - Counter(split(base).words)
        assert added <= there


@given(ANY_TEXTS, ANY_TEXTS, ANY_TEXTS)
def test_who_is_first_decides_nothing_but_the_order_in_conflicts(base: str, mine: str, theirs: str) -> None:
    text, conflicts = merged_text(base, mine, theirs)
    other_text, other_conflicts = merged_text(base, theirs, mine)
    assert [(one.theirs, one.mine) for one in conflicts] == [(one.mine, one.theirs) for one in other_conflicts]
    assert Counter(split(text).words) == Counter(split(other_text).words)
    if not conflicts:
        assert split(text).words == split(other_text).words


@given(ANY_TEXTS, ANY_TEXTS)
def test_when_one_alone_changed_something_it_is_as_they_left_it(base: str, changed: str) -> None:
    for text in (
        merged_text(base, changed, base),
        merged_text(base, base, changed),
        merged_text(base, changed, changed),
    ):
        assert text == (changed, ())


@given(ANY_TEXTS, ANY_TEXTS, ANY_TEXTS)
def test_a_conflict_lies_where_it_says_and_holds_both_sides(base: str, mine: str, theirs: str) -> None:
    text, conflicts = merged_text(base, mine, theirs)
    for conflict in conflicts:
        stretch = split(text[conflict.start : conflict.end]).words
        assert stretch == (*split(conflict.theirs).words, *split(conflict.mine).words)
    assert all(one.end <= next_one.start for one, next_one in pairwise(conflicts))


@st.composite
def _distinct_edits(draw: st.DrawFn) -> tuple[list[str], list[str], list[str]]:
    """Words that occur once each: what either took out, and new words of their own."""
    base = [f"stays{place}" for place in range(draw(st.integers(0, 12)))]
    sides = []
    for name in ("mine", "theirs"):
        side: list[str] = []
        for place in range(len(base) + 1):
            side.extend(f"{name}{place}x{step}" for step in range(draw(st.sampled_from([0, 0, 0, 1, 2]))))
            if place < len(base) and draw(st.sampled_from([True, True, False])):
                side.append(base[place])
        sides.append(side)
    return base, sides[0], sides[1]


@given(_distinct_edits())
def test_what_both_left_is_there_once_and_what_was_added_is_there_once(
    texts: tuple[list[str], list[str], list[str]],
) -> None:
    base, mine, theirs = texts
    text, conflicts = merged_text(*map(_texts_of, texts))
    there = Counter(split(text).words)
    for word in base:
        if word in mine and word in theirs:
            assert there[word] == 1
        elif word not in mine and word not in theirs:
            assert there[word] == 0
        else:  # one took it out: it is back only where the other changed something beside it, and that is marked
            marked = any(word in split(one.theirs).words + split(one.mine).words for one in conflicts)
            assert there[word] == (1 if marked else 0)
    for word in {*mine, *theirs} - set(base):
        assert there[word] == 1


@pytest.mark.parametrize("kind", ["few changes", "many changes", "all rewritten", "always the same words"])
def test_a_long_note_is_merged_with_every_new_word_of_both(kind: str) -> None:
    chance = random.Random(3)
    vocabulary = [f"word{number}" for number in range(800)]
    weights = [1 / (number + 1) for number in range(800)]

    def written(count: int) -> list[str]:
        return chance.choices(vocabulary, weights, k=count)

    def edited(words: list[str], times: int) -> list[str]:
        words = words[:]
        for place in (chance.randrange(len(words)) for _ in range(times)):
            words[place : place + chance.randrange(4)] = written(chance.randrange(4))
        return words

    base = written(5000)
    mine, theirs = {
        "few changes": (edited(base, 20), edited(base, 20)),
        "many changes": (edited(base, 1000), edited(base, 1000)),
        "all rewritten": (written(5000), written(5000)),
        "always the same words": (["a", "b"] * 2500, ["b", "a", "c", "a"] * 1250),
    }[kind]
    if kind == "always the same words":
        base = ["c", "a"] * 2500
    # Measured: at most 70 ms of processor time, where difflib alone takes minutes for the last of these.
    text, _conflicts = merged_text(_texts_of(base), _texts_of(mine), _texts_of(theirs))
    assert set(mine) - set(base) <= set(text.split())
    assert set(theirs) - set(base) <= set(text.split())


# Content


def test_content_is_kept_without_what_a_browser_adds() -> None:
    assert tidied(Content(" A\r\ntitle ", "one\r\n\r\ntwo\r\n", "x\ry", "", " ")) == Content(
        "A title", "one\n\ntwo", "x\ny", "", ""
    )
    assert tidied(EMPTY) == EMPTY
    assert FIELDS == ("title", "when", "what_worked", "why", "where_not")


def test_words_written_without_a_space_between_are_noticed() -> None:
    assert run_together("A", "b")
    assert not run_together("(", "b")
