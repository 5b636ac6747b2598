import hashlib
import json
import zipfile
from pathlib import Path

import pytest
from tests.archives.installation import new_installation
from tests.archives.store import bring, header, note, person, room, small_archive, write

from alongside.archives.looking import look_into
from alongside.archives.recognising import recognised


def looked(path: Path) -> list[str]:
    return list(look_into(recognised(path).reader).lines())


def test_rooms_are_named_with_their_audience_and_how_much_was_said(tmp_path: Path) -> None:
    assert looked(small_archive(tmp_path / "a.jsonl")) == [
        "Acme, Slack (alongside): 5 messages, 1 March 2026 to 1 March 2026.",
        "5 people.",
        "  #hotline: the whole organisation, 3 messages",
        "  #leads: closed, 2 members, 2 messages",
        "Nothing was left out.",
        "Bringing it in takes about 1 s. Nothing was written.",
    ]


def test_what_will_be_left_out_is_named_with_why_and_where(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.jsonl",
        [
            header(),
            person("ana"),
            person("bot", bot=True),
            {"type": "Group", "id": "silent", "name": "#silent"},
            note("m1", "Build passed.", by="bot", to="silent"),
            note("m2", "Who?", by="zed", to="silent"),
            "not JSON",
        ],
    )
    lines = looked(path)
    assert "1 person." in lines
    assert "  #silent: closed, and nobody is known to be in it, 0 messages" in lines
    assert sorted(lines[lines.index("Left out:") + 1 : -1]) == [
        "  1 × a record that could not be read (first: line 7)",
        "  1 × its author is not in the archive (first: m2)",
        "  1 × said by a bot (first: line 5)",
    ]


def test_kept_notes_remarks_and_weaves_are_counted_and_those_of_nobody_named(tmp_path: Path) -> None:
    kept = {
        "type": "Article",
        "attributedTo": "ana",
        "audience": "hotline",
        "name": "Wait",
        "published": "2026-03-01T10:00:00Z",
    }
    said = {"kind": "helped", "attributedTo": "ben", "published": "2026-03-02T10:00:00Z"}
    woven = {"type": "Relationship", "subject": "n1", "object": "t1", "summary": "Same.", "attributedTo": "ana",
             "published": "2026-03-02T10:00:00Z"}  # fmt: skip
    lines = looked(
        small_archive(
            tmp_path / "a.jsonl",
            {**kept, "id": "n1", "remarks": [said, {**said, "kind": "still true"}, {**said, "attributedTo": "zed"}]},
            {**kept, "id": "n2"},
            {**kept, "id": "n3", "attributedTo": "zed"},
            {**kept, "id": "n4", "published": "never"},
            {**woven, "id": "w1"},
            {**woven, "id": "w2", "summary": ""},
        )
    )
    assert "2 kept notes with 2 remarks, 1 weave." in lines
    left_out = lines[lines.index("Left out:") + 1 : -1]
    assert "  2 × its author is not in the archive (first: n1)" in left_out
    assert len(left_out) == 3


@pytest.mark.django_db
def test_looking_says_what_importing_then_does(tmp_path: Path) -> None:
    path = small_archive(
        tmp_path / "a.jsonl",
        person("bot", bot=True),
        note("x1", "Built.", 40, by="bot", context="x1"),
        note("x2", "Who?", 41, by="zed", context="x2"),
        note("x3", " ", 42, context="x3"),
        room("odd", audience="members", members=["nobody"]),
    )
    seen = look_into(recognised(path).reader)
    report = bring(path)
    assert sum(seen.messages.values()) == report.new
    assert len(seen.rooms) == report.rooms
    assert seen.people == report.people
    assert {reason: (one.count, one.first) for reason, one in seen.report.left_out.items()} == {
        reason: (one.count, one.first) for reason, one in report.left_out.items()
    }
    assert (seen.report.first_said_at, seen.report.last_said_at) == (report.first_said_at, report.last_said_at)


def test_direct_messages_are_named_and_never_looked_into(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("users.json", json.dumps([{"id": "U01", "team_id": "T01", "name": "ana"}]))
        file.writestr("channels.json", json.dumps([{"id": "C01", "name": "general", "members": ["U01"]}]))
        file.writestr("dms.json", json.dumps([{"id": "D01", "members": ["U01"]}]))
        secret = [{"type": "message", "user": "U01", "ts": "1700000000.000100", "text": "between us"}]
        file.writestr("D01/2023-11-14.json", json.dumps(secret))
        file.writestr("general/2023-11-14.json", json.dumps(secret))
    lines = looked(path)
    assert lines[0] == "Slack (slack): 1 message, 14 November 2023 to 14 November 2023."
    assert any("direct messages are never brought in" in line for line in lines)


@pytest.mark.django_db
def test_direct_messages_never_come_in(tmp_path: Path) -> None:
    test_direct_messages_are_named_and_never_looked_into(tmp_path)
    report = bring(tmp_path / "export.zip")
    assert (report.new, report.rooms) == (1, 1)


def everything_below(folder: Path) -> dict[str, str]:
    """Every file with its content; SQLite's own notes of who reads do not count as writing."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith("-shm")
    }


def test_looking_writes_nothing(tmp_path: Path) -> None:
    """Neither into a new home, which is not even made, nor into one in use."""
    here = new_installation(tmp_path / "home")
    path = small_archive(tmp_path / "a.jsonl")
    here.home.rmdir()
    done = here.run("import", "--look", path)
    assert done.stdout.endswith("Nothing was written.\n")
    assert not here.home.exists()

    here.run("import", path)
    files, store = everything_below(here.home), here.dump("rows")
    here.run("import", "--look", small_archive(tmp_path / "b.jsonl", note("n1", "New.", 99, context="n1")))
    assert (everything_below(here.home), here.dump("rows")) == (files, store)
