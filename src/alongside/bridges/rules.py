"""What somebody means when they write to Alongside, in plain words, and what may be done where."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from alongside.people.rules import Restore

# The one account, of nobody, under which questions stand that somebody asked without their name.
QUIETLY = "alongside: asked quietly"


class ArrivalState(StrEnum):
    NEW = "new"
    DONE = "done"
    FAILED = "failed"


class Listens(StrEnum):
    """What is taken in of a room."""

    WHEN_ASKED = "when asked"  # what mentions it, or what somebody keeps
    REMEMBERS = "remembers"  # its members asked it to remember the room


# How long a replay is known, and a row of the inbox stays without its words.
REPLAY_KNOWN_FOR = timedelta(days=14)
# A connection's owner among processes says again that it is theirs long before this.
LEASED_FOR = timedelta(seconds=30)
# An event that cannot be dealt with is tried this often; then it is left, and what came after it goes on.
MOST_TRIES = 8
# What a webhook brought of a post of ours: so often the tool is asked what that was about, then it goes on without.
MOST_TRIES_TO_COMPLETE = 4


# Acts of one account within a minute; the next one is told so, and what comes still faster is passed by.
MOST_ACTS_A_MINUTE = 30


class Pace(StrEnum):
    FINE = "fine"
    SLOW_DOWN = "slow down"
    PASSED_BY = "passed by"


def pace_of(acts_within_a_minute: int) -> Pace:
    if acts_within_a_minute <= MOST_ACTS_A_MINUTE:
        return Pace.FINE
    return Pace.SLOW_DOWN if acts_within_a_minute == MOST_ACTS_A_MINUTE + 1 else Pace.PASSED_BY


class ActName(StrEnum):
    FIND = "find"
    FIND_HERE = "find here"
    ASK = "ask"
    ASK_QUIETLY = "ask quietly"
    KEEP = "keep"
    SAVE = "save"
    ANSWER = "answer"
    ADD = "add"
    CORRECT = "correct"
    FORGET_ROOM = "forget this room"
    TELL = "tell"
    HELPED = "helped"
    DID_NOT_HELP = "did not help"
    THANKS = "thanks"
    PAUSE = "pause"
    GO_ON = "go on"
    FORGET = "forget me"
    FORGET_SURELY = "forget me now"
    TAKE = "take my things"
    KNOW = "what do you know of me"
    HELP = "help"
    LISTEN = "remember this room"
    STOP = "stop"
    NO_MORE = "no more of this"
    JOIN = "join"
    SAY_CODE = "code"
    PART = "part"
    OPEN = "open"
    FLOW = "follow my blog"
    STOP_FLOW = "stop my blog"
    YES = "yes"
    NO = "no"


# What goes along with a post by its name: everything of whoever it is written to.
MY_THINGS = "my things"

# What of a note can be said anew, as notes name it.
NOTE_PARTS = ("title", "when", "what_worked", "why", "where_not")


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody wants. `words` are what follows; `room` a room's name without its sign; `about` what it is about;
    `part` which of NOTE_PARTS.

    `is_unclear`: it begins as an act does and does not say all that it needs, so that it is told how, and not done.
    """

    name: ActName
    words: str = ""
    room: str = ""
    about: str = ""
    part: str = ""
    is_unclear: bool = False


# What a reference in a button's words looks like: c:ID.ANCHOR for what was said, n:ID for a note, n:ID.NUMBER for it
# as a revision of it says.
_REFERENCE = r"[cn]:[0-9a-z]{1,40}(?:\.[0-9a-z]{1,40})?"
_ROOM = r"(?P<room>#?[^\s:#][^:\n]{0,120}?)"
_END = r"[\s.!…]*"


def _exactly(*words: str) -> re.Pattern[str]:
    return re.compile(rf"(?:please[, ]+)?(?:{'|'.join(words)}){_END}(?:please{_END})?", re.IGNORECASE)


_WHOLE: tuple[tuple[re.Pattern[str], ActName], ...] = (
    (_exactly("help", "what can you do\\??", "who are you\\??", "how does this work\\??", "hello", "hi"), ActName.HELP),
    (_exactly("pause", "pause me", "leave me out"), ActName.PAUSE),
    (_exactly("go on", "unpause", "resume", "take me in again"), ActName.GO_ON),
    (_exactly("forget me", "forget everything(?: of mine)?", "i want to be forgotten"), ActName.FORGET),
    (_exactly("yes,? forget me", "forget me now"), ActName.FORGET_SURELY),
    (_exactly("(?:take|export|download|give me) my (?:things|words|data)"), ActName.TAKE),
    (_exactly("what do you know (?:of|about) me\\??", "what have you got (?:of|about|on) me\\??"), ActName.KNOW),
    (_exactly("remember this room", "remember (?:the )?room"), ActName.LISTEN),
    (
        _exactly("stop", "stop it", "stop listening", "stop remembering", "stop remembering this room", "leave"),
        ActName.STOP,
    ),
    (_exactly("forget this room", "forget what was said here"), ActName.FORGET_ROOM),
    (_exactly("thanks", "thanks a lot", "many thanks", "thank you", "thank you very much"), ActName.THANKS),
    (_exactly("join (?:my )?accounts?", "join", "link my accounts?"), ActName.JOIN),
    (_exactly("part (?:my )?accounts?", "part", "unlink my accounts?"), ActName.PART),
    (_exactly("open this room", "open the archive", "open it"), ActName.OPEN),
    (_exactly("keep", "keep this", "keep it", "keep this thread", "keep the thread"), ActName.KEEP),
    (_exactly("save", "save it", "save this", "keep it as it is"), ActName.SAVE),
)
_HELPED = re.compile(
    rf"(?:(?:yes|thanks|thank you)[,.! ]+)?(?:this |that |it )?helped(?: me)?\b(?P<about>(?: {_REFERENCE})*)"
    r"[\s.,:;!–-]*(?P<words>.*)",
    re.IGNORECASE | re.DOTALL,
)
_DID_NOT = re.compile(
    rf"(?:this |that |it )?(?:did not|didn['’]t) help(?: me)?\b(?P<about>(?: {_REFERENCE})*)[\s.,:;!–-]*(?P<words>.*)",
    re.IGNORECASE | re.DOTALL,
)
_QUIETLY = r"(?P<quietly> (?:quietly|anonymously|without my name)\b)"
_ASK = re.compile(
    rf"ask{_QUIETLY}?(?: (?:in|the room)(?: {_ROOM})?| (?P<sign>#[^\s:#][^:\n]{{0,120}}?))?\s*(?::|\n)\s*(?P<words>.+)",
    re.IGNORECASE | re.DOTALL,
)
# Words that begin as `ask` does, and do not say what the room is and what the question: nothing is posted on a guess.
_ASK_UNCLEAR = re.compile(
    rf"ask\b{_QUIETLY}?(?P<into> in\b| the room\b)?[\s,:]*(?P<room>#[^\s:,#]{{1,120}})?[\s,:]*(?P<words>.*)",
    re.IGNORECASE | re.DOTALL,
)
_TELL = re.compile(r"(?P<words>(?:today i learned|at the desk we found|til)\b[\s:,]*.+)", re.IGNORECASE | re.DOTALL)
_TELL_PLAIN = re.compile(r"tell\s*:\s*(?P<words>.+)", re.IGNORECASE | re.DOTALL)
_HERE = re.compile(r"(?:here|for all of us|for everybody here)\s*:\s*(?P<words>.+)", re.IGNORECASE | re.DOTALL)
_FIND = re.compile(r"find\s*:?\s+(?P<words>.+)", re.IGNORECASE | re.DOTALL)
_KEEP_ABOUT = re.compile(
    rf"(?:keep|save)(?P<about> {_REFERENCE}|\s+https?://\S+/conversations/[0-9a-z]{{12}}\S*)", re.IGNORECASE
)
_SAVE_WITH = re.compile(r"save\s*:\s*(?P<words>.+)", re.IGNORECASE | re.DOTALL)
_CODE = re.compile(r"(?:my )?code(?: is)?[\s:]+(?P<words>[0-9A-Za-z -]{4,40})" + _END, re.IGNORECASE)
_ANSWER = re.compile(r"answer\s*:\s*(?P<words>.+)", re.IGNORECASE | re.DOTALL)
_CORRECT = re.compile(r"correct(?: it)?\s*:\s*(?P<words>.+)", re.IGNORECASE | re.DOTALL)
_CORRECT_PART = re.compile(
    r"correct (?:the )?(?:(?P<title>title)|(?P<when>when)|(?P<what_worked>what worked)|(?P<why>why)(?: we think so)?"
    r"|(?P<where_not>where (?:it may )?not(?: help)?))\s*:\s*(?P<words>.+)",
    re.IGNORECASE | re.DOTALL,
)
_CORRECT_WHOLE = re.compile(
    rf"(?:please[, ]+)?correct(?: (?:it|this|this note|the note))?(?P<about> {_REFERENCE})?{_END}", re.IGNORECASE
)
_ADD = re.compile(rf"add(?: it)?(?P<about> {_REFERENCE})", re.IGNORECASE)
_FLOW = re.compile(rf"follow my blog\s+(?P<words>\S+)(?:\s+(?:into|in|to)\s+{_ROOM})?{_END}", re.IGNORECASE)
_STOP_FLOW = re.compile(rf"stop (?:following )?my blog(?:\s+(?P<words>\S+))?{_END}", re.IGNORECASE)
_NO_MORE = re.compile(
    r"(?:please[, ]+)?(?:(?:tell me )?no more(?: of (?:this|these))?|stop telling me|unsubscribe(?: me)?)"
    rf"(?P<about> {_REFERENCE})?{_END}",
    re.IGNORECASE,
)
_YES_NO = re.compile(r"(?P<which>yes|no)(?P<about> [pk]:\d{1,18})" + _END, re.IGNORECASE)
_CONVERSATION = re.compile(r"/conversations/([0-9a-z]{12})")


def act_of(text: str) -> Act:
    """What a text written to Alongside asks for. Everything that is nothing else is a question: find."""
    text = text.strip()
    for pattern, name in _WHOLE:
        if pattern.fullmatch(text):
            return Act(name)
    for reads in (_helped, _asks, _keeps, _corrects, _tells, _of_choices):
        if (act := reads(text)) is not None:
            return act
    if found := _FIND.fullmatch(text):
        return Act(ActName.FIND, found["words"].strip())
    return Act(ActName.FIND, text) if text else Act(ActName.HELP)


def _helped(text: str) -> Act | None:
    for pattern, name in ((_DID_NOT, ActName.DID_NOT_HELP), (_HELPED, ActName.HELPED)):
        if found := pattern.fullmatch(text):
            return Act(name, found["words"].strip(), about=found["about"].strip())
    return None


def _asks(text: str) -> Act | None:
    if found := _HERE.fullmatch(text):
        return Act(ActName.FIND_HERE, found["words"].strip())
    if found := _ASK.fullmatch(text):
        return Act(_how_asked(found), found["words"].strip(), _plain_room(found["room"] or found["sign"]))
    found = _ASK_UNCLEAR.fullmatch(text)
    if found and (found["quietly"] or found["into"] or found["room"] or not found["words"]):
        return Act(_how_asked(found), found["words"].strip(), _plain_room(found["room"]), is_unclear=True)
    if found := _ANSWER.fullmatch(text):
        return Act(ActName.ANSWER, found["words"].strip())
    return None


def _how_asked(found: re.Match[str]) -> ActName:
    return ActName.ASK_QUIETLY if found["quietly"] else ActName.ASK


def _keeps(text: str) -> Act | None:
    if found := _KEEP_ABOUT.fullmatch(text):
        address = _CONVERSATION.search(found["about"])
        name = ActName.SAVE if text.lower().startswith("save") else ActName.KEEP
        return Act(name, about=f"c:{address[1]}" if address else found["about"].strip())
    if found := _SAVE_WITH.fullmatch(text):
        return Act(ActName.SAVE, found["words"].strip())
    if found := _ADD.fullmatch(text):
        return Act(ActName.ADD, about=found["about"].strip())
    return None


def _corrects(text: str) -> Act | None:
    if found := _CORRECT.fullmatch(text):
        return Act(ActName.CORRECT, found["words"].strip())
    if found := _CORRECT_PART.fullmatch(text):
        part = next(name for name in NOTE_PARTS if found[name])
        return Act(ActName.CORRECT, found["words"].strip(), part=part)
    if found := _CORRECT_WHOLE.fullmatch(text):
        return Act(ActName.CORRECT, about=(found["about"] or "").strip())
    return None


def _tells(text: str) -> Act | None:
    for pattern in (_TELL, _TELL_PLAIN):
        if found := pattern.fullmatch(text):
            return Act(ActName.TELL, found["words"].strip())
    return None


def _of_choices(text: str) -> Act | None:
    if found := _CODE.fullmatch(text):
        return Act(ActName.SAY_CODE, found["words"].strip())
    if found := _FLOW.fullmatch(text):
        return Act(ActName.FLOW, found["words"], _plain_room(found["room"]))
    if found := _STOP_FLOW.fullmatch(text):
        return Act(ActName.STOP_FLOW, found["words"] or "")
    if found := _NO_MORE.fullmatch(text):
        return Act(ActName.NO_MORE, about=(found["about"] or "").strip())
    if found := _YES_NO.fullmatch(text):
        return Act(ActName.YES if found["which"].lower() == "yes" else ActName.NO, about=found["about"].strip())
    return None


def _plain_room(name: str | None) -> str:
    return (name or "").strip().removeprefix("#").removeprefix("the room ").strip()


_ORDINALS = ("first", "second", "third", "fourth", "fifth")


def meant_of(references: list[str], sentence: str) -> list[str]:
    """Of several things that an answer named, the ones that a sentence says helped: “the second one”, “2”.

    All of them where only one was named; none where the sentence says nothing, so that one has to be asked.
    """
    if len(references) <= 1:
        return references
    said = sentence.lower()
    return [
        reference
        for number, (reference, word) in enumerate(zip(references, _ORDINALS, strict=False), start=1)
        if re.search(rf"\b{word}\b|(?<![\w.,]){number}(?![\w]|[.,:]\d)", said)
    ]


# In a tool an answer is read between two other things: a sentence or two of each, with what was looked for in it.
LONGEST_PASSAGE = 220


def shortened(passage: Sequence[tuple[str, bool]], longest: int = LONGEST_PASSAGE) -> tuple[tuple[str, bool], ...]:
    """A passage cut to what is read at a glance: from a little before its first marked word on, at whole words."""
    text = "".join(piece for piece, _ in passage)
    if len(text) <= longest:
        return tuple(passage)
    marked = next(iter(_marked_at(passage)), 0)
    start = 0 if marked < longest // 2 else text.rfind(" ", 0, marked - longest // 4) + 1
    end = start + longest
    end = len(text) if end >= len(text) else max(text.rfind(" ", start, end), start + longest // 2)
    cut = _between(passage, start, end)
    return (*((("… ", False),) if start else ()), *cut, *(((" …", False),) if end < len(text) else ()))


def _marked_at(passage: Sequence[tuple[str, bool]]) -> Iterator[int]:
    at = 0
    for piece, is_marked in passage:
        if is_marked:
            yield at
        at += len(piece)


def _between(passage: Sequence[tuple[str, bool]], start: int, end: int) -> tuple[tuple[str, bool], ...]:
    at, cut = 0, []
    for piece, is_marked in passage:
        inside = piece[max(0, start - at) : max(0, end - at)]
        if inside:
            cut.append((inside, is_marked))
        at += len(piece)
    return tuple(cut)


def may_say_there(*, are_members_known: bool, has_strangers: bool, has_guests: bool) -> bool:
    """Whether what Alongside knows may be said in a room (promise 4): every hearer has to be known, and a guest, a
    bridged or federated member or an outside subscriber is none of those.
    """
    return are_members_known and not has_strangers and not has_guests


def is_taken_in(*, is_there: bool, listens: Listens, is_followed: bool, is_known: bool) -> bool:
    """Whether something said in a room is taken in: the room is remembered, or its thread was kept or asked in
    through us, or it is an edit of what is here already.
    """
    return is_there and (listens is Listens.REMEMBERS or is_followed or is_known)


# What is done a little before a backup may have come a little after it.
ON_ITS_WAY = timedelta(hours=1)


def was_before_restore(at: datetime, restore: Restore | None) -> bool:
    """Whether something was said when the store was one that is lost: between the backup and its coming back. It was
    answered then, for all that anybody can know, and is not answered again; what was said is taken in again.
    """
    return restore is not None and restore.to - ON_ITS_WAY <= at < restore.at


def may_ask_to_remember(*, is_member: bool) -> bool:
    """Only its members ask it to remember a room, or to stop."""
    return is_member
