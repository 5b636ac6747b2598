"""A post to the content of an event: HTML in which every letter of ours is escaped, and plain text beside it. Pure."""

import html
import re
from collections.abc import Iterable, Iterator
from typing import Any

from alongside.bridges.adapters.matrix.parse import ABOUT
from alongside.bridges.port import Body, Button, Item, Post

MARK = "org.alongside.post"
_WEB = re.compile(r"https?://\S+")


def content(post: Post, *, thread: str, sealed: str) -> dict[str, Any]:
    """What is sent. `thread`: the event that the thread begins with, "" outside of one.

    A notice is what machines say: other machines do not answer it. What a person sends, or gets alone, is a text,
    so that it is told to them as their client tells other messages.
    """
    said: dict[str, Any] = {
        "msgtype": "m.text" if post.account or post.in_name_of else "m.notice",
        "body": plain(post) or "…",
        "format": "org.matrix.custom.html",
        "formatted_body": formatted(post) or "…",
        "m.mentions": {},  # nobody is called by what we say
        MARK: True,
    }
    if sealed:
        said[ABOUT] = sealed
    if thread:
        said["m.relates_to"] = {
            "rel_type": "m.thread",
            "event_id": thread,
            "is_falling_back": True,
            "m.in_reply_to": {"event_id": thread},
        }
    return said


def formatted(post: Post) -> str:
    return "".join(_formatted(post))


def _formatted(post: Post) -> Iterator[str]:
    body = post.body
    if post.in_name_of:
        yield f"<p><strong>{_link(post.in_name_of, _pill(post.in_name_of_account))} asks:</strong></p>"
    if title := body.title or post.subject:
        yield f"<p><strong>{_escaped(title)}</strong></p>"
    yield from (f"<p>{_escaped(line)}</p>" for line in body.lines)
    if body.quote:
        yield f"<blockquote>{_escaped(body.quote)}</blockquote>"
    if body.items:
        yield "<ol>" + "".join(f"<li>{_item(item)}</li>" for item in body.items) + "</ol>"
    if body.buttons:
        yield "<ul>" + "".join(f"<li>{_button(button)}</li>" for button in body.buttons) + "</ul>"
    yield from (f"<p><sub>{_escaped(line)}</sub></p>" for line in body.foot)


def _item(item: Item) -> str:
    lines = [f"<strong>{_link(item.title, item.link)}</strong>" + (f" · {_escaped(item.where)}" if item.where else "")]
    if item.passage:
        lines.append("".join(f"<strong>{_escaped(text)}</strong>" if is_looked_for else _escaped(text)
                             for text, is_looked_for in item.passage))  # fmt: skip
    if item.source:
        lines.append(_link(item.source_name or "Where it was said", item.source))
    return "<br>".join(lines)


def _button(button: Button) -> str:
    if button.link:
        return _link(button.label, button.link)
    return f"{_escaped(button.label)}: answer “{_escaped(button.words)}”"


def plain(post: Post) -> str:
    """The same for clients that show no HTML, and for what a telephone shows of it."""
    body = post.body
    parts = [f"{post.in_name_of} asks:"] if post.in_name_of else []
    parts += [body.title or post.subject, *body.lines]
    parts += ["\n".join(f"> {line}" for line in body.quote.splitlines())]
    parts += [_plain_item(number, item) for number, item in enumerate(body.items, start=1)]
    parts += _plain_buttons(body)
    parts += body.foot
    return "\n".join(part for part in parts if part)


def _plain_item(number: int, item: Item) -> str:
    lines = [f"{number}. {item.title}" + (f" · {item.where}" if item.where else ""), item.link]
    lines += ["".join(text for text, _ in item.passage), item.source]
    return "\n   ".join(line for line in lines if line)


def _plain_buttons(body: Body) -> Iterable[str]:
    for button in body.buttons:
        yield f"{button.label}: {button.link}" if button.link else f"{button.label}: answer “{button.words}”"


def _pill(account: str) -> str:
    return f"https://matrix.to/#/{account}" if account else ""


def _link(words: str, address: str) -> str:
    """Only to the web: an address of another kind would be run, not read."""
    if not _WEB.fullmatch(address):
        return _escaped(words)
    return f'<a href="{html.escape(address)}">{_escaped(words)}</a>'


def _escaped(text: str) -> str:
    return html.escape(text, quote=False).replace("\n", "<br>")
