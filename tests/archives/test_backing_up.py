"""Backup and restore, drilled: while somebody writes, into an empty home, and with somebody forgotten in between."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from tests.archives import store
from tests.archives.installation import ROOT, Installation, new_installation

from alongside.archives.backing_up import settings_without_secrets

QUESTIONS = ("feeling", "printer", "threatens to cancel", "price")
ON_POSTGRESQL = os.environ.get("ALONGSIDE_TEST_STORE") == "postgresql"
WRITING = """
import django
django.setup()
from alongside.people.models import Connection
n = 0
while True:
    n += 1
    Connection.objects.create(tool="x", key=str(n), name="y" * 150)
    print(n, flush=True)
"""


@pytest.fixture(scope="module")
def filled_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of an installation, to be copied: to bring it in for each test would take longer than the tests."""
    folder = tmp_path_factory.mktemp("filled")
    _fill(new_installation(folder / "home"), folder)
    return folder


@pytest.fixture
def filled(tmp_path: Path, request: pytest.FixtureRequest) -> Installation:
    if ON_POSTGRESQL:  # whose tables are not in the folder
        return _fill(new_installation(tmp_path / "home"), tmp_path)
    made: Path = request.getfixturevalue("filled_once")
    for name in ("home", "home-ledger"):
        if (made / name).exists():
            shutil.copytree(made / name, tmp_path / name)
    return new_installation(tmp_path / "home")


def _fill(made: Installation, folder: Path) -> Installation:
    made.run("import", store.small_archive(folder / "a.jsonl"))
    made.run("manage", "createperson", "eva@example.org", "Eva")
    return made


def elsewhere(installation: Installation, home: Path) -> Installation:
    """Another, empty home, with the ledger of the first."""
    return new_installation(home, ALONGSIDE_LEDGER=str(ledger_of(installation)))


def ledger_of(installation: Installation) -> Path:
    return installation.home.with_name(f"{installation.home.name}-ledger")


def answers(installation: Installation) -> list[list[str]]:
    return installation.found("ben@example.org", QUESTIONS)


def held_in_files(installation: Installation, word: str) -> list[str]:
    return [
        str(path.relative_to(installation.home))
        for path in installation.home.rglob("*")
        if path.is_file() and word.encode() in path.read_bytes()
    ]


def test_into_an_empty_home_it_comes_back_and_answers_the_same(filled: Installation, tmp_path: Path) -> None:
    (filled.home / "settings.toml").write_text('time_zone = "Europe/Berlin"\nsecret_key = "sesame"\n', "utf-8")
    backup = tmp_path / "backup.zip"
    filled.run("backup", backup)
    assert backup.stat().st_mode & 0o077 == 0
    other = elsewhere(filled, tmp_path / "other")
    said = other.run("restore", backup).stdout
    assert "The store is as it was at" in said
    assert other.dump("said") == filled.dump("said")
    assert other.dump("rows") == filled.dump("rows")
    assert answers(other) == answers(filled)
    assert any(answers(other))
    assert (other.home / "settings.toml").read_text() == 'time_zone = "Europe/Berlin"\n'
    other.run("import", store.small_archive(tmp_path / "b.jsonl", store.note("m9", "A zebra.", 50)))
    assert other.found("ben@example.org", ["zebra"])[0]


def test_a_backup_holds_no_secret_no_session_and_not_the_ledger(filled: Installation, tmp_path: Path) -> None:
    filled.run("forget", "--as", "cleo@example.org", "--yes")
    backup = tmp_path / "backup.zip"
    filled.run("backup", backup)
    with zipfile.ZipFile(backup) as packed:
        names = packed.namelist()
        held = b"".join(packed.read(name) for name in names)
    assert not any("journal" in name or "session" in name for name in names)
    key = (ledger_of(filled) / "key").read_bytes()
    for secret in (
        key,
        (filled.home / "secret-key").read_bytes(),
        *(ledger_of(filled) / "forgotten").read_bytes().split(),
    ):
        assert secret not in held


def test_while_somebody_writes_a_backup_is_the_store_of_one_moment(filled: Installation, tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITING]
    writer = subprocess.Popen(command, env=filled.environment, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    writer.stdout.readline()
    backup = tmp_path / "backup.zip"
    try:
        filled.run("backup", backup)
        before = int(writer.stdout.readline())
        assert int(writer.stdout.readline()) > before, "it goes on writing"
    finally:
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
    other = elsewhere(filled, tmp_path / "other")
    other.run("restore", backup)
    script = "import django; django.setup()\nfrom alongside.people.models import Connection\n"
    script += "print(sorted(int(one.key) for one in Connection.objects.filter(tool='x')))"
    numbers = json.loads(other.python(script))
    assert numbers == list(range(1, len(numbers) + 1))
    assert numbers


def test_while_pages_are_served_and_followed_a_backup_comes_back(filled: Installation, tmp_path: Path) -> None:
    """The running worker notices, and makes its indexes anew."""
    backup = tmp_path / "backup.zip"
    filled.run("backup", backup)
    filled.run("import", store.small_archive(tmp_path / "b.jsonl", store.note("m9", "A zebra.", 50)))
    worker = subprocess.Popen(filled.command("work"), env=filled.environment, cwd=ROOT)
    try:
        _until(lambda: bool(filled.found("ben@example.org", ["zebra"])[0]))
        filled.run("restore", backup, "--yes")
        _until(lambda: not filled.found("ben@example.org", ["zebra"])[0])
        filled.run("import", store.small_archive(tmp_path / "c.jsonl", store.note("m8", "A walrus.", 55)))
        _until(lambda: bool(filled.found("ben@example.org", ["walrus"])[0]))
        assert any(answers(filled))
        assert worker.poll() is None
    finally:
        worker.terminate()
        worker.wait(20)


def _until(holds: object) -> None:
    ends = time.monotonic() + 40
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < ends
        time.sleep(0.3)


def test_who_was_forgotten_after_the_backup_is_forgotten_again(filled: Installation, tmp_path: Path) -> None:
    backup = tmp_path / "backup.zip"
    filled.run("backup", backup)
    said = filled.run("forget", "--as", "ana@example.org", "--yes", "--now").stdout
    assert "What cannot be called back:" in said
    assert "copies made before" in said
    left = filled.dump("said")
    filled.run("restore", backup, "--yes")
    assert filled.dump("said") == left
    other = elsewhere(filled, tmp_path / "other")
    other.run("restore", backup)
    assert other.dump("said") == left
    for one in (filled, other):
        assert "threatens" not in json.dumps(one.dump("rows"))
        assert held_in_files(one, "threatens to cancel") == []


def test_forgotten_now_the_words_are_in_no_file_of_the_home(filled: Installation) -> None:
    if not ON_POSTGRESQL:
        assert held_in_files(filled, "threatens to cancel") != [], "otherwise this says nothing"
    filled.run("forget", "--as", "ana@example.org", "--yes", "--now")
    assert held_in_files(filled, "threatens to cancel") == []
    assert held_in_files(filled, "ana@example.org") == []
    assert answers(filled)[0]


def test_forgotten_now_beside_a_running_worker_the_files_are_clean(filled: Installation) -> None:
    worker = subprocess.Popen(filled.command("work"), env=filled.environment, cwd=ROOT)
    try:
        time.sleep(3)
        filled.run("forget", "--as", "ana@example.org", "--yes", "--now")
        assert held_in_files(filled, "threatens to cancel") == []
        assert worker.poll() is None
    finally:
        worker.terminate()
        worker.wait(20)


def refused(installation: Installation, *words: str | Path) -> str:
    done = installation.run(*words, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("alongside: ")
    assert len(done.stderr.strip().splitlines()) == 1
    return done.stderr


def test_without_the_ledger_it_refuses_and_nothing_is_changed(filled: Installation, tmp_path: Path) -> None:
    filled.run("forget", "--as", "cleo@example.org", "--yes")
    backup = tmp_path / "backup.zip"
    filled.run("backup", backup)
    stranger = new_installation(tmp_path / "stranger")
    assert "ledger" in refused(stranger, "restore", backup)
    assert stranger.dump("said") == []
    before = filled.dump("rows")
    ledger_of(filled).rename(tmp_path / "away")
    assert "ledger" in refused(filled, "restore", backup, "--yes")
    assert filled.dump("rows") == before


def test_a_file_that_was_cut_off_is_refused_in_one_sentence_and_nothing_is_changed(
    filled: Installation, tmp_path: Path
) -> None:
    backup = tmp_path / "backup.zip"
    filled.run("backup", backup)
    whole, before = backup.read_bytes(), filled.dump("rows")
    for name, content in {
        "half": whole[: len(whole) // 2],
        "short": whole[:-10],
        "empty": b"",
        "changed": whole[:2000] + bytes([whole[2000] ^ 255]) + whole[2001:],
        "other": b"PK but not really",
    }.items():
        path = tmp_path / f"{name}.zip"
        path.write_bytes(content)
        assert "Nothing was changed." in refused(filled, "restore", path, "--yes"), name
    with zipfile.ZipFile(tmp_path / "else.zip", "w") as packed:
        packed.writestr("letter.txt", "Hello")
    assert "not a backup" in refused(filled, "restore", tmp_path / "else.zip", "--yes")
    assert "no file" in refused(filled, "restore", tmp_path / "missing.zip", "--yes")
    assert filled.dump("rows") == before
    assert sorted(path.name for path in filled.home.glob("restoring*")) == []


def test_a_backup_of_a_later_version_or_another_kind_of_store_is_refused(filled: Installation, tmp_path: Path) -> None:
    backup = tmp_path / "backup.zip"
    filled.run("backup", backup)
    for change, word in (
        ({"migrations": [["people", "9999_later"]]}, "tables"),
        ({"alongside_backup": 2}, "later version"),
        ({"store": "sqlite" if ON_POSTGRESQL else "postgresql"}, "own kind"),
    ):
        path = tmp_path / "changed.zip"
        with zipfile.ZipFile(backup) as old, zipfile.ZipFile(path, "w") as new:
            for name in old.namelist():
                told = old.read(name)
                new.writestr(name, json.dumps({**json.loads(told), **change}) if name == "about.json" else told)
        assert word in refused(filled, "restore", path, "--yes")


def test_what_is_there_is_not_overwritten_unasked(filled: Installation, tmp_path: Path) -> None:
    backup = tmp_path / "backup.zip"
    backup.write_text("precious")
    assert "there already" in refused(filled, "backup", backup)
    assert backup.read_text() == "precious"
    good = tmp_path / "good.zip"
    filled.run("backup", good)
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []
    before = filled.dump("rows")
    assert filled.run("restore", good, check=False).returncode == 1
    assert filled.dump("rows") == before


@pytest.mark.skipif(ON_POSTGRESQL, reason="a backup of PostgreSQL's tables has no pages")
def test_a_backup_takes_no_page_along_that_was_let_go_of(filled: Installation, tmp_path: Path) -> None:
    with closing(sqlite3.connect(filled.home / "store.sqlite3")) as its:
        its.execute("PRAGMA secure_delete=OFF")
        its.execute("CREATE TABLE old (words TEXT)")
        its.executemany("INSERT INTO old VALUES (?)", [("quixotryfold " * 300,)] * 50)
        its.commit()
        its.execute("DROP TABLE old")
        its.commit()
    assert held_in_files(filled, "quixotryfold")
    backup = tmp_path / "backup.zip"
    filled.run("backup", backup)
    with zipfile.ZipFile(backup) as packed:
        assert b"quixotryfold" not in packed.read("store.sqlite3")


IN_THE_INBOX = """
import django
django.setup()
from datetime import UTC, datetime
from alongside.bridges.actions.connecting import connect
from alongside.bridges.actions.intake import take_in
from alongside.bridges.models import Presence
from alongside.bridges.port import Arrived, Batch, Commanded, Reach, RoomSeen, Said, encoded
from alongside.bridges.actions.following import see_room
from alongside.letters.actions import put_out
from alongside.letters.rules import Because
bridge = connect(None, kind="feed", key="one", name="One", given={})
room = see_room(None, bridge=bridge, seen=RoomSeen(source_id="r", name="r", reach=Reach.ORGANISATION, members=()))
Presence.objects.filter(room=room).update(is_there=True, listens="remembers")
def said(name, words, **more):
    more = {"room": "r", **more}
    event = Said(source_id=name, account="ana", html="", text=words, words=words, said_at=datetime.now(UTC), **more)
    return Arrived(remote_id=name, event=event)
arrived = (
    said("m1", "A narwhal was said in the room."),
    said("m2", "who knows the quokkafold?", is_to_us=True),
    said("m3", "find the wombatfold", room="", is_to_us=True),
    Arrived(remote_id="c1", event=Commanded(account="ana", words="find the ibexfold")),
)
batch = Batch(arrived=arrived, cursor="7")
take_in(None, bridge_id=bridge.bridge_id, connection_id=bridge.connection_id, batch=batch)
put_out(None, connection_id=bridge.connection_id, key="k", post=b"the lemurfold answers", because=Because.ANSWER)
"""
INBOX = """
import django, json
django.setup()
from alongside.bridges.models import Arrival, Bridge
from alongside.bridges.port import decoded
from alongside.letters.models import Delivery
waiting = [decoded(bytes(row.body)).text for row in Arrival.objects.filter(state="new")]
print(json.dumps([waiting, Delivery.objects.count(), [row.cursor for row in Bridge.objects.all()]]))
"""
ASKED = ("quokkafold", "wombatfold", "ibexfold", "lemurfold")


def test_what_somebody_asks_and_what_is_on_its_way_is_in_no_backup_but_what_was_said_in_a_room_is(
    filled: Installation, tmp_path: Path
) -> None:
    filled.python(IN_THE_INBOX)
    backup = tmp_path / "backup.zip"
    filled.run("backup", backup)
    with zipfile.ZipFile(backup) as packed:
        held = b"".join(packed.read(name) for name in packed.namelist())
    # PostgreSQL writes bytes as their figures.
    for word in (*ASKED, "narwhal"):
        assert (word.encode() in held or word.encode().hex().encode() in held) == (word == "narwhal"), word
    other = elsewhere(filled, tmp_path / "other")
    other.run("restore", backup)
    assert json.loads(other.python(INBOX)) == [["A narwhal was said in the room."], 0, ["7"]]
    assert len(json.loads(filled.python(INBOX.replace(".text", ".__class__.__name__")))[0]) == 4, "here it waits"


def test_settings_go_along_without_what_is_secret(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('port = 8000\nemail_url = "smtp://a:b@c"\nstore = "postgresql://a:b@c/d"\nlanguage = "de"\n')
    assert settings_without_secrets(path) == 'port = 8000\nlanguage = "de"\n'
    assert settings_without_secrets(tmp_path / "none.toml") == ""
