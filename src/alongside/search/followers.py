"""Keeping the indexes of this node in step with the journal, and making them anew.

One process of a node writes at a time (node.writing). Words follow at once; meaning follows in its own time, at
about 30 passages a second and core, and never holds words up.
"""

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from alongside.journal.actions import move_cursor
from alongside.journal.followers import TooFarBehind, follow
from alongside.journal.queries import unscoped_end
from alongside.journal.rules import OF_NOTES, Line, Position
from alongside.notes.followers import keep_passages_true
from alongside.notes.whole_texts import unscoped_notes_kept_from
from alongside.search import node
from alongside.search.letting_go import AtOnce, is_wanted, let_go_in
from alongside.search.meaning.encoder import Encoder
from alongside.search.meaning.passages import passages_of
from alongside.search.meaning.vectors import MeaningIndex
from alongside.search.rules import Unit, unit_of_note
from alongside.search.serving import encoder, index_folder
from alongside.search.units import all_units, units_of
from alongside.search.words.index import MEMORY, WordsIndex

# Conversations encoded between two looks at whether to stop, and between two publications.
ENCODED_AT_ONCE = 8
PUBLISHED_AT_ONCE = 256
# For each of the two writers of a command that has other things in memory too: an import stays under 300 MB with it.
LITTLE_MEMORY = 30_000_000

OnProgress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Rebuilt:
    conversations: int
    messages: int


def _language() -> str:
    return str(settings.OPTIONS.language)


def told(lines: Sequence[Line]) -> list[int]:
    """The units of an index that these lines are about. What a conversation becomes, the notes kept from it become."""
    told = {one for line in lines if line.kind in OF_NOTES for one in line.ids}
    conversations = {one for line in lines if line.kind not in OF_NOTES for one in line.ids}
    notes = told | set(unscoped_notes_kept_from(sorted(conversations)))
    return sorted(conversations | {unit_of_note(one) for one in notes})


def _remember(part: node.Part, folder: Path, at: Position) -> None:
    node.keep_position(folder, at)
    move_cursor(f"{part} on {socket.gethostname()} in {settings.HOME}"[:100], at)


class WordsFollower:
    """Holds the words index open for writing. One at a time on a node."""

    def __init__(self, index: Path, memory: int = MEMORY) -> None:
        self._index = index
        self._memory = memory
        self._open()

    def _open(self) -> None:
        if not node.served(self._index).words:
            rebuild_words(self._index, memory=self._memory)
        node.clean(self._index)  # by the one who writes, so that nothing goes from under a writer
        self._name = node.served(self._index).words
        self._folder = self._index / self._name
        self._words = WordsIndex(self._folder, writable=True, main_language=_language(), memory=self._memory)

    def catch_up(self) -> int:
        """Take in what the journal tells. How many conversations were written; 0: nothing was to do."""
        if node.served(self._index).words != self._name:  # somebody made it anew meanwhile
            self._words.close()
            self._open()
        written = 0
        try:
            for lines in follow(node.position(self._folder)):
                written += self._take_in(lines)
        except TooFarBehind:
            self._words.close()
            rebuild_words(self._index, memory=self._memory)
            self._open()
        return written

    def _take_in(self, lines: list[Line]) -> int:
        ids = told(lines)
        for start in range(0, len(ids), 500):
            units, gone = units_of(ids[start : start + 500], _language())
            self._words.write(units)
            self._words.forget(gone)
        self._words.commit()
        _remember("words", self._folder, lines[-1].position)
        return len(ids)

    def close(self) -> None:
        self._words.close()


class MeaningFollower:
    """Encodes what the journal tells, a little at a time, until it is told to stop."""

    def __init__(self, index: Path, model: Encoder) -> None:
        self._index = index
        self._model = model
        self._open()

    def _open(self) -> None:
        if not node.served(self._index).meaning:
            # Served from the start, empty: what is encoded is found as it comes.
            node.serve(self._index, "meaning", node.new_folder(self._index, "meaning"))
            node.want_meaning(self._index)
        self._name = node.served(self._index).meaning
        self._folder = self._index / self._name
        self._meaning = MeaningIndex(self._folder, self._model.name)

    def catch_up(self, stop: threading.Event) -> int:
        """How many conversations were encoded. Stops between two when asked to, and goes on there the next time."""
        now = node.served(self._index)
        if now.meaning != self._name:
            self._meaning.close()
            self._open()
        if node.served(self._index).meaning_wanted:
            return self._anew(stop)
        done = 0
        try:
            for lines in follow(node.position(self._folder), limit=1):
                done += self._take_in(told(lines), stop)
                if stop.is_set():
                    return done
                _remember("meaning", self._folder, lines[-1].position)
        except TooFarBehind:
            node.want_meaning(self._index)
        return done

    def _take_in(self, ids: list[int], stop: threading.Event) -> int:
        units, gone = units_of(ids, _language())
        self._meaning.forget(gone)
        for start in range(0, len(units), ENCODED_AT_ONCE):
            if stop.is_set():
                break
            encode_into(self._meaning, self._model, units[start : start + ENCODED_AT_ONCE])
        self._meaning.publish()
        return len(units)

    def _anew(self, stop: threading.Event) -> int:
        """Everything, into the folder that is served while that is empty or being filled; otherwise into one that
        is served when it is complete. What a stopped process had done is gone on with.
        """
        self._meaning.close()
        folder = self._name
        if not node.is_being_built(self._folder) and self._meaning.passages():
            folder = node.being_built(self._index) or node.new_folder(self._index, "meaning")
        done = build_meaning(self._index / folder, self._model, stop)
        if not stop.is_set():
            node.serve(self._index, "meaning", folder)
            node.clean(self._index)
        self._open()
        return done

    def let_go(self) -> None:
        """What was forgotten becomes zeros now, in every generation, whatever still stands before it in the journal."""
        if is_wanted():
            self._meaning.close()
            let_go_in(self._index, told)
            self._meaning = MeaningIndex(self._folder, self._model.name)

    def close(self) -> None:
        self._meaning.close()


def encode_into(meaning: MeaningIndex, model: Encoder, units: list[Unit]) -> None:
    """All passages of these conversations in one run of the model: runs of like lengths cost least."""
    passages = [passages_of(unit) for unit in units]
    vectors = model.encode([passage.text for of_one in passages for passage in of_one])
    start = 0
    for unit, of_one in zip(units, passages, strict=True):
        meaning.write(unit, of_one, vectors[start : start + len(of_one)])
        start += len(of_one)


def rebuild_words(index: Path, on_progress: OnProgress | None = None, memory: int = MEMORY) -> Rebuilt:
    """The words index anew from the tables. The old one is served until the new one is whole."""
    index.mkdir(parents=True, exist_ok=True)
    name = node.new_folder(index, "words")
    folder, start = index / name, unscoped_end()
    conversations = messages = 0
    with WordsIndex(folder, writable=True, main_language=_language(), memory=memory) as words:
        for units in all_units(_language()):
            words.write(units)
            conversations += len(units)
            messages += sum(len(unit.messages) for unit in units)
            if on_progress is not None:
                on_progress(messages)
        words.commit()
    node.keep_position(folder, start)
    node.serve(index, "words", name)
    return Rebuilt(conversations, messages)


def rebuild_meaning(index: Path, model: Encoder, on_progress: OnProgress | None = None) -> int:
    """The meaning index anew; returns when it is complete. The old one is served meanwhile."""
    name = node.new_folder(index, "meaning")
    done = build_meaning(index / name, model, threading.Event(), on_progress)
    node.serve(index, "meaning", name)
    return done


def build_meaning(folder: Path, model: Encoder, stop: threading.Event, on_progress: OnProgress | None = None) -> int:
    """Encode everything that is not in the folder yet. What changes meanwhile is in the journal after its start."""
    start = node.begin_building(folder, unscoped_end())
    meaning = MeaningIndex(folder, model.name)
    done = waiting = 0
    for some in _some_at_once(meaning):
        encode_into(meaning, model, some)
        done, waiting = done + len(some), waiting + len(some)
        if waiting >= PUBLISHED_AT_ONCE or stop.is_set():
            meaning.publish()
            waiting = 0
        if on_progress is not None:
            on_progress(done)
        if stop.is_set():
            meaning.close()
            return done
    meaning.publish()
    meaning.close()
    _remember("meaning", folder, start)
    node.end_building(folder)
    return done


def _some_at_once(meaning: MeaningIndex) -> Iterator[list[Unit]]:
    for units in all_units(_language()):
        new = [unit for unit in units if meaning.vectors_of(unit.conversation_id) is None]
        for at in range(0, len(new), ENCODED_AT_ONCE):
            yield new[at : at + ENCODED_AT_ONCE]


def follow_words(stop: threading.Event, pause: float = 0.25) -> None:
    """Until told to stop. A pause of a quarter of a second, a commit of some 20 to 80 ms: findable well within 1.5 s."""
    follower = WordsFollower(index_folder())
    try:
        keep_passages_true()  # what a process that ended in between left
        while not stop.is_set():
            if not follower.catch_up():
                stop.wait(pause)
            else:
                keep_passages_true()
    finally:
        follower.close()


def follow_meaning(stop: threading.Event, pause: float = 1.0) -> None:
    """Until told to stop. Without a model there is nothing to do but to forget."""
    model = encoder()
    if model is None:
        while not stop.wait(pause):
            let_go_in(index_folder(), told)
        return
    follower = MeaningFollower(index_folder(), model)
    at_once = AtOnce(stop)  # what is forgotten does not wait for what is still to be encoded
    try:
        while not stop.is_set():
            at_once.clear()
            follower.let_go()
            if not follower.catch_up(at_once):
                stop.wait(pause)
    finally:
        follower.close()


def catch_up_words() -> bool:
    """Once, now, if no other process of this node does it anyway. False: another one does."""
    index = index_folder()
    try:
        with node.writing(index):
            follower = WordsFollower(index, memory=LITTLE_MEMORY)
            if follower.catch_up() and keep_passages_true():
                follower.catch_up()
            follower.close()
    except node.BeingWritten:
        return False
    return True
