"""Bringing in, on real rows: what comes in, what does not, and what a second or a newer export changes."""

import gzip
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
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

from alongside.archives.models import Import
from alongside.archives.port import Reason, Unreadable
from alongside.archives.taking_back import take_back
from alongside.audiences.models import Audience, Hearer
from alongside.audiences.rules import Kind
from alongside.conversations.models import Conversation, Message, Room
from alongside.people.models import Account, Connection, Person
from alongside.people.queries import viewer_of_person
from alongside.search.units import units_of

pytestmark = pytest.mark.django_db


def sources(conversation: str) -> list[str]:
    found = Message.objects.filter(conversation__source_id=conversation).order_by("said_at", "id")
    return list(found.values_list("source_id", flat=True))


def left_out(report: Any) -> dict[str, tuple[int, str]]:
    return {reason: (entry.count, entry.first) for reason, entry in report.left_out.items()}


def readable_texts() -> int:
    units, _ = units_of(list(Conversation.objects.values_list("id", flat=True)), "en")
    return sum(len(unit.messages) for unit in units)


# Once, twice, and newer


def test_everything_of_an_archive_comes_in(tmp_path: Path) -> None:
    report = bring(small_archive(tmp_path / "a.jsonl"))
    assert (report.new, report.changed, report.unchanged, report.removed) == (5, 0, 0, 0)
    assert (report.people, report.rooms, report.sealed_rooms) == (5, 2, 1)
    assert sources("t1") == ["m1", "m2"]
    answer = Message.objects.get(source_id="m2")
    assert answer.helped
    assert answer.html == "<p>Name the feeling first, then ask what happened.</p>"
    assert answer.conversation.title.startswith("A caller threatens to cancel.")
    assert left_out(report) == {}


def test_brought_in_twice_nothing_changes(tmp_path: Path) -> None:
    path = small_archive(tmp_path / "a.jsonl")
    bring(path)
    before = rows()
    report = bring(path)
    assert rows() == before
    assert (report.new, report.changed, report.unchanged) == (0, 0, 5)
    assert Import.objects.count() == 1


def test_the_same_archive_under_another_name_is_the_same(tmp_path: Path) -> None:
    bring(small_archive(tmp_path / "a.jsonl"))
    before = rows()
    bring(small_archive(tmp_path / "b.jsonl"))
    assert rows() == before


def test_a_newer_export_brings_only_what_is_new(tmp_path: Path) -> None:
    bring(small_archive(tmp_path / "a.jsonl"))
    report = bring(small_archive(tmp_path / "b.jsonl", note("m4", "Thank them.", 50, context="t1")))
    assert (report.new, report.changed, report.unchanged) == (1, 0, 5)
    assert sources("t1") == ["m1", "m2", "m4"]


def test_edits_and_deletions_of_a_newer_export_are_honoured(tmp_path: Path) -> None:
    bring(small_archive(tmp_path / "a.jsonl"))
    edited = note("m1", "A caller cancels.", 0, context="t1", updated="2026-03-01T10:00:00Z")
    report = bring(write(tmp_path / "b.jsonl", [header(), *people(), room("hotline"), edited, gone("m3")]))
    assert (report.changed, report.removed) == (1, 1)
    changed = Message.objects.get(source_id="m1")
    assert (changed.text, changed.edited_at is None) == ("A caller cancels.", False)
    assert not Message.objects.filter(source_id="m3").exists()
    assert not Conversation.objects.filter(source_id="t3").exists()


def test_the_older_export_brought_in_again_turns_nothing_back(tmp_path: Path) -> None:
    older = small_archive(tmp_path / "a.jsonl")
    bring(older)
    edited = note("m1", "A caller cancels.", 0, context="t1", updated="2026-03-01T10:00:00Z")
    bring(write(tmp_path / "b.jsonl", [header(), *people(), room("hotline"), edited, gone("m3")]))
    before = rows()
    report = bring(older)
    assert report.is_overtaken
    assert rows() == before


def test_help_that_was_said_later_is_taken_over(tmp_path: Path) -> None:
    bring(small_archive(tmp_path / "a.jsonl"))
    thanked = note("m3", "The printer on the second floor smokes.", 9, by="gus", context="t3", helped=True)
    bring(write(tmp_path / "b.jsonl", [header(), *people(), room("hotline"), thanked]))
    assert Message.objects.get(source_id="m3").helped


def test_two_workspaces_with_the_same_ids_stay_two(tmp_path: Path) -> None:
    bring(small_archive(tmp_path / "a.jsonl"))
    bring(
        write(
            tmp_path / "b.jsonl",
            [header("urn:x:other"), *people(), room("hotline"), note("m1", "Other.", context="t1")],
        )
    )
    assert Message.objects.filter(source_id="m1").count() == 2
    assert Connection.objects.count() == 2


def test_ids_longer_than_a_column_stay_apart(tmp_path: Path) -> None:
    one, two = "i" * 400 + "1", "i" * 400 + "2"
    where = "q" * 450
    lines = [header("k" * 480, "n" * 480), person(one, "N" * 480), person(two), room(where, "Q" * 480)]
    said_in_it = [note(f"m{who[-1]}", "Hello.", by=who, to=where, context="c" * 480 + who[-1]) for who in (one, two)]
    path = write(tmp_path / "a.jsonl", [*lines, *said_in_it])
    bring(path)
    before = rows()
    bring(path)
    assert rows() == before
    assert Message.objects.values("author").distinct().count() == 2
    assert Conversation.objects.count() == 2


def test_what_a_store_cannot_hold_costs_at_most_its_own_record(tmp_path: Path) -> None:
    odd = [note("zero", "before \0 after", 70, context="z"), note("half", "half a pair \ud800", 71, context="z")]
    report = bring(small_archive(tmp_path / "a.jsonl", *odd))
    assert report.new == 6
    assert "\0" not in Message.objects.get(source_id="zero").html
    assert left_out(report)["a record that could not be read"][0] == 1


# Audiences


def test_closed_rooms_come_in_sealed(tmp_path: Path) -> None:
    bring(small_archive(tmp_path / "a.jsonl"))
    leads = Room.objects.get(source_id="leads").audience
    assert (leads.kind, leads.is_sealed) == (Kind.CLOSED.value, True)
    hearers = Hearer.objects.filter(audience=leads).values_list("account__source_id", flat=True)
    assert set(hearers) == {"ana", "ben"}
    assert readable_texts() == 3


def test_in_a_try_out_they_are_open_to_their_members_at_once(tmp_path: Path) -> None:
    report = bring(small_archive(tmp_path / "a.jsonl"), is_try_out=True)
    leads = Room.objects.get(source_id="leads").audience
    assert (leads.kind, leads.is_sealed, report.sealed_rooms) == (Kind.CLOSED.value, False, 0)
    assert readable_texts() == 5


def test_a_room_whose_audience_is_not_said_is_read_by_nobody(tmp_path: Path) -> None:
    silent = {"type": "Group", "id": "silent", "name": "#silent", "members": ["ana"]}
    bring(write(tmp_path / "a.jsonl", [header(), *people(), silent, note("s", "Hush.", to="silent", context="s")]))
    audience = Room.objects.get(source_id="silent").audience
    assert audience.kind == Kind.CLOSED.value
    assert not Hearer.objects.filter(audience=audience).exists()


def test_in_an_open_room_only_guests_are_hearers_by_name(tmp_path: Path) -> None:
    bring(small_archive(tmp_path / "a.jsonl"))
    hotline = Room.objects.get(source_id="hotline").audience
    assert list(Hearer.objects.filter(audience=hotline).values_list("account__source_id", flat=True)) == ["gus"]


def test_a_room_that_closed_closes_what_was_said_in_it(tmp_path: Path) -> None:
    bring(small_archive(tmp_path / "a.jsonl"))
    closed = room("hotline", audience="members", members=["ana"])
    bring(write(tmp_path / "b.jsonl", [header(), *people(), closed]))
    assert {one.audience.kind for one in Message.objects.filter(room__source_id="hotline")} == {Kind.CLOSED.value}
    assert {one.audience.is_sealed for one in Conversation.objects.filter(room__source_id="hotline")} == {True}


def test_a_room_that_opened_opens_only_what_is_said_from_then_on(tmp_path: Path) -> None:
    bring(small_archive(tmp_path / "a.jsonl"))
    later = [
        note("l3", "In the old thread.", 40, to="leads", context="l1"),
        note("l9", "New.", 50, to="leads", context="l9"),
    ]
    bring(write(tmp_path / "b.jsonl", [header(), *people(), room("leads"), *later]))
    kinds = dict(Message.objects.filter(room__source_id="leads").values_list("source_id", "audience__kind"))
    closed, opened = Kind.CLOSED.value, Kind.ORGANISATION.value
    assert kinds == {"l1": closed, "l2": closed, "l3": closed, "l9": opened}


# People


def test_an_address_only_offers_a_link(tmp_path: Path) -> None:
    ana = Person.objects.create(email="ana@example.org", name="Ana", is_full_member=True)
    bring(small_archive(tmp_path / "a.jsonl"))
    assert not Account.objects.filter(person__isnull=False).exists()
    assert viewer_of_person(ana).account_ids == ()


def test_a_link_stays_over_a_newer_export(tmp_path: Path) -> None:
    bring(small_archive(tmp_path / "a.jsonl"))
    ana = Person.objects.create(email="ana@example.org", name="Ana")
    Account.objects.filter(source_id="ana").update(person=ana)
    bring(
        write(tmp_path / "b.jsonl", [header(), person("ana", "Ana Moreau", email="new@example.org"), room("hotline")])
    )
    account = Account.objects.get(source_id="ana")
    assert (account.person_id, account.name, account.email) == (ana.pk, "Ana Moreau", "new@example.org")


def test_bots_leave_no_trace(tmp_path: Path) -> None:
    lines = [header(), *people(), person("bot", bot=True), room("hotline", audience="members", members=["ana", "bot"])]
    report = bring(
        write(tmp_path / "a.jsonl", [*lines, note("b", "Build passed.", by="bot"), note("m", "Hi.", context="m")])
    )
    assert not Account.objects.filter(source_id="bot").exists()
    assert [one.source_id for one in Message.objects.all()] == ["m"]
    assert left_out(report)["said by a bot"][0] == 1


# Threads and flat rooms


def test_a_flat_room_is_told_apart_by_mention_reply_and_time(tmp_path: Path) -> None:
    flat = [
        note("a1", "Where is the form?", 0),
        note("b1", "In the drawer.", 2, by="ben"),
        note("c1", "Lunch?", 180, by="cleo"),
        note("a2", "Ben, which drawer?", 190, mentions=["ben"]),
        note("c2", "Anybody?", 195, by="cleo"),
        note("b2", "The left one.", 400, by="ben", inReplyTo="a2"),
    ]
    bring(write(tmp_path / "a.jsonl", [header(), *people(), room("hotline", threaded=False), *flat]))
    assert sources("a1") == ["a1", "b1", "a2", "b2"]
    assert sources("c1") == ["c1", "c2"]


def test_conversations_of_a_flat_room_are_told_over_batches(tmp_path: Path) -> None:
    """A reply in the next batch still finds its conversation."""
    talk = [note(f"m{number}", f"Remark {number}.", number, by=("ana", "ben")[number % 2]) for number in range(1100)]
    bring(write(tmp_path / "a.jsonl", [header(), *people(), room("hotline", threaded=False), *talk]))
    assert Conversation.objects.count() == 1


def test_conversations_of_a_flat_room_stay_in_a_newer_export(tmp_path: Path) -> None:
    def export(name: str, until: int) -> Path:
        talk = [note(f"m{number}", f"Remark {number}.", number * 7, by="ana") for number in range(until)]
        return write(tmp_path / name, [header(), *people(), room("hotline", threaded=False), *talk])

    bring(export("a.jsonl", 40))
    before = {one["id"]: one["public_id"] for one in rows()["Conversation"]}
    bring(export("b.jsonl", 45))
    assert {one["id"]: one["public_id"] for one in rows()["Conversation"]} == before
    take_back(None, import_id=Import.objects.latest("pk").pk)
    assert Message.objects.count() == 40


def test_an_answer_that_came_before_its_question_is_in_its_conversation(tmp_path: Path) -> None:
    bring(small_archive(tmp_path / "a.jsonl", note("r2", "It was.", 99, context="r0")))
    bring(
        small_archive(
            tmp_path / "b.jsonl", note("r2", "It was.", 99, context="r0"), note("r0", "Was it?", 98, context="r0")
        )
    )
    assert sources("r0") == ["r0", "r2"]
    conversation = Conversation.objects.get(source_id="r0")
    assert conversation.started_at == Message.objects.get(source_id="r0").said_at


# Bad input: the rest still comes in


def test_the_rest_of_a_broken_archive_comes_in_and_each_reason_is_named_with_its_first(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.jsonl",
        [
            header(),
            *people(),
            room("hotline", audience="members", members=["ana", "nobody-1", "nobody-2"]),
            note("m1", "Here.", 1, context="m1"),
            '{"type": "Note", nonsense',
            note("m2", "Who?", 2, by="zed", context="m2"),
            note("m3", "Where?", 3, to="nowhere", context="m3"),
            {**note("m4", "When?", 4), "published": "soon"},
            note("m5", "   ", 5, context="m5"),
            {"type": "Article", "id": "n1"},
            note("m6", "And here.", 6, context="m6"),
        ],
    )
    report = bring(path)
    assert report.new == 2
    assert left_out(report) == {
        "a member of a room who is not in the archive": (2, "line 7: nobody-1"),
        "a record that could not be read": (1, "line 9"),
        "its author is not in the archive": (2, "m2"),
        "its room is not in the archive": (1, "m3"),
        "it has no time that can be read": (1, "line 12"),
        "it holds no text": (1, "line 13"),
    }


def test_a_truncated_archive_gives_what_is_whole(tmp_path: Path) -> None:
    many = [note(f"m{number}", f"Remark {number} {hash(str(number))}", number, context="t") for number in range(900)]
    whole = write(tmp_path / "a.jsonl", [header(), *people(), room("hotline"), *many])
    packed = gzip.compress(whole.read_bytes())
    path = tmp_path / "cut.jsonl.gz"
    path.write_bytes(packed[: len(packed) * 2 // 3])
    report = bring(path)
    assert 300 < report.new < 900
    assert left_out(report)["the file ends in the middle"][0] == 1


def slack(path: Path, texts: dict[str, str], *, broken: bool = False, members: tuple[str, ...] = ("U01",)) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("users.json", json.dumps([{"id": one, "team_id": "T01", "name": one.lower()} for one in members]))
        file.writestr("channels.json", json.dumps([{"id": "C01", "name": "general", "members": list(members)}]))
        for number, (ts, text) in enumerate(texts.items()):
            said_then = [{"type": "message", "user": "U01", "ts": ts, "text": text}]
            whole = json.dumps(said_then)
            file.writestr(f"general/2023-11-{14 + number}.json", whole[:-9] if broken and number == 1 else whole)
    return path


DAYS = {"1700000000.000100": "First.", "1700100000.000100": "Second.", "1700200000.000100": "Third."}


def test_what_a_newer_export_no_longer_holds_was_deleted(tmp_path: Path) -> None:
    bring(slack(tmp_path / "a.zip", DAYS))
    report = bring(slack(tmp_path / "b.zip", {ts: text for ts, text in DAYS.items() if text != "Second."}))
    assert report.removed == 1
    assert {one.text for one in Message.objects.all()} == {"First.", "Third."}


def test_a_broken_newer_export_deletes_nothing(tmp_path: Path) -> None:
    bring(slack(tmp_path / "a.zip", DAYS))
    report = bring(slack(tmp_path / "b.zip", DAYS, broken=True))
    assert (report.removed, Message.objects.count()) == (0, 3)


def test_a_newer_export_that_forgot_a_person_deletes_nothing(tmp_path: Path) -> None:
    bring(slack(tmp_path / "a.zip", DAYS))
    before = said()
    report = bring(slack(tmp_path / "b.zip", DAYS, members=("U02",)))
    assert report.removed == 0
    assert [one[-8:] for one in said()] == [one[-8:] for one in before]


def test_an_older_export_does_not_delete_what_came_after_it(tmp_path: Path) -> None:
    bring(slack(tmp_path / "b.zip", DAYS))
    report = bring(slack(tmp_path / "a.zip", dict(list(DAYS.items())[:2])))
    assert (report.removed, Message.objects.count()) == (0, 3)


def test_an_archive_that_cannot_be_read_leaves_no_trace(tmp_path: Path) -> None:
    before = rows()
    with pytest.raises(Unreadable, match="newer than this Alongside"):
        bring(write(tmp_path / "a.jsonl", [header(alongside=9) | {"alongside": 9}]))
    assert rows() == before
    assert not Import.objects.exists()


def test_an_archive_of_which_nothing_comes_in_leaves_no_trace(tmp_path: Path) -> None:
    before = rows()
    report = bring(write(tmp_path / "a.jsonl", [header(), *people(), note("m1", "Where?", to="nowhere")]))
    assert report.is_nothing
    assert rows() == before
    assert not Import.objects.exists()


# Mail


def a_mail(
    identity: str, *, parent: str = "", to: str = "dev.example.org", minute: int = 0, text: str = "Words."
) -> str:
    references = f"In-Reply-To: <{parent}@x>\nReferences: <{parent}@x>\n" if parent else ""
    return (
        f"From ana@example.org Mon Mar  2 09:{minute:02}:00 2026\n"
        f"From: Ana <ana@example.org>\nTo: dev@example.org\nSubject: The same\nMessage-ID: <{identity}@x>\n{references}"
        f"List-Id: <{to}>\nDate: Mon, 02 Mar 2026 09:{minute:02}:00 +0000\nContent-Type: text/plain\n\n{text}\n\n"
    )


def mbox(path: Path, *mails: str) -> Path:
    path.write_text("".join(mails), encoding="utf-8")
    return path


def test_mail_threads_follow_references_never_subjects(tmp_path: Path) -> None:
    bring(mbox(tmp_path / "a", a_mail("a"), a_mail("b", parent="a", minute=1), a_mail("c", minute=2)))
    assert sources("a@x") == ["a@x", "b@x"]
    assert sources("c@x") == ["c@x"]


def test_replies_that_come_before_their_parents_join_them_in_any_order(tmp_path: Path) -> None:
    mails = {
        "a": a_mail("a"),
        "b": a_mail("b", parent="a", minute=1),
        "c": a_mail("c", parent="b", minute=2),
        "d": a_mail("d", parent="c", minute=3),
    }
    for number, order in enumerate(("dcba", "bdac", "cadb")):
        for export in range(1, 5):  # each export holds one more mail than the one before
            bring(mbox(tmp_path / f"{number}-{export}", *(mails[one] for one in order[:export])))
        assert sources("a@x") == ["a@x", "b@x", "c@x", "d@x"], order
        for row in Import.objects.order_by("-pk"):
            if row.state != "undone":
                take_back(None, import_id=row.pk)
        assert not Message.objects.exists()


def test_one_mail_on_two_lists_is_in_both(tmp_path: Path) -> None:
    bring(
        mbox(
            tmp_path / "a",
            a_mail("a"),
            a_mail("a", to="ops.example.org"),
            a_mail("b", parent="a", to="ops.example.org"),
        )
    )
    assert sorted(Message.objects.values_list("room__source_id", "source_id")) == [
        ("dev.example.org", "a@x"),
        ("ops.example.org", "a@x"),
        ("ops.example.org", "b@x"),
    ]
    assert Conversation.objects.count() == 2


def test_lists_are_closed_unless_an_administrator_says_that_they_were_open(tmp_path: Path) -> None:
    path = mbox(tmp_path / "a", a_mail("a"))
    bring(path)
    assert Room.objects.get().audience.is_sealed
    take_back(None, import_id=Import.objects.get().pk)
    bring(path, opens_mail=True)
    assert Room.objects.get().audience.kind == Kind.ORGANISATION.value


# Real archives


@pytest.mark.parametrize(
    ("name", "messages", "notices"), [("test_slack_importer.zip", 82, 9), ("test_unicode_slack_importer.zip", 2, 3)]
)
def test_real_slack_exports_come_in_whole(shared_data: Path, name: str, messages: int, notices: int) -> None:
    path = shared_data / "payloads" / "slack" / "export" / name
    before = rows()
    report = bring(path)
    assert (report.new, report.left_out_in_all) == (messages, notices)
    assert set(report.left_out) == {"joins, leaves and other notices of the tool"}
    after = rows()
    assert bring(path).unchanged == messages
    assert rows() == after
    take_back(None, import_id=report.import_id)
    assert rows() == before


def test_real_posts_of_a_workplace_come_in_whole(shared_data: Path, tmp_path: Path) -> None:
    with gzip.open(shared_data / "ncar-zulip" / "posts.jsonl.gz", "rt", encoding="utf-8") as file:
        posts = [json.loads(line) for line in file]
    path = write(tmp_path / "ncar.jsonl", ncar(posts))
    report = bring(path)
    empty = sum(entry.count for reason, entry in report.left_out.items() if reason == "it holds no text")
    assert report.new + empty == len(posts)
    assert Conversation.objects.count() == len({(post["channel"], post["topic"]) for post in posts})
    before = rows()
    assert bring(path).unchanged == report.new
    assert rows() == before


def ncar(posts: list[dict[str, Any]]) -> list[Line]:
    from datetime import UTC, datetime

    speakers = [person(one) for one in sorted({post["user"] for post in posts})]
    channels = [room(one) for one in sorted({post["channel"] for post in posts})]
    notes = [
        note(
            post["id"], post["text"], by=post["user"], to=post["channel"], context=f"{post['channel']}/{post['topic']}"
        )
        | {"published": datetime.fromtimestamp(post["ts"], UTC).isoformat()}
        for post in posts
    ]
    return [header("urn:x:ncar", "NCAR"), *speakers, *channels, *notes]


def test_the_sample_comes_in_whole_in_all_three_tools() -> None:
    from alongside.config.commands.trying import SAMPLE, sample_folder

    reports = [bring(sample_folder() / name, is_try_out=True) for name in SAMPLE]
    assert [report.left_out_in_all for report in reports] == [0, 0, 0]
    assert Audience.objects.filter(is_sealed=True).count() == 0
    assert Conversation.objects.count() >= 60


def test_words_of_another_author_under_a_known_id_change_nothing_and_are_counted(tmp_path: Path) -> None:
    bring(small_archive(tmp_path / "a.jsonl"))
    theirs = note("m2", "Shout back.", 5, by="ana", context="t1", updated="2026-03-02T00:00:00Z")
    report = bring(small_archive(tmp_path / "b.jsonl", theirs))
    assert Message.objects.get(source_id="m2").text.startswith("Name the feeling")
    assert (report.changed, report.unchanged) == (0, 5)
    assert report.left_out[Reason.ANOTHER_AUTHOR.value].count == 1
