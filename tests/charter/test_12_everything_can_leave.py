"""Promise 12: one's own words leave by oneself, in an open format, and read the same somewhere else."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings
from tests.charter.world import (
    Archives,
    bring,
    closed_room,
    everybody_signed_up,
    open_room,
    reading_as,
    said,
    viewer,
    whole,
)

from alongside.archives.own_words import own_words, write_own_words
from alongside.conversations.actions.rooms import open_room as open_sealed_room
from alongside.conversations.models import Conversation, Message, Room
from alongside.search.followers import catch_up_words

pytestmark = pytest.mark.django_db(transaction=True)


def the_organisation(archives: Archives) -> None:
    archives.bring(
        rooms=[open_room("help", "gus"), closed_room("board", "ana", "ben"), closed_room("cellar", "ana", "ben")],
        messages=[
            said("o1", "help", "ana", "How do I <b>export</b> an invoice?", helped=True),
            said("o2", "help", "ben", "Choose zebra.", minutes=1, context="o1"),
            said("o3", "help", "ana", "Thanks, <code>zebra</code> did it.", minutes=2, context="o1", edited=True),
            said("o4", "help", "ben", "Giraffes are tall.", minutes=3),
            said("o5", "help", "ana", "They are.", minutes=4, context="o4"),
            said("c1", "board", "ana", "A named matter.", minutes=5, subject="Named by Ana"),
            said("c2", "board", "ben", "Walrus.", minutes=6),
            said("s1", "cellar", "ana", "Ocelot, sealed.", minutes=7),
        ],
    )


def opened(readers_ana: object, room: str) -> None:
    open_sealed_room(viewer(readers_ana), audience_id=Room.objects.get(source_id=room).audience_id)  # type: ignore[arg-type]
    catch_up_words()


def records(taken: bytes) -> list[dict[str, object]]:
    return [json.loads(line) for line in taken.splitlines()]


def notes(taken: bytes) -> set[str]:
    """Ids as they were in the tool: what an export puts before them keeps those of two tools apart."""
    return {str(one["id"]).rpartition("/")[2] for one in records(taken) if one["type"] == "Note"}


def test_ones_own_words_go_along_and_nobody_elses_nor_what_is_sealed(archives: Archives, without_meaning: None) -> None:
    the_organisation(archives)
    readers = everybody_signed_up()
    opened(readers.ana, "board")
    taken = b"".join(own_words(viewer(readers.ana)))
    assert notes(taken) == {"o1", "o3", "o5", "c1"}
    assert {one["name"] for one in records(taken) if one["type"] == "Person"} == {"Ana Moreau"}
    for others in (b"Choose", b"Giraffes", b"Walrus", b"Ben", b"ben@", b"gus", b"Ocelot", b"cellar"):
        assert others not in taken, others


def test_each_takes_their_own_alone(archives: Archives, without_meaning: None) -> None:
    the_organisation(archives)
    readers = everybody_signed_up()
    opened(readers.ana, "board")
    for person, ids in ((readers.ben, {"o2", "o4", "c2"}), (readers.gus, set()), (readers.root, set())):
        client = reading_as(person)
        answer = client.get("/things/take")
        taken = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
        assert notes(taken) == ids
        for query in ("?person=1", f"?person={readers.ana.pk}", f"?email={readers.ana.email}"):
            again = b"".join(client.get(f"/things/take{query}").streaming_content)  # type: ignore[attr-defined]
            assert notes(again) == ids
    assert b"zebra" not in whole(Client().get("/things/take"))


def test_brought_into_an_empty_installation_it_reads_the_same(
    archives: Archives, without_meaning: None, tmp_path: Path, settings: Settings
) -> None:
    the_organisation(archives)
    readers = everybody_signed_up()
    opened(readers.ana, "board")
    ana = viewer(readers.ana)
    before = as_read_by(ana.account_ids)
    path = tmp_path / "mine.jsonl.gz"
    assert write_own_words(ana, path) == len(before)
    call_command("flush", interactive=False, verbosity=0)
    settings.HOME = tmp_path / "another"
    report = bring(path)
    assert not report.left_out
    assert report.sealed_rooms == 1
    assert as_read_by(None) == before
    again = everybody_signed_up()
    opened_room = Room.objects.get(source_id__endswith="board")
    open_sealed_room(viewer(again.ana), audience_id=opened_room.audience_id)
    catch_up_words()
    link = Conversation.objects.get(source_id__endswith="c1").public_id
    page = reading_as(again.ana).get(f"/conversations/{link}").content
    assert b"Named by Ana" in page
    assert b"A named matter." in page
    found = reading_as(again.ana).get("/api/find?q=invoice").json()["results"]
    assert [one["source_id"].rpartition("/")[2] for one in found] == ["o1"]
    assert Conversation.objects.count() == 3


def as_read_by(account_ids: tuple[int, ...] | None) -> list[tuple[object, ...]]:
    """All that makes a message read as it does; of these authors, or of all."""
    rows = Message.objects.exclude(source_id="s1")
    if account_ids is not None:
        rows = rows.filter(author_id__in=account_ids)
    return list(
        rows.order_by("said_at").values_list(
            "html", "text", "said_at", "edited_at", "url", "helped", "author__name", "room__name"
        )
    )
