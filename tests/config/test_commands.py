"""The commands as a person meets them: sentences, exit codes, and an example in every help."""

import gzip
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.archives.installation import new_installation
from tests.archives.store import header, note, people, person, room, rows, small_archive, write
from tests.config.conftest import Command

from alongside.archives.models import Import
from alongside.audiences.models import Audience
from alongside.config.command import Late, alongside
from alongside.conversations.models import Conversation, Message
from alongside.notes.models import Note
from alongside.people.actions import make_person, make_token, mark_as_run_with_base_url
from alongside.people.queries import viewer_of_person

store = pytest.mark.django_db
COMMANDS = (
    "run", "serve", "work", "bridge", "connect", "rotate-key", "import", "export", "forget", "backup", "restore", "find",
    "keep", "rebuild", "check", "manage",
)  # fmt: skip


# Help


def test_the_commands_are_these() -> None:
    assert tuple(Late.modules) == COMMANDS


@pytest.mark.parametrize("name", [(), *((one,) for one in COMMANDS)])
def test_every_command_has_help_with_an_example(name: tuple[str, ...]) -> None:
    words = ["manage"] if name == ("manage",) else [*name, "--help"]
    if name == ("manage",):
        help_of = alongside.get_command(None, "manage").help or ""  # type: ignore[arg-type, union-attr]
    else:
        done = CliRunner().invoke(alongside, words)
        assert done.exit_code == 0
        help_of = done.output
    assert "Example:" in help_of
    assert f"alongside {' '.join(name)}".strip() in help_of.split("Example:")[1]


def test_each_example_stands_on_a_line_of_its_own() -> None:
    lines = CliRunner().invoke(alongside, ["import", "--help"]).output.splitlines()
    assert "    alongside import --undo 3" in [line[:29] for line in lines] or any(
        line.strip() == "alongside import --undo 3" for line in lines
    )


# Import


@store
def test_import_says_what_came_in_and_how_to_take_it_back(command: Command, tmp_path: Path) -> None:
    done = command("import", small_archive(tmp_path / "a.jsonl"))
    number = Import.objects.get().pk
    assert done.exit_code == 0
    assert f"Import {number}: Acme, Slack (alongside)." in done.output
    assert "5 messages came in, 0 changed, 0 went, 0 were here already; 2 rooms;" in done.output
    assert "1 closed room is sealed: nobody reads" in done.output
    assert f"To take it wholly back: alongside import --undo {number}" in done.output
    assert "It can be found by its words now" in done.output


@store
def test_import_undo_takes_it_back_and_says_so(command: Command, tmp_path: Path) -> None:
    before = rows()
    command("import", small_archive(tmp_path / "a.jsonl"))
    number = Import.objects.get().pk
    done = command("import", "--undo", number)
    assert (done.exit_code, rows()) == (0, before)
    assert f"Import {number} is taken back: 5 messages are gone" in done.output
    again = command("import", "--undo", number)
    assert (again.exit_code, "There is no import" in again.output) == (2, True)


@store
def test_undoing_an_older_one_names_the_newer(command: Command, tmp_path: Path) -> None:
    command("import", small_archive(tmp_path / "a.jsonl"))
    command("import", small_archive(tmp_path / "b.jsonl", note("n", "New.", 70, context="n")))
    first, second = Import.objects.order_by("pk").values_list("pk", flat=True)
    done = command("import", "--undo", first)
    assert done.exit_code == 2
    expected = f"alongside: Import {second} came later from the same tool and stands on this one: take it back first."
    assert done.output.strip() == expected


@store
def test_imports_are_listed(command: Command, tmp_path: Path) -> None:
    assert command("import", "--list").output == "Nothing has been brought in yet.\n"
    command("import", small_archive(tmp_path / "a.jsonl"))
    assert command("import", "--list").output == f"{Import.objects.get().pk}  a.jsonl  Acme, Slack  done\n"


@store
def test_import_without_a_file_says_how(command: Command) -> None:
    done = command("import")
    assert (done.exit_code, "alongside import FILE" in done.output) == (2, True)


def a_bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("users.json", json.dumps([{"id": "U01", "team_id": "T01", "name": "ana"}]))
        file.writestr("channels.json", json.dumps([{"id": "C01", "name": "general", "members": ["U01"]}]))
        file.writestr("general/2023-11-14.json", b"[" + b" " * 80_000_000 + b"]")


def climbing(path: Path) -> None:
    said = json.dumps([{"type": "message", "user": "U01", "ts": "1700000000.000100", "text": "hi"}])
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("users.json", json.dumps([{"id": "U01", "team_id": "T01", "name": "ana"}]))
        file.writestr("channels.json", json.dumps([{"id": "C01", "name": "general", "members": ["U01"]}]))
        file.writestr("../../../tmp/climbed.json", said)
        file.writestr("general/2023-11-14.json", said)


UNREADABLE: dict[str, tuple[Any, str]] = {
    "an empty file": (lambda path: path.touch(), "is empty"),
    "noise": (lambda path: path.write_bytes(os.urandom(4000)), "is none of the archives"),
    "prose": (lambda path: path.write_text("Dear all,\n\nsee you.\n"), "is none of the archives"),
    "other JSON": (lambda path: path.write_text('{"a": 1}'), "is none of the archives"),
    "an empty folder": (lambda path: path.mkdir(), "is an empty folder"),
    "a gzip cut at once": (lambda path: path.write_bytes(gzip.compress(b"x" * 900)[:15]), "is none of the archives"),
    "half a zip": (lambda path: path.write_bytes(b"PK\x03\x04" + b"\0" * 500), "a zip whose end is missing"),
    "nothing there": (lambda path: None, "There is no file"),
    "a newer format": (lambda path: write(path, [header() | {"alongside": 9}]), "newer than this Alongside"),
}  # fmt: skip


@store
@pytest.mark.parametrize("what", UNREADABLE)
@pytest.mark.parametrize("look", [(), ("--look",)])
def test_what_cannot_be_read_is_said_in_one_sentence(
    command: Command, tmp_path: Path, what: str, look: tuple[str, ...]
) -> None:
    make, sentence = UNREADABLE[what]
    path = tmp_path / "archive"
    make(path)
    before = rows()
    done = command("import", *look, path)
    assert done.exit_code == 2
    assert sentence in done.output
    assert done.output.startswith("alongside: ")
    assert len(done.output.splitlines()) == 1
    assert rows() == before
    assert not Import.objects.exists()


@store
def test_an_archive_of_which_nothing_comes_in_ends_with_1(command: Command, tmp_path: Path) -> None:
    done = command("import", write(tmp_path / "a.jsonl", [header(), *people(), note("m", "Hi.", to="nowhere")]))
    assert done.exit_code == 1
    assert done.output.splitlines() == [
        "Nothing came in from Acme, Slack (alongside).",
        "Left out:",
        "  1 × its room is not in the archive (first: m)",
    ]


@store
def test_a_zip_bomb_is_left_out_and_named(command: Command, tmp_path: Path) -> None:
    a_bomb(tmp_path / "bomb.zip")
    done = command("import", tmp_path / "bomb.zip")
    assert "1 × larger than the limit (first: general/2023-11-14.json" in done.output


@store
def test_a_path_that_climbs_out_is_left_out_and_the_rest_comes_in(command: Command, tmp_path: Path) -> None:
    climbing(tmp_path / "climbing.zip")
    done = command("import", tmp_path / "climbing.zip")
    assert "1 message came in" in done.output
    assert "1 × a path that climbs out of the archive (first: ../../../tmp/climbed.json)" in done.output
    assert not Path("/tmp/climbed.json").exists()


def test_in_a_shell_it_is_one_sentence_too_and_no_traceback(tmp_path: Path) -> None:
    here = new_installation(tmp_path / "home")
    (tmp_path / "empty.zip").touch()
    done = here.run("import", tmp_path / "empty.zip", check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "alongside: empty.zip is empty. Nothing was brought in; export it again.\n"


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="only where files have an owner")
def test_a_file_that_one_may_not_read_is_said(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = small_archive(tmp_path / "a.jsonl")

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refused)  # whoever runs this may be root, who may read everything
    done = command("import", "--look", path)
    assert (done.exit_code, len(done.output.splitlines())) == (2, 1)
    assert "cannot be opened: Permission denied" in done.output


# Keep


@store
def test_keep_prints_the_draft_for_who_may_read_it_and_keeps_nothing(command: Command, tmp_path: Path) -> None:
    command(
        "import",
        small_archive(
            tmp_path / "a.jsonl",
            note("m4", "Thanks, that worked.", 8, context="t1"),
            note("m5", "Good.", 9, by="ben", context="t1"),
        ),
    )
    conversation = Conversation.objects.get(source_id="t1")
    for named in (conversation.public_id, f"https://here.example/conversations/{conversation.public_id}#m1"):
        done = command("keep", named, "--as", "cleo@example.org")
        assert done.exit_code == 0
        assert "  Ben: Name the feeling first, then ask what happened." in done.output.splitlines()
        assert [
            part in done.output for part in ("When", "What worked", "Why we think so", "Where it may not help")
        ] == [True] * 4
        assert "  Ben: the idea" in done.output
        assert "read it before you keep it" in done.output
    closed = Conversation.objects.get(source_id="l1").public_id
    answers = [command("keep", one, "--as", "cleo@example.org") for one in (closed, "zzzzzzzzzzzz")]
    assert [(one.exit_code, one.output) for one in answers] == [(2, answers[1].output)] * 2
    assert not Note.objects.exists()


# Find


@pytest.fixture
def asked(command: Command, tmp_path: Path) -> Command:
    command("import", small_archive(tmp_path / "a.jsonl"))

    def ask(*words: object) -> Any:
        return command("find", *words)

    return ask


@store
def test_find_shows_what_where_who_and_when(asked: Command) -> None:
    done = asked("caller cancels", "--as", "ana@example.org")
    assert done.exit_code == 0
    assert "A caller threatens to cancel." in done.output
    assert "Acme, Slack · #hotline · 1 March 2026" in done.output
    assert "There is no model for meaning here, so only words were looked for." in done.output


@store
def test_find_ends_with_1_when_nothing_is_found_and_names_my_sealed_rooms(asked: Command) -> None:
    done = asked("price rise in May", "--as", "ana@example.org")
    assert done.exit_code == 1
    assert "Nothing that you may read answers this yet." in done.output
    assert "#leads" in done.output
    assert "May." not in done.output
    assert "Looked at: Everything the organisation shares, and the rooms you are in." in done.output
    assert "You could ask in #hotline" in done.output
    nowhere = asked("price in:#nowhere", "--as", "ana@example.org").output
    assert "so nothing was looked at" in nowhere
    assert "Looked at:" not in nowhere
    other = asked("price rise in May", "--as", "cleo@example.org")
    assert "#leads" not in other.output


@store
def test_find_as_json_is_one_line_each(asked: Command) -> None:
    done = asked("caller", "--as", "ana@example.org", "--json")
    (line,) = done.output.splitlines()
    found = json.loads(line)
    assert (found["kind"], found["source_id"]) == ("conversation", "t1")
    assert asked("zebra", "--as", "ana@example.org", "--json").exit_code == 1


@store
def test_find_answers_many_questions_from_a_file(asked: Command, tmp_path: Path) -> None:
    path = tmp_path / "queries.jsonl"
    path.write_text('{"id": "q1", "text": "caller"}\n\n{"id": 2, "text": "zebra"}\n', encoding="utf-8")
    first, second = map(json.loads, asked("--queries", path, "--as", "ana@example.org").output.splitlines())
    assert (first["id"], second) == ("q1", {"id": 2, "results": []})
    (result,) = first["results"]
    assert sorted(result) == ["id", "kind", "score", "source_id"]
    assert (result["kind"], result["source_id"], type(result["score"])) == ("conversation", "t1", float)


@store
def test_find_gives_messages_when_they_are_the_unit(asked: Command, tmp_path: Path) -> None:
    path = tmp_path / "queries.jsonl"
    path.write_text('{"id": "q1", "text": "name the feeling"}', encoding="utf-8")
    done = asked("--queries", path, "--as", "ana@example.org", "--unit", "message")
    assert json.loads(done.output)["results"][0]["source_id"] == "m2"


@store
def test_find_says_which_line_of_a_file_is_no_question(asked: Command, tmp_path: Path) -> None:
    path = tmp_path / "queries.jsonl"
    path.write_text('{"id": "q1", "text": "caller"}\nnonsense\n', encoding="utf-8")
    done = asked("--queries", path, "--as", "ana@example.org")
    assert done.exit_code == 2
    assert "Line 2 is not" in done.output


@store
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "Say what to look for"),
        (("caller",), "Say who asks"),
        (("caller", "--as", "nobody@example.org"), "Nobody here has the address"),
        (("caller", "--token", "alongside_wrong"), "This token is not valid"),
        (("caller", "--as", "ana@example.org", "--before", "soon"), "is no time that can be read"),
        (("--queries", "/nowhere/q.jsonl", "--as", "ana@example.org"), "/nowhere/q.jsonl"),
    ],
)
def test_find_says_what_it_misses(asked: Command, words: tuple[str, ...], sentence: str) -> None:
    done = asked(*words)
    assert done.exit_code == 2
    assert sentence in done.output
    assert len(done.output.splitlines()) == 1


@store
def test_find_only_before_a_time(asked: Command) -> None:
    assert asked("printer", "--as", "ana@example.org", "--before", "2026-03-01T00:05:00Z").exit_code == 1
    assert asked("printer", "--as", "ana@example.org", "--before", "2026-03-02").exit_code == 0


@store
def test_a_token_asks_as_its_person(asked: Command) -> None:
    ana = make_person(None, email="ana@elsewhere.example", name="Ana", is_full_member=True)
    token = make_token(viewer_of_person(ana), name="for a script")
    assert asked("caller", "--token", token).exit_code == 0
    outsider = make_person(None, email="out@elsewhere.example", name="Out", is_full_member=False)
    assert asked("caller", "--token", make_token(viewer_of_person(outsider), name="x")).exit_code == 1


@store
def test_with_a_base_url_only_a_token_asks_and_no_score_is_shown(asked: Command, tmp_path: Path) -> None:
    ana = make_person(None, email="ana@elsewhere.example", name="Ana", is_full_member=True)
    token = make_token(viewer_of_person(ana), name="for a script")
    mark_as_run_with_base_url(None)
    refused = asked("caller", "--as", "ana@example.org")
    assert (refused.exit_code, "works only in a store that never ran with a base URL" in refused.output) == (2, True)
    path = tmp_path / "queries.jsonl"
    path.write_text('{"id": "q1", "text": "caller"}', encoding="utf-8")
    assert asked("--queries", path, "--token", token).exit_code == 2
    assert asked("caller", "--unit", "message", "--token", token).exit_code == 2
    found = json.loads(asked("caller", "--token", token, "--json").output)
    assert "score" not in found


# Export


@store
def test_export_writes_ones_own_words_and_never_over_a_file(command: Command, tmp_path: Path) -> None:
    command("import", small_archive(tmp_path / "a.jsonl"))
    path = tmp_path / "mine.jsonl.gz"
    done = command("export", path, "--as", "ben@example.org")
    assert done.output.strip() == f"1 message of yours is in {path}."
    assert b"Name the feeling" in gzip.decompress(path.read_bytes())
    again = command("export", path, "--as", "ben@example.org")
    assert (again.exit_code, "is there already" in again.output) == (2, True)


@store
def test_export_into_a_folder_that_is_not_there_is_said(command: Command, tmp_path: Path) -> None:
    command("import", small_archive(tmp_path / "a.jsonl"))
    done = command("export", tmp_path / "no" / "mine.jsonl", "--as", "ben@example.org")
    assert (done.exit_code, len(done.output.splitlines())) == (2, 1)


# Rebuild and manage


@store
def test_rebuild_of_words_returns_before_meaning(command: Command, tmp_path: Path) -> None:
    command("import", small_archive(tmp_path / "a.jsonl"), catch_exceptions=False)
    done = command("rebuild", "--words")
    assert done.exit_code == 0
    assert "Words: 3 messages in 2 conversations" in done.output
    assert "Meaning follows while" in done.output


@store
def test_rebuild_without_a_model_says_so(command: Command, tmp_path: Path) -> None:
    command("import", small_archive(tmp_path / "a.jsonl"))
    done = command("rebuild")
    assert done.exit_code == 2
    assert "There is no model for meaning" in done.output


def test_an_administrator_is_made_as_the_first_thing_in_a_new_home(tmp_path: Path) -> None:
    here = new_installation(tmp_path / "home")
    done = here.run("manage", "createadmin", "ana@example.org", "Ana Moreau")
    assert "Ana Moreau can sign in now" in done.stdout
    (made,) = here.dump("rows")["Person"]
    assert (made["email"], made["is_administrator"]) == ("ana@example.org", True)


@store
def test_sealed_rooms_stay_sealed_for_every_command(command: Command, tmp_path: Path) -> None:
    command("import", small_archive(tmp_path / "a.jsonl"))
    command("rebuild", "--words")
    assert Audience.objects.filter(is_sealed=True).count() == 1
    assert command("find", "raise the price", "--as", "ana@example.org").exit_code == 1
    command("export", tmp_path / "mine.jsonl", "--as", "ana@example.org")
    assert "price" not in (tmp_path / "mine.jsonl").read_text("utf-8")
    assert Message.objects.filter(room__name="#leads").count() == 2


@store
def test_a_person_of_no_room_and_a_bot_are_nobody_to_ask_as(command: Command, tmp_path: Path) -> None:
    lines = [header(), person("ana"), person("bot", bot=True), room("hotline"), note("m", "Hi.", context="m")]
    command("import", write(tmp_path / "a.jsonl", lines))
    assert command("find", "hi", "--as", "bot@example.org").exit_code == 2
