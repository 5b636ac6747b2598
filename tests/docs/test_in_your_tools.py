"""What docs/in-your-tools.md lets people say is understood as the page says, and the page leaves out no act."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from alongside.bridges.acts.acting import ACTS
from alongside.bridges.rules import ActName, act_of

PAGE = Path(__file__).parents[2] / "docs" / "in-your-tools.md"
_PHRASE = re.compile(r"`([^`]+)`")
_ROOM = re.compile(r"#(\w+)")


def rows() -> dict[str, tuple[str, str]]:
    """By the act's name: what one writes, and what happens."""
    lines = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]
    assert all(len(row) == 3 for row in cells)
    assert len({row[0] for row in cells}) == len(cells)
    return {act: (write, happens) for act, write, happens in cells}


def phrases() -> Iterator[tuple[str, str]]:
    for act, (write, _happens) in rows().items():
        said = _PHRASE.findall(write)
        assert said, act
        yield from ((act, phrase) for phrase in said)


@pytest.mark.parametrize(("act", "phrase"), list(phrases()))
def test_what_the_page_lets_one_say_is_understood_so(act: str, phrase: str) -> None:
    for said in (phrase, phrase.upper() if "c:" not in phrase else phrase, f"  {phrase}\n"):
        understood = act_of(said)
        assert understood.name.value == act, said
    room = _ROOM.search(phrase)
    assert act_of(phrase).room == (room[1] if room else "")


def test_every_act_stands_on_the_page_and_can_be_done() -> None:
    assert set(rows()) == {name.value for name in ActName}
    assert set(ACTS) == set(ActName)


def test_whatever_else_the_page_puts_between_those_signs_is_an_act() -> None:
    """In the text below the table, too: `pause`, `join accounts`."""
    below = PAGE.read_text("utf-8").split("## How answers come")[1]
    for phrase in _PHRASE.findall(below):
        said = f"{phrase} what is that?" if phrase.endswith(":") else phrase
        assert act_of(said).name is not ActName.FIND, phrase
