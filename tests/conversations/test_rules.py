"""What a conversation is: its title, and where one ends and the next begins in a flat room."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.conversations.rules import (
    ANSWERS_A_MENTION,
    LOOK_BACK,
    SAME_AUTHOR,
    SAME_TALK,
    TITLE_LENGTH,
    Heard,
    Said,
    anchor_of,
    joined_contexts,
    may_say_it_asks,
    tell_apart,
    title_of,
)

BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ANA, BEN, CY = 1, 2, 3
LONG = "Which invoices are there to export, and for which of the customers?"


def heard(
    name: str, author: int, minutes: float, context: str | None = None, reply_to: str = "", *mentions: int
) -> Heard:
    return Heard(name, author, BEGAN + timedelta(minutes=minutes), context, reply_to, mentions)


def told(*messages: Heard, earlier: tuple[Heard, ...] = ()) -> list[str]:
    return tell_apart(earlier, messages)


def test_a_conversation_is_called_after_its_first_message() -> None:
    assert told(heard("a", ANA, 0)) == ["a"]


def test_what_is_said_a_moment_later_belongs_to_it() -> None:
    soon, late = (SAME_TALK / timedelta(minutes=1) + more for more in (0, 1))
    assert told(heard("a", ANA, 0), heard("b", BEN, soon)) == ["a", "a"]
    assert told(heard("a", ANA, 0), heard("b", BEN, late)) == ["a", "b"]


def test_who_goes_on_has_longer() -> None:
    longest = SAME_AUTHOR / timedelta(minutes=1)
    assert told(heard("a", ANA, 0), heard("b", ANA, longest)) == ["a", "a"]
    assert told(heard("a", ANA, 0), heard("b", ANA, longest + 1)) == ["a", "b"]


def test_a_reply_goes_where_it_replies_to_however_late() -> None:
    assert told(heard("a", ANA, 0), heard("b", BEN, 40), heard("c", CY, 5000, None, "a")) == ["a", "b", "a"]
    assert told(heard("a", ANA, 0), heard("c", CY, 40, None, "unknown")) == ["a", "c"]


def test_a_mention_goes_to_where_the_one_mentioned_last_spoke() -> None:
    assert told(heard("a", ANA, 0), heard("b", BEN, 40), heard("c", CY, 41, None, "", ANA)) == ["a", "b", "a"]
    too_late = ANSWERS_A_MENTION / timedelta(minutes=1) + 1
    assert told(heard("a", ANA, 0), heard("c", CY, too_late, None, "", ANA)) == ["a", "c"]


def test_to_call_somebody_who_has_not_spoken_begins_something() -> None:
    assert told(heard("a", ANA, 0), heard("b", BEN, 1, None, "", CY)) == ["a", "b"]
    assert told(heard("b", BEN, 1, None, "", BEN)) == ["b"]


def test_who_was_called_answers_the_call() -> None:
    assert told(heard("a", ANA, 0, None, "", CY), heard("b", BEN, 1, None, "", BEN), heard("c", CY, 60)) == [
        "a",
        "b",
        "a",
    ]


def test_what_is_known_stays_and_only_so_much_is_looked_back() -> None:
    known = heard("k", ANA, 0, "known")
    assert told(heard("a", BEN, 1), earlier=(known,)) == ["known"]
    assert told(heard("a", BEN, 1, "given"), earlier=(known,)) == ["given"]
    many = tuple(heard(f"n{number}", number + 10, 1 + number / 100, "other") for number in range(LOOK_BACK))
    assert told(heard("a", ANA, 2, None, "k"), earlier=(known, *many)) == ["other"]


messages = st.lists(
    st.builds(
        lambda author, minutes, mentions, reply: (author, minutes, tuple(mentions), reply),
        st.integers(1, 4),
        st.integers(0, 700),
        st.sets(st.integers(1, 4), max_size=2),
        st.integers(0, 9),
    ),
    max_size=12,
)


@given(messages)
def test_every_message_gets_one_conversation_that_began_with_itself_or_earlier(
    drawn: list[tuple[int, int, tuple[int, ...], int]],
) -> None:
    drawn.sort(key=lambda one: one[1])
    room = [
        heard(f"m{place}", author, minutes, None, f"m{reply}" if reply < place else "", *mentions)
        for place, (author, minutes, mentions, reply) in enumerate(drawn)
    ]
    contexts = tell_apart([], room)
    for place, context in enumerate(contexts):
        assert context in [one.source_id for one in room[: place + 1]]
        assert contexts[int(context[1:])] == context  # a conversation holds the message that it is called after
    half = len(room) // 2
    known = [
        Heard(one.source_id, one.author_id, one.said_at, context, one.reply_to, one.mentions)
        for one, context in zip(room, contexts, strict=True)
    ]
    assert tell_apart(known[:half], room[half:]) == contexts[half:]  # however it is cut into batches


def said(name: str, context: str | None, room: int = 1) -> Said:
    return Said(name, room, ANA, "<p>x</p>", "x", BEGAN, context)


def test_who_knows_only_a_parent_joins_the_parents_conversation() -> None:
    assert joined_contexts([said("a", "a"), said("b", "a"), said("c", "b")], {}) == ["a", "a", "a"]
    assert joined_contexts([said("c", "b")], {(1, "b"): "a"}) == ["a"]
    assert joined_contexts([said("c", "b")], {(2, "b"): "a"}) == ["b"]
    assert joined_contexts([said("c", None)], {}) == [None]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5))))
def test_a_circle_of_parents_ends(pairs: list[tuple[int, int]]) -> None:
    some = [said(f"m{one}", f"m{other}") for one, other in pairs]
    contexts = joined_contexts(some, {})
    assert len(contexts) == len(some)
    assert all(context and context.startswith("m") for context in contexts)


@pytest.mark.parametrize(
    ("subject", "text", "title"),
    [
        ("A subject", "Some text.", "A subject"),
        ("  A \n subject ", "", "A subject"),
        ("", "How do I export an invoice? I tried.", "How do I export an invoice? I tried."),
        ("", f"{LONG} {'And so on ' * 9}.", LONG),
        ("", "---\n\nThe first words.", "The first words."),
        ("", "", "…"),
        ("", "?!", "?!"),
        ("", "Hi", "Hi"),
    ],
)
def test_a_title_is_the_subject_or_the_first_words(subject: str, text: str, title: str) -> None:
    assert title_of(subject, text) == title


@given(st.text(), st.text())
def test_a_title_is_one_short_line_and_never_empty(subject: str, text: str) -> None:
    title = title_of(subject, text)
    assert title
    assert len(title) <= TITLE_LENGTH + 2
    assert "\n" not in title


def test_a_long_title_is_cut_at_a_word() -> None:
    title = title_of("", "word, " * 40)
    assert title.endswith("word …")
    assert len(title) <= TITLE_LENGTH + 2


def test_long_ago_is_not_looked_into() -> None:
    far = ANSWERS_A_MENTION / timedelta(minutes=1) + 1
    assert told(heard("a", ANA, 0), heard("b", BEN, far)) == ["a", "b"]


def test_who_asked_or_hosts_may_say_that_it_asks() -> None:
    assert may_say_it_asks(is_asker=True, is_host=False)
    assert may_say_it_asks(is_asker=False, is_host=True)
    assert not may_say_it_asks(is_asker=False, is_host=False)


def test_a_link_to_a_message_is_its_time() -> None:
    assert anchor_of(BEGAN) == f"m{int(BEGAN.timestamp() * 1000):x}"
