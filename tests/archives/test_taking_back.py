from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import transaction
from pytest import MonkeyPatch  # noqa: PT013
from tests.archives.store import (
    Line,
    bring,
    gone,
    header,
    note,
    people,
    person,
    room,
    rows,
    said,
    small_archive,
    write,
)

from alongside.archives import taking_back
from alongside.archives.models import Import, Replaced
from alongside.archives.rules import State
from alongside.archives.taking_back import NotTakenBack, take_back
from alongside.audiences.models import Audience
from alongside.conversations.actions.putting_back import withdraw
from alongside.conversations.actions.rooms import open_room
from alongside.conversations.models import Conversation, Message, Room
from alongside.people.models import Account
from alongside.people.rules import Viewer

pytestmark = pytest.mark.django_db


def newer(path: Path, *more: Line, rooms: list[Line] | None = None) -> Path:
    """The same workspace, a week later."""
    lines = rooms or [room("hotline", members=["gus"]), room("leads", audience="members", members=["ana", "ben"])]
    return write(path, [header(), *people(), *lines, *more])


def assert_taken_back_wholly(older: Path, later: Path) -> None:
    bring(older)
    before = rows()
    report = bring(later)
    assert rows() != before
    take_back(None, import_id=report.import_id)
    assert rows() == before
    assert not Replaced.objects.exists()


def test_a_first_import_leaves_nothing_behind(tmp_path: Path) -> None:
    before = rows()
    report = bring(small_archive(tmp_path / "a.jsonl"))
    assert take_back(None, import_id=report.import_id) == 5
    assert rows() == before
    assert Import.objects.get(pk=report.import_id).state == State.UNDONE.value


def test_what_other_archives_brought_stays(tmp_path: Path) -> None:
    bring(write(tmp_path / "b.jsonl", [header("urn:x:other", "Other"), *people(), room("hotline"), note("m1", "Hi")]))
    before = rows()
    report = bring(small_archive(tmp_path / "a.jsonl"))
    take_back(None, import_id=report.import_id)
    assert rows() == before


def test_new_messages_in_old_conversations_go(tmp_path: Path) -> None:
    assert_taken_back_wholly(
        small_archive(tmp_path / "a.jsonl"),
        newer(
            tmp_path / "b.jsonl", note("m9", "And thank them.", 90, context="t1"), note("n1", "New.", 95, context="n1")
        ),
    )


def test_edits_are_as_they_were(tmp_path: Path) -> None:
    assert_taken_back_wholly(
        small_archive(tmp_path / "a.jsonl"),
        newer(
            tmp_path / "b.jsonl",
            note(
                "m2", "Ask first.", 5, by="ben", context="t1", updated="2026-03-02T00:00:00Z", url="https://x.example/1"
            ),
        ),
    )


def test_an_edit_of_an_edit_in_one_archive_goes_back_to_the_first(tmp_path: Path) -> None:
    def edited(text: str, when: str) -> Line:
        return note("m1", text, 0, context="t1", updated=f"2026-03-0{when}T00:00:00Z")

    filling = [note(f"f{number}", "Filling.", 100, context="f") for number in range(600)]
    later = newer(tmp_path / "b.jsonl", edited("Once.", "2"), *filling, edited("Twice.", "3"))
    assert_taken_back_wholly(small_archive(tmp_path / "a.jsonl"), later)


def test_deletions_come_back(tmp_path: Path) -> None:
    assert_taken_back_wholly(small_archive(tmp_path / "a.jsonl"), newer(tmp_path / "b.jsonl", gone("m2")))


def test_a_conversation_deleted_whole_comes_back(tmp_path: Path) -> None:
    assert_taken_back_wholly(small_archive(tmp_path / "a.jsonl"), newer(tmp_path / "b.jsonl", gone("l1"), gone("l2")))


def test_many_deletions_come_back(tmp_path: Path) -> None:
    many = [note(f"x{number}", f"Remark {number}.", number, context=f"x{number // 2}") for number in range(1300)]
    assert_taken_back_wholly(
        small_archive(tmp_path / "a.jsonl", *many),
        newer(tmp_path / "b.jsonl", *(gone(f"x{number}") for number in range(1300) if number % 7)),
    )


def test_an_old_conversation_of_which_only_new_words_were_left_comes_back(tmp_path: Path) -> None:
    assert_taken_back_wholly(
        small_archive(tmp_path / "a.jsonl"),
        newer(tmp_path / "b.jsonl", gone("m3"), note("m4", "It was the toner.", 60, context="t3")),
    )


def test_a_message_deleted_and_said_again_comes_back_as_it_was(tmp_path: Path) -> None:
    again = note("m3", "The printer burns.", 9, by="gus", context="t3")
    assert_taken_back_wholly(small_archive(tmp_path / "a.jsonl"), newer(tmp_path / "b.jsonl", gone("m3"), again))


def test_an_edited_message_that_was_then_deleted_comes_back_as_it_was(tmp_path: Path) -> None:
    edited = note("m3", "The printer burns.", 9, by="gus", context="t3", updated="2026-03-02T00:00:00Z")
    assert_taken_back_wholly(small_archive(tmp_path / "a.jsonl"), newer(tmp_path / "b.jsonl", edited, gone("m3")))


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param([room("hotline", "#support", members=["gus"], url="https://x.example/h")], id="renamed"),
        pytest.param(
            [room("hotline", members=["gus", "zoe"]), room("leads", audience="members", members=["cleo"])], id="members"
        ),
        pytest.param([room("hotline", audience="members", members=["ana", "zoe"])], id="narrowed"),
        pytest.param([room("leads")], id="widened"),
        pytest.param([room("new", audience="members", members=["zoe"])], id="a new room"),
    ],
)  # fmt: skip
def test_rooms_are_as_they_were(tmp_path: Path, changed: list[Line]) -> None:
    of_room = str(changed[-1]["id"])
    lines = [
        header(),
        *people(),
        person("zoe", guest=True),
        *changed,
        note("n1", "Hello.", 99, to=of_room, context="n1"),
    ]
    assert_taken_back_wholly(small_archive(tmp_path / "a.jsonl"), write(tmp_path / "b.jsonl", lines))


def test_who_left_a_room_that_opened_and_closed_again_hears_what_they_heard(tmp_path: Path) -> None:
    bring(small_archive(tmp_path / "a.jsonl"))
    opened = [note("l3", "New.", 99, to="leads", context="l3")]
    bring(newer(tmp_path / "b.jsonl", *opened, rooms=[room("leads")]))
    before = rows()
    report = bring(newer(tmp_path / "c.jsonl", rooms=[room("leads", audience="members", members=["ana"])]))
    take_back(None, import_id=report.import_id)
    assert rows() == before


def test_people_are_as_they_were(tmp_path: Path) -> None:
    changed = [person("ana", "Ana Moreau", deactivated=True), person("ben", guest=True), person("new")]
    lines = [header(), *changed, room("hotline"), note("n1", "Hello.", 99, by="new", context="n1")]
    assert_taken_back_wholly(small_archive(tmp_path / "a.jsonl"), write(tmp_path / "b.jsonl", lines))


def a_mail(identity: str, text: str, minute: int, *, parent: str = "", room_of: str = "list.example.org") -> str:
    references = f"In-Reply-To: <{parent}@x>\nReferences: <{parent}@x>\n" if parent else ""
    return (
        f"From ana@example.org Mon Mar  2 09:{minute:02}:00 2026\n"
        f"From: Ana <ana@example.org>\nTo: list@example.org\nSubject: A thing\nMessage-ID: <{identity}@x>\n"
        f"{references}List-Id: <{room_of}>\nDate: Mon, 02 Mar 2026 09:{minute:02}:00 +0000\n"
        f"Content-Type: text/plain\n\n{text}\n\n"
    )


def test_mail_threads_that_were_joined_stand_by_themselves_again(tmp_path: Path) -> None:
    older, later = tmp_path / "a.mbox", tmp_path / "b.mbox"
    first = [a_mail("c", "Third of the talk.", 3, parent="b"), a_mail("z", "Something else.", 4)]
    older.write_text("".join(first))
    parents = [a_mail("a", "First of the talk.", 1), a_mail("b", "Second of the talk.", 2, parent="a")]
    later.write_text("".join([first[0].replace("Third", "THIRD"), *parents, a_mail("d", "Fourth.", 5, parent="c")]))
    bring(older, opens_mail=True)
    before = rows()
    report = bring(later, opens_mail=True)
    assert {one.conversation.source_id for one in Message.objects.exclude(source_id__contains="z@x")} == {"a@x"}
    take_back(None, import_id=report.import_id)
    assert rows() == before


def test_an_older_one_is_refused_with_the_newer_ones_number(tmp_path: Path) -> None:
    first = bring(small_archive(tmp_path / "a.jsonl"))
    second = bring(newer(tmp_path / "b.jsonl", note("n1", "New.", 99, context="n1")))
    before = rows()
    with pytest.raises(NotTakenBack, match=rf"^Import {second.import_id} came later .* take it back first\.$"):
        take_back(None, import_id=first.import_id)
    assert rows() == before
    take_back(None, import_id=second.import_id)
    take_back(None, import_id=first.import_id)
    assert not Message.objects.exists()
    assert not Account.objects.exists()


@pytest.mark.parametrize("import_id", [0, 999_999])
def test_one_that_is_not_there_is_said(import_id: int) -> None:
    with pytest.raises(NotTakenBack, match="There is no import"):
        take_back(None, import_id=import_id)


def test_one_taken_back_already_is_said(tmp_path: Path) -> None:
    report = bring(small_archive(tmp_path / "a.jsonl"))
    take_back(None, import_id=report.import_id)
    with pytest.raises(NotTakenBack, match="There is no import"):
        take_back(None, import_id=report.import_id)


def test_brought_in_again_afterwards_it_is_all_there(tmp_path: Path) -> None:
    path = small_archive(tmp_path / "a.jsonl")
    bring(path)
    before = said()
    take_back(None, import_id=Import.objects.get().pk)
    report = bring(path)
    assert said() == before
    assert report.new == 5


def test_what_a_member_opened_meanwhile_stays_open(tmp_path: Path) -> None:
    bring(small_archive(tmp_path / "a.jsonl"))
    renamed = [room("leads", "#leaders", audience="members", members=["ana", "ben", "cleo"])]
    report = bring(newer(tmp_path / "b.jsonl", rooms=renamed))
    audience = Room.objects.get(source_id="leads").audience_id
    member = Account.objects.get(source_id="ana")
    open_room(Viewer(None, (member.pk,), reads_organisation=True), audience_id=audience)
    take_back(None, import_id=report.import_id)
    assert Room.objects.get(source_id="leads").name == "#leads"
    assert Audience.objects.get(pk=audience).is_sealed is False


def test_cut_off_anywhere_and_started_again_it_is_taken_back_wholly(tmp_path: Path, monkeypatch: MonkeyPatch) -> None:
    many = [note(f"x{number}", f"Remark {number}.", number, context=f"x{number // 3}") for number in range(60)]
    bring(small_archive(tmp_path / "a.jsonl", *many))
    before = rows()
    changes = [
        *(gone(f"x{number}") for number in range(30)),
        *(note(f"x{number}", "Changed.", number, context=f"x{number // 3}") for number in range(30, 50)),
        *(note(f"y{number}", "New.", number, context=f"x{number}") for number in range(40)),
    ]
    report = bring(newer(tmp_path / "b.jsonl", *changes, rooms=[room("hotline", "#support")]))
    monkeypatch.setattr(taking_back, "A_STEP", 7)
    cut_off = 0
    for after in (1, 2, 3, 1, 2, 5):
        cut_off += _cut_off(monkeypatch, report.import_id, after)
    assert cut_off == 6
    take_back(None, import_id=report.import_id)
    assert rows() == before


def _cut_off(monkeypatch: MonkeyPatch, import_id: int, after: int) -> bool:
    """Raise before one of the undo's transactions."""

    class Killed(Exception):
        pass

    calls, real = 0, transaction.atomic

    def counted() -> object:
        nonlocal calls
        calls += 1
        if calls > after:
            raise Killed
        return real()

    def withdrawn(actor: None, *, message_ids: Sequence[int]) -> None:
        with counted():  # type: ignore[attr-defined]
            withdraw(actor, message_ids=message_ids)

    with monkeypatch.context() as patch:
        patch.setattr(taking_back, "transaction", SimpleNamespace(atomic=counted))
        patch.setattr(taking_back, "withdraw", withdrawn)
        try:
            take_back(None, import_id=import_id)
        except Killed:
            return True
    return False


def test_no_conversation_is_left_without_words(tmp_path: Path) -> None:
    bring(small_archive(tmp_path / "a.jsonl"))
    report = bring(newer(tmp_path / "b.jsonl", note("n1", "New.", 99, context="n1"), gone("m3")))
    take_back(None, import_id=report.import_id)
    assert not Conversation.objects.exclude(pk__in=Message.objects.values("conversation_id")).exists()
