"""kill -9 at random moments, and started again: nothing lost, nothing twice. In processes, on real stores."""

import random
from pathlib import Path
from time import monotonic

import pytest
from tests.archives.installation import Installation, moments, new_installation
from tests.archives.store import Line, gone, header, note, people, room, write

KILLS = 4
MESSAGES = 3_000
WORDS = ("caller", "invoice", "printer", "handover", "price", "form", "queue", "letter", "meeting", "feature")


def talk(seed: int) -> list[Line]:
    """Threads of all lengths, a flat room, a closed one; every tenth conversation holds a word of its own."""
    chance = random.Random(seed)
    notes = []
    for number in range(MESSAGES):
        thread = number // 10 if number % 10 else chance.randrange(number // 10 + 1)
        to = ("hotline", "leads", "flat")[thread % 3]
        text = f"{' '.join(chance.choices(WORDS, k=12))} word{thread:04}x."
        context = None if to == "flat" else f"t{thread}"
        notes.append(note(f"m{number}", text, number, by=chance.choice(["ana", "ben", "cleo"]), to=to, context=context))
    return notes


def archive(path: Path, notes: list[Line], name: str = "") -> Path:
    rooms = [
        room("hotline", name, members=["gus"]),
        room("leads", audience="members", members=["ana", "ben"]),
        room("flat", threaded=False),
    ]
    return write(path, [header(), *people(), *rooms, *notes])


def newer(path: Path, notes: list[Line]) -> Path:
    edited = [
        {
            **one,
            "source": {"content": "It was put differently.", "mediaType": "text/plain"},
            "updated": "2026-04-01T00:00:00Z",
        }
        if number % 7 == 0
        else one
        for number, one in enumerate(notes)
    ]
    deleted = [gone(str(one["id"])) for number, one in enumerate(notes) if number % 11 == 5]
    left = [one for number, one in enumerate(edited) if number % 11 != 5]
    more = [
        note(f"n{number}", f"Later word9{number:03}y.", 6000 + number, context=f"t{3 * number}")
        for number in range(300)
    ]
    return archive(path, [*left, *more, *deleted], name="#support")


IMPORTING = "alongside.archives.actions:take_in"
# Where a kill hurts most: rows written and not committed, an index written and its place in the journal not kept.
PLACES = (
    ("alongside.archives.actions:keep_room", 2),
    (IMPORTING, 5),
    ("alongside.archives.actions:_finish", 1),
    ("alongside.search.words.index:WordsIndex.write", 1),
    ("alongside.search.words.index:WordsIndex.commit", 1),
)
UNDOING = (
    ("alongside.archives.taking_back:withdraw", 1),
    ("alongside.archives.taking_back:put_back", 1),
    ("alongside.archives.taking_back:put_words_back", 1),
    ("alongside.archives.taking_back:call_as_before", 1),
    ("alongside.archives.taking_back:remove_empty", 1),
    ("alongside.archives.taking_back:_remove_rooms_and_people", 1),
)


def killed_and_started_again(here: Installation, seconds: float, seed: int, path: Path, kills: int = KILLS) -> None:
    """At random moments, then in the worst ones. At last it is let through."""
    killed = sum(here.killed_after(moment, "import", path) for moment in moments(seconds, kills, seed))
    assert killed >= 1
    for function, call in PLACES:
        here.killed_in(function, call, "import", str(path))
    here.run("import", path)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Installation, Path, Path, float]:
    """What the same archives come to without a kill, and how long one takes."""
    folder = tmp_path_factory.mktemp("whole")
    notes = talk(1)
    first, second = archive(folder / "a.jsonl", notes), newer(folder / "b.jsonl", notes)
    here = new_installation(folder / "home")
    here.run("manage", "migrate")
    began = monotonic()
    here.run("import", first)
    return here, first, second, monotonic() - began


def test_an_import_killed_at_any_moment_goes_on(whole: tuple[Installation, Path, Path, float], tmp_path: Path) -> None:
    uninterrupted, first, second, seconds = whole
    here = new_installation(tmp_path / "home")
    here.run("manage", "migrate")

    killed_and_started_again(here, seconds, 2, first)
    assert here.dump() == uninterrupted.dump()
    asked = [f"word{number:04}x" for number in range(0, MESSAGES // 10, 30)]
    assert here.found("ana@example.org", asked) == uninterrupted.found("ana@example.org", asked)
    assert here.found("ana@example.org", ["word0000x"]) == [["t0"]]

    before = here.dump("rows")
    uninterrupted.run("import", second)
    killed_and_started_again(here, seconds, 3, second, kills=2)
    assert here.dump() == uninterrupted.dump()
    for asked in (["word9000y"], ["differently"]):
        (mine,), (theirs,) = (one.found("ana@example.org", asked, 500) for one in (here, uninterrupted))
        assert sorted(mine) == sorted(theirs) != []

    number = here.run("import", "--list").stdout.splitlines()[-1].split()[0]
    for function, call in UNDOING:
        assert here.killed_in(function, call, "import", "--undo", number), function
    here.run("import", "--undo", number)
    assert here.dump("rows") == before
    assert here.found("ana@example.org", ["word9000y"]) == [[]]
    assert here.found("ana@example.org", ["word0000x"]) == [["t0"]]
