"""What was forgotten leaves the files: at once by `forget --now`, otherwise in the next quiet hour, within a day."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.utils import timezone

from alongside.people.actions.cleaning import clean_store
from alongside.people.actions.leaving_out import finish_forgetting
from alongside.people.queries import Cleaning, unscoped_cleaning
from alongside.people.rules import cleaned_at_latest
from alongside.search import node
from alongside.search.followers import LITTLE_MEMORY, rebuild_words, told
from alongside.search.letting_go import is_wanted, let_go_in
from alongside.search.serving import index_folder

CLEANED = "cleaned.json"
WAITED = 120.0

OnStep = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What is clean now. A part that is not will be tried again by `alongside work`."""

    store: bool
    index: bool


def forget_now(_actor: None, *, on_step: OnStep | None = None) -> Cleaned:
    """Whoever asked to be forgotten is gone from rows and from files of the store and of this node when this returns."""
    say = on_step or (lambda _: None)
    say("rows")
    finish_forgetting(None)
    say("the store's files")
    store = clean_store(None)
    say("the indexes")
    return Cleaned(store, clean_index(index_folder()))


def clean_index(index: Path) -> bool:
    """A new generation of words, because a merge of the old one comes when it comes; vectors become zeros in place."""
    up_to = unscoped_cleaning().forgotten_at
    index.mkdir(parents=True, exist_ok=True)
    rebuild_words(index, memory=LITTLE_MEMORY)
    if not _let_go(index):
        return False
    (index / CLEANED).write_text(json.dumps(up_to and up_to.isoformat()), "utf-8")
    return True


def _let_go(index: Path) -> bool:
    """By us where nobody writes here, otherwise by the process that does: it looks every moment."""
    ends = time.monotonic() + WAITED
    while time.monotonic() < ends:
        try:
            with node.writing(index):
                node.clean(index)
                let_go_in(index, told)
                return True
        except node.BeingWritten:
            if not is_wanted() and not _old_words(index):
                return True
        time.sleep(0.25)
    return False


def _old_words(index: Path) -> list[Path]:
    served = node.served(index).words
    return [path for path in index.glob("words-*") if path.name != served]


def is_due(index: Path) -> bool:
    """Whether this node, or the store, still waits for a quiet hour that has come."""
    cleaning = unscoped_cleaning()
    if cleaning.forgotten_at is None or not _waits(index, cleaning):
        return False
    return cleaned_at_latest(timezone.localtime(cleaning.forgotten_at)) <= timezone.localtime()


def _waits(index: Path, cleaning: Cleaning) -> bool:
    if cleaning.cleaned_at != cleaning.forgotten_at:
        return True
    try:
        done = json.loads((index / CLEANED).read_text("utf-8"))
    except FileNotFoundError:
        return True
    return bool(done != (cleaning.forgotten_at and cleaning.forgotten_at.isoformat()))


def follow_forgetting(stop: threading.Event, pause: float = 5.0) -> None:
    """Until told to stop: goes on with what was cut off, and cleans files when it is quiet."""
    while not stop.is_set():
        finish_forgetting(None)
        if is_due(index_folder()):
            forget_now(None)
        stop.wait(pause)
