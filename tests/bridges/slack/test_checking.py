"""Setting it up: what the manifest asks for, and each step that `check` looks at."""

import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from alongside.bridges.adapters.slack import Slack, manifest
from alongside.bridges.adapters.slack.acts import SHORTCUTS
from alongside.bridges.adapters.slack.manifest import EVENTS, SCOPES
from alongside.bridges.port import Adapter, Check, Identified, Workspace
from alongside.bridges.registry import adapter_class
from alongside.bridges.setup import setup_text
from tests.bridges.slack import shapes
from tests.bridges.slack.harness import SlackHarness
from tests.bridges.slack.hearing import Hearing, Knows
from tests.bridges.slack.verbs import Verbs


@pytest.fixture
def idle(tool: SlackHarness) -> Iterator[Hearing]:
    made = Hearing(tool.settings(), waits=False)
    yield made
    made.close()


def checked(hearing: Hearing) -> dict[str, Check]:
    return {one.what: one for one in hearing.run(hearing.adapter.check())}


def test_slack_is_an_adapter_and_in_the_registry() -> None:
    assert adapter_class("slack") is Slack
    assert isinstance(Slack({}, Knows()), Adapter)


def test_all_is_well_when_all_was_done(slack: Verbs, idle: Hearing) -> None:
    slack.members[SlackHarness.open_room].append(shapes.BOT)
    found = checked(idle)
    assert all(one.is_well and not one.mend for one in found.values()), found
    assert len([what for what in found if what.startswith("The scope ")]) == len(SCOPES)
    assert "Both tokens are of the same app" in found


def test_the_workspace_is_named_as_an_export_of_it_would_be(idle: Hearing) -> None:
    assert isinstance(idle.adapter, Identified)
    assert idle.run(idle.adapter.workspace()) == Workspace(key=f"slack:{shapes.TEAM}", name="Tarnbrook, Slack")


def test_each_scope_that_is_missing_is_named_by_itself_with_what_to_do(slack: Verbs, idle: Hearing) -> None:
    slack.scopes -= {"groups:history", "reactions:read"}
    missing = [one for one in checked(idle).values() if not one.is_well and "scope" in one.what]
    assert len(missing) == 2
    assert "“groups:history”" in missing[0].mend
    assert all("Reinstall to Workspace" in one.mend for one in missing)


def test_a_wrong_token_is_said_and_nothing_else_is_tried(tool: SlackHarness, slack: Verbs) -> None:
    hearing = Hearing({**tool.settings(), "bot_token": "xoxb-wrong"}, waits=False)
    (only,) = checked(hearing).values()
    assert not only.is_well
    assert "Bot User OAuth Token" in only.mend
    assert "xoxb-wrong" not in only.mend
    hearing.close()


def test_an_app_token_that_opens_nothing_is_said(tool: SlackHarness) -> None:
    hearing = Hearing({**tool.settings(), "app_token": "xapp-wrong"}, waits=False)
    found = checked(hearing)["The App-Level Token opens a socket"]
    assert not found.is_well
    assert "connections:write" in found.mend
    hearing.close()


def test_without_a_way_in_both_ways_are_told(tool: SlackHarness) -> None:
    settings = {**tool.settings(), "app_token": "", "signing_secret": ""}
    hearing = Hearing(settings, waits=False)
    assert "App-Level Token" in checked(hearing)["Slack can send to Alongside"].mend
    hearing.close()
    for secret, is_well in (("8f742231b10e8888abcd99yyyzzz85a5", True), ("8f74", False)):
        hearing = Hearing({**settings, "signing_secret": secret}, waits=False)
        assert checked(hearing)["A Signing Secret is given"].is_well is is_well
        hearing.close()


def test_in_no_channel_yet_says_how_to_invite_it(idle: Hearing) -> None:
    """It can be connected all the same: the invitation comes after it."""
    found = [one for what, one in checked(idle).items() if "/invite" in what]
    assert found
    assert found[0].is_well


def test_where_slack_cannot_be_reached_that_is_what_is_said(tool: SlackHarness) -> None:
    hearing = Hearing({**tool.settings(), "address": "http://127.0.0.1:9/api/"}, waits=False)
    (only,) = checked(hearing).values()
    assert "cannot be reached" in only.mend
    hearing.close()


# ---------------------------------------------------------------- the manifest


def test_the_manifest_is_as_slack_wants_it() -> None:
    made = manifest("Alongside at Tarnbrook")
    assert made["settings"]["socket_mode_enabled"]
    assert "request_url" not in json.dumps(made)
    information = made["display_information"]
    assert len(information["name"]) <= 35
    assert len(information["description"]) <= 140
    assert 174 <= len(information["long_description"]) <= 4000
    for command in made["features"]["slash_commands"]:
        assert len(command["description"]) <= 2000
        assert len(command["usage_hint"]) <= 1000
    for shortcut in made["features"]["shortcuts"]:
        assert len(shortcut["name"]) <= 24
        assert len(shortcut["description"]) <= 150
        assert shortcut["callback_id"] in SHORTCUTS
    assert made["features"]["app_home"]["messages_tab_enabled"]
    assert not made["features"]["app_home"]["messages_tab_read_only_enabled"]


def test_the_guide_shows_the_manifest_as_it_is() -> None:
    shown = setup_text("slack").partition("```json\n")[2].partition("```")[0]
    assert json.loads(shown) == manifest()


def test_over_http_every_address_is_ours() -> None:
    made = manifest("Alongside", "https://alongside.example/in/slack/abc")
    assert not made["settings"]["socket_mode_enabled"]
    found = list(_addresses(made))
    assert found == ["https://alongside.example/in/slack/abc"] * 3


def _addresses(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in {"url", "request_url"}:
                yield inner
            yield from _addresses(inner)
    if isinstance(value, list):
        for inner in value:
            yield from _addresses(inner)


NEEDED_BY_EVENTS = {
    "app_mention": "app_mentions:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "team_join": "users:read",
    "user_change": "users:read",
    "member_joined_channel": "channels:read",
    "member_left_channel": "groups:read",
}


CALLED = re.compile(r"\"((?:auth|bots|chat|conversations|users|views|apps)\.[a-zA-Z.]+)\"")
# What one scope of several is enough for: we are asked in, never let ourselves in, and write to one alone at a time.
ENOUGH = {"conversations.open": {"im:write"}, "conversations.history": {"im:history"}}


def test_the_manifest_is_what_slacks_own_samples_and_specification_name(shared_data: Path) -> None:
    official = shared_data / "payloads" / "slack"
    samples = [json.loads(path.read_text("utf-8")) for path in (official / "events").glob("*.json")]
    named = {one["event"]["type"] for one in samples if isinstance(one.get("event"), dict)}
    assert {event.partition(".")[0] for event in EVENTS} <= named
    paths = json.loads((official / "spec" / "slack_web_openapi_v2.json").read_text("utf-8"))["paths"]
    folder = Path(inspect.getfile(manifest)).parent
    called = {name for path in folder.glob("*.py") for name in CALLED.findall(path.read_text("utf-8"))}
    assert {"chat.postMessage", "chat.postEphemeral", "users.list"} <= called
    for method in called & {name.removeprefix("/") for name in paths}:
        operation = paths[f"/{method}"].get("get") or paths[f"/{method}"]["post"]
        needed = set().union(*(set(scopes) for one in operation["security"] for scopes in one.values()))
        needed = {scope.replace(":user", "").replace(":bot", "") for scope in needed}
        assert needed == {"none"} or needed & set(SCOPES), f"{method} needs one of {sorted(needed)}"
        assert ENOUGH.get(method, set()) <= set(SCOPES)


def test_it_asks_for_no_scope_that_nothing_needs(tool: SlackHarness) -> None:
    """Each scope is one that an event needs, or without which the pretended Slack refuses a call that is made."""
    by_events = {NEEDED_BY_EVENTS[event] for event in EVENTS if event in NEEDED_BY_EVENTS}
    by_calls = {"chat:write", "im:write", "users:read", "channels:read", "groups:read", "im:history"}
    assert set(SCOPES) == by_events | by_calls | {"commands"}
    assert not [scope for scope in SCOPES if "email" in scope or scope.startswith(("admin", "search", "files", "mpim"))]
