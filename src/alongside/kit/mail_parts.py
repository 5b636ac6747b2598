"""Which parts of a mail are its text, which are attachments, and their bytes as text."""

import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from email.parser import Parser
from email.policy import compat32
from html import escape
from typing import Final, TypeVar

from alongside.kit.mail_headers import base64_bytes, decoded, line_of, words_of
from alongside.kit.mail_html import from_mail_html
from alongside.kit.mail_text import from_mail_text

_T = TypeVar("_T")
_DEEPEST: Final = 20
_MOST_ATTACHMENTS: Final = 50
_MOST_FORWARDED: Final = 50
# Of one level; what has more was made to cost time.
_MOST_PARTS: Final = 500
_SILENT: Final = frozenset(
    [
        "application/pgp-signature",
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "application/pgp-keys",
    ]
)
_META_CHARSET: Final = re.compile(rb"<meta[^>]{0,200}charset=[\"' ]*([A-Za-z0-9_-]{1,40})", re.IGNORECASE)
_BASE64_LINE: Final = re.compile(rb"[A-Za-z0-9+/]+={0,2}")
_HIDDEN_BOUNDARY: Final = re.compile(rb"(?:^|\n)--(\S{1,200})[ \t]*\r?\ncontent-", re.IGNORECASE)
_UU_BEGIN: Final = re.compile(r"^begin [0-7]{3,4} (\S[^\n]{0,200})$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Parts:
    """What a mail consists of: its own text as safe HTML with quotes folded, what was attached, and mails in it."""

    html: str
    attachments: tuple[Attachment, ...] = ()
    forwarded: tuple[bytes, ...] = ()


@dataclass(slots=True)
class _Content:
    plain: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    # The text in the order in which it lies in the mail, plain and HTML mixed.
    shown: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    forwarded: list[bytes] = field(default_factory=list)

    def add(self, other: "_Content") -> None:
        self.plain += other.plain
        self.html += other.html
        self.shown += other.shown
        self.attachments += other.attachments
        self.forwarded += other.forwarded


def html_of(raw: bytes) -> str:
    """The mail's own text as safe HTML, quotes folded; after it the names of what was attached."""
    parts = parts_of(raw)
    attached = [f"<p>attached: {escape(attachment.name, quote=False)}</p>" for attachment in parts.attachments]
    return "\n".join([*([parts.html] if parts.html else []), *attached])


def parts_of(raw: bytes) -> Parts:
    """`raw` without a head that is not of MIME: see `mail_headers.body_with_its_headers`."""
    content = _content(_parsed(raw), 0)
    named = [Attachment(line_of(one.name, 200), one.size) for one in content.attachments[:_MOST_ATTACHMENTS]]
    attachments = tuple(one for one in named if one.name)
    return Parts("\n".join(content.shown), attachments, tuple(content.forwarded[:_MOST_FORWARDED]))


def _parsed(raw: bytes) -> Message:
    # Not by the library's parser of bytes: its messages decode eight-bit bodies by themselves, by the label they carry.
    return Parser(policy=compat32).parsestr(raw.decode("latin-1"))


def _quietly(ask: Callable[[], _T], otherwise: _T) -> _T:
    """What a header's parameter says, or nothing: a broken parameter must not cost the mail its text."""
    try:
        return ask()
    except Exception:  # noqa: BLE001 (the library raises a dozen kinds of errors on hostile headers)
        return otherwise


def _content(part: Message, depth: int) -> _Content:
    kind = _quietly(part.get_content_type, "text/plain")
    payload = part.get_payload()
    if isinstance(payload, list):
        return _content_of_several(kind, [child for child in payload if isinstance(child, Message)], part, depth)
    if kind.startswith("multipart/"):
        return _content_without_boundary(part, depth)
    return _content_of_one(kind, part)


def _content_of_several(kind: str, children: list[Message], part: Message, depth: int) -> _Content:
    if kind.startswith("message/") or depth > _DEEPEST:
        whole = _quietly(lambda: _whole(children[0]), b"") if kind == "message/rfc822" and children else b""
        return _Content(attachments=[Attachment(_name(part) or "mail", len(whole))], forwarded=[whole] if whole else [])
    contents = [_content(child, depth + 1) for child in children[:_MOST_PARTS]]
    if kind == "multipart/alternative":
        return _chosen(contents)
    together = _Content()
    for content in contents:
        together.add(content)
    return together


def _chosen(contents: list[_Content]) -> _Content:
    """Of several forms of one text: the plain one, when it says anything."""
    chosen = next((content for content in contents if content.plain), None)
    chosen = chosen or next((content for content in contents if content.shown), _Content())
    attachments = [one for content in contents for one in content.attachments]
    forwarded = [one for content in contents for one in content.forwarded]
    return _Content(chosen.plain, chosen.html, chosen.shown, attachments, forwarded)


def _content_without_boundary(part: Message, depth: int) -> _Content:
    """It says that it has several parts and does not say, or says wrongly, where they end."""
    raw = _raw_bytes(part)
    found = _HIDDEN_BOUNDARY.search(raw)
    if found and depth < _DEEPEST and b'"' not in found[1]:
        head = b'Content-Type: multipart/mixed; boundary="' + found[1] + b'"\n\n'
        again = _parsed(head + raw)
        if again.is_multipart():
            return _content(again, depth + 1)
    return _Content(*_plain(decoded(raw), flowed=False, delsp=False))


def _whole(part: Message) -> bytes:
    return _written(part, 0).encode("latin-1", "replace")


def _written(part: Message, depth: int) -> str:
    """A mail in a mail, letter by letter as it was. The library would decode eight-bit headers and encode them anew."""
    head = "".join(f"{name}: {value}\n" for name, value in part.raw_items())
    payload = part.get_payload()
    if not isinstance(payload, list) or depth > _DEEPEST:
        return f"{head}\n{payload if isinstance(payload, str) else ''}"
    children = [_written(child, depth + 1) for child in payload if isinstance(child, Message)]
    boundary = part.get_boundary()
    if boundary is None:
        return f"{head}\n{''.join(children)}"
    return f"{head}\n" + "".join(f"--{boundary}\n{child}\n" for child in children) + f"--{boundary}--\n"


def _plain(text: str, *, flowed: bool, delsp: bool) -> tuple[list[str], list[str], list[str], list[Attachment]]:
    text, packed = _without_uuencoded(text)
    html = from_mail_text(text, flowed=flowed, delsp=delsp)
    return ([html], [], [html], packed) if html else ([], [], [], packed)


def _content_of_one(kind: str, part: Message) -> _Content:
    name = _name(part)
    disposition = _quietly(part.get_content_disposition, None)
    is_text = kind in {"text/plain", "text/html", "text/enriched", "text/richtext"}
    if not is_text or (disposition == "attachment" and name):
        # Pictures that a letter's layout is made of carry a Content-ID and are nobody's attachment.
        is_layout = "content-id" in part and disposition != "attachment"
        is_nothing = kind in _SILENT or is_layout or not name
        return _Content(attachments=[] if is_nothing else [Attachment(name, _size(part))])
    data = _bytes(part)
    charset = _quietly(part.get_content_charset, None) or ""
    if kind == "text/plain":
        flowed = _parameter(part, "format") == "flowed"
        return _Content(*_plain(decoded(data, charset), flowed=flowed, delsp=_parameter(part, "delsp") == "yes"))
    if not charset and (found := _META_CHARSET.search(data, 0, 4096)):
        charset = found[1].decode("ascii")
    html = from_mail_html(decoded(data, charset))
    return _Content(html=[html], shown=[html]) if html else _Content()


def _parameter(part: Message, name: str) -> str:
    return _quietly(lambda: str(part.get_param(name, "")), "").lower()


def _name(part: Message) -> str:
    name = _quietly(part.get_filename, None) or ""
    return words_of(_encoded(name)).replace("\\", "/").rpartition("/")[2]


def _encoded(name: str) -> bytes:
    """Back to the bytes of the mail; a name in extended notation (RFC 2231) has been decoded by the library."""
    try:
        return name.encode("latin-1")
    except UnicodeEncodeError:
        return name.encode("utf-8", "replace")


def _raw_bytes(part: Message) -> bytes:
    payload = part.get_payload()
    return payload.encode("latin-1", "replace") if isinstance(payload, str) else b""


def _bytes(part: Message) -> bytes:
    raw = _raw_bytes(part)
    encoding = str(_quietly(lambda: part.get("content-transfer-encoding", ""), "")).strip().lower()
    if encoding == "base64":
        return base64_bytes(b"".join(_base64_lines(raw)))
    if encoding == "quoted-printable":
        return binascii.a2b_qp(raw)
    return raw


def _size(part: Message) -> int:
    """Without decoding it: of quoted-printable it is the packed size."""
    encoding = str(_quietly(lambda: part.get("content-transfer-encoding", ""), "")).strip().lower()
    raw = _raw_bytes(part)
    if encoding != "base64":
        return len(raw)
    letters = len(raw) - raw.count(b"\n") - raw.count(b"\r") - raw[-8:].count(b"=")
    return letters * 3 // 4


def _base64_lines(raw: bytes) -> list[bytes]:
    """Lists write their footer, as it is, behind what was encoded: only lines that can be base64, to the first end."""
    lines: list[bytes] = []
    for line in raw.split(b"\n"):
        clean = line.strip()
        if _BASE64_LINE.fullmatch(clean):
            lines.append(clean)
            if clean.endswith(b"="):
                break
    return lines


def _without_uuencoded(text: str) -> tuple[str, list[Attachment]]:
    """Old mail carries its attachments in the middle of the text."""
    packed: list[Attachment] = []
    while found := _UU_BEGIN.search(text):
        end = text.find("\nend", found.end())
        if end < 0:
            break
        packed.append(Attachment(found[1].strip(), (end - found.end()) * 3 // 4))
        text = text[: found.start()] + text[end + len("\nend") :]
        if len(packed) >= _MOST_ATTACHMENTS:
            break
    return text, packed
