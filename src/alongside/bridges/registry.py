"""Which tools there are: one line each. Loaded when asked for, so that a tool that nobody connected costs nothing."""

from importlib import import_module

from alongside.bridges.port import Adapter

ADAPTERS: dict[str, str] = {
    "slack": "alongside.bridges.adapters.slack:Slack",
    "mail": "alongside.bridges.adapters.mail:Mail",
    "matrix": "alongside.bridges.adapters.matrix:Matrix",
    "feed": "alongside.bridges.adapters.feed:Feed",
    "pretend-chat": "alongside.bridges.adapters.pretend:PretendChat",
    "pretend-mail": "alongside.bridges.adapters.pretend:PretendMail",
}


class UnknownKind(Exception):
    """There is no such tool; the message is one sentence that names those there are."""


def adapter_class(kind: str) -> type[Adapter]:
    """Raises UnknownKind."""
    if kind not in ADAPTERS:
        raise UnknownKind(f"There is no bridge to “{kind}”. There are: {', '.join(sorted(ADAPTERS))}.")
    module, name = ADAPTERS[kind].split(":")
    found: type[Adapter] = getattr(import_module(module), name)
    return found
