"""What has to hold once everything is quiet: nothing lost, nothing twice. Plain values in, sentences out."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from alongside.bridges.port import Can
from tests.soak.places import Seen
from tests.soak.traffic import Record

UNCERTAIN_TWICE = 2
SHOWN = 5
OF_FIND = (
    "Nothing that you may read",
    "Nothing fits well",
    "People have been here",
    "While my answer was on its way",
)
# Why a post may have been given up, in the words of the outbox and of the tools here; any other reason is a fault.
# Sent twice already, and nobody can know of either whether it arrived: only where a tool can post one key twice.
NOBODY_KNOWS = (
    "Nobody can know whether it arrived",
    "The tool did not answer",
    "The line broke after it was written",  # tests/soak/toys.py
    "broke before it said whether it took the mail",
    "Slack did not answer",
    "Slack failed",
)
# What it was said to, or from, is not what it was when it was put out; whoever asked is told so.
CHANGED_ON_ITS_WAY = ("While it was on its way",)


@dataclass(frozen=True, slots=True)
class Stands:
    """What the store holds of one connection."""

    messages: Sequence[tuple[str, str]]  # source id and text
    left_in_inbox: int = 0
    given_up: Sequence[str] = ()  # why, of each delivery that was
    waiting: int = 0
    notes: Mapping[str, int] = field(default_factory=dict)  # how often a token of an act is in a note's title
    is_cursor_there: bool = True
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Came:
    """Figures of one place."""

    messages: int = 0
    edits: int = 0
    deletions: int = 0
    acts: int = 0
    marked: int = 0
    given_up: int = 0
    why: Sequence[str] = ()


def came(record: Record, stands: Stands, seen: Sequence[Seen]) -> Came:
    return Came(
        len(record.texts) + len(record.deleted), record.edits, len(record.deleted), len(record.acts),
        sum(one.is_marked for one in seen), len(stands.given_up),
        sorted(set(stands.given_up)),
    )  # fmt: skip


def broken(record: Record, stands: Stands, seen: Sequence[Seen], can: frozenset[Can]) -> list[str]:
    """Every promise that does not hold, one sentence each. An empty list: all do."""
    found = [*_messages(record, stands), *_notes(record, stands), *_answers(record, stands, seen, can)]
    if stands.left_in_inbox:
        found.append(f"{stands.left_in_inbox} events are left in the inbox")
    if stands.waiting:
        found.append(f"{stands.waiting} posts wait in the outbox")
    if not stands.is_cursor_there:
        found.append("the cursor is not where the tool is")
    if stands.problem:
        found.append(f"the connection says that it does not work: {stands.problem}")
    return found


def _messages(record: Record, stands: Stands) -> Iterable[str]:
    times = Counter(source_id for source_id, _ in stands.messages)
    texts = dict(stands.messages)
    yield from _some("lost", [one for one in record.texts if one not in times])
    yield from _some("there twice", [one for one, number in times.items() if number > 1])
    yield from _some("there though deleted", [one for one in times if one in record.deleted])
    yield from _some(
        "there though never said", [one for one in times if one not in record.texts and one not in record.deleted]
    )
    stale = [one for one, text in record.texts.items() if one in texts and _plain(texts[one]) != _plain(text)]
    yield from _some("not as it was said last", [f"{one} (“{texts[one]}”)" for one in stale])


def _plain(text: str) -> str:
    return " ".join(text.split())


def _some(what: str, which: Sequence[str]) -> Iterable[str]:
    if which:
        yield f"{len(which)} messages are {what}: {', '.join(which[:SHOWN])}"


def _notes(record: Record, stands: Stands) -> Iterable[str]:
    for one in record.acts:
        if one.token and (number := stands.notes.get(one.token, 0)) != 1:
            yield f"what {one.account} told ({one.token}) was kept {number} times"


def _answers(record: Record, stands: Stands, seen: Sequence[Seen], can: frozenset[Can]) -> Iterable[str]:
    """Each once; where the tool cannot know, at most twice, and then one of them says so; or given up and counted."""
    is_idempotent = Can.IDEMPOTENT in can
    missing = 0
    for what, answers, number in _asked(record, seen):
        missing += max(0, number - len(answers))
        yield from _often(what, answers, number, is_idempotent=is_idempotent)
    excuses = CHANGED_ON_ITS_WAY if is_idempotent else (*NOBODY_KNOWS, *CHANGED_ON_ITS_WAY)
    faults = [why for why in stands.given_up if not any(words in why for words in excuses)]
    excused = len(stands.given_up) - len(faults)
    if missing > excused:
        yield f"{missing} acts were not answered, and {excused} posts were given up with a reason that excuses it"
    if faults:
        yield f"{len(faults)} posts were given up: {faults[0]}"


def _asked(record: Record, seen: Sequence[Seen]) -> Iterable[tuple[str, list[Seen], int]]:
    """What was asked for, what came of it, and how often it should have."""
    by_account, by_key = _by(seen, "account"), _by(seen, "key")
    for act in record.acts:
        if act.token:
            told = [one for one in by_account[act.account] if act.token in one.text and not is_of_find(one.text)]
            yield f"what {act.account} told ({act.token})", told, 1
    for account, number in record.finds().items():
        yield f"{account}’s questions", [one for one in by_account[account] if is_of_find(one.text)], number
    for key, ones in by_key.items():
        if key:
            yield f"the post {key} to {ones[0].account}", ones, 1


def _by(seen: Sequence[Seen], what: str) -> dict[str, list[Seen]]:
    found: dict[str, list[Seen]] = defaultdict(list)
    for one in seen:
        found[getattr(one, what)].append(one)
    return found


def _often(what: str, answers: Sequence[Seen], number: int, *, is_idempotent: bool) -> Iterable[str]:
    most = number if is_idempotent else number * UNCERTAIN_TWICE
    unmarked = sum(not one.is_marked for one in answers)
    if len(answers) > most:
        yield f"{what}: answered {len(answers)} times instead of {number}"
    elif unmarked > number:
        yield f"{what}: answered {len(answers)} times instead of {number}, and only {len(answers) - unmarked} say so"


def is_of_find(text: str) -> bool:
    """An answer to a question, whatever was found; also that it was not said, because something changed meanwhile."""
    return any(words in text for words in OF_FIND)
