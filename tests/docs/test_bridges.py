"""The tool that docs/develop/bridges.md adds is added here, as the page shows it, and worked."""

import asyncio
import re
import sys
from collections.abc import Iterator
from contextlib import aclosing
from datetime import UTC, datetime
from importlib import invalidate_caches
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.bridges import adapters
from alongside.bridges.port import (
    AccountSeen,
    Adapter,
    Arrived,
    Batch,
    Body,
    Button,
    Can,
    InvitedIn,
    Item,
    Permanent,
    Post,
    RoomSeen,
    Said,
    decoded,
    encoded,
)
from alongside.bridges.registry import ADAPTERS, adapter_class

PAGE = Path(__file__).parents[2] / "docs" / "develop" / "bridges.md"
_FILE = re.compile(r"^### `(?P<name>[\w.]+)`$.*?^```\w+\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_LINE = re.compile(r'^    "(?P<kind>[\w-]+)": "(?P<where>[\w.]+:\w+)",$', re.MULTILINE)


def files_of_page() -> dict[str, str]:
    return {found["name"]: found["text"] for found in _FILE.finditer(PAGE.read_text("utf-8"))}


@pytest.fixture(scope="module")
def added(tmp_path_factory: pytest.TempPathFactory) -> Iterator[type[Adapter]]:
    """One folder and one line."""
    place = tmp_path_factory.mktemp("adapters")
    (place / "corkboard").mkdir()
    for name, text in files_of_page().items():
        (place / "corkboard" / name).write_text(text, "utf-8")
    (line,) = _LINE.finditer(PAGE.read_text("utf-8"))
    adapters.__path__.append(str(place))
    ADAPTERS[line["kind"]] = line["where"]
    invalidate_caches()
    yield adapter_class("corkboard")
    adapters.__path__.remove(str(place))
    del ADAPTERS[line["kind"]]
    for name in [name for name in sys.modules if ".adapters.corkboard" in name]:
        del sys.modules[name]


class Rooms:
    def rooms(self) -> list[str]:
        return ["kitchen"]

    def seal(self, text: str) -> str:
        return text

    def unseal(self, sealed: str) -> str | None:
        return sealed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "people.txt").write_text("ana\nbo\n")
    (tmp_path / "kitchen.board").touch()
    return tmp_path


def write(folder: Path, board: str, who: str, text: str) -> None:
    with (folder / f"{board}.board").open("a", encoding="utf-8") as file:
        file.write(f"2026-03-01T09:30:00+00:00\t{who}\t{text}\n")


def heard(adapter: Any, cursor: str = "", batches: int = 2) -> list[Batch]:
    async def listen() -> list[Batch]:
        got: list[Batch] = []
        async with asyncio.timeout(10), aclosing(adapter.listen(cursor)) as listening:
            async for batch in listening:
                got.append(batch)
                if len(got) == batches:
                    break
        return got

    return asyncio.run(listen())


def test_the_page_shows_every_file_of_an_adapter() -> None:
    assert set(files_of_page()) == {"__init__.py", "parse.py", "render.py", "setup.md"}


def test_one_folder_and_one_line_make_a_tool(added: type[Adapter], folder: Path) -> None:
    adapter = added({"folder": str(folder)}, Rooms())
    assert isinstance(adapter, Adapter)
    assert all(check.is_well for check in asyncio.run(adapter.check()))
    (folder / "people.txt").unlink()
    (check,) = asyncio.run(adapter.check())
    assert (check.is_well, check.mend) == (False, "Write it: a name a line.")


def test_it_tells_who_is_there_then_what_they_say(added: type[Adapter], folder: Path) -> None:
    write(folder, "kitchen", "ana", "/invite")
    write(folder, "kitchen", "bo", "Who has the *key*?")
    write(folder, "kitchen", "ana", "@alongside remember this room")
    told, said = heard(added({"folder": str(folder)}, Rooms()))

    assert next(one.event for one in told.arrived if isinstance(one.event, RoomSeen)).members == ("ana", "bo")
    assert [one.event.name for one in told.arrived if isinstance(one.event, AccountSeen)] == ["Ana", "Bo"]
    invited, asked, to_us = (one.event for one in said.arrived)
    assert invited == InvitedIn(room="kitchen", by="ana")
    assert isinstance(asked, Said)
    assert (asked.account, asked.room, asked.html, asked.is_to_us) == (
        "bo",
        "kitchen",
        "<p>Who has the <em>key</em>?</p>",
        False,
    )
    assert asked.said_at == datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    assert isinstance(to_us, Said)
    assert (to_us.is_to_us, to_us.words) == (True, "remember this room")
    for one in [*told.arrived, *said.arrived]:
        assert decoded(encoded(one.event)) == one.event


def test_it_goes_on_from_its_cursor_and_a_replay_has_the_same_keys(added: type[Adapter], folder: Path) -> None:
    write(folder, "kitchen", "bo", "One")
    adapter = added({"folder": str(folder)}, Rooms())
    first = heard(adapter)[-1]
    write(folder, "kitchen", "bo", "Two")
    assert [_text(one) for one in heard(adapter, first.cursor)[-1].arrived] == ["Two"]
    assert heard(adapter)[-1].arrived[0] == first.arrived[0]


def test_half_a_line_waits_until_it_is_whole(added: type[Adapter], folder: Path) -> None:
    board = folder / "kitchen.board"
    board.write_bytes(b"2026-03-01T09:30:00+00:00\tbo\tOne\n2026-03-01T09:31:00+00:00\tbo\tTw")
    adapter = added({"folder": str(folder)}, Rooms())
    first = heard(adapter)[-1]
    assert [_text(one) for one in first.arrived] == ["One"]
    with board.open("ab") as file:
        file.write(b"o\n")
    assert [_text(one) for one in heard(adapter, first.cursor)[-1].arrived] == ["Two"]


def test_what_is_written_to_it_alone_is_of_no_room(added: type[Adapter], folder: Path) -> None:
    write(folder, "alongside", "bo", "how do I calm a caller?")
    (one,) = heard(added({"folder": str(folder)}, Rooms()))[-1].arrived
    assert isinstance(one.event, Said)
    assert (one.event.room, one.event.is_to_us) == ("", True)


def test_it_says_what_it_is_given_in_one_line_and_does_not_read_it_back(added: type[Adapter], folder: Path) -> None:
    adapter = added({"folder": str(folder)}, Rooms())
    body = Body(
        title="People have been here before",
        items=(Item(title="Callers", link="https://a.example/c/1", passage=(("Name the ", False), ("feeling", True))),),
        buttons=(Button(label="This helped", words="this helped"),),
        foot=("2026-03-01T09:30:00+00:00\tana\tWords that nobody wrote\n",),
    )
    sent = asyncio.run(adapter.send(Post(key="1", room="kitchen", body=body, in_name_of="Bo")))
    (line,) = (folder / "kitchen.board").read_text("utf-8").splitlines()
    assert line.split("\t")[1:] == [
        "alongside",
        (
            "Bo asks: · People have been here before · Callers https://a.example/c/1 · Name the feeling · [this helped]"
            " · 2026-03-01T09:30:00+00:00 ana Words that nobody wrote"
        ),
    ]
    assert sent.remote_id
    write(folder, "kitchen", "bo", "Thanks")
    assert [_text(one) for one in heard(adapter)[-1].arrived] == ["Thanks"]


def test_one_person_is_written_to_alone(added: type[Adapter], folder: Path) -> None:
    assert Can.DIRECT in added.can
    adapter = added({"folder": str(folder)}, Rooms())
    asyncio.run(adapter.send(Post(key="1", account="ana", body=Body(title="Only you"))))
    assert "Only you" in (folder / "ana.direct").read_text("utf-8")
    assert (folder / "kitchen.board").read_text("utf-8") == ""


@pytest.mark.parametrize(("room", "account"), [("cellar", ""), ("", "cy"), ("", "../ana"), ("../kitchen", "")])
def test_nothing_is_written_where_nobody_is(room: str, account: str, added: type[Adapter], folder: Path) -> None:
    (folder / "inner").mkdir()
    (folder / "inner" / "people.txt").write_text("ana")
    adapter = added({"folder": str(folder / "inner")}, Rooms())
    before = sorted(folder.rglob("*"))
    with pytest.raises(Permanent, match="There is no"):
        asyncio.run(adapter.send(Post(key="1", body=Body(title="x"), room=room, account=account)))
    assert sorted(folder.rglob("*")) == before
    assert (folder / "kitchen.board").read_text("utf-8") == ""


def test_who_comes_later_and_a_new_board_are_told(added: type[Adapter], folder: Path) -> None:
    async def listen() -> list[Batch]:
        got: list[Batch] = []
        async with asyncio.timeout(10), aclosing(added({"folder": str(folder)}, Rooms()).listen("")) as listening:  # type: ignore[type-var]
            async for batch in listening:
                got.append(batch)
                if len(got) == 2:
                    return got
                (folder / "people.txt").write_text("ana\nbo\ncy\n")
                (folder / "cellar.board").touch()
        return got

    first, second = asyncio.run(listen())
    rooms = [one.event for one in second.arrived if isinstance(one.event, RoomSeen)]
    assert {room.source_id: room.members for room in rooms} == dict.fromkeys(["cellar", "kitchen"], ("ana", "bo", "cy"))
    keys = [(one.remote_id, one.version) for one in (*first.arrived, *second.arrived)]
    assert len(set(keys)) == len(keys)


@given(
    st.one_of(
        st.binary(max_size=200),
        st.lists(
            st.sampled_from(
                [b"2026-03-01T09:30:00+00:00", b"0001-01-01T00:00:00+23:59", b"\t", b"\n", b"\r", b"ana", b"\xff"]
            )
        ).map(b"".join),
    )
)
def test_whatever_stands_on_a_board_raises_nothing(added: type[Adapter], written: bytes) -> None:
    parse = sys.modules[f"{added.__module__}.parse"]
    arrived, end = parse.events("kitchen", written, 0)
    assert end == written.rfind(b"\n") + 1
    for one in arrived:
        assert decoded(encoded(one.event)) == one.event


def _text(one: Arrived) -> str:
    assert isinstance(one.event, Said)
    return one.event.text
