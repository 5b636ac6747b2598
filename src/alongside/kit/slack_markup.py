"""Slack's own markup ("mrkdwn") to safe HTML.

Most messages are a plain sentence and take the short way: Slack has escaped `<`, `>` and `&` already, so a text
in which no sign of markup occurs is safe as it stands. Everything else is built with care and then cleaned like
any foreign HTML, so that no mistake here can be more than an ugly line.
"""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from alongside.kit import safe_html
from alongside.kit.json_fields import text_of
from alongside.kit.slack_emoji import with_signs

# What makes a text more than words. The invisible ones (control signs, private use, no-break space) are among
# them because the long way knows how to treat them.
_SIGNS = re.compile("[<>&*_~`\r\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u00a0\ue000-\ue003\ud800-\udfff\ufffe\uffff]")
_PRIVATE = re.compile("[\ue000-\ue003]")
_FENCE = re.compile(r"```\n?(.+?)```", re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_ANGLE = re.compile(r"<([^<>\n]+)>")
_SLOT = re.compile("\ue000(\\d+)\ue001|\ue002(\\d+)\ue003")
_BLOCK = re.compile("\ue002(\\d+)\ue003")
_MENTIONED = re.compile(r"<@([A-Z0-9]+)(?:\|[^<>\n]*)?>")
_LINK = re.compile(r"(?:https?://|mailto:)\S+", re.IGNORECASE)
_BLANK_LINES = re.compile(r"\n[ \t]*\n")
# As Slack does: a sign opens after anything but a letter, digit, @ or the same sign, and closes before such.
_STYLES = tuple(
    (
        re.compile(
            rf"(?<![^\W_@])(?<!{sign})(?<!@){sign}([^\s{sign}](?:[^{sign}\n]*[^\s{sign}])?){sign}(?![^\W_]|{sign})"
        ),
        tag,
    )
    for sign, tag in ((r"\*", "strong"), ("_", "em"), ("~", "s"))
)
_PRIVATE_ROOM = "(private channel)"


def unescaped(text: str) -> str:
    """Slack escapes three signs and no others."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _literal(text: str) -> str:
    return html.escape(unescaped(text), quote=False)


def link(address: str, words: str) -> str:
    """HTML of a link; of its words alone when the address is not one that a browser should follow."""
    if not _LINK.fullmatch(address):
        return html.escape(words, quote=False)
    return f'<a href="{html.escape(address)}">{html.escape(words, quote=False)}</a>'


def mention(name: str) -> str:
    return f'<span class="mention">@{html.escape(name.removeprefix("@"), quote=False)}</span>'


@dataclass(frozen=True, slots=True)
class Names:
    """What ids stand for. `open_rooms` holds only rooms that the whole organisation reads: a message in an open
    room may mention a closed one, and Slack itself shows its name to its members only.
    """

    people: Mapping[str, str] = field(default_factory=dict)
    open_rooms: Mapping[str, str] = field(default_factory=dict)

    def person(self, identity: str, label: str = "") -> str:
        return mention(self.people.get(identity) or label or "somebody")

    def room(self, identity: str) -> str:
        return "#" + html.escape(self.open_rooms.get(identity) or _PRIVATE_ROOM, quote=False)


def mentioned(text: str) -> tuple[str, ...]:
    """Ids of the people whom a text names, each once."""
    return tuple(dict.fromkeys(_MENTIONED.findall(text))) if "<@" in text else ()


def render(text: str, names: Names) -> str:
    """The whole text of a message as safe HTML; empty when there is nothing in it."""
    if _SIGNS.search(text) is None:
        return _plain(with_signs(text) if ":" in text else text)
    return safe_html.from_html(_Text(names).blocks(_PRIVATE.sub("", text_of(text))))


def _plain(text: str) -> str:
    if "\n" not in text:
        text = text.strip()
        return f"<p>{text}</p>" if text else ""
    return "\n".join(_paragraphs(text))


def _paragraphs(text: str) -> list[str]:
    parts = (part.strip() for part in _BLANK_LINES.split(text))
    return ["<p>" + part.replace("\n", "<br>\n") + "</p>" for part in parts if part]


class _Text:
    """One text on its way. What is finished waits in a slot, so that no later step takes it for markup."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._slots: list[str] = []

    def blocks(self, text: str) -> str:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        text = _FENCE.sub(lambda found: self._block(f"<pre><code>{self._code(found[1])}</code></pre>"), text)
        text = _CODE.sub(lambda found: self._inline(f"<code>{self._code(found[1])}</code>"), text)
        text = _ANGLE.sub(lambda found: self._inline(self._angle(found[1])), text)
        text = with_signs(_literal(text))
        return self._filled("\n".join(self._quoted_and_said(text)))

    def _inline(self, finished: str) -> str:
        self._slots.append(finished)
        return f"\ue000{len(self._slots) - 1}\ue001"

    def _block(self, finished: str) -> str:
        self._slots.append(finished)
        return f"\ue002{len(self._slots) - 1}\ue003"

    def _filled(self, text: str) -> str:
        """A slot may hold earlier ones (code in the words of a link), never itself."""
        while _SLOT.search(text):
            text = _SLOT.sub(lambda found: self._slots[int(found[1] or found[2])], text)
        return text

    def _code(self, text: str) -> str:
        """Inside code Slack marks only what it linked by itself: the words were typed, the address was not."""
        return _literal(_ANGLE.sub(lambda found: found[1].rpartition("|")[2], text))

    def _angle(self, inner: str) -> str:
        target, _, label = inner.partition("|")
        label = unescaped(label)
        if target.startswith("@"):
            return self._names.person(target[1:], label)
        if target.startswith("#"):
            return self._names.room(target[1:])
        if target.startswith("!"):
            return self._command(target[1:], label)
        address = unescaped(target)
        if _LINK.fullmatch(address):
            return link(address, label or address.removeprefix("mailto:"))
        return html.escape(label or f"<{address}>", quote=False)

    def _command(self, command: str, label: str) -> str:
        kind = command.partition("^")[0]
        if kind == "date":
            return html.escape(label or command, quote=False)
        return mention(label or ("group" if kind == "subteam" else kind))

    def _quoted_and_said(self, text: str) -> list[str]:
        """Lines that begin with `>` are a quote; after `>>>` everything is."""
        parts: list[tuple[bool, list[str]]] = []
        rest_is_quote = False
        for line in text.split("\n"):
            bare = line.lstrip()
            if not rest_is_quote and bare.startswith("&gt;&gt;&gt;"):
                rest_is_quote, line = True, bare[12:]  # noqa: PLW2901 (the line without its mark)
            elif not rest_is_quote and bare.startswith("&gt;"):
                self._add(parts, bare[4:].removeprefix(" "), is_quote=True)
                continue
            self._add(parts, line, is_quote=rest_is_quote)
        return [self._part(lines, is_quote=is_quote) for is_quote, lines in parts]

    def _add(self, parts: list[tuple[bool, list[str]]], line: str, *, is_quote: bool) -> None:
        if not parts or parts[-1][0] != is_quote:
            parts.append((is_quote, []))
        parts[-1][1].append(line)

    def _part(self, lines: list[str], *, is_quote: bool) -> str:
        pieces: list[str] = []
        text = "\n".join(lines)
        position = 0
        for block in _BLOCK.finditer(text):
            pieces += _paragraphs(self._styled(text[position : block.start()]))
            pieces.append(block.group())
            position = block.end()
        pieces += _paragraphs(self._styled(text[position:]))
        inner = "\n".join(pieces)
        return f"<blockquote>\n{inner}\n</blockquote>" if is_quote and inner else inner

    def _styled(self, text: str) -> str:
        for pattern, tag in _STYLES:
            text = pattern.sub(rf"<{tag}>\1</{tag}>", text)
        return text
