"""Who holds words of people. Forgetting reaches further than `people` may import, so that each package says for
itself what it holds, in a module of its own, and the settings name them, the highest first (`HOLDERS`).
"""

from functools import cache
from importlib import import_module
from typing import Protocol, cast

from django.conf import settings

from alongside.people.rules import Known, Viewer, Whom


class Holder(Protocol):
    """What such a module has. All of it is safe to repeat."""

    def tell_of(self, whom: Whom) -> None:
        """They paused, or went on: tell the journal which rows hold words of theirs. In the caller's transaction."""

    def forget_some(self, whom: Whom) -> int:
        """Let go of some of what is held of them, in a short transaction of its own; 0 when nothing is left."""

    def known_of(self, viewer: Viewer) -> list[Known]:
        """What is held of the viewer, in words for the viewer alone."""


@cache
def holders() -> tuple[Holder, ...]:
    return tuple(cast("Holder", import_module(name)) for name in settings.HOLDERS)


def known_of(viewer: Viewer) -> list[Known]:
    """“What do you know of me?” Everything that is stored about the viewer, who they are first."""
    return [known for holder in reversed(holders()) for known in holder.known_of(viewer)]
