"""An archive read in a process of its own gives what it gives when read here."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.archives.store import header, note, people, room, write

from alongside.archives.port import MessageRecord, NoteRecord, Reader, ReadsNotes, Records, Unreadable
from alongside.archives.reading_ahead import read_ahead
from alongside.archives.recognising import recognised
from alongside.config.commands.trying import sample_folder
from alongside.kit.safe_html import plain_text


def everything(reader: Records) -> list[Any]:
    given = [reader.header(), *reader.people(), *reader.rooms(), *map(with_text, reader.messages())]
    return [*given, *reader.notes(), *reader.weaves()] if isinstance(reader, ReadsNotes) else given


def with_text(record: Any) -> Any:
    return replace(record, text=plain_text(record.html)) if isinstance(record, MessageRecord) else record


def here(path: Path) -> Reader:
    return recognised(path).reader


@pytest.mark.parametrize("name", sorted(path.name for path in sample_folder().glob("*.jsonl")))
def test_what_another_process_reads_is_what_this_one_reads(name: str) -> None:
    path = sample_folder() / name
    found = recognised(path)
    with read_ahead(found, path) as reader:
        ahead = everything(reader)
        assert reader.absence_means_removed == here(path).absence_means_removed
    assert ahead == everything(here(path))
    assert any(isinstance(one, NoteRecord) for one in ahead)
    assert found.progress.done == found.progress.total == path.stat().st_size


def test_what_lies_is_left_out_as_it_is_here_over_many_frames(tmp_path: Path) -> None:
    notes = [note(f"m{number}", "*Ask* the hotline.", number) for number in range(450)]
    lies = [{**notes[7], "id": 7}, {**notes[8], "published": "soon"}]
    path = write(tmp_path / "a.jsonl", [header(), *people(), room("hotline"), *notes[:300], *lies, *notes[300:]])
    with read_ahead(recognised(path), path) as reader:
        assert everything(reader) == everything(here(path))


def test_what_cannot_be_read_is_said_as_it_is_here(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", [header(alongside=99)])
    with pytest.raises(Unreadable) as said_here:
        here(path).header()
    with read_ahead(recognised(path), path) as reader, pytest.raises(Unreadable) as said_ahead:
        reader.header()
    assert str(said_ahead.value) == str(said_here.value)


def test_a_file_that_goes_while_it_is_read_is_said_in_a_sentence(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", [header(), *people(), room("hotline"), note("m1", "Ask.")])
    found = recognised(path)
    path.unlink()
    with read_ahead(found, path) as reader, pytest.raises(Unreadable, match=r"no file|stopped in the middle"):
        reader.header()


def test_who_stops_taking_ends_the_process_that_reads() -> None:
    path = sample_folder() / "slack.jsonl"
    with read_ahead(recognised(path), path) as reader:
        reader.header()
        next(reader.people())
    with pytest.raises(ValueError, match="closed file"):
        next(reader.people())
