"""A child: 50 messages a second are taken in, and a note a second is told, while `alongside work` runs; how long until
each can be found, and until what is edited or deleted is found otherwise or no more.
"""

import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from time import monotonic, sleep
from typing import Any

from alongside.config.commands.bars import counting
from bench.children import middle_and_slow, start_django, tell
from bench.installation import READER
from bench.million import CLOSED, EACH, READS_CLOSED, ROOMS
from bench.texts import posts

A_SECOND = 50
SECONDS = 20
LOOKED_FOR_EVERY = 10
TOLD_EVERY = 50
PATIENCE = 20.0


class Writing(threading.Thread):
    """Messages into conversations that are there, each with a word of its own. When each was written is kept."""

    def __init__(self, data: Path, conversations: int) -> None:
        super().__init__(daemon=True)
        self._texts = posts(data)
        self._conversations = conversations
        self._choose = Random(8)
        self.written: dict[str, float] = {}
        self.said: dict[str, Any] = {}
        self.late = 0.0

    def run(self) -> None:
        from alongside.conversations.actions.messages import take_in

        began = monotonic()
        for number, said in enumerate(self._said()):
            pause = began + number / A_SECOND - monotonic()
            self.late = max(self.late, -pause)
            sleep(max(pause, 0.0))
            take_in(None, said=[said], audiences={said.room_id: said.room_id}, brought_by=None)
            self.said[said.source_id] = said
            self.written[said.source_id] = monotonic()

    def _said(self) -> Iterator[Any]:
        from alongside.conversations.rules import Said
        from alongside.kit.safe_html import from_plain, plain_text

        readable = [*range(1, READS_CLOSED + 1), *range(CLOSED + 1, ROOMS + 1)]
        for number in range(A_SECOND * SECONDS):
            word = _word(number)
            html = from_plain(f"{self._choose.choice(self._texts)} {word}")
            yield Said(
                source_id=word,
                room_id=self._choose.choice(readable),
                author_id=self._choose.randint(2, 100),
                html=html,
                text=plain_text(html),
                said_at=datetime.now(UTC) - timedelta(seconds=1),
                context=f"c{self._choose.randint(1, self._conversations)}",
            )


def _word(number: int) -> str:
    return f"zq{number:06}".translate(str.maketrans("0123456789", "bdfhjkmpvx"))


def measure(data: Path, messages: int) -> dict[str, Any]:
    from alongside.notes.actions.keeping import tell as tell_note
    from alongside.people.queries import unscoped_viewer_with_address
    from alongside.search.queries import find

    viewer = unscoped_viewer_with_address(READER)
    find(viewer, "warm")
    writing = Writing(data, messages // EACH)
    writing.start()
    waits: list[float] = []
    noted: list[float] = []
    edited: list[float] = []
    deleted: list[float] = []
    total = A_SECOND * SECONDS
    with counting("until it is found", "messages", total=total) as bar:
        for number in range(0, total, LOOKED_FOR_EVERY):
            word = _word(number)
            while word not in writing.written:
                sleep(0.002)
            waits.append(_until_found(viewer, word, writing.written[word]))
            if number % TOLD_EVERY == 0:
                tell_note(viewer, sentence=f"Today I learned what {_word(total + number)} is.")
                noted.append(_until_found(viewer, _word(total + number), monotonic()))
                edited.append(_edited(viewer, writing.said[word], _word(2 * total + number)))
                deleted.append(_deleted(viewer, writing.said[word], _word(2 * total + number)))
            bar(number)
    writing.join()
    found = {"messages": _summed(waits), "notes": _summed(noted)}
    return found | {"edits": _summed(edited), "deletions": _summed(deleted), "late": writing.late}


def _until_found(viewer: Any, word: str, written: float) -> float:
    return _until(lambda: _is_found(viewer, word), written)


def _is_found(viewer: Any, word: str) -> bool:
    from alongside.search.queries import find

    return bool(find(viewer, word).results)


def _until(is_so: Callable[[], bool], since: float) -> float:
    while not is_so() and monotonic() < since + PATIENCE:
        sleep(0.01)
    return monotonic() - since


def _edited(viewer: Any, said: Any, word: str) -> float:
    """Until its new word is found, and the old one no more."""
    from alongside.kit.safe_html import from_plain, plain_text
    from alongside.notes.actions.said import take_in_said

    html = from_plain(f"It says otherwise now {word}")
    now = replace(said, html=html, text=plain_text(html), edited_at=datetime.now(UTC))
    take_in_said(None, said=[now], audiences={said.room_id: said.room_id}, brought_by=None)
    return _until(lambda: _is_found(viewer, word) and not _is_found(viewer, said.source_id), monotonic())


def _deleted(viewer: Any, said: Any, word: str) -> float:
    from alongside.conversations.models import Message
    from alongside.notes.actions.said import remove_said

    row = Message.objects.get(room_id=said.room_id, source_id=said.source_id)
    remove_said(None, message_ids=[row.pk])
    return _until(lambda: not _is_found(viewer, word), monotonic())


def _summed(waits: list[float]) -> dict[str, float]:
    middle, slow = middle_and_slow(waits)
    return {"p50": middle, "p95": slow, "most": max(waits), "of": len(waits)}


def main() -> None:
    start_django()
    tell(measure(Path(sys.argv[1]), int(sys.argv[2])))


if __name__ == "__main__":
    main()
