"""What somebody means, and what may be said where."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.bridges.rules import (
    LONGEST_PASSAGE,
    MOST_ACTS_A_MINUTE,
    Act,
    ActName,
    Listens,
    Pace,
    act_of,
    is_taken_in,
    may_ask_to_remember,
    may_say_there,
    meant_of,
    pace_of,
    shortened,
)

N = ActName


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("how do you calm a caller?", Act(N.FIND, "how do you calm a caller?")),
        ("find: the double invoice", Act(N.FIND, "the double invoice")),
        ("help me calm a caller", Act(N.FIND, "help me calm a caller")),
        ("Helpful tools for callers", Act(N.FIND, "Helpful tools for callers")),
        ("keep calm and carry on, who said that?", Act(N.FIND, "keep calm and carry on, who said that?")),
        ("", Act(N.HELP)),
        ("  help ", Act(N.HELP)),
        ("What can you do?", Act(N.HELP)),
        ("here: what is a dunning letter?", Act(N.FIND_HERE, "what is a dunning letter?")),
        ("ask in #hotline: Who knows?", Act(N.ASK, "Who knows?", "hotline")),
        ("Ask in field service: Who knows?", Act(N.ASK, "Who knows?", "field service")),
        ("ask the room: Who knows?", Act(N.ASK, "Who knows?")),
        ("ask quietly in #hotline: Who knows?", Act(N.ASK_QUIETLY, "Who knows?", "hotline")),
        ("ask quietly: Who knows?", Act(N.ASK_QUIETLY, "Who knows?")),
        ("ask #hotline: Who knows?", Act(N.ASK, "Who knows?", "hotline")),
        ("ask anonymously in #hotline: Who knows?", Act(N.ASK_QUIETLY, "Who knows?", "hotline")),
        ("ask quietly #hotline: Who knows?", Act(N.ASK_QUIETLY, "Who knows?", "hotline")),
        ("ask in #hotline who knows?", Act(N.ASK, "who knows?", "hotline", is_unclear=True)),
        ("Ask in #hotline, who knows?", Act(N.ASK, "who knows?", "hotline", is_unclear=True)),
        ("ask #hotline who knows?", Act(N.ASK, "who knows?", "hotline", is_unclear=True)),
        ("ask in hotline who knows?", Act(N.ASK, "hotline who knows?", is_unclear=True)),
        ("ask the room who knows", Act(N.ASK, "who knows", is_unclear=True)),
        ("ask quietly who knows?", Act(N.ASK_QUIETLY, "who knows?", is_unclear=True)),
        ("ask in #hotline:", Act(N.ASK, "", "hotline", is_unclear=True)),
        ("ask", Act(N.ASK, is_unclear=True)),
        ("ask for a refund, how?", Act(N.FIND, "ask for a refund, how?")),
        ("asking in vain", Act(N.FIND, "asking in vain")),
        ("answer: It is me", Act(N.ANSWER, "It is me")),
        ("Keep this.", Act(N.KEEP)),
        ("please keep this thread", Act(N.KEEP)),
        ("keep c:abcabcabcabc", Act(N.KEEP, about="c:abcabcabcabc")),
        ("keep https://a.example/conversations/abcabcabcabc#m1", Act(N.KEEP, about="c:abcabcabcabc")),
        ("save", Act(N.SAVE)),
        ("save c:abcabcabcabc", Act(N.SAVE, about="c:abcabcabcabc")),
        ("save: A title of mine", Act(N.SAVE, "A title of mine")),
        ("correct: not on Mondays", Act(N.CORRECT, "not on Mondays")),
        ("correct when: On Mondays", Act(N.CORRECT, "On Mondays", part="when")),
        ("Correct the title: Two\nlines", Act(N.CORRECT, "Two\nlines", part="title")),
        ("correct what worked: A call", Act(N.CORRECT, "A call", part="what_worked")),
        ("correct why we think so: It did", Act(N.CORRECT, "It did", part="why")),
        ("correct where it may not help: Abroad", Act(N.CORRECT, "Abroad", part="where_not")),
        ("correct", Act(N.CORRECT)),
        ("correct it", Act(N.CORRECT)),
        ("correct n:abcabcabcabc.12", Act(N.CORRECT, about="n:abcabcabcabc.12")),
        ("correct way to export?", Act(N.FIND, "correct way to export?")),
        ("add c:abcabcabcabc.m18f", Act(N.ADD, about="c:abcabcabcabc.m18f")),
        ("Today I learned that it has an undo", Act(N.TELL, "Today I learned that it has an undo")),
        ("tell: it has an undo", Act(N.TELL, "it has an undo")),
        ("This helped.", Act(N.HELPED)),
        ("thanks, that helped me", Act(N.HELPED)),
        ("helped. Used the first one", Act(N.HELPED, "Used the first one")),
        ("helped c:abc.m1 n:def because", Act(N.HELPED, "because", about="c:abc.m1 n:def")),
        ("this helped c:abc.m1. They stayed.", Act(N.HELPED, "They stayed.", about="c:abc.m1")),
        ("thanks", Act(N.THANKS)),
        ("Thank you!", Act(N.THANKS)),
        ("thanks for the export, where is it?", Act(N.FIND, "thanks for the export, where is it?")),
        ("it didn't help, because it is old", Act(N.DID_NOT_HELP, "because it is old")),
        ("pause", Act(N.PAUSE)),
        ("go on", Act(N.GO_ON)),
        ("forget me", Act(N.FORGET)),
        ("I want to be forgotten", Act(N.FORGET)),
        ("download my data", Act(N.TAKE)),
        ("yes, forget me", Act(N.FORGET_SURELY)),
        ("forget this room", Act(N.FORGET_ROOM)),
        ("take my things", Act(N.TAKE)),
        ("What do you know of me?", Act(N.KNOW)),
        ("remember this room", Act(N.LISTEN)),
        ("stop listening", Act(N.STOP)),
        ("No more of this.", Act(N.NO_MORE)),
        ("please, tell me no more", Act(N.NO_MORE)),
        ("Unsubscribe", Act(N.NO_MORE)),
        ("stop it", Act(N.STOP)),
        ("no more of these c:abcabcabcabc.m18f", Act(N.NO_MORE, about="c:abcabcabcabc.m18f")),
        ("no more of these callers, how?", Act(N.FIND, "no more of these callers, how?")),
        ("join accounts", Act(N.JOIN)),
        ("my code is ABCD-1234", Act(N.SAY_CODE, "ABCD-1234")),
        ("part", Act(N.PART)),
        ("open this room", Act(N.OPEN)),
        ("follow my blog https://x.example/ into #hotline", Act(N.FLOW, "https://x.example/", "hotline")),
        ("follow my blog x.example", Act(N.FLOW, "x.example")),
        ("stop my blog", Act(N.STOP_FLOW)),
        ("stop following my blog https://x.example/", Act(N.STOP_FLOW, "https://x.example/")),
        ("yes p:12", Act(N.YES, about="p:12")),
        ("no k:3", Act(N.NO, about="k:3")),
    ],
)
def test_what_is_meant_in_plain_words(text: str, act: Act) -> None:
    assert act_of(text) == act


@given(st.text())
def test_any_text_means_something(text: str) -> None:
    assert isinstance(act_of(text).name, ActName)


def test_of_several_things_a_sentence_says_which() -> None:
    assert meant_of([], "anything") == []
    assert meant_of(["a"], "") == ["a"]
    assert meant_of(["a", "b"], "used the first one") == ["a"]
    assert meant_of(["a", "b", "c"], "2 and the third") == ["b", "c"]
    assert meant_of(["a", "b"], "it was 2.5 times faster") == []
    assert meant_of(["a", "b"], "nice") == []


@pytest.mark.parametrize("are_members_known", [True, False])
@pytest.mark.parametrize("has_strangers", [True, False])
@pytest.mark.parametrize("has_guests", [True, False])
def test_in_a_room_it_speaks_only_when_every_hearer_is_known(
    *, are_members_known: bool, has_strangers: bool, has_guests: bool
) -> None:
    may = may_say_there(are_members_known=are_members_known, has_strangers=has_strangers, has_guests=has_guests)
    assert may == (are_members_known and not has_strangers and not has_guests)


def test_it_takes_in_what_it_was_asked_to_and_nothing_where_it_is_not() -> None:
    for listens in Listens:
        for is_followed in (True, False):
            for is_known in (True, False):
                takes = is_taken_in(is_there=True, listens=listens, is_followed=is_followed, is_known=is_known)
                assert takes == (listens is Listens.REMEMBERS or is_followed or is_known)
                assert not is_taken_in(is_there=False, listens=listens, is_followed=is_followed, is_known=is_known)
    assert may_ask_to_remember(is_member=True)
    assert not may_ask_to_remember(is_member=False)


def test_a_short_passage_stays_and_a_long_one_is_cut_around_what_was_looked_for() -> None:
    assert shortened([("short ", False), ("word", True)]) == (("short ", False), ("word", True))
    long = [("before " * 60, False), ("caller", True), (" after" * 60, False)]
    cut = shortened(long)
    assert ("caller", True) in cut
    assert cut[0] == ("… ", False)
    assert cut[-1] == (" …", False)


@given(
    st.lists(st.tuples(st.text(alphabet="ab ", max_size=80), st.booleans()), max_size=12),
    st.integers(20, LONGEST_PASSAGE),
)
def test_what_is_cut_is_part_of_what_was_said(passage: list[tuple[str, bool]], longest: int) -> None:
    cut = shortened(passage, longest)
    words = "".join(piece for piece, _ in cut).removeprefix("… ").removesuffix(" …")
    assert words in "".join(piece for piece, _ in passage)
    assert len(words) <= max(longest, 0)


def test_who_asks_faster_than_a_person_could_is_told_once() -> None:
    paces = [pace_of(number) for number in range(1, MOST_ACTS_A_MINUTE + 4)]
    assert paces[:MOST_ACTS_A_MINUTE] == [Pace.FINE] * MOST_ACTS_A_MINUTE
    assert paces[MOST_ACTS_A_MINUTE:] == [Pace.SLOW_DOWN, Pace.PASSED_BY, Pace.PASSED_BY]
