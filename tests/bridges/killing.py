"""A process of its own: starts the bridge process again and again and kills it, at a moment that nobody chose; then
lets it run until all is done, and tells as JSON what stands in the store.

Each is forked from one that has read all modules, so that its life is spent in what is tested.
"""

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random

import django

PATIENCE = 180.0


def main() -> None:
    home, kills = Path(os.environ["ALONGSIDE_HOME"]), int(sys.argv[1])
    django.setup()
    from tests.bridges import tools

    tools.known_here()
    _hurried()
    in_child(lambda: _prepared(home, tools.KINDS))
    chance = Random()
    for _ in range(kills):
        process = forked(_bridge)
        time.sleep(chance.uniform(0.2, 0.9))
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
    last = forked(_bridge)
    in_child(_wait_until_quiet)
    os.kill(last, signal.SIGTERM)
    os.waitpid(last, 0)
    in_child(_tell)


def forked(run: Callable[[], None]) -> int:
    """The process id of a child that does this and ends."""
    process = os.fork()
    if process == 0:
        code = 1
        try:
            run()
            code = 0
        finally:
            sys.stdout.flush()
            os._exit(code)
    return process


def in_child(run: Callable[[], None]) -> None:
    """No connection to the store is carried over into the next one."""
    _process, status = os.waitpid(forked(run), 0)
    if status:
        raise SystemExit(f"It ended with {status}.")


def _hurried() -> None:
    """What is there for networks, machines and people, for files: a lease and a claim are over in a moment, and one
    account asks hundreds of times a minute.
    """
    from alongside.bridges.actions import connecting
    from alongside.bridges.followers import handling, running
    from alongside.bridges.rules import Pace
    from alongside.letters import actions as outbox

    connecting.LEASED_FOR = running.LEASED_FOR = timedelta(seconds=0.3)  # type: ignore[attr-defined]
    outbox.CLAIMED_FOR = timedelta(seconds=0.3)  # type: ignore[attr-defined]
    handling.pace = lambda *_: Pace.FINE  # type: ignore[attr-defined]
    running.FIRST_PAUSE, running.LOOKED_AT_BRIDGES_EVERY = 0.05, 0.2


def _prepared(home: Path, kinds: dict[str, str]) -> None:
    from alongside.config.commands.starting import prepare_store
    from tests.bridges import tools

    prepare_store()
    for kind in kinds:
        tools.connected(kind, home / kind)


def _bridge() -> None:
    from alongside.bridges.followers.running import follow_tools

    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    follow_tools(stopping)


def _wait_until_quiet() -> None:
    from alongside.bridges.models import Arrival, Bridge
    from alongside.letters.models import Delivery
    from tests.bridges import tools

    homes = Path(os.environ["ALONGSIDE_HOME"])
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        cursors = dict(Bridge.objects.values_list("kind", "cursor"))
        heard = all(cursors[kind] == (homes / kind / "said").read_text("utf-8") for kind in tools.KINDS)
        waits = Arrival.objects.filter(state="new").exists() or Delivery.objects.exclude(state="failed").exists()
        if heard and not waits:
            return
        time.sleep(0.05)


def _tell() -> None:
    from alongside.bridges.models import Arrival
    from alongside.bridges.rules import ArrivalState
    from alongside.conversations.models import Message
    from alongside.letters.models import Delivery
    from alongside.notes.models import Note

    told = {
        "messages": list(Message.objects.order_by("id").values_list("room__connection__tool", "source_id")),
        "notes": Note.objects.count(),
        "left": Arrival.objects.exclude(state=ArrivalState.DONE.value).count(),
        "tried": Arrival.objects.filter(tries__gt=0).count(),
        "deliveries": list(Delivery.objects.values_list("connection__tool", "state", "problem")),
    }
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
