"""Nobody asks faster than a person could. Held in the memory of the process that answers, for a minute; never stored."""

from collections import OrderedDict, deque
from datetime import datetime, timedelta

from alongside.bridges.rules import MOST_ACTS_A_MINUTE, Pace, pace_of

# More accounts than ask within a minute; the one that was quiet longest goes first.
MOST_ACCOUNTS = 5000
_acts: OrderedDict[int, deque[datetime]] = OrderedDict()


def pace(account_id: int, moment: datetime) -> Pace:
    """Whether an act of this account, come at this moment, is done, answered with a word about the pace, or passed by."""
    times = _acts.pop(account_id, None) or deque(maxlen=MOST_ACTS_A_MINUTE + 2)
    while times and moment - times[0] > timedelta(minutes=1):
        times.popleft()
    times.append(moment)
    _acts[account_id] = times
    if len(_acts) > MOST_ACCOUNTS:
        _acts.popitem(last=False)
    return pace_of(len(times))


def forget_paces() -> None:
    """As a process begins; for tests, in which many stores live in one process."""
    _acts.clear()
