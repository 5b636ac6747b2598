"""`check` says what is wrong, and how to mend it."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.db import OperationalError
from tests.archives.installation import new_installation
from tests.archives.store import small_archive
from tests.config.conftest import Command

from alongside.bridges.actions.connecting import connect, disconnect, say_problem
from alongside.bridges.models import Bridge
from alongside.bridges.queries import BridgeFacts
from alongside.config.commands import checking
from alongside.kit import clock
from alongside.letters.actions import give_up, put_out
from alongside.letters.models import Delivery
from alongside.letters.rules import Because

pytestmark = pytest.mark.django_db


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def findings(output: str) -> dict[str, str]:
    """By thing: what is said, and how to mend it."""
    found: dict[str, str] = {}
    name = ""
    for line in output.splitlines():
        if line.startswith(("! ", "· ")):
            name = line[2:].partition(":")[0]
            found[name] = line
        elif line.startswith("  "):
            found[name] += f"\n{line.strip()}"
    return found


def test_what_is_right_is_named_too(command: Command, home: Path, tmp_path: Path) -> None:
    command("import", small_archive(tmp_path / "a.jsonl"))
    found = findings(command("check").output)
    assert found["Home"] == f"· Home: {home}"
    assert found["Base URL"].startswith("· Base URL: none")
    assert found["Store"] in ("· Store: SQLite", "· Store: PostgreSQL")
    assert found["Index of words"] == "· Index of words: in step"


def test_a_missing_model_is_named_with_how_to_mend_it(command: Command) -> None:
    done = command("check")
    assert done.exit_code == 1
    assert "Model: none: finding uses words only" in done.output
    assert "/nowhere" in findings(done.output)["Model"]


def test_a_missing_index_is_made_by_rebuild(command: Command) -> None:
    assert findings(command("check").output)["Index of words"] == (
        "! Index of words: not made yet\nTo mend it: alongside rebuild"
    )
    mend = "To mend it: bring in the model first (see Model), then alongside rebuild"
    assert findings(command("check").output)["Index of meaning"].endswith(mend)


def test_a_full_disk_is_named(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**12, 10**12, 10**6))
    assert findings(command("check").output)["Disk"].startswith("! Disk: 0.0 GB free\nTo mend it: free some room")


def test_a_store_that_cannot_be_reached_is_named(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr("django.db.migrations.executor.MigrationExecutor.__init__", refused)
    found = findings(command("check").output)["Store"]
    assert found.startswith("! Store: cannot be used: connection refused\nTo mend it: see that ALONGSIDE_STORE")


def test_plain_http_and_missing_mail_are_named(command: Command, settings: Any) -> None:
    settings.BASE_URL = "http://alongside.example.org"
    settings.OPTIONS = replace(settings.OPTIONS, base_url=settings.BASE_URL)
    found = findings(command("check").output)
    assert "use https://" in found["Base URL"]
    assert "set ALONGSIDE_EMAIL_URL" in found["E-mail"]


@pytest.mark.usefixtures("home")
def test_it_says_what_does_not_work_in_tools_where_nobody_reaches_the_pages(command: Command, settings: Any) -> None:
    assert "Pages" not in findings(command("check").output)
    connect(None, kind="slack", key="acme", name="Acme, Slack", given={})
    found = findings(command("check").output)["Pages"]
    assert found.startswith("! Pages: nobody in a tool reaches them, so that answers there have no links to notes")
    assert "“take my things” gives nobody a file" in found
    assert "To mend it: set ALONGSIDE_BASE_URL" in found
    connect(None, kind="mail", key="mail", name="Mail", given={})
    found = findings(command("check").output)["Pages"]
    assert found.startswith("· Pages: ")
    assert "goes to a mail account that one joined, and nowhere else" in found
    settings.BASE_URL = "https://alongside.example.org"
    assert "Pages" not in findings(command("check").output)


def test_an_index_that_is_behind_is_named(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command("import", small_archive(tmp_path / "a.jsonl"))
    monkeypatch.setattr("alongside.search.queries._behind", lambda _: 300)
    found = findings(command("check").output)["Index of words"]
    assert found.startswith("! Index of words: behind by 300 s\nTo mend it: see that `alongside work`")


def test_every_connection_is_named_with_how_it_is(command: Command, tmp_path: Path) -> None:
    fine, broken, refused, off = (connected(name) for name in ("Blogs", "Desk", "Leads", "Old"))
    connect(None, kind="pretend-chat", key="try", name="Tarnbrook", given={"file": str(tmp_path / "chat")})
    disconnect(None, bridge_id=off.bridge_id)
    Bridge.objects.filter(pk=fine.bridge_id).update(heard_at=clock.now())
    say_problem(None, bridge_id=broken.bridge_id, problem="The feed cannot be reached.", is_permanent=False)
    say_problem(None, bridge_id=refused.bridge_id, problem="The token was revoked.", is_permanent=True)
    done = command("check")
    assert done.exit_code == 1
    assert {thing: said for thing, said in findings(done.output).items() if thing.startswith("Connection")} == {
        "Connection Blogs": "· Connection Blogs: it listens",
        "Connection Desk": "! Connection Desk: The feed cannot be reached.\n"
        "To mend it: it is tried again by itself; see that the tool and the network answer",
        "Connection Leads": "! Connection Leads: The token was revoked.\nTo mend it: alongside connect feed",
    }


def test_what_could_not_be_sent_is_named_with_its_connection(command: Command) -> None:
    bridge = connected("Desk")
    assert findings(command("check").output)["Connection Desk"] == "· Connection Desk: nothing was heard yet"
    put_out(None, connection_id=bridge.connection_id, key="k", post=b"{}", because=Because.ANSWER)
    give_up(None, delivery_id=Delivery.objects.get().pk, reason="Nobody lives at this address.")
    assert findings(command("check").output)["Connection Desk"] == (
        "! Connection Desk: something could not be sent: Nobody lives at this address.\n"
        "To mend it: see what the tool says to that"
    )


def connected(name: str) -> BridgeFacts:
    return connect(None, kind="feed", key=name.lower(), name=name, given={})


def test_how_many_things_are_to_mend_is_the_last_word(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    assert command("check").output.splitlines()[-1].endswith(" to mend.")
    monkeypatch.setattr(checking, "_findings", lambda: iter([checking.Finding("Disk", "fine")]))
    done = command("check")
    assert (done.exit_code, done.output.splitlines()[-1]) == (0, "Nothing is wrong.")


def test_a_store_on_a_machine_that_is_off_is_said_without_a_traceback(tmp_path: Path) -> None:
    here = new_installation(tmp_path / "home")
    off = "postgresql://nobody@127.0.0.1:1/none"
    checked = here.run("check", check=False, ALONGSIDE_STORE=off)
    assert checked.returncode == 1
    assert "! Store: cannot be used" in checked.stdout
    done = here.run("find", "x", "--as", "ana@example.org", check=False, ALONGSIDE_STORE=off)
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert "The store cannot be used" in done.stderr
