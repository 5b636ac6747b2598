"""A mail's HTML body to what its author said in it: what is quoted is known by the marks that mail programs make."""

import re
from collections.abc import Iterator
from typing import Final

from alongside.kit import safe_html
from alongside.kit.mail_text import folded

_QUOTE_MARKS: Final = re.compile(
    r"<(?P<tag>blockquote)\b[^<>]{0,500}type=[\"']?cite"
    r"|<(?P<box>div|blockquote)\b[^<>]{0,500}(?:class=[\"'][^\"'>]{0,200}(?:gmail_quote|yahoo_quoted|moz-cite-prefix"
    r"|protonmail_quote|zmail_extra)|id=[\"']?(?:yahoo_quoted|mail-editor-reference-message-container))",
    re.IGNORECASE,
)
_TAIL_MARKS: Final = re.compile(
    r"<(?:div|hr)\b[^<>]{0,500}id=[\"']?(?:divRplyFwdMsg|appendonsend|stopSpelling)"
    r"|<div\b[^<>]{0,300}border-top: ?solid #(?:E1E1E1|B5C4DF)",
    re.IGNORECASE,
)
_SIGNATURE_MARKS: Final = re.compile(
    r"<(?P<tag>div|span|pre|p)\b[^<>]{0,500}(?:class=[\"'][^\"'>]{0,200}(?:gmail_signature|moz-signature|protonmail_signature_block)"
    r"|id=[\"']?(?:Signature|AppleMailSignature)\b)",
    re.IGNORECASE,
)
_MOST_MARKS: Final = 100


def from_mail_html(text: str) -> str:
    """The body of a text/html part as safe HTML; empty when nothing was said in it."""
    text = _without_marked(text)
    html = safe_html.from_html("".join(_with_quotesfolded(text)))
    if safe_html.plain_text(html).strip():
        return html
    whole = safe_html.from_html(text)
    return whole if safe_html.plain_text(whole).strip() else ""


def _without_marked(text: str) -> str:
    for _ in range(_MOST_MARKS):
        found = _SIGNATURE_MARKS.search(text)
        if not found:
            break
        text = text[: found.start()] + text[_end_of_element(text, found.start(), found["tag"]) :]
    return text


def _with_quotesfolded(text: str) -> Iterator[str]:
    position = 0
    for _ in range(_MOST_MARKS):
        found, tail = _QUOTE_MARKS.search(text, position), _TAIL_MARKS.search(text, position)
        if tail and (not found or tail.start() < found.start()):
            yield text[position : tail.start()]
            yield folded("", text[tail.start() :])
            return
        if not found:
            break
        end = _end_of_element(text, found.start(), found["tag"] or found["box"])
        yield text[position : found.start()]
        yield folded("", text[found.start() : end])
        position = end
    yield text[position:]


def _end_of_element(text: str, start: int, tag: str) -> int:
    """Behind the end of the element that begins at `start`; the end of the text when it is never closed."""
    depth = 0
    for found in re.compile(rf"<(/?){tag}\b", re.IGNORECASE).finditer(text, start):
        depth += -1 if found[1] else 1
        if depth == 0:
            end = text.find(">", found.end())
            return end + 1 if end >= 0 else len(text)
    return len(text)
