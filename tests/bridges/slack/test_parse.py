"""What Slack sends, read: the official samples, what nobody thought of, and what a hostile workspace might try."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.bridges.adapters.slack.acts import acts
from alongside.bridges.adapters.slack.parse import KEEP, events, said_of
from alongside.bridges.adapters.slack.reading import NOTHING, Read, Workspace, room_of
from alongside.bridges.port import (
    Anything,
    Commanded,
    Deleted,
    InvitedIn,
    PutOut,
    Reach,
    Reacted,
    Renumbered,
    RoomSeen,
    Said,
    Sign,
    decoded,
    encoded,
)
from alongside.kit import safe_html
from alongside.kit.slack_emoji import HELPED
from alongside.kit.slack_markup import Names
from tests.bridges.slack import shapes

SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "data" / "payloads" / "slack"
ANA, BO = "U0ANAANA1", "U0BOBOBO1"
ROOM = "C0HOTLINE"
WORKSPACE = Workspace(
    bot=shapes.BOT,
    bot_id=shapes.BOT_ID,
    team=shapes.TEAM,
    url="https://tarnbrook.slack.com",
    names=Names({BO: "Bo Lindgren"}, {ROOM: "hotline"}),
    rooms={ROOM: RoomSeen(source_id=ROOM, name="#hotline", reach=Reach.ORGANISATION, members=(ANA, BO))},
)
MESSAGE = {
    "type": "message",
    "channel": ROOM,
    "channel_type": "channel",
    "user": ANA,
    "text": "hi",
    "ts": "1750000000.000100",
}


def wrapped(event: Any, **outer: Any) -> dict[str, Any]:
    return {"type": "event_callback", "event_id": "Ev1", "team_id": shapes.TEAM, "event": event, **outer}


def read(event: Any, **outer: Any) -> Read:
    return events(wrapped(event, **outer), WORKSPACE)


def one(event: Any, **outer: Any) -> Anything:
    (arrived,) = read(event, **outer).arrived
    return arrived.event


# ---------------------------------------------------------------- messages


@pytest.mark.parametrize(
    ("text", "is_to_us", "words"),
    [
        ("hi", False, ""),
        (f"<@{shapes.BOT}> how do you calm a caller?", True, "how do you calm a caller?"),
        (f"how do you calm a caller, <@{shapes.BOT}|alongside>?", True, "how do you calm a caller, ?"),
        (f"<@{shapes.BOT}>: keep", True, "keep"),
        (f"<@{shapes.BOT}>", True, ""),
        (f"<@{shapes.BOT}> ask <@{BO}> about &lt;b&gt; &amp; *this*", True, "ask @Bo Lindgren about <b> & this"),
        (f"<@{shapes.BOT}X> other", False, ""),
    ],
)
def test_a_mention_makes_it_ours_and_its_words_are_without_it(text: str, is_to_us: bool, words: str) -> None:  # noqa: FBT001
    said = one({**MESSAGE, "text": text})
    assert isinstance(said, Said)
    assert (said.is_to_us, said.words) == (is_to_us, words)


def test_a_message_is_the_same_row_as_in_an_export() -> None:
    """The ids, the thread and the link are made as the reader of archives makes them."""
    said = one({**MESSAGE, "thread_ts": "1740000000.000100"})
    assert isinstance(said, Said)
    assert said.source_id == f"{ROOM}:1750000000.000100"
    assert said.context == said.reply_to == f"{ROOM}:1740000000.000100"
    assert said.said_at == datetime.fromtimestamp(1750000000.0001, UTC)
    assert said.url == (
        f"https://tarnbrook.slack.com/archives/{ROOM}/p1750000000000100?thread_ts=1740000000.000100&cid={ROOM}"
    )


@pytest.mark.parametrize("subtype", ["me_message", "file_share", "thread_broadcast"])
def test_what_people_say_in_other_ways_is_said(subtype: str) -> None:
    assert isinstance(one({**MESSAGE, "subtype": subtype}), Said)


@pytest.mark.parametrize(
    "subtype",
    ["bot_message", "channel_join", "channel_leave", "channel_topic", "channel_purpose", "pinned_item", "huddle_thread",
     "reminder_add", "slackbot_response", "message_replied", "ekm_access_denied", "what_comes_next_year"],
)  # fmt: skip
def test_notices_and_what_programs_say_are_nothing(subtype: str) -> None:
    assert read({**MESSAGE, "subtype": subtype}) == NOTHING


def test_a_file_is_a_link_to_where_one_signs_in_and_never_its_secret_address() -> None:
    file = {
        "title": "Plan",
        "permalink": "https://tarnbrook.slack.com/files/x",
        "url_private": "https://secret.example",
    }
    said = one({**MESSAGE, "text": "", "subtype": "file_share", "files": [file]})
    assert isinstance(said, Said)
    assert "https://tarnbrook.slack.com/files/x" in said.html
    assert "secret.example" not in said.html


def test_the_preview_of_a_closed_rooms_message_is_not_taken_along() -> None:
    quoted = {"is_msg_unfurl": True, "channel_id": "G0LEADS01", "text": "the secret plan"}
    said = one({**MESSAGE, "text": "see", "attachments": [quoted]})
    assert isinstance(said, Said)
    assert "secret" not in said.html


def test_an_edit_is_the_same_message_in_another_version_and_other_changes_are_none() -> None:
    changed = {**MESSAGE, "text": "ho", "edited": {"user": ANA, "ts": "1750000009.000000"}}
    event = {
        "type": "message",
        "subtype": "message_changed",
        "channel": ROOM,
        "channel_type": "channel",
        "message": changed,
    }
    (arrived,) = read(event).arrived
    (first,) = read(MESSAGE).arrived
    assert arrived.remote_id == first.remote_id
    assert arrived.version == "1750000009.000000"
    assert read({**event, "message": MESSAGE}) == NOTHING
    assert read({**event, "message": {**changed, "user": shapes.BOT, "bot_id": shapes.BOT_ID}}) == NOTHING


def test_a_deleted_root_of_a_thread_leaves_a_tombstone_and_is_deleted() -> None:
    tombstone = {"type": "message", "subtype": "tombstone", "user": "USLACKBOT", "ts": "1750000000.000100"}
    event = {
        "type": "message",
        "subtype": "message_changed",
        "channel": ROOM,
        "channel_type": "channel",
        "message": tombstone,
    }
    assert one(event) == Deleted(room=ROOM, source_id=f"{ROOM}:1750000000.000100")


def test_slackbot_says_nothing_to_us() -> None:
    assert read({**MESSAGE, "channel": "D0ANAANA1", "channel_type": "im", "user": "USLACKBOT"}) == NOTHING


def test_a_direct_conversation_that_does_not_say_that_it_is_with_us_is_nothing() -> None:
    for event in (
        {**MESSAGE, "channel": "D0ANAANA1", "channel_type": "mpim"},
        {**MESSAGE, "channel": "D0ANAANA1", "channel_type": None},
        {**MESSAGE, "channel": "G0MPIM001", "channel_type": "mpim"},
        {**MESSAGE, "type": "app_mention", "channel": "G0MPIM001", "text": f"<@{shapes.BOT}> x"},
    ):
        assert read(event) == NOTHING


# ---------------------------------------------------------------- reactions, rooms


@pytest.mark.parametrize("name", sorted(HELPED))
def test_every_emoji_of_the_archives_says_that_it_helped(name: str) -> None:
    reacted = one(reaction(name))
    assert isinstance(reacted, Reacted)
    assert reacted.sign is Sign.HELPED


@pytest.mark.parametrize("name", sorted(KEEP))
def test_some_emoji_say_keep(name: str) -> None:
    reacted = one(reaction(f"{name}::skin-tone-2"))
    assert isinstance(reacted, Reacted)
    assert reacted.sign is Sign.KEEP


@pytest.mark.parametrize("name", ["+1", "pray", "tada", "eyes", "raised_hands", ""])
def test_others_say_something_else(name: str) -> None:
    assert read(reaction(name)) == NOTHING


def reaction(name: str) -> dict[str, Any]:
    item = {"type": "message", "channel": ROOM, "ts": "1750000000.000100"}
    return {"type": "reaction_added", "user": BO, "reaction": name, "item": item, "item_user": ANA}


@pytest.mark.parametrize(
    ("event", "meant"),
    [
        (
            {"type": "member_joined_channel", "user": shapes.BOT, "channel": ROOM, "inviter": ANA},
            InvitedIn(room=ROOM, by=ANA),
        ),
        ({"type": "member_left_channel", "user": shapes.BOT, "channel": ROOM}, PutOut(room=ROOM)),
        ({"type": "channel_left", "channel": ROOM}, PutOut(room=ROOM)),
        ({"type": "group_left", "channel": "G0LEADS01"}, PutOut(room="G0LEADS01")),
        ({"type": "channel_deleted", "channel": ROOM}, PutOut(room=ROOM)),
        (
            {"type": "channel_id_changed", "old_channel_id": ROOM, "new_channel_id": "C0NEWNEW1"},
            Renumbered(room=ROOM, to_room="C0NEWNEW1"),
        ),
    ],
)
def test_coming_and_going_of_ours(event: dict[str, Any], meant: Anything) -> None:
    assert one(event) == meant


@pytest.mark.parametrize("kind", ["channel_rename", "group_rename", "channel_unarchive", "channel_unshared"])
def test_what_an_event_does_not_tell_whole_is_looked_up(kind: str) -> None:
    channel: Any = {"id": ROOM, "name": "new"} if "rename" in kind else ROOM
    assert read({"type": kind, "channel": channel}) == Read(rooms=frozenset({ROOM}))


def test_when_slack_dropped_events_everything_is_looked_up() -> None:
    assert events({"type": "app_rate_limited", "minute_rate_limited": 1518467820}, WORKSPACE).everything
    assert read({"type": "team_domain_change", "domain": "new"}).everything


@pytest.mark.parametrize(
    ("channel", "reach", "has_strangers"),
    [
        ({"is_private": False, "is_channel": True}, Reach.ORGANISATION, False),
        ({"is_private": True}, Reach.MEMBERS, False),
        ({}, Reach.MEMBERS, False),
        ({"is_private": "no"}, Reach.MEMBERS, False),
        ({"is_private": False, "is_ext_shared": True}, Reach.ORGANISATION, True),
        ({"is_private": True, "is_org_shared": True}, Reach.MEMBERS, True),
    ],
)
def test_a_room_is_open_only_where_slack_says_so(channel: dict[str, Any], reach: Reach, has_strangers: bool) -> None:  # noqa: FBT001
    room = room_of({"id": ROOM, "name": "hotline", **channel}, WORKSPACE, (ANA,))
    assert room is not None
    assert (room.reach, room.has_strangers) == (reach, has_strangers)
    assert room_of({"id": ROOM, "is_mpim": True}, WORKSPACE, ()) is None


@pytest.mark.parametrize(
    ("event", "is_over"),
    [
        ({"type": "tokens_revoked", "tokens": {"bot": [shapes.BOT]}}, True),
        ({"type": "tokens_revoked", "tokens": {"oauth": [ANA]}}, False),
        ({"type": "app_uninstalled"}, True),
    ],
)
def test_only_the_apps_own_end_is_the_end(event: dict[str, Any], is_over: bool) -> None:  # noqa: FBT001
    assert bool(read(event).ended) is is_over


# ---------------------------------------------------------------- whatever comes


def sealed_as_is(text: str) -> str | None:
    return text


HOSTILE = [
    "<script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<javascript:alert(1)|click>",
    '<https://x.example/"onmouseover=alert(1)|x>',
    "<https://x.example|<img src=x onerror=alert(1)>>",
    "<data:text/html;base64,PHN2Zz4=|x>",
    "`<img src=x onerror=alert(1)>`",
    "```<svg/onload=alert(1)>```",
    "<@U0X|<script>alert(1)</script>>",
    "<!date^1^{date}^javascript:alert(1)|x>",
    "\ue0000\ue001<b>\ue0020\ue003",
    "*_~`*_~`" * 50,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_hostile_in_a_text_reaches_a_page(text: str) -> None:
    rich = {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}],
    }
    for message in (
        {"text": text},
        {"text": "", "blocks": [rich]},
        {"text": "x", "attachments": [{"title": text, "text": text}]},
    ):
        said = said_of({**MESSAGE, **message}, ROOM, WORKSPACE)
        if said is not None:
            assert said.html == safe_html.from_html(said.html)
            assert not any(
                sign in said.html.lower() for sign in ("<script", "<img", "<svg", 'href="javascript', 'href="data')
            )


leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=30)
    | st.sampled_from([ROOM, ANA, shapes.BOT, "D0ANAANA1", "1750000000.000100", "message_changed", "im", *HOSTILE])
)
NAMES = sorted(
    {"type", "subtype", "channel", "channel_type", "user", "text", "ts", "thread_ts", "message", "edited", "blocks", "files",
     "attachments", "item", "reaction", "item_user", "bot_id", "metadata", "previous_message", "deleted_ts", "tokens", "tab",
     "elements", "id", "actions", "value", "view", "state", "values", "private_metadata", "container", "message_ts", "profile"}
)  # fmt: skip
anything = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=8), inner, max_size=8)
    ),
    max_leaves=30,
)
KINDS = ["message", "app_mention", "reaction_added", "member_joined_channel", "member_left_channel", "channel_rename",
         "channel_shared", "channel_id_changed", "team_join", "user_change", "app_home_opened", "tokens_revoked",
         "channel_archive", "x"]  # fmt: skip


@given(
    kind=st.sampled_from(KINDS),
    fields=st.dictionaries(st.sampled_from(NAMES), anything, max_size=10),
    base=st.sampled_from([{}, MESSAGE]),
    outer=st.dictionaries(
        st.sampled_from(["event_id", "team_id", "is_ext_shared_channel", "type"]), anything, max_size=3
    ),
)
def test_whatever_an_event_holds_nothing_is_raised_and_what_comes_can_be_stored(
    kind: str, fields: dict[str, Any], base: dict[str, Any], outer: dict[str, Any]
) -> None:
    got = events({**wrapped({**base, "type": kind, **fields}), **outer}, WORKSPACE)
    for arrived in got.arrived:
        assert decoded(encoded(arrived.event)) == arrived.event
        encoded(arrived)
        if isinstance(arrived.event, Said):
            assert safe_html.from_html(arrived.event.html) == arrived.event.html


@given(given_=anything)
def test_whatever_comes_instead_of_an_event_or_an_act_nothing_is_raised(given_: Any) -> None:
    events(given_, WORKSPACE)
    events(wrapped(given_), WORKSPACE)
    acts(given_, sealed_as_is)


@given(
    kind=st.sampled_from(["block_actions", "message_action", "view_submission", "view_closed", "shortcut"]),
    fields=st.dictionaries(
        st.sampled_from(["user", "channel", "message", "actions", "view", "container", "callback_id", "trigger_id"]),
        anything,
        max_size=9,
    ),
    base=st.sampled_from(
        [{}, {"user": {"id": ANA}, "callback_id": "keep", "message_ts": "1.2", "actions": [{"value": '["find x","a"]'}],
              "view": {"private_metadata": '["save","c:a"]', "state": {"values": {"t": {"value": {"value": "v"}}}}}}]
    ),
)  # fmt: skip
def test_whatever_an_act_holds_nothing_is_raised_and_what_comes_can_be_stored(
    kind: str, fields: dict[str, Any], base: dict[str, Any]
) -> None:
    for arrived in acts({**base, "type": kind, **fields}, sealed_as_is).arrived:
        assert isinstance(arrived.event, Commanded)
        assert arrived.event.account
        assert decoded(encoded(arrived.event)) == arrived.event


# ---------------------------------------------------------------- the official samples


@pytest.mark.skipif(not SAMPLES.exists(), reason="the shared data is not here")
@pytest.mark.parametrize("folder", ["events", "interactive"])
def test_every_official_sample_is_read_and_with_blanks_says_nothing(folder: str) -> None:
    """Their values are blank, so none of them is anybody's; with an id put where a blank stood, none raises."""
    for path in sorted((SAMPLES / folder).glob("*.json")):
        payload = json.loads(path.read_text("utf-8"))
        if folder == "events":
            got = events(payload, WORKSPACE)
            events(_with_ids(payload), WORKSPACE)
        else:
            got = acts(payload, sealed_as_is)
            acts(_with_ids(payload), sealed_as_is)
        assert not got.arrived, path.name


def _with_ids(value: Any, name: str = "") -> Any:
    """The sample with what Slack would have put where the publisher left a blank."""
    if isinstance(value, dict):
        return {key: _with_ids(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_with_ids(inner, name) for inner in value]
    if value != "" and not (isinstance(value, str) and value.startswith("0000")):
        return value
    ids = {"channel": ROOM, "user": ANA, "user_id": ANA, "id": ANA, "bot_id": "", "subtype": "", "channel_id": ROOM}
    if name in ids:
        return ids[name]
    return "1750000000.000100" if name.endswith("ts") else f"some {name}"


@pytest.mark.skipif(not SAMPLES.exists(), reason="the shared data is not here")
@pytest.mark.parametrize(
    ("sample", "kind"),
    [
        ("MessagePayload", Said),
        ("MessageMePayload", Said),
        ("MemberJoinedChannelPayload", "Joined"),
        ("ReactionAddedPayload", "Reacted"),
        ("ChannelLeftPayload", PutOut),
        ("ChannelArchivePayload", PutOut),
        ("UserChangePayload", "AccountSeen"),
        ("TeamJoinPayload", "AccountSeen"),
    ],
)
def test_official_samples_that_were_filled_in_say_what_they_mean(sample: str, kind: Any) -> None:
    payload = _with_ids(json.loads((SAMPLES / "events" / f"{sample}.json").read_text("utf-8")))
    event = payload["event"]
    event |= {"type": event.get("type") or "message", "channel_type": "channel"}
    event.pop("subtype", None)
    if sample == "MessageMePayload":
        event["subtype"] = "me_message"
    if "reaction" in event:
        event |= {"reaction": "thanks", "item_user": BO}
    (arrived,) = events(payload, WORKSPACE).arrived
    assert type(arrived.event).__name__ == (kind if isinstance(kind, str) else kind.__name__)
