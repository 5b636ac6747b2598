import gzip
import io
import json
import tracemalloc
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
    RemovedRecord,
    RoomAudience,
    RoomRecord,
    Unreadable,
)
from alongside.archives.readers.slack import SlackReader
from alongside.kit import safe_html

EXPORTS = Path(__file__).parents[4] / "shared" / "data" / "payloads" / "slack" / "export"

Day = list[Any] | bytes


def a_person(identity: str, name: str, **more: object) -> dict[str, object]:
    profile = {"real_name": name, "display_name": name.lower(), "email": f"{identity.lower()}@example.org"}
    return {"id": identity, "team_id": "T0ACME", "name": name.lower(), "profile": profile, **more}


PEOPLE = [
    a_person("U01", "Alder"),
    a_person("U02", "Birch"),
    a_person("U03", "Cedar", is_restricted=True),
    a_person("U04", "Dogwood", deleted=True),
    a_person("U05", "Builder", is_bot=True),
    a_person("U06", "Elm", team_id="T0OTHER"),
    {**a_person("USLACKBOT", "Slackbot"), "team_id": "T0ACME"},
]
CHANNELS = [{"id": "C01", "name": "general", "created": 1, "members": ["U01", "U02", "U03", "U77"]}]
GROUPS = [{"id": "G01", "name": "leads", "members": ["U01", "U02"]}]


def said(
    ts: object = "1700000000.000100", text: object = "hello", user: object = "U01", **more: object
) -> dict[str, object]:
    return {"type": "message", "ts": ts, "text": text, "user": user, **more}


def an_export(
    path: Path,
    days: dict[str, Day] | None = None,
    *,
    heads: dict[str, object] | None = None,
    top: str = "",
) -> Path:
    files = {"users.json": PEOPLE, "channels.json": CHANNELS, "groups.json": GROUPS, **(heads or {}), **(days or {})}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            if content is not None:
                file.writestr(top + name, content if isinstance(content, bytes) else json.dumps(content))
    return path


def reader(path: Path, limits: Limits | None = None) -> Reader:
    return SlackReader(Opened(path, limits or Limits()))


def everything(tmp_path: Path, *messages: object) -> list[MessageRecord | RemovedRecord | LeftOut]:
    path = an_export(tmp_path / "export", {"general/2023-11-14.json": list(messages)})
    return list(reader(path).messages())


def the_message(tmp_path: Path, **more: object) -> MessageRecord:
    [found] = everything(tmp_path, said(**more))
    assert isinstance(found, MessageRecord)
    return found


def the_reason(tmp_path: Path, message: object) -> Reason:
    [found] = everything(tmp_path, message)
    assert isinstance(found, LeftOut)
    return found.reason


def reasons(found: Iterable[object]) -> list[tuple[Reason, str]]:
    return [(one.reason, one.where) for one in found if isinstance(one, LeftOut)]


# What it is


@pytest.mark.parametrize("top", ["", "Acme Slack export/"])
def test_an_export_is_recognised_by_content_packed_or_not(top: str, tmp_path: Path) -> None:
    path = an_export(tmp_path / "no-name", top=top)
    assert SlackReader.recognises(path)
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(path) as file:
        file.extractall(folder)
    assert SlackReader.recognises(folder)
    assert len(list(reader(folder).people())) == len(PEOPLE)


def test_other_things_are_not_recognised(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "plain").write_bytes(b"From somebody")
    (tmp_path / "packed").write_bytes(gzip.compress(b"x"))
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04 broken")
    an_export(tmp_path / "no-rooms", heads={"channels.json": None, "groups.json": None})
    an_export(tmp_path / "no-people", heads={"users.json": None})
    an_export(tmp_path / "people-of-others", heads={"users.json": {"users": 1}})
    nested = io.BytesIO()
    with zipfile.ZipFile(nested, "w") as file:
        file.writestr("users.json", "[]")
    with zipfile.ZipFile(tmp_path / "nested", "w") as file:
        file.writestr("export.zip", nested.getvalue())
    (tmp_path / "folder").mkdir()
    for path in tmp_path.iterdir():
        assert not SlackReader.recognises(path), path
    assert not SlackReader.recognises(tmp_path / "missing")


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04 broken"])
def test_what_is_no_export_is_said_in_one_sentence(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "it").write_bytes(content)
    with pytest.raises(Unreadable, match=r"^“it” .*\.$"):
        reader(tmp_path / "it")


def test_the_key_is_the_workspace_and_stays_for_a_newer_export(tmp_path: Path) -> None:
    first = reader(an_export(tmp_path / "first")).header()
    file = {"name": "x", "permalink": "https://acme.slack.com/files/U01/F1/x"}
    days: dict[str, Day] = {"general/2024-01-01.json": [said(files=[file])]}
    second = reader(an_export(tmp_path / "second", days)).header()
    assert first.key == second.key == "slack:T0ACME"
    assert (first.name, second.name) == ("Slack", "acme, Slack")


def test_without_a_team_the_key_is_the_subdomain_or_the_first_room(tmp_path: Path) -> None:
    people = [{"id": "U01", "name": "a"}]
    bare = reader(an_export(tmp_path / "bare", heads={"users.json": people})).header()
    assert bare.key == "slack:G01"
    file = {"name": "x", "permalink": "https://acme.slack.com/files/U01/F1/x"}
    days: dict[str, Day] = {"general/2024-01-01.json": [said(files=[file])]}
    assert reader(an_export(tmp_path / "named", days, heads={"users.json": people})).header().key == "slack:acme"


# People and rooms


def test_people_come_with_what_they_are(tmp_path: Path) -> None:
    people = {one.source_id: one for one in reader(an_export(tmp_path / "x")).people() if isinstance(one, PersonRecord)}
    assert people["U01"] == PersonRecord("U01", "Alder", "alder", "u01@example.org")
    assert [identity for identity, one in people.items() if one.is_guest] == ["U03", "U06"]
    assert [identity for identity, one in people.items() if one.is_deactivated] == ["U04"]
    assert [identity for identity, one in people.items() if one.is_bot] == ["U05", "USLACKBOT"]


def test_people_of_one_enterprise_are_no_guests_of_each_other(tmp_path: Path) -> None:
    people = [
        a_person(identity, identity, team_id=team, enterprise_user={"enterprise_id": enterprise})
        for identity, team, enterprise in (
            ("U01", "T01", "E01"),
            ("U02", "T01", "E01"),
            ("U03", "T02", "E01"),
            ("U04", "T03", "E02"),
        )
    ]
    found = reader(an_export(tmp_path / "x", heads={"users.json": people})).people()
    assert [one.source_id for one in found if isinstance(one, PersonRecord) and one.is_guest] == ["U04"]


def test_a_broken_person_is_left_out_and_one_who_is_twice_comes_once(tmp_path: Path) -> None:
    people: list[object] = [
        *PEOPLE,
        "x",
        {"name": "no id"},
        {"id": "../etc"},
        PEOPLE[0],
        {"id": "U50", "profile": 3, "name": "a\0b"},
    ]
    found = list(reader(an_export(tmp_path / "x", heads={"users.json": people})).people())
    assert len(reasons(found)) == 3
    assert found[-1] == PersonRecord("U50", "ab", "ab")
    assert len(found) == len(PEOPLE) + 3 + 1


def test_rooms_come_with_their_audience_and_those_who_matter(tmp_path: Path) -> None:
    found = list(reader(an_export(tmp_path / "x")).rooms())
    assert found == [
        RoomRecord("C01", "#general", RoomAudience.ORGANISATION, ("U03", "U77"), "", is_threaded=False),
        LeftOut(Reason.MEMBER_UNKNOWN, "U77 in #general"),
        RoomRecord("G01", "#leads", RoomAudience.MEMBERS, ("U01", "U02"), "", is_threaded=False),
    ]


def test_a_room_in_both_lists_or_marked_private_is_closed(tmp_path: Path) -> None:
    channels = [{"id": "G01", "name": "leads"}, {"id": "C02", "name": "pay", "is_private": True}]
    found = reader(an_export(tmp_path / "x", heads={"channels.json": channels})).rooms()
    assert {one.audience for one in found if isinstance(one, RoomRecord)} == {RoomAudience.MEMBERS}


def test_direct_messages_are_named_once_and_never_opened(tmp_path: Path) -> None:
    heads: dict[str, object] = {
        "dms.json": [{"id": "D01", "members": ["U01", "U02"]}],
        "mpims.json": [{"id": "G09", "name": "mpdm-alder--birch-1"}],
        "groups.json": [{"id": "G08", "name": "together", "is_mpim": True}],
    }
    folders = ("D01", "mpdm-alder--birch-1", "mpdm-nobody-knows-1", "together", "DABCDEFG1")
    days: dict[str, Day] = {f"{folder}/2023-11-14.json": [said(text="secret")] for folder in folders}
    export = SlackReader(Opened(an_export(tmp_path / "x", days, heads=heads)))
    opened = []
    really_open = export._package.open
    export._package.open = lambda name: opened.append(name) or really_open(name)  # type: ignore[method-assign,func-returns-value]
    export.header()
    found = [*export.people(), *export.rooms(), *export.messages()]
    assert sorted(where for reason, where in reasons(found) if reason is Reason.DIRECT) == sorted(folders)
    assert not any(folder in name for name in opened for folder in folders)
    assert not any(isinstance(one, MessageRecord) for one in found)


def test_a_room_that_is_called_like_a_direct_conversation_gets_nothing_of_it(tmp_path: Path) -> None:
    heads: dict[str, object] = {
        "channels.json": [{"id": "C01", "name": "D01"}],
        "dms.json": [{"id": "D01", "members": ["U01", "U02"]}],
    }
    export = an_export(tmp_path / "x", {"D01/2023-11-14.json": [said(text="secret")]}, heads=heads)
    assert list(reader(export).messages()) == []


def test_a_folder_without_a_room_is_told_and_not_read(tmp_path: Path) -> None:
    export = reader(an_export(tmp_path / "x", {"lost/2023-11-14.json": [said()], "lost/2023-11-15.json": [said()]}))
    assert (Reason.NO_ROOM, "lost") in reasons(export.rooms())
    assert list(export.messages()) == []


def test_names_in_an_old_code_page_find_their_room(tmp_path: Path) -> None:
    heads: dict[str, object] = {"channels.json": [{"id": "C01", "name": "チャネル"}]}
    folder = "チャネル".encode().decode("cp437")
    export = an_export(tmp_path / "x", {f"{folder}/2023-11-14.json": [said()]}, heads=heads)
    assert len(list(reader(export).messages())) == 1


# Messages


def test_a_plain_message_comes_as_it_was_said(tmp_path: Path) -> None:
    assert the_message(tmp_path) == MessageRecord(
        "C01:1700000000.000100", "C01", "U01", "<p>hello</p>", datetime(2023, 11, 14, 22, 13, 20, 100, UTC)
    )


def test_threads_have_a_context_and_flat_talk_has_none(tmp_path: Path) -> None:
    found = everything(
        tmp_path,
        said("1700000000.000100"),
        said("1700000001.000100", thread_ts="1700000001.000100", reply_count=1),
        said("1700000002.000100", thread_ts="1700000001.000100"),
        said("1700000003.000100", thread_ts="1700000001.000100", subtype="thread_broadcast"),
    )
    contexts = [(one.context, one.reply_to) for one in found if isinstance(one, MessageRecord)]
    root = "C01:1700000001.000100"
    assert contexts == [(None, None), (root, None), (root, root), (root, root)]


def test_what_stands_twice_comes_once_but_a_later_edit_comes(tmp_path: Path) -> None:
    days: dict[str, Day] = {
        "general/2023-11-14.json": [said(), said(), said("1700000005.000100", subtype="thread_broadcast")],
        "general/2023-11-15.json": [
            said("1700000005.000100", subtype="thread_broadcast"),
            {
                "type": "message",
                "subtype": "message_changed",
                "ts": "1700000009.000100",
                "hidden": True,
                "message": said(text="better", edited={"ts": "1700000008.000000"}),
            },
        ],
    }
    found = [one for one in reader(an_export(tmp_path / "x", days)).messages() if isinstance(one, MessageRecord)]
    assert [one.html for one in found] == ["<p>hello</p>", "<p>hello</p>", "<p>better</p>"]
    assert found[0].source_id == found[2].source_id
    assert found[2].edited_at == datetime(2023, 11, 14, 22, 13, 28, tzinfo=UTC)


def test_deletions_are_told(tmp_path: Path) -> None:
    found = everything(
        tmp_path,
        said(subtype="tombstone", user="USLACKBOT", hidden=True),
        {"type": "message", "subtype": "message_deleted", "ts": "1700000009.000100", "deleted_ts": "1700000001.000100"},
        said("1700000002.000100", hidden=True),
    )
    assert found == [RemovedRecord(f"C01:170000000{n}.000100") for n in range(3)]


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (said(subtype="channel_join"), Reason.NOTICE),
        (said(subtype="channel_purpose"), Reason.NOTICE),
        (said(subtype="group_archive"), Reason.NOTICE),
        (said(subtype="pinned_item"), Reason.NOTICE),
        (said(subtype="reminder_add"), Reason.NOTICE),
        (said(subtype="message_replied", hidden=True), Reason.NOTICE),
        (said(subtype="bot_message", user=None, bot_id="B1"), Reason.BOT),
        (said(user="U05"), Reason.BOT),
        (said(user="USLACKBOT"), Reason.BOT),
        (said(user="U999", bot_id="B1"), Reason.BOT),
        (said(subtype="never_heard_of"), Reason.UNKNOWN),
        (said(type="other"), Reason.UNKNOWN),
        (said(user=None), Reason.NO_AUTHOR),
        (said(user="U999"), Reason.NO_AUTHOR),
        (said(user={"id": 1}), Reason.NO_AUTHOR),
        (said(ts=None), Reason.NO_TIME),
        (said(ts="yesterday"), Reason.NO_TIME),
        (said(ts="99999999999999999999.1"), Reason.NO_TIME),
        (said(ts=float("1e300")), Reason.NO_TIME),
        (said(ts=True), Reason.NO_TIME),
        (said(ts="../../x"), Reason.NO_TIME),
        (said(text=""), Reason.EMPTY),
        (said(text=None), Reason.EMPTY),
        (said(text="\0\0"), Reason.EMPTY),
        (said(text=["x"]), Reason.EMPTY),
        ("not an object", Reason.BROKEN),
        (None, Reason.BROKEN),
        ({}, Reason.NO_TIME),
        (said(subtype="message_changed"), Reason.NO_TIME),
    ],
)
def test_what_is_left_out_says_why(message: object, reason: Reason, tmp_path: Path) -> None:
    assert the_reason(tmp_path, message) is reason


def test_what_is_left_out_says_where_and_never_what(tmp_path: Path) -> None:
    found = everything(tmp_path, said(text="a secret", ts="x"), said(text="a secret", user="U999"))
    assert reasons(found) == [
        (Reason.NO_TIME, "general/2023-11-14.json, record 1"),
        (Reason.NO_AUTHOR, "C01:1700000000.000100"),
    ]


def test_a_time_may_be_a_number(tmp_path: Path) -> None:
    assert the_message(tmp_path, ts=1700000000.0001).source_id == "C01:1700000000.000100"


@pytest.mark.parametrize(
    ("reaction", "helped"),
    [
        ({"name": "white_check_mark", "users": ["U02"]}, True),
        ({"name": "thank_you", "users": ["U01", "U02"]}, True),
        ({"name": "solved"}, True),
        ({"name": "white_check_mark", "users": ["U01"]}, False),
        ({"name": "+1", "users": ["U02"]}, False),
        ({"name": None}, False),
        ("x", False),
    ],
)
def test_a_reaction_of_another_person_can_say_that_it_helped(reaction: object, *, helped: bool, tmp_path: Path) -> None:
    assert the_message(tmp_path, reactions=[reaction]).helped is helped


def test_addresses_lead_back_when_the_subdomain_is_known(tmp_path: Path) -> None:
    file = {"title": "plan", "permalink": "https://acme.slack.com/files/U01/F1/plan"}
    found = everything(
        tmp_path,
        said(files=[file], text="see <https://other.slack.com/archives/C1/p1>"),
        said("1700000002.000100", thread_ts="1700000000.000100"),
    )
    urls = [one.url for one in found if isinstance(one, MessageRecord)]
    base = "https://acme.slack.com/archives/C01"
    assert urls == [f"{base}/p1700000000000100", f"{base}/p1700000002000100?thread_ts=1700000000.000100&cid=C01"]


def test_the_words_that_slack_put_around_a_shared_file_are_not_the_authors(tmp_path: Path) -> None:
    text = "<@U01> uploaded a file: <https://acme.slack.com/files/U01/F1/x.jpg|x.jpg> and commented: This is Sammy."
    file = {"name": "x.jpg", "permalink": "https://acme.slack.com/files/U01/F1/x.jpg"}
    found = the_message(tmp_path, subtype="file_share", text=text, file=file)
    assert found.html.startswith("<p>This is Sammy.</p>\n<p><a ")
    assert found.mentions == ()
    comment = {"user": "U02", "comment": "nice"}
    found = the_message(tmp_path, subtype="file_comment", user=None, text="<@U02> commented", comment=comment)
    assert (found.author, found.html) == ("U02", "<p>nice</p>")


def test_mentions_are_named_and_listed(tmp_path: Path) -> None:
    found = the_message(tmp_path, text="<@U02> see <#G01|leads>")
    assert found.mentions == ("U02",)
    assert found.html == '<p><span class="mention">@Birch</span> see #(private channel)</p>'


# Hostile and broken input


def test_a_broken_day_costs_no_other_day(tmp_path: Path) -> None:
    days: dict[str, Day] = {
        "general/2023-11-14.json": b'[{"type": "message", ',
        "general/2023-11-15.json": b"\xff\xfe\x00garbage",
        "general/2023-11-16.json": b"",
        "general/2023-11-17.json": b"{}",
        "general/2023-11-18.json": [said()],
        "general/notes.txt": b"x",
        "canvas.json": b"x",
    }
    found = list(reader(an_export(tmp_path / "x", days)).messages())
    assert sum(isinstance(one, MessageRecord) for one in found) == 1
    assert {where: reason for reason, where in reasons(found)} == {
        "general/2023-11-14.json": Reason.TRUNCATED,
        "general/2023-11-15.json": Reason.BROKEN,
        "general/2023-11-16.json": Reason.BROKEN,
        "general/2023-11-17.json": Reason.BROKEN,
        "general/notes.txt": Reason.UNKNOWN,
        "canvas.json": Reason.UNKNOWN,
    }


def test_a_record_that_is_too_large_and_a_bomb_cost_themselves_only(tmp_path: Path) -> None:
    days: dict[str, Day] = {
        "general/2023-11-14.json": [said(text="x" * 4_100_000), said("1700000001.000100")],
        "general/2023-11-15.json": b'["' + b"0" * 9_000_000 + b'"]',
        "general/2023-11-16.json": [said("1700000002.000100")],
    }
    found = list(reader(an_export(tmp_path / "x", days), Limits(ratio=2)).messages())
    assert sum(isinstance(one, MessageRecord) for one in found) == 2
    assert [reason for reason, _ in reasons(found)] == [Reason.TOO_LARGE, Reason.TOO_LARGE]


def test_paths_that_climb_out_are_told_and_nothing_is_written(tmp_path: Path) -> None:
    path = an_export(tmp_path / "x", {"../evil/2023-11-14.json": [said()], "/etc/2023-11-14.json": [said()]})
    found = reasons(reader(path).messages())
    assert found == [(Reason.UNSAFE_PATH, "../evil/2023-11-14.json"), (Reason.UNSAFE_PATH, "/etc/2023-11-14.json")]


def test_broken_heads_leave_an_export_that_says_so(tmp_path: Path) -> None:
    heads: dict[str, object] = {"channels.json": b"[{", "groups.json": [1, {"name": "x"}], "users.json": b"[]"}
    export = reader(an_export(tmp_path / "x", {"general/2023-11-14.json": [said()]}, heads=heads))
    assert {reason for reason, _ in reasons(export.rooms())} == {Reason.TRUNCATED, Reason.BROKEN, Reason.NO_ROOM}
    assert list(export.people()) == []
    assert list(export.messages()) == []
    assert export.header().key.startswith("slack:")


def test_everything_can_be_asked_for_again_and_progress_goes_to_its_end(tmp_path: Path) -> None:
    opened = Opened(an_export(tmp_path / "x", {"general/2023-11-14.json": [said()]}))
    export = SlackReader(opened)
    assert list(export.messages()) == list(export.messages())
    assert list(export.rooms()) == list(export.rooms())
    assert opened.progress.done == opened.progress.total > 0


def test_memory_does_not_grow_with_messages(tmp_path: Path) -> None:
    days: dict[str, Day] = {
        f"general/2023-{month:02}-{day:02}.json": [
            said(f"17{month:02}{day:02}{n:04}.000100", "word " * 20) for n in range(200)
        ]
        for month in range(1, 11)
        for day in range(1, 29)
    }
    export = reader(an_export(tmp_path / "x", days))
    tracemalloc.start()
    count = sum(isinstance(one, MessageRecord) for one in export.messages())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 10 * 28 * 200
    assert peak < 5_000_000


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(
        ["U01", "U05", "1700000000.000100", "<@U02>", "*x*", "<script>", "message", "file_share", "file_comment"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "type",
                    "subtype",
                    "ts",
                    "user",
                    "text",
                    "thread_ts",
                    "edited",
                    "reactions",
                    "name",
                    "users",
                    "files",
                    "file",
                    "comment",
                    "blocks",
                    "elements",
                    "attachments",
                    "message",
                    "deleted_ts",
                    "hidden",
                    "title",
                    "permalink",
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=16,
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    junk=JUNK,
    message=st.dictionaries(
        st.sampled_from(list(said(subtype="", edited={}, reactions=[], files=[], thread_ts=""))), JUNK
    ),
)
def test_no_junk_in_a_day_raises_and_all_html_is_safe(junk: object, message: dict[str, object], tmp_path: Path) -> None:
    day = json.dumps([junk, {**said(), **message}, message, said("1600000000.000100")]).encode()
    found = list(reader(an_export(tmp_path / "x", {"general/2023-11-14.json": day})).messages())
    assert any(isinstance(one, MessageRecord) and one.source_id == "C01:1600000000.000100" for one in found)
    for one in found:
        if isinstance(one, MessageRecord):
            assert safe_html.from_html(one.html) == one.html


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(users=JUNK, channels=JUNK, groups=JUNK, data=st.binary(max_size=60))
def test_no_junk_in_the_heads_raises(
    users: object, channels: object, groups: object, data: bytes, tmp_path: Path
) -> None:
    heads: dict[str, object] = {"users.json": users or 0, "channels.json": channels or 0, "groups.json": groups or 0}
    path = an_export(tmp_path / "x", {"general/2023-11-14.json": data}, heads=heads)
    SlackReader.recognises(path)
    export = reader(path)
    export.header()
    assert isinstance([*export.people(), *export.rooms(), *export.messages()], list)


# Real exports


@pytest.mark.skipif(not EXPORTS.exists(), reason="the shared data is not here")
def test_a_real_export_is_read_whole() -> None:
    path = EXPORTS / "test_slack_importer.zip"
    assert SlackReader.recognises(path)
    export = reader(path)
    assert export.header().key == "slack:T5YFFM2QY"
    assert export.header().name == "plan8team, Slack"
    assert len(list(export.people())) == 4
    assert [one.name for one in export.rooms() if isinstance(one, RoomRecord)] == ["#random", "#general"]
    found = list(export.messages())
    assert {reason for reason, _ in reasons(found)} == {Reason.NOTICE}
    texts = [safe_html.plain_text(one.html) for one in found if isinstance(one, MessageRecord)]
    assert "@Rhea Parekh this is a test mention" in texts
    assert "This is Sammy.\nIMG_0677.JPG" in texts


@pytest.mark.skipif(not EXPORTS.exists(), reason="the shared data is not here")
def test_a_real_export_with_names_in_another_script_is_read() -> None:
    export = reader(EXPORTS / "test_unicode_slack_importer.zip")
    texts = [one.html for one in export.messages() if isinstance(one, MessageRecord)]
    assert texts == ["<p>Some message here!</p>", "<p>例</p>"]
