"""What goes wrong, at moments that nobody chose: the seed is told, so that it can be tried again."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from tests.soak.places import Place
from tests.soak.processes import Installation

STEP = (0.4, 1.6)  # seconds between two things that go wrong
MOMENT = (0.3, 2.5)  # for how long a line is bad
FULL = (3.0, 7.0)  # for how long the disk is full
TOLD_EVERY = 8.0
# Of a hundred things that go wrong.
KILLS = {"bridge 1": 8, "bridge 2": 8, "work": 6, "serve": 6}


@dataclass
class Figures:
    kills: Counter[str] = field(default_factory=Counter)
    lines: Counter[str] = field(default_factory=Counter)
    restarts: Counter[str] = field(default_factory=Counter)
    full: Counter[str] = field(default_factory=Counter)  # how often the disk was, and pages were shown meanwhile


@dataclass
class Round:
    """Some seconds in which things go wrong; then everything is fine again."""

    installation: Installation
    places: Sequence[Place]
    chance: Random
    figures: Figures
    tell: Callable[[], None]
    has_page: Callable[[], bool]

    def run(self, seconds: float, restarted: Place | None, *, is_disk_filled: bool) -> None:
        ends = time.monotonic() + seconds
        beside: list[threading.Thread] = []
        if restarted is not None:
            beside.append(threading.Thread(target=self._restart, args=(restarted, seconds)))
        if is_disk_filled:
            beside.append(threading.Thread(target=self._fill, args=(Random(self.chance.random()), seconds)))
        for thread in beside:
            thread.start()
        fine_at: dict[Place, float] = {}
        told_at = time.monotonic()
        while time.monotonic() < ends:
            time.sleep(self.chance.uniform(*STEP))
            if time.monotonic() - told_at > TOLD_EVERY:
                told_at = time.monotonic()
                self.tell()
            for place in [one for one, at in fine_at.items() if at < time.monotonic()]:
                del fine_at[place]
                place.be_fine()
            self._something(fine_at)
        for thread in beside:
            thread.join()
        for place in self.places:
            place.be_fine()

    def _something(self, fine_at: dict[Place, float]) -> None:
        which = self.chance.randrange(100)
        for name, often in KILLS.items():
            if which < often:
                self.installation.kill(name)
                self.figures.kills[name] += 1
                return
            which -= often
        place = self.chance.choice(list(self.places))
        with place.lock:  # not while its server is begun again
            self.chance.choice(list(place.troubles()))()
        fine_at[place] = time.monotonic() + self.chance.uniform(*MOMENT)
        self.figures.lines[place.name] += 1

    def _restart(self, place: Place, seconds: float) -> None:
        time.sleep(seconds / 4)
        place.restart()
        self.figures.restarts[place.name] += 1

    def _fill(self, chance: Random, seconds: float) -> None:
        time.sleep(chance.uniform(0.1, 0.5) * seconds)
        self.installation.fill()
        ends, is_shown = time.monotonic() + chance.uniform(*FULL), False
        while time.monotonic() < ends:
            time.sleep(0.5)
            is_shown = is_shown or self.has_page()
        self.installation.free()
        self.figures.full["with pages" if is_shown else "without"] += 1
