"""The reckoning of the soak is worth something: whatever is missing, doubled or stale is told."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

import alongside
from alongside.bridges.port import Can
from tests.soak import toys
from tests.soak.holding import CHANGED_ON_ITS_WAY, NOBODY_KNOWS, Stands, broken
from tests.soak.places import MARK, Seen
from tests.soak.traffic import Done, Record

ONCE = frozenset({Can.DIRECT, Can.IDEMPOTENT})
AGAIN = frozenset({Can.DIRECT})
SOURCES = [Path(toys.__file__), *Path(alongside.__file__).parent.rglob("*.py")]
FOUND = "People have been here before"
RECORD = Record(
    texts={"m1": "The printer says bada.", "m2": "The export says dabo."},
    deleted={"m3"},
    acts=[Done("ana", "ketu"), Done("bo", "")],
)
STANDS = Stands(messages=[("m1", "The printer says bada. "), ("m2", "The export says dabo.")], notes={"ketu": 1})
SEEN = [Seen("ana", "ketu is how it works: a note now."), Seen("bo", f"{FOUND}: bada")]


def marked(one: Seen) -> Seen:
    return Seen(one.account, f"{one.text} ({MARK}: the line broke.)")


@pytest.mark.parametrize("can", [ONCE, AGAIN])
def test_where_everything_holds_nothing_is_told(can: frozenset[Can]) -> None:
    assert broken(RECORD, STANDS, SEEN, can) == []


WRONG: dict[str, Callable[[Stands], Stands]] = {
    "lost": lambda one: replace(one, messages=one.messages[:1]),
    "there twice": lambda one: replace(one, messages=[*one.messages, one.messages[0]]),
    "there though deleted": lambda one: replace(one, messages=[*one.messages, ("m3", "Gone.")]),
    "there though never said": lambda one: replace(one, messages=[*one.messages, ("m4", "Nobody said it.")]),
    "not as it was said last": lambda one: replace(one, messages=[one.messages[0], ("m2", "As it was before.")]),
    "was kept 0 times": lambda one: replace(one, notes={}),
    "was kept 2 times": lambda one: replace(one, notes={"ketu": 2}),
    "left in the inbox": lambda one: replace(one, left_in_inbox=1),
    "wait in the outbox": lambda one: replace(one, waiting=1),
    "the cursor is not where": lambda one: replace(one, is_cursor_there=False),
    "says that it does not work": lambda one: replace(one, problem="The line broke."),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_in_the_store_is_told(what: str) -> None:
    (told,) = broken(RECORD, WRONG[what](STANDS), SEEN, ONCE)
    assert what in told


@pytest.mark.parametrize(
    ("seen", "can"),
    [
        (SEEN[:1], ONCE),
        (SEEN[1:], AGAIN),
        ([*SEEN, SEEN[0]], AGAIN),  # twice, and none says so
        ([*SEEN, SEEN[1]], AGAIN),
        ([*SEEN, marked(SEEN[0])], ONCE),  # marked, where the tool posts once for one key
        ([*SEEN, marked(SEEN[0]), marked(SEEN[0])], AGAIN),
        ([Seen("bo", SEEN[0].text), SEEN[1]], AGAIN),  # to somebody else
        ([*SEEN, Seen("ana", "Here.", "k1"), Seen("ana", "Here.", "k1")], AGAIN),  # one post, however it reads
    ],
)
def test_what_is_missing_doubled_or_astray_is_told(seen: Sequence[Seen], can: frozenset[Can]) -> None:
    assert len(broken(RECORD, STANDS, seen, can)) == 1


def test_a_second_one_that_says_so_holds_where_the_tool_cannot_know() -> None:
    assert broken(RECORD, STANDS, [*SEEN, marked(SEEN[0]), marked(SEEN[1])], AGAIN) == []


TRIED_TWICE = "Nobody can know whether it arrived; it was tried twice."
OTHERS_HEAR = "While it was on its way, other people came to hear in that room, so it was not said there."


@pytest.mark.parametrize(
    ("why", "can"),
    [
        (TRIED_TWICE, AGAIN),
        ("The tool did not answer.", AGAIN),
        ("The line broke after it was written.", AGAIN),
        ("The line to the SMTP server 127.0.0.1 broke before it said whether it took the mail: closed", AGAIN),
        (OTHERS_HEAR, AGAIN),
        (OTHERS_HEAR, ONCE),
    ],
)
def test_what_was_given_up_for_a_reason_that_holds_excuses_one_answer(why: str, can: frozenset[Can]) -> None:
    given_up = replace(STANDS, given_up=[why])
    assert broken(RECORD, given_up, SEEN[:1], can) == []
    (told,) = broken(RECORD, given_up, [], can)
    assert "2 acts were not answered" in told


@pytest.mark.parametrize(
    ("why", "can"),
    [
        (TRIED_TWICE, ONCE),  # a tool that posts once for one key is asked again until it answers
        ("The file is busy.", AGAIN),
        ("Something of ours broke (TypeError).", AGAIN),
        ("It was written by another version of Alongside.", AGAIN),
        ("The SMTP server 127.0.0.1 does not take mail to this address: 550 No", AGAIN),
    ],
)
def test_any_other_reason_excuses_nothing_and_is_told_itself(why: str, can: frozenset[Can]) -> None:
    given_up = replace(STANDS, given_up=[why])
    assert broken(RECORD, given_up, SEEN, can) == [f"1 posts were given up: {why}"]
    assert len(broken(RECORD, given_up, SEEN[:1], can)) == 2


def test_the_reasons_that_excuse_are_words_of_the_product() -> None:
    """Otherwise one that is worded anew there would never be met here."""
    told = " ".join(path.read_text("utf-8") for path in SOURCES)
    assert [words for words in (*NOBODY_KNOWS, *CHANGED_ON_ITS_WAY) if words not in told] == []
