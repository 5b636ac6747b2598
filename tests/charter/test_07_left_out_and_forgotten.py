"""Promise 7: any author can be left out and forgotten, now and in every later import; and what cannot be called back
is named honestly.
"""

from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from tests.charter.world import (
    ANA,
    BEN,
    GUS,
    Archives,
    Readers,
    account_id,
    address_of,
    addresses,
    answers,
    closed_room,
    everybody_signed_up,
    open_room,
    reading_as,
    said,
    viewer,
)

from alongside.archives.backing_up import back_up
from alongside.archives.bringing_back import bring_back
from alongside.audiences.models import Audience
from alongside.conversations.actions.rooms import open_room as open_sealed_room
from alongside.conversations.models import Message
from alongside.kit.refused import Refused
from alongside.notes.actions.keeping import Quoted, keep
from alongside.notes.content import Content
from alongside.notes.rules import Part
from alongside.people import ledger
from alongside.people.actions.leaving_out import forget, go_on, pause
from alongside.people.models import Account, Person
from alongside.people.rules import NOBODY
from alongside.search.cleaning import forget_now
from alongside.search.followers import catch_up_words, rebuild_words
from alongside.search.serving import index_folder

pytestmark = pytest.mark.django_db(transaction=True)

OPEN, CLOSED, LATER = "quixotryfold", "zephyrmantle", "wobblegnarl"
WORDS = (OPEN, CLOSED, LATER)


def talk(archives: Archives, *, is_later: bool = False) -> None:
    later = [said("o9", "help", "ana", f"Later it is {LATER}.", minutes=90)] if is_later else []
    archives.bring(
        people=(ANA, BEN, GUS),
        rooms=[open_room("help", "gus"), closed_room("board", "ana", "ben")],
        messages=[
            said("o1", "help", "ana", f"Why does {OPEN} smoke?", subject=f"About {OPEN}"),
            said("o2", "help", "ben", "Pull the walrus plug.", minutes=1, context="o1"),
            said("c1", "board", "ana", f"Never say {CLOSED}.", minutes=2),
            *later,
        ],
    )


@pytest.fixture
def readers(archives: Archives, without_meaning: None) -> Readers:
    """Ana and Ben belong to the board, Gus is a guest, Root an administrator without an account."""
    talk(archives)
    made = everybody_signed_up()
    for audience in Audience.objects.filter(is_sealed=True):
        open_sealed_room(viewer(made.ben), audience_id=audience.pk)
    quoted = Message.objects.get(source_id="o1")
    keep(
        viewer(made.ben),
        conversation_ids=[quoted.conversation_id],
        content=Content("Smoke", "", "Pull it.", "", ""),
        passages=[Quoted(Part.WHEN, quoted.pk, quoted.text)],
    )
    catch_up_words()
    return made


def everything_read(readers: Readers) -> bytes:
    """Every address that reads, by everybody there is, asking for the words themselves too."""
    known = [one.pk for one in (readers.ana, readers.ben, readers.gus, readers.root)]
    clients = [Client(), *(reading_as(one) for one in Person.objects.filter(pk__in=known).order_by("id"))]
    conversations = [row[0] for row in _rows("SELECT public_id FROM conversations_conversation")]
    rooms = [row[0] for row in _rows("SELECT public_id FROM conversations_room")]
    notes = [row[0] for row in _rows("SELECT public_id FROM notes_note")]
    asked = [
        *addresses(rooms=rooms, conversations=conversations, questions=[]),
        *(f"/api/find?q={word}" for word in ("smoke", "walrus", "later")),
        *(f"/api/conversations/{one}/{what}" for one in conversations for what in ("kept", "draft")),
        *(f"/notes/{one}{what}" for one in notes for what in ("", "/history")),
        *(f"/api/notes/{one}" for one in notes),
        *("/notes/", "/questions/", "/things/take", "/things/known", "/api/me"),
    ]
    return b"".join(page for client in clients for page in answers(client, asked).values())


def _rows(sql: str) -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        rows: list[tuple[str, ...]] = cursor.fetchall()
    return rows


def found(readers: Readers, word: str) -> list[int]:
    return [found_by(one, word) for one in (readers.ana, readers.ben, readers.gus, readers.root)]


def found_by(person: Person, word: str) -> int:
    """Who is gone asks like anybody from outside."""
    here = Person.objects.filter(pk=person.pk).first()
    client = Client() if here is None else reading_as(here)
    return len(client.get(f"/api/find?q={word}").json()["results"])


def test_who_pauses_is_found_by_nobody_now_and_in_later_imports(archives: Archives, readers: Readers) -> None:
    assert found(readers, OPEN) == [2, 2, 2, 2]
    assert found(readers, CLOSED) == [1, 1, 0, 0]
    pause(viewer(readers.ana))
    talk(archives, is_later=True)
    catch_up_words()
    for word in WORDS:
        assert found(readers, word) == [0, 0, 0, 0]
    rebuild_words(index_folder())
    for word in WORDS:
        assert found(readers, word) == [0, 0, 0, 0]
    where_said = reading_as(readers.ben).get(f"/conversations/{address_of('conversation', 'o1')}")
    assert OPEN.encode() in where_said.content
    go_on(viewer(readers.ana))
    catch_up_words()
    assert found(readers, OPEN) == [2, 2, 2, 2]
    assert found(readers, CLOSED) == [1, 1, 0, 0]


def test_who_is_forgotten_is_read_nowhere_by_nobody(readers: Readers) -> None:
    before = everything_read(readers)
    for words in (OPEN, CLOSED, "Ana Moreau", "ana@acme.example"):
        assert words.encode() in before, "otherwise this says nothing"
    forget(viewer(readers.ana))
    after = everything_read(readers)
    for words in (OPEN, CLOSED, "Ana Moreau", "ana@acme.example"):
        assert words.encode() not in after
    assert b"Pull the walrus plug." in after
    catch_up_words()
    assert found(readers, OPEN) == found(readers, CLOSED) == [0, 0, 0, 0]


def test_no_later_import_brings_anybody_back(archives: Archives, readers: Readers) -> None:
    forget(viewer(readers.ana))
    forget_now(None)
    talk(archives, is_later=True)
    catch_up_words()
    read = everything_read(readers)
    for words in (*WORDS, "Ana Moreau", "ana@acme.example"):
        assert words.encode() not in read
    assert b"Pull the walrus plug." in read
    assert not Account.objects.filter(source_id="ana").exists()


def test_nobody_else_leaves_out_or_forgets_anybody(archives: Archives, readers: Readers) -> None:
    """An administrator included: what they do, they do to themselves."""
    of_ana = {"person": readers.ana.pk, "account": account_id("ana")}
    for person in (readers.gus, readers.root):
        client = reading_as(person)
        client.post("/choices/pause", {"paused": "yes", **of_ana})
        client.post("/choices/forget", {"sure": "yes", **of_ana})
    for act in (pause, go_on, forget):
        with pytest.raises(Refused):
            act(NOBODY)
    assert Client().post("/choices/forget", {"sure": "yes"}).status_code == 403
    catch_up_words()
    assert found_by(readers.ana, CLOSED) == found_by(readers.ben, CLOSED) == 1


def test_what_cannot_be_called_back_is_named_before_and_after(readers: Readers) -> None:
    ana = reading_as(readers.ana)
    pages = [ana.get("/choices/forget").content.decode(), ana.post("/choices/forget", {"sure": "yes"}).content.decode()]
    for page in pages:
        for what in ("Letters", "Backups", "Logs of the database", "others quoted"):
            assert what in page


def test_without_the_ledger_nothing_comes_in(archives: Archives, readers: Readers) -> None:
    """Otherwise losing a folder would bring people back."""
    forget(viewer(readers.ana))
    ledger.ledger_folder().rename(ledger.ledger_folder().with_name("lost"))
    with pytest.raises(Refused):
        talk(archives)
    assert not Account.objects.filter(source_id="ana").exists()


def test_a_backup_forgets_again(readers: Readers, tmp_path: Path) -> None:
    back_up(tmp_path / "backup.zip")
    forget(viewer(readers.ana))
    bring_back(tmp_path / "backup.zip")
    read = everything_read(readers)
    assert OPEN.encode() not in read
    assert b"Pull the walrus plug." in read
