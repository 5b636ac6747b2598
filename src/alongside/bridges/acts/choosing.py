"""What somebody chooses for themselves, from any tool: accounts that are one person, leaving out, forgetting."""

from collections.abc import Callable

from alongside.bridges.acts.asking import Answer, Asking
from alongside.bridges.rules import ActName

ACTS: dict[ActName, Callable[[Asking], Answer]] = {}
