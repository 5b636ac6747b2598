"""Where a tool sends over HTTP: signed or not taken, once however often, and the same answer for whatever is not there."""

import hmac
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from alongside.bridges import hooks
from alongside.bridges.actions.connecting import connect, disconnect
from alongside.bridges.models import Arrival
from alongside.bridges.port import (
    AccountSeen,
    Arrived,
    Batch,
    Can,
    Check,
    Choice,
    Known,
    Post,
    Received,
    Said,
    Sent,
)
from alongside.bridges.queries import BridgeFacts
from alongside.bridges.registry import ADAPTERS
from tests.bridges.tools import the_store_is_full

pytestmark = pytest.mark.django_db
SECRET = "a word that only the tool and we know"


class Silent:
    """A tool without webhooks."""

    kind: ClassVar[str] = "silent"
    name: ClassVar[str] = "Silent"
    tool: ClassVar[str] = "silent"
    can: ClassVar[frozenset[Can]] = frozenset()
    choices: ClassVar[tuple[Choice, ...]] = (Choice(name="word", label="The word", is_secret=True),)

    def __init__(self, settings: Mapping[str, str], known: Known) -> None:
        del settings, known

    async def listen(self, cursor: str) -> AsyncIterator[Batch]:
        del cursor
        yield Batch()

    async def send(self, post: Post) -> Sent:
        del post
        return Sent()

    async def thread(self, room: str, context: str) -> Sequence[Said]:
        del room, context
        return []

    async def check(self) -> Sequence[Check]:
        return [Check(what="It is there", is_well=True)]

    async def close(self) -> None:
        return


class Hooked(Silent):
    """A tool that signs what it sends."""

    kind: ClassVar[str] = "hooked"
    tool: ClassVar[str] = "hooked"

    @classmethod
    def receive(cls, settings: Mapping[str, str], known: Known, headers: Mapping[str, str], body: bytes) -> Received:
        del known
        if not hmac.compare_digest(headers.get("X-Signature", ""), signature(body, settings["word"])):
            return Received(status=401)
        told = json.loads(body)
        seen = AccountSeen(source_id=told["account"], name=told["account"])
        return Received(arrived=(Arrived(remote_id=told["id"], event=seen),), body=b"taken")


def signature(body: bytes, word: str = SECRET) -> str:
    return hmac.digest(word.encode(), body, "sha256").hex()


@pytest.fixture
def hooked(home: Path, monkeypatch: pytest.MonkeyPatch) -> BridgeFacts:
    del home
    for one in (Silent, Hooked):
        monkeypatch.setitem(ADAPTERS, one.kind, f"{__name__}:{one.__name__}")
    return connect(None, kind="hooked", key="one", name="Hooked", given={"word": SECRET})


def sent(address: str, body: bytes, sign: str = "") -> tuple[int, bytes]:
    client = Client(enforce_csrf_checks=True)
    answer = client.post(address, body, content_type="application/json", headers={"X-Signature": sign})
    assert not answer.cookies
    return answer.status_code, answer.content


def test_what_is_signed_is_in_the_inbox_once_and_writes_no_session(hooked: BridgeFacts) -> None:
    body = json.dumps({"id": "e1", "account": "ana"}).encode()
    for _time in range(3):
        assert sent(f"/hooks/hooked/{hooked.bridge_id}", body, signature(body)) == (200, b"taken")
    assert Arrival.objects.count() == 1
    assert not Session.objects.exists()


def test_what_is_not_signed_is_not_taken(hooked: BridgeFacts) -> None:
    body = json.dumps({"id": "e1", "account": "ana"}).encode()
    for sign in ("", "0" * 64, signature(body, "another word"), signature(body + b" ")):
        assert sent(f"/hooks/hooked/{hooked.bridge_id}", body, sign)[0] == 401
    assert not Arrival.objects.exists()


def test_what_cannot_be_written_is_not_taken_so_that_it_is_sent_again(
    hooked: BridgeFacts, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object, **__: object) -> int:
        raise the_store_is_full()

    body = json.dumps({"id": "e1", "account": "ana"}).encode()
    with monkeypatch.context() as patched:
        patched.setattr(hooks, "take_in", full)
        assert sent(f"/hooks/hooked/{hooked.bridge_id}", body, signature(body)) == (503, b"")
    assert "database or disk is full" in caplog.text
    assert "Traceback" not in caplog.text
    assert sent(f"/hooks/hooked/{hooked.bridge_id}", body, signature(body)) == (200, b"taken")
    assert Arrival.objects.count() == 1


def test_what_is_not_there_is_off_or_takes_no_hooks_answers_alike(hooked: BridgeFacts) -> None:
    body = json.dumps({"id": "e1", "account": "ana"}).encode()
    silent = connect(None, kind="silent", key="one", name="Silent", given={"word": SECRET})
    missing = sent("/hooks/hooked/999999", body, signature(body))
    assert missing[0] == 404
    assert sent(f"/hooks/silent/{silent.bridge_id}", body, signature(body)) == missing
    assert sent(f"/hooks/another/{hooked.bridge_id}", body, signature(body)) == missing
    disconnect(None, bridge_id=hooked.bridge_id)
    assert sent(f"/hooks/hooked/{hooked.bridge_id}", body, signature(body)) == missing


def test_what_is_too_large_is_refused_before_it_is_read(hooked: BridgeFacts) -> None:
    assert sent(f"/hooks/hooked/{hooked.bridge_id}", b"x" * 1_000_001)[0] == 413


def test_it_is_only_sent_to(hooked: BridgeFacts) -> None:
    assert Client().get(f"/hooks/hooked/{hooked.bridge_id}").status_code == 405
