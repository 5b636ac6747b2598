"""Two people at once, and an end in the middle: nothing is lost, and nothing is half done."""

import json
import random
import time
from pathlib import Path

import pytest
from tests.archives.installation import new_installation
from tests.notes.world import World, content

from alongside.journal.models import Line
from alongside.notes.actions import keeping
from alongside.notes.models import Credit, Draft, Note, Passage, Revision, Source
from alongside.notes.queries import draft_of, note_view

pytestmark = pytest.mark.django_db(transaction=True)


AT_ONCE = """
import json, threading
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.db import connection
from tests.notes.world import World, content
from alongside.notes.actions import keeping, remarking
from alongside.notes.rules import RemarkKind
from alongside.notes.models import Remark, Revision
from alongside.notes.queries import note_view

world = World()
viewers = {name: world.viewer(name) for name in ("ana", "ben", "cleo")}
note = keeping.tell(viewers["ana"], sentence="The kettle trips the fuse.")

def change(name):
    keeping.change(viewers[name], public_id=note.public_id, content=content(why=f"{name} saw it."), based_on=1)

def remark(name):
    remarking.remark(viewers["ben"], public_id=note.public_id, kind=RemarkKind.HELPED)

ready, failed = threading.Barrier(6), []

def run(act, name):
    try:
        ready.wait(20)
        act(name)
    except BaseException as error:
        failed.append(repr(error))
    finally:
        connection.close()

threads = [threading.Thread(target=run, args=(act, name)) for act in (change, remark) for name in viewers]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join(60)
print(json.dumps({
    "failed": failed,
    "revisions": list(Revision.objects.order_by("number").values_list("number", flat=True)),
    "why": note_view(viewers["ana"], note.public_id).content.why,
    "remarks": Remark.objects.count(),
}))
"""


def test_all_who_save_at_the_same_moment_find_their_words_in_it_and_what_is_sent_twice_is_said_once(
    tmp_path: Path,
) -> None:
    """On a store of its own on disk, each in a thread with a connection of its own, all begun together."""
    came = json.loads(new_installation(tmp_path / "home").python(AT_ONCE))
    assert came["failed"] == []
    assert came["revisions"] == [1, 2, 3, 4]
    assert all(f"{name} saw it." in came["why"] for name in ("ana", "ben", "cleo"))
    assert came["remarks"] == 1


def test_an_end_in_the_middle_of_keeping_leaves_the_draft_and_nothing_half_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = world.sign_up("ana")
    said = world.say(world.room("help", is_open=True), "ben", "Wait a breath.")
    written = content("On angry callers", why="It calms.")
    keeping.save_draft(ana, content=written, conversation_id=said.conversation_id)
    before = Line.objects.count()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(keeping, "tell_journal", killed)
        with pytest.raises(KeyboardInterrupt):
            world.keep("ana", said, written=written, quoted=[said], credited=["ben"])
    assert [model.objects.count() for model in (Note, Revision, Source, Passage, Credit)] == [0] * 5
    assert Line.objects.count() == before
    draft = draft_of(ana, conversation_id=said.conversation_id)
    assert draft is not None
    assert draft.words["why"] == "It calms."
    note = world.keep("ana", said, written=written, quoted=[said], credited=["ben"])
    assert note_view(ana, note.public_id).content == written
    assert not Draft.objects.exists()


def test_an_end_in_the_middle_of_a_change_leaves_what_it_said_and_the_draft(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = world.sign_up("ana")
    note = keeping.tell(ana, sentence="The kettle trips the fuse.")
    keeping.save_draft(ana, content=content(why="It is old."), note_id=note.pk, based_on=1)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(keeping, "tell_journal", killed)
    with pytest.raises(KeyboardInterrupt):
        keeping.change(ana, public_id=note.public_id, content=content(why="It is old."), based_on=1)
    assert note_view(ana, note.public_id).revision == 1
    assert draft_of(ana, note_id=note.pk) is not None


WRITING = """
import sys
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from tests.notes.world import World, content
from alongside.notes.actions import keeping
from alongside.notes.models import Note
from alongside.notes.queries import note_view
from alongside.people.models import Person
from alongside.people.queries import viewer_of_person

if not Person.objects.exists():
    keeping.tell(World().sign_up("ana"), sentence="The kettle trips the fuse.")
ana, note = viewer_of_person(Person.objects.get()), Note.objects.get()
while True:
    revision = note_view(ana, note.public_id).revision
    words = content(why=f"Seen {revision} times.")
    keeping.save_draft(ana, content=words, note_id=note.pk, based_on=revision)
    print("draft", revision, flush=True)
    keeping.change(ana, public_id=note.public_id, content=words, based_on=revision)
    print("kept", revision + 1, flush=True)
"""
STANDS = """
import json
import django
django.setup()
from alongside.journal.models import Line
from alongside.notes.models import Draft, Revision
rows = Revision.objects.order_by("number")
print(json.dumps({
    "revisions": [[row.number, row.content.why] for row in rows],
    "drafts": [row.based_on for row in Draft.objects.all()],
    "lines": Line.objects.count(),
}))
"""
KILLS = 5


def test_a_writer_killed_at_any_moment_loses_nothing_that_was_kept(tmp_path: Path) -> None:
    """kill -9, five times, at moments that nobody chose; each time another process goes on in the same store."""
    here, told = new_installation(tmp_path / "home"), list[list[str]]()
    chance = random.Random(9)
    for _kill in range(KILLS):
        with here.begun(WRITING) as writing:
            assert writing.stdout is not None
            told.append(writing.stdout.readline().split())
            time.sleep(chance.uniform(0.02, 0.6))
            writing.kill()
            told += [line.split() for line in writing.stdout if line.endswith("\n")]
    stands = json.loads(here.python(STANDS))
    numbers = [number for number, _why in stands["revisions"]]
    assert numbers == list(range(1, len(numbers) + 1))
    assert [why for _, why in stands["revisions"][1:]] == [f"Seen {number} times." for number in numbers[:-1]]
    assert {int(number) for what, number in told if what == "kept"} <= set(numbers)
    assert len(numbers) > KILLS
    # What was being written when it was killed last is there to go on with, or was kept.
    assert stands["drafts"] == [] or stands["drafts"] == [numbers[-1]]
    if told[-1] == ["draft", str(numbers[-1])]:
        assert stands["drafts"] == [numbers[-1]]
    assert stands["lines"] == len(numbers)
