"""Slack over HTTP alone, through our own pages and a running bridge process: what a webhook cannot know of our own
posts is asked before it is acted on.
"""

import asyncio
from collections.abc import Iterator

import pytest
from aiohttp import web
from django.db import connection
from django.test import Client

from alongside.bridges.adapters.slack import listening
from alongside.bridges.port import Sign
from alongside.conversations.models import Conversation, Helped
from alongside.notes.models import Note, Revision
from tests.bridges.at_work import ANSWER, QUESTION, AtWork
from tests.bridges.slack.harness import SlackHarness
from tests.bridges.slack.hearing import Knows
from tests.bridges.slack.listener import Listener

TITLE, MORE = "Calming a caller", "Not on Mondays, the desk is closed then."


class OurPages(Listener):
    """What comes over HTTP goes where a web server would hand it on to."""

    def __init__(self) -> None:
        self.path = ""
        super().__init__({}, Knows())

    async def _receive(self, request: web.Request) -> web.Response:
        status, body = await asyncio.to_thread(self._posted, dict(request.headers), await request.read())
        return web.Response(status=status, body=body)

    def _posted(self, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        try:
            answer = Client().generic("POST", self.path, body, headers["Content-Type"], headers=headers)
            return answer.status_code, answer.content
        finally:
            connection.close()


class TestOverHTTP(AtWork):
    @pytest.fixture(name="harness")
    def over_http(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[SlackHarness]:
        monkeypatch.setattr(listening, "_LOOK_EVERY", 0.2)
        tool, pages = SlackHarness(), OurPages()
        given = {name: value for name, value in tool.settings().items() if name != "app_token"}
        monkeypatch.setattr(tool, "settings", lambda: given)
        tool.slack.now(lambda: setattr(tool.slack, "is_socket_mode", False))
        tool.slack.request_url = pages.url
        self.pages = pages
        yield tool
        pages.close()
        tool.close()

    @pytest.fixture(autouse=True)
    def the_hook(self, running_bridge: None) -> None:
        del running_bridge
        self.pages.path = f"/hooks/slack/{self.bridge.bridge_id}"

    def test_a_sign_on_an_answer_of_ours_says_that_it_helped(self) -> None:
        tool = self.tool_that_remembers()
        tool.say_to_us(tool.cy, QUESTION)
        found = self.shows(tool.cy, "People have been here before")
        tool.react(tool.cy, "", found.source_id, Sign.HELPED)
        self.until(lambda: Helped.objects.filter(message__text=ANSWER).exists(), "It helped")
        self.shows(tool.cy, "It says now that it helped")
        assert not self.seen(tool.bo, "helped")

    def test_replies_to_a_draft_and_to_its_note_are_about_them(self) -> None:
        tool = self.tool_that_remembers()
        tool.say_to_us(tool.cy, f"keep c:{Conversation.objects.get().public_id}")
        draft = self.shows(tool.cy, "A note could be")
        assert not Note.objects.exists()
        tool.slack.limit_once("conversations.replies", 0.5)  # asked again once it may be
        channel, _, stamp = draft.source_id.partition(":")
        tool.slack.say(tool.cy, channel, f"save: {TITLE}", stamp)
        self.shows(tool.cy, "It is kept")
        tool.say_to_us(tool.cy, f"correct: {MORE}")
        self.shows(tool.cy, "It is in the note, after what worked.")
        drafted, corrected = Revision.objects.filter(note=Note.objects.get()).order_by("number")
        assert (drafted.title, corrected.title) == (TITLE, TITLE)
        assert (MORE in drafted.what_worked, MORE in corrected.what_worked) == (False, True)

    def tool_that_remembers(self) -> SlackHarness:
        tool = self.harness
        assert isinstance(tool, SlackHarness)
        self.remembers(tool.open_room)
        return tool
