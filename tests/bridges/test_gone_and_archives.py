"""What its tool deleted or moved away does not come back: not by an older archive, and not by taking one back."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from alongside.archives.models import Import, Replaced
from alongside.archives.port import Reason
from alongside.archives.taking_back import take_back
from alongside.bridges.port import Moved, Renumbered, Said
from alongside.bridges.rules import REPLAY_KNOWN_FOR
from alongside.conversations.models import Conversation, KeptOut, Message
from alongside.kit import clock
from alongside.search.followers import catch_up_words
from tests.bridges.test_acts import remembered
from tests.bridges.test_rooms import ANSWER, moved
from tests.bridges.test_rooms_and_archives import brought, live, people, read_by, said_in
from tests.bridges.world import HOTLINE, LEADS, World

__all__ = ["live"]
pytestmark = pytest.mark.django_db(transaction=connection.vendor == "postgresql")
ALL = people("ana", "bo", "cy")
KEY = "Who has the key?"
FIRST, REPLY = f"{HOTLINE}-old-1", f"{HOTLINE}-reply"
CELLAR = "The zither stands in the cellar."


def exported(world: World, *source_ids: str, room: str = HOTLINE) -> list[dict[str, Any]]:
    """An export of a room as it was, with these messages."""
    lines = said_in(room, None, "")[:1]
    for row in Message.objects.filter(source_id__in=source_ids).select_related("author", "conversation"):
        lines.append(
            {
                "type": "Note", "id": row.source_id, "attributedTo": row.author.source_id, "to": room,
                "context": row.conversation.source_id, "content": row.html, "published": row.said_at.isoformat(),
            }
        )  # fmt: skip
    return [*ALL, *lines]


# Archives


def test_what_was_deleted_in_its_tool_no_archive_brings_back(
    world: World, live: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    question, answer = remembered(world)
    old = exported(world, question, answer)
    world.deletes(answer)
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + 2 * REPLAY_KNOWN_FOR)
    world.work()
    for _again in range(2):
        brought(live, old)
        assert ANSWER not in read_by(world, "cy")
        assert not Message.objects.filter(source_id=answer).exists()
    assert Message.objects.filter(source_id=question).exists()


def test_what_moved_away_in_its_tool_no_archive_brings_back_where_it_was(world: World, live: Path) -> None:
    question, answer = remembered(world)
    old = exported(world, question, answer)
    world.invite(LEADS)
    moved(world, answer, to=LEADS)
    brought(live, old)
    assert Message.objects.get(source_id=answer).room.source_id == LEADS
    assert ANSWER not in read_by(world, "cy")


def test_what_moved_away_and_comes_back_in_its_tool_is_heard_there_again(world: World) -> None:
    _question, answer = remembered(world)
    moved(world, answer, to="G-never-seen")
    assert not Message.objects.filter(source_id=answer).exists()
    again = world.chat.say("ana", "Name the feeling again.", room=HOTLINE)
    said = again.event
    assert isinstance(said, Said)
    same = Said(**{name: getattr(said, name) for name in said.__struct_fields__} | {"source_id": answer})
    world.happens(same)
    assert not Message.objects.filter(source_id=answer).exists()
    moved(world, answer, to=HOTLINE, room="G-never-seen")
    world.happens(same)
    assert Message.objects.filter(source_id=answer).exists()


def test_what_was_deleted_stays_so_when_its_room_gets_another_id(world: World, live: Path) -> None:
    world.invite()
    world.ask("ana", "remember this room")
    world.deletes(f"{HOTLINE}:1")
    world.happens(Renumbered(room=HOTLINE, to_room="C-new"))
    old = said_in("C-new", None, CELLAR)
    brought(live, [*ALL, old[0], {**old[1], "id": "C-new:1"}, {**old[1], "id": "C-new:2", "content": "<p>Here.</p>"}])
    assert list(Message.objects.values_list("source_id", flat=True)) == ["C-new:2"]


def test_an_import_says_how_much_its_tool_had_taken_away_and_not_what(world: World, live: Path) -> None:
    question, answer = remembered(world)
    old = exported(world, question, answer)
    world.deletes(answer)
    number = brought(live, old)
    left_out = Import.objects.get(pk=number).report["left_out"]
    assert left_out == {Reason.TAKEN_AWAY.value: {"count": 1, "first": ""}}


def test_what_is_kept_of_what_is_gone_tells_nothing_of_it(world: World) -> None:
    _question, answer = remembered(world)
    world.deletes(answer)
    (row,) = KeptOut.objects.values()
    assert set(row) == {"id", "room_id", "mark"}
    assert answer not in row["mark"]
    assert set(row["mark"]) <= set("0123456789abcdef")


# Taking an archive back


def talk(first: str = KEY, reply: str | None = CELLAR, updated: str = "") -> list[dict[str, Any]]:
    """A thread of an archive: what begins it, and Bo's reply; what differs from KEY and CELLAR was edited."""
    room, asked = said_in(HOTLINE, None, first)
    answer = {
        **asked, "id": REPLY, "attributedTo": "bo", "content": f"<p>{reply}</p>", "published": "2026-03-01T10:05:00Z"
    }  # fmt: skip
    edits = {"updated": updated or "2026-03-02T10:00:00Z"}
    asked |= edits if first != KEY else {}
    answer |= edits if reply != CELLAR else {}
    return [*ALL, room, asked, *([answer] if reply is not None else [])]


def gone(*source_ids: str) -> list[dict[str, Any]]:
    return [{"type": "Tombstone", "id": one} for one in source_ids]


def taken_back(import_id: int) -> None:
    take_back(None, import_id=import_id)
    catch_up_words()
    assert not Replaced.objects.filter(brought_by_id=import_id).exists()
    assert not Conversation.objects.exclude(pk__in=Message.objects.values("conversation_id")).exists()


def titles() -> list[str]:
    return sorted(Conversation.objects.values_list("title", flat=True))


def test_a_reply_deleted_in_its_tool_does_not_come_back_as_it_was_before_an_archive(world: World, live: Path) -> None:
    brought(live, talk())
    two = brought(live, talk(reply="The zither is elsewhere."))
    assert "elsewhere" in read_by(world, "cy")
    world.deletes(REPLY)
    taken_back(two)
    assert not Message.objects.filter(source_id=REPLY).exists()
    for words in ("cellar", "elsewhere"):
        assert words not in read_by(world, "cy")
    assert KEY in read_by(world, "cy")


def test_a_thread_deleted_in_its_tool_does_not_come_back_as_it_was_before_an_archive(world: World, live: Path) -> None:
    brought(live, talk(CELLAR))
    two = brought(live, talk("The zither is elsewhere.", updated="2026-03-03T10:00:00Z"))
    world.deletes(FIRST)
    world.deletes(REPLY)
    taken_back(two)
    assert not Message.objects.exists()


def test_a_reply_moved_in_its_tool_stays_where_it_is_and_says_what_it_says(world: World, live: Path) -> None:
    brought(live, talk())
    two = brought(live, talk(reply="The zither is elsewhere."))
    world.invite()
    world.invite(LEADS)
    moved(world, REPLY, to=LEADS)
    taken_back(two)
    here = Message.objects.get(source_id=REPLY)
    assert (here.room.source_id, here.text) == (LEADS, "The zither is elsewhere.")
    assert here.audience_id == here.room.audience_id == here.conversation.audience_id
    assert "cellar" not in read_by(world, "cy")


def test_a_reply_moved_to_another_thread_of_its_room_stays_there(world: World, live: Path) -> None:
    brought(live, talk())
    two = brought(live, talk(reply="The zither is elsewhere."))
    world.invite()
    world.happens(Moved(room=HOTLINE, source_ids=(REPLY,), to_room=HOTLINE, to_context="other"))
    taken_back(two)
    assert Message.objects.get(source_id=REPLY).conversation.source_id == "other"


def test_what_its_author_said_otherwise_in_the_tool_since_stays_as_they_say_it(world: World, live: Path) -> None:
    brought(live, talk())
    two = brought(live, talk(reply="The zither is elsewhere."))
    world.invite()
    here = Message.objects.get(source_id=REPLY)
    world.happens(
        Said(
            source_id=REPLY, room=HOTLINE, account="bo", html="<p>Never mind.</p>", text="Never mind.",
            said_at=here.said_at, context=here.conversation.source_id, edited_at=clock.now(),
        )
    )  # fmt: skip
    taken_back(two)
    assert Message.objects.get(source_id=REPLY).text == "Never mind."
    assert "cellar" not in read_by(world, "cy")


def test_what_an_archive_deleted_comes_back_unless_its_tool_deleted_it_too(world: World, live: Path) -> None:
    brought(live, talk(CELLAR, "It is locked."))
    assert titles() == [CELLAR]
    two = brought(live, [*talk(CELLAR, "It is locked.")[:4], *gone(FIRST, REPLY)])
    assert not Conversation.objects.exists()
    world.deletes(FIRST)
    taken_back(two)
    assert list(Message.objects.values_list("source_id", flat=True)) == [REPLY]
    assert titles() == ["It is locked."], "what is gone gives no title either"
    assert "cellar" not in read_by(world, "cy")


def test_a_title_from_before_an_archive_does_not_say_what_its_tool_deleted(world: World, live: Path) -> None:
    brought(live, talk(CELLAR, "It is locked."))
    two = brought(live, talk("The zither is elsewhere.", "It is locked.", updated="2026-03-03T10:00:00Z"))
    assert titles() == ["The zither is elsewhere."]
    world.deletes(FIRST)
    taken_back(two)
    assert titles() == ["It is locked."]


def test_what_an_archive_deleted_comes_back_though_its_thread_went_meanwhile(world: World, live: Path) -> None:
    brought(live, talk())
    two = brought(live, [*talk()[:4], *gone(REPLY)])
    world.deletes(FIRST)
    assert not Conversation.objects.exists()
    taken_back(two)
    assert titles() == [CELLAR]
    back = Message.objects.get()
    assert (back.source_id, back.conversation.source_id) == (REPLY, "old-1")


def test_what_an_archive_deleted_and_is_here_anew_stays_as_it_is(world: World, live: Path) -> None:
    brought(live, talk())
    two = brought(live, [*talk()[:4], *gone(REPLY)])
    world.invite()
    world.ask("ana", "remember this room")
    said_at = clock.now()
    again = Said(source_id=REPLY, room=HOTLINE, account="bo", html="<p>It is here.</p>", text="It is here.",
                 said_at=said_at, context="old-1")  # fmt: skip
    world.happens(again)
    taken_back(two)
    assert Message.objects.get(source_id=REPLY).text == "It is here."


def test_what_its_tool_told_of_and_an_archive_deleted_is_deleted(world: World, live: Path) -> None:
    question, answer = remembered(world)
    two = brought(live, [*ALL, said_in(HOTLINE, None, "")[0], *gone(question, answer)])
    assert not Replaced.objects.filter(what="message").exists()
    taken_back(two)
    assert not Message.objects.exists()
    assert ANSWER not in read_by(world, "cy")


def test_what_its_members_had_forgotten_an_archive_taken_back_does_not_bring_back(world: World, live: Path) -> None:
    question, answer = remembered(world)
    edited = exported(world, question, answer)
    edited[-1] |= {"content": "<p>Say nothing.</p>", "updated": "2030-03-02T10:00:00Z"}
    two = brought(live, edited)
    assert "Say nothing" in read_by(world, "cy")
    world.ask("ana", "forget this room")
    taken_back(two)
    assert not Message.objects.exists()


def test_answers_that_were_joined_and_part_again_are_called_by_what_is_said_still(world: World, live: Path) -> None:
    room, asked = said_in(HOTLINE, None, KEY)
    asked |= {"id": "mail-1", "context": "mail-1"}
    answer = {**asked, "id": "mail-2", "content": f"<p>{CELLAR}</p>", "published": "2026-03-01T10:05:00Z"}
    more = {**asked, "id": "mail-3", "content": "<p>It is locked.</p>", "published": "2026-03-01T10:06:00Z"}
    asked |= {"context": "mail-0"}
    brought(live, [*ALL, room, answer, more])
    assert titles() == [CELLAR]
    two = brought(live, [*ALL, room, answer, more, asked])
    assert Conversation.objects.count() == 1
    world.deletes("mail-2")
    taken_back(two)
    assert titles() == ["It is locked."]
