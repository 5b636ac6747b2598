"""An adapter says nothing by itself: what makes words appear in a tool is reached from `send(post)` and from nowhere else.

Read from the source, by names: whatever calls one of a tool's ways to speak speaks, and so does whatever calls that, up
to the adapter's `send`, to which the core hands what the outbox holds (tests/charter/test_08_the_noise_budget.py).
"""

import ast
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path

import pytest

from alongside.bridges.registry import ADAPTERS

GATE = "send"
# The calls by which each tool is made to show something to somebody. A tool that is added says its own here.
WAYS_TO_SPEAK: dict[str, set[str]] = {
    # The way to their homeserver of whoever is asked into a room is a way to speak to them, too.
    "matrix": {"room_send", "room_invite"},
    "slack": {"chat.postMessage", "chat.postEphemeral", "views.open", "session.post"},
    "mail": {"smtp.mail", "smtp.send", "smtp.docmd"},
    "feed": set(),  # nobody writes to a blog
    "pretend": set(),  # stands for the tool itself: people write there by the same functions
}
# Other ways that their client libraries have; none of them is used at all. (Slack's `views.publish` is none: it is the
# page that somebody opens themselves, the same for everybody, and nobody is told of it.)
OTHER_WAYS = {
    "matrix": {"room_redact", "update_receipt_marker", "room_typing", "to_device", "set_displayname"},
    "slack": {"chat.update", "chat.scheduleMessage", "chat.meMessage", "files.upload", "reactions.add", "chat_postMessage"},
    "mail": {"sendmail", "send_message"},
    "feed": {"post", "put"},
    "pretend": set(),
}  # fmt: skip

Function = ast.FunctionDef | ast.AsyncFunctionDef


def folder_of(module: str) -> Path:
    found = find_spec(module)
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent


def folders() -> dict[str, Path]:
    return {(folder := folder_of(one.split(":")[0])).name: folder for one in ADAPTERS.values()}


def functions(tree: ast.AST) -> list[Function]:
    return [node for node in ast.walk(tree) if isinstance(node, Function)]


def names_in(function: Function) -> set[str]:
    """What it calls or hands on, by name; a method by what it is called on besides (`smtp.mail`)."""
    named: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Name):
            named.add(node.id)
        elif isinstance(node, ast.Attribute):
            named.add(node.attr)
            if isinstance(node.value, ast.Name | ast.Attribute):
                held = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
                named.add(f"{held}.{node.attr}")
    return named


def texts_in(function: Function) -> set[str]:
    """A call may be named by a text: `"chat.postMessage"`."""
    constants = [node.value for node in ast.walk(function) if isinstance(node, ast.Constant)]
    return {one for one in constants if isinstance(one, str)}


def speaking(trees: Iterable[ast.AST], ways: set[str]) -> set[str]:
    """Names of functions by which something can be made to appear, `send` among them; what calls `send` is the core."""
    all_of_them = [function for tree in trees for function in functions(tree)]
    called = {id(function): names_in(function) for function in all_of_them}
    found = {one.name for one in all_of_them if (called[id(one)] | texts_in(one)) & ways}
    while True:
        reached = {one.name for one in all_of_them if called[id(one)] & (found - {GATE})}
        if reached <= found:
            return found
        found |= reached


def open_from_outside(trees: Mapping[str, ast.AST], ways: set[str]) -> set[str]:
    """Of what speaks that which nothing that speaks calls: the ways in. One of them is right."""
    speaks = speaking(trees.values(), ways)
    all_of_them = [function for tree in trees.values() for function in functions(tree)]
    inside = {name for one in all_of_them if one.name in speaks for name in names_in(one) if name != one.name}
    return (speaks - inside) | (speaks & {GATE})


@pytest.mark.parametrize("kind", WAYS_TO_SPEAK)
def test_an_adapter_speaks_by_send_alone(kind: str) -> None:
    trees = {path.name: ast.parse(path.read_text("utf-8")) for path in sorted(folders()[kind].rglob("*.py"))}
    assert open_from_outside(trees, WAYS_TO_SPEAK[kind]) <= {GATE}
    all_of_them = [function for tree in trees.values() for function in functions(tree)]
    named = {name for one in all_of_them for name in names_in(one) | texts_in(one)}
    assert WAYS_TO_SPEAK[kind] <= named, "otherwise this says nothing"
    assert not named & OTHER_WAYS[kind]


def test_every_tool_is_looked_at() -> None:
    assert set(WAYS_TO_SPEAK) == set(folders())


GOOD = """
class Tool:
    async def send(self, post): return await self._sent(post)
    async def _sent(self, post): return await self._wire.say(post)
    async def listen(self): await self._wire.get()
class Wire:
    async def say(self, post): await self._client.room_send(post)
    async def get(self): await self._client.sync()
"""


@pytest.mark.parametrize(
    "trespass",
    [
        "class Following:\n    async def leave(self): await self._wire.say('I leave.')",
        "class Tool:\n    async def listen(self): await self._sent(1)",
        "class Tool:\n    async def check(self): self._client.room_send(1)",
        "def later(wire): return run(wire.say, 'hello')",
    ],
)
def test_a_word_of_an_adapters_own_is_seen(trespass: str) -> None:
    ways = WAYS_TO_SPEAK["matrix"]
    assert open_from_outside({"good": ast.parse(GOOD)}, ways) == {GATE}
    assert open_from_outside({"good": ast.parse(GOOD), "bad": ast.parse(trespass)}, ways) > {GATE}
