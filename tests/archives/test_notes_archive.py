"""What was kept goes out and comes in: a round trip changes nothing, twice brings nothing twice, undo takes all of it."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import Model
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.archives.store import Line, bring, header, note, people, room, rows, small_archive, write
from tests.notes.world import World, content

from alongside.archives.models import Import, Replaced
from alongside.archives.own_words import own_words, write_own_words
from alongside.archives.port import (
    NOTE_PARTS,
    REMARK_KINDS,
    CreditRecord,
    Header,
    NoteRecord,
    Opened,
    PassageRecord,
    Reason,
    RemarkRecord,
    RevisionRecord,
    WeaveRecord,
)
from alongside.archives.readers.alongside import AlongsideReader
from alongside.archives.rules import Report
from alongside.archives.taking_back import take_back
from alongside.archives.writing import lines as archive_lines
from alongside.archives.writing import write as write_archive
from alongside.audiences.models import Audience
from alongside.audiences.models import Part as AudiencePart
from alongside.conversations.actions.rooms import open_room
from alongside.conversations.models import Conversation, Room
from alongside.journal.models import Line as JournalLine
from alongside.journal.rules import Kind
from alongside.notes.actions.keeping import change, keep, tell
from alongside.notes.actions.naming import choose_name
from alongside.notes.actions.remarking import answer_about_name, remark, weave
from alongside.notes.content import PARTS, Content
from alongside.notes.followers import keep_passages_true
from alongside.notes.models import Credit, NameChoice, Note, Passage, Remark, Revision, Source, Weave
from alongside.notes.queries import note_view, readable_notes, revisions
from alongside.notes.rules import Naming, Part, Readers, RemarkKind, Standing
from alongside.people.actions import link_account, make_person
from alongside.people.models import Account
from alongside.people.queries import unscoped_viewer_with_address, viewer_of_person
from alongside.people.rules import Viewer

pytestmark = pytest.mark.django_db
OF_NOTES: tuple[type[Model], ...] = (Note, Revision, Source, Passage, Credit, Remark, Weave, AudiencePart)
KEPT = "2026-03-01T10:00:00Z"


def article(identity: str = "n1", by: str = "ana", **more: Any) -> Line:
    return {
        "type": "Article",
        "id": identity,
        "attributedTo": by,
        "audience": "hotline",
        "inReplyTo": ["t1"],
        "name": "Name the feeling first, then the next step",
        "parts": {"when": "A caller shouts.", "what_worked": "Say *one* sentence, then wait.", "where_not": "In a crash."},
        "passages": [{"part": "what_worked", "message": "m2", "text": "Name the feeling first"}],
        "credited": [{"who": "ben", "for": "the idea"}],
        "published": KEPT,
        **more,
    }  # fmt: skip


def revision(title: str, minute: int, by: str | None = "ben", **parts: str) -> Line:
    return {"published": f"2026-03-01T11:{minute:02}:00Z", "attributedTo": by, "name": title, "parts": parts}


def remarked(kind: str, by: str, minute: int, content: str = "") -> Line:
    return {"kind": kind, "attributedTo": by, "content": content, "published": f"2026-03-02T08:{minute:02}:00Z"}


def woven(subject: str, target: str, by: str = "ana", why: str = "The same caller.") -> Line:
    identity = f"{subject}-{target}"
    return {"type": "Relationship", "id": identity, "subject": subject, "object": target, "summary": why,
            "attributedTo": by, "published": KEPT}  # fmt: skip


def viewer(name: str) -> Viewer:
    return unscoped_viewer_with_address(f"{name}@example.org")


def brought(path: Path, *more: Line, is_try_out: bool = True) -> Report:
    return bring(small_archive(path / "a.jsonl", *more), is_try_out=is_try_out)


def kept() -> dict[str, list[dict[str, Any]]]:
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in OF_NOTES}


def reads(name: str) -> list[str]:
    return list(readable_notes(viewer(name)).order_by("source_id").values_list("source_id", flat=True))


def left_out(report: Report) -> dict[str, str]:
    return {reason: entry.first for reason, entry in report.left_out.items()}


def test_parts_and_remarks_are_called_in_an_archive_as_here() -> None:
    assert NOTE_PARTS == PARTS == tuple(part.value for part in Part)
    assert tuple(kind.value for kind in RemarkKind) == REMARK_KINDS


def test_a_note_comes_in_whole(tmp_path: Path) -> None:
    report = brought(
        tmp_path,
        article(
            revisions=[revision("Calm a caller", 0, "ana", what_worked="Be kind."), revision("Wait", 5, "ben")],
            revised={"published": "2026-03-01T12:00:00Z", "attributedTo": "ben"},
            remarks=[remarked("helped", "cleo", 1, "It was quiet."), remarked("did not help", "ana", 2, "He hung up.")],
            updated="2026-03-05T00:00:00Z",
        ),
        woven("n1", "t3"),
    )
    assert not report.left_out
    assert report.notes == 1
    row = Note.objects.get()
    view = note_view(viewer("gus"), row.public_id)
    assert (view.content.title, view.kept_by, view.revision) == (article()["name"], "Ana", 3)
    assert view.html["what_worked"] == "<p>Say <em>one</em> sentence, then wait.</p>"
    assert [(one.text, one.author, one.standing) for one in view.passages] == [
        ("Name the feeling first", "Ben", Standing.SHOWN)
    ]
    assert [(one.name, one.what_for) for one in view.credits] == [("Ben", "the idea")]
    assert [(one.kind.value, one.name, one.sentence) for one in view.remarks] == [
        ("helped", "Cleo", "It was quiet."),
        ("did not help", "Ana", "He hung up."),
    ]
    assert [one.title for one in view.sources] == ["A caller threatens to cancel. What do you say?"]
    assert [(one.kind, one.why) for one in view.weaves] == [("conversation", "The same caller.")]
    assert view.alive_at.isoformat() == "2026-03-05T00:00:00+00:00"
    assert [(one.name, one.content.title) for one in revisions(viewer("gus"), row.public_id)] == [
        ("Ben", article()["name"]),
        ("Ben", "Wait"),
        ("Ana", "Calm a caller"),
    ]
    assert (row.person_id, row.first_brought_by) == (None, report.import_id)
    told = [line.ids for line in JournalLine.objects.filter(kind=Kind.NOTES_CHANGED.value)]
    assert [row.pk] in told


def test_a_simple_note_is_what_worked(tmp_path: Path) -> None:
    simple = {"type": "Article", "id": "n1", "attributedTo": ["ana", "ben"], "audience": "hotline", "published": KEPT,
              "inReplyTo": "t1", "name": "Wait", "source": {"content": "Say *it*.", "mediaType": "text/markdown"}}  # fmt: skip
    assert not brought(tmp_path, simple).left_out
    view = note_view(viewer("ben"), Note.objects.get().public_id)
    assert view.content == Content("Wait", "", "Say *it*.", "", "")
    assert [one.name for one in view.credits] == ["Ben"]


def test_twice_changes_nothing(tmp_path: Path) -> None:
    lines = (
        article(remarks=[remarked("helped", "cleo", 1)], revisions=[revision("Wait", 5)]),
        article("n2", audience="organisation", inReplyTo=[], passages=[{"part": "why", "removed": True}]),
        woven("n1", "n2"),
        woven("t1", "t3"),
    )
    brought(tmp_path, *lines)
    before, journal = kept(), JournalLine.objects.count()
    for name in ("again.jsonl", "newer.jsonl"):
        more = [note("x", "New.", 700, context="x")] if name == "newer.jsonl" else []
        report = bring(small_archive(tmp_path / name, *lines, *more), is_try_out=True)
        assert (report.notes, report.left_out) == (0, {})
        assert kept() == before
    assert JournalLine.objects.filter(kind=Kind.NOTES_CHANGED.value).count() <= journal


def test_a_newer_archive_adds_only_what_is_new_and_undo_takes_only_that_back(tmp_path: Path) -> None:
    brought(tmp_path, article(remarks=[remarked("helped", "cleo", 1), remarked("still true", "ben", 1)]))
    before, said_before = kept(), rows()
    newer = article(
        name="Name it, then wait",
        revisions=[{**revision(article()["name"], 0), "published": KEPT, "attributedTo": "ana", "parts": article()["parts"]}],
        revised={"published": "2026-03-04T10:00:00Z", "attributedTo": "ben"},
        remarks=[remarked("helped", "cleo", 1), remarked("still true", "ben", 9), remarked("did not help", "ana", 3, "No.")],
    )  # fmt: skip
    report = bring(small_archive(tmp_path / "b.jsonl", newer, woven("n1", "t3")), is_try_out=True)
    assert (report.notes, report.left_out) == (1, {})
    view = note_view(viewer("ana"), Note.objects.get().public_id)
    assert [one.content.title for one in revisions(viewer("ana"), view.public_id)] == [
        "Name it, then wait",
        article()["name"],
    ]
    assert {one.kind.value for one in view.remarks} == {"helped", "still true", "did not help"}
    assert len(view.remarks) == 3
    assert view.weaves
    take_back(None, import_id=report.import_id)
    assert kept() == before
    assert rows() == said_before
    assert not Replaced.objects.exists()


def test_what_was_changed_here_meanwhile_stands(tmp_path: Path) -> None:
    brought(tmp_path, article())
    here = Note.objects.get()
    change(viewer("ben"), public_id=here.public_id, content=content("Ours"), based_on=1)
    newer = article(name="Theirs", revisions=[revision(article()["name"], 0, "ana")])
    report = bring(small_archive(tmp_path / "b.jsonl", newer), is_try_out=True)
    assert left_out(report) == {Reason.CHANGED_HERE.value: "n1"}
    assert note_view(viewer("ana"), here.public_id).content.title == "Ours"


def test_undo_leaves_nothing_behind(tmp_path: Path) -> None:
    before, said_before = kept(), rows()
    report = brought(
        tmp_path,
        article(remarks=[remarked("helped", "cleo", 1)]),
        article("n2", audience=["hotline", "leads"], inReplyTo=["t1", "l1"], passages=[]),
        article("n3", audience="organisation", passages=[]),
        article("n4", audience=["leads", "ana"], passages=[]),
        article("n5", audience=None, passages=[]),
        woven("n1", "n2"),
    )
    assert Note.objects.count() == 5
    take_back(None, import_id=report.import_id)
    assert kept() == before
    assert rows() == said_before
    told = {one for line in JournalLine.objects.filter(kind=Kind.NOTES_CHANGED.value) for one in line.ids}
    assert len(told) == 5


def test_what_was_kept_here_from_an_import_outlives_it(tmp_path: Path) -> None:
    report = brought(tmp_path)
    talks = Conversation.objects.filter(source_id__in=["t1", "l1"]).values_list("pk", flat=True)
    ours = keep(viewer("ana"), conversation_ids=list(talks), content=content("Ours"))
    take_back(None, import_id=report.import_id)
    assert list(Note.objects.values_list("pk", flat=True)) == [ours.pk]
    assert not Room.objects.exists()
    assert not Account.objects.exists()


def test_who_reads_a_note_follows_the_rooms(tmp_path: Path) -> None:
    report = brought(
        tmp_path,
        article("a", passages=[]),
        article("b", audience="leads", inReplyTo="l1", passages=[]),
        article("c", audience=["hotline", "leads"], inReplyTo=["t1", "l1"], passages=[]),
        article("d", audience="organisation", inReplyTo=["l1"], passages=[]),
        article("e", audience=["hotline", "ana"], passages=[]),
        article("f", audience=None, passages=[]),
        article("g", audience=["hotline", "nowhere"], passages=[]),
        # Told to the hotline, kept from the leads: only who read there read it.
        article("h", audience="hotline", inReplyTo=["l1"], passages=[]),
        article("i", audience="members", passages=[]),
    )
    assert reads("ana") == ["a", "b", "c", "d", "e", "h"]
    assert reads("ben") == ["a", "b", "c", "d", "h"]
    assert reads("cleo") == ["a", "d"]
    assert reads("gus") == ["a"]
    assert report.left_out[Reason.NO_AUDIENCE.value].count == 2
    assert report.left_out[Reason.NO_AUDIENCE.value].first == "g"


def test_what_was_kept_in_a_sealed_room_is_sealed_until_a_member_opens_it(tmp_path: Path) -> None:
    passage = {"part": "why", "message": "l2", "text": "Then tell the hotline first."}
    report = brought(
        tmp_path,
        article("b", audience="leads", inReplyTo="l1", passages=[passage]),
        article("c", audience=["hotline", "leads"], inReplyTo=["t1", "l1"], passages=[]),
        article("d", audience="organisation", inReplyTo="l1", passages=[passage]),
        is_try_out=False,
    )
    assert left_out(report) == {Reason.STILL_SEALED.value: "d"}
    assert reads("ana") == reads("ben") == ["d"]
    for name in ("ana", "ben"):
        view = note_view(viewer(name), Note.objects.get(source_id="d").public_id)
        assert (view.passages, view.sources) == ((), ())
    assert [line["id"] for line in kind_of(lines(viewer("ana")), "Article")] == ["urn:x:acme/d"]
    open_room(viewer("ana"), audience_id=Room.objects.get(source_id="leads").audience_id)
    assert reads("ana") == ["b", "c", "d"]
    assert [one.text for one in note_view(viewer("ben"), Note.objects.get(source_id="b").public_id).passages] == [
        "Then tell the hotline first."
    ]


def test_an_archive_gives_nobodys_yes(tmp_path: Path) -> None:
    """Ben's own words from a closed room, in a note that the archive calls his and tells to everybody."""
    passage = {"part": "why", "message": "l2", "text": "Then tell the hotline first."}
    brought(
        tmp_path,
        article("d", by="ben", audience="organisation", inReplyTo="l1", passages=[passage],
                credited=[{"who": "cleo", "for": "x"}, {"who": "ana", "for": "the price"}]),
    )  # fmt: skip
    row = Note.objects.get()
    assert Passage.objects.get().standing == Standing.ASKED.value
    assert note_view(viewer("cleo"), row.public_id).passages == ()
    assert note_view(viewer("cleo"), row.public_id).credits == ()


def test_only_words_that_were_said_are_quoted_and_the_report_names_ids_only(tmp_path: Path) -> None:
    said = {"part": "why", "message": "m2", "text": "Name  the\nfeeling first"}
    never = {"part": "why", "message": "m2", "text": "Secretly never said."}
    of_nobody = {"part": "why", "message": "m99", "text": "Name the feeling first"}
    report = brought(
        tmp_path,
        article(passages=[said, never, of_nobody], inReplyTo=["t1", "t99"], credited=[{"who": "zoe"}],
                remarks=[remarked("helped", "zoe", 1, "Secretly.")]),
        article("n2", by="zoe"),
        woven("n1", "n7"),
    )  # fmt: skip
    assert Passage.objects.count() == 1
    assert report.left_out[Reason.NOT_SAID.value].count == 2
    assert left_out(report) == {
        Reason.NOT_SAID.value: "n1: m2",
        Reason.NO_SOURCE.value: "n1: t99",
        Reason.NO_AUTHOR.value: "n1",
    }
    assert "ecret" not in json.dumps(Import.objects.get().report)


def test_a_note_of_a_flat_room_names_what_was_said_first(tmp_path: Path) -> None:
    flat = [
        room("flat", threaded=False),
        note("f1", "Is the lift stuck?", 60, to="flat"),
        note("f2", "Yes.", 61, to="flat"),
    ]
    report = brought(tmp_path, *flat, article(audience="flat", inReplyTo=["f2"], passages=[]))
    assert not report.left_out
    assert Source.objects.get().conversation.room.source_id == "flat"


def test_an_archive_of_notes_alone_is_something(tmp_path: Path) -> None:
    alone = [header(), *people(), article(audience="organisation", inReplyTo=None, passages=[], credited=[])]
    report = bring(write(tmp_path / "a.jsonl", alone), is_try_out=True)
    assert (report.is_nothing, report.notes) == (False, 1)
    assert reads("cleo") == ["n1"]


# Out, in, and out again.


def lines(viewer: Viewer) -> list[str]:
    """All but the header, which says whose and when."""
    return [line.decode() for line in own_words(viewer)][1:]


def kind_of(taken: list[str], kind: str) -> list[Line]:
    return [one for one in map(json.loads, taken) if one["type"] == kind]


def a_life_of_notes(world: World) -> Viewer:
    """Ana keeps from one room, from two, for the organisation, for herself; others mend and remark. She edits what
    was quoted, names Ben in what she tells, and is called otherwise where a note goes wider.
    """
    ana, ben = world.sign_up("ana"), world.sign_up("ben")
    hotline, leads = world.room("hotline", "gus", is_open=True), world.room("leads", "ana", "ben")
    silent = world.room("silent", "ana", "cleo")
    asked = world.say(hotline, "ana", "What do we say to a caller who shouts?")
    answered = world.say(hotline, "ben", "Name the feeling first.", context=asked.source_id)
    mine = world.say(hotline, "ana", "The pause does the work. It feels long.", context=asked.source_id)
    price = world.say(leads, "ana", "We raise the price in May.")
    gone = world.say(hotline, "ana", "This I take back.", context=asked.source_id)
    taken_back = world.say(hotline, "ana", "The mustard is in the drawer.", context=asked.source_id)
    unheard = world.say(silent, "cleo", "Ana only listens here.")

    one = world.keep(
        "ana",
        asked,
        written=content("One room", "Wait *long*."),
        quoted=[answered, mine, gone, taken_back],
        credited=["ben", "ana"],
    )
    two = world.keep("ana", asked, price, written=content("Two rooms", why="Both."), quoted=[price])
    told = world.keep(
        "ana", asked, price, written=content("For all"), readers=Readers.ORGANISATION, quoted=[price, mine]
    )
    own = world.keep("ana", price, written=content("Mine alone"), readers=Readers.ME)
    world.keep("ana", unheard, written=content("Where I am silent"))
    told_with = tell(ana, sentence="Today I learned to wait.", named=[world.accounts["ben"]])
    answer_about_name(ben, credit_id=Credit.objects.get(note=told_with).pk, is_yes=True)
    choose_name(ana, naming=Naming.ANOTHER, name="Robin")
    of_ben = world.keep("ben", asked, written=content("Ben's"))
    world.delete(gone)
    world.edit(mine, "The pause does the work. It feels very long.")
    world.edit(taken_back, "Never mind.")
    keep_passages_true()

    change(ben, public_id=one.public_id, content=content("One room, mended", "Wait *long*.\n\n- twice"), based_on=1)
    change(ana, public_id=one.public_id, content=content("One room, again", "Wait."), based_on=2)
    remark(ana, public_id=one.public_id, kind=RemarkKind.HELPED, sentence="Again today.")
    remark(ben, public_id=one.public_id, kind=RemarkKind.DID_NOT, sentence="Said by Ben.")
    remark(ana, public_id=two.public_id, kind=RemarkKind.STILL_TRUE)
    weave(ana, left=("note", one.public_id), right=("note", two.public_id), why="The same morning.")
    weave(
        ana, left=("note", told.public_id), right=("conversation", price.conversation.public_id), why="Where it began."
    )
    weave(ana, left=("note", one.public_id), right=("note", of_ben.public_id), why="Ben's end stays.")
    weave(ben, left=("note", one.public_id), right=("note", told.public_id), why="Woven by Ben.")
    assert own.pk
    return world.viewer("ana")  # fmt: skip


def test_one_takes_along_what_one_kept_and_nobody_elses_words() -> None:
    taken = lines(a_life_of_notes(World()))
    notes = {one["name"]: one for one in kind_of(taken, "Article")}
    assert set(notes) == {
        "One room, again", "Two rooms", "For all", "Mine alone", "Where I am silent", "Today I learned to wait.",
    }  # fmt: skip
    whole = "\n".join(taken)
    for other in ("Name the feeling", "Ben", "Cleo", "Gus", "acme/ben", "Ana only listens", "mustard", "It feels long"):
        assert other not in whole, other
    one = notes["One room, again"]
    assert one["attributedTo"] == "acme/ana"
    assert [earlier["name"] for earlier in one["revisions"]] == ["One room", "One room, mended"]
    assert ["attributedTo" in earlier for earlier in one["revisions"]] == [True, False]
    assert one["passages"] == [
        {"part": "what_worked", "message": "acme/hotline-3", "text": "The pause does the work. It feels very long."},
        {"part": "what_worked", "removed": True},
        {"part": "what_worked", "removed": True},
    ]
    assert one["credited"] == [{"who": "acme/ana", "for": "the idea"}]
    assert [(said["kind"], said["content"]) for said in one["remarks"]] == [("helped", "Again today.")]
    assert notes["Two rooms"]["audience"] == ["acme/hotline", "acme/leads"]
    assert notes["For all"]["audience"] == notes["Today I learned to wait."]["audience"] == "organisation"
    assert notes["Mine alone"]["audience"] == ["acme/leads", "acme/ana"]
    assert notes["Where I am silent"]["audience"] == "acme/silent"
    assert "inReplyTo" not in notes["Where I am silent"]
    assert {one["summary"] for one in kind_of(taken, "Relationship")} == {"The same morning.", "Where it began."}


@pytest.mark.django_db(transaction=True)
def test_a_round_trip_changes_nothing(tmp_path: Path) -> None:
    ana = a_life_of_notes(World())
    first = lines(ana)
    path = tmp_path / "mine.jsonl.gz"
    write_own_words(ana, path)
    call_command("flush", interactive=False, verbosity=0)
    report = bring(path, is_try_out=True)
    assert not report.left_out
    assert report.notes == 6
    prefix = f"own-words-{ana.person_id}/"
    viewer_there = unscoped_viewer_with_address("ana@acme.example")
    assert [line.replace(prefix, "") for line in lines(viewer_there)] == first
    # And as a person there, who made the account theirs by an own act.
    there = make_person(None, email="ana@acme.example", name="Ana", is_full_member=True)
    link_account(viewer_of_person(there), account_id=Account.objects.get().pk)
    assert [line.replace(prefix, "") for line in lines(viewer_of_person(there))] == first
    # Who reads what is the same too; how somebody is named is chosen anew where they are.
    notes = {one["name"]: one["id"] for one in kind_of(lines(viewer_there), "Article")}
    assert set(notes) == {
        "One room, again",
        "Two rooms",
        "For all",
        "Mine alone",
        "Where I am silent",
        "Today I learned to wait.",
    }
    assert not NameChoice.objects.exists()
    # Once more, and a third place holds the same.
    again = tmp_path / "again.jsonl"
    write_own_words(viewer_of_person(there), again)
    call_command("flush", interactive=False, verbosity=0)
    assert not bring(again, is_try_out=True).left_out
    third = lines(unscoped_viewer_with_address("ana@acme.example"))
    assert [line.replace(f"own-words-{there.pk}/", "").replace(prefix, "") for line in third] == first


@pytest.mark.django_db(transaction=True)
def test_a_newer_archive_of_ones_own_adds_what_is_new_there(tmp_path: Path) -> None:
    world = World()
    ana = world.sign_up("ana")
    room_here = world.room("hotline", is_open=True)
    kept_here = world.keep("ana", world.say(room_here, "ana", "A pause helps."), written=content("First"))
    paths = [tmp_path / "1.jsonl", tmp_path / "2.jsonl"]
    write_own_words(ana, paths[0])
    change(ana, public_id=kept_here.public_id, content=content("Second"), based_on=1)
    remark(ana, public_id=kept_here.public_id, kind=RemarkKind.HELPED)
    write_own_words(ana, paths[1])
    call_command("flush", interactive=False, verbosity=0)
    reports = [bring(path, is_try_out=True) for path in paths]
    assert [(report.notes, report.left_out) for report in reports] == [(1, {}), (1, {})]
    there = unscoped_viewer_with_address("ana@acme.example")
    assert [one.content.title for one in revisions(there, Note.objects.get().public_id)] == ["Second", "First"]
    assert Remark.objects.count() == 1


def test_who_has_no_account_takes_notes_along_too() -> None:
    root = make_person(None, email="root@acme.example", name="Root", is_full_member=True)
    tell(viewer_of_person(root), sentence="Today I learned to ask.")
    taken = lines(viewer_of_person(root))
    assert [one["type"] for one in map(json.loads, taken)] == ["Person", "Article"]
    assert kind_of(taken, "Article")[0]["attributedTo"] == kind_of(taken, "Person")[0]["id"] == "me"


def test_of_a_note_that_one_reads_no_more_ones_own_revisions_go_along(tmp_path: Path) -> None:
    world = World()
    world.sign_up("ana")
    leads = world.room("leads", "ana", "ben")
    ours = world.keep("ana", world.say(leads, "ana", "Price."), written=content("Mine"))
    change(world.viewer("ben"), public_id=ours.public_id, content=content("Secret of Ben"), based_on=1)
    world.members(leads, "ben")
    (line,) = kind_of(lines(world.viewer("ana")), "Article")
    assert line["name"] == "Mine"
    assert "revisions" not in line
    assert line["audience"] == "acme/leads"


def test_a_room_that_opened_does_not_open_what_was_kept_before() -> None:
    """The note stands under an audience that is no room's any more: it goes out for its keeper alone."""
    world = World()
    world.sign_up("ana")
    leads = world.room("leads", "ana", "ben")
    world.keep("ana", world.say(leads, "ana", "Price."), written=content("Before"))
    opened = Audience.objects.create(kind="organisation")
    Room.objects.filter(pk=leads.pk).update(audience=opened)
    (line,) = kind_of(lines(world.viewer("ana")), "Article")
    assert line["audience"] == "acme/ana"


ids = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20)
titles = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40)
texts = st.text(st.characters(exclude_categories=["C"], include_characters="\n"), max_size=60).map(str.strip)
times = st.datetimes(datetime(1971, 1, 1), datetime(2198, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 (Hypothesis adds it)
some_revisions = st.builds(RevisionRecord, times, st.none() | ids, titles, texts, texts, texts, texts)
some_passages = st.builds(PassageRecord, st.sampled_from(NOTE_PARTS), ids, texts.filter(bool)) | st.builds(
    PassageRecord, st.sampled_from(NOTE_PARTS), st.none()
)
some_notes = st.builds(
    NoteRecord,
    ids,
    ids,
    times,
    st.lists(some_revisions, min_size=2, max_size=4).map(tuple),
    st.lists(ids, unique=True, max_size=3).map(tuple),
    st.lists(ids, unique=True, max_size=3).map(tuple),
    st.lists(some_passages, max_size=3).map(tuple),
    st.lists(st.builds(CreditRecord, ids, titles), max_size=3).map(tuple),
    st.lists(st.builds(RemarkRecord, st.sampled_from(REMARK_KINDS), ids, times, titles), max_size=3).map(tuple),
    times,
)
some_weaves = st.builds(WeaveRecord, ids, ids, ids, titles, ids, times).filter(lambda one: one.left != one.right)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(notes=st.lists(some_notes, max_size=3), weaves=st.lists(some_weaves, max_size=3))
def test_what_is_written_reads_back_as_it_was(
    tmp_path: Path, notes: list[NoteRecord], weaves: list[WeaveRecord]
) -> None:
    # Only a change needs to say when and by whom it was made.
    kept_alone = [replace(one, source_id=one.source_id + "1", revisions=_first_alone(one)) for one in notes]
    file = tmp_path / "a.jsonl"
    write_archive(file, archive_lines(Header("k", "Acme", "slack"), [], [], [], [*notes, *kept_alone], weaves))
    reader = AlongsideReader(Opened(file))
    assert list(reader.messages()) == []
    assert list(reader.notes()) == [*notes, *kept_alone]
    assert list(reader.weaves()) == weaves


def _first_alone(note: NoteRecord) -> tuple[RevisionRecord, ...]:
    return (replace(note.revisions[0], made_at=note.kept_at, author=note.author),)
