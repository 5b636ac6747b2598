"""docs/works-council.md: every claim names a test that is there, or says that none holds it; and what only it claims."""

import ast
import re
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import Settings
from tests.bridges.world import World
from tests.charter.world import only_words

from alongside.bridges.actions.intake import trim
from alongside.bridges.models import Arrival
from alongside.bridges.rules import MOST_ACTS_A_MINUTE, REPLAY_KNOWN_FOR
from alongside.kit import clock
from alongside.letters.actions import FAILED_FOR
from alongside.people.models import Account, Person

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "works-council.md"
_CLAIM = re.compile(r"(?P<number>\d+)\. (?P<words>[A-Z].*)")
_NAME = re.compile(r"`(tests/[\w/.]+)::(test_\w+)`")
_HELD = re.compile(r"[^`]+[.] `[^`]+`( `[^`]+`)*")
_BY_NONE = "held by no test yet."


def parts() -> dict[str, list[str]]:
    """By heading, its lines that are not empty."""
    _before, *sections = PAGE.read_text("utf-8").split("\n## ")
    return {lines[0]: [line for line in lines[1:] if line] for lines in (section.splitlines() for section in sections)}


def claims() -> list[str]:
    return [line for heading, lines in parts().items() if heading != "Every table" for line in lines]


@cache
def names_in(path: Path) -> frozenset[str]:
    """Names of tests as pytest collects them from a file."""
    assert path.name.startswith("test_"), f"{path} is collected by nobody"
    body = ast.parse(path.read_text("utf-8")).body
    return frozenset(one.name for one in body if isinstance(one, ast.FunctionDef) and one.name.startswith("test_"))


def test_every_line_is_one_numbered_claim() -> None:
    found = [_CLAIM.fullmatch(line) for line in claims()]
    assert all(found)
    assert [int(one["number"]) for one in found if one] == list(range(1, len(found) + 1))
    for claim in claims():
        words = claim.split(". ", 1)[1].split(" `tests/")[0]
        assert words.count(". ") == 0, f"{claim}: two sentences, one test"


@pytest.mark.parametrize("claim", claims(), ids=lambda claim: claim.split(".")[0])
def test_every_claim_is_held_by_tests_that_are_there_or_says_that_none_holds_it(claim: str) -> None:
    names = _NAME.findall(claim)
    assert bool(names) != claim.endswith(_BY_NONE)
    assert not names or _HELD.fullmatch(claim)
    for path, name in names:
        assert name in names_in(ROOT / path), f"{path}::{name} is not there"


@pytest.mark.django_db
def test_every_table_of_the_store_stands_on_the_page() -> None:
    rows = [line.split("|")[1].strip(" `") for line in parts()["Every table"][2:]]
    with connection.cursor() as cursor:
        tables = {table for table in connection.introspection.table_names(cursor) if not table.startswith("sqlite_")}
    assert len(rows) == len(set(rows))
    assert set(rows) == tables


def fields_of(model: type[Account | Person]) -> set[str]:
    brought = {"id", "connection", "source_id", "first_brought_by", "last_brought_by"}
    return {one.name for one in model._meta.get_fields()} - brought


def test_of_accounts_and_people_nothing_else_is_stored() -> None:
    """`password` is Django's own, of no use to anybody: people sign in by letter."""
    assert fields_of(Account) == {
        "name",
        "handle",
        "email",
        "is_guest",
        "is_deactivated",
        "is_paused",
        "is_live",
        "person",
    }
    flags = {"is_active", "is_full_member", "is_administrator", "is_paused"}
    assert fields_of(Person) - {"password", "emailaddress"} == {"email", "name", "theme"} | flags


def test_the_spans_on_the_page_are_those_of_the_code(settings: Settings) -> None:
    page = "\n".join(claims())
    assert set(re.findall(r"\d+ days", page)) == {"14 days", "7 days", "30 days"}
    assert timedelta(days=14) == REPLAY_KNOWN_FOR
    assert timedelta(days=7) == FAILED_FOR
    assert timedelta(days=30) == timedelta(seconds=settings.SESSION_COOKIE_AGE)


@pytest.fixture
def world(db: None, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    del db
    settings.HOME = tmp_path
    with only_words(monkeypatch):
        yield World(tmp_path)


def test_of_what_was_dealt_with_nothing_is_left_after_its_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + REPLAY_KNOWN_FOR - timedelta(minutes=1))
    trim(None)
    assert Arrival.objects.exists()
    assert {bytes(row.body) for row in Arrival.objects.all()} == {b""}
    monkeypatch.setattr(clock, "now", lambda: now + REPLAY_KNOWN_FOR + timedelta(minutes=1))
    trim(None)
    assert not Arrival.objects.exists()


def test_how_fast_somebody_asks_is_stored_nowhere(world: World) -> None:
    """After somebody asked without end, the store differs by its inbox of ids alone."""
    world.write("cy", "help")
    before = _dump()
    for _once in range(MOST_ACTS_A_MINUTE + 2):
        world.write("cy", "help")
    after = _dump()
    assert {table for table in before if before[table] != after[table]} <= {"bridges_arrival", "bridges_bridge"}
    assert len(world.written_to("cy")) == MOST_ACTS_A_MINUTE + 1


def _dump() -> dict[str, list[str]]:
    with connection.cursor() as cursor:
        rows = {}
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            rows[table] = sorted(map(repr, cursor.fetchall()))
    return rows
