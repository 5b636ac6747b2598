"""What a person takes away reads the same in an empty installation."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.archives.installation import new_installation
from tests.archives.store import bring, header, note, people, person, room, small_archive, write

from alongside.archives.own_words import own_words, write_own_words
from alongside.archives.taking_back import take_back
from alongside.conversations.actions.rooms import open_room
from alongside.conversations.models import Message, Room
from alongside.people.models import Account, Person
from alongside.people.queries import unscoped_viewer_with_address, viewer_of_person
from alongside.people.rules import NOBODY, Viewer

store = pytest.mark.django_db


def lines(viewer: Viewer) -> list[dict[str, Any]]:
    return [json.loads(line) for line in own_words(viewer)]


def viewer(name: str) -> Viewer:
    return unscoped_viewer_with_address(f"{name}@example.org")


@store
def test_it_holds_ones_own_words_and_nobody_elses(tmp_path: Path) -> None:
    bring(small_archive(tmp_path / "a.jsonl"), is_try_out=True)
    taken = lines(viewer("ben"))
    assert [line["type"] for line in taken] == ["Collection", "Person", "Group", "Group", "Note", "Note"]
    assert [line["id"] for line in taken if line["type"] == "Note"] == ["urn:x:acme/m2", "urn:x:acme/l2"]
    assert "Ana" not in json.dumps(taken)
    assert "threatens to cancel" not in "".join(line.get("content", "") for line in taken)


@store
def test_a_closed_room_names_only_oneself_as_a_member(tmp_path: Path) -> None:
    bring(small_archive(tmp_path / "a.jsonl"), is_try_out=True)
    (closed,) = (line for line in lines(viewer("ben")) if line.get("audience") == "members")
    (me,) = (line for line in lines(viewer("ben")) if line["type"] == "Person")
    assert closed["members"] == [me["id"]]


@store
def test_what_is_sealed_comes_along_once_a_member_opened_it(tmp_path: Path) -> None:
    bring(small_archive(tmp_path / "a.jsonl"))
    assert [line["id"] for line in lines(viewer("ben")) if line["type"] == "Note"] == ["urn:x:acme/m2"]
    open_room(viewer("ana"), audience_id=Room.objects.get(source_id="leads").audience_id)
    assert [line["id"] for line in lines(viewer("ben")) if line["type"] == "Note"] == ["urn:x:acme/m2", "urn:x:acme/l2"]


@store
def test_nobody_takes_nothing_along(tmp_path: Path) -> None:
    bring(small_archive(tmp_path / "a.jsonl"))
    assert [line["type"] for line in lines(NOBODY)] == ["Collection"]


@store
def test_several_accounts_of_one_person_come_together(tmp_path: Path) -> None:
    bring(small_archive(tmp_path / "a.jsonl"))
    other = [header("urn:x:mail", "Lists"), person("ana"), room("hotline"), note("m1", "By mail.", context="m1")]
    bring(write(tmp_path / "b.jsonl", other))
    ana = Person.objects.create(email="ana@example.org", name="Ana", is_full_member=True)
    Account.objects.filter(email="ana@example.org").update(person=ana)
    taken = lines(viewer_of_person(ana))
    people_taken = {line["id"] for line in taken if line["type"] == "Person"}
    rooms_taken = {line["id"] for line in taken if line["type"] == "Group"}
    assert (len(people_taken), len(rooms_taken)) == (2, 2)
    notes = [line for line in taken if line["type"] == "Note"]
    assert {line["attributedTo"] for line in notes} == people_taken
    assert {line["to"] for line in notes} <= rooms_taken
    assert len({line["id"] for line in notes}) == len(notes)


@store
def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    bring(small_archive(tmp_path / "a.jsonl"))
    path = tmp_path / "mine.jsonl"
    assert write_own_words(viewer("ben"), path) == 1
    assert path.stat().st_mode & 0o077 == 0
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.jsonl", "mine.jsonl"]


def as_read(words: "list[Message]") -> list[tuple[object, ...]]:
    """What one reads. A conversation that somebody else began is called after one's own words: theirs stay theirs."""
    return sorted(
        (
            one.html, one.text, one.said_at, one.edited_at, one.helped, one.url, one.author.name, one.room.name,
            "" if one.source_id.endswith(("m2", "l2")) else one.conversation.title,
            one.conversation.source_id.rpartition("/")[2], one.audience.kind,
        )
        for one in words
    )  # fmt: skip


@store
def test_brought_into_an_empty_store_it_reads_the_same(tmp_path: Path) -> None:
    more = [
        note("e1", "See `code` and https://example.org/x", 50, by="ben", context="e1", url="https://acme.example/e1"),
        note("e2", "Edited.", 51, by="ben", context="e1", updated="2026-03-03T00:00:00Z", inReplyTo="e1", helped=True),
    ]
    flat = [
        room("flat", threaded=False),
        *(note(f"f{at}", f"Flat {at}.", 60 + at * 9, by="ben", to="flat") for at in range(9)),
    ]
    first = bring(small_archive(tmp_path / "a.jsonl", *more, *flat), is_try_out=True)
    write_own_words(viewer("ben"), tmp_path / "mine.jsonl.gz")
    mine = Message.objects.filter(author__source_id="ben").select_related()
    before = as_read(list(mine))
    take_back(None, import_id=first.import_id)
    report = bring(tmp_path / "mine.jsonl.gz", is_try_out=True)
    assert report.left_out_in_all == 0
    assert as_read(list(Message.objects.select_related())) == before
    assert bring(tmp_path / "mine.jsonl.gz", is_try_out=True).unchanged == len(before)


def test_from_one_installation_to_another_by_commands(tmp_path: Path) -> None:
    here, there = new_installation(tmp_path / "here"), new_installation(tmp_path / "there")
    many = [
        note(f"x{number}", f"Remark {number} of mine.", number, by="cleo", context=f"x{number // 3}")
        for number in range(90)
    ]
    here.run("import", write(tmp_path / "a.jsonl", [header(), *people(), room("hotline"), *many]))
    done = here.run("export", tmp_path / "mine.jsonl.gz", "--as", "cleo@example.org")
    assert done.stdout.startswith("90 messages of yours are in ")
    there.run("import", tmp_path / "mine.jsonl.gz")

    def read(dump: list[list[Any]]) -> list[list[Any]]:
        """All but the ids, which tell the tools of one archive apart."""
        return [[row[1], row[2], row[3], *row[6:9], *row[10:16]] for row in dump]

    assert sorted(read(there.dump())) == sorted(read(here.dump()))
    asked = [f"remark {number}" for number in (4, 42)]
    assert there.found("cleo@example.org", asked, 1) == [
        [f"urn:x:acme/{one}" for one in found] for found in here.found("cleo@example.org", asked, 1)
    ]
