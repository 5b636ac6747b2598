from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.notes.drafting import Credit, Draft, Part, Said, draft, question_of, sentences

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
PEOPLE = {"Ana": 1, "Bo": 2, "Cy": 3, "Ines": 4}


def talk(*said: tuple[str, str], helped: tuple[int, ...] = ()) -> list[Said]:
    return [
        Said(10 + place, PEOPLE[author], author, text, NOON + timedelta(minutes=place), helped=10 + place in helped)
        for place, (author, text) in enumerate(said)
    ]


def ids(made: Draft, part: Part) -> list[int]:
    return [one.message_id for one in made.parts[part]]


def words(made: Draft, part: Part) -> str:
    return " ".join(one.text for one in made.parts[part])


CALLER = (
    ("Ana", "Hi all! A caller has told the story three times and says they will cancel. What do I say first?"),
    ("Cy", "Which team are you in?"),
    (
        "Bo",
        "You can say what you hear before you offer anything. It works because an offer made before is heard as a script.",
    ),
    ("Cy", "I always read them the terms of the contract."),
    ("Ana", "Thanks Bo, that worked! They stayed."),
    ("Ines", "It doesn't work when they have already cancelled."),
)


def test_the_four_parts_come_from_what_was_said_about_each() -> None:
    made = draft("Tense caller", talk(*CALLER))
    assert words(made, Part.WHEN) == (
        "A caller has told the story three times and says they will cancel. What do I say first?"
    )
    assert words(made, Part.WHAT_WORKED) == "You can say what you hear before you offer anything."
    assert words(made, Part.WHY) == "It works because an offer made before is heard as a script."
    assert words(made, Part.WHERE_NOT) == "It doesn't work when they have already cancelled."


def test_everybody_who_is_quoted_is_credited_for_what_they_gave() -> None:
    credited = {one.author: one.credits for one in draft("Tense caller", talk(*CALLER)).credited}
    assert credited == {
        "Ana": (Credit.ASKED,),
        "Bo": (Credit.IDEA, Credit.WHY),
        "Ines": (Credit.WHERE_NOT,),
    }


def test_a_question_that_stands_by_itself_is_the_title() -> None:
    assert draft("Tense caller", talk(*CALLER)).title == "What do I say first?"
    assert draft("How to calm a caller?", talk(*CALLER)).title == "How to calm a caller?"
    assert draft("✔ Tense caller", talk(("Ana", "Is this right?"), ("Bo", "You can try."))).title == "Tense caller"


def test_what_was_marked_goes_before_what_was_thanked_for() -> None:
    said = talk(
        ("Ana", "How do I print the form?"),
        ("Bo", "You can use the second tray for that."),
        ("Ana", "Thanks!"),
        ("Cy", "Open the form in the browser and print it from there."),
        helped=(13,),
    )
    assert ids(draft("", said), Part.WHAT_WORKED)[-1] == 13


def test_an_answer_that_was_corrected_before_the_thanks_is_left_out() -> None:
    said = talk(
        ("Ana", "The case is locked. How do I open it?"),
        ("Bo", "Delete the lock file and open it again."),
        ("Cy", "Actually, don't delete the lock, you lose the history. Ask the desk to release it."),
        ("Ana", "Thanks, that worked!"),
    )
    made = draft("", said)
    assert all(11 not in ids(made, part) for part in Part)
    assert 12 in ids(made, Part.WHAT_WORKED)


def test_a_correction_after_the_thanks_says_where_it_may_not_help() -> None:
    said = talk(
        ("Ana", "The case is locked. How do I open it?"),
        ("Bo", "You can delete the lock file and open it again."),
        ("Ana", "Thanks, that worked!"),
        ("Cy", "Actually, don't delete it while somebody writes."),
    )
    made = draft("", said)
    assert ids(made, Part.WHAT_WORKED) == [11]
    assert ids(made, Part.WHERE_NOT) == [13]


def test_thanks_for_what_still_fails_are_none() -> None:
    said = talk(
        ("Ana", "The form does not print. What can I do?"),
        ("Bo", "Try to restart the printer."),
        ("Ana", "Thanks, but it still doesn't print."),
        ("Cy", "Try the second tray, we use that one."),
        ("Ana", "It works now, thank you!"),
    )
    assert ids(draft("", said), Part.WHAT_WORKED) == [13]


def test_thanks_that_name_or_quote_somebody_are_for_them() -> None:
    said = talk(
        ("Ana", "How do I print the form?"),
        ("Bo", "You can print it from the browser with the second tray."),
        ("Cy", "You should ask the desk to print it for you."),
        ("Ana", "Thanks @Bo, great!"),
    )
    assert ids(draft("", said), Part.WHAT_WORKED)[0] == 11


def test_courtesies_are_passed_over() -> None:
    said = talk(
        ("Ana", "How do I print the form?"),
        ("Bo", "You can print it from the browser with the second tray."),
        ("Ana", "I'll try."),
        ("Bo", "Sure, let me know!"),
        ("Ana", "That worked, thanks."),
    )
    assert 11 in ids(draft("", said), Part.WHAT_WORKED)
    assert 13 not in ids(draft("", said), Part.WHAT_WORKED)


def test_what_the_asker_found_out_alone_is_kept() -> None:
    said = talk(
        ("Ana", "The form does not print. What can I do?"),
        ("Bo", "Which printer is it?"),
        ("Ana", "Figured it out: the fix was to set the paper to A4."),
    )
    assert ids(draft("", said), Part.WHAT_WORKED) == [12]


def test_quoted_words_are_not_those_of_who_quotes_them() -> None:
    said = talk(
        ("Ana", "The form does not print on the second floor at all. What can I do?"),
        ("Bo", "> The form does not print on the second floor at all.\n\nYou can use the first floor."),
        ("Cy", "You can use the first floor.\nBo wrote:\nYou should wait for a week."),
    )
    made = draft("", said)
    assert "does not print" not in words(made, Part.WHAT_WORKED)
    assert "wait for a week" not in words(made, Part.WHAT_WORKED)


def test_code_stays_whole_and_with_the_line_that_leads_to_it() -> None:
    text = "You can do this:\n\n```\ndesk = open_desk()\ndesk.release(lock)\n```\nGood luck!"
    made = draft("", talk(("Ana", "How do I release a lock?"), ("Bo", text), ("Ana", "Thanks!")))
    assert "You can do this:" in words(made, Part.WHAT_WORKED)
    assert "desk = open_desk()\ndesk.release(lock)" in words(made, Part.WHAT_WORKED)


def test_a_finding_that_nobody_asked_for_has_no_when() -> None:
    made = draft("Second tray", talk(("Bo", "We use the second tray for forms. It is because the first one jams.")))
    assert made.title == "Second tray"
    assert made.parts[Part.WHEN] == ()
    assert words(made, Part.WHAT_WORKED) == "We use the second tray for forms."
    assert [one.credits for one in made.credited] == [(Credit.IDEA, Credit.WHY)]


def test_without_any_sign_the_nearest_in_meaning_comes_first() -> None:
    said = talk(
        ("Ana", "How do I print the form?"),
        ("Bo", "There is a list of all the desks in the hall."),
        ("Cy", "There is a tray for forms in the hall."),
    )
    near = [1.0 if "tray" in one.text else 0.0 for one in sentences(said)]
    assert ids(draft("", said, near), Part.WHAT_WORKED)[-1] == 12
    assert question_of("Forms", said) == "Forms\nHow do I print the form?"


def test_nearness_has_a_value_for_every_sentence() -> None:
    with pytest.raises(ValueError, match="zip"):
        draft("", talk(*CALLER), [0.1])


def test_an_empty_conversation_has_an_empty_draft() -> None:
    assert draft("Nothing", []).credited == ()


def test_a_draft_stays_short_however_long_the_conversation() -> None:
    wall = "You can use the second tray because the first one jams. " * 200
    made = draft("", talk(("Ana", "How do I print? " * 90), *[("Bo", wall), ("Cy", wall), ("Ana", "Thanks!")] * 20))
    assert len(made.parts[Part.WHAT_WORKED]) <= 5
    for part, most in {Part.WHEN: 60, Part.WHAT_WORKED: 120, Part.WHY: 60, Part.WHERE_NOT: 60}.items():
        assert sum(len(one.text.split()) for one in made.parts[part]) <= most


texts = st.lists(
    st.one_of(
        st.text(max_size=60),
        st.sampled_from(
            [
                "Thanks, that worked!",
                "You can try this:",
                "Actually, no.",
                "> quoted",
                "```\nx = 1\n```",
                "Because.",
                "Why?",
                "But only if.",
            ]
        ),
    ),
    max_size=5,
).map("\n".join)


@given(st.lists(st.tuples(st.sampled_from(sorted(PEOPLE)), texts), max_size=9), st.text(max_size=30))
def test_every_excerpt_is_what_stands_at_its_place_and_stands_once(said: list[tuple[str, str]], title: str) -> None:
    messages = talk(*said)
    made = draft(title, messages, [0.5] * len(sentences(messages)))
    by_id = {message.message_id: message for message in messages}
    excerpts = [one for part in Part for one in made.parts[part]]
    assert all(by_id[one.message_id].text[one.start : one.end] == one.text for one in excerpts)
    assert len({(one.message_id, one.start) for one in excerpts}) == len(excerpts)
    assert {by_id[one.message_id].author for one in excerpts} <= {one.author for one in made.credited}


def test_a_plain_answer_is_in_the_draft_though_nobody_said_that_it_helped() -> None:
    asked = "How do you calm a caller who threatens to cancel?"
    said = [
        Said(1, 1, "Bo", asked, datetime(2026, 3, 2, 9, 0, tzinfo=UTC), helped=False),
        Said(
            2,
            2,
            "Ana",
            "Name the feeling first, then say the next step.",
            datetime(2026, 3, 2, 9, 1, tzinfo=UTC),
            helped=False,
        ),
    ]
    assert [one.message_id for one in draft(asked, said).parts[Part.WHAT_WORKED]] == [2]
