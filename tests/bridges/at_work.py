"""A tool, the real core and a running bridge process, for what every adapter has to hold to."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from pytest_django import Settings

from alongside.bridges.actions.connecting import connect
from alongside.bridges.followers import running
from alongside.bridges.followers.running import follow_tools
from alongside.bridges.models import Arrival, Bridge, Presence
from alongside.bridges.pace import forget_paces
from alongside.bridges.queries import BridgeFacts
from alongside.bridges.registry import adapter_class
from alongside.conversations.models import Message
from alongside.letters.models import Delivery
from alongside.search import queries, serving
from alongside.search.followers import catch_up_words
from tests.bridges.harness import Harness, Placed, Shown

PATIENCE = 45.0
QUESTION = "How do you calm a caller who threatens to cancel?"
ANSWER = "Name the feeling first, then say the next step and when it happens."
HELLO = "Alongside is here"
NOTHING = "Nothing that you may read answers this yet"


class AtWork:
    """A tool, the real core and a running bridge process. Subclass it, give the fixture `harness`."""

    quiet: ClassVar[float] = 1.0  # how long nothing has to come before a test believes that nothing comes

    @pytest.fixture(autouse=True)
    def running_bridge(
        self,
        transactional_db: None,
        settings: Settings,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        harness: Harness,
    ) -> Iterator[None]:
        del transactional_db
        forget_paces()
        home = tmp_path / "home"
        home.mkdir()
        settings.HOME = home
        for module in (serving, queries):
            monkeypatch.setattr(module, "model", lambda: None)
        monkeypatch.setattr(running, "FIRST_PAUSE", 0.2)
        self.harness = harness
        self.bridge: BridgeFacts = connect(
            None, kind=harness.kind, key="contract", name="Contract", given=dict(harness.settings())
        )
        self.can = adapter_class(harness.kind).can
        stopping = threading.Event()
        thread = threading.Thread(target=follow_tools, args=(stopping,), daemon=True)
        thread.start()
        yield
        stopping.set()
        thread.join(20)

    # Waiting

    def until(self, is_so: Callable[[], bool], what: str) -> None:
        ends = time.monotonic() + PATIENCE
        while not is_so():
            assert time.monotonic() < ends, f"{what}: {self.state()}"
            time.sleep(0.05)

    def state(self) -> str:
        inbox = list(Arrival.objects.order_by("id").values_list("remote_id", "state", "tries"))[-6:]
        outbox = list(Delivery.objects.values_list("key", "state", "tries", "problem"))
        return f"inbox {inbox}, outbox {outbox}, problem {Bridge.objects.values_list('problem', flat=True)[0]!r}"

    def settled(self) -> None:
        """Nothing waits in the inbox or the outbox, and nothing has come for a while."""
        quiet_since, seen = time.monotonic(), -1
        ends = time.monotonic() + PATIENCE
        while time.monotonic() - quiet_since < self.quiet:
            now = Arrival.objects.count() + 1000 * Delivery.objects.exclude(state="failed").count()
            if now != seen or Arrival.objects.filter(state="new").exists() or now >= 1000:
                quiet_since, seen = time.monotonic(), now
            assert time.monotonic() < ends, self.state()
            time.sleep(0.05)
        catch_up_words()

    def shows(self, account: str, words: str, times: int = 1) -> Shown:
        """What this account sees with these words in it, once it is there."""
        self.until(lambda: len(self.seen(account, words)) >= times, f"{account} does not see “{words}”")
        return self.seen(account, words)[-1]

    def seen(self, account: str, words: str) -> list[Shown]:
        return [one for one in self.harness.seen_by(account) if words in one.text]

    def alone(self, account: str) -> list[Shown]:
        """What was said to this account and to nobody else."""
        return [one for one in self.harness.seen_by(account) if one.is_for_them_alone]

    def is_answered_alone(self, account: str, number: int, words: str) -> None:
        """The last of so many things that were said to this account alone has these words in it."""
        self.until(lambda: len(self.alone(account)) >= number, f"{account} is not answered “{words}”")
        assert words in self.alone(account)[-1].text, (words, self.alone(account)[-1].text)

    def said_in(self, room: str, account: str) -> list[Shown]:
        """What this account sees that was said in a room to everybody there."""
        return [one for one in self.harness.seen_by(account) if one.room == room and not one.is_for_them_alone]

    def can_do(self, *verbs: str) -> None:
        missing = set(verbs) & self.harness.cannot
        if missing:
            pytest.skip(f"{self.harness.kind} has no {', '.join(sorted(missing))}")

    # Beginning

    def is_there(self, room: str, by: str = "") -> None:
        self.harness.invite_us(room, by or self.harness.ana)
        self.until(
            lambda: Presence.objects.filter(room__source_id=room, is_there=True, are_members_known=True).exists(),
            "It does not come into the room",
        )

    def listens(self, room: str, by: str = "") -> None:
        """A room that one of its members asked it into, and asked it to remember."""
        self.is_there(room, by)
        self.harness.mention(by or self.harness.ana, room, "remember this room")
        self.until(lambda: Presence.objects.filter(room__source_id=room, listens="remembers").exists(), "It listens")

    def remembers(self, room: str) -> tuple[Placed, Placed]:
        """A room that its members asked it to remember, with a question and an answer in a thread."""
        self.listens(room)
        question = self.harness.say(self.harness.bo, room, QUESTION)
        answer = self.harness.say(self.harness.ana, room, ANSWER, question.context)
        self.until(lambda: Message.objects.count() >= 2, "It takes in what is said")
        self.settled()
        return question, answer
