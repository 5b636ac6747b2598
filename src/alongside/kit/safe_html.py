"""Text of any origin to HTML that is safe on our pages. Rendered once, when written; never on read.

Everything that leaves this module has gone through the same allow-list, or was escaped letter by letter. A second
pass changes nothing (a property test holds that), so an export brought in again reads the same.
"""

import html
import re
from collections.abc import Sequence
from functools import cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from alongside.kit.links import ADDRESS, Links

_TAGS = frozenset(
    [
        "a",
        "b",
        "blockquote",
        "br",
        "code",
        "del",
        "details",
        "div",
        "em",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "li",
        "ol",
        "p",
        "pre",
        "s",
        "span",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "u",
        "ul",
    ]
)
_CLASSES = {"span": {"mention"}, "details": {"quoted"}}
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}, "td": {"colspan"}, "th": {"colspan"}}
_SCHEMES = {"http", "https", "mailto"}
MOST_TAGS = 10_000
_REL = "noopener noreferrer nofollow"

# What makes a text more than words: when none of it occurs the slow renderers have nothing to do.
# Rendering and cleaning cost 160 µs a message, escaping 3; most chat messages are plain. A sign is looked for first
# by itself, which costs next to nothing, and only where it occurs for whether it means something there.
_ALWAYS_A_SIGN = ("*", "`", "~~", "//", "www.", "mailto:")
_SIGN_AT_TIMES = (
    ("_", re.compile(r"[^A-Za-z0-9]_|_[^A-Za-z0-9]")),  # not inside a snake_case word
    ("@", re.compile(r"[^\s@]@[^\s@]")),
    ("&", re.compile(r"&[#\w]")),
    ("\\", re.compile(r"\\(?:[!-/:-@\[-`{-~\n]| +\n)")),
    ("]", re.compile(r"\][(:]")),
    ("|", re.compile(r"-")),
)
# Lists, headings and lines under them, quotes; code set in after an empty line.
_SIGN_OF_A_LINE = re.compile(
    r"\n {0,3}(?:[-+](?=[ \t\n])|[-=][-= \t]*\n|>|#{1,6}(?=[ \t\n])|\d{1,9}[.)](?=[ \t\n]))"
    r"|\n[ \t]*\n(?: {4}| {0,3}\t)"
)
# What reaches over an empty line: code between fences, the addresses of [names], a heading without words.
_REACHES_FAR = re.compile(r"```|~~~|\]:|\r|#[ \t#]*(?:\n|\Z)")
# After an empty line, what is not set in and is no item of a list stands for itself, whatever came before.
_STANDS_ALONE = re.compile(r"\n(?:[ \t]*\n)+(?![ \t\n*+\d-])")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# An address that stands in HTML as it is: nothing in it is quoted, decoded or refused.
_PLAIN_ADDRESS = re.compile(
    r"(?!.*xn--)(?:https?://|www\.)(?:[a-z0-9-]+\.)*[a-z][a-z0-9-]*(?::\d{2,4})?(?:[/?#][A-Za-z0-9/?#@!$()+,;=._-]*)?"
    r"|[A-Za-z0-9._+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*"
)
# Right before an address: then it is hard to say where that begins, and the slow way decides.
_GOES_ON = re.compile(r"[\w.+<-]")
_LINK = re.compile(ADDRESS)
# Where an inline rule of Markdown can begin. The library stops at each of 26 signs, and tries every rule there.
_RULE_BEGINS = re.compile(r"[\n*<\[\\\]_`~]|!(?=\[)|&(?=[#\w])|:(?=//)")
_LINE_END = re.compile(r" *\n[ \t]*")
_BLANK_LINES = re.compile(r"\n\s*\n")
_QUOTED = re.compile(r"<details class=\"quoted\">.*?</details>", re.DOTALL)
_BLOCK_END = re.compile(r"</(?:p|div|li|h[3-6]|pre|blockquote|tr|summary|details|ul|ol|table)>|<br>|<hr>")
_ANY_TAG = re.compile(r"<[^>]*>")
# The same where nobody has balanced the signs yet: a million "<" without a ">" would take half an hour otherwise.
_TAG_OF_ANYBODY = re.compile(r"<[^<>]*+>")
_SPACES = re.compile(r"[ \t\r\f\v\u00a0]+")
_OTHER_SPACE = re.compile(r"[\t\r\f\v\u00a0]")
_EMPTY_LINES = re.compile(r"\n\s*\n+")


@cache
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(_TAGS),
        clean_content_tags={
            "script",
            "style",
            "template",
            "noscript",
            "iframe",
            "object",
            "title",
            "svg",
            "math",
        },
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        allowed_classes={tag: set(names) for tag, names in _CLASSES.items()},
        url_schemes=set(_SCHEMES),
        link_rel=_REL,
        # A relative address would lead into our own pages, wherever it led in the tool.
        url_relative="deny",
        # Code scrolls in itself; without this one could not scroll it with a keyboard.
        set_tag_attribute_values={"pre": {"tabindex": "0"}},
    )


def _picture_as_link(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    """A picture is a request to somebody else's server, which tells who reads: it becomes a link."""
    token = tokens[index]
    address = html.escape(str(token.attrGet("src") or ""))
    words = html.escape(self.renderInlineAsText(token.children or [], options, env), quote=False)
    return f'<a href="{address}">{words or address}</a>'


@cache
def _markdown() -> MarkdownIt:
    renderer = MarkdownIt("commonmark", {"html": False, "linkify": True, "breaks": True}).enable(
        ["table", "strikethrough", "linkify"]
    )
    renderer.linkify = Links()
    renderer.inline.terminator_re = _RULE_BEGINS
    renderer.add_render_rule("image", _picture_as_link)
    return renderer


def _without_control(text: str) -> str:
    return _CONTROL.sub("", text) if _CONTROL.search(text) else text


def from_html(text: str) -> str:
    """Any HTML, however hostile or broken, to the part of it that our pages show.

    Cleaning takes the square of how deep tags are nested (40,000 take 2.4 s): what has more than any mail that a
    person wrote keeps its words only.
    """
    if text.count("<") > MOST_TAGS:
        return from_plain(html.unescape(_TAG_OF_ANYBODY.sub("", _BLOCK_END.sub("\n", text))))
    return str(_cleaner().clean(_without_control(text))).strip()


def from_markdown(text: str) -> str:
    """CommonMark with tables, strike-through and bare links; a line's end is a line's end, as in chat.

    Raw HTML in it is shown as text.
    """
    text = _without_control(text)
    if not _has_markdown(text):
        return _paragraphs(text)
    if (plain := _with_links_only(text)) is not None:
        return plain
    parts = [] if _REACHES_FAR.search(text) else _STANDS_ALONE.split(text)
    if len(parts) > 1:
        return "\n".join(filter(None, map(from_markdown, parts)))
    return _rendered(text)


def _rendered(text: str) -> str:
    try:
        return from_html(_markdown().render(text))
    except RuntimeError:  # of the library, where it would turn in a circle: the words are kept
        return from_plain(text)


def _with_links_only(text: str) -> str | None:
    """The commonest Markdown is an address and no Markdown at all. None where there is more to it."""
    if "\\" in text or not Links().pretest(text):
        return None
    links = Links().match(text)
    if not links or not all(_PLAIN_ADDRESS.fullmatch(link.text) for link in links):
        return None
    if any(_GOES_ON.match(text, link.index - 1) for link in links if link.index):
        return None
    starts = [0, *(link.last_index for link in links)]
    between = [text[start:end] for start, end in zip(starts, [*(link.index for link in links), len(text)], strict=True)]
    if _has_markdown("x".join(between)):
        return None
    pieces = [html.escape(between[0], quote=False)]
    for link, after in zip(links, between[1:], strict=True):
        pieces += (f'<a href="{link.url}" rel="{_REL}">{link.text}</a>', html.escape(after, quote=False))
    return _broken_into_paragraphs("".join(pieces))


def _has_markdown(text: str) -> bool:
    if any(sign in text for sign in _ALWAYS_A_SIGN):
        return True
    lines = f"\n\n{text}\n"
    if _SIGN_OF_A_LINE.search(lines):
        return True
    return any(sign in text and pattern.search(lines) for sign, pattern in _SIGN_AT_TIMES)


def from_plain(text: str) -> str:
    """Plain text to paragraphs; web addresses become links."""
    text = _without_control(text)
    if "://" not in text:
        return _paragraphs(text)
    pieces: list[str] = []
    position = 0
    for link in _LINK.finditer(text):
        pieces.append(html.escape(text[position : link.start()], quote=False))
        address = html.escape(link.group())
        pieces.append(f'<a href="{address}">{address}</a>')
        position = link.end()
    pieces.append(html.escape(text[position:], quote=False))
    return from_html(_broken_into_paragraphs("".join(pieces)))


def _paragraphs(text: str) -> str:
    return _broken_into_paragraphs(html.escape(text, quote=False))


def _broken_into_paragraphs(escaped: str) -> str:
    parts = _BLANK_LINES.split(escaped.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", "&nbsp;"))
    return "\n".join("<p>" + _LINE_END.sub("<br>\n", part.strip()) + "</p>" for part in parts if part.strip())


def plain_text(safe: str) -> str:
    """The words of safe HTML, a line a block: what is indexed and quoted. Folded quotes of earlier mail are left out.

    Always derived from the HTML, so that the same HTML gives the same text whatever tool it came from.
    """
    if safe.startswith("<p>") and safe.endswith("</p>") and safe.count("<") == 2:  # noqa: PLR2004 (the common message)
        return html.unescape(safe[3:-4])
    text = _QUOTED.sub("\n", safe) if "<details" in safe else safe
    text = html.unescape(_ANY_TAG.sub("", _BLOCK_END.sub("\n", text)))
    if "  " in text or _OTHER_SPACE.search(text):
        text = _SPACES.sub(" ", text)
    return _EMPTY_LINES.sub("\n", text.replace("\n ", "\n").replace(" \n", "\n")).strip()
