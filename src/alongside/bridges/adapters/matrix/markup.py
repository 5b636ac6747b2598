"""Matrix's own HTML, and its plain text, to HTML of our own kind: no quoted replies, mentions by name."""

import html
import re
from collections.abc import Mapping
from urllib.parse import unquote

from alongside.kit import safe_html

_REPLY = re.compile(r"\s*<mx-reply>.*?</mx-reply>", re.DOTALL | re.IGNORECASE)
_PICTURE = re.compile(r"<img\b[^<>]*+>", re.IGNORECASE)
_WORDS_OF_PICTURE = re.compile(r"\balt=(\"[^\"<>]*\"|'[^'<>]*')", re.IGNORECASE)
_HEADING = re.compile(r"<(/?)h[12](?=[\s>])", re.IGNORECASE)
_OWN_SCHEME = re.compile(r"(href=[\"'])matrix:u/", re.IGNORECASE)
_LINK = re.compile(r'<a href="(?P<address>[^"]*)"[^>]*>(?P<words>.*?)</a>', re.DOTALL)
_PILL = re.compile(r"https://matrix\.to/#/(?P<account>@[^/?\s]+)")
_TAG = re.compile(r"<[^>]*>")
_QUOTE = re.compile(r"> (?:\* )?<@[^\n]*(?:\n>[^\n]*)*(?:\n\n?|$)")


def from_formatted(text: str, *, is_reply: bool) -> str:
    """What a client formatted, made safe. Pills are links still: `with_mentions` makes names of them."""
    if is_reply and (quote := _REPLY.match(text)):
        text = text[quote.end() :]
    text = _PICTURE.sub(_words_of, text)
    text = _OWN_SCHEME.sub(r"\1https://matrix.to/#/@", _HEADING.sub(r"<\1h3", text))
    return safe_html.from_html(text)


def _words_of(picture: re.Match[str]) -> str:
    found = _WORDS_OF_PICTURE.search(picture[0])
    return found[1][1:-1] if found else ""


def from_body(text: str, *, is_reply: bool) -> str:
    """Plain text. A quote of what it answers, which older clients put before it, is left out."""
    return safe_html.from_plain(text[quote.end() :] if is_reply and (quote := _QUOTE.match(text)) else text)


def mentioned(safe: str) -> tuple[str, ...]:
    """Accounts named by pills in safe HTML."""
    return tuple(dict.fromkeys(account for link in _LINK.finditer(safe) if (account := _account(link))))


def with_mentions(safe: str, names: Mapping[str, str], *, without: str = "") -> str:
    """Pills as mentions, by the name that the room knows: whoever wrote the pill could have called it anything.

    `without`: an account whose pills are left out.
    """

    def named(link: re.Match[str]) -> str:
        account = _account(link)
        if not account:
            return link[0]
        if account == without:
            return ""
        words = _printed(names.get(account, "")) or _printed(html.unescape(_TAG.sub("", link["words"]))) or account
        return f'<span class="mention">@{html.escape(words.removeprefix("@"), quote=False)}</span>'

    return _LINK.sub(named, safe)


def _printed(name: str) -> str:
    return "".join(sign for sign in name if sign.isprintable()).strip()


def _account(link: re.Match[str]) -> str:
    found = _PILL.fullmatch(unquote(html.unescape(link["address"])).split("?")[0])
    return found["account"] if found and ":" in found["account"] else ""
