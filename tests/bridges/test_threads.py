"""Threads of a loop end with it, and their lines to the store with them: a server counts every one that is left open."""

import asyncio
import threading

import pytest
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from alongside.bridges import sealed
from alongside.bridges.followers.threads import in_a_loop, in_thread

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 3


def test_when_a_loop_has_ended_none_of_its_lines_to_the_store_is_open() -> None:
    met, lines = threading.Barrier(THREADS, timeout=30), list[BaseDatabaseWrapper]()

    def asks() -> None:
        met.wait()  # each in a thread of its own
        connection.ensure_connection()
        lines.append(connections["default"])

    def fails() -> None:
        asks()
        raise ValueError

    async def work() -> None:
        works = [in_thread(one)() for one in (asks, asks, fails)]
        await asyncio.gather(*works, return_exceptions=True)
        assert all(one.connection is not None for one in lines)

    in_a_loop(work())
    assert len({id(one) for one in lines}) == THREADS
    assert [one.connection for one in lines] == [None] * THREADS


def test_a_loop_that_fails_closes_them_too() -> None:
    lines = list[BaseDatabaseWrapper]()

    def asks() -> None:
        connection.ensure_connection()
        lines.append(connections["default"])

    async def work() -> None:
        await in_thread(asks)()
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 (its own)
        in_a_loop(work())
    assert [one.connection for one in lines] == [None]


def test_what_was_asked_for_adapters_leaves_none_open_either_and_can_be_asked_again() -> None:
    def asks() -> BaseDatabaseWrapper:
        connection.ensure_connection()
        return connections["default"]

    for _again in range(2):
        line = sealed._asked(asks)
        assert line.connection is not None
        sealed.end_asking()
        assert line.connection is None
