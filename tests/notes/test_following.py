"""Words that were changed where they were said: which of them follow, and which are gone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.notes.following import followed, stands_in

SAID = "We tried that. Name the feeling first, then ask what happened. It took a minute."
PASSAGE = "Name the feeling first, then ask what happened."
texts = st.text(st.characters(exclude_categories=["C"], include_characters="\n"), max_size=120)


def test_spaces_and_ends_of_lines_are_nobodys_words() -> None:
    assert stands_in("Name  the\nfeeling first", SAID)
    assert not stands_in("Name that feeling first", SAID)
    assert not stands_in(" \n", SAID)


@pytest.mark.parametrize(
    ("now", "follows"),
    [
        (SAID.replace("ask what", "ask them what"), "Name the feeling first, then ask them what happened."),
        ("Name the feeling first, then ask what hapened. Sorry for the typo.", "Name the feeling first, then ask what hapened."),
        # What he took back he took back; what he wrote beside it is another matter.
        ("We tried that. It took a minute.", ""),
        ("Never mind, that was wrong: hang up and call the police first.", ""),
        ("Name nothing.", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_a_sentence_that_changed_slightly_follows_and_any_other_is_gone(now: str, follows: str) -> None:
    assert followed(PASSAGE, now) == follows


def test_of_two_like_sentences_the_likest_is_meant() -> None:
    now = "Name the feeling twice, then ask what happened. Name the feeling first, then ask what has happened."
    assert followed(PASSAGE, now) == "Name the feeling first, then ask what has happened."


def test_two_sentences_follow_together() -> None:
    words = "Restart the spooler on the server. Then print the test page again."
    now = "Hi. Restart the spooler on the old server. Then print the test page again. Bye."
    assert followed(words, now) == "Restart the spooler on the old server. Then print the test page again."


def test_code_follows_as_one_piece() -> None:
    words = "$ spooler stop\n$ spooler clean --all\n$ spooler start"
    now = "Like so:\n$ spooler stop\n$ spooler clean --all-queues\n$ spooler start\nDone by noon, all of us."
    assert followed(words, now) == words.replace("--all", "--all-queues")


@given(texts, texts)
def test_what_follows_is_always_what_its_author_says_now(words: str, now: str) -> None:
    found = followed(words, now)
    assert found in now
    assert not found or stands_in(found, now)


@given(texts)
def test_a_wall_of_anything_is_told_at_once(text: str) -> None:
    followed(text, (text + " ") * 200)
