"""What may go out, and when it is tried again. Everything that Alongside says to anybody passes `may_go_out`."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# A tool that is busy is asked again after 2, 4, 8 … seconds, and not less often than each quarter of an hour.
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=15)
# After a day of trying nobody waits for an answer any more.
MOST_TRIES = 100
GIVEN_UP_AFTER = timedelta(hours=24)
# Who claimed a delivery and has not said for this long what came of it was ended in between.
CLAIMED_FOR = timedelta(seconds=120)
# Sent once and sent again where nobody can know whether the first one arrived: not a third time.
MOST_UNCERTAIN = 2


class Because(StrEnum):
    """Why something goes out. There is no other reason: what is not here is not sent."""

    ANSWER = "answer"  # to an act of the one it goes to
    QUESTION = "question"  # somebody asked it, in their name
    QUIET_QUESTION = "quiet question"  # somebody asked it without their name
    HERE = "here"  # says in a room that it is there, what it takes in, and how to end it
    ANSWERED = "answered"  # somebody answered a question that the one it goes to had asked through us
    LATER_REPLY = "later reply"  # to a thread that the one it goes to had kept
    OWNER = "owner"  # a connection does not work any more: told once to its owner
    POST_OF_FEED = "post of a feed"  # somebody let their own blog flow into this room


# An answer to one's own act, or one's own act itself, interrupts nobody; a room's own wish neither. What comes by
# itself is what a noise budget will be asked about; nothing of that kind is sent yet.
ASKED_FOR = frozenset(Because)


class State(StrEnum):
    DUE = "due"
    SENDING = "sending"
    FAILED = "failed"


def may_go_out(because: Because) -> bool:
    """The gate. The noise budget will sit here: how often, in which hours, and whether there is something to say."""
    return because in ASKED_FOR


@dataclass(frozen=True, slots=True)
class Next:
    """What becomes of a delivery that did not go through: tried again at a time, or given up."""

    is_given_up: bool
    due_at: datetime
    is_uncertain: bool


def after_failure(
    *,
    now: datetime,
    made_at: datetime,
    tries: int,
    times_uncertain: int,
    is_uncertain: bool,
    is_idempotent: bool,
    retry_after: float | None,
) -> Next:
    """`tries` and `times_uncertain` count this one. Where the tool posts once for one key, uncertainty costs nothing."""
    uncertain = is_uncertain and not is_idempotent
    pause = min(FIRST_PAUSE * 2 ** min(tries - 1, 20), LONGEST_PAUSE)
    if retry_after is not None:
        pause = timedelta(seconds=max(0.0, min(retry_after, LONGEST_PAUSE.total_seconds() * 4)))
    is_over = tries >= MOST_TRIES or now - made_at > GIVEN_UP_AFTER
    return Next(is_over or (uncertain and is_too_uncertain(times_uncertain)), now + pause, uncertain)


def is_too_uncertain(times_uncertain: int) -> bool:
    """Sent twice already, for all that anybody knows."""
    return times_uncertain >= MOST_UNCERTAIN
