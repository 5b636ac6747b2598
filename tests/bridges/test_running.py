"""Several connections in one process, and several processes: one that fails slows no other, and each connection has one
owner at a time.
"""

import asyncio
import gc
import itertools
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pytest_django import Settings

from alongside.bridges.actions import connecting, intake
from alongside.bridges.followers import handling, running, sending
from alongside.bridges.followers.running import Bridging
from alongside.bridges.followers.threads import in_a_loop
from alongside.bridges.models import Arrival, Bridge
from alongside.bridges.port import Batch, Permanent, Post, Sent, Temporary
from alongside.bridges.queries import BridgeFacts
from alongside.bridges.registry import ADAPTERS
from alongside.bridges.rules import MOST_TRIES
from alongside.kit import clock
from alongside.letters import actions as outbox
from alongside.letters.models import Delivery
from tests.bridges import tools
from tests.bridges.tools import Once, connected, sent, the_store_is_full

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 90.0
SAID = 60
ANSWERS = len(range(0, SAID, 5)) + 1  # and that it is there
LEASED_FOR = 0.6


class Failing(Once):
    """A tool that fails in the way that a test says; how often it did is kept."""

    kind: ClassVar[str] = "file-failing"
    tool: ClassVar[str] = "file-failing"
    how: ClassVar[str] = ""
    times: ClassVar[int] = 0

    @classmethod
    async def fail(cls, what: str) -> None:
        verb, _space, does = cls.how.partition(" ")
        if verb != what:
            return
        Failing.times += 1
        if does == "hangs":
            await asyncio.sleep(3600)
        raise {"breaks": ValueError, "is busy": Temporary, "refuses": Permanent}[does](what)

    async def listen(self, cursor: str) -> AsyncIterator[Batch]:
        await self.fail("listening")
        async for batch in super().listen(cursor):
            yield batch

    async def send(self, post: Post) -> Sent:
        await self.fail("sending")
        return await super().send(post)

    async def close(self) -> None:
        await self.fail("closing")


class Watched(Once):
    """A tool that knows how many have it open, and had at most."""

    kind: ClassVar[str] = "file-watched"
    tool: ClassVar[str] = "file-watched"
    opened: ClassVar[list[float]] = []
    now: ClassVar[int] = 0
    most: ClassVar[int] = 0

    async def listen(self, cursor: str) -> AsyncIterator[Batch]:
        Watched.now += 1
        Watched.most = max(Watched.most, Watched.now)
        Watched.opened.append(time.monotonic())
        try:
            async for batch in super().listen(cursor):
                yield batch
        finally:
            Watched.now -= 1


@pytest.fixture
def folder(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where everything lies; leases and pauses are short."""
    (tmp_path / "home").mkdir()
    settings.HOME = tmp_path / "home"
    for kind, named in (
        *tools.KINDS.items(),
        *((one.kind, f"{__name__}:{one.__name__}") for one in (Failing, Watched)),
    ):
        monkeypatch.setitem(ADAPTERS, kind, named)
        (tmp_path / kind).mkdir()
        (tmp_path / kind / "said").write_text(str(SAID), "utf-8")
    for module in (connecting, running):
        monkeypatch.setattr(module, "LEASED_FOR", timedelta(seconds=LEASED_FOR))
    monkeypatch.setattr(running, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(running, "LOOKED_AT_BRIDGES_EVERY", 0.2)
    monkeypatch.setattr(Failing, "times", 0)
    for name, value in (("opened", []), ("now", 0), ("most", 0)):
        monkeypatch.setattr(Watched, name, value)
    return tmp_path


@contextmanager
def process(name: str) -> Iterator[threading.Event]:
    """A bridge process, as far as a thread can be one."""
    stopping, bridging = threading.Event(), Bridging()
    bridging.process = name
    thread = threading.Thread(target=lambda: in_a_loop(bridging.run(stopping)), daemon=True)
    thread.start()
    try:
        yield stopping
    finally:
        stopping.set()
        thread.join(PATIENCE)
    assert not thread.is_alive()


def until(is_so: Callable[[], bool], what: str) -> None:
    ends = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < ends, what
        time.sleep(0.02)


@pytest.mark.parametrize(
    "how",
    [
        "listening hangs",
        "listening breaks",
        "listening is busy",
        "listening refuses",
        "sending hangs",
        "sending breaks",
        "sending is busy",
        "sending refuses",
        "closing hangs",
    ],
)
def test_a_tool_that_fails_slows_no_other(folder: Path, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Failing, "how", how)
    failing = connected(Failing.kind, folder / Failing.kind)
    connected(Once.kind, folder / Once.kind)
    with process("one"):
        if not how.startswith("closing"):
            until(lambda: Failing.times > 0, "It does not fail, so nothing is shown")
        until(lambda: len(sent(folder / Once.kind)) == ANSWERS, "The other's answers do not come")
        if how.startswith("closing"):
            Bridge.objects.filter(pk=failing.bridge_id).update(is_on=False)
            until(lambda: Failing.times > 0, "It is not closed")
            monkeypatch.setattr(Failing, "how", "")
        until(lambda: not Arrival.objects.filter(bridge__kind=Once.kind, state="new").exists(), "Something is left")
        until(lambda: not Delivery.objects.filter(connection__tool=Once.tool).exists(), "What was sent is remembered")


def test_a_post_at_which_an_adapter_breaks_is_tried_again_and_the_line_stays_open(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Failing, "how", "sending breaks")
    connected(Failing.kind, folder / Failing.kind)
    with process("one"):
        until(lambda: Failing.times >= ANSWERS, "Not every post is tried")
        until(lambda: not Arrival.objects.filter(state="new").exists(), "It does not go on listening")
    problems = set(Delivery.objects.values_list("state", "problem"))
    assert problems == {("due", "Something of ours broke (ValueError).")}
    assert Bridge.objects.get().problem == ""


def test_a_line_that_broke_and_is_open_again_is_no_problem_any_more(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though nobody asks anything, so that nothing is sent."""
    (folder / Failing.kind / "said").write_text("0", "utf-8")
    bridge = connected(Failing.kind, folder / Failing.kind)
    Delivery.objects.all().delete()
    monkeypatch.setattr(Failing, "how", "listening is busy")
    with process("one"):
        until(lambda: Bridge.objects.get().problem == "listening", "Nothing is said of it")
        (folder / Failing.kind / "said").write_text("5", "utf-8")  # a message, and no act: see tools.py
        Bridge.objects.filter(pk=bridge.bridge_id).update(cursor="4")
        monkeypatch.setattr(Failing, "how", "")
        until(lambda: Bridge.objects.get().problem == "", "It says that it does not work, and it does")
        assert not Delivery.objects.exists()


def test_what_a_tool_refuses_for_good_does_not_end_by_listening(folder: Path) -> None:
    bridge = connected(Once.kind, folder / Once.kind)
    connecting.say_problem(None, bridge_id=bridge.bridge_id, problem="A token was revoked.", is_permanent=True)
    connecting.say_it_listens(None, bridge_id=bridge.bridge_id)
    assert Bridge.objects.get().problem == "A token was revoked."


@pytest.mark.parametrize(
    "where",
    [(running, "take_in"), (running, "lease"), (running, "let_go"), (running, "say_problem"), (running, "unscoped_bridges"),
     (handling, "finish"), (sending, "claim"), (sending, "mark_sent")],
    ids=lambda where: where[1],
)  # fmt: skip
def test_a_full_store_loses_nothing_and_ends_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, where: tuple[Any, str]
) -> None:
    """Dealing with an event: more often than one is tried that is itself at fault."""
    bridge = connected(Once.kind, folder / Once.kind)
    most = MOST_TRIES + 2 if where[1] == "finish" else 3
    monkeypatch.setattr(*where, failing_at_first(getattr(*where), most))
    monkeypatch.setattr(running, "LONGEST_PAUSE", 0.1)
    monkeypatch.setattr(outbox, "CLAIMED_FOR", timedelta(seconds=0.1))
    if where[1] in {"let_go", "say_problem"}:
        monkeypatch.setattr(handling, "finish", failing_at_first(intake.finish, 3))
    with process("one"):
        until(lambda: len(sent(folder / Once.kind)) == ANSWERS, "Not everything is answered")
        until(lambda: not Delivery.objects.exists(), "Something is still to be sent")
        until(lambda: Bridge.objects.get().problem == "", "It still says that it does not work")
    assert not Arrival.objects.exclude(bridge_id=bridge.bridge_id, state="done", tries=0).exists()
    assert "database or disk is full" in caplog.text
    assert "Traceback" not in caplog.text


def test_what_breaks_while_it_is_sent_to_its_end_is_told_by_nobody_else_a_second_time() -> None:
    told: list[dict[str, Any]] = []

    async def broken() -> None:
        await asyncio.sleep(0.01)
        raise the_store_is_full()

    async def ended_in_the_middle() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: told.append(context))
        sending_it = asyncio.create_task(sending._to_its_end(broken()))
        await asyncio.sleep(0)
        sending_it.cancel()
        await asyncio.wait({sending_it})
        assert sending_it.cancelled()

    asyncio.run(ended_in_the_middle())
    gc.collect()
    assert not told


def failing_at_first(function: Callable[..., Any], most: int) -> Callable[..., Any]:
    times = itertools.count()

    def failing(*args: Any, **kwargs: Any) -> Any:
        if next(times) < most:
            raise the_store_is_full()
        return function(*args, **kwargs)

    return failing


def test_a_connection_is_open_in_one_process_at_a_time(folder: Path) -> None:
    bridge = connected(Watched.kind, folder / Watched.kind)
    with process("one") as stop_one:
        until(lambda: owner_of(bridge) == "one" and Watched.now == 1, "The first does not open it")
        with process("two"):
            until(lambda: len(sent(folder / Watched.kind)) == ANSWERS, "Nothing is answered")
            time.sleep(LEASED_FOR * 2)  # longer than a lease that nobody would keep
            assert (owner_of(bridge), Watched.now, len(Watched.opened)) == ("one", 1, 1)
            stop_one.set()
            until(lambda: owner_of(bridge) == "two" and Watched.now == 1, "The other does not take over")
    assert Watched.most == 1
    assert len(sent(folder / Watched.kind)) == ANSWERS


def test_what_a_killed_process_had_open_is_taken_over_once_its_lease_is_over(folder: Path) -> None:
    bridge = connected(Watched.kind, folder / Watched.kind)
    over = clock.now() + timedelta(seconds=1.5)
    Bridge.objects.filter(pk=bridge.bridge_id).update(leased_by="killed", leased_until=over)
    with process("other"):
        until(lambda: Watched.now == 1, "Nobody takes it over")
        assert clock.now() > over
        assert owner_of(bridge) == "other"


def test_what_a_thread_of_who_lost_the_lease_still_writes_does_not_set_the_cursor_back(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thread cannot be cut off: it goes on when the store has time for it, whoever listens by then."""
    bridge = connected(Once.kind, folder / Once.kind)
    began, may_go_on, is_over, times = threading.Event(), threading.Event(), threading.Event(), itertools.count()

    def slow_at_first(*args: Any, **kwargs: Any) -> int:
        if next(times):
            return intake.take_in(*args, **kwargs)
        began.set()
        assert may_go_on.wait(PATIENCE)
        try:
            return intake.take_in(*args, **kwargs)
        finally:
            is_over.set()

    monkeypatch.setattr(running, "take_in", slow_at_first)
    with process("one"):
        until(began.is_set, "The first does not listen")
        Bridge.objects.filter(pk=bridge.bridge_id).update(
            leased_by="two", leased_until=clock.now() + timedelta(seconds=9)
        )
        with process("two"):
            until(lambda: Bridge.objects.get().cursor == str(SAID), "The other does not read on")
            may_go_on.set()
            assert is_over.wait(PATIENCE)
            assert Bridge.objects.get().cursor == str(SAID)
            assert Bridge.objects.get().problem == ""


def test_who_has_lost_the_lease_closes_the_connection(folder: Path) -> None:
    bridge = connected(Watched.kind, folder / Watched.kind)
    with process("one"):
        until(lambda: Watched.now == 1, "It does not open")
        later = clock.now() + timedelta(seconds=60)
        Bridge.objects.filter(pk=bridge.bridge_id).update(leased_by="another", leased_until=later)
        until(lambda: Watched.now == 0, "It goes on listening")
    assert owner_of(bridge) == "another"


def owner_of(bridge: BridgeFacts) -> str:
    return Bridge.objects.get(pk=bridge.bridge_id).leased_by
