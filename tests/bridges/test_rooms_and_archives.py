"""What an archive brings of rooms that their tool itself tells of: sealed, and never turning back who may read what."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import Q

from alongside.archives.actions import bring_in
from alongside.archives.models import Import
from alongside.archives.recognising import recognised
from alongside.archives.taking_back import take_back
from alongside.audiences.queries import readable_by
from alongside.bridges.actions.connecting import connect
from alongside.bridges.models import Presence
from alongside.bridges.port import AccountSeen, Reach
from alongside.conversations.models import Conversation, Message, Room
from alongside.people.models import Account, Connection
from alongside.search.followers import catch_up_words
from tests.bridges.test_acts import remembered
from tests.bridges.test_rooms import ANSWER, NOTHING, answered
from tests.bridges.world import HOTLINE, LEADS, World, words_of

pytestmark = pytest.mark.django_db(transaction=connection.vendor == "postgresql")
ZITHER = "where does the zither stand?"


def brought(folder: Path, lines: Sequence[dict[str, object]], key: str = "acme") -> int:
    first = {
        "@context": "https://www.w3.org/ns/activitystreams", "type": "Collection", "id": f"urn:x:{key}",
        "name": "Acme chat", "alongside": 1, "tool": "slack",
    }  # fmt: skip
    path = folder / f"{key}-{len(list(folder.iterdir()))}.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in (first, *lines)))
    report = bring_in(None, reader=recognised(path).reader, path=path, is_try_out=False)
    catch_up_words()
    return report.import_id


def people(*names: str, **more: object) -> list[dict[str, object]]:
    return [{"type": "Person", "id": one, "name": one.title(), **more} for one in names]


def said_in(room: str, members: Sequence[str] | None, text: str, thread: str = "old-1") -> list[dict[str, object]]:
    audience = {"audience": "organisation"} if members is None else {"audience": "members", "members": list(members)}
    note: dict[str, object] = {
        "type": "Note", "id": f"{room}-{thread}", "attributedTo": "ana", "to": room, "context": thread,
        "content": f"<p>{text}</p>", "published": "2026-03-01T10:00:00Z",
    }  # fmt: skip
    return [{"type": "Group", "id": room, "name": room.lower(), **audience}, note]


def read_by(world: World, account: str) -> str:
    """Everything that somebody may read, and what they are answered about the zither."""
    world.write(account, ZITHER)
    texts = readable_by(world.viewer(account), Message.objects.all()).values_list("text", flat=True)
    return "\n".join((words_of(world.written_to(account)[-1]), *texts))


@pytest.fixture
def archive(world: World, tmp_path: Path) -> str:
    """A closed room that an archive brought, sealed; the workspace of the archive is the one that is connected."""
    brought(
        tmp_path, [*people("ana", "bo", "cy"), *said_in("G-old", ["ana", "bo"], "The zither stands in the cellar.")]
    )
    given = Connection.objects.exclude(pk__in=[world.bridge.connection_id, world.mailing.connection_id]).get()
    Account.objects.filter(connection_id=world.bridge.connection_id).delete()
    world.bridge = connect(
        None, kind="pretend-chat", key=given.key, name=given.name, given={"file": str(world.folder / "chat")}
    )
    assert world.bridge.connection_id == given.pk
    for one in ("ana", "bo", "cy"):
        world.happens(AccountSeen(source_id=one, name=one.title(), handle=one))
    return ZITHER


def test_a_sealed_room_of_an_archive_is_the_same_room_when_it_is_invited_and_opened_by_a_member_alone(
    world: World, archive: str
) -> None:
    world.room("G-old", "old", Reach.MEMBERS, ["ana", "bo"])
    world.invite("G-old")
    assert Room.objects.filter(source_id="G-old").count() == 1
    for account in ("ana", "bo", "cy"):
        assert "cellar" not in answered(world, account, archive)
    world.ask("cy", "open this room", "G-old")
    assert "nothing of this room that you could open" in words_of(world.whispers("cy", "G-old")[-1])
    assert "cellar" not in answered(world, "ana", archive)
    world.ask("bo", "remember this room", "G-old")
    world.say("bo", "The zither is wet.", "G-old")
    assert "cellar" not in answered(world, "bo", archive)
    world.ask("ana", "open this room", "G-old")
    assert "open to its members now" in words_of(world.whispers("ana", "G-old")[-1])
    assert "cellar" in answered(world, "bo", "does the zither stand in the cellar?")
    assert "cellar" not in answered(world, "cy", "does the zither stand in the cellar?")


def test_a_sealed_room_that_the_tool_opens_stays_sealed_until_a_member_opens_it(world: World, archive: str) -> None:
    world.room("G-old", "old", Reach.ORGANISATION, ["ana", "bo", "cy"])
    world.invite("G-old")
    for account in ("ana", "cy"):
        assert "cellar" not in answered(world, account, archive)


# Its tool tells of it already when the archive comes


@pytest.fixture
def live(world: World, tmp_path: Path) -> Path:
    """The archives in this folder are of the workspace that is connected."""
    Connection.objects.filter(pk=world.bridge.connection_id).update(key="urn:x:acme")
    return tmp_path


def test_a_closed_room_of_an_archive_is_sealed_also_where_it_was_invited_before(world: World, live: Path) -> None:
    remembered(world, LEADS)
    old = [*people("ana", "bo", "cy"), *said_in(LEADS, ["ana", "bo", "cy"], "The zither stands in the cellar.")]
    brought(live, old)
    for account in ("ana", "bo", "cy"):
        assert "cellar" not in read_by(world, account)
    assert ANSWER in answered(world, "bo"), "what was said since is its members', as before"
    world.ask("cy", "open this room", LEADS)
    assert "nothing of this room that you could open" in words_of(world.whispers("cy", LEADS)[-1])
    world.ask("bo", "open this room", LEADS)
    assert "cellar" in read_by(world, "ana")
    assert "cellar" not in read_by(world, "cy"), "an archive says who was in it once"
    more = said_in(LEADS, ["ana", "bo", "cy"], "And the lute stands in the attic.", "old-2")
    brought(live, [*old, more[1]])
    assert "lute" in read_by(world, "ana"), "opened once is opened"
    world.leaves("bo", LEADS)
    assert "cellar" not in read_by(world, "bo")


def test_what_an_archive_brings_of_a_room_that_is_closed_now_is_its_members(world: World, live: Path) -> None:
    remembered(world, LEADS)
    brought(live, [*people("ana", "bo", "cy"), *said_in(LEADS, None, "The zither stands in the cellar.")])
    assert "cellar" in read_by(world, "bo")
    assert "cellar" not in read_by(world, "cy")
    assert Room.objects.get(source_id=LEADS).audience.kind == "closed"


def test_what_an_archive_brings_closed_of_a_room_that_is_open_now_stays_sealed(world: World, live: Path) -> None:
    remembered(world)
    brought(live, [*people("ana", "bo", "cy"), *said_in(HOTLINE, ["ana"], "The zither stands in the cellar.")])
    for account in ("ana", "cy"):
        assert "cellar" not in read_by(world, account)
    assert ANSWER in answered(world, "cy")


@pytest.mark.parametrize("room", [HOTLINE, LEADS], ids=["open", "closed"])
def test_what_an_archive_brings_sealed_of_a_thread_that_is_here_is_not_read_with_it(
    world: World, live: Path, room: str
) -> None:
    question, _answer = remembered(world, room)
    sealed = said_in(room, ["ana", "bo", "cy"], "The zither stands in the cellar.", question)
    more = {**sealed[1], "id": f"{room}-more", "content": "<p>And the lute stands in the attic.</p>"}
    number = brought(live, [*people("ana", "bo", "cy"), *sealed])
    brought(live, [*people("ana", "bo", "cy"), *sealed, more])
    for account in ("ana", "bo", "cy"):
        read = read_by(world, account)
        assert "cellar" not in read
        assert "lute" not in read
    assert ANSWER in answered(world, "bo")
    apart = Conversation.objects.get(message_ids_of(f"{room}-{question}"))
    assert apart == Conversation.objects.get(message_ids_of(f"{room}-more")), "what is sealed of a thread is one"
    world.say("bo", "The quokka agrees.", room, question)
    assert "quokka" in read_by(world, "ana")
    world.ask("ana", "open this room", room)
    assert "cellar" in read_by(world, "ana")
    assert "lute" in read_by(world, "bo")
    newest = max(Import.objects.values_list("id", flat=True))
    for one in (newest, number):
        take_back(None, import_id=one)
    assert not Conversation.objects.filter(pk=apart.pk).exists()
    assert ANSWER in answered(world, "bo")


def message_ids_of(source_id: str) -> Q:
    return Q(pk__in=Message.objects.filter(source_id=source_id).values("conversation_id"))


def test_what_is_said_in_a_thread_that_an_archive_brought_sealed_is_its_members_and_can_be_kept(
    world: World, live: Path
) -> None:
    old = said_in("G-old", ["ana", "bo", "cy"], "The zither stands in the cellar.")
    old[1] = {**old[1], "id": "old-1"}
    brought(live, [*people("ana", "bo", "cy"), *old])
    world.room("G-old", "old", Reach.MEMBERS, ["ana", "bo"])
    world.invite("G-old")
    world.ask("ana", "remember this room", "G-old")
    world.say("bo", "The lute stands in the attic.", "G-old", "old-1")
    assert "lute" in read_by(world, "ana")
    for account in ("ana", "bo", "cy"):
        assert "cellar" not in read_by(world, account)
    assert "lute" not in read_by(world, "cy")
    world.ask("ana", "keep", "G-old", "old-1")
    draft = words_of(world.whispers("ana", "G-old")[-1])
    assert "lute" in draft
    assert "zither" not in draft


def test_what_is_said_in_a_sealed_thread_of_a_room_that_opened_tells_nobody_more(world: World, live: Path) -> None:
    brought(live, [*people("ana", "bo"), *said_in("G-old", ["ana", "bo"], "The zither stands in the cellar.")])
    world.room("G-old", "old", Reach.ORGANISATION, ["ana", "bo", "cy"])
    world.invite("G-old")
    world.ask("ana", "remember this room", "G-old")
    world.say("bo", "The lute stands in the attic.", "G-old", "old-1")
    for account in ("ana", "bo", "cy"):
        assert "lute" not in read_by(world, account)


def test_an_archive_lets_nobody_in_again_who_left_or_was_switched_off_and_calls_nobody_as_before(
    world: World, live: Path
) -> None:
    remembered(world, LEADS)
    world.leaves("bo", LEADS)
    world.happens(AccountSeen(source_id="ana", name="Ana Sorensen", handle="ana", is_deactivated=True))
    said = said_in(LEADS, ["ana", "bo"], "The zither stands in the cellar.")
    number = brought(live, [*people("ana", "bo"), said[0] | {"name": "bosses"}, said[1]])
    assert NOTHING in answered(world, "bo")
    before = len(world.written_to("ana"))
    world.write("ana", ZITHER)
    assert len(world.written_to("ana")) == before
    assert Account.objects.get(source_id="ana").name == "Ana Sorensen"
    assert Room.objects.get(source_id=LEADS).name == "leads"
    take_back(None, import_id=number)
    assert Account.objects.get(source_id="ana").is_deactivated
    assert NOTHING in answered(world, "bo")


def test_a_room_that_an_archive_brought_first_stays_when_that_is_taken_back(world: World, live: Path) -> None:
    number = brought(live, [*people("ana", "eve"), *said_in("G-old", ["ana"], "The zither stands in the cellar.")])
    world.happens(AccountSeen(source_id="eve", name="Eve", handle="eve"))
    world.room("G-old", "old", Reach.MEMBERS, ["ana", "eve"])
    world.invite("G-old")
    world.ask("ana", "remember this room", "G-old")
    take_back(None, import_id=number)
    assert not Message.objects.exists()
    assert Presence.objects.get(room__source_id="G-old").is_there
    world.say("eve", "The zither is wet.", "G-old")
    assert "wet" in read_by(world, "ana")
    assert "wet" not in read_by(world, "bo")


def test_while_nobody_knows_who_is_in_a_room_an_archive_of_it_lets_nobody_in(world: World, live: Path) -> None:
    remembered(world, LEADS)
    world.put_out(LEADS)
    brought(live, [*people("ana", "bo"), *said_in(LEADS, ["ana", "bo"], "The zither stands in the cellar.")])
    for account in ("ana", "bo"):
        assert ANSWER not in read_by(world, account)
        assert "cellar" not in read_by(world, account)
