"""What we send: the same words twice, nothing that is fetched, nothing that anybody could slip in."""

import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from alongside.bridges.adapters.mail.addresses import Addresses, Purpose
from alongside.bridges.adapters.mail.lists import MailList
from alongside.bridges.adapters.mail.render import Letter, letter_of
from alongside.bridges.port import Body, Button, File, Item, Post
from alongside.kit.mail_headers import body_with_its_headers, fields_of
from alongside.kit.mail_parts import html_of

OWN = Addresses("alongside@example.org", b"key")
NOW = datetime(2026, 3, 1, 9, 31, tzinfo=UTC)
TOOLS = MailList("tools.lists.example.org", "tools@lists.example.org")
ANSWER = Post(
    key="answer 1",
    account="ana@example.org",
    context="root@example.org",
    reply="1@example.org",
    subject="how do you explain the new export to a buyer?",
    about="n:23456789abcd c:23456789abce",
    body=Body(
        title="People have been here before",
        lines=("Two colleagues worked on this before:",),
        items=(
            Item(
                title="Show one file, then stop talking",
                link="https://alongside.example.org/notes/1",
                where="field-service@, February; you may read it as a member of the list",
                passage=(("Show ", False), ("one file", True), (" & stop", False)),
                source="https://lists.example.org/1",
                source_name="field-service@",
            ),
            Item(title="What the export <b>is</b> not", where="a note, still true in October"),
        ),
        buttons=(
            Button(label="This helped", words="helped n:23456789abcd"),
            Button(label="More", words="", link="https://x.org"),
        ),
        foot=("You asked, so this came; nothing else will.",),
    ),
)


def sent(post: Post, known: MailList | None = None) -> tuple[Letter, EmailMessage]:
    letter = letter_of(post, OWN, NOW, known)
    assert letter is not None
    return letter, message_from_bytes(letter.content, policy=default)


def parts(mail: EmailMessage) -> tuple[str, str]:
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    return str(plain.get_content()), str(html.get_content())


def test_an_answer_says_everything_in_both_forms() -> None:
    letter, mail = sent(ANSWER)
    plain, html = parts(mail)
    assert mail["Subject"] == "Re: how do you explain the new export to a buyer?"
    assert mail["From"] == "Alongside <alongside@example.org>"
    assert (mail["To"], letter.to) == ("ana@example.org", "ana@example.org")
    assert mail.get_content_type() == "multipart/alternative"
    for words in (
        "People have been here before",
        "Two colleagues",
        "1. Show one file",
        "“Show one file & stop”",
        "still true",
        "You asked",
    ):
        assert words in re.sub(r" \r?\n *", " ", plain)
    for words in (
        "<strong>one file</strong>",
        "&amp; stop",
        "&lt;b&gt;is&lt;/b&gt;",
        'href="https://alongside.example.org/notes/1"',
    ):
        assert words in html
    assert "Reply “helped n:23456789abcd”: This helped" in plain
    assert "https://alongside.example.org/notes/1" in plain
    assert not re.search(r"<img|<script|<link|<style|src=|url\(|@import|<form|<iframe", html)


def test_it_stands_in_the_thread_and_says_that_a_machine_answered() -> None:
    letter, mail = sent(ANSWER)
    assert mail["In-Reply-To"] == "<1@example.org>"
    assert mail["References"].split() == ["<root@example.org>", "<1@example.org>"]
    assert (mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"], mail["X-Alongside"]) == (
        "auto-replied",
        "All",
        "1",
    )
    assert mail["Message-ID"] == f"<{letter.message_id}>"
    assert OWN.about_in_id(letter.message_id, "ana@example.org") == ANSWER.about
    assert OWN.token_in(mail["Reply-To"].addresses[0].addr_spec, "ana@example.org") is not None
    assert OWN.token_in(letter.back, "ana@example.org").purpose is Purpose.BOUNCE  # type: ignore[union-attr]
    assert "List-Unsubscribe" not in mail


def test_a_second_try_has_the_same_id_and_says_that_it_may_be_one() -> None:
    again = Post(key=ANSWER.key, account=ANSWER.account, about=ANSWER.about, body=ANSWER.body, may_be_second=True)
    assert sent(again)[0].message_id == sent(ANSWER)[0].message_id
    assert "twice" in parts(sent(again)[1])[0]


def test_what_comes_by_itself_is_ended_with_one_click() -> None:
    stop = "https://alongside.example.org/stop/" + "a" * 300
    _, mail = sent(Post(key="1", account="ana@example.org", about="x", body=Body(title="Your week"), stop=stop))
    raw = sent(Post(key="1", account="ana@example.org", about="x", body=Body(title="Your week"), stop=stop))[0].content
    assert f"<{stop}>".encode() in raw
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "To get no more of these" in parts(mail)[0]
    (address,) = re.findall(r"<mailto:([^?]+)\?subject=stop>", mail["List-Unsubscribe"])
    token = OWN.token_in(address, "ana@example.org")
    assert token is not None
    assert (token.purpose, token.about) == (Purpose.STOP, "x")
    # RFC 8058 wants https; another address is left out, and what is left still works.
    _, mail = sent(Post(key="1", account="ana@example.org", body=Body(title="Your week"), stop="http://x.example/stop"))
    assert "List-Unsubscribe-Post" not in mail
    assert "mailto:" in mail["List-Unsubscribe"]


def test_a_question_to_a_list_is_from_who_asks_it_and_answers_go_to_the_list() -> None:
    post = Post(
        key="1", room=TOOLS.list_id, in_name_of="Ana\r\nBcc: x@y Moreau", body=Body(quote="Which valve?\n> really")
    )
    letter, mail = sent(post, TOOLS)
    assert str(mail["From"]) == '"Ana Bcc: x@y Moreau via Alongside" <alongside@example.org>'
    assert (mail["To"], mail["Reply-To"], letter.to) == (TOOLS.post, TOOLS.post, TOOLS.post)
    assert "Auto-Submitted" not in mail
    assert "Bcc" not in mail
    plain, html = parts(mail)
    assert "asks:" in plain
    assert "> Which valve?" in plain
    assert "asks:" in html


def test_a_button_opens_an_answer_with_its_words_in_it() -> None:
    _, html = parts(sent(ANSWER)[1])
    (link,) = re.findall(r'href="(mailto:[^"]+)"', html)
    address, _, query = unescape(link).partition("?")
    assert address == f"mailto:{sent(ANSWER)[1]['Reply-To']}"
    assert "body=helped%20n%3A23456789abcd" in query
    assert 'href="https://x.org"' in html


def test_no_account_no_letter() -> None:
    for account in ("", "ana", "a@b\r\nBcc: c@d", "a@b, c@d", "ana@exämple.org"):
        assert letter_of(Post(key="1", account=account, body=Body()), OWN, NOW) is None


TEXT = st.text(max_size=120) | st.sampled_from(
    [
        "\r\nBcc: eve@evil.example",
        "<script>alert(1)</script>",
        "javascript:alert(1)",
        'https://x.org/"onload=x',
        "\ud800",
        "\x00",
        ".",
    ]
)


@given(TEXT, TEXT, TEXT, TEXT, st.booleans())
def test_nothing_slips_in_whatever_the_words_are(one: str, other: str, third: str, link: str, to_list: bool) -> None:  # noqa: FBT001
    post = Post(
        key=one,
        account="" if to_list else "ana@example.org",
        room=TOOLS.list_id if to_list else "",
        subject=other,
        context=third,
        reply=one,
        about=other,
        in_name_of=third,
        stop=link,
        may_be_second=True,
        body=Body(
            title=one,
            lines=(other,),
            quote=third,
            items=(Item(title=one, link=link, where=other, passage=((third, True),), source=link, source_name=one),),
            buttons=(Button(label=one, words=other), Button(label=third, words="", link=link)),
            foot=(third,),
        ),
    )
    letter = letter_of(post, OWN, NOW, TOOLS if to_list else None)
    assert letter is not None
    assert letter.content.isascii()
    fields = fields_of(letter.content)
    assert "bcc" not in fields
    assert all(len(fields[name]) == 1 for name in fields)
    assert max(len(line) for line in letter.content.split(b"\r\n")) < 999
    mail = message_from_bytes(letter.content, policy=default)
    assert not [name for name in mail if name.lower() not in fields]
    _, html = parts(mail)
    assert "<script" not in html
    assert not re.search(r'href="(?!https?://|mailto:)', html, re.IGNORECASE)
    # As archives would read it.
    assert isinstance(html_of(body_with_its_headers(fields, letter.content)), str)


@pytest.mark.parametrize("start", [">", "From ", ".", "-- "])
def test_a_line_is_not_read_as_something_else(start: str) -> None:
    plain, _ = parts(sent(Post(key="1", account="ana@example.org", body=Body(lines=(f"{start}here it is",))))[1])
    assert not plain.startswith((">", "From "))
    assert "here it is" in plain


def test_a_file_goes_along_with_a_mail_to_one_person_and_never_to_a_list() -> None:
    file = File(name="my-words.jsonl.gz", kind="application/gzip", content=bytes(range(256)) * 40)
    _letter, mail = sent(structs.replace(ANSWER, file=file))
    attached = list(mail.iter_attachments())
    assert [(one.get_filename(), one.get_content_type()) for one in attached] == [(file.name, file.kind)]
    assert attached[0].get_content() == file.content
    assert "Two colleagues worked on this before:" in parts(mail)[0]
    assert not list(sent(structs.replace(ANSWER, file=file, account="", room="tools"), TOOLS)[1].iter_attachments())
