"""Connecting a tool step by step: what it asks, what its page says, whether it works. The same for terminal and page."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.resources import files

from alongside.bridges.port import Adapter, Check, Choice, Identified, Permanent, Temporary, Workspace
from alongside.bridges.queries import unscoped_bridges_for_files
from alongside.bridges.registry import ADAPTERS, adapter_class
from alongside.kit.sealing import Sealing

PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Kind:
    kind: str
    name: str


class KnownNowhere:
    """For a tool that is only being looked at: it is in no room, and what it seals is worth nothing later."""

    def __init__(self, sealing: Sealing) -> None:
        self._sealing = sealing

    def rooms(self) -> list[str]:
        return []

    def seal(self, text: str) -> str:
        return self._sealing.token(text, "a connection that is being looked at")

    def unseal(self, sealed: str) -> str | None:
        return self._sealing.text_of(sealed, "a connection that is being looked at")


def kinds() -> list[Kind]:
    """The tools that can be connected; the pretended ones are not among them."""
    return [Kind(kind, adapter_class(kind).name) for kind in ADAPTERS if not kind.startswith("pretend")]


def choices_of(kind: str) -> tuple[Choice, ...]:
    """Raises UnknownKind."""
    return adapter_class(kind).choices


def missing_without_pages() -> str:
    """What does not work in the tools that are connected, where our pages have no address that people reach."""
    links = "answers there have no links to notes and drafts, and no mail ends by one click"
    if unscoped_bridges_for_files():
        return f"{links}; “take my things” from a chat goes to a mail account that one joined, and nowhere else"
    return f"{links}; “take my things” gives nobody a file"


def setup_text(kind: str) -> str:
    """What to do in the tool itself, in Markdown. Raises UnknownKind."""
    adapter_class(kind)
    package = import_module(ADAPTERS[kind].split(":")[0])
    return (files(package) / "setup.md").read_text("utf-8")


def missing_in(kind: str, given: Mapping[str, str]) -> list[Choice]:
    return [one for one in choices_of(kind) if not one.is_optional and not given.get(one.name, "").strip()]


async def looked_at(adapter: Adapter) -> tuple[list[Check], Workspace | None]:
    """Every step that the tool has, and which workspace it is once all are well."""
    try:
        async with asyncio.timeout(PATIENCE):
            steps = list(await adapter.check())
            if all(step.is_well for step in steps):
                return steps, await _workspace(adapter)
            return steps, None
    except (Permanent, Temporary, OSError, TimeoutError) as error:
        said = str(error) or "The tool did not answer in time."
        return [Check(what="The tool answers", is_well=False, mend=said)], None
    finally:
        await adapter.close()


async def _workspace(adapter: Adapter) -> Workspace:
    if isinstance(adapter, Identified):
        return await adapter.workspace()
    return Workspace(key=adapter.kind, name=adapter.name)


def look(kind: str, given: Mapping[str, str], sealing: Sealing) -> tuple[list[Check], Workspace | None]:
    """Try what an administrator gave, without keeping any of it. Raises UnknownKind."""
    of_tool = adapter_class(kind)
    try:
        adapter = of_tool(dict(given), KnownNowhere(sealing))
    except (ValueError, KeyError, Permanent) as error:
        return [Check(what="The settings can be read", is_well=False, mend=_plainly(error))], None
    return asyncio.run(looked_at(adapter))


def _plainly(error: Exception) -> str:
    return f"“{error.args[0]}” is missing." if isinstance(error, KeyError) else str(error)
