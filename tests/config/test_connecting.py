"""`connect`, `bridge` and `rotate-key` as an administrator meets them, with a tool that is there for them alone."""

import json
import logging
import os
import signal
import stat
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from pytest_django import Settings
from tests.archives.installation import Installation, new_installation
from tests.config.conftest import Command
from tests.config.toy import RIGHT, Toy

from alongside.bridges.models import Bridge
from alongside.bridges.port import Permanent, Temporary
from alongside.bridges.queries import unscoped_bridges
from alongside.bridges.registry import ADAPTERS
from alongside.bridges.sealed import opened_settings
from alongside.config.options import options
from alongside.conversations.models import Room
from alongside.kit.sealing import FILE_NAME, NoKey, Sealing, kept_keys, sealing_in
from alongside.people.actions import make_person
from alongside.people.models import Account, Connection

pytestmark = pytest.mark.django_db(transaction=True)
WORD = "xyzzy-that-nobody-may-read"
WRONG = "plugh-that-is-not-the-word"
PATIENCE = 20.0


@pytest.fixture(autouse=True)
def toy(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    del home
    monkeypatch.setitem(ADAPTERS, "toy", "tests.config.toy:Toy")
    for name, value in (("words", frozenset({WORD})), ("broken", None), ("asked", [])):
        monkeypatch.setattr(Toy, name, value)


def nothing_is_there() -> bool:
    return not any(model.objects.exists() for model in (Bridge, Connection, Account, Room))


def everything_stored() -> str:
    models = [model for model in apps.get_models() if model._meta.managed]
    return "\n".join(repr([_read(one) for one in model._default_manager.values_list()]) for model in models)


def _read(row: tuple[object, ...]) -> list[object]:
    return [bytes(one) if isinstance(one, memoryview) else one for one in row]


# Asking, trying, keeping


def test_it_first_asks_where_people_share_now_and_goes_on_step_by_step(command: Command) -> None:
    number = [kind for kind in ADAPTERS if not kind.startswith("pretend")].index("toy") + 1
    done = command("connect", input=f"{number}\n\n{WORD}\n\n")
    assert done.exit_code == 0
    told = [
        "Where do people share what they learn from each other now?",
        f"{number}. Toy board",
        "Write a word on its back.",
        "Address of the board",
        "It stands on its back.",
        "The board's word",
        "How it greets",
        "· The board is there",
        "· The word opens it",
        "The board, Toy is connected.",
        "Now invite Alongside into one room",
    ]
    assert [done.output.index(one) for one in told] == sorted(done.output.index(one) for one in told)
    assert "pretend" not in done.output.lower()
    connected = unscoped_bridges()[0]
    assert (connected.kind, connected.name) == ("toy", "The board, Toy")
    assert opened_settings(connected) == {"address": RIGHT, "word": WORD, "greeting": ""}


PAGES = ("connect", "toy", "--set", f"word={WORD}", "--set", "greeting=", "--set", f"address={RIGHT}")


def test_it_asks_where_colleagues_reach_the_pages_says_what_is_missing_without_them_and_keeps_the_answer(
    command: Command, home: Path
) -> None:
    (home / "settings.toml").write_text('time_zone = "Europe/Oslo"\nbase_url = ""\n')
    done = command(*PAGES, input="alongside.example.org\nhttps://alongside.example.org\n")
    assert done.exit_code == 0
    assert "“take my things” gives nobody a file." in done.output
    assert "it has to be like https://alongside.example.org" in done.output
    assert "It is kept in settings.toml" in done.output
    chosen = options({"ALONGSIDE_HOME": str(home)})
    assert (chosen.base_url, chosen.time_zone) == ("https://alongside.example.org", "Europe/Oslo")


@pytest.mark.parametrize("answer", ["\n", ""], ids=["none", "nobody is there to answer"])
def test_nobody_has_to_have_pages_that_others_reach(command: Command, home: Path, answer: str) -> None:
    done = command(*PAGES, input=answer)
    assert done.exit_code == 0
    assert "Now invite Alongside into one room" in done.output
    assert not (home / "settings.toml").exists()
    assert unscoped_bridges()


def test_with_a_base_url_it_does_not_ask_for_one(command: Command, settings: Settings) -> None:
    settings.BASE_URL = "https://alongside.example.org"
    assert "reach" not in command(*PAGES).output


def test_connecting_makes_nothing_but_the_connection_neither_here_nor_in_the_tool(command: Command) -> None:
    command("connect", "toy", "--set", f"word={WORD}", "--set", "greeting=", input="\n")
    assert set(Toy.asked) == {"check", "workspace", "close"}
    assert (Bridge.objects.count(), Connection.objects.count()) == (1, 1)
    assert not Account.objects.exists()
    assert not Room.objects.exists()


@pytest.mark.parametrize(
    ("address", "word", "missing"),
    [
        ("https://elsewhere.example", WORD, "! The board is there\n  Hang the board up again."),
        (RIGHT, WRONG, "! The word opens it\n  Turn it round and read its back."),
    ],
)
def test_what_is_missing_is_said_in_the_tools_own_words_and_nothing_is_kept(
    command: Command, home: Path, address: str, word: str, missing: str
) -> None:
    done = command("connect", "toy", input=f"{address}\n{word}\n\n")
    assert done.exit_code == 2
    assert missing in done.output
    assert "Not connected yet, and nothing was kept." in done.output
    assert nothing_is_there()
    for secret in (WORD, WRONG):
        assert secret not in done.output
        assert not any(secret.encode() in path.read_bytes() for path in home.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    "broken", [Permanent("The board fell down."), Temporary("The board swings."), OSError("No wall")]
)
def test_a_tool_that_does_not_answer_is_one_sentence(command: Command, broken: Exception) -> None:
    Toy.broken = broken
    done = command("connect", "toy", input=f"\n{WORD}\n\n")
    assert done.exit_code == 2
    assert f"! The tool answers\n  {broken}" in done.output
    assert nothing_is_there()


def test_cut_off_while_it_asks_nothing_is_kept(command: Command) -> None:
    done = command("connect", "toy", input=f"\n{WORD}\n")
    assert done.exit_code == 1
    assert nothing_is_there()
    assert Toy.asked == []


def test_connected_again_it_is_the_same_connection_with_what_is_given_now(command: Command) -> None:
    for greeting in ("hello", "good day"):
        command("connect", "toy", input=f"\n{WORD}\n{greeting}\n")
    assert [opened_settings(one)["greeting"] for one in unscoped_bridges()] == ["good day"]


def test_the_guide_alone_asks_and_makes_nothing(command: Command) -> None:
    done = command("connect", "toy", "--guide")
    assert (done.exit_code, Toy.asked) == (0, [])
    assert "Hang the board up." in done.output
    assert nothing_is_there()


def test_what_cannot_be_is_said_in_a_sentence(command: Command) -> None:
    for words, sentence in (
        (("connect", "nothing"), "There is no bridge to “nothing”. There are: "),
        (("connect", "toy", "--set", "word"), "“word” has no value; write it like --set word=…"),
        (("connect", "toy", "--owner", "nobody@example.org"), "nobody@example.org"),
        (("connect", "toy", "--off"), "Nothing of the kind toy is connected."),
    ):
        done = command(*words, input="")
        assert (done.exit_code, sentence in done.output) == (2, True), done.output
    assert nothing_is_there()


def test_who_is_told_when_it_fails_is_named(command: Command) -> None:
    make_person(None, email="ana@acme.example", name="Ana Moreau")
    command("connect", "toy", "--owner", "ana@acme.example", input=f"\n{WORD}\n\n")
    owner = Bridge.objects.get().owner
    assert owner is not None
    assert owner.name == "Ana Moreau"


def test_turned_off_the_secrets_go(command: Command) -> None:
    command("connect", "toy", input=f"\n{WORD}\n\n")
    done = command("connect", "toy", "--off")
    assert "The board, Toy is disconnected, and its secrets are gone." in done.output
    row = Bridge.objects.get()
    assert (row.is_on, row.sealed_settings) == (False, "")


# Secrets


def test_a_secret_is_in_no_output_no_log_and_nowhere_in_the_store(
    command: Command, home: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    said = command("connect", "toy", input=f"\n{WORD}\n\n").output
    said += command("check").output + command("rotate-key").output
    monkeypatch.setattr(Toy, "words", frozenset())  # what was right is wrong now, and is said to be
    said += command("connect", "toy", "--set", f"word={WORD}", input="\n\n").output
    assert "Turn it round" in said
    assert Bridge.objects.get().sealed_settings
    for place in (said, caplog.text, everything_stored()):
        assert WORD not in place
    assert not any(WORD.encode() in path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert "The board, Toy" in everything_stored(), "otherwise this says nothing"


def test_the_key_lies_outside_the_store_for_its_owners_eyes_and_the_store_alone_opens_nothing(
    command: Command, home: Path
) -> None:
    command("connect", "toy", input=f"\n{WORD}\n\n")
    path = home / FILE_NAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for key in kept_keys(home):
        assert key not in everything_stored()
    path.unlink()
    with pytest.raises(NoKey, match="Put that file back, or connect the tool again"):
        opened_settings(unscoped_bridges()[0])


def test_rotated_every_connection_is_sealed_anew_and_the_old_key_opens_nothing(command: Command, home: Path) -> None:
    command("connect", "toy", input=f"\n{WORD}\n\n")
    old, before = kept_keys(home)[0], Bridge.objects.get().sealed_settings
    done = command("rotate-key")
    assert done.output == "Sealed with a new key: 1 connection.\n"
    after = Bridge.objects.get().sealed_settings
    assert opened_settings(unscoped_bridges()[0])["word"] == WORD
    with pytest.raises(NoKey):
        Sealing([old]).opened_secret(after)
    assert kept_keys(home)[1:] == [old]
    assert sealing_in(home).opened_secret(before), "what stands in tools still opens"
    command("rotate-key", "--drop-old")
    assert len(kept_keys(home)) == 1
    assert old not in (home / FILE_NAME).read_text()
    assert opened_settings(unscoped_bridges()[0])["word"] == WORD
    with pytest.raises(NoKey):
        sealing_in(home).opened_secret(before)


def test_without_the_key_nothing_is_rotated(command: Command, home: Path) -> None:
    command("connect", "toy", input=f"\n{WORD}\n\n")
    before = Bridge.objects.get().sealed_settings
    (home / FILE_NAME).rename(home / "away")
    done = command("rotate-key")
    assert done.exit_code == 2
    assert "Put that file back" in done.output
    assert Bridge.objects.get().sealed_settings == before
    (home / "away").replace(home / FILE_NAME)
    assert opened_settings(unscoped_bridges()[0])["word"] == WORD


TWO = """
import django
django.setup()
from alongside.config.commands.starting import prepare_store
prepare_store()
from alongside.bridges.actions.connecting import connect
for key in ("one", "two"):
    connect(None, kind="feed", key=key, name=key, given={"word": "xyzzy " + key})
print("[]")
"""
OPENED = """
import django, json
django.setup()
from alongside.bridges.queries import unscoped_bridges
from alongside.bridges.sealed import opened_settings
print(json.dumps([opened_settings(one)["word"] for one in unscoped_bridges()]))
"""


def test_rotating_that_is_killed_in_the_middle_has_lost_nothing_and_goes_on(tmp_path: Path) -> None:
    killed: Installation = new_installation(tmp_path / "killed")
    killed.python(TWO)
    assert killed.killed_in("alongside.kit.sealing:Sealing.sealed_again", 1, "rotate-key")
    assert json.loads(killed.python(OPENED)) == ["xyzzy one", "xyzzy two"]
    assert "2 connections" in killed.run("rotate-key", "--drop-old").stdout
    assert len(kept_keys(killed.home)) == 1
    assert json.loads(killed.python(OPENED)) == ["xyzzy one", "xyzzy two"]


# Listening


@pytest.fixture
def handlers() -> Iterator[None]:
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("handlers")
def test_bridge_listens_with_what_was_given_until_it_is_told_to_end(command: Command) -> None:
    command("connect", "toy", input=f"\n{WORD}\n\n")
    Toy.asked.clear()

    def end_it() -> None:
        ends = time.monotonic() + PATIENCE
        while not Bridge.objects.filter(cursor="1").exists() and time.monotonic() < ends:
            time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGTERM)

    watching = threading.Thread(target=end_it)
    watching.start()
    done = command("bridge")
    watching.join()
    assert done.exit_code == 0
    assert Toy.asked == ["listen", "close"]
    row = Bridge.objects.get()
    assert (row.cursor, row.leased_by) == ("1", "")
