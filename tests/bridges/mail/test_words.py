"""What somebody wants, out of a mail as programs write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.bridges.adapters.mail.addresses import Addresses
from alongside.bridges.adapters.mail.words import mentions, paragraphs, wanted, without_mention
from alongside.bridges.rules import ActName, act_of
from alongside.kit import safe_html
from alongside.kit.mail_html import from_mail_html
from alongside.kit.mail_text import from_mail_text

OWN = Addresses("alongside@example.org", b"key")


def words(text: str, subject: str = "", *, is_answer: bool = False) -> str:
    return wanted(from_mail_text(text), subject, OWN, is_answer=is_answer)


@pytest.mark.parametrize(
    ("text", "subject", "act", "about_words"),
    [
        ("keep", "", ActName.KEEP, ""),
        ("", "keep", ActName.KEEP, ""),
        ("see below, it is all there", "Keep", ActName.KEEP, ""),
        ("Hello Alongside,\n\nkeep this\n\nThanks\nAna", "Fwd: The valve", ActName.KEEP, ""),
        ("Forget me.", "hello", ActName.FORGET, ""),
        ("", "forget me", ActName.FORGET, ""),
        ("help", "hi there", ActName.HELP, ""),
        ("What do you know of me?", "a question", ActName.KNOW, ""),
        ("pause", "", ActName.PAUSE, ""),
        (
            "Today I learned that it flows\nto the left.",
            "hm",
            ActName.TELL,
            "Today I learned that it flows\nto the left.",
        ),
        ("It flows to the left.", "tell", ActName.TELL, "It flows to the left."),
        (
            "How does it flow?\n\nI mean on Mondays.",
            "ask in hotline",
            ActName.ASK,
            "How does it flow?\n\nI mean on Mondays.",
        ),
        ("ask in hotline: How?\n\nOn Mondays.", "x", ActName.ASK, "How?\n\nOn Mondays."),
        ("code 7KXM-PQ2R", "my code", ActName.SAY_CODE, "7KXM-PQ2R"),
        ("Hi,\nhow do I calm a caller?\n\n-- \nAna Moreau\nHotline", "", ActName.FIND, "how do I calm a caller?"),
        ("Some details.", "How do I calm a caller?", ActName.FIND, "Some details."),
        (
            "He is shouting at all of us.",
            "Calm a caller?",
            ActName.FIND,
            "Calm a caller?\nHe is shouting at all of us.",
        ),
        ("", "How do I calm a caller?", ActName.FIND, "How do I calm a caller?"),
    ],
)
def test_the_act_of_a_new_mail(text: str, subject: str, act: ActName, about_words: str) -> None:
    found = act_of(words(text, subject))
    assert found.name is act
    if act in {ActName.FIND, ActName.TELL, ActName.ASK, ActName.SAY_CODE}:
        assert found.words == about_words


QUOTED = "\n\nOn Mon, 5 May 2025 at 10:00, Alongside <alongside@example.org> wrote:\n> forget me\n> keep\n"


@pytest.mark.parametrize(
    ("text", "act"),
    [
        (f"helped. Used the first one.{QUOTED}", ActName.HELPED),
        (f"save{QUOTED}", ActName.SAVE),
        (f"no, that was not it at all{QUOTED}", ActName.FIND),
        (f"stop\n\nSent from my iPhone{QUOTED}", ActName.STOP),
    ],
)
def test_the_act_of_an_answer_is_what_was_said_above_the_quote(text: str, act: ActName) -> None:
    assert act_of(words(text, "How do I calm a caller?", is_answer=True)).name is act


def test_an_answer_that_only_quotes_is_no_act_of_what_it_quotes() -> None:
    assert "forget" not in words("Yes." + QUOTED, is_answer=True)


def test_paragraphs_of_html_are_found() -> None:
    html = from_mail_html(
        '<div>Hi,</div><div><br></div><div>keep</div><div><br></div><div class="gmail_quote">On Monday:<blockquote>forget me'
        "</blockquote></div><blockquote type=cite>forget me</blockquote>"
    )
    assert list(paragraphs(html)) == ["Hi,", "keep"]
    assert wanted(html, "", OWN, is_answer=True) == "keep"


@pytest.mark.parametrize(
    ("text", "is_mention"),
    [
        ("@alongside who knows?", True),
        ("Alongside, who knows?", True),
        ("ask alongside@example.org about it", True),
        ("alongside+c.abc@example.org", True),
        ("it flows alongside the valve", False),
        ("notalongside@example.org", False),
        ("alongside@example.org.evil.example", False),
    ],
)
def test_a_mention_is_known(text: str, *, is_mention: bool) -> None:
    assert mentions(text, OWN) is is_mention
    if is_mention:
        assert "alongside" not in without_mention(text, OWN).lower()


@given(st.text(max_size=300), st.text(max_size=60), st.booleans())
def test_any_text_gives_words(text: str, subject: str, is_answer: bool) -> None:  # noqa: FBT001
    html = safe_html.from_html(text)
    assert isinstance(wanted(html, subject, OWN, is_answer=is_answer), str)
    assert mentions(text, OWN) in {True, False}
