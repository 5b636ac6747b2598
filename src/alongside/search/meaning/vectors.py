"""The meaning index of one node: which conversations are near to a question in meaning.

One process writes and publishes; any number of others map what was published last. Everything here can be thrown
away and made again. A publication is new files and then one replaced manifest, so that a process killed at any
time leaves the last publication whole; files that no manifest names are removed by the next writer.

Open texts and closed ones stand in stores of their own, and within a store by audience: a search reads the rows
that the viewer may read and no others, so that its time tells nothing about the rest.
"""

import fcntl
import json
import shutil
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

import numpy as np

from alongside.search.meaning.passages import Passage
from alongside.search.meaning.scoring import Scores
from alongside.search.meaning.searching import Found, found_in, scores_in
from alongside.search.meaning.segment_files import joined, opened, save_dead, to_disk, together, wipe, with_dead
from alongside.search.meaning.segments import FACTS, Chosen, Integers, Segment, in_bits, in_bytes
from alongside.search.rules import Proposal, Scope, Unit

STORES = ("open", "closed")
MANIFEST = "manifest.json"
# A segment is joined with those after it when they hold at least half as much: few segments, few rewritings.
WORTH_JOINING = 0.5
# Above this share of dead rows a segment is written anew.
MOST_DEAD = 0.3


class BeingWritten(Exception):
    """Another process writes this index; there is one writer on a node."""


@dataclass(frozen=True, slots=True)
class BestPassage:
    first_message_id: int
    last_message_id: int
    score: float


@dataclass(frozen=True, slots=True)
class _Kept:
    """A segment as the manifest names it: its folder, and which publication wrote its dead."""

    name: str
    dead: int
    segment: Segment


@dataclass(frozen=True, slots=True)
class _Published:
    generation: int = 0
    stores: dict[str, list[_Kept]] = field(default_factory=lambda: {store: [] for store in STORES})
    names: frozenset[str] = frozenset()
    """All that the manifest names, even what another model made."""
    stamp: tuple[int, int, int] | None = None

    def all(self) -> Iterator[_Kept]:
        for store in STORES:
            yield from self.stores[store]


class MeaningIndex:
    """`model` names what made the vectors; vectors of another model cannot be compared, so what was published
    with another one counts as nothing, and the first publication replaces it.
    """

    def __init__(self, folder: Path, model: str = "") -> None:
        self._folder = folder
        self._model = model
        self._published = _Published()
        self._opening = threading.Lock()
        self._lock: IO[bytes] | None = None
        self._waiting: dict[int, tuple[str, Segment]] = {}
        self._forgotten: set[int] = set()

    # Reading, from any process and thread.

    def look(self, vector: Scores, scope: Scope, limit: int) -> Found:
        """The nearest conversations, best first, and the lowest score of all that were looked through."""
        return found_in(self._searched(scope), vector, limit)

    def proposals(self, vector: Scores, scope: Scope, limit: int) -> list[Proposal]:
        return self.look(vector, scope, limit).proposals

    def scores(self, vector: Scores, conversation_ids: Iterable[int], scope: Scope) -> dict[int, float]:
        """For conversations proposed by somebody else; left out is what is not encoded or not in scope."""
        ids = frozenset(conversation_ids)
        wanted = ids if scope.conversation_ids is None else ids & scope.conversation_ids
        return scores_in(self._searched(replace(scope, conversation_ids=wanted)), vector)

    def best_passage(self, vector: Scores, conversation_id: int) -> BestPassage | None:
        """Where in a conversation, that the viewer may read, the answer probably is."""
        for segment, rows in self._rows(conversation_id):
            windows = rows[1:] if len(rows) > 1 else rows
            likeness = segment.likeness(windows, vector)
            best = int(np.argmax(likeness))
            first, last = segment.messages[:, windows[best]].tolist()
            return BestPassage(first, last, float(likeness[best]))
        return None

    def vectors_of(self, conversation_id: int) -> Scores | None:
        """The vectors of a conversation, that the viewer may read, the whole first: to look for related ones."""
        for segment, rows in self._rows(conversation_id):
            vectors: Scores = segment.values[rows].astype(np.float32) * segment.scales[rows][:, None]
            return vectors
        return None

    def passages(self) -> int:
        """How many passages may be found, for an administrator: never for a page."""
        return sum(kept.segment.living_rows() for kept in self._now().all())

    def _rows(self, conversation_id: int) -> Iterator[tuple[Segment, Integers]]:
        for kept in self._now().all():
            places = kept.segment.places_of(np.array([conversation_id]))
            if len(places):
                yield kept.segment, kept.segment.rows_of(places)

    def _searched(self, scope: Scope) -> list[Chosen]:
        published = self._now()
        return [
            kept.segment.chosen(scope, whole=scope.reads_all_open and store == "open")
            for store in STORES
            for kept in published.stores[store]
        ]

    def _now(self) -> _Published:
        """What was published last; the files of it stay readable for as long as somebody holds it."""
        if _stamp(self._folder / MANIFEST) != self._published.stamp:
            with self._opening:
                self._published = self._open()
        return self._published

    def _open(self) -> _Published:
        """A writer may remove a segment between our reading its name and opening it: then there is a newer
        manifest, and we begin again with that.
        """
        path = self._folder / MANIFEST
        while True:
            stamp = _stamp(path)
            if stamp is None:
                return _Published()
            if stamp == self._published.stamp:
                return self._published
            try:
                return self._opened(json.loads(path.read_text()), stamp)
            except FileNotFoundError:
                if _stamp(path) == stamp:
                    raise

    def _opened(self, manifest: dict[str, Any], stamp: tuple[int, int, int]) -> _Published:
        names = frozenset(name for store in STORES for name, _ in manifest[store])
        if manifest["model"] != self._model:
            return _Published(manifest["generation"], names=names, stamp=stamp)
        known = {(kept.name, kept.dead): kept for kept in self._published.all()}
        stores = {
            store: [
                known.get((name, dead)) or _Kept(name, dead, _opened_segment(self._folder / name, dead))
                for name, dead in manifest[store]
            ]
            for store in STORES
        }
        return _Published(manifest["generation"], stores, names, stamp)

    # Writing, by one process.

    def write(self, unit: Unit, passages: Sequence[Passage], vectors: Scores) -> None:
        """Replaces what was there of this conversation, with the next publication."""
        if not passages:
            self.forget([unit.conversation_id])
            return
        values, scales = in_bytes(vectors)
        messages = np.array([[one.first_message_id, one.last_message_id] for one in passages], dtype=np.int64).T
        self._put(unit, messages, in_bits(vectors), values, scales)

    def refile(self, unit: Unit) -> bool:
        """The same words under another audience, room or time: nothing is encoded again. False when unknown."""
        held = self._held(unit.conversation_id)
        if held is None:
            return False
        segment, rows = held
        self._put(unit, segment.messages[:, rows], segment.bits[:, rows], segment.values[rows], segment.scales[rows])
        return True

    def _held(self, conversation_id: int) -> tuple[Segment, Integers] | None:
        if conversation_id in self._waiting:
            segment = self._waiting[conversation_id][1]
            return segment, np.arange(segment.passages)
        if conversation_id in self._forgotten:
            return None
        return next(self._rows(conversation_id), None)

    def forget(self, conversation_ids: Iterable[int]) -> None:
        """They are gone, and their vectors zeros, when the next publication returns."""
        self._take()
        for conversation_id in conversation_ids:
            self._waiting.pop(conversation_id, None)
            self._forgotten.add(conversation_id)

    def publish(self) -> None:
        """What was written and forgotten since the last time can be found, and not found, from now on."""
        if not self._waiting and not self._forgotten:
            return
        before = self._now()
        generation = before.generation + 1
        stores = self._without(before, generation)
        for store in STORES:
            new = [segment for where, segment in self._waiting.values() if where == store]
            stores[store] = self._tidied(stores[store], new, f"{store}-{generation}")
        self._announce(generation, stores)
        self._waiting, self._forgotten = {}, set()
        self._clean()

    def close(self) -> None:
        """Gives up writing; what was not published is lost, as it would be by being killed."""
        self._waiting, self._forgotten = {}, set()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _put(self, unit: Unit, messages: Integers, bits: Any, values: Any, scales: Scores) -> None:
        self._take()
        facts = {name: getattr(unit, name) for name in FACTS if name not in {"first_row", "rows"}}
        line = np.array([[*facts.values(), 0, len(scales)]], dtype=np.int64).T
        none = np.zeros(1, dtype=np.bool_)
        segment = Segment(line, np.zeros((2, 0), dtype=np.int64), messages, bits, values, scales, none)
        self._waiting[unit.conversation_id] = ("open" if unit.is_open else "closed", segment)
        self._forgotten.discard(unit.conversation_id)

    def _take(self) -> None:
        """Become the writer. What a killed one left half done is finished now."""
        if self._lock is not None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        lock = (self._folder / "writing.lock").open("wb")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            raise BeingWritten(f"Another process writes the meaning index in {self._folder}.") from None
        self._lock = lock
        self._clean()

    def _without(self, before: _Published, generation: int) -> dict[str, list[_Kept]]:
        """The segments of before, with everything dead that is replaced or forgotten now."""
        gone = np.fromiter({*self._waiting, *self._forgotten}, dtype=np.int64)
        stores: dict[str, list[_Kept]] = {store: [] for store in STORES}
        for store in STORES:
            for kept in before.stores[store]:
                places = kept.segment.places_of(gone)
                stores[store].append(
                    _Kept(kept.name, generation, with_dead(kept.segment, places)) if len(places) else kept
                )
        return stores

    def _tidied(self, old: list[_Kept], new: list[Segment], name: str) -> list[_Kept]:
        """Old segments and the new one, few and mostly alive, the largest first."""
        staying = [kept for kept in old if not _is_mostly_dead(kept.segment)]
        loose = [*([together(new)] if new else []), *(kept.segment for kept in old if _is_mostly_dead(kept.segment))]
        size = sum(segment.living_rows() for segment in loose)
        while size and staying and size >= WORTH_JOINING * staying[-1].segment.living_rows():
            loose.append(staying.pop().segment)
            size += loose[-1].living_rows()
        if not size:
            return staying
        folder = self._folder / name
        shutil.rmtree(folder, ignore_errors=True)  # of a publication that was killed
        joined([(segment, np.flatnonzero(~segment.dead)) for segment in loose]).write(folder)
        staying.append(_Kept(name, 0, opened(folder)))
        return sorted(staying, key=lambda kept: -kept.segment.living_rows())

    def _announce(self, generation: int, stores: dict[str, list[_Kept]]) -> None:
        for kept in (kept for kept_ones in stores.values() for kept in kept_ones if kept.dead == generation):
            save_dead(self._folder / kept.name / f"dead-{generation}.npy", kept.segment.dead)
            to_disk(self._folder / kept.name)
        names = {store: [(kept.name, kept.dead) for kept in stores[store]] for store in STORES}
        fresh = self._folder / f"{MANIFEST}.new"
        fresh.write_text(json.dumps({"model": self._model, "generation": generation, **names}))
        to_disk(fresh)
        fresh.replace(self._folder / MANIFEST)
        to_disk(self._folder)

    def _clean(self) -> None:
        """After the manifest: forgotten vectors become zeros, files that nobody will open again are removed.
        Who still has them mapped keeps them until they look at the manifest the next time.
        """
        published = self._now()
        for path in self._folder.iterdir():
            if path.is_dir() and path.name not in published.names:
                shutil.rmtree(path)
        for kept in published.all():
            for path in (self._folder / kept.name).glob("dead-*.npy"):
                if path.name != f"dead-{kept.dead}.npy":
                    path.unlink()
            wipe(self._folder / kept.name, kept.segment)


def _is_mostly_dead(segment: Segment) -> bool:
    return segment.living_rows() < (1 - MOST_DEAD) * segment.passages


def _opened_segment(folder: Path, dead: int) -> Segment:
    return opened(folder, np.load(folder / f"dead-{dead}.npy") if dead else None)


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        known = path.stat()
    except FileNotFoundError:
        return None
    return known.st_mtime_ns, known.st_ino, known.st_size
