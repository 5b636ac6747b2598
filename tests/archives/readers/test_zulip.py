import io
import json
import tarfile
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alongside.archives.port import (
    LeftOut,
    Limits,
    MessageRecord,
    Opened,
    PersonRecord,
    Reader,
    Reason,
    RoomAudience,
    RoomRecord,
    Unreadable,
)
from alongside.archives.readers.zulip import ZulipReader
from alongside.archives.readers.zulip_html import rendered
from alongside.kit import safe_html

CASES = Path(__file__).parents[4] / "shared" / "data" / "payloads" / "zulip" / "markdown_test_cases.json"
STREAMS = {
    "hot line": {"id": 7, "latest_id": 3, "topic_data": {"What's up? 100%": {"size": 2, "latest_date": 1}}},
    "general": {"id": 1, "latest_id": 1, "topic_data": {}},
}
TOPIC = "7-hot-line/What's.20up.3F.20100.25.json"


def said(identity: object = 11, content: object = "<p>hello</p>", **more: object) -> dict[str, object]:
    return {"id": identity, "content": content, "sender_full_name": "Alder", "timestamp": 1700000000, **more}


def files_of(topics: dict[str, Any] | None, index: object = None, top: str = "") -> dict[str, bytes]:
    index = {"streams": STREAMS, "time": 1.5} if index is None else index
    files = {"stream_index.json": index, **({TOPIC: [said()]} if topics is None else topics)}
    return {top + name: it if isinstance(it, bytes) else json.dumps(it).encode() for name, it in files.items()}


def a_zip(path: Path, topics: dict[str, Any] | None = None, **more: Any) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files_of(topics, **more).items():
            file.writestr(name, content)
    return path


def a_tar(path: Path, topics: dict[str, Any] | None = None, **more: Any) -> Path:
    with tarfile.open(path, "w:gz") as file:
        for name, content in files_of(topics, **more).items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            file.addfile(info, io.BytesIO(content))
    return path


def a_folder(path: Path, topics: dict[str, Any] | None = None, **more: Any) -> Path:
    for name, content in files_of(topics, **more).items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


def reader(path: Path, limits: Limits | None = None) -> Reader:
    return ZulipReader(Opened(path, limits or Limits()))


def the_message(tmp_path: Path, **more: Any) -> MessageRecord:
    [found] = reader(a_zip(tmp_path / "x", {TOPIC: [said(**more)]})).messages()
    assert isinstance(found, MessageRecord)
    return found


def reasons(found: Iterable[object]) -> list[Reason]:
    return [one.reason for one in found if isinstance(one, LeftOut)]


@pytest.mark.parametrize("make", [a_zip, a_tar, a_folder])
@pytest.mark.parametrize("top", ["", "zulip_json/"])
def test_an_archive_is_recognised_and_read_however_it_is_packed(make: Any, top: str, tmp_path: Path) -> None:
    path = make(tmp_path / "it", top=top)
    assert ZulipReader.recognises(path)
    assert len(list(reader(path).messages())) == 1


def test_other_things_are_not_recognised(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "plain").write_bytes(b"[]")
    (tmp_path / "folder").mkdir()
    a_zip(tmp_path / "no-streams", index={"time": 1})
    a_zip(tmp_path / "no-json", index=b"{")
    with zipfile.ZipFile(tmp_path / "slack", "w") as file:
        file.writestr("users.json", "[]")
    for path in tmp_path.iterdir():
        assert not ZulipReader.recognises(path), path
        with pytest.raises(Unreadable, match=r"^“.*\.$"):
            reader(path)
    assert not ZulipReader.recognises(tmp_path / "missing")


def test_people_are_those_who_said_something(tmp_path: Path) -> None:
    messages = [said(), said(12), said(13, sender_full_name="Notification Bot"), said(14, sender_full_name=None)]
    messages.append(said(15, sender_id=5, sender_full_name="Birch", sender_email="birch@example.org"))
    messages.append(said(16, sender_id=6, sender_full_name="Cedar", sender_email="user6@zulip.example.org"))
    assert list(reader(a_zip(tmp_path / "x", {TOPIC: messages})).people()) == [
        PersonRecord("Alder", "Alder"),
        PersonRecord("Notification Bot", "Notification Bot", is_bot=True),
        PersonRecord("5", "Birch", email="birch@example.org"),
        PersonRecord("6", "Cedar"),
    ]


def test_streams_are_rooms_that_the_organisation_reads(tmp_path: Path) -> None:
    found = list(reader(a_zip(tmp_path / "x", {TOPIC: [], "99-lost/x.json": [said()]})).rooms())
    assert found == [
        RoomRecord("1", "#general", RoomAudience.ORGANISATION),
        RoomRecord("7", "#hot line", RoomAudience.ORGANISATION),
        LeftOut(Reason.NO_ROOM, "99-lost"),
    ]


def test_a_message_comes_as_it_was_said_and_its_topic_is_its_conversation(tmp_path: Path) -> None:
    assert the_message(tmp_path, last_edit_timestamp=1700000060) == MessageRecord(
        source_id="11",
        room="7",
        author="Alder",
        html="<p>hello</p>",
        said_at=datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC),
        context="7:What's up? 100%",
        subject="What's up? 100%",
        edited_at=datetime(2023, 11, 14, 22, 14, 20, tzinfo=UTC),
    )


def test_a_topic_stays_one_conversation_when_it_is_resolved(tmp_path: Path) -> None:
    topics = {"7-hot-line/rain.json": [said()], "7-hot-line/.E2.9C.94.20rain.json": [said(12)]}
    found = list(reader(a_zip(tmp_path / "x", topics)).messages())
    assert {one.context for one in found if isinstance(one, MessageRecord)} == {"7:rain"}


def test_names_of_files_are_read_back_as_topics(tmp_path: Path) -> None:
    topics = {"7-hot-line/1.2E5.20.2F.20caf.C3.A9.json": [said()], "7/47413hello.json": [said(12)]}
    found = reader(a_folder(tmp_path / "x", topics)).messages()
    assert [one.subject for one in found if isinstance(one, MessageRecord)] == ["47413hello", "1.5 / café"]


def test_the_key_stays_for_a_newer_archive_and_differs_for_another_organisation(tmp_path: Path) -> None:
    first = {"1-general/hello.json": [said(1)]}
    newer = {"1-general/hello.json": [said(1), said(90, timestamp=1800000000)], TOPIC: [said(91)]}
    other = {"1-general/hello.json": [said(1, timestamp=1600000000)]}
    keys = [reader(a_zip(tmp_path / f"{n}", topics)).header().key for n, topics in enumerate((first, newer, other))]
    assert keys[0] == keys[1] != keys[2]


def test_addresses_lead_back_when_the_pages_beside_it_tell_the_server(tmp_path: Path) -> None:
    page = b'<a href="https://chat.example.org/#narrow/stream/7-hot-line/topic/x/near/11">'
    topics = {TOPIC: [said(content='<p><a href="/user_uploads/1/x.txt">x</a></p>')], "html/stream/7/x.html": page}
    archive = reader(a_zip(tmp_path / "x", topics))
    [found] = archive.messages()
    assert isinstance(found, MessageRecord)
    assert found.url == "https://chat.example.org/#narrow/stream/7-hot.20line/topic/What.27s.20up.3F.20100.25/near/11"
    assert 'href="https://chat.example.org/user_uploads/1/x.txt"' in found.html
    assert archive.header().name == "chat.example.org, Zulip"


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (said(sender_full_name="Welcome Bot"), Reason.BOT),
        (said(sender_full_name=None), Reason.NO_AUTHOR),
        (said(sender_full_name=["x"]), Reason.NO_AUTHOR),
        (said(timestamp=None), Reason.NO_TIME),
        (said(timestamp="now"), Reason.NO_TIME),
        (said(timestamp=1e300), Reason.NO_TIME),
        (said(timestamp=-1), Reason.NO_TIME),
        (said(identity=None), Reason.BROKEN),
        (said(identity="../x"), Reason.BROKEN),
        (said(content=""), Reason.EMPTY),
        (said(content=None), Reason.EMPTY),
        (said(content="\0"), Reason.EMPTY),
        (said(content="<script>x</script>"), Reason.EMPTY),
        ("x", Reason.BROKEN),
        (None, Reason.BROKEN),
        (said(content="x" * 4_100_000), Reason.TOO_LARGE),
    ],
)
def test_what_is_left_out_says_why_and_the_rest_comes(message: object, reason: Reason, tmp_path: Path) -> None:
    found = list(reader(a_zip(tmp_path / "x", {TOPIC: [message, said(12)]}), Limits(ratio=2000)).messages())
    assert reasons(found) == [reason]
    assert len(found) == 2


def test_broken_files_cost_themselves_only(tmp_path: Path) -> None:
    topics = {
        "7-hot-line/a.json": b'[{"id": 1, ',
        "7-hot-line/b.json": b"",
        "7-hot-line/c.json": b"\xff\xfe\x00",
        "7-hot-line/d.json": [said()],
        "7-hot-line/e.txt": b"x",
        "7-hot-line/f.json": b'["' + b"0" * 9_000_000 + b'"]',
        "../7-hot-line/g.json": [said()],
    }
    found = list(reader(a_zip(tmp_path / "x", topics), Limits(ratio=2)).messages())
    assert sorted(reasons(found)) == sorted(
        [Reason.TRUNCATED, Reason.BROKEN, Reason.BROKEN, Reason.UNKNOWN, Reason.TOO_LARGE, Reason.UNSAFE_PATH]
    )
    assert sum(isinstance(one, MessageRecord) for one in found) == 1


def test_mentions_are_our_own_and_listed_unless_silent(tmp_path: Path) -> None:
    content = (
        '<p><span class="user-mention" data-user-id="5">@Birch &amp; Co</span>'
        ' <span class="user-mention silent" data-user-id="6">Cedar</span>'
        ' <span class="user-mention" data-user-id="*">@all</span></p>'
    )
    found = the_message(tmp_path, content=content)
    assert '<span class="mention">@Birch &amp; Co</span> <span class="mention">Cedar</span>' in found.html
    assert found.mentions == ("Birch & Co",)
    assert the_message(tmp_path, content=content, sender_id=9).mentions == ("5",)


@pytest.mark.parametrize(
    ("reactions", "helped"),
    [
        ([{"emoji_name": "check", "user_id": 2}], True),
        ([{"emoji_name": "check", "user_id": 1}], False),
        ([{"emoji_name": "+1", "user_id": 2}], False),
        ("x", False),
        ([None], False),
    ],
)
def test_a_reaction_of_another_person_can_say_that_it_helped(
    reactions: object, *, helped: bool, tmp_path: Path
) -> None:
    assert the_message(tmp_path, sender_id=1, reactions=reactions).helped is helped


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        (
            '<p><span aria-label="hm" class="emoji emoji-1f914" role="img" title="thinking">:thinking:</span></p>',
            "<p>🤔</p>",
        ),
        ('<p><span class="emoji emoji-1f1e9-1f1ea" role="img">:de:</span></p>', "<p>🇩🇪</p>"),
        ('<p><span class="emoji emoji-ffffff" role="img">:x:</span></p>', "<p></p>"),
        ('<p><img alt=":zulip:" class="emoji" src="/static/zulip.png" title="zulip"></p>', "<p>:zulip:</p>"),
        ("<blockquote>\n<p>said</p>\n</blockquote>\n<p>so</p>", "<blockquote>\n<p>said</p>\n</blockquote>\n<p>so</p>"),
        (
            '<p><a href="/u/x.png">x</a></p><div class="message_inline_image"><a href="/u/x.png"><img></a></div>',
            '<p><a rel="noopener noreferrer nofollow">x</a></p>',
        ),
        (
            '<div class="message_inline_image"><a href="https://a.org/x.png"><img src="/x"></a></div>',
            '<p><a href="https://a.org/x.png" rel="noopener noreferrer nofollow">x.png</a></p>',
        ),
        (
            '<p><span class="katex"><span><math><annotation encoding="application/x-tex">x^2</annotation></math></span>'  # noqa: ISC004
            '<span class="katex-html"><span>x</span><span>2</span></span></span> it</p>',
            "<p><code>x^2</code> it</p>",
        ),
    ],
)
def test_zulips_own_elements_become_plain_ones(content: str, shown: str) -> None:
    assert rendered(content, "") == shown


def test_links_within_the_server_lead_nowhere_when_it_is_not_known() -> None:
    made = rendered(
        '<p><a href="/user_uploads/x">a</a> <a href="#narrow/stream/1">b</a> <a href="//evil.org">c</a></p>', ""
    )
    assert "href" not in made
    assert "evil" not in rendered('<a href="//evil.org">c</a>', "https://chat.example.org/")


PIECES = st.sampled_from(
    [
        '<span class="katex">',
        "</span>",
        '<div class="message_inline_image">',
        "</div>",
        "<script>",
        '<a href="/x">',
        '<a href="#',
        '"',
        '<span class="user-mention" data-user-id="5">@A</span>',
        "<img src=x onerror=y>",
        "text",
        "<blockquote>",
        "<annotation ",
    ]
)


@given(st.lists(PIECES | st.text(max_size=6), max_size=12).map("".join))
def test_whatever_was_rendered_is_made_safe(content: str) -> None:
    made = rendered(content, "https://chat.example.org/")
    assert safe_html.from_html(made) == made


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "streams", "topic_data", *said(), "reactions", "emoji_name"]), inner, max_size=5
        )
    ),
    max_leaves=14,
)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(message=st.dictionaries(st.sampled_from([*said(), "sender_id", "reactions"]), JUNK), junk=JUNK)
def test_no_junk_in_a_topic_raises_and_all_html_is_safe(
    message: dict[str, object], junk: object, tmp_path: Path
) -> None:
    topic = json.dumps([junk, message, {**said(), **message}, said(12)]).encode()
    archive = reader(a_zip(tmp_path / "x", {TOPIC: topic}))
    archive.header()
    for one in [*archive.people(), *archive.rooms(), *archive.messages()]:
        if isinstance(one, MessageRecord):
            assert safe_html.from_html(one.html) == one.html


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(streams=st.dictionaries(st.text(max_size=5), JUNK, max_size=3))
def test_no_junk_in_the_index_raises(streams: dict[str, object], tmp_path: Path) -> None:
    path = a_zip(tmp_path / "x", index={"streams": streams})
    if not ZulipReader.recognises(path):
        assert "Infinity" in json.dumps(streams) or "NaN" in json.dumps(streams)
        return
    archive = reader(path)
    archive.header()
    assert isinstance([*archive.people(), *archive.rooms(), *archive.messages()], list)


@pytest.mark.skipif(not CASES.exists(), reason="the shared data is not here")
def test_all_that_zulip_really_renders_is_kept_safe() -> None:
    cases = json.loads(CASES.read_text("utf-8"))["regular_tests"]
    assert len(cases) > 100
    for case in cases:
        made = rendered(case["expected_output"], "")
        assert safe_html.from_html(made) == made
        assert safe_html.plain_text(made) or not safe_html.plain_text(case["expected_output"]).strip(), case
