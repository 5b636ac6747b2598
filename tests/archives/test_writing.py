"""What is written as an Alongside archive reads back as it was."""

import gzip
import json
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from alongside.archives.port import (
    Header,
    LeftOut,
    MessageRecord,
    Opened,
    PersonRecord,
    Reason,
    RemovedRecord,
    RoomAudience,
    RoomRecord,
)
from alongside.archives.readers.alongside import AlongsideReader
from alongside.archives.writing import lines, write
from alongside.kit import safe_html

HEADER = Header("urn:x:acme", "Acme", "slack")
NOTE = MessageRecord("m1", "r1", "u1", "<p>Left.</p>", datetime(2026, 3, 1, tzinfo=UTC), "t1")

ids = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20)
some_ids = st.sampled_from(["u1", "u2", "u3", "ü/4"])
words = st.text(st.characters(exclude_categories=["C"], exclude_characters="\ufffe\uffff"), max_size=40).map(str.strip)
times = st.datetimes(
    datetime(1971, 1, 1),  # noqa: DTZ001 (Hypothesis adds the zone)
    datetime(2198, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45)), timezone(timedelta(hours=-12))]),
)
addresses = st.just("") | st.sampled_from(["https://x.example/a?b=c&d=é", "http://x.example"])
html = st.one_of(
    words.map(safe_html.from_plain),
    words.map(safe_html.from_markdown),
    words.map(safe_html.from_html),
    st.just('<p>a</p><details class="quoted"><summary>b</summary><p>c</p></details>'),
)
persons = st.builds(
    PersonRecord, some_ids, words.filter(bool), words, words, st.booleans(), st.booleans(), is_bot=st.just(value=False)
)
rooms = st.builds(
    RoomRecord,
    ids,
    words.filter(bool),
    st.sampled_from(RoomAudience),
    st.lists(some_ids, unique=True, max_size=4).map(tuple),
    addresses,
    st.booleans(),
)
messages = st.builds(
    MessageRecord,
    ids,
    ids,
    st.none() | some_ids,
    html.filter(lambda text: safe_html.plain_text(text).strip() != ""),
    times,
    st.none() | ids,
    st.none() | ids,
    words,
    st.none() | times,
    addresses,
    st.booleans(),
    st.lists(ids, unique=True, max_size=3).map(tuple),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    header=st.builds(Header, ids, words.filter(bool), st.sampled_from(["slack", "mail", "zulip", "alongside"])),
    people=st.lists(persons, unique_by=lambda person: person.source_id, max_size=4),
    in_rooms=st.lists(rooms, unique_by=lambda room: room.source_id, max_size=3),
    said=st.lists(st.one_of(messages, st.builds(RemovedRecord, ids)), max_size=5),
    name=st.sampled_from(["a.jsonl", "a.jsonl.gz"]),
)
def test_what_is_written_reads_back_as_it_was(
    tmp_path: Path,
    *,
    header: Header,
    people: list[PersonRecord],
    in_rooms: list[RoomRecord],
    said: list[MessageRecord | RemovedRecord],
    name: str,
) -> None:
    known = {person.source_id for person in people}
    assume(all(member in known for room in in_rooms for member in room.members))
    file = tmp_path / name
    write(file, lines(header, people, in_rooms, said))
    assert AlongsideReader.recognises(file)
    reader = AlongsideReader(Opened(file))
    assert reader.header() == header
    assert list(reader.people()) == people
    assert list(reader.rooms()) == in_rooms
    # What a reader gives holds the words of its HTML, too: they are worked out where it is read.
    assert list(reader.messages()) == [
        replace(one, text=safe_html.plain_text(one.html)) if isinstance(one, MessageRecord) else one for one in said
    ]


def test_lines_come_in_order_and_what_is_empty_is_not_written() -> None:
    written = [
        json.loads(line)
        for line in lines(
            HEADER,
            [PersonRecord("u1", "Alder"), LeftOut(Reason.BROKEN, "x")],
            [RoomRecord("r1", "#a", RoomAudience.MEMBERS, ("u1",), is_threaded=False)],
            [NOTE, RemovedRecord("m0")],
        )
    ]
    assert [value["type"] for value in written] == ["Collection", "Person", "Group", "Note", "Tombstone"]
    assert written[0]["alongside"] == 1
    assert written[1] == {"type": "Person", "id": "u1", "name": "Alder"}
    assert written[2]["threaded"] is False
    assert written[3]["published"] == "2026-03-01T00:00:00Z"
    assert written[3].keys() == {"type", "id", "attributedTo", "to", "context", "content", "published"}


def test_a_name_in_gz_is_packed_and_only_its_maker_may_read_it(tmp_path: Path) -> None:
    file = tmp_path / "mine.jsonl.gz"
    write(file, lines(HEADER, [], [], [NOTE]))
    assert b"Left." in gzip.decompress(file.read_bytes())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_file_that_was_not_finished_is_not_there(tmp_path: Path) -> None:
    def breaking() -> Iterator[bytes]:
        yield b"{}\n"
        raise KeyboardInterrupt

    file = tmp_path / "mine.jsonl"
    file.write_text("before")
    with pytest.raises(KeyboardInterrupt):
        write(file, breaking())
    assert file.read_text() == "before"
    assert list(tmp_path.iterdir()) == [file]
