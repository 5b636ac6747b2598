"""An Alongside archive that any script may have written: what is right in it comes in, what lies costs its own line."""

import gzip
import json
import tracemalloc
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alongside.archives.port import (
    CreditRecord,
    Header,
    LeftOut,
    Limits,
    MessageRecord,
    NoteRecord,
    Opened,
    PassageRecord,
    PersonRecord,
    Reason,
    RemarkRecord,
    RemovedRecord,
    RevisionRecord,
    RoomAudience,
    RoomRecord,
    Unreadable,
    WeaveRecord,
)
from alongside.archives.readers.alongside import AlongsideReader
from alongside.archives.recognising import READERS

Value = dict[str, Any]
HEADER: Value = {"type": "Collection", "id": "urn:x:acme", "name": "Acme, Slack", "alongside": 1, "tool": "slack"}
ALDER: Value = {
    "type": "Person",
    "id": "u1",
    "name": "Alder Finch",
    "preferredUsername": "alder",
    "email": "a@example.org",
}
ROOM: Value = {
    "type": "Group",
    "id": "r1",
    "name": "#hotline",
    "audience": "organisation",
    "url": "https://x.example/r1",
}


def a_note(**fields: Any) -> Value:
    return {
        "type": "Note",
        "id": "m1",
        "attributedTo": "u1",
        "to": "r1",
        "context": "t1",
        "content": "<p>Left.</p>",
        "published": "2026-03-01T09:30:00Z",
    } | fields


def an_archive(path: Path, *values: Value | str | bytes, name: str = "archive.jsonl") -> Path:
    lines = [
        value if isinstance(value, bytes) else value.encode() if isinstance(value, str) else json.dumps(value).encode()
        for value in values
    ]
    file = path / name
    file.write_bytes(b"\n".join(lines) + b"\n")
    return file


def reader_of(path: Path, **limits: int) -> AlongsideReader:
    return AlongsideReader(Opened(path, limits=Limits(**limits)))


def said(path: Path, **limits: int) -> list[MessageRecord | RemovedRecord | LeftOut]:
    return list(reader_of(path, **limits).messages())


def one(path: Path, **fields: Any) -> MessageRecord | RemovedRecord | LeftOut:
    (record,) = said(an_archive(path, HEADER, ALDER, ROOM, a_note(**fields)))
    return record


def message(path: Path, **fields: Any) -> MessageRecord:
    record = one(path, **fields)
    assert isinstance(record, MessageRecord), record
    return record


def test_the_example_of_the_description_reads_as_it_says(tmp_path: Path) -> None:
    file = an_archive(
        tmp_path,
        HEADER,
        ALDER,
        {"type": "Person", "id": "u2", "name": "Rowan Ash"},
        ROOM,
        {"type": "Group", "id": "r2", "name": "#leads", "audience": "members", "members": ["u1", "u2"]},
        a_note(
            inReplyTo=None, name="Subject", source={"content": "*text*", "mediaType": "text/markdown"}, updated=None
        ),
        {"type": "Tombstone", "id": "m0"},
        {"type": "Recipe", "id": "x1"},
    )
    reader = reader_of(file)
    assert AlongsideReader.recognises(file)
    assert reader.header() == Header("urn:x:acme", "Acme, Slack", "slack")
    assert list(reader.people()) == [
        PersonRecord("u1", "Alder Finch", "alder", "a@example.org"),
        PersonRecord("u2", "Rowan Ash"),
    ]
    assert list(reader.rooms()) == [
        RoomRecord("r1", "#hotline", RoomAudience.ORGANISATION, (), "https://x.example/r1"),
        RoomRecord("r2", "#leads", RoomAudience.MEMBERS, ("u1", "u2")),
    ]
    assert list(reader.messages()) == [
        MessageRecord(
            "m1",
            "r1",
            "u1",
            "<p><em>text</em></p>",
            datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
            "t1",
            subject="Subject",
            text="text",
        ),
        RemovedRecord("m0"),
        LeftOut(Reason.UNKNOWN, "line 8: Recipe"),
    ]
    assert list(reader.notes()) == list(reader.weaves()) == []


def test_lines_may_come_in_any_order(tmp_path: Path) -> None:
    values = [a_note(), ROOM, ALDER]
    sorted_reader = reader_of(an_archive(tmp_path, HEADER, ALDER, ROOM, a_note()))
    mixed = reader_of(an_archive(tmp_path, HEADER, *values, name="mixed.jsonl"))
    for part in ("people", "rooms", "messages"):
        assert list(getattr(mixed, part)()) == list(getattr(sorted_reader, part)())


@pytest.mark.parametrize("kind", ["gzip", "zip", "zip in a folder", "folder"])
def test_it_reads_the_same_however_it_is_packed(tmp_path: Path, kind: str) -> None:
    plain = an_archive(tmp_path, HEADER, ALDER, ROOM, a_note())
    file = tmp_path / "packed"
    if kind == "gzip":
        file.write_bytes(gzip.compress(plain.read_bytes()))
    elif kind == "folder":
        file = tmp_path
    else:
        with zipfile.ZipFile(file, "w") as packed:
            packed.write(plain, "archive.jsonl" if kind == "zip" else "acme/archive.jsonl")
            packed.writestr("files/picture.png", b"x")
    assert AlongsideReader.recognises(file)
    assert said(file) == said(plain)


def test_a_gzip_that_ends_in_the_middle_gives_what_came_before(tmp_path: Path) -> None:
    notes = [a_note(id=f"m{number}", content=f"<p>{hash(str(number))}</p>") for number in range(5000)]
    file = an_archive(tmp_path, HEADER, ALDER, ROOM, *notes)
    packed = gzip.compress(file.read_bytes())
    file.write_bytes(packed[: len(packed) // 2])
    records = said(file)
    assert 100 < len(records) < 5000
    assert isinstance(records[-1], LeftOut)
    assert records[-1].reason is Reason.TRUNCATED
    assert all(isinstance(record, MessageRecord) for record in records[:-1])


def test_a_plain_file_cut_in_its_last_line_says_so(tmp_path: Path) -> None:
    file = an_archive(tmp_path, HEADER, ALDER, ROOM, a_note())
    file.write_bytes(file.read_bytes()[:-20])
    assert said(file) == [LeftOut(Reason.TRUNCATED, "line 4")]


def test_broken_lines_are_left_out_by_their_number_and_once_only(tmp_path: Path) -> None:
    file = an_archive(
        tmp_path,
        HEADER,
        "{",
        ALDER,
        "[1]",
        b"\xff",
        "",
        '"' + "[" * 100_000,
        '{"type":' * 5000,
        ROOM,
        a_note(type=7),
        a_note(),
    )
    reader = reader_of(file)
    assert [
        record for part in (reader.people(), reader.rooms()) for record in part if isinstance(record, LeftOut)
    ] == []
    *left_out, last = reader.messages()
    assert [record.where for record in left_out if isinstance(record, LeftOut)] == [
        "line 2",
        "line 4",
        "line 5",
        "line 7",
        "line 8",
        "line 10: no type",
    ]
    assert isinstance(last, MessageRecord)


def test_a_line_without_an_end_costs_no_memory(tmp_path: Path) -> None:
    file = an_archive(tmp_path, HEADER, ALDER, ROOM, '"' + "x" * 30_000_000, a_note())
    tracemalloc.start()
    records = said(file, record_bytes=10_000)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert records[0] == LeftOut(Reason.TOO_LARGE, "line 4")
    assert isinstance(records[1], MessageRecord)
    assert most < 8_000_000


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"id": "x" * 1_000_000}, Reason.TOO_LARGE),
        ({"id": 7}, Reason.BROKEN),
        ({"id": None}, Reason.BROKEN),
        ({"id": "a\0b"}, Reason.BROKEN),
        ({"id": " "}, Reason.BROKEN),
        ({"to": None}, Reason.NO_ROOM),
        ({"to": 7}, Reason.BROKEN),
        ({"to": {"id": ["r1"]}}, Reason.BROKEN),
        ({"attributedTo": 1.5}, Reason.BROKEN),
        ({"context": True}, Reason.BROKEN),
        ({"content": 5}, Reason.BROKEN),
        ({"source": "text"}, Reason.BROKEN),
        ({"name": ["x"]}, Reason.BROKEN),
        ({"helped": "yes"}, Reason.BROKEN),
        ({"mentions": "u1"}, Reason.BROKEN),
        ({"content": ""}, Reason.EMPTY),
        ({"content": "<script>x</script> <p> </p>"}, Reason.EMPTY),
        ({"content": None}, Reason.EMPTY),
        ({"published": None}, Reason.NO_TIME),
        ({"published": "yesterday"}, Reason.NO_TIME),
        ({"published": "0000-01-01T00:00:00Z"}, Reason.NO_TIME),
        ({"published": "0001-01-01T00:00:00+14:00"}, Reason.NO_TIME),
        ({"published": "9999-12-31T23:59:59-14:00"}, Reason.NO_TIME),
        ({"published": 1_700_000_000}, Reason.BROKEN),
    ],
)
def test_a_note_that_lies_is_left_out(tmp_path: Path, fields: Value, reason: Reason) -> None:
    assert one(tmp_path, **fields) == LeftOut(reason, "line 4")


def test_half_a_surrogate_pair_is_no_text(tmp_path: Path) -> None:
    line = json.dumps(a_note(id="half")).replace("half", "\\ud83d")
    (record,) = said(an_archive(tmp_path, HEADER, ALDER, ROOM, line))
    assert record == LeftOut(Reason.BROKEN, "line 4")


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        ("2026-03-01T09:30:00+02:00", datetime(2026, 3, 1, 7, 30, tzinfo=UTC)),
        ("2026-03-01T09:30:00.5", datetime(2026, 3, 1, 9, 30, 0, 500_000, tzinfo=UTC)),
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
    ],
)
def test_times_are_read_with_their_zone_or_as_utc(tmp_path: Path, published: str, expected: datetime) -> None:
    assert message(tmp_path, published=published).said_at == expected


@pytest.mark.parametrize(
    ("fields", "html"),
    [
        ({"source": {"content": "**a**", "mediaType": "text/markdown; charset=utf-8"}}, "<p><strong>a</strong></p>"),
        ({"source": {"content": "**a** <b>", "mediaType": "text/plain"}}, "<p>**a** &lt;b&gt;</p>"),
        ({"source": {"content": "<b>a</b><script>x</script>", "mediaType": "text/html"}}, "<b>a</b>"),
        ({"source": {"content": "*a*", "mediaType": "text/x-wiki"}}, "<p>Left.</p>"),
        ({"source": {"content": "*a*", "mediaType": "text/x-wiki"}, "content": None}, "<p>*a*</p>"),
        ({"source": {"content": "*a*"}}, "<p>*a*</p>"),
        ({"content": "<b onclick=x>a</b>"}, "<b>a</b>"),
        ({"content": "**a**", "mediaType": "text/markdown"}, "<p><strong>a</strong></p>"),
    ],
)
def test_text_is_rendered_by_its_kind_and_always_safe(tmp_path: Path, fields: Value, html: str) -> None:
    assert message(tmp_path, **fields).html == html


def test_references_may_be_given_in_the_ways_of_activitystreams(tmp_path: Path) -> None:
    record = message(
        tmp_path,
        attributedTo=["u1", "u2"],
        to={"type": "Group", "id": "r1"},
        inReplyTo="m0",
        updated="2026-03-02T00:00:00Z",
        helped=True,
        mentions=["u2", "u2", {"id": "u3"}],
        url="javascript:alert(1)",
    )
    assert (record.author, record.room, record.reply_to) == ("u1", "r1", "m0")
    assert record.edited_at == datetime(2026, 3, 2, tzinfo=UTC)
    assert (record.helped, record.mentions, record.url) == (True, ("u2", "u3"), "")


def test_a_time_of_an_edit_that_is_none_is_reported_and_the_note_comes_in(tmp_path: Path) -> None:
    report, record = said(an_archive(tmp_path, HEADER, ALDER, ROOM, a_note(updated="soon")))
    assert report == LeftOut(Reason.BROKEN, "line 4: the time of its edit")
    assert isinstance(record, MessageRecord)
    assert record.edited_at is None


def test_what_a_bot_said_is_left_out(tmp_path: Path) -> None:
    assert said(an_archive(tmp_path, HEADER, ALDER | {"bot": True}, ROOM, a_note())) == [LeftOut(Reason.BOT, "line 4")]


def rooms_of(path: Path, *values: Value) -> tuple[list[RoomRecord], list[LeftOut]]:
    found = list(reader_of(an_archive(path, HEADER, ALDER, *values)).rooms())
    return [room for room in found if isinstance(room, RoomRecord)], [
        room for room in found if isinstance(room, LeftOut)
    ]


def test_a_room_of_no_or_of_an_unknown_audience_is_read_by_nobody(tmp_path: Path) -> None:
    for audience in (None, "world", 7, ["organisation"]):
        (room,), _ = rooms_of(tmp_path, ROOM | {"audience": audience, "members": ["u1"]})
        assert (room.audience, room.members) == (RoomAudience.MEMBERS, ())


def test_a_member_who_never_comes_is_reported(tmp_path: Path) -> None:
    (room,), reports = rooms_of(tmp_path, ROOM | {"audience": "members", "members": ["u1", "u9"]})
    assert room.members == ("u1",)
    assert reports == [LeftOut(Reason.MEMBER_UNKNOWN, "line 3: u9")]


def test_an_id_that_is_taken_changes_nothing(tmp_path: Path) -> None:
    (room,), reports = rooms_of(tmp_path, ROOM | {"audience": "members"}, ROOM)
    assert room.audience is RoomAudience.MEMBERS
    assert reports == [LeftOut(Reason.BROKEN, "line 4: an id that is taken")]
    people = list(reader_of(an_archive(tmp_path, HEADER, ALDER, ALDER | {"name": "Other"})).people())
    assert people[1:] == [LeftOut(Reason.BROKEN, "line 3: an id that is taken")]


def test_a_room_is_flat_when_no_note_of_it_names_its_conversation(tmp_path: Path) -> None:
    (room,), _ = rooms_of(tmp_path, ROOM, a_note(context=None), a_note(context=None))
    assert not room.is_threaded
    (room,), _ = rooms_of(tmp_path, a_note(context=None), a_note(), ROOM)
    assert room.is_threaded
    (room,), _ = rooms_of(tmp_path, ROOM | {"threaded": True}, a_note(context=None))
    assert room.is_threaded
    (room,), _ = rooms_of(tmp_path, ROOM | {"threaded": False}, a_note())
    assert not room.is_threaded


def test_unknown_fields_are_reported_once_and_fatal_never(tmp_path: Path) -> None:
    records = said(an_archive(tmp_path, HEADER, ALDER, ROOM, a_note(mood=1), a_note(id="m2", mood=2)))
    assert records[0] == LeftOut(Reason.UNKNOWN, "line 4: the field “mood”")
    assert len(records) == 3


def test_a_header_without_an_id_has_a_key_all_the_same(tmp_path: Path) -> None:
    nameless = {"type": "Collection", "alongside": 1, "name": "Mine"}
    first, again = (reader_of(an_archive(tmp_path, nameless, name=name)).header() for name in ("a", "b"))
    other = reader_of(an_archive(tmp_path, nameless | {"name": "Yours"})).header()
    assert first == again
    assert first.key.startswith("sha256:")
    assert other.key != first.key


def test_a_newer_format_is_refused_in_a_sentence(tmp_path: Path) -> None:
    file = an_archive(tmp_path, HEADER | {"alongside": 2})
    assert AlongsideReader.recognises(file)
    with pytest.raises(Unreadable, match="newer than this Alongside"):
        reader_of(file).header()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"{}",
        b'{"type":"Collection"}',
        b'{"type":"Collection","alongside":true}',
        b"[]",
        b"PK\x03\x04x",
        b"\x1f\x8bx",
    ],
)
def test_other_files_are_not_taken_for_an_archive(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "archive.jsonl"
    file.write_bytes(content)
    assert not AlongsideReader.recognises(file)
    with pytest.raises(Unreadable):
        reader_of(file).header()


def test_what_is_missing_is_no_archive(tmp_path: Path) -> None:
    assert not AlongsideReader.recognises(tmp_path / "missing")
    assert not AlongsideReader.recognises(tmp_path)
    with pytest.raises(Unreadable):
        list(reader_of(tmp_path / "missing").messages())


def test_progress_reaches_its_total(tmp_path: Path) -> None:
    opened = Opened(an_archive(tmp_path, HEADER, ALDER, ROOM, a_note()))
    list(AlongsideReader(opened).messages())
    assert opened.progress.done == opened.progress.total == opened.path.stat().st_size


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["u1", "r1", "members"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "content", "mediaType"]), inner),
    max_leaves=6,
)
NOTE_FIELDS = ["to", "attributedTo", "context", "inReplyTo", "source", "content", "published", "updated", "mediaType"]
OTHER_FIELDS = [
    "id",
    "name",
    "url",
    "audience",
    "members",
    "threaded",
    "helped",
    "mentions",
    "guest",
    "bot",
    "alongside",
]
fields = st.sampled_from([*NOTE_FIELDS, *OTHER_FIELDS, "other"])
objects = st.tuples(
    st.sampled_from([HEADER, ALDER, ROOM, a_note()]), st.dictionaries(fields, anything, max_size=3)
).map(lambda pair: json.dumps(pair[0] | pair[1]).encode())


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(st.one_of(objects, st.binary(max_size=40)), max_size=8), headed=st.booleans(), packed=st.booleans()
)
def test_no_bytes_make_the_reader_raise(tmp_path: Path, *, lines: list[bytes], headed: bool, packed: bool) -> None:
    content = b"\n".join([json.dumps(HEADER).encode(), *lines] if headed else lines)
    file = tmp_path / "any"
    file.write_bytes(gzip.compress(content) if packed else content)
    AlongsideReader.recognises(file)
    reader = reader_of(file)
    try:
        records = [reader.header(), *reader.people(), *reader.rooms(), *reader.messages()]
    except Unreadable:
        return
    for record in records:
        repr(record).encode("utf-8")
        assert "\\x00" not in repr(record) or isinstance(record, LeftOut)


def an_article(**fields: Any) -> Value:
    return {
        "type": "Article",
        "id": "n1",
        "attributedTo": "u1",
        "audience": "r1",
        "inReplyTo": ["t1"],
        "name": "Left, then right",
        "parts": {"when": "It drips.", "what_worked": "Turn *left*."},
        "published": "2026-03-02T09:00:00Z",
    } | fields


AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def kept(path: Path, **fields: Any) -> list[NoteRecord | LeftOut]:
    return list(reader_of(an_archive(path, HEADER, ALDER, ROOM, an_article(**fields))).notes())


def test_a_kept_note_reads_with_all_that_hangs_on_it(tmp_path: Path) -> None:
    earlier = {"published": "2026-03-02T09:00:00Z", "attributedTo": "u1", "name": "Left", "parts": {"why": "So."}}
    (record,) = kept(
        tmp_path,
        audience=["r1", {"id": "u1"}],
        passages=[{"part": "why", "message": "m1", "text": "Left."}, {"part": "when", "removed": True}],
        credited=[{"who": "u2", "for": "the idea"}],
        revised={"published": "2026-03-03T09:00:00Z", "attributedTo": "u2"},
        revisions=[earlier],
        remarks=[{"kind": "helped", "attributedTo": "u2", "content": "Dry\nnow.", "published": "2026-03-04T09:00:00Z"}],
        updated="2026-03-04T09:00:00Z",
    )
    assert record == NoteRecord(
        source_id="n1",
        author="u1",
        kept_at=AT,
        revisions=(
            RevisionRecord(AT, "u1", "Left", why="So."),
            RevisionRecord(AT.replace(day=3), "u2", "Left, then right", "It drips.", "Turn *left*."),
        ),
        audience=("r1", "u1"),
        context=("t1",),
        passages=(PassageRecord("why", "m1", "Left."), PassageRecord("when", None)),
        credited=(CreditRecord("u2", "the idea"),),
        remarks=(RemarkRecord("helped", "u2", AT.replace(day=4), "Dry now."),),
        alive_at=AT.replace(day=4),
    )


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"id": None}, Reason.BROKEN),
        ({"attributedTo": None}, Reason.NO_AUTHOR),
        ({"attributedTo": 7}, Reason.BROKEN),
        ({"published": None}, Reason.NO_TIME),
        ({"name": None}, Reason.EMPTY),
        ({"name": ["x"]}, Reason.BROKEN),
        ({"parts": "x"}, Reason.BROKEN),
        ({"parts": {"when": 7}}, Reason.BROKEN),
        ({"parts": None, "source": 7}, Reason.BROKEN),
        ({"audience": 7}, Reason.BROKEN),
        ({"inReplyTo": [7]}, Reason.BROKEN),
        ({"revised": "x"}, Reason.BROKEN),
    ],
)
def test_a_kept_note_that_lies_is_left_out(tmp_path: Path, fields: Value, reason: Reason) -> None:
    assert kept(tmp_path, **fields) == [LeftOut(reason, "line 4")]


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"passages": [{"part": "why", "message": "m1"}]}, "passages 1"),
        ({"passages": [{"part": "else", "message": "m1", "text": "x"}]}, "passages 1"),
        ({"credited": ["u1"]}, "credited 1"),
        ({"remarks": [{"kind": "liked", "attributedTo": "u1", "published": "2026-03-01T00:00:00Z"}]}, "remarks 1"),
        (
            {"remarks": [{"kind": "did not help", "attributedTo": "u1", "published": "2026-03-01T00:00:00Z"}]},
            "remarks 1",
        ),
        ({"revisions": [{"name": "When?"}]}, "revisions 1"),
        ({"revisions": {}}, "revisions"),
        ({"updated": "yesterday"}, "updated"),
    ],
)
def test_what_lies_on_a_note_costs_only_itself(tmp_path: Path, fields: Value, complaint: str) -> None:
    left_out, record = kept(tmp_path, **fields)
    assert left_out == LeftOut(Reason.BROKEN, f"line 4: {complaint}")
    assert isinstance(record, NoteRecord)
    assert (record.passages, record.credited, record.remarks, len(record.revisions)) == ((), (), (), 1)


@pytest.mark.parametrize(
    "fields",
    [
        {"source": {"content": "Turn *left*.", "mediaType": "text/markdown"}},
        {"content": "<p>Turn *left*.</p>"},
        {"content": "Turn *left*.", "mediaType": "text/plain"},
    ],
)
def test_a_text_alone_is_what_worked(tmp_path: Path, fields: Value) -> None:
    (record,) = kept(tmp_path, parts=None, **fields)
    assert isinstance(record, NoteRecord)
    assert record.revisions == (RevisionRecord(AT, "u1", "Left, then right", what_worked="Turn *left*."),)


def test_weaves_read_and_lie(tmp_path: Path) -> None:
    right: Value = {"type": "Relationship", "id": "w", "subject": "n1", "object": "t1", "summary": "Same tap.",
             "attributedTo": "u1", "published": "2026-03-02T09:00:00Z"}  # fmt: skip
    wrong: list[Value] = [
        right | {"object": None},
        right | {"object": "n1"},
        right | {"attributedTo": None},
        right | {"summary": ""},
        right | {"published": "?"},
    ]
    reader = reader_of(an_archive(tmp_path, HEADER, ALDER, ROOM, right, *wrong))
    assert list(reader.messages()) == []
    assert list(reader.weaves()) == [
        WeaveRecord("w", "n1", "t1", "Same tap.", "u1", AT),
        LeftOut(Reason.BROKEN, "line 5"),
        LeftOut(Reason.BROKEN, "line 6"),
        LeftOut(Reason.NO_AUTHOR, "line 7"),
        LeftOut(Reason.EMPTY, "line 8"),
        LeftOut(Reason.NO_TIME, "line 9"),
    ]


def test_only_this_format_holds_notes() -> None:
    assert [reader.tool for reader in READERS if hasattr(reader, "notes")] == ["alongside"]
