"""Signed HTTP: what is not Slack's, too old or too large gets nothing, and whatever comes ends no process."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.bridges.adapters.slack import Slack
from alongside.bridges.adapters.slack.receiving import LARGEST
from alongside.bridges.port import (
    AccountSeen,
    Anything,
    Body,
    Commanded,
    Completes,
    Post,
    Reach,
    Reacted,
    Received,
    Remembers,
    RoomSeen,
    Said,
    Sign,
    Webhook,
)
from alongside.kit import clock
from tests.bridges.slack import shapes
from tests.bridges.slack.harness import SlackHarness
from tests.bridges.slack.hearing import Hearing, Knows
from tests.bridges.slack.listener import Listener
from tests.bridges.slack.verbs import Verbs
from tests.bridges.slack.workspace import SIGNING_SECRET, sign

ANA, BO, CY = SlackHarness.ana, SlackHarness.bo, SlackHarness.cy
HOTLINE, LEADS = SlackHarness.open_room, SlackHarness.closed_room
SETTINGS = {"bot_token": "xoxb-x", "signing_secret": SIGNING_SECRET}
EVENT = {
    "type": "event_callback",
    "event_id": "Ev1",
    "team_id": shapes.TEAM,
    "authorizations": [{"user_id": shapes.BOT, "is_bot": True}],
    "event": {"type": "message", "channel": HOTLINE, "channel_type": "channel", "user": ANA, "text": "hi",
              "ts": "1750000000.000100"},
}  # fmt: skip


def receive(body: bytes, headers: dict[str, str] | None = None, known: Any = None) -> Received:
    return Slack.receive(SETTINGS, known or Knows(), sign(body) if headers is None else headers, body)


def test_slack_is_a_webhook_that_can_complete_what_came() -> None:
    assert isinstance(Slack, Webhook)
    assert isinstance(Slack(SETTINGS, Knows()), Completes)


def test_the_challenge_is_answered_as_slack_wants_it() -> None:
    body = json.dumps({"type": "url_verification", "token": "x", "challenge": "3eZbrw1aB1"}).encode()
    got = receive(body)
    assert (got.status, got.body, got.content_type) == (200, b"3eZbrw1aB1", "text/plain")


def test_an_event_comes_in_and_is_answered_with_nothing() -> None:
    got = receive(json.dumps(EVENT).encode())
    assert (got.status, got.body) == (200, b"")
    said = got.arrived[0].event
    assert isinstance(said, Said)
    assert (said.account, said.text, said.room) == (ANA, "hi", HOTLINE)


def test_a_retry_of_slacks_is_the_same_arrival() -> None:
    body = json.dumps(EVENT).encode()
    again = receive(body, {**sign(body, retry=1)})
    assert [one.remote_id for one in again.arrived] == [one.remote_id for one in receive(body).arrived]


def test_a_mention_and_its_message_are_the_same_arrival_too() -> None:
    message = EVENT["event"] | {"text": f"<@{shapes.BOT}> hi"}  # type: ignore[operator]
    known = Knowing()
    got = [
        receive(json.dumps({**EVENT, "event_id": number, "event": event}).encode(), known=known).arrived
        for number, event in (("Ev1", message), ("Ev2", message | {"type": "app_mention"}))
    ]
    assert got[0] == got[1]
    assert isinstance(got[0][0].event, Said)
    assert got[0][0].event.is_to_us


@pytest.mark.parametrize("seconds", [-301, 301, -86_400, 10**9])
def test_what_is_older_or_younger_than_five_minutes_is_refused(seconds: int) -> None:
    body = json.dumps(EVENT).encode()
    got = receive(body, sign(body, at=time.time() + seconds))
    assert (got.status, got.arrived) == (401, ())


def test_what_was_recorded_cannot_be_played_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    body = json.dumps(EVENT).encode()
    headers = sign(body)
    assert receive(body, headers).arrived
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + timedelta(minutes=6))
    assert receive(body, headers).status == 401


def test_a_forged_or_missing_signature_is_refused() -> None:
    body = json.dumps(EVENT).encode()
    right = sign(body)
    wrong = [
        {},
        right | {"X-Slack-Signature": "v0=" + "0" * 64},
        right | {"X-Slack-Signature": "v0=ü"},
        right | {"X-Slack-Signature": ""},
        right | {"X-Slack-Request-Timestamp": "soon"},
        right | {"X-Slack-Request-Timestamp": ""},
        right | {"X-Slack-Request-Timestamp": "9" * 5000},
        sign(body + b" "),
    ]
    for headers in wrong:
        got = receive(body, headers)
        assert (got.status, got.arrived) == (401, ())
    assert receive(b"\xff\xfe", sign(b"x")).status == 401
    assert Slack.receive({"signing_secret": ""}, Knows(), right, body).status == 401
    assert Slack.receive({}, Knows(), right, body).status == 401


def test_a_huge_body_is_refused_before_anything_is_looked_at() -> None:
    body = b"x" * (LARGEST + 1)
    assert receive(body).status == 413


def test_headers_may_be_written_in_any_case() -> None:
    body = json.dumps(EVENT).encode()
    assert receive(body, {name.lower(): value for name, value in sign(body).items()}).arrived


def test_a_slash_command_and_an_interaction_come_as_forms() -> None:
    fields = {"command": "/alongside", "text": "how?", "user_id": CY, "channel_id": HOTLINE, "channel_name": "hotline",
              "trigger_id": "1.2.x", "response_url": "https://hooks.slack.com/x"}  # fmt: skip
    body = urlencode(fields).encode()
    commanded = receive(body, sign(body, "application/x-www-form-urlencoded")).arrived[0].event
    assert commanded == Commanded(
        account=CY, words="how?", room=HOTLINE, reply="https://hooks.slack.com/x", trigger="1.2.x"
    )
    body = urlencode({"ssl_check": "1", "token": "x"}).encode()
    assert receive(body, sign(body, "application/x-www-form-urlencoded")) == Received()


def test_a_button_that_somebody_else_made_says_nothing() -> None:
    """Its words are believed only when they were sealed here: another app's, or another installation's, are not."""
    for value in ("forget me", json.dumps(["forget me"]), Knows().seal(json.dumps(["forget me"])), 7, None):
        payload = {"type": "block_actions", "user": {"id": ANA}, "actions": [{"value": value}], "trigger_id": "1"}
        body = urlencode({"payload": json.dumps(payload)}).encode()
        assert receive(body, sign(body, "application/x-www-form-urlencoded")) == Received()


@given(
    body=st.binary(max_size=400),
    kind=st.sampled_from(["application/json", "application/x-www-form-urlencoded", "", "x/y"]),
)
def test_whatever_bytes_come_signed_nothing_is_raised(body: bytes, kind: str) -> None:
    try:
        body.decode()
    except UnicodeDecodeError:
        return  # it cannot be signed
    assert receive(body, sign(body, kind)).status in {200, 400}


@given(body=st.binary(max_size=200), headers=st.dictionaries(st.sampled_from(list(sign(b""))), st.text(max_size=80)))
def test_whatever_comes_unsigned_nothing_is_raised_and_nothing_arrives(body: bytes, headers: dict[str, str]) -> None:
    got = receive(body, headers)
    assert (got.status, got.arrived) == (401, ())


# ---------------------------------------------------------------- with a core that remembers


class Knowing(Knows):
    """A core that also says what it remembers."""

    def account_name(self, source_id: str) -> str:
        return {BO: "Bo Lindgren"}.get(source_id, "")

    def room(self, source_id: str) -> RoomSeen | None:
        rooms = {
            HOTLINE: RoomSeen(
                source_id=HOTLINE, name="#hotline", reach=Reach.ORGANISATION, members=(ANA, BO),
                url=f"https://tarnbrook.slack.com/archives/{HOTLINE}",
            ),
            LEADS: RoomSeen(source_id=LEADS, name="#leads", reach=Reach.MEMBERS, members=(ANA,)),
        }  # fmt: skip
        return rooms.get(source_id)


def of(event: dict[str, Any], **outer: Any) -> list[Anything]:
    body = json.dumps({**EVENT, "event": event, **outer}).encode()
    return [one.event for one in receive(body, known=Knowing()).arrived]


def test_names_and_links_come_from_what_the_core_remembers() -> None:
    assert isinstance(Knowing(), Remembers)
    text = f"<@{BO}> and <@{CY}> in <#{HOTLINE}> or <#{LEADS}>"
    (said,) = of(EVENT["event"] | {"text": text})  # type: ignore[operator]
    assert isinstance(said, Said)
    assert said.text == "@Bo Lindgren and @somebody in #hotline or #(private channel)"
    assert said.url == f"https://tarnbrook.slack.com/archives/{HOTLINE}/p1750000000000100"


def test_sharing_and_closing_a_room_narrow_it_at_once() -> None:
    (shared,) = of({"type": "channel_shared", "channel": HOTLINE, "event_ts": "1750000000.000100"})
    assert isinstance(shared, RoomSeen)
    assert (shared.has_strangers, shared.members) == (True, (ANA, BO))
    (closed,) = of(EVENT["event"] | {"subtype": "channel_convert_to_private"})  # type: ignore[operator]
    assert isinstance(closed, RoomSeen)
    assert (closed.reach, closed.members, closed.name) == (Reach.MEMBERS, None, "#hotline")


# ---------------------------------------------------------------- over HTTP, from the pretended workspace


@pytest.fixture
def over_http(tool: SlackHarness) -> Iterator[Listener]:
    settings = {name: value for name, value in tool.settings().items() if name != "app_token"}
    listener = Listener(settings, Knows())
    tool.slack.now(lambda: setattr(tool.slack, "is_socket_mode", False))
    tool.slack.request_url = listener.url
    yield listener
    listener.close()


def test_all_that_slack_sends_arrives_over_http_too(tool: SlackHarness, slack: Verbs, over_http: Listener) -> None:
    slack.invite_us(HOTLINE, ANA)
    asked = tool.mention(ANA, HOTLINE, "how?")
    tool.command(ANA, HOTLINE, "help")
    over_http.until(lambda: {one.source_id for one in over_http.of(Said)} == {asked.source_id})
    over_http.until(lambda: over_http.of(Commanded))
    assert over_http.of(Said)[0].is_to_us


def test_rooms_and_people_are_looked_up_beside_it(tool: SlackHarness, slack: Verbs, over_http: Listener) -> None:
    """The process that listens asks by itself: about the start, and about rooms that a webhook told of."""
    settings = {name: value for name, value in tool.settings().items() if name != "app_token"}
    looking = Hearing(settings, over_http.known)
    looking.the(AccountSeen, lambda seen: seen.source_id == ANA)
    slack.invite_us(LEADS, ANA)
    room = looking.the(RoomSeen, lambda seen: seen.source_id == LEADS)
    assert set(room.members or ()) == {ANA, BO}
    looking.close()


def test_what_a_reaction_is_about_is_completed_by_asking(tool: SlackHarness, slack: Verbs, over_http: Listener) -> None:
    slack.members[HOTLINE].append(shapes.BOT)
    settings = {name: value for name, value in tool.settings().items() if name != "app_token"}
    sending = Hearing(settings, over_http.known, waits=False)
    sent = sending.send(Post(key="k", room=HOTLINE, about="n:abc", body=Body(lines=("So.",))))
    tool.react(BO, HOTLINE, sent.remote_id, Sign.HELPED)
    reacted = over_http.until(lambda: over_http.of(Reacted))[0]
    assert reacted.about == ""
    assert sending.run(sending.adapter.completed(reacted)).about == "n:abc"
    plain = Said(source_id="C1:1", room=HOTLINE, account=ANA, html="<p>x</p>", text="x", said_at=datetime.now(UTC))
    assert sending.run(sending.adapter.completed(plain)) is plain
    sending.close()


def test_the_home_is_shown_to_whom_it_first_answers(tool: SlackHarness, over_http: Listener) -> None:
    settings = {name: value for name, value in tool.settings().items() if name != "app_token"}
    sending = Hearing(settings, over_http.known, waits=False)
    sending.send(Post(key="k", account=CY, body=Body(lines=("So.",))))
    sending.until(lambda: tool.slack.homes.get(CY))
    sending.close()
