"""Forgetting: a sentence is planted wherever somebody's words can be, and then looked for in every table and file."""

import json
import re
import threading
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.core import mail
from django.db import IntegrityError, connection
from django.test import Client
from tests.archives import store
from tests.home import a_home
from tests.notes.world import World, content

from alongside.archives import actions
from alongside.archives.models import Import, Replaced
from alongside.archives.recognising import recognised
from alongside.archives.taking_back import take_back
from alongside.conversations.actions.questions import say_it_helped, wonder
from alongside.conversations.models import Conversation, Helped, Message
from alongside.kit import clock
from alongside.kit.refused import Refused
from alongside.notes.actions.keeping import change, put_back, save_draft
from alongside.notes.actions.remarking import remark, renew_feed, weave
from alongside.notes.models import Credit, Note, Passage, Remark, Revision, Weave
from alongside.notes.queries import note_view, revisions
from alongside.notes.rules import RemarkKind
from alongside.people import ledger
from alongside.people.actions.joining import offer_code
from alongside.people.actions.leaving_out import finish_forgetting, forget
from alongside.people.models import Account, Forgetting, Installation, Person
from alongside.people.rules import NOBODY
from alongside.search import cleaning, letting_go, serving
from alongside.search.cleaning import follow_forgetting, forget_now, is_due
from alongside.search.followers import MeaningFollower, catch_up_words, rebuild_words
from alongside.search.serving import index_folder
from alongside.search.words.reading import ReadingSide
from alongside.search.words.schema import analyser

pytestmark = pytest.mark.django_db(transaction=True)

# Words that stand nowhere else: in a sentence of their own each, so that one can tell where it was found.
PLANTED = (
    "quixotryfold", "zephyrmantle", "wobblegnarl", "thistlequorn", "mumblefizz", "oakenplover", "drizzlehark",
    "fennelspoke", "plumcrockle", "rustlevane",
)  # fmt: skip


@pytest.fixture
def home(settings: Any, tmp_path: Path) -> Iterator[Path]:
    settings.EMAIL_FILE_PATH = tmp_path / "home" / "mail"
    yield a_home(settings, tmp_path / "home")
    serving.model.cache_clear()


@pytest.fixture
def world(home: Path) -> World:
    del home
    made = World()
    made.sign_up("ana")
    made.sign_up("ben")
    return made


def everything_in_tables() -> str:
    """Every value of every table of the store, and of PostgreSQL's own samples of them."""
    names = connection.introspection.table_names()
    with connection.cursor() as cursor:
        rows = []
        for name in names:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(name)}")
            rows += [f"{name}: {row}" for row in cursor.fetchall()]
        if connection.vendor == "postgresql":
            cursor.execute("SELECT * FROM pg_stats WHERE schemaname = 'public'")
            rows += [f"pg_stats: {row}" for row in cursor.fetchall()]
        else:
            rows.append("".join(bytes(connection.connection.serialize()).decode("utf-8", "replace")))
    assert len(names) > 25
    return "\n".join(rows)


def where_in_files(folder: Path, words: tuple[str, ...]) -> list[str]:
    """Files of the home that hold one of these in any way that can be read off: as it is, in UTF-16, or its stem."""
    found = []
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        held = path.read_bytes().lower()
        found += [
            f"{path.relative_to(folder)}: {word}"
            for word in words
            for form in (word.encode(), word[:7].encode(), word.encode("utf-16-le"))
            if form in held
        ]
    return found


def where_in_indexes(words: tuple[str, ...]) -> list[str]:
    """Words that any index of words on the disk knows, of deleted texts too: its files are packed too tightly to grep."""
    found = []
    for folder in sorted(path for path in index_folder().glob("words-*/*") if path.is_dir()):
        snapshot = ReadingSide(folder).now("en")
        assert snapshot is not None
        stems = {word: analyser("en").analyze(word)[0] for word in words}
        found += [f"{folder}: {word}" for word, stem in stems.items() if snapshot.count(stem)]
    return found


def plant(world: World) -> Note:
    """Ana's words wherever somebody's words can be. Ben answers her; his words are to stay."""
    room = world.room("hotline", is_open=True)
    begun = world.say(room, "ana", f"Why does the {PLANTED[0]} print twice?")
    Conversation.objects.filter(pk=begun.conversation_id).update(title=f"A subject of {PLANTED[1]}")
    answer = world.say(room, "ben", "Name the feeling first.", context=begun.source_id)
    world.say(room, "ana", f"It was the {PLANTED[2]} indeed.", context=begun.source_id)
    ana, ben = world.viewer("ana"), world.viewer("ben")
    alone = world.say(room, "ana", f"Only me and my {PLANTED[3]}.")
    note = world.keep("ben", begun, written=content("A calm caller", "Count to ten."), quoted=[begun], credited=["ana"])
    change(ana, public_id=note.public_id, content=content("A calm caller", f"Count to ten, {PLANTED[4]}."), based_on=1)
    change(
        ben,
        public_id=note.public_id,
        content=content("A calm caller", f"Count to ten, {PLANTED[4]}. Breathe out.", why="It helps."),
        based_on=2,
    )
    world.keep("ana", answer, written=content(f"Only mine {PLANTED[5]}", "Nobody else wrote here."))
    remark(ana, public_id=note.public_id, kind=RemarkKind.DID_NOT, sentence=f"Too much {PLANTED[6]}.")
    weave(ana, left=("note", note.public_id), right=("conversation", alone.conversation.public_id), why=PLANTED[7])
    save_draft(ana, content=content(f"A draft of {PLANTED[8]}"), conversation_id=alone.conversation_id)
    say_it_helped(ana, message_id=answer.pk, sentence=f"That {PLANTED[9]} helped.")
    wonder(ana, public_id=begun.conversation.public_id)
    renew_feed(ana)
    world.token("ana")
    offer_code(ana)
    return note


def test_what_is_planted_is_found_before(world: World) -> None:
    """Otherwise looking for it afterwards would say nothing."""
    plant(world)
    catch_up_words()
    held = everything_in_tables()
    assert all(word in held for word in PLANTED)
    assert any(PLANTED[0] in one for one in where_in_indexes(PLANTED))


def test_forgotten_now_it_is_in_no_table_and_no_file(world: World, home: Path) -> None:
    plant(world)
    folder = django_settings.EMAIL_FILE_PATH
    folder.mkdir()
    (folder / "letter.log").write_text("To: ana@acme.example\n", "utf-8")
    (folder / "other.log").write_text("To: ben@acme.example\n", "utf-8")
    catch_up_words()
    forget(world.viewer("ana"))
    done = forget_now(None)
    assert done.store
    assert done.index
    names = ("ana@acme.example", "Ana")
    held = everything_in_tables()
    assert [word for word in (*PLANTED, *names) if word in held] == []
    assert where_in_files(home, PLANTED) == []
    assert where_in_indexes(PLANTED) == []
    assert where_in_files(home, ("ana@acme.example",)) == []
    assert where_in_files(ledger.ledger_folder(), ("ana", "acme", "slack")) == []
    assert (folder / "other.log").is_file()


def in_files_of_postgresql(words: Sequence[str]) -> list[str]:
    """Words that stand in a file of this database, deleted rows and all. What is in memory is written first."""
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
        cursor.execute(
            "SELECT current_setting('data_directory'), oid FROM pg_database WHERE datname = current_database()"
        )
        folder, number = cursor.fetchone()
    held = b"".join(file.read_bytes() for file in (Path(folder) / "base" / str(number)).iterdir())
    return [word for word in words if word.encode() in held]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="the files of the other store")
def test_forgotten_now_it_is_in_no_file_of_postgresql_where_it_was_before(world: World) -> None:
    plant(world)
    assert in_files_of_postgresql(PLANTED) == list(PLANTED)
    forget(world.viewer("ana"))
    assert in_files_of_postgresql(PLANTED), "deleted is not gone yet: otherwise this would say nothing"
    assert forget_now(None).store
    assert in_files_of_postgresql(PLANTED) == []


def test_what_others_said_stays_and_is_called_after_them(world: World) -> None:
    note = plant(world)
    forget(world.viewer("ana"))
    ben = world.viewer("ben")
    conversation = Conversation.objects.get()
    assert conversation.title == "Name the feeling first."
    assert list(Message.objects.values_list("text", flat=True)) == ["Name the feeling first."]
    view = note_view(ben, note.public_id)
    assert view.content == content("A calm caller", "Count to ten. Breathe out.", why="It helps.")
    assert [one.text for one in view.passages] == [""]
    assert (view.credits, view.remarks, view.weaves) == ((), (), ())
    assert [one.name for one in revisions(ben, note.public_id)] == ["Ben", "", "Ben"]
    assert Note.objects.count() == 1


def test_the_person_their_accounts_and_everything_of_theirs_is_gone(world: World) -> None:
    plant(world)
    client = Client()
    client.force_login(Person.objects.get(name="Ana"))
    forget(world.viewer("ana"))
    assert not Person.objects.filter(name="Ana").exists()
    assert not Account.objects.filter(source_id="ana").exists()
    assert not Forgetting.objects.exists()
    assert b"My things" not in client.get("/things/").content or b"Sign in" in client.get("/things/").content
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_session")
        assert cursor.fetchone()[0] == 0
    assert not Helped.objects.exists()
    assert not Credit.objects.filter(account__source_id="ana").exists()


def test_nobody_and_one_from_outside_forget_nobody(world: World) -> None:
    plant(world)
    before = (Message.objects.count(), Person.objects.count())
    with pytest.raises(Refused):
        forget(NOBODY)
    forget(world.viewer("gus"))
    assert (Message.objects.count(), Person.objects.count()) == before
    assert not Account.objects.filter(source_id="gus").exists()


def test_killed_right_after_the_act_it_is_gone_on_with(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from alongside.people.actions import leaving_out

    plant(world)
    with monkeypatch.context() as patched:
        patched.setattr(leaving_out, "finish_forgetting", lambda _actor: 0)
        forget(world.viewer("ana"))
    assert Forgetting.objects.count() == 1
    stop = threading.Event()
    monkeypatch.setattr(stop, "wait", lambda _seconds: stop.set())
    follow_forgetting(stop)
    assert not Forgetting.objects.exists()
    assert not Message.objects.filter(author__source_id="ana").exists()


def test_an_account_that_nobody_linked_is_forgotten_by_its_own_act(world: World) -> None:
    room = world.room("hotline", is_open=True)
    world.say(room, "cleo", f"My {PLANTED[0]}.")
    forget(world.viewer("cleo"))
    assert not Message.objects.exists()
    assert Account.objects.filter(source_id="ana").exists()


# Later imports


def brought(folder: Path, *more: store.Line, name: str = "a") -> None:
    store.bring(store.small_archive(folder / f"{name}.jsonl", *more), is_try_out=True)


def test_a_later_import_brings_nothing_back(home: Path, tmp_path: Path) -> None:
    brought(tmp_path)
    ana = Account.objects.get(source_id="ana")
    forget(World.viewer_of(ana.pk))
    brought(tmp_path, store.note("m9", f"A later {PLANTED[0]}.", 50), name="b")
    assert not Account.objects.filter(source_id="ana").exists()
    assert "threatens to cancel" not in everything_in_tables()
    assert PLANTED[0] not in everything_in_tables()
    assert Message.objects.filter(text__startswith="Name the feeling").exists()
    report = Import.objects.order_by("-id").values_list("report", flat=True)[0]
    assert report["left_out"]["its author asked to be forgotten"]["first"] == ""


def test_what_an_import_replaced_is_forgotten_and_taking_back_brings_nothing_back(home: Path, tmp_path: Path) -> None:
    brought(tmp_path)
    brought(tmp_path, store.note("m1", "Now without it.", 0, context="t1", updated="2026-04-01T00:00:00Z"), name="b")
    changed = store.note("m1", f"Edited {PLANTED[0]}", 0, context="t1", updated="2026-05-01T00:00:00Z")
    brought(tmp_path, changed, name="c")
    assert Replaced.objects.filter(what__in=("message", "edit")).exists()
    forget(World.viewer_of(Account.objects.get(source_id="ana").pk))
    assert not Replaced.objects.filter(what__in=("message", "edit")).exists()
    assert "threatens" not in everything_in_tables()
    for number in Import.objects.order_by("-id").values_list("id", flat=True)[:2]:
        take_back(None, import_id=number)
    held = everything_in_tables()
    assert "threatens" not in held
    assert PLANTED[0] not in held
    assert Message.objects.filter(text__startswith="Name the feeling").exists()


def test_forgotten_while_their_words_come_in_they_stay_out(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The import ends there; started again it goes on, without them."""
    monkeypatch.setattr(actions, "MESSAGES_A_BATCH", 1)
    path = store.small_archive(tmp_path / "a.jsonl")
    ana: list[int] = []

    def in_between(_report: Any) -> None:
        if not ana:
            ana.append(Account.objects.get(source_id="ana").pk)
            forget(World.viewer_of(ana[0]))

    with pytest.raises(IntegrityError):
        actions.bring_in(None, reader=recognised(path).reader, path=path, is_try_out=True, on_progress=in_between)
    store.bring(path, is_try_out=True)
    assert not Account.objects.filter(source_id="ana").exists()
    assert "raise the price" not in everything_in_tables()
    assert Message.objects.filter(text__startswith="Name the feeling").exists()


def test_without_the_ledger_nothing_is_brought_in(home: Path, tmp_path: Path) -> None:
    brought(tmp_path)
    forget(World.viewer_of(Account.objects.get(source_id="ana").pk))
    folder = ledger.ledger_folder()
    folder.rename(folder.with_name("elsewhere"))
    with pytest.raises(Refused, match="ledger"):
        brought(tmp_path, name="b")
    folder.with_name("elsewhere").rename(folder)
    brought(tmp_path, name="b")


def test_the_ledger_tells_nothing_but_yes_or_no(home: Path, world: World) -> None:
    forget(world.viewer("ana"))
    kept = (ledger.ledger_folder() / "forgotten").read_text()
    assert re.fullmatch(r"([0-9a-f]{64}\n)+", kept)
    assert kept.split() == sorted(kept.split())
    assert (ledger.ledger_folder() / "key").stat().st_mode & 0o077 == 0
    assert not ledger.ledger_folder().is_relative_to(home)


# Files


def test_files_are_cleaned_in_the_next_quiet_hour(world: World, home: Path) -> None:
    plant(world)
    catch_up_words()
    index = index_folder()
    assert not is_due(index)
    forget(world.viewer("ana"))
    assert not is_due(index)
    Installation.objects.update(forgotten_at=clock.now() - timedelta(days=1))
    assert is_due(index)
    forget_now(None)
    assert not is_due(index)
    assert where_in_indexes(PLANTED) == []


class Numbers:
    """A model whose vectors are easy to know again."""

    name = "numbers"

    def encode(self, texts: list[str]) -> Any:
        return np.full((len(texts), 384), 0.05, dtype=np.float32)


def encoded(folder: Path) -> bool:
    return any(np.load(path).any() for path in folder.rglob("values.npy"))


def test_vectors_become_zeros_before_anything_else_is_encoded(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    room = world.room("hotline", is_open=True)
    world.say(room, "ana", f"My {PLANTED[0]}.")
    follower = MeaningFollower(index_folder(), Numbers())  # type: ignore[arg-type]
    follower.catch_up(threading.Event())
    assert encoded(index_folder())
    forget(world.viewer("ana"))
    at_once = letting_go.AtOnce(threading.Event())
    assert at_once.is_set()
    follower.let_go()
    assert not encoded(index_folder())
    at_once.clear()
    monkeypatch.setattr(letting_go, "LOOKED", 0)
    assert not at_once.is_set()
    follower.catch_up(threading.Event())
    follower.close()
    assert not encoded(index_folder())


def test_where_nobody_follows_cleaning_zeroes_vectors_itself(world: World) -> None:
    room = world.room("hotline", is_open=True)
    world.say(room, "ana", f"My {PLANTED[0]}.")
    follower = MeaningFollower(index_folder(), Numbers())  # type: ignore[arg-type]
    follower.catch_up(threading.Event())
    follower.close()
    forget(world.viewer("ana"))
    assert forget_now(None).index
    assert not encoded(index_folder())


def test_who_writes_the_index_elsewhere_is_waited_for(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from alongside.search import node

    rebuild_words(index_folder())
    monkeypatch.setattr(cleaning, "WAITED", 0.3)
    with node.writing(index_folder()):
        assert not cleaning.clean_index(index_folder())
    assert cleaning.clean_index(index_folder())


def test_every_table_that_names_somebody_is_let_go_of() -> None:
    """A new table with an account or a person in it has to be looked at: it is named here once that is done."""
    known = {
        "Account", "DeclinedLink", "Token", "JoinCode", "Hearer", "HeardLast", "Message", "Helped", "Wondering", "Note",
        "Revision", "Credit", "Remark", "Weave", "Draft", "Feed", "NameChoice", "EmailAddress", "Bridge", "Followed",
        "Flow", "Delivery",
    }  # fmt: skip
    naming = {
        model.__name__
        for model in apps.get_models()
        for field in model._meta.fields
        if field.related_model in (Account, Person)
    }
    assert naming == known


def test_put_back_words_stay_whose_they_were(world: World) -> None:
    """Ana undoes her own change: what Ben wrote is Ben's, though it came back by her act."""
    room = world.room("hotline", is_open=True)
    said = world.say(room, "ben", "Hello.")
    note = world.keep("ben", said, written=content("Calm", "Count slowly to ten."))
    ana = world.viewer("ana")
    change(ana, public_id=note.public_id, content=content("Calm", f"Shout {PLANTED[0]}."), based_on=1)
    put_back(ana, public_id=note.public_id, number=1)
    forget(ana)
    assert note_view(world.viewer("ben"), note.public_id).content == content("Calm", "Count slowly to ten.")
    assert PLANTED[0] not in json.dumps(list(Revision.objects.values("what_worked", "html")))
    assert (Remark.objects.count(), Weave.objects.count(), Passage.objects.count()) == (0, 0, 0)
    assert mail.outbox == []


def test_finishing_twice_is_harmless(world: World) -> None:
    plant(world)
    forget(world.viewer("ana"))
    assert finish_forgetting(None) == 0
