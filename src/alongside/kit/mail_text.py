"""A mail's body, as it was written, to what its author said in it.

What is quoted from earlier mail is folded, so that it is neither shown nor found twice; signatures and the footers of
lists are dropped. All of it goes line by line, in time that grows with the length only. The phrases of the mail
programs of many countries come from mail-parser-reply; its own splitting does not: it strips the indentation that code
needs, takes a list with hyphens for a signature, and takes minutes over long bodies.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html import escape
from typing import Final

from mailparser_reply.constants import MAIL_LANGUAGES

from alongside.kit import safe_html

_LONGEST_ATTRIBUTION: Final = 300
# What begins a signature, and how many lines it may have. Without its space the sign may also part two texts.
_SIGNATURE_SIGNS: Final = {"-- ": 30, "--\u00a0": 30, "--": 10}
_LONGEST_SIGNATURE: Final = max(_SIGNATURE_SIGNS.values())
_LONGEST_MOBILE: Final = 100
_BLANKS_BEFORE_QUOTE: Final = 2
_LINES_OF_ATTRIBUTION: Final = 3
_LONGEST_FOOTER: Final = 15
_HEADER_BLOCK: Final = 6
_FEWEST_HEADERS: Final = 3

_QUOTED_LINE: Final = re.compile(r" {0,3}>")
_PYTHON_PROMPT: Final = re.compile(r"(?:>>>|\.\.\.)(?: |$)")
_RULE: Final = re.compile(r"[ \t]*(?:_{20,}|-{20,}|={20,})[ \t]*$")
_OF_A_LIST: Final = re.compile(r"mailing list|mailman|unsubscribe|subscription|listinfo|lists?[.@]", re.IGNORECASE)
_ORIGINAL: Final = re.compile(
    r"[ \t]*(?:-{3,} ?(?:original message|forwarded message|ursprüngliche nachricht|message d'origine|mensaje original"
    r"|messaggio originale|oorspronkelijk bericht|weitergeleitete nachricht|message transféré)[ .\w]{0,40}-{3,})\s*$",
    re.IGNORECASE,
)
_FROM_WORD: Final = re.compile(r"[ \t]*\*?(?:From|Von|De|Da|Van|Från|Fra|Od|发件人|差出人)[ \u00a0]?\*?[:：]\*? ?\S")
_HEADER_WORD: Final = re.compile(
    r"[ \t]*\*?(?:From|Sent|Date|To|Cc|Subject|Reply-To|Von|Gesendet|Datum|An|Betreff|De|Envoyé|À|Objet|Enviado|Para"
    r"|Asunto|Fecha|Da|Inviato|Data|A|Oggetto|Van|Verzonden|Aan|Onderwerp|Från|Skickat|Till|Ämne|Fra|Sendt|Til|Emne"
    r"|Od|Do|Temat|发件人|发送时间|收件人|主题|抄送|差出人|送信日時|宛先|件名)[ \u00a0]?\*?[:：]",
    re.IGNORECASE,
)
_WROTE: Final = re.compile(
    r"\b(?:wrote|writes|said|schrieb|schreibt|écrit|escribió|escribe|escreveu|scritto|scrive|schreef|schrijft|skrev"
    r"|napisał|napsal|kirjoitti|írta|пишет|написал|писал)\b|写道|寫道|のメッセージ|작성",
    re.IGNORECASE,
)
_MOBILE: Final = re.compile(
    r"(?:sent from (?:my|mail for|yahoo|outlook|proton|samsung|android)|get outlook for|von meinem .{1,40} gesendet"
    r"|diese nachricht wurde von mein|envoyé de mon|envoyé depuis|enviado desde"
    r"|inviato da(?:l mio)? i|verstuurd vanaf"
    r"|(?:"
    + "|".join(words["sent_from"] for words in MAIL_LANGUAGES.values() if words.get("sent_from"))
    + r"))\b.{0,60}$",
    re.IGNORECASE,
)
_PGP_LINES: Final = re.compile(r"-----BEGIN PGP SIGNED MESSAGE-----$|Hash: [\w, -]+$")


@dataclass(slots=True)
class _Block:
    """Lines that belong together: said here, or quoted from before (then with the words that introduce them)."""

    lines: list[str] = field(default_factory=list)
    is_quoted: bool = False
    introduction: str = ""


def from_mail_text(text: str, *, flowed: bool = False, delsp: bool = False) -> str:
    """The body of a text/plain part as safe HTML; empty when nothing was said in it."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    lines = _without_pgp(_unflowed(lines, delsp=delsp) if flowed else lines)
    blocks = _with_tail_quoted(list(_blocks(_without_footers(lines))))
    for block in blocks:
        if not block.is_quoted:
            block.lines = _without_signature(block.lines)
    if not any(_says_something(block.lines) for block in blocks if not block.is_quoted):
        # Nothing but a quote or a forwarded mail: then that is what was said.
        return safe_html.from_plain("\n".join(lines).strip("\n"))
    return _rendered(blocks)


def _rendered(blocks: list[_Block]) -> str:
    shown = [
        folded(block.introduction, safe_html.from_plain("\n".join(block.lines)))
        if block.is_quoted
        else safe_html.from_plain("\n".join(block.lines))
        for block in blocks
        if _says_something(block.lines)
    ]
    return safe_html.from_html("\n".join(shown)) if any(block.is_quoted for block in blocks) else "\n".join(shown)


def folded(introduction: str, html: str) -> str:
    """Earlier mail, shown when somebody asks for it; the index and passages leave it out."""
    summary = escape(introduction[:_LONGEST_ATTRIBUTION].strip() or "Quoted text", quote=False)
    return f'<details class="quoted"><summary>{summary}</summary>{html}</details>'


def _says_something(lines: list[str]) -> bool:
    return any(line and not line.isspace() for line in lines)


# format=flowed (RFC 3676): a line that ends in a space goes on in the next one.


def _unflowed(lines: list[str], *, delsp: bool) -> list[str]:
    joined: list[str] = []
    pieces: list[str] = []
    depth = 0
    for line in lines:
        line_depth = len(line) - len(line.lstrip(">"))
        content = line[line_depth:].removeprefix(" ")
        if pieces and line_depth != depth:
            joined.append(_quoted_again(pieces, depth))
            pieces = []
        depth = line_depth
        flows_on = content.endswith(" ") and content != "-- "
        pieces.append(content[:-1] if flows_on and delsp else content)
        if not flows_on:
            joined.append(_quoted_again(pieces, depth))
            pieces = []
    return [*joined, _quoted_again(pieces, depth)] if pieces else joined


def _quoted_again(pieces: list[str], depth: int) -> str:
    return (">" * depth + " " if depth else "") + "".join(pieces)


# What to drop.


def _without_pgp(lines: list[str]) -> list[str]:
    if not any(line.startswith("-----BEGIN PGP") for line in lines):
        return lines
    kept: list[str] = []
    in_signature = False
    for line in lines:
        if line.startswith("-----BEGIN PGP SIGNATURE-----"):
            in_signature = True
        elif line.startswith("-----END PGP SIGNATURE-----"):
            in_signature = False
        elif not in_signature and not _PGP_LINES.match(line):
            kept.append(line.removeprefix("- "))
    return kept


def _without_footers(lines: list[str]) -> list[str]:
    """Lists write a rule and some lines about themselves below what people say, some of them twice."""
    end = len(lines)
    for start in range(len(lines) - 1, max(-1, len(lines) - 1 - 2 * _LONGEST_FOOTER), -1):
        footer = lines[start + 1 : end]
        if not _RULE.match(lines[start]) or len(footer) > _LONGEST_FOOTER:
            continue
        if not _says_something(footer) or any(_OF_A_LIST.search(line[:500]) for line in footer):
            end = start
    return lines[:end]


def _without_signature(lines: list[str]) -> list[str]:
    cut, below = len(lines), 0
    for place in range(len(lines) - 1, -1, -1):
        if below <= _SIGNATURE_SIGNS.get(lines[place], -1):
            cut = place
        below += bool(lines[place].strip())
        if below > _LONGEST_SIGNATURE:
            break
    return _without_mobile(lines[:cut])


def _without_mobile(lines: list[str]) -> list[str]:
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    if end and len(lines[end - 1]) <= _LONGEST_MOBILE and _MOBILE.match(lines[end - 1].strip()):
        return lines[: end - 1]
    return lines


# What is quoted.


def _blocks(lines: list[str]) -> Iterator[_Block]:
    """The lines in turn: said, quoted, said … Blank lines between quoted ones are quoted too."""
    said = _Block()
    place = 0
    while place < len(lines):
        end = _end_of_quote(lines, place)
        if end == place:
            said.lines.append(lines[place])
            place += 1
            continue
        introduction = _taken_attribution(said.lines)
        if not introduction and all(_PYTHON_PROMPT.match(line) or not line.strip() for line in lines[place:end]):
            said.lines += lines[place:end]
        else:
            yield said
            yield _Block([_unquoted(line) for line in lines[place:end]], is_quoted=True, introduction=introduction)
            said = _Block()
        place = end
    yield said


def _end_of_quote(lines: list[str], start: int) -> int:
    end = place = start
    while place < len(lines) and (_QUOTED_LINE.match(lines[place]) or (place > start and not lines[place].strip())):
        place += 1
        if lines[place - 1].strip():
            end = place
    return end


def _unquoted(line: str) -> str:
    return _QUOTED_LINE.sub("", line, count=1).removeprefix(" ")


def _taken_attribution(said: list[str]) -> str:
    """Takes "On Monday, Alder Finch wrote:" from the end of what was said before a quote."""
    end = len(said)
    while end and not said[end - 1].strip() and len(said) - end < _BLANKS_BEFORE_QUOTE:
        end -= 1
    taken, introduction = 0, ""
    for count in range(1, 1 + min(_LINES_OF_ATTRIBUTION, end)):
        joined = " ".join(line.strip() for line in said[end - count : end])
        if not said[end - count].strip() or len(joined) > _LONGEST_ATTRIBUTION:
            break
        if _is_whole_attribution(joined) or (not taken and _is_attribution(joined)):
            taken, introduction = count, joined
    if taken:
        del said[end - taken :]
    return introduction


def _is_attribution(line: str) -> bool:
    return line.endswith((":", "：")) and bool(_WROTE.search(line))


def _is_whole_attribution(line: str) -> bool:
    return line.endswith((":", "：")) and any(pattern.search(line) for pattern in _attributions())


@cache
def _attributions() -> tuple[re.Pattern[str], ...]:
    patterns = [words["wrote_header"] for words in MAIL_LANGUAGES.values() if words.get("wrote_header")]
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)


def _with_tail_quoted(blocks: list[_Block]) -> list[_Block]:
    """Some programs put the earlier mail below without any sign at its lines, only after its headers."""
    said: list[str] = []
    for number, block in enumerate(blocks):
        if block.is_quoted:
            continue
        for place, line in enumerate(block.lines):
            if _begins_earlier_mail(block.lines, place) and said:
                rest = block.lines[place:] + [text for later in blocks[number + 1 :] for text in later.lines]
                return [*blocks[:number], _Block(block.lines[:place]), _tail(rest)]
            said = said or ([] if _parts_texts(line) else [line])
    return blocks


def begins_with_earlier_mail(text: str) -> bool:
    """All of it is a mail that was passed on: it begins with that mail's headers, or with a line that says so."""
    lines = text.splitlines()[:_HEADER_BLOCK]
    return any(_begins_earlier_mail(lines, place) for place, line in enumerate(lines) if line.strip())


def _parts_texts(line: str) -> bool:
    return not line.strip() or bool(_ORIGINAL.match(line) or _RULE.match(line))


def _tail(lines: list[str]) -> _Block:
    introduction = next((line.strip() for line in lines if not _parts_texts(line)), "")
    return _Block(lines, is_quoted=True, introduction=introduction)


def _begins_earlier_mail(lines: list[str], place: int) -> bool:
    line = lines[place]
    if _ORIGINAL.match(line):
        return True
    if _RULE.match(line):
        following = next((at for at in range(place + 1, min(place + 3, len(lines))) if lines[at].strip()), place)
        return following > place and _begins_earlier_mail_headers(lines, following)
    return _begins_earlier_mail_headers(lines, place)


def _begins_earlier_mail_headers(lines: list[str], place: int) -> bool:
    if not _FROM_WORD.match(lines[place]):
        return False
    near = lines[place : place + _HEADER_BLOCK]
    return sum(1 for line in near if _HEADER_WORD.match(line)) >= _FEWEST_HEADERS
