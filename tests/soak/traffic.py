"""People who say things, change and delete some of them, and say acts to Alongside; and what has to come of it."""

import threading
from collections import Counter
from dataclasses import dataclass, field
from random import Random

from tests.soak.places import Place

TELL = "Today I learned that {token} is how the {noun} works."
SAY = "The {noun} says {token}, and nobody at the desk knew why."
CHANGED = "The {noun} said {token} once, and now we know: {change}."
NOUNS = ("printer", "export", "calendar", "invoice", "headset", "ledger", "elevator", "archive")
# Out of a hundred.
ACTS, EDITS, DELETIONS = 25, 10, 6
# Of the newest, what is changed: what came in a moment ago may still be on its way.
YOUNG = 6


@dataclass(frozen=True, slots=True)
class Done:
    """An act that somebody said to Alongside. `token` stands in the answer; "" where only its kind does (`find`)."""

    account: str
    token: str


@dataclass
class Record:
    """What was said in one tool, as it stands there now."""

    texts: dict[str, str] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    acts: list[Done] = field(default_factory=list)
    edits: int = 0
    newest: str = ""  # the token of what was said last

    def finds(self) -> Counter[str]:
        return Counter(one.account for one in self.acts if not one.token)


@dataclass(slots=True)
class _Said:
    account: str
    room: str
    source_id: str
    context: str
    token: str


class Traffic(threading.Thread):
    """All that is said in one place, by one thread: it waits while somebody holds the place's lock."""

    def __init__(self, place: Place, seed: int, pace: float) -> None:
        super().__init__(daemon=True, name=f"traffic of {place.name}")
        self.place = place
        self.record = Record()
        self.going = threading.Event()
        self.error: BaseException | None = None
        self._chance = Random(f"{seed} {place.name}")
        self._mean = 1 / (place.rate * pace)
        self._stopping = threading.Event()
        self._said: list[_Said] = []
        self._number = 0

    def run(self) -> None:
        try:
            while not self._stopping.wait(min(self._chance.expovariate(1 / self._mean), self._mean * 4)):
                if self.going.is_set():
                    with self.place.lock:
                        self._something()
        except BaseException as error:  # noqa: BLE001 (told by who asked for the soak)
            self.error = error

    def pause(self) -> None:
        """Returns when nobody is in the middle of a word."""
        self.going.clear()
        with self.place.lock:
            return

    def stop(self) -> None:
        self._stopping.set()
        self.join()

    def _token(self) -> str:
        """A word that stands nowhere else, and is no other's misspelling."""
        self._number += 1
        return f"{''.join(self._chance.choice('bdfgklmnprstvz') + self._chance.choice('aeiou') for _ in range(6))}"

    def _something(self) -> None:
        which = self._chance.randrange(100)
        if which < ACTS:
            self._act()
        elif which < ACTS + EDITS and self._said and self.place.can_change:
            self._edit(self._chance.choice(self._said[-YOUNG:]))
        elif which < ACTS + EDITS + DELETIONS and self.place.can_change:
            self._take_one_back()
        else:
            self._say()

    def _noun(self) -> str:
        return self._chance.choice(NOUNS)

    def _say(self) -> None:
        account, room = self._who_and_where()
        before = [one for one in self._said[-YOUNG:] if one.room == room]
        context = self._chance.choice(before).context if before and self._chance.random() < 0.4 else ""
        token = self._token()
        text = SAY.format(noun=self._noun(), token=token)
        placed = self.place.say(account, room, text, context)
        self._said.append(_Said(account, room, placed.source_id, placed.context, token))
        self.record.texts[placed.source_id] = text
        self.record.newest = token

    def _who_and_where(self) -> tuple[str, str]:
        """The last of them is in the open room only."""
        room = self._chance.choice(list(self.place.rooms))
        return self._chance.choice(list(self.place.people)[: 2 if room != self.place.rooms[0] else None]), room

    def _edit(self, one: _Said) -> None:
        text = CHANGED.format(noun=self._noun(), token=one.token, change=self._token())
        self.place.edit(one.account, one.room, one.source_id, text)
        self.record.texts[one.source_id] = text
        self.record.edits += 1
        if self._chance.random() < 0.2:
            self._take_back(one)

    def _take_one_back(self) -> None:
        """Not what others answered: each tool shows another thing in its stead."""
        answered = {one.context for one in self._said if one.context != one.source_id}
        alone = [one for one in self._said[-YOUNG:] if one.source_id not in answered]
        if alone:
            self._take_back(self._chance.choice(alone))

    def _take_back(self, one: _Said) -> None:
        if any(other is not one and other.context == one.source_id for other in self._said):
            return
        self.place.delete(one.account, one.room, one.source_id)
        self._said.remove(one)
        del self.record.texts[one.source_id]
        self.record.deleted.add(one.source_id)
        self.record.newest = self._said[-1].token if self._said else ""

    def _act(self) -> None:
        account, room = self._who_and_where()
        is_telling = self._chance.random() < 0.7
        token = self._token()
        words = TELL.format(noun=self._noun(), token=token) if is_telling else f"What about {token}?"
        if self._chance.random() < 0.5:
            self.place.mention(account, room, words)
        else:
            self.place.say_to_us(account, words)
        self.record.acts.append(Done(account, token if is_telling else ""))
