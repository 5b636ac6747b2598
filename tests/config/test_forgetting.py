"""`forget` as a person meets it, and what `check` says of the ledger."""

import os
from pathlib import Path

import pytest
from tests.archives.store import small_archive
from tests.config.conftest import Command

from alongside.conversations.models import Message
from alongside.people import ledger
from alongside.people.actions import make_person, make_token, mark_as_run_with_base_url
from alongside.people.models import Account, Person
from alongside.people.queries import viewer_of_person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def filled(command: Command, tmp_path: Path) -> Command:
    command("import", small_archive(tmp_path / "a.jsonl"))
    return command


def said_by(source_id: str) -> bool:
    return Message.objects.filter(author__source_id=source_id).exists()


def test_it_says_what_cannot_be_called_back_before_it_asks_and_after(filled: Command) -> None:
    done = filled("forget", "--as", "ana@example.org", input="y\n")
    assert done.exit_code == 0
    before, after = done.output.split("Forget it?")
    for part in (before, after):
        assert "What cannot be called back:" in part
        assert "Logs of the database" in part
    assert not said_by("ana")
    assert said_by("ben")
    assert "--now" in after


def test_a_no_changes_nothing(filled: Command) -> None:
    done = filled("forget", "--as", "ana@example.org", input="n\n")
    assert done.exit_code == 1
    assert "Nothing was changed." in done.output
    assert said_by("ana")


def test_now_alone_forgets_nobody_and_cleans(filled: Command) -> None:
    done = filled("forget", "--now")
    assert done.exit_code == 0
    assert "are clean" in done.output
    assert said_by("ana")


def test_it_needs_somebody_and_in_the_open_their_token(filled: Command) -> None:
    assert filled("forget").exit_code == 2
    mark_as_run_with_base_url(None)
    done = filled("forget", "--as", "ana@example.org", "--yes")
    assert done.exit_code == 2
    assert "--token" in done.output
    assert said_by("ana")
    person = make_person(None, email="eva@example.org", name="Eva")
    Account.objects.filter(source_id="ana").update(person=person)
    token = make_token(viewer_of_person(person), name="mine")
    assert filled("forget", "--token", "alongside_wrong", "--yes").exit_code == 2
    assert filled("forget", "--token", token, "--yes").exit_code == 0
    assert not said_by("ana")
    assert not Person.objects.exists()


def test_an_import_without_the_ledger_ends_with_one_sentence(filled: Command, tmp_path: Path) -> None:
    filled("forget", "--as", "ana@example.org", "--yes")
    ledger.ledger_folder().rename(tmp_path / "lost")
    done = filled("import", small_archive(tmp_path / "b.jsonl"))
    assert done.exit_code == 2
    assert "ledger" in done.output
    check = filled("check").output
    assert "! Ledger: missing" in check
    assert "ALONGSIDE_LEDGER" in check


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_ledger_that_cannot_be_written_is_named_and_nobody_is_forgotten(filled: Command) -> None:
    folder = ledger.ledger_folder()
    folder.mkdir(mode=0o500)
    assert "! Ledger: cannot be written" in filled("check").output
    assert "nobody was forgotten" in filled("forget", "--as", "ana@example.org", "--yes").output
    assert said_by("ana")


def test_a_ledger_in_the_place_of_which_a_file_is_forgets_nobody(filled: Command) -> None:
    ledger.ledger_folder().write_text("not a folder")
    done = filled("forget", "--as", "ana@example.org", "--yes")
    assert done.exit_code == 2
    assert "nobody was forgotten" in done.output
    assert said_by("ana")
    assert "ledger" in filled("check").output.lower()


def test_check_says_where_the_ledger_is(filled: Command) -> None:
    assert "· Ledger: not needed yet" in filled("check").output
    filled("forget", "--as", "ana@example.org", "--yes")
    assert f"· Ledger: in {ledger.ledger_folder()}" in filled("check").output
