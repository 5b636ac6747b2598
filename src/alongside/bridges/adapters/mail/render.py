"""A post as a mail: plain text and simple HTML of the same words. No pictures, nothing is fetched when it is opened."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape
from typing import Final
from urllib.parse import quote

from alongside.bridges.adapters.mail.addresses import Addresses, Purpose
from alongside.bridges.adapters.mail.automatic import OWN_MARK
from alongside.bridges.adapters.mail.forwards import THREAD
from alongside.bridges.adapters.mail.lists import MailList
from alongside.bridges.adapters.mail.senders import is_plain_address
from alongside.bridges.port import Button, Item, Post
from alongside.kit.mail_headers import line_of

_LONGEST_SUBJECT: Final = 200
_FLOWED: Final = 76
_MAY_BE_SECOND: Final = ("It may be that you have this mail twice: the line broke when it was sent before.",)
_ANSWER_SIGN: Final = re.compile(r"^re\s*:", re.IGNORECASE)
_USABLE_ID: Final = re.compile(r"[!-;=?-~]{1,200}@[!-;=?-~]{1,200}")
_SAFE_LINK: Final = re.compile(r"(?:https?://|mailto:)[!#-;=?-~\u00a1-\ud7ff\ue000-\ufffd]{1,800}", re.IGNORECASE)
# For lines in bytes that mail servers take, whatever the letters.
_POLICY: Final = SMTP.clone(cte_type="7bit", max_line_length=78)

_INK, _SOFT, _LEAF, _LINE = "#1f2a24", "#5c6a62", "#1f6b4f", "#e4e1d6"
_FONT: Final = "font-family:'Atkinson Hyperlegible Next',Verdana,Helvetica,Arial,sans-serif"


@dataclass(frozen=True, slots=True)
class Letter:
    """`back`: where it returns to when it cannot be delivered. `message_id` without its angle brackets."""

    to: str
    back: str
    message_id: str
    content: bytes


def letter_of(post: Post, own: Addresses, at: datetime, known: MailList | None = None) -> Letter | None:
    """`known`: the list that it goes to; without it, one account. None for an account that is no mail address."""
    to = known.post if known else post.account
    if not is_plain_address(to):
        return None
    account = "" if known else post.account
    message_id = own.message_id(post.key, about=post.about, account=account)
    back = own.made(Purpose.BOUNCE, about="", account=to, day=at.date())
    answers_to = own.made(Purpose.ANSWER, about=post.about, account=account, day=at.date())
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = Address(_sender_name(post), addr_spec=own.own)
    mail["Subject"] = _subject(post)
    foot = _foot(post, is_to_list=known is not None)
    mail.set_content(plain(post, foot), subtype="plain", charset="utf-8", params={"format": "flowed"})
    mail.add_alternative(html(post, foot, "" if known else answers_to), subtype="html", charset="utf-8")
    if post.file is not None and known is None:
        main, _slash, sub = post.file.kind.partition("/")
        mail.add_attachment(post.file.content, maintype=main, subtype=sub, filename=post.file.name)
    head = {
        "Date": format_datetime(at),
        "Message-ID": f"<{message_id}>",
        "To": to,
        "Reply-To": known.post if known else answers_to,
        **_thread(post),
        **_marks(post, own, account, at),
    }
    # By hand: the library takes a long id for words, and encodes it.
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return Letter(to, back, message_id, lines.encode("ascii", "replace") + mail.as_bytes())


def _sender_name(post: Post) -> str:
    name = _one_line(post.in_name_of, 60)
    return f"{name} via Alongside" if name else "Alongside"


def _subject(post: Post) -> str:
    subject = _one_line(post.subject, _LONGEST_SUBJECT)
    if subject and is_answer(post) and not _ANSWER_SIGN.match(subject):
        return f"Re: {subject}"
    return subject or _one_line(post.body.title, _LONGEST_SUBJECT) or "Alongside"


def is_answer(post: Post) -> bool:
    """Somebody asked for it. What comes by itself has a way to stop it."""
    return not post.stop


def _thread(post: Post) -> dict[str, str]:
    named = dict.fromkeys((post.context.removesuffix(THREAD), post.reply))
    earlier = [one for one in named if _USABLE_ID.fullmatch(one)]
    if not earlier:
        return {}
    return {"In-Reply-To": f"<{earlier[-1]}>", "References": "\r\n ".join(f"<{one}>" for one in earlier)}


def _marks(post: Post, own: Addresses, account: str, at: datetime) -> dict[str, str]:
    marks = {OWN_MARK: "1"}
    if not post.in_name_of:
        # What a person has sent through us is no machine's: lists would turn it away.
        marks["Auto-Submitted"] = "auto-replied"
        marks["X-Auto-Response-Suppress"] = "All"
    if account and not is_answer(post):
        stop = f"<mailto:{own.made(Purpose.STOP, about=post.about, account=account, day=at.date())}?subject=stop>"
        if post.stop.isascii() and post.stop.startswith("https://") and _SAFE_LINK.fullmatch(post.stop):
            marks["List-Unsubscribe"] = f"<{post.stop}>,\r\n {stop}"
            marks["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        else:
            marks["List-Unsubscribe"] = stop
    return marks


def _foot(post: Post, *, is_to_list: bool) -> tuple[str, ...]:
    """Why it came, and how never to get such a one again: always there, also where the core says neither."""
    foot = (*(_MAY_BE_SECOND if post.may_be_second else ()), *post.body.foot)
    if is_to_list or post.body.foot:
        return foot
    if is_answer(post):
        return (*foot, "You asked Alongside for this, so it came; nothing else will.")
    return (*foot, "To get no more of these, reply with the word “stop”.")


def _said_by(post: Post) -> str:
    """Who asked, where the words do not say so."""
    name = _one_line(post.in_name_of, 60)
    return f"{name} asks:" if name and name not in post.body.title and name not in " ".join(post.body.lines[:1]) else ""


# Plain, as format=flowed (RFC 3676): a line that ends in a blank goes on in the next.


def plain(post: Post, foot: tuple[str, ...]) -> str:
    return "\n\n".join("\n".join(paragraph) for paragraph in _plain_paragraphs(post, foot)) + "\n"


def _plain_paragraphs(post: Post, foot: tuple[str, ...]) -> Iterator[list[str]]:
    body = post.body
    for line in (_said_by(post), body.title if _is_title_shown(post) else "", *body.lines):
        if line.strip():
            yield list(_flowed(line))
    if body.quote.strip():
        yield [f"> {line}" for one in body.quote.splitlines() for line in (_flowed(one) or [""])]
    for number, item in enumerate(body.items, start=1):
        yield list(_plain_item(number, item))
    if body.buttons:
        yield [line for button in body.buttons for line in _flowed(_plain_button(button))]
    if foot:
        # Not "-- ": then programs would leave it out of what is quoted, and some hide it.
        yield ["___", *(line for one in foot for line in _flowed(one))]


def _is_title_shown(post: Post) -> bool:
    return bool(post.body.title) and _one_line(post.body.title, _LONGEST_SUBJECT) != _subject(post)


def _plain_item(number: int, item: Item) -> Iterator[str]:
    yield from _flowed(f"{number}. {item.title}")
    if item.passage:
        yield from _indented(f"“{''.join(text for text, _ in item.passage)}”")
    if item.where:
        yield from _indented(item.where)
    for link in dict.fromkeys(link for link in (item.link, item.source) if _SAFE_LINK.fullmatch(link)):
        yield f"   {link}"


def _indented(text: str) -> Iterator[str]:
    return (f"   {line}" for line in _flowed(text))


def _plain_button(button: Button) -> str:
    if button.link:
        return f"{button.label}: {button.link}"
    return f"Reply “{button.words}”: {button.label}"


def _flowed(text: str) -> list[str]:
    lines: list[str] = []
    for one in _shown(text).splitlines():
        line = ""
        for word in one.split():
            if line and len(line) + 1 + len(word) > _FLOWED:
                lines.append(f"{line} ")
                line = word
            else:
                line = f"{line} {word}" if line else word
        # A line that begins with these would be read as quoted, or as mbox's own.
        lines.append(f" {line}" if line.startswith((">", "From ")) else line)
    return lines


# HTML, with the little that every mail program shows.


def html(post: Post, foot: tuple[str, ...], answers_to: str) -> str:
    inner = "\n".join(_html_pieces(post, foot, answers_to))
    return (
        '<!doctype html>\n<html><head><meta charset="utf-8"></head>\n'
        f'<body style="margin:0;padding:16px;color:{_INK};{_FONT};font-size:16px;line-height:1.55">\n'
        f'<div style="max-width:38em">\n{inner}\n</div>\n</body></html>\n'
    )


def _html_pieces(post: Post, foot: tuple[str, ...], answers_to: str) -> Iterator[str]:
    body = post.body
    if by := _said_by(post):
        yield f"<p>{_text(by)}</p>"
    if _is_title_shown(post):
        yield f'<h1 style="font-size:18px;margin:0 0 12px">{_text(body.title)}</h1>'
    for line in body.lines:
        yield f"<p>{_text(line)}</p>"
    if body.quote.strip():
        beside = f"margin:0 0 16px;padding:0 0 0 12px;border-left:3px solid {_LEAF}"
        yield f'<blockquote style="{beside}">{_text(body.quote)}</blockquote>'
    if body.items:
        yield f'<ol style="padding-left:1.4em">{"".join(_html_item(item) for item in body.items)}</ol>'
    if body.buttons:
        yield f"<p>{' &nbsp; '.join(_html_button(button, post, answers_to) for button in body.buttons)}</p>"
    if foot:
        small = f"margin-top:24px;padding-top:12px;border-top:1px solid {_LINE};color:{_SOFT};font-size:14px"
        yield f'<p style="{small}">{"<br>".join(_text(one) for one in foot)}</p>'


def _html_item(item: Item) -> str:
    title = _link(item.link, item.title) if item.link else f"<strong>{_text(item.title)}</strong>"
    pieces = [title]
    if item.passage:
        marked = "".join(f"<strong>{_text(text)}</strong>" if is_hit else _text(text) for text, is_hit in item.passage)
        pieces.append(f"“{marked}”")
    small = _text(item.where)
    if item.source and item.source != item.link:
        small += f"{' · ' if small else ''}{_link(item.source, item.source_name or 'where it was said')}"
    if small:
        pieces.append(f'<span style="color:{_SOFT};font-size:14px">{small}</span>')
    return f'<li style="margin:0 0 12px">{"<br>".join(pieces)}</li>'


def _html_button(button: Button, post: Post, answers_to: str) -> str:
    if button.link:
        return _link(button.link, button.label)
    if not answers_to:
        return _text(f"Reply “{button.words}”: {button.label}")
    # It opens an answer with the words in it; nothing is sent before its writer sends it.
    address = quote(answers_to, safe="@+.")
    subject = quote(_subject(post), errors="replace")
    return _link(f"mailto:{address}?subject={subject}&body={quote(button.words, errors='replace')}", button.label)


def _link(address: str, words: str) -> str:
    if not _SAFE_LINK.fullmatch(address):
        return _text(words)
    return f'<a href="{escape(address)}" style="color:{_LEAF}">{_text(words)}</a>'


def _text(text: str) -> str:
    return escape(_shown(text)).replace("\n", "<br>")


def _shown(text: str) -> str:
    return "\n".join(line_of(line, 20_000) for line in text.splitlines())


def _one_line(text: str, longest: int) -> str:
    return line_of(text, longest)
