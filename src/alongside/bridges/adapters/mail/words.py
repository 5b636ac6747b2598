"""What somebody wants of Alongside, out of a mail to it: the first thing they say, without greeting and quotes."""

import html
import re
from collections.abc import Iterator
from typing import Final

from alongside.bridges.adapters.mail.addresses import Addresses

_FOLDED: Final = re.compile(r"<details class=\"quoted\">.*?</details>", re.DOTALL)
_QUOTE: Final = re.compile(r"<blockquote>.*?</blockquote>", re.DOTALL)
_PARAGRAPH_END: Final = re.compile(r"</(?:p|h[3-6]|pre|blockquote|ul|ol|table|details)>|<hr>")
_LINE_END: Final = re.compile(r"<br>|</(?:div|li|tr|summary)>")
_TAG: Final = re.compile(r"<[^>]*>")
_EMPTY: Final = re.compile(r"\n[ \t\u00a0]*\n")
_SPACES: Final = re.compile(r"[ \t\u00a0]+")
_GREETING: Final = re.compile(
    r"(?:(?:hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|hallo|liebe[rs]?|guten (?:morgen|tag|abend)|moin|servus"
    r"|bonjour|salut|cher|chère|hola|buenos días|buenas|ciao|buongiorno|hoi|beste|hej|olá)"
    r"(?:[ ,]+[^\s,.!?;:]{1,30}){0,3}|alongside)\s*[,.!:]*",
    re.IGNORECASE,
)
# Acts as they are said in a subject, or begin what is said below it. What they do the core knows; here it matters only
# that an act is neither mixed with what else stands in the mail nor cut off in it.
_WHOLE_ACT: Final = re.compile(
    r"(?:please\s+)?(?:keep(?: (?:this|it|the thread|this thread))?|save(?: (?:it|this))?|forget me(?: now)?|help|pause(?: me)?"
    r"|go on|resume|unpause|take my (?:things|words)|what do you know (?:of|about) me\??|remember this room|stop(?: [\w ]{1,30})?"
    r"|(?:tell me )?no more(?: of (?:this|these))?"
    r"|join(?: my)?(?: accounts?)?|part(?: my)?(?: accounts?)?|forget this room|open this room)[\s.!]*",
    re.IGNORECASE,
)
_ACT_WITH_WORDS: Final = re.compile(
    r"(?:find|ask(?: quietly)?(?: (?:in|the room)[^\n:]{0,120})?|tell|answer|correct(?: it)?|save|here|for all of us"
    r"|(?:this |that |it )?(?:helped|did not help))[\s.!:]*",
    re.IGNORECASE,
)
_BEGINS_ACT: Final = re.compile(
    r"(?:please\s+)?(?:find|ask|keep|save|tell|today i learned|til|answer|correct|add|here|for all of us|for everybody here"
    r"|(?:yes, |thanks, )?(?:this |that |it )?(?:helped|did not help|didn['’]t help)|pause|go on|resume|unpause|forget|take my"
    r"|what do you know|help|stop|remember|join|part|open|follow my blog|(?:my )?code|yes|no)\b",
    re.IGNORECASE,
)
# What goes out in somebody's name, or into a note, goes there whole.
_GOES_WHOLE: Final = re.compile(
    r"(?:ask|tell|today i learned|at the desk we found|til|answer|correct|save\s*:)", re.IGNORECASE
)
_SHORT: Final = 3
_LONGEST_LOOKED_AT: Final = 100_000
LONGEST: Final = 4_000
LONGEST_WHOLE: Final = 20_000


def paragraphs(safe: str) -> Iterator[str]:
    """What a mail's author said in it, by paragraphs; nothing that was quoted."""
    text = _QUOTE.sub("\n\n", _FOLDED.sub("\n\n", safe[:_LONGEST_LOOKED_AT]))
    text = _LINE_END.sub("\n", _PARAGRAPH_END.sub("\n\n", text.replace("\n", " ").replace("<br> ", "<br>")))
    for piece in _EMPTY.split(html.unescape(_TAG.sub("", text))):
        lines = [_SPACES.sub(" ", line).strip() for line in piece.split("\n")]
        if said := "\n".join(line for line in lines if line):
            yield said


def first_said(safe: str) -> str:
    """The first paragraph that is more than a greeting."""
    return next(_after_greeting(safe), "")[:LONGEST]


def _after_greeting(safe: str) -> Iterator[str]:
    is_greeting = True
    for said in paragraphs(safe):
        lines = said.split("\n")
        while is_greeting and lines and _GREETING.fullmatch(lines[0]):
            lines = lines[1:]
        if lines:
            is_greeting = False
            yield "\n".join(lines)


def wanted(safe: str, subject: str, own: Addresses, *, is_answer: bool) -> str:
    """The words of the act. A subject may be one by itself ("keep"); a new mail's subject is part of what is asked."""
    said = without_mention(_said_as_act(safe, own), own)
    subject = without_mention(subject, own)
    if _WHOLE_ACT.fullmatch(subject) and not (is_answer and said):
        return subject
    if not said or is_answer:
        return said or ("" if is_answer else subject)
    if _ACT_WITH_WORDS.fullmatch(subject):
        return f"{subject.rstrip(' .!:')}: {_whole(safe)}"
    if _BEGINS_ACT.match(said) or len(said.split()) <= _SHORT or not subject:
        return said
    return f"{subject}\n{said}"


def _said_as_act(safe: str, own: Addresses) -> str:
    first = first_said(safe)
    if _GOES_WHOLE.match(without_mention(first, own)):
        return _whole(safe)
    return first


def _whole(safe: str) -> str:
    return "\n\n".join(_after_greeting(safe))[:LONGEST_WHOLE]


def without_mention(text: str, own: Addresses) -> str:
    return _SPACES.sub(" ", _mention(own).sub("", text)).strip(" ,:\n")


def mentions(text: str, own: Addresses) -> bool:
    """By its address anywhere, or by name where one is addressed: at the start of a line."""
    return bool(_mention(own).search(text))


def _mention(own: Addresses) -> re.Pattern[str]:
    name, _, domain = own.own.partition("@")
    address = rf"@?{re.escape(name)}(?:\+[a-z0-9.]{{1,60}})?@{re.escape(domain)}(?![\w-]|\.[\w-])"
    return re.compile(
        rf"(?<![\w.+-]){address}|^[ \t]*(?:@{re.escape(name)}\b|{re.escape(name)}[,:])", re.IGNORECASE | re.MULTILINE
    )
