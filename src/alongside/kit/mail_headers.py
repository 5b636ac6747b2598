"""What the headers of a mail say, however broken: words, addresses, ids, times.

Headers are read from bytes by hand. The standard library's are read for well-made mail, raise on some of the rest, and
cost ten times as much; an archive's headers are gone through several times.
"""

import binascii
import codecs
import re
from datetime import UTC, datetime, timedelta
from email.utils import mktime_tz, parsedate_tz
from hashlib import sha256
from typing import Final

Fields = dict[str, list[bytes]]

_HEAD_BYTES: Final = 256 * 1024
_LONGEST_ID: Final = 400
_LONGEST_LINE: Final = 300

_HEAD_END: Final = re.compile(rb"\n\r?\n")
_FIELD: Final = re.compile(rb"^([!-9;-~]+)[ \t]*:[ \t]*([^\n]*(?:\n[ \t]+[^\n]*)*)", re.MULTILINE)
_FOLD: Final = re.compile(rb"\r?\n[ \t]*")
_ENCODED_WORD: Final = re.compile(r"=\?([A-Za-z0-9_.:()+-]{1,60})(?:\*[A-Za-z-]*)?\?([bBqQ])\?([^?]*)\?=")
_NOT_SHOWN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ufeff\ufffe\uffff\ud800-\udfff]+")
_SPACES: Final = re.compile(r"\s+")


def fields_of(content: bytes) -> Fields:
    """Header fields by lower-case name, values raw but unfolded."""
    end = _HEAD_END.search(content, 0, _HEAD_BYTES)
    head = content[: end.start() + 1] if end else content[:_HEAD_BYTES]
    fields: Fields = {}
    for name, value in _FIELD.findall(head):
        unfolded = _FOLD.sub(b" ", value).strip()
        fields.setdefault(name.decode("ascii").lower(), []).append(unfolded)
    return fields


def body_with_its_headers(fields: Fields, content: bytes) -> bytes:
    """The mail with nothing in its head but what says how to read the body.

    A parser of mail stops at the first broken header and takes the rest of the head for text.
    """
    end = _HEAD_END.search(content, 0, _HEAD_BYTES)
    head = [name.encode() + b": " + fields[name][0] + b"\n" for name in fields if name.startswith("content-")]
    return b"".join([*head, b"\n", content[end.end() :] if end else b""])


def first(fields: Fields, name: str) -> bytes:
    return fields[name][0] if name in fields else b""


# Charsets: what mail calls them, and what was meant.
_MEANT: Final = {
    "ks_c_5601-1987": "cp949", "ks_c_5601": "cp949", "euc-kr": "cp949", "gb2312": "gb18030", "gbk": "gb18030",
    "gb_2312-80": "gb18030", "x-gbk": "gb18030", "shift_jis": "cp932", "shift-jis": "cp932", "x-sjis": "cp932",
    "windows-31j": "cp932", "iso-8859-8-i": "iso-8859-8", "x-mac-roman": "mac_roman", "macintosh": "mac_roman",
    "iso-8859-9": "cp1254", "tis-620": "cp874", "windows-874": "cp874", "unicode-1-1-utf-7": "utf-7",
    "cp-850": "cp850", "iso-2022-jp": "iso2022_jp_ext", "big5": "big5hkscs",
}  # fmt: skip
_MOSTLY_UTF_8: Final = frozenset(
    ["", "ascii", "us-ascii", "ansi_x3.4-1968", "utf-8", "utf8", "iso-8859-1", "iso8859-1", "iso-8859-15", "latin1"]
) | frozenset(
    ["latin-1", "windows-1252", "cp1252", "unknown-8bit", "8bit", "x-unknown", "unknown", "default", "binary"]
)
# Python's codecs that are no charset of any mail and that a hostile one could make slow or strange.
_NO_CHARSET: Final = frozenset(["idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"])


def decoded(data: bytes, charset: str = "") -> str:
    """The text of bytes whose label may be wrong, unknown or missing; never raises."""
    label = charset.strip().strip("'\"").lower()
    if label not in _MOSTLY_UTF_8:
        text = _decoded_as(data, _MEANT.get(label, label))
        if text is not None:
            return text
    elif b"\x1b$" in data and data.isascii():
        return data.decode("iso2022_jp_ext", "replace")
    # Eight-bit text that happens to be whole UTF-8 is UTF-8, whatever its label says.
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("iso-8859-15" if label == "iso-8859-15" else "cp1252", "replace")


def _decoded_as(data: bytes, name: str) -> str | None:
    try:
        codec = codecs.lookup(name).name
        if codec.replace("-", "_") in _NO_CHARSET:
            return None
        text = data.decode(codec, "replace")
    except (LookupError, ValueError, TypeError, AssertionError):
        return None
    # A label that does not fit at all: other guesses are better than a page of question marks.
    return None if text.count("\ufffd") * 10 > len(text) else text


def line_of(text: str, longest: int = _LONGEST_LINE) -> str:
    """One line that can be shown: no control characters, no runs of spaces, not endless."""
    return _SPACES.sub(" ", _NOT_SHOWN.sub(" ", text[: longest * 4])).strip()[:longest].strip()


def words_of(raw: bytes) -> str:
    """A header's text with its encoded words (RFC 2047) decoded, also where they are made wrongly."""
    return line_of(_without_encoded_words(decoded(raw)))


def _without_encoded_words(text: str) -> str:
    if "=?" not in text:
        return text
    out: list[str] = []
    run, run_charset, position = b"", "", 0
    for word in _ENCODED_WORD.finditer(text):
        between = text[position : word.start()]
        if between.strip() or word[1].lower() != run_charset:
            out.append(decoded(run, run_charset))
            run = b""
            out.append(between if between.strip() or not run_charset else "")
        # A letter may be cut in two between words of one charset, so bytes are joined before they are decoded.
        run, run_charset, position = run + _word_bytes(word[2], word[3]), word[1].lower(), word.end()
    out += [decoded(run, run_charset), text[position:]]
    return "".join(out)


def _word_bytes(encoding: str, text: str) -> bytes:
    raw = text.encode("utf-8", "surrogatepass")
    if encoding in "bB":
        return base64_bytes(raw)
    return binascii.a2b_qp(raw, header=True)


_NOT_BASE64: Final = re.compile(rb"[^A-Za-z0-9+/]")


def base64_bytes(raw: bytes) -> bytes:
    """Base64 with its padding missing or junk in it."""
    clean = _NOT_BASE64.sub(b"", raw)
    if len(clean) % 4 == 1:
        clean = clean[:-1]
    return binascii.a2b_base64(clean + b"=" * (-len(clean) % 4))


_ID: Final = re.compile(rb"<([^<>]{3,2000})>")
_ADDRESS: Final = re.compile(rb"[A-Za-z0-9_.!#$%&'*+/=?^`{|}~\x80-\xff-]{1,120}@[A-Za-z0-9.\x80-\xff-]{1,200}")
_BETWEEN_ANGLES: Final = re.compile(rb"<\s*(?:mailto:)?([^<>\s@]{1,200}@[^<>\s]{1,200})\s*>")
# Public list archives write addresses like this: alder at example.org (Alder Finch)
_SPELT_OUT: Final = re.compile(rb"([\w.+-]{1,120}) at ([\w-]+(?:\.[\w-]+)+)")
_COMMENT: Final = re.compile(rb"\(([^()]*)\)\s*$")


def ids_of(raw: bytes) -> list[str]:
    """Message ids in a References or In-Reply-To, in order, each once.

    Some programs (Python's own library) take a long id for words, and encode it when they answer.
    """
    if b"=?" in raw:
        raw = _without_encoded_words(decoded(raw)).encode("utf-8", "replace")
    return list(dict.fromkeys(_id(found) for found in _ID.findall(raw)))


def _id(raw: bytes) -> str:
    text = "".join(_NOT_SHOWN.sub("", decoded(raw)).split())
    return text if len(text) <= _LONGEST_ID else "sha256:" + sha256(text.encode()).hexdigest()


def message_id(fields: Fields, content: bytes) -> str:
    """The mail's own id; for a mail without one, an id that the same mail always gets."""
    raw = first(fields, "message-id")
    found = ids_of(raw) or ([_id(raw)] if raw.strip(b"<> \t") else [])
    if found and found[0]:
        return found[0]
    end = _HEAD_END.search(content, 0, _HEAD_BYTES)
    body = content[end.end() :].replace(b"\r\n", b"\n").strip() if end else b""
    seed = b"\0".join([first(fields, "date"), first(fields, "from"), body])
    return "sha256:" + sha256(seed).hexdigest()


def addresses_of(raws: list[bytes]) -> list[str]:
    """Every address in some To or Cc, lower case, each once."""
    found = [address for raw in raws for address in _ADDRESS.findall(raw)]
    return list(dict.fromkeys(decoded(address).lower().strip("'.") for address in found))


def person_of(raw: bytes) -> tuple[str, str]:
    """(address, name) of the first person in a From; empty where there is none."""
    found = _person(raw)
    if not found[0] and b"=?" in raw:
        return _person(words_of(raw).encode())
    return found


def _person(raw: bytes) -> tuple[str, str]:
    if angles := _BETWEEN_ANGLES.search(raw):
        return _address(angles[1]), _name(raw[: angles.start()])
    comment = _COMMENT.search(raw)
    name = _name(comment[1]) if comment else ""
    bare = raw[: comment.start()] if comment else raw
    if plain := _ADDRESS.search(bare):
        return _address(plain[0]), name
    if spelt := _SPELT_OUT.search(bare):
        return _address(spelt[1] + b"@" + spelt[2]), name
    return "", _name(raw)


def _address(raw: bytes) -> str:
    return line_of(decoded(raw)).lower().strip("'\"., ;:")


def _name(raw: bytes) -> str:
    name = words_of(raw.strip().strip(b"\"'").replace(b'\\"', b'"').replace(b"\\\\", b"\\"))
    return name.strip("\"' ,") if "@" not in name else ""


_EARLIEST: Final = datetime(1971, 1, 1, tzinfo=UTC)
_FROM_LINE_TIME: Final = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? +([A-Z][a-z]{2}) +(\d\d?) +(\d\d?:\d\d(?::\d\d)?)(?: +([A-Z+-][\w+-]*))?"
    r" +(\d{4})(?: +([+-]\d{4}))?"
)


def said_at(fields: Fields, from_line: bytes, now: datetime) -> datetime | None:
    """When the mail was sent: by its Date; where that is no time, by the newest Received, then by the "From " line."""
    candidates = [first(fields, "date")]
    candidates += [raw.rpartition(b";")[2] for raw in fields.get("received", [])]
    candidates += fields.get("delivery-date", [])
    for raw in candidates:
        time = _time(line_of(decoded(raw)))
        if time and _EARLIEST <= time <= now + timedelta(days=1):
            return time
    time = _from_line_time(line_of(decoded(from_line)))
    return time if time and _EARLIEST <= time <= now + timedelta(days=1) else None


def _from_line_time(line: str) -> datetime | None:
    found = _FROM_LINE_TIME.search(line)
    if not found:
        return None
    month, day, clock, zone, year, late_zone = found.groups()
    return _time(f"{day} {month} {year} {clock} {zone or late_zone or '+0000'}")


def _time(text: str) -> datetime | None:
    try:
        parsed = parsedate_tz(text)
        if parsed is None:
            time = datetime.fromisoformat(text)
            return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
        return datetime.fromtimestamp(mktime_tz(parsed), UTC)
    except (ValueError, OverflowError, OSError, TypeError, IndexError):
        return None


_AUTOMATIC_SENDER: Final = re.compile(r"^(?:mailer-daemon|mail-daemon|postmaster|listserv|majordomo)@|-bounces?@")
_LIST_NAME: Final = re.compile(rb"([\w+-]{1,100})\.[^<>]{1,200}>?$")
_AUTOMATIC_FIELDS: Final = (
    "x-failed-recipients",
    "x-autoreply",
    "x-autorespond",
    "x-autoresponder",
    "x-loop-vacation",
)


def is_automatic(fields: Fields) -> bool:
    """Written by no person: bounces, receipts, vacation notes, machines that report."""
    submitted = first(fields, "auto-submitted").lower().partition(b";")[0].strip()
    if submitted not in {b"", b"no"} or any(name in fields for name in _AUTOMATIC_FIELDS):
        return True
    kind = first(fields, "content-type").lower()
    if kind.startswith((b"multipart/report", b"message/delivery-status", b"message/disposition")):
        return True
    if first(fields, "return-path").lower().startswith((b"<>", b"<mailer-daemon@")) or _is_to_a_machine(fields):
        return True
    precedence = first(fields, "precedence").lower().strip()
    if precedence in {b"junk", b"auto_reply"} or (precedence == b"bulk" and "list-id" not in fields):
        return True
    return bool(_AUTOMATIC_SENDER.search(person_of(first(fields, "from"))[0]))


def _is_to_a_machine(fields: Fields) -> bool:
    """Bounces come to a list's own address for them, and the list's program marks them as it marks the rest."""
    list_name = _LIST_NAME.search(first(fields, "list-id").lower())
    if not list_name:
        return False
    name = decoded(list_name[1])
    machines = tuple(f"{name}-{suffix}" for suffix in ("admin@", "bounces@", "bounces+", "owner@", "request@"))
    return any(address.startswith(machines) for address in addresses_of(fields.get("to", [])))
