"""Taking in what was said: once and whole, in the right conversation, and told to the journal."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alongside.audiences.models import Audience, Hearer
from alongside.audiences.queries import NotThere
from alongside.audiences.rules import Kind
from alongside.conversations.actions.messages import TakenIn, remove, take_in
from alongside.conversations.actions.putting_back import put_words_back, withdraw
from alongside.conversations.actions.rooms import keep_room, open_room, put_room_back
from alongside.conversations.models import Conversation, Message, Room
from alongside.conversations.queries import unscoped_heard_before
from alongside.conversations.rules import RoomSaid, Said
from alongside.journal.models import Line
from alongside.journal.rules import Kind as Told
from alongside.people.models import Account, Connection
from alongside.people.rules import NOBODY, Viewer

pytestmark = pytest.mark.django_db
NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def people() -> list[int]:
    connection = Connection.objects.create(tool="slack", key="T01", name="Acme")
    return [Account.objects.create(connection=connection, source_id=one, name=one).pk for one in ("ana", "ben", "gus")]


@pytest.fixture
def hotline(people: list[int]) -> Room:
    return kept("hotline", Kind.ORGANISATION, people[2:])


def kept(
    name: str, kind: Kind, hearers: Sequence[int] = (), *, is_try_out: bool = False, url: str = "", are_all: bool = True
) -> Room:
    said = RoomSaid(name, f"#{name}", kind, tuple(hearers), url=url, are_all_hearers=are_all)
    connection = Connection.objects.get()
    return keep_room(None, connection_id=connection.pk, said=said, is_try_out=is_try_out, brought_by=None).room


def said(room: Room, identity: str, author: int, minute: int = 0, context: str | None = "", **more: object) -> Said:
    text = str(more.pop("text", f"Words of {identity}."))
    return Said(
        source_id=identity, room_id=room.pk, author_id=author, html=f"<p>{text}</p>", text=text,
        said_at=NINE + timedelta(minutes=minute), context=identity if context == "" else context, **more,  # type: ignore[arg-type]
    )  # fmt: skip


def taken(room: Room, *some: Said, brought_by: int | None = None) -> TakenIn:
    room.refresh_from_db()
    return take_in(None, said=some, audiences={room.pk: room.audience_id}, brought_by=brought_by)


def told(kind: Told) -> list[int]:
    return sorted({one for line in Line.objects.filter(kind=kind.value) for one in line.ids})


def conversation_of(identity: str) -> str:
    return Message.objects.get(source_id=identity).conversation.source_id


def test_a_message_begins_a_conversation_and_the_journal_is_told(hotline: Room, people: list[int]) -> None:
    assert taken(hotline, said(hotline, "m1", people[0])).new == 1
    conversation = Conversation.objects.get()
    assert (conversation.source_id, conversation.title) == ("m1", "Words of m1.")
    assert (conversation.started_at, conversation.last_said_at) == (NINE, NINE)
    assert told(Told.CONVERSATIONS_CHANGED) == [conversation.pk]


def test_taken_in_twice_nothing_changes_and_nothing_is_told(hotline: Room, people: list[int]) -> None:
    taken(hotline, said(hotline, "m1", people[0]))
    lines = Line.objects.count()
    again = taken(hotline, said(hotline, "m1", people[0]))
    assert (again.new, again.unchanged, again.before) == (0, 1, [])
    assert Line.objects.count() == lines


def test_twice_in_one_batch_it_comes_in_once_as_it_was_last(hotline: Room, people: list[int]) -> None:
    twice = [said(hotline, "m1", people[0], text=text) for text in ("First.", "Last.")]
    assert taken(hotline, *twice).new == 1
    assert Message.objects.get().text == "Last."


def test_a_conversation_ends_with_its_last_word(hotline: Room, people: list[int]) -> None:
    taken(hotline, said(hotline, "m1", people[0]), said(hotline, "m2", people[1], 40, "m1"))
    taken(hotline, said(hotline, "m0", people[1], -10, "m1"))
    conversation = Conversation.objects.get()
    assert conversation.started_at == NINE - timedelta(minutes=10)
    assert conversation.last_said_at == NINE + timedelta(minutes=40)


def test_an_edit_gives_back_what_was_there(hotline: Room, people: list[int]) -> None:
    taken(hotline, said(hotline, "m1", people[0]))
    changed = taken(hotline, said(hotline, "m1", people[0], text="Other.", edited_at=NINE + timedelta(hours=1)))
    (before,) = changed.before
    assert before["text"] == "Words of m1."
    put_words_back(None, messages=[before])
    assert Message.objects.get().text == "Words of m1."


def test_an_older_edit_does_not_turn_a_newer_one_back(hotline: Room, people: list[int]) -> None:
    taken(hotline, said(hotline, "m1", people[0], text="New.", edited_at=NINE + timedelta(hours=2)))
    for older in (None, NINE + timedelta(hours=1)):
        assert taken(hotline, said(hotline, "m1", people[0], text="Old.", edited_at=older)).unchanged == 1
    assert Message.objects.get().text == "New."


def test_what_comes_after_a_newer_edit_of_it_in_one_batch_does_not_turn_that_back(
    hotline: Room, people: list[int]
) -> None:
    newer = said(hotline, "m1", people[0], text="New.", edited_at=NINE + timedelta(hours=2))
    older = said(hotline, "m1", people[0], text="Older.", edited_at=NINE + timedelta(hours=1))
    assert taken(hotline, newer, said(hotline, "m1", people[0]), older).new == 1
    assert Message.objects.get().text == "New."


def test_an_answer_waits_for_what_it_answers(hotline: Room, people: list[int]) -> None:
    taken(hotline, said(hotline, "c", people[0], 2, "b"))
    joined = taken(hotline, said(hotline, "b", people[1], 1, "a"))
    assert [row["source_id"] for row in joined.joined] == ["b"]
    taken(hotline, said(hotline, "a", people[0]))
    assert {conversation_of(one) for one in "abc"} == {"a"}
    assert Conversation.objects.count() == 1


def test_a_circle_of_answers_ends(hotline: Room, people: list[int]) -> None:
    taken(hotline, said(hotline, "a", people[0], 0, "b"), said(hotline, "b", people[1], 1, "a"))
    assert Message.objects.count() == 2


def test_the_same_ids_in_two_rooms_do_not_meet(hotline: Room, people: list[int]) -> None:
    other = kept("other", Kind.ORGANISATION)
    taken(hotline, said(hotline, "m1", people[0]))
    taken(other, said(other, "m1", people[0]))
    assert Conversation.objects.count() == 2


def test_a_flat_room_is_told_apart_by_what_came_before_this_batch(hotline: Room, people: list[int]) -> None:
    taken(hotline, said(hotline, "m1", people[0], 0, None))
    taken(hotline, said(hotline, "m2", people[1], 5, None), said(hotline, "m3", people[1], 900, None))
    assert [conversation_of(one) for one in ("m1", "m2", "m3")] == ["m1", "m1", "m3"]
    assert [one.source_id for one in unscoped_heard_before(hotline.pk, NINE + timedelta(days=1), 2)] == ["m2", "m3"]


def test_in_a_flat_room_a_reply_goes_where_it_replies_to(hotline: Room, people: list[int]) -> None:
    taken(hotline, said(hotline, "m1", people[0], 0, None), said(hotline, "m2", people[1], 300, None))
    taken(hotline, said(hotline, "m3", people[2], 301, None, reply_to="m1"))
    assert conversation_of("m3") == "m1"


def test_what_is_removed_is_told_and_an_empty_conversation_goes(hotline: Room, people: list[int]) -> None:
    taken(hotline, said(hotline, "m1", people[0]), said(hotline, "m2", people[1], 1, "m1"))
    conversation = Conversation.objects.get().pk
    gone = remove(None, message_ids=[Message.objects.get(source_id="m2").pk])
    assert (len(gone.messages), gone.conversations) == (1, [])
    assert Conversation.objects.get().last_said_at == NINE
    last = remove(None, message_ids=[Message.objects.get().pk])
    assert [row["id"] for row in last.conversations] == [conversation]
    assert told(Told.CONVERSATIONS_REMOVED) == [conversation]


def test_what_is_withdrawn_leaves_its_conversation_for_others_to_come_back_into(
    hotline: Room, people: list[int]
) -> None:
    taken(hotline, said(hotline, "m1", people[0]))
    withdraw(None, message_ids=[Message.objects.get().pk])
    assert Conversation.objects.count() == 1


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL reads tables this small whole, and is right to")
def test_taking_in_never_reads_a_table_whole(hotline: Room, people: list[int]) -> None:
    """What is here already is looked up step by step down an index: an import must not take the square of its length."""
    with CaptureQueriesContext(connection) as asked:
        taken(hotline, said(hotline, "m1", people[0]), said(hotline, "m2", people[1], 1, context="m1"))
        taken(hotline, said(hotline, "m3", people[0], 2, context=None), said(hotline, "m4", people[1], 3, context="m2"))
    reads = [one["sql"] for one in asked.captured_queries if one["sql"].startswith(("SELECT", "WITH", "UPDATE"))]
    assert any("conversations_message" in one for one in reads)
    with connection.cursor() as cursor:
        for one in reads:
            steps = cursor.execute(f"EXPLAIN QUERY PLAN {one}").fetchall()
            scans = [step[3] for step in steps if step[3].startswith("SCAN") and "CONSTANT" not in step[3]]
            assert {scan.split()[1] for scan in scans} <= {"asked"}, (one, scans)


def test_a_failing_batch_leaves_nothing(hotline: Room, people: list[int]) -> None:
    with pytest.raises(KeyError):
        take_in(None, said=[said(hotline, "m1", people[0])], audiences={}, brought_by=None)
    assert not Message.objects.exists()
    assert not Line.objects.exists()


def test_a_closed_room_is_sealed_but_in_a_try_out(people: list[int]) -> None:
    assert kept("leads", Kind.CLOSED, people[:2]).audience.is_sealed
    assert not kept("board", Kind.CLOSED, people[:2], is_try_out=True).audience.is_sealed


def test_members_are_followed(people: list[int]) -> None:
    room = kept("leads", Kind.CLOSED, people[:2])
    hearers = Hearer.objects.filter(audience=room.audience).values_list("account_id", flat=True)
    kept("leads", Kind.CLOSED, people[2:], are_all=False)  # some of them, as one's own words name only oneself
    assert set(hearers.all()) == set(people)
    kept("leads", Kind.CLOSED, people[1:])
    assert set(hearers.all()) == set(people[1:])


def test_narrowing_takes_along_what_was_said_and_tells_the_indexes(hotline: Room, people: list[int]) -> None:
    taken(hotline, said(hotline, "m1", people[0]))
    Line.objects.all().delete()
    kept("hotline", Kind.CLOSED, people[:1])
    assert Message.objects.get().audience.kind == Kind.CLOSED.value
    assert told(Told.CONVERSATIONS_CHANGED) == [Conversation.objects.get().pk]


def test_widening_holds_from_then_on(people: list[int]) -> None:
    room = kept("leads", Kind.CLOSED, people[:2])
    taken(room, said(room, "m1", people[0]))
    wider = kept("leads", Kind.ORGANISATION)
    taken(wider, said(wider, "m2", people[0], 1, "m1"), said(wider, "m3", people[0], 2))
    kinds = dict(Message.objects.values_list("source_id", "audience__kind"))
    assert kinds == {"m1": Kind.CLOSED.value, "m2": Kind.CLOSED.value, "m3": Kind.ORGANISATION.value}


def test_what_is_said_to_fewer_in_a_thread_stands_apart_from_it_and_together(people: list[int]) -> None:
    leads = kept("leads", Kind.ORGANISATION)
    taken(leads, said(leads, "m1", people[0]))
    sealed = Audience.objects.create(kind=Kind.CLOSED.value, is_sealed=True)
    fewer = {leads.pk: sealed.pk}
    take_in(None, said=[said(leads, "m2", people[1], context="m1")], audiences=fewer, brought_by=1)
    take_in(None, said=[said(leads, "m3", people[0], context="m1")], audiences=fewer, brought_by=2)
    take_in(None, said=[said(leads, "m1", people[0])], audiences=fewer, brought_by=2)
    taken(leads, said(leads, "m4", people[0], context="m1"))
    assert Conversation.objects.count() == 2
    thread, apart = (Message.objects.get(source_id=one).conversation for one in ("m1", "m2"))
    assert (apart.source_id, apart.audience_id, apart.title) == ("m1", sealed.pk, "Words of m2.")
    found = Message.objects.order_by("id").values_list("source_id", "conversation_id", "audience_id")
    of_thread, of_sealed = (thread.pk, leads.audience_id), (apart.pk, sealed.pk)
    assert list(found) == [("m1", *of_thread), ("m2", *of_sealed), ("m3", *of_sealed), ("m4", *of_thread)]


def test_where_newcomers_do_not_read_earlier_talk_a_thread_goes_on_among_those_who_began_it(people: list[int]) -> None:
    leads = kept("leads", Kind.CLOSED, people[:2], is_try_out=True)
    taken(leads, said(leads, "m1", people[0]))
    begun = leads.audience_id
    more = RoomSaid("leads", "#leads", Kind.CLOSED, tuple(people), hides_earlier=True)
    keep_room(None, connection_id=leads.connection_id, said=more, is_try_out=True, brought_by=None)
    taken(leads, said(leads, "m2", people[0], context="m1"), said(leads, "m3", people[0]))
    assert leads.audience_id != begun
    assert list(Message.objects.order_by("source_id").values_list("audience_id", flat=True)) == [
        begun, begun, leads.audience_id
    ]  # fmt: skip


def test_a_room_is_put_back_as_it_was(people: list[int]) -> None:
    kept("leads", Kind.CLOSED, people[:2])
    connection = Connection.objects.get().pk
    changed = RoomSaid("leads", "#leaders", Kind.CLOSED, (people[2],), url="https://x.example")
    before = keep_room(None, connection_id=connection, said=changed, is_try_out=False, brought_by=7).before
    assert before is not None
    put_room_back(None, before=before)
    room = Room.objects.get()
    assert (room.name, room.url) == ("#leads", "")
    assert set(Hearer.objects.filter(audience=room.audience).values_list("account_id", flat=True)) == set(people[:2])


def test_only_a_member_opens_a_sealed_room_and_to_others_it_is_not_there(people: list[int]) -> None:
    room = kept("leads", Kind.CLOSED, people[:2])
    outsider = Viewer(None, (people[2],), reads_organisation=True, is_administrator=True)
    for other in (outsider, NOBODY):
        with pytest.raises(NotThere):
            open_room(other, audience_id=room.audience_id)
        with pytest.raises(NotThere):
            open_room(other, audience_id=room.audience_id + 999)
    assert Audience.objects.get(pk=room.audience_id).is_sealed
    open_room(Viewer(None, (people[0],), reads_organisation=True), audience_id=room.audience_id)
    assert not Audience.objects.get(pk=room.audience_id).is_sealed
