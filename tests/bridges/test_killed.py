"""Never lost, never twice: the bridge process is killed (kill -9) at moments that nobody chose, and started again."""

import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.bridges.tools import KINDS, sent

PROJECT = Path(__file__).resolve().parents[2]
KILLS, SAID = 10, 1200
ACTS = [row for row in range(SAID) if row % 5 == 0]
TELLING = [row for row in ACTS if row % 10]


@dataclass(frozen=True, slots=True)
class Ended:
    home: Path
    told: dict[str, Any]


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """What stands there after it was killed KILLS times and then left alone."""
    home = tmp_path_factory.mktemp("killed")
    for kind in KINDS:
        (home / kind).mkdir()
        (home / kind / "said").write_text(str(SAID), "utf-8")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ALONGSIDE_")}
    paths = os.pathsep.join((str(PROJECT), str(PROJECT / "src")))
    done = subprocess.run(
        [sys.executable, "-m", "tests.bridges.killing", str(KILLS)],
        env={
            **clean,
            "ALONGSIDE_HOME": str(home),
            "DJANGO_SETTINGS_MODULE": "alongside.config.settings",
            "PYTHONPATH": paths,
        },
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return Ended(home, json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("kind", KINDS)
def test_every_message_is_there_exactly_once(ended: Ended, kind: str) -> None:
    here = [source_id for tool, source_id in ended.told["messages"] if tool == kind]
    assert Counter(here) == Counter(f"m{row}" for row in range(SAID) if row % 5)


def test_every_act_was_done_exactly_once(ended: Ended) -> None:
    assert ended.told["notes"] == len(TELLING) * len(KINDS)


def test_nothing_is_left_in_the_inbox(ended: Ended) -> None:
    assert ended.told["left"] == 0


def test_where_the_tool_knows_keys_everything_is_said_exactly_once(ended: Ended) -> None:
    times = Counter(one["key"] for one in sent(ended.home / "file-once"))
    assert set(times.values()) == {1}
    assert len(times) == len(ACTS) + 1  # and that it is there
    assert not [one for one in ended.told["deliveries"] if one[0] == "file-once"]


def test_where_it_does_not_it_is_said_at_most_twice_and_the_second_says_so(ended: Ended) -> None:
    said = sent(ended.home / "file-again")
    times = Counter(one["key"] for one in said)
    assert set(times.values()) <= {1, 2}
    seen: set[str] = set()
    for one in said:
        assert one["key"] not in seen or one["is_marked"]
        seen.add(one["key"])
    given_up = [
        problem for tool, state, problem in ended.told["deliveries"] if (tool, state) == ("file-again", "failed")
    ]
    assert len(times) + len(given_up) >= len(ACTS) + 1
    assert len(given_up) <= KILLS // 2  # each of them was cut off twice
    assert all("it was tried twice" in problem for problem in given_up)


def test_it_was_killed_in_the_middle_of_it(ended: Ended) -> None:
    """Otherwise all of this would say nothing: something was said twice, or came again."""
    assert any(one["is_marked"] for one in sent(ended.home / "file-again"))
