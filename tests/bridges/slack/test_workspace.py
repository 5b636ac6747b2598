"""The pretended workspace is held against Slack itself: its own Python client, its samples, its specification."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from tests.bridges.slack import official, shapes
from tests.bridges.slack.harness import SlackHarness
from tests.bridges.slack.verbs import Verbs
from tests.bridges.slack.workspace import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, sign

ANA, BO, CY = SlackHarness.ana, SlackHarness.bo, SlackHarness.cy
HOTLINE, LEADS = SlackHarness.open_room, SlackHarness.closed_room
SECTION = [{"type": "section", "text": {"type": "plain_text", "text": "hi"}}]
BUTTON = {"type": "button", "text": {"type": "plain_text", "text": "Press"}, "action_id": "a", "value": "v"}
VIEW = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Keep"},
    "submit": {"type": "plain_text", "text": "Keep"},
    "blocks": [
        {
            "type": "input",
            "block_id": "title",
            "label": {"type": "plain_text", "text": "Title"},
            "element": {"type": "plain_text_input", "action_id": "value"},
        }
    ],
}


def through(slack: Verbs, work: Callable[[AsyncWebClient], Coroutine[Any, Any, Any]]) -> Any:
    client = AsyncWebClient(token=BOT_TOKEN, base_url=slack.api_url, retry_handlers=[])
    return asyncio.run(work(client))


async def _everything(slack: Verbs, client: AsyncWebClient) -> None:
    """Each method that Alongside uses, well and refused."""
    await client.auth_test()
    await client.bots_info(bot=shapes.BOT_ID)
    await client.users_info(user=ANA)
    await client.apps_connections_open(app_token=APP_TOKEN)
    people = [person async for page in await client.users_list(limit=1) for person in page["members"]]
    assert len(people) == 5
    rooms = await client.users_conversations(types="public_channel,private_channel")
    assert {room["id"] for room in rooms["channels"]} == {HOTLINE, LEADS}
    for room in (HOTLINE, LEADS):
        assert (await client.conversations_info(channel=room))["channel"]["is_member"]
        members = [one async for page in await client.conversations_members(channel=room) for one in page["members"]]
        assert shapes.BOT in members
    sent = await client.chat_postMessage(
        channel=HOTLINE,
        text="hi",
        blocks=SECTION,
        metadata={"event_type": "alongside", "event_payload": {"about": "x"}},
    )
    await client.chat_postMessage(channel=HOTLINE, text="again", thread_ts=sent["ts"])
    replies = await client.conversations_replies(channel=HOTLINE, ts=sent["ts"], include_all_metadata=True)
    assert replies["messages"][0]["metadata"]["event_payload"] == {"about": "x"}
    history = await client.conversations_history(channel=HOTLINE)
    assert "metadata" not in history["messages"][0]
    await client.chat_postEphemeral(channel=HOTLINE, user=ANA, text="psst", blocks=SECTION)
    direct = await client.conversations_open(users=[CY])
    await client.chat_postMessage(channel=direct["channel"]["id"], text="hi")
    await client.views_publish(user_id=ANA, view={"type": "home", "blocks": SECTION})
    slack.command(ANA, HOTLINE, "keep")
    await client.views_open(trigger_id=slack.sent[-1]["trigger_id"], view=VIEW)
    for refused in (
        client.users_info(user="U0NOBODY1"),
        client.conversations_info(channel="C0NOWHERE"),
        client.conversations_replies(channel=HOTLINE, ts="1700000000.000100"),
        client.chat_postMessage(channel="C0NOWHERE", text="x"),
        client.api_call("chat.postMessage", json={"channel": HOTLINE}),
        client.chat_postEphemeral(channel=LEADS, user=CY, text="x"),
        client.views_open(trigger_id=slack.sent[-1]["trigger_id"], view=VIEW),
    ):
        with pytest.raises(SlackApiError):
            await refused


@pytest.fixture
def asked(slack: Verbs) -> Verbs:
    for room in (HOTLINE, LEADS):
        slack.members[room].append(shapes.BOT)
    through(slack, lambda client: _everything(slack, client))
    return slack


def test_slacks_own_client_can_work_with_it(asked: Verbs) -> None:
    assert {method for method, _ in asked.answers} == set(asked.api.methods)


@pytest.mark.skipif(not official.SAMPLES.exists(), reason="the shared data is not here")
def test_what_it_answers_is_as_slacks_specification_and_samples_say(asked: Verbs) -> None:
    for method, answer in asked.answers:
        assert not official.against_specification(method, answer), (method, answer)
        if method not in official.WITHOUT_SAMPLE:
            assert not official.against_sample("web-api", method, answer), method


@pytest.mark.skipif(not official.SAMPLES.exists(), reason="the shared data is not here")
def test_the_judges_would_find_something() -> None:
    assert official.against_specification("auth.test", {"ok": True, "url": 7})
    assert official.against_specification("conversations.members", {"ok": True, "members": ["ana"]})
    assert official.against_sample("web-api", "auth.test", {"ok": "yes"})
    assert official.against_sample("events", "ReactionAddedPayload", {"event": {"emoji": "x"}})


@pytest.mark.skipif(not official.SAMPLES.exists(), reason="the shared data is not here")
def test_what_it_sends_is_as_slacks_samples_say(tool: SlackHarness, slack: Verbs) -> None:
    slack.invite_us(HOTLINE, ANA)
    slack.invite_us(LEADS, ANA)
    first = tool.mention(ANA, HOTLINE, "how?")
    answer = tool.say(BO, HOTLINE, "so", first.context)
    tool.say_to_us(CY, "hello")
    slack.edit(HOTLINE, answer.source_id.partition(":")[2], "so there")
    slack.react(CY, HOTLINE, answer.source_id.partition(":")[2], "thanks")
    slack.react(CY, HOTLINE, answer.source_id.partition(":")[2], "thanks", is_taken_back=True)
    slack.choose_keep(CY, HOTLINE, answer.source_id.partition(":")[2])
    blocks = [{"type": "actions", "elements": [BUTTON]}]
    through(slack, lambda client: client.chat_postEphemeral(channel=HOTLINE, user=CY, text="x", blocks=blocks))
    tool.press(CY, "Press")
    tool.command(CY, HOTLINE, "help")
    through(slack, lambda client: client.views_open(trigger_id=slack.sent[-1]["trigger_id"], view=VIEW))
    slack.send_form(CY, title="How?")
    slack.delete(HOTLINE, answer.source_id.partition(":")[2])
    tool.join(CY, LEADS)
    tool.leave(CY, LEADS)
    tool.rename_room(HOTLINE, "line")
    tool.rename_room(LEADS, "leaders")
    tool.rename(ANA, "Ana M")
    slack.hire("U0NEWNEW1", "New Here", "new")
    slack.share(HOTLINE, "T0OTHERS1")
    slack.archive(HOTLINE, ANA)
    slack.put_us_out(LEADS)
    slack.open_home(CY)
    slack.revoke()
    judged = set()
    for payload in slack.sent:
        event = payload.get("event", {})
        kind = str(event.get("subtype") or event.get("type") or payload.get("type") or "command")
        if "event" in payload and kind in official.EVENT_SAMPLES:
            newer = {"event_ts", "channel_type", "parent_user_id", "client_msg_id", "cache_ts", "actor_id", "metadata"}
            found = official.against_sample("events", official.EVENT_SAMPLES[kind], payload)
            found = [line for line in found if line.split()[0].rpartition("/")[2] not in newer | {"authed_users"}]
        elif kind in official.INTERACTIONS:
            found = official.against_sample("interactive", official.INTERACTIONS[kind], payload)
            found = [line for line in found if "/view/blocks" not in line]  # the sample's view has none
        elif kind == "command":
            found = official.against_sample("interactive", "SlashCommandPayload", payload)
            found = [line for line in found if "is_enterprise_install" not in line]  # a form has only texts
        else:
            continue
        assert not found, (kind, found)
        judged.add(kind)
    missing = (
        {*official.EVENT_SAMPLES, *official.INTERACTIONS, "command"} - judged - {"member_left_channel", "channel_left"}
    )
    assert not missing
    for payload in slack.sent:
        if "event" in payload:
            assert not official.against_wrapper(payload)


def test_slacks_own_socket_client_hears_answers_and_comes_back(slack: Verbs) -> None:
    async def listens() -> list[str]:
        heard: list[str] = []
        web_client = AsyncWebClient(token=BOT_TOKEN, base_url=slack.api_url)
        client = SocketModeClient(app_token=APP_TOKEN, web_client=web_client)

        async def hears(_client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
            heard.append(request.type)
            await client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))

        client.socket_mode_request_listeners.append(hears)
        await client.connect()  # type: ignore[no-untyped-call]
        await asyncio.to_thread(slack.invite_us, HOTLINE, ANA)
        await asyncio.to_thread(slack.command, ANA, HOTLINE, "help")
        for _ in range(100):
            if len(heard) == 2 and not await asyncio.to_thread(slack.unacknowledged):
                break
            await asyncio.sleep(0.02)
        await asyncio.to_thread(slack.renew)
        await asyncio.to_thread(slack.say, ANA, HOTLINE, "on the new line")
        for _ in range(100):
            if len(heard) == 3:
                break
            await asyncio.sleep(0.02)
        await client.close()  # type: ignore[no-untyped-call]
        return heard

    assert asyncio.run(listens()) == ["events_api", "slash_commands", "events_api"]


def test_slacks_own_webhook_client_is_answered_five_times(slack: Verbs) -> None:
    slack.command(ANA, HOTLINE, "help")
    url = slack.sent[-1]["response_url"]

    async def answer() -> list[int]:
        client = AsyncWebhookClient(url)
        return [(await client.send(text="x", response_type="ephemeral")).status_code for _ in range(6)]

    assert asyncio.run(answer()) == [200] * 5 + [404]


def test_slacks_own_verifier_believes_its_signature() -> None:
    body = b'{"type":"event_callback"}'
    assert SignatureVerifier(SIGNING_SECRET).is_valid_request(body, sign(body))
    assert not SignatureVerifier(SIGNING_SECRET).is_valid_request(body + b" ", sign(body))


def test_a_token_of_the_wrong_kind_or_nobodys_is_refused(slack: Verbs) -> None:
    async def tries(token: str, method: str) -> str:
        client = AsyncWebClient(token=token, base_url=slack.api_url)
        with pytest.raises(SlackApiError) as refused:
            await client.api_call(method)
        return str(refused.value.response["error"])

    assert asyncio.run(tries("xoxb-other", "auth.test")) == "invalid_auth"
    assert asyncio.run(tries(APP_TOKEN, "auth.test")) == "not_allowed_token_type"
    assert asyncio.run(tries(BOT_TOKEN, "apps.connections.open")) == "not_allowed_token_type"
