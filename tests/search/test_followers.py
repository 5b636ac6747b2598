"""The indexes follow the tables through the journal: what changed, what went, what opened."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from tests.archives.store import bring, gone, header, note, people, room, small_archive, write

from alongside.archives.taking_back import take_back
from alongside.audiences.models import Audience
from alongside.conversations.actions.messages import remove
from alongside.conversations.actions.rooms import open_room
from alongside.conversations.models import Message, Room
from alongside.journal.actions import trim
from alongside.kit import clock
from alongside.notes.queries import newest_kept, note_view
from alongside.people.queries import unscoped_viewer_with_address
from alongside.search import node
from alongside.search.followers import WordsFollower, catch_up_words, follow_words, rebuild_words
from alongside.search.queries import find, state_of_indexes
from alongside.search.serving import index_folder, indexes

# Real commits: on PostgreSQL a line of the journal is read only when its transaction has ended.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("home")]


def found(question: str, name: str = "ana") -> list[str]:
    viewer = unscoped_viewer_with_address(f"{name}@example.org")
    return [one.source_id for one in find(viewer, question).results]


def brought(path: Path, *more: dict[str, object]) -> int:
    number = bring(small_archive(path, *more)).import_id
    assert catch_up_words()
    return number


def test_what_came_in_is_found(tmp_path: Path) -> None:
    brought(tmp_path / "a.jsonl")
    assert found("caller threatens") == ["t1"]
    brought(tmp_path / "b.jsonl", note("n1", "The franking machine jams.", 90, context="n1"))
    assert found("franking") == ["n1"]


def test_edits_are_followed(tmp_path: Path) -> None:
    brought(tmp_path / "a.jsonl")
    edited = note("m3", "The scanner hums.", 9, by="gus", context="t3", updated="2026-03-02T00:00:00Z")
    bring(write(tmp_path / "b.jsonl", [header(), *people(), room("hotline", members=["gus"]), edited]))
    catch_up_words()
    assert (found("smokes"), found("scanner")) == ([], ["t3"])


def test_a_note_follows_what_a_newer_export_edited_and_says_nothing_that_was_taken_away(tmp_path: Path) -> None:
    kept: dict[str, object] = {"type": "Article", "id": "n1", "attributedTo": "ana", "audience": "hotline", "inReplyTo": "t1",
            "name": "On angry callers", "published": "2026-03-02T00:00:00Z",
            "passages": [{"part": "what_worked", "message": "m2", "text": "Name the feeling first, then ask what happened."},
                         {"part": "why", "message": "m3", "text": "The printer on the second floor smokes."}]}  # fmt: skip
    brought(tmp_path / "a.jsonl", kept)
    assert set(found('"second floor"')) == {"n1", "t3"}
    later = {"updated": "2026-03-03T00:00:00Z"}
    slightly = note("m2", "Name the feeling first, then gently ask what happened.", 5, by="ben", context="t1", **later)
    wholly = note("m3", "Never mind.", 9, by="gus", context="t3", **later)
    rest = [header(), *people(), room("hotline", members=["gus"]), slightly, wholly]
    bring(write(tmp_path / "b.jsonl", rest))
    catch_up_words()
    assert found('"second floor"') == []
    assert set(found('"gently ask what happened"')) == {"t1", "n1"}
    by_follower = [found(question) for question in ("gently ask", "printer smokes", "never mind")]
    rebuild_words(index_folder())
    assert [found(question) for question in ("gently ask", "printer smokes", "never mind")] == by_follower
    viewer = unscoped_viewer_with_address("ana@example.org")
    (one,) = newest_kept(viewer)[0]
    assert [(passage.text, passage.is_changed) for passage in note_view(viewer, one.public_id).passages] == [
        ("Name the feeling first, then gently ask what happened.", False),
        ("", True),
    ]


@pytest.mark.parametrize("is_deleted", [False, True])
def test_a_note_is_called_no_more_by_what_a_newer_export_edited_or_deleted(tmp_path: Path, *, is_deleted: bool) -> None:
    asked = "Where is the franking machine that everybody shares?"
    kept: dict[str, object] = {"type": "Article", "id": "n1", "attributedTo": "ana", "audience": "hotline", "inReplyTo": "q1",
            "name": asked, "published": "2026-03-02T00:00:00Z"}  # fmt: skip
    brought(
        tmp_path / "a.jsonl",
        note("q1", asked, 60, context="q1"),
        note("q2", "On the second floor.", 61, context="q1"),
        kept,
    )
    assert "n1" in found("franking machine")
    changed = gone("q1") if is_deleted else note("q1", "Never mind.", 60, context="q1", updated="2026-03-03T00:00:00Z")
    bring(write(tmp_path / "b.jsonl", [header(), *people(), room("hotline", members=["gus"]), changed]))
    catch_up_words()
    assert found("franking machine") == []
    (one,) = newest_kept(unscoped_viewer_with_address("ana@example.org"))[0]
    assert "franking" not in one.title


def test_deletions_are_followed(tmp_path: Path) -> None:
    brought(tmp_path / "a.jsonl")
    remove(None, message_ids=[Message.objects.get(source_id="m3").pk])
    catch_up_words()
    assert found("printer") == []
    assert found("caller") == ["t1"]


def test_an_import_taken_back_is_found_no_more(tmp_path: Path) -> None:
    brought(tmp_path / "a.jsonl")
    number = brought(tmp_path / "b.jsonl", note("n1", "The franking machine jams.", 90, context="t1"))
    assert found("franking") == ["t1"]
    take_back(None, import_id=number)
    catch_up_words()
    assert (found("franking"), found("caller")) == ([], ["t1"])


def test_a_sealed_room_is_found_by_its_members_once_one_of_them_opened_it(tmp_path: Path) -> None:
    brought(tmp_path / "a.jsonl")
    assert found("price") == []
    ana = unscoped_viewer_with_address("ana@example.org")
    open_room(ana, audience_id=Room.objects.get(source_id="leads").audience_id)
    catch_up_words()
    assert (found("price", "ana"), found("price", "ben"), found("price", "cleo")) == (["l1"], ["l1"], [])


def test_a_room_that_closed_is_found_by_its_members_alone(tmp_path: Path) -> None:
    brought(tmp_path / "a.jsonl")
    bring(write(tmp_path / "b.jsonl", [header(), *people(), room("hotline", audience="members", members=["ana"])]))
    Audience.objects.update(is_sealed=False)
    assert found("caller", "cleo") == []  # the database says so before the index knows
    catch_up_words()
    rebuild_words(index_folder())
    assert (found("caller", "ana"), found("caller", "cleo")) == (["t1"], [])


def test_a_rebuild_changes_nothing_of_what_is_found(tmp_path: Path) -> None:
    brought(tmp_path / "a.jsonl")
    done = rebuild_words(index_folder())
    assert (done.conversations, done.messages) == (2, 3)
    assert found("caller") == ["t1"]


def test_a_reader_goes_on_in_the_old_generation_while_the_new_one_is_made(tmp_path: Path) -> None:
    brought(tmp_path / "a.jsonl")
    old, before = indexes(), node.served(index_folder()).words
    rebuild_words(index_folder())
    assert node.served(index_folder()).words != before
    assert old.words is not None
    with node.writing(index_folder()):
        WordsFollower(index_folder()).close()  # whoever writes next clears the old one away
    assert old.words_folder is not None
    assert not old.words_folder.exists()
    assert found("caller") == ["t1"]


def test_what_is_said_while_an_index_is_made_is_in_it_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    brought(tmp_path / "a.jsonl")
    real = node.serve

    def late(*words: object) -> None:
        assert found("caller") == ["t1"], "the old one answers until the new one is whole"
        bring(small_archive(tmp_path / "b.jsonl", note("n1", "The franking machine jams.", 90, context="n1")))
        real(*words)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(node, "serve", late)
        rebuild_words(index_folder())
    catch_up_words()
    assert found("franking") == ["n1"]


def test_lines_that_every_follower_passed_go_and_one_that_was_away_makes_its_index_anew(tmp_path: Path) -> None:
    brought(tmp_path / "a.jsonl")
    folder = index_folder() / node.served(index_folder()).words
    behind = node.position(folder)
    brought(tmp_path / "b.jsonl", note("n1", "The franking machine jams.", 90, context="n1"))
    trim()
    node.keep_position(folder, behind)
    brought(tmp_path / "c.jsonl", note("n1", "The franking machine jams.", 90, context="n1"))
    assert found("franking") == ["n1"]


def test_one_process_of_a_node_writes_at_a_time() -> None:
    with node.writing(index_folder()):
        assert not catch_up_words()
        with pytest.raises(node.BeingWritten), node.writing(index_folder()):
            pass
    assert catch_up_words()


def test_an_index_that_is_behind_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    brought(tmp_path / "a.jsonl")
    assert {one.part: one.is_there for one in state_of_indexes()} == {"words": True, "meaning": False}
    assert state_of_indexes()[0].behind_seconds == 0
    bring(small_archive(tmp_path / "b.jsonl", note("n1", "The franking machine jams.", 90, context="n1")))
    later = clock.now() + timedelta(minutes=5)
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: later)
        assert state_of_indexes()[0].behind_seconds >= 290
        assert find(unscoped_viewer_with_address("ana@example.org"), "franking").behind_seconds >= 290
    catch_up_words()
    assert state_of_indexes()[0].behind_seconds == 0


def test_the_one_who_works_ends_when_told_to(tmp_path: Path) -> None:
    brought(tmp_path / "a.jsonl")
    stopping = threading.Event()
    stopping.set()
    follow_words(stopping)
    assert found("caller") == ["t1"]
