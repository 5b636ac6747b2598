"""What Zulip rendered, to HTML of our own kind: its mentions, emoji, formulas and previews."""

import html
import re
from urllib.parse import urljoin

from alongside.kit import safe_html

_MENTION = re.compile(r'<span class="(?:user|user-group|topic)-mention[^"]*"[^>]*>')
_MENTIONED = re.compile(r'<span class="user-mention" data-user-id="(\d+)">@([^<]+)</span>', re.ASCII)
_EMOJI = re.compile(r'<span [^>]*class="emoji emoji-([0-9a-f]{2,6}(?:-[0-9a-f]{2,6})*)"[^>]*>[^<]*</span>')
_EMOJI_PICTURE = re.compile(r'<img alt="(:[^"]{1,100}:)" class="emoji"[^>]*>')
_PREVIEW = re.compile(
    r'<div class="(?:message_inline_|message_embed|inline-preview|youtube-video|twitter-tweet)[^"]*">', re.ASCII
)
_FORMULA = re.compile(r'<span class="katex(?:-display)?">')
_TEX = re.compile(r'<annotation encoding="application/x-tex">([^<]*)</annotation>')
_TAG_OF = {"div": re.compile(r"<(/?)div\b"), "span": re.compile(r"<(/?)span\b")}
_PLACE = re.compile(r'href="([/#][^"]*)"')
_FIRST_LINK = re.compile(r'<a [^>]*href="([^"]*)"')
_LARGEST_SIGN = 0x10FFFF


def rendered(content: str, realm: str) -> str:
    """Safe HTML. A link within the Zulip leads there when its address is known, and nowhere otherwise."""
    if "<span" in content or "<img" in content or "<div" in content:
        content = _with_links_for_previews(content)
        content = _with_formulas(content)
        content = _EMOJI.sub(_sign, _EMOJI_PICTURE.sub(r"\1", content))
        content = _MENTION.sub('<span class="mention">', content)
    if 'href="/' in content or 'href="#' in content:
        content = _PLACE.sub(lambda found: _place(found[1], realm), content)
    return safe_html.from_html(content)


def mentioned(content: str) -> tuple[tuple[str, str], ...]:
    """Id and name of each person whom a message calls (not of those whom a quote names silently)."""
    if "user-mention" not in content:
        return ()
    return tuple(dict.fromkeys((found[1], html.unescape(found[2])) for found in _MENTIONED.finditer(content)))


def _place(place: str, realm: str) -> str:
    if not realm or place.startswith("//"):
        return ""
    return f'href="{html.escape(urljoin(realm, html.unescape(place)))}"'


def _sign(found: re.Match[str]) -> str:
    points = [int(point, 16) for point in found[1].split("-")]
    return "".join(map(chr, points)) if max(points) <= _LARGEST_SIGN else ""


def _end_of(content: str, start: int, tag: str) -> int:
    """Where the element that begins at `start` ends; the end of all when it never does."""
    depth = 0
    for found in _TAG_OF[tag].finditer(content, start):
        depth += -1 if found[1] else 1
        if depth == 0:
            return content.find(">", found.end()) + 1 or len(content)
    return len(content)


def _with_links_for_previews(content: str) -> str:
    """A preview asks a foreign server for a picture. Its link is kept where the text does not hold it anyway."""
    said, links = [], []
    position = 0
    while found := _PREVIEW.search(content, position):
        end = _end_of(content, found.start(), "div")
        said.append(content[position : found.start()])
        links += _FIRST_LINK.findall(content, found.start(), end)[:1]
        position = end
    if not position:
        return content
    rest = "".join([*said, content[position:]])
    new = (link for link in dict.fromkeys(links) if f'"{link}"' not in rest)
    return rest + "".join(f'<p><a href="{link}">{link.rpartition("/")[2] or link}</a></p>' for link in new)


def _with_formulas(content: str) -> str:
    """A formula comes twice, as MathML and as boxes of letters: what its author typed is shown instead."""
    pieces = []
    position = 0
    while found := _FORMULA.search(content, position):
        end = _end_of(content, found.start(), "span")
        tex = _TEX.search(content, found.start(), end)
        pieces += [content[position : found.start()], f"<code>{tex[1]}</code>" if tex else ""]
        position = end
    return "".join([*pieces, content[position:]]) if position else content
