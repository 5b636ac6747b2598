"""The command `alongside` as it is installed, but for two things: it knows the toys, and it waits shorter.

What is there for networks, machines and people (a lease of half a minute, two minutes until a post that was begun
counts as uncertain) is a fifteenth of it here, all in the same proportion, so that many rounds go into three minutes.
"""

import os
import stat
import threading
from datetime import timedelta
from typing import Any

FASTER = 15


def main() -> None:
    _end_with_the_soak()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alongside.config.settings")
    import django

    django.setup()
    know_toys()
    hurry()
    from alongside.config.command import main as alongside

    alongside()


def _end_with_the_soak() -> None:
    """However that ends: it holds the other end of our input."""
    if not stat.S_ISFIFO(os.fstat(0).st_mode):
        return

    def watch() -> None:
        while os.read(0, 1):
            pass
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def know_toys() -> None:
    from alongside.bridges.registry import ADAPTERS
    from tests.soak.toys import KINDS

    ADAPTERS.update(KINDS)


def hurry() -> None:
    """In the modules that use them: each has taken the name over."""
    from alongside.bridges.actions import connecting
    from alongside.bridges.followers import running, sending
    from alongside.letters import actions as outbox
    from alongside.letters import rules

    faster: dict[Any, tuple[str, ...]] = {
        connecting: ("LEASED_FOR",),
        running: ("LEASED_FOR", "FIRST_PAUSE", "LONGEST_PAUSE", "LOOKED_AT_BRIDGES_EVERY"),
        sending: ("PATIENCE",),
        outbox: ("CLAIMED_FOR",),
        rules: ("FIRST_PAUSE", "LONGEST_PAUSE"),
    }
    for module, names in faster.items():
        for name in names:
            setattr(module, name, _faster(getattr(module, name)))
    # A quarter of an hour and five minutes are still too long for a round.
    rules.LONGEST_PAUSE = timedelta(seconds=4)
    running.LONGEST_PAUSE = 4.0


def _faster(value: Any) -> Any:
    return value / FASTER


if __name__ == "__main__":
    main()
