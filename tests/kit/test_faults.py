"""What is the machine's fault, and what is not: real errors of both drivers and of the system."""

import errno
import os
import sqlite3
from pathlib import Path

import psycopg
import pytest
from django.db import IntegrityError, InterfaceError, OperationalError, ProgrammingError

from alongside.kit.faults import fault_of


def by_driver(error: Exception, driver: Exception) -> Exception:
    error.__cause__ = driver
    return error


def of_sqlite(path: Path, *statements: str) -> sqlite3.Error:
    """What SQLite itself says to the last of these."""
    with pytest.raises(sqlite3.Error) as told:  # noqa: PT012
        one = sqlite3.connect(path / "store", isolation_level=None)
        for statement in statements:
            one.execute(statement)
    return told.value


def test_a_full_store_is_the_machines_fault(tmp_path: Path) -> None:
    full = of_sqlite(
        tmp_path, "CREATE TABLE t (x)", "PRAGMA max_page_count=2", "INSERT INTO t VALUES (zeroblob(100000))"
    )
    sentence = fault_of(by_driver(OperationalError(str(full)), full))
    assert sentence == "The store cannot be used now: database or disk is full."


@pytest.mark.parametrize(
    ("statements", "error"),
    [
        (("SELECT * FROM nothing",), OperationalError("no such table")),
        (("CREATE TABLE t (x UNIQUE)", "INSERT INTO t VALUES (1), (1)"), IntegrityError("not unique")),
    ],
)
def test_what_is_wrong_with_what_was_asked_is_not(
    tmp_path: Path, statements: tuple[str, ...], error: Exception
) -> None:
    assert fault_of(by_driver(error, of_sqlite(tmp_path, *statements))) == ""


@pytest.mark.parametrize(
    ("driver", "is_fault"),
    [
        (psycopg.errors.DiskFull("could not extend file"), True),
        (psycopg.errors.AdminShutdown("terminating connection"), True),
        (psycopg.errors.DeadlockDetected("deadlock detected"), True),
        (psycopg.OperationalError("the connection is lost"), True),
        (psycopg.errors.ProgramLimitExceeded("index row size exceeds"), False),
        (psycopg.errors.UndefinedTable("relation does not exist"), False),
    ],
)
def test_postgresql_says_by_its_code_whose_fault_it_is(driver: psycopg.Error, *, is_fault: bool) -> None:
    error = by_driver(OperationalError(str(driver)) if is_fault else ProgrammingError(str(driver)), driver)
    assert bool(fault_of(error)) is is_fault


def test_a_line_to_the_store_that_is_closed_is_the_machines_fault() -> None:
    assert fault_of(InterfaceError("connection already closed"))


def test_a_full_disk_is_and_a_missing_file_is_not() -> None:
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "a/file")
    assert fault_of(full) == "a/file cannot be written now: No space left on device."
    assert fault_of(FileNotFoundError(errno.ENOENT, "No such file", "a/file")) == ""


def test_of_several_errors_at_once_the_first_such_is_told() -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    assert fault_of(ExceptionGroup("", [ValueError(), ExceptionGroup("", [full])])) == (
        "A file cannot be written now: No space left on device."
    )
    assert fault_of(ExceptionGroup("", [ValueError()])) == ""
