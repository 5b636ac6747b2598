"""Who a mail is from: what it says, and what one's own server found of it.

Anybody can write anything into From. An account is believed only when the mail has one plain From, when nothing in it
shows another address than its own, and when there is proof: one's own server's Authentication-Results (RFC 8601), or
a token that only that account was given. Sender, Reply-To and other servers' results count for nothing.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from alongside.kit.mail_headers import Fields, decoded, words_of

_ATOM: Final = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}"
_DOMAIN: Final = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_PLAIN: Final = re.compile(rf"{_ATOM}@{_DOMAIN}")
_ONE_PERSON: Final = re.compile(
    rf"\s*(?P<name>\"(?:[^\"\\]|\\.){{0,300}}\"|[^<>,;:@\"()]{{0,300}}?)\s*<\s*(?P<address>{_ATOM}@{_DOMAIN})\s*>\s*"
)
_BARE: Final = re.compile(rf"\s*(?P<address>{_ATOM}@{_DOMAIN})\s*(?:\((?P<name>[^()]{{0,300}})\)\s*)?")
# Anything in a name that a reader could take for an address.
_LIKE_AN_ADDRESS: Final = re.compile(r"\S[@＠﹫]\s*\S")
_LONGEST_ADDRESS: Final = 254
_MOST_RESULTS: Final = 60


class Asked(StrEnum):
    """What an administrator asks of one's own server's results."""

    DMARC = "dmarc"
    ALIGNED = "aligned"  # a DKIM signature or SPF of the sender's own domain is enough


@dataclass(frozen=True, slots=True)
class Sender:
    address: str
    name: str

    @property
    def domain(self) -> str:
        return self.address.partition("@")[2]


@dataclass(frozen=True, slots=True)
class Result:
    """One finding of one's own server: `dmarc=pass header.from=example.org`."""

    method: str
    result: str
    properties: tuple[tuple[str, str], ...] = ()
    place: int = 0  # in which of one's own server's headers, from the top

    def property(self, name: str) -> str:
        return next((value for key, value in self.properties if key == name), "")


def sender_of(fields: Fields) -> Sender | None:
    """None where a mail shows several, none, or another than it is from."""
    froms = fields.get("from", [])
    if len(froms) != 1:
        return None
    raw = decoded(froms[0])
    found = _ONE_PERSON.fullmatch(raw) or _BARE.fullmatch(raw)
    if not found or len(found["address"]) > _LONGEST_ADDRESS:
        return None
    address = found["address"].lower()
    name = words_of((found["name"] or "").encode("utf-8", "replace")).strip("\"' ").replace('\\"', '"')
    if _LIKE_AN_ADDRESS.search(unicodedata.normalize("NFKC", name)) and name.lower() != address:
        return None
    return Sender(address, "" if name.lower() == address else name)


def is_plain_address(text: str) -> bool:
    return len(text) <= _LONGEST_ADDRESS and bool(_PLAIN.fullmatch(text))


# Look-alike domains. Only what could be taken for one of a few domains is asked for, so a small table of the letters
# that fonts draw alike is enough; Unicode's own (UTS 39) has ten thousand.
_DRAWN_ALIKE: Final = str.maketrans(
    {
        **dict.fromkeys("аɑα", "a"),
        **dict.fromkeys("вЬьƅ", "b"),
        **dict.fromkeys("сϲ", "c"),
        **dict.fromkeys("ԁđ", "d"),
        **dict.fromkeys("еєҽ3", "e"),
        **dict.fromkeys("ɡց", "g"),
        **dict.fromkeys("һհ", "h"),
        **dict.fromkeys("іıιӏǀ1l|", "i"),
        **dict.fromkeys("јϳ", "j"),
        **dict.fromkeys("кκ", "k"),
        **dict.fromkeys("мⅿ", "m"),
        **dict.fromkeys("пոη", "n"),
        **dict.fromkeys("оοσօø0", "o"),
        **dict.fromkeys("рρ", "p"),
        **dict.fromkeys("ԛզ", "q"),
        **dict.fromkeys("гᴦ", "r"),
        **dict.fromkeys("ѕꜱ5", "s"),
        **dict.fromkeys("тτ", "t"),
        **dict.fromkeys("υսц", "u"),
        **dict.fromkeys("νѵ", "v"),
        **dict.fromkeys("ѡԝω", "w"),
        **dict.fromkeys("хχ", "x"),
        **dict.fromkeys("уγ", "y"),
    }
)
_PAIRS_DRAWN_ALIKE: Final = (("rn", "m"), ("vv", "w"), ("ci", "d"), ("-", ""))


def _as_drawn(domain: str) -> str:
    labels = [_unpacked(label) for label in domain.split(".")]
    text = unicodedata.normalize("NFKD", ".".join(labels)).lower()
    text = "".join(letter for letter in text if not unicodedata.combining(letter)).translate(_DRAWN_ALIKE)
    for pair, letter in _PAIRS_DRAWN_ALIKE:
        text = text.replace(pair, letter)
    return text


def _unpacked(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label


def is_look_alike(domain: str, of: Iterable[str]) -> bool:
    """It is none of these domains and could be read for one."""
    known = frozenset(of)
    return domain not in known and _as_drawn(domain) in {_as_drawn(one) for one in known}


# What one's own server found.


def results_of(fields: Fields, server: str) -> tuple[Result, ...]:
    """What the server of this name found; others' headers, which a sender can write as well, count for nothing."""
    found: list[Result] = []
    place = 0
    for raw in fields.get("authentication-results", []):
        pieces = [piece.strip() for piece in _pieces(decoded(raw[:20_000]))]
        name = pieces[0].split(None, 1)[0].lower() if pieces and pieces[0] else ""
        if server and name == server.lower():
            found += [result for piece in pieces[1:] if (result := _result(piece, place))]
            place += 1
    return tuple(found[:_MOST_RESULTS])


def servers_named(fields: Fields) -> tuple[str, ...]:
    """Whose results a mail carries, the newest first."""
    firsts = [next(_pieces(decoded(raw[:20_000])), "").split() for raw in fields.get("authentication-results", [])]
    return tuple(words[0].lower() for words in firsts if words)


def _pieces(text: str) -> Iterator[str]:
    """Parted at the semicolons that stand neither in quotes nor in comments; comments are left out."""
    piece: list[str] = []
    depth, is_quoted, is_escaped = 0, False, False
    for letter in text:
        if is_escaped:
            is_escaped = False
            if depth:
                continue
        elif letter == "\\" and (is_quoted or depth):
            is_escaped = True
            continue
        elif letter == '"' and not depth:
            is_quoted = not is_quoted
        elif letter == "(" and not is_quoted:
            depth += 1
        elif letter == ")" and depth and not is_quoted:
            depth -= 1
            continue
        elif letter == ";" and not is_quoted and not depth:
            yield "".join(piece)
            piece = []
            continue
        if not depth:
            # A blank in quotes must not look like one between two properties.
            piece.append("\0" if is_quoted and letter.isspace() else letter)
    yield "".join(piece)


_FINDING: Final = re.compile(r"([a-z][a-z0-9-]{0,30})(?:\s*/\s*\d+)?\s*=\s*([a-z]{1,20})(?=\s|$)", re.IGNORECASE)
_PROPERTY: Final = re.compile(
    r"(?:^|\s)((?:smtp|header|body|policy)\.[a-z0-9_-]{1,30})\s*=\s*(\S{1,500})", re.IGNORECASE
)


def _result(piece: str, place: int) -> Result | None:
    found = _FINDING.match(piece)
    if not found:
        return None
    properties = tuple(
        (one[1].lower(), one[2].strip('"').lower())
        for one in _PROPERTY.finditer(piece, found.end())
        if "\0" not in one[2]
    )
    return Result(found[1].lower(), found[2].lower(), properties, place)


def is_proved(sender: Sender, results: Iterable[Result], asked: Asked) -> bool:
    """One's own server found that the mail comes from the sender's domain (or from the account itself), and nothing
    that speaks against it.

    A server has to remove headers that claim to be its own. Where it does not, a forged one lies below the true one:
    so findings on DMARC have to agree, and of the others the topmost counts.
    """
    results = tuple(results)
    if is_refuted(sender, results):
        return False
    if any(one.method == "auth" and one.result == "pass" and one.place == 0 for one in results):
        return True
    dmarc = [one for one in results if one.method == "dmarc"]
    if dmarc and all(one.result == "pass" and one.property("header.from") == sender.domain for one in dmarc):
        return True
    return asked is Asked.ALIGNED and _is_of_domain(results, sender.domain)


def is_refuted(sender: Sender, results: Iterable[Result]) -> bool:
    """One's own server found that the mail is not from whom it says: somebody else was signed in, or DMARC failed."""
    for one in results:
        if one.method == "auth" and one.result == "pass" and one.property("smtp.auth") != sender.address:
            return True
        if one.method == "dmarc" and one.result not in {"pass", "none", "bestguesspass", "temperror"}:
            return True
    return False


def is_from_domain(results: Iterable[Result], domain: str) -> bool:
    """The mail was sent by the servers of this domain, whoever wrote it: a list of it, for one."""
    results = tuple(results)
    dmarc = [one for one in results if one.method == "dmarc"]
    if dmarc and all(one.result == "pass" and one.property("header.from") == domain for one in dmarc):
        return True
    return _is_of_domain(results, domain)


def _is_of_domain(results: tuple[Result, ...], domain: str) -> bool:
    for one in _topmost(results, "dkim"):
        signer = one.property("header.d") or one.property("header.i").rpartition("@")[2]
        if one.result == "pass" and signer == domain:
            return True
    return any(
        one.result == "pass" and one.property("smtp.mailfrom").rpartition("@")[2] == domain
        for one in _topmost(results, "spf")
    )


def _topmost(results: tuple[Result, ...], method: str) -> list[Result]:
    found = [one for one in results if one.method == method]
    return [one for one in found if one.place == found[0].place]
