"""What its tool deleted or moved away does not come back: not by an older archive, and not by taking one back."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from alongside.bridges.port import Renumbered, Said
from alongside.bridges.rules import REPLAY_KNOWN_FOR
from alongside.conversations.models import KeptOut, Message
from alongside.kit import clock
from tests.bridges.test_acts import remembered
from tests.bridges.test_rooms import ANSWER, moved
from tests.bridges.test_rooms_and_archives import brought, live, people, read_by, said_in
from tests.bridges.world import HOTLINE, LEADS, World

__all__ = ["live"]
pytestmark = pytest.mark.django_db(transaction=connection.vendor == "postgresql")
ALL = people("ana", "bo", "cy")
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
    from alongside.archives.models import Import
    from alongside.archives.port import Reason

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
