"""`run`, `serve`, `work`: the processes of an installation, and the try-out."""

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import click

from alongside.config.commands.starting import prepare_store, stop, with_django

TRIMMED_EVERY = 600.0
# Between two tries of what could not be written, and how long one has to hold for the next pause to be short again.
FIRST_PAUSE, LONGEST_PAUSE, HELD = 0.5, 30.0, 60.0
logger = logging.getLogger("alongside")


@click.command("run")
@click.option("--port", type=int, help="Instead of ALONGSIDE_PORT.")
@click.option("--try", "is_try_out", is_flag=True, help="A try-out with a sample organisation, in a home of its own.")
@click.option(
    "--archive", type=click.Path(path_type=Path), help="In a try-out: your own archive instead of the sample."
)
def run_(port: int | None, archive: Path | None, *, is_try_out: bool) -> None:
    r"""Everything in one: pages, API, the work behind them and the bridges to tools, for a small installation.

    \b
    Example:
      alongside run
      alongside run --try --archive acme-slack-export.zip
    """
    if is_try_out or archive:
        _into_home_of_try_out(archive)
    _run(port, archive, is_try_out=bool(is_try_out or archive))


@with_django
def _run(port: int | None, archive: Path | None, *, is_try_out: bool) -> None:
    address, port = _address(port)
    _refuse_taken(address, port)
    prepare_store()
    if is_try_out:
        from alongside.config.commands.trying import prepare_try_out

        prepare_try_out(archive)
    _mark_base_url()
    with _worker():
        _serve(address, port, is_try_out=is_try_out)


@click.command("serve")
@click.option("--port", type=int, help="Instead of ALONGSIDE_PORT.")
@with_django
def serve_(port: int | None) -> None:
    r"""Pages and API. `alongside work` has to run beside it, on this machine, for what is new to be found.

    \b
    Example:
      alongside serve --port 8000
    """
    address, port = _address(port)
    _refuse_taken(address, port)
    prepare_store()
    _mark_base_url()
    _serve(address, port, is_try_out=False)


@click.command("work")
@with_django
def work_() -> None:
    r"""The work behind the pages: keeps the indexes of this machine in step. One on each machine that serves.

    \b
    Example:
      alongside work
    """
    from alongside.search import node
    from alongside.search.serving import index_folder

    prepare_store()
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    _end_with_parent(stopping)
    try:
        with node.writing(index_folder()):
            _work_until(stopping)
    except node.BeingWritten:
        stop("Another `alongside work` or `alongside run` does this on this machine already.")


def _work_until(stopping: threading.Event) -> None:
    from alongside.search.cleaning import follow_forgetting
    from alongside.search.followers import follow_meaning, follow_words

    broken: list[BaseException] = []

    def guarded(follow: Any) -> None:
        try:
            _kept_up(follow, stopping)
        except BaseException as error:  # noqa: BLE001 (it is raised again below, in the thread that can end the process)
            broken.append(error)
            stopping.set()

    follows: list[Any] = [follow_words, follow_meaning, follow_forgetting, _follow_trimming]
    if os.environ.get("ALONGSIDE_ENDS_WITH") is not None:  # `run` is all three in one, for a small installation
        from alongside.bridges.followers.running import follow_tools

        follows.append(follow_tools)
    threads = [threading.Thread(target=guarded, args=(follow,)) for follow in follows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if broken:
        raise broken[0]


def _kept_up(follow: Callable[[threading.Event], None], stopping: threading.Event) -> None:
    """Until told to stop. A full disk, or a store that is away, ends nothing: it is tried again until there is room."""
    from django.db import connection

    from alongside.kit.faults import fault_of

    pause = FIRST_PAUSE
    while not stopping.is_set():
        began = time.monotonic()
        try:
            follow(stopping)
        except Exception as error:
            if not (sentence := fault_of(error)):
                raise
            logger.warning("%s waits. %s Nothing is lost; it is tried again.", follow.__name__.strip("_"), sentence)
            connection.close()
            pause = _next_pause(pause, began)
            stopping.wait(pause)


def _next_pause(pause: float, began: float) -> float:
    """Longer with each try that did not hold."""
    return FIRST_PAUSE if time.monotonic() - began > HELD else min(pause * 2, LONGEST_PAUSE)


def _follow_trimming(stopping: threading.Event) -> None:
    from alongside.journal.actions import trim

    while not stopping.wait(TRIMMED_EVERY):
        trim()


def _end_with_parent(stopping: threading.Event) -> None:
    """Started by `run`: when that is killed hard, this must not stay behind with the lease."""
    if os.environ.get("ALONGSIDE_ENDS_WITH") is None:
        return

    def watch() -> None:
        # Not sys.stdin: a thread inside its lock makes the interpreter abort when it ends.
        with suppress(OSError):
            while os.read(0, 1024):
                pass
        stopping.set()

    threading.Thread(target=watch, daemon=True).start()


def _into_home_of_try_out(archive: Path | None) -> None:
    """A try-out has a home of its own beside the real one, and one's own archive never meets the sample."""
    from alongside.config.options import options

    chosen = options()
    if chosen.base_url:
        stop("A try-out takes no base URL: in it anybody can be anybody. Unset ALONGSIDE_BASE_URL for it.")
    if archive is not None and not archive.exists():
        stop(f"There is no file {archive}. Nothing was started.")
    name = "sample" if archive is None else sha256(str(archive.resolve()).encode()).hexdigest()[:12]
    os.environ["ALONGSIDE_HOME"] = str(chosen.home / "try-out" / name)
    os.environ.pop("ALONGSIDE_STORE", None)


def _address(port: int | None) -> tuple[str, int]:
    from django.conf import settings

    return settings.OPTIONS.address, port or settings.OPTIONS.port


def _refuse_taken(address: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((address, port))
        except OSError:
            stop(
                f"Port {port} on {address} is taken or not allowed: choose another, like PORT={port + 1} or --port {port + 1}."
            )


def _mark_base_url() -> None:
    from django.conf import settings

    from alongside.kit.refused import Refused
    from alongside.people.actions import mark_as_run_with_base_url

    if settings.BASE_URL:
        try:
            mark_as_run_with_base_url(None)
        except Refused as error:
            stop(str(error))


class _Beside(threading.Thread):
    """A process beside the pages, begun again when it ends by itself. It ends when its standard input does, whatever
    becomes of us.
    """

    def __init__(self, command: Sequence[str]) -> None:
        super().__init__(daemon=True)
        self._command = command
        self._ending = threading.Event()
        self._process = self._begun()

    def _begun(self) -> "subprocess.Popen[bytes]":
        environment = {**os.environ, "ALONGSIDE_ENDS_WITH": "run"}
        return subprocess.Popen(  # noqa: S603 (ours, with nothing of anybody else in it)
            self._command, stdin=subprocess.PIPE, env=environment, start_new_session=True
        )

    def run(self) -> None:
        pause, began = FIRST_PAUSE, time.monotonic()
        while not self._ending.is_set():
            code = self._ended(None)
            if self._ending.is_set():
                return
            pause = _next_pause(pause, began)
            logger.warning("The work behind the pages ended (%s). Nothing is lost; it is begun again.", code)
            if not self._ending.wait(pause):
                self._process, began = self._begun(), time.monotonic()

    def end(self) -> None:
        self._ending.set()
        self.join(1)  # not in the middle of beginning another
        self._process.terminate()
        try:
            self._ended(20)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def _ended(self, patience: float | None) -> int:
        code = self._process.wait(patience)
        if self._process.stdin is not None:
            self._process.stdin.close()
        return code


@contextmanager
def _worker() -> Iterator[None]:
    """`alongside work`."""
    beside = _Beside([sys.executable, "-m", "alongside", "work"])
    beside.start()
    try:
        yield
    finally:
        beside.end()


def _serve(address: str, port: int, *, is_try_out: bool) -> None:
    from django.conf import settings
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    collect_static()
    where = settings.BASE_URL or f"http://{'localhost' if address == '127.0.0.1' else address}:{port}"
    # Beyond the defaults it hangs once 1,024 connections wait (measured.md).
    server = Granian(
        "alongside.config.wsgi:application",
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=settings.OPTIONS.threads,
        backlog=4096,
        backpressure=2048,
        log_access=False,
        log_level=LogLevels.warning,
    )
    server.on_startup(lambda: _say_ready(where, is_try_out=is_try_out))
    # Ctrl-C goes to everybody in the terminal's group. Granian's worker hangs when it comes on top of what its parent
    # tells it, so the worker leaves the group, and the parent alone ends it.
    os.register_at_fork(after_in_child=os.setpgrp)
    server.serve()


def collect_static() -> None:
    """Style, script and fonts into the home, compressed beside; only what a new version changed is written."""
    from importlib.metadata import version

    from django.conf import settings
    from django.core.management import call_command

    mark = Path(settings.STATIC_ROOT) / "version"
    now = f"{version('alongside')} {_newest_static()}"
    if mark.is_file() and mark.read_text("utf-8") == now:
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    mark.write_text(now, "utf-8")


def _newest_static() -> int:
    from django.conf import settings

    return max(path.stat().st_mtime_ns for folder in settings.STATICFILES_DIRS for path in Path(folder).rglob("*"))


def _say_ready(where: str, *, is_try_out: bool) -> None:
    click.echo(f"Alongside is at {where}")
    if is_try_out:
        from alongside.config.commands.trying import who_you_are

        click.echo(who_you_are())
    click.echo("Ctrl-C ends it.")
