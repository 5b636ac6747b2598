"""One soak, from its beginning to its end: rounds of trouble, each followed by quiet, and then the reckoning."""

import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from random import Random

import click
import httpx2
from django.db import connections

from alongside.bridges.actions.connecting import connect
from alongside.bridges.rules import Listens
from alongside.config.commands.starting import prepare_store
from tests.bridges.matrix.proxy import Loop
from tests.soak import toys
from tests.soak.chat_places import HookedSlackPlace, MatrixPlace, SlackPlace
from tests.soak.command import know_toys
from tests.soak.holding import Came, broken, came
from tests.soak.looking import Looking, until_quiet, whole
from tests.soak.mail_place import MailPlace
from tests.soak.places import Place, Toy, until
from tests.soak.processes import Installation
from tests.soak.small_disk import SmallDisk
from tests.soak.traffic import Traffic
from tests.soak.trouble import Figures, Round

ROUND = 32.0
PATIENCE = 150.0


class Soak:
    def __init__(self, folder: Path, disk: SmallDisk, *, seed: int, minutes: float, pace: float) -> None:
        self._folder, self._disk, self._minutes = folder, disk, minutes
        self._seed, self._chance = seed, Random(seed)
        self._ending = ExitStack()
        self._began = time.monotonic()
        self._longest = 0.0
        self._figures = Figures()
        know_toys()
        self._loop = Loop()
        self._ending.callback(self._loop.close)
        self._port = _free_port()
        self._installation = Installation(disk, self._port, folder)
        self._pace = pace
        self._places: list[Place] = []
        self._traffic: list[Traffic] = []

    def _make_places(self) -> None:
        """Each is closed at the end, also when the next one cannot be made."""
        makers = (
            lambda: Toy(toys.Again, self._folder / "again"),
            lambda: Toy(toys.Once, self._folder / "once"),
            lambda: SlackPlace(self._loop, self._seed),
            lambda: HookedSlackPlace(self._loop, self._seed + 1),
            lambda: MatrixPlace(self._loop, _made(self._folder / "synapse"), self._seed + 2),
            lambda: MailPlace(self._loop, self._seed + 3),
        )
        for make in makers:
            place: Place = make()
            self._ending.callback(place.close)
            self._places.append(place)
            self._traffic.append(Traffic(place, self._seed, self._pace))

    # From beginning to end

    def run(self) -> list[str]:
        self._begin()
        self._say(f"Connected: {', '.join(one.name for one in self._places)}.")
        ends, number = time.monotonic() + self._minutes * 60, 0
        while time.monotonic() < ends:
            number += 1
            left = self._round(number, min(ROUND, max(10.0, ends - time.monotonic())))
            if left:
                return [
                    f"After round {number} it did not become quiet: {', '.join(left)}",
                    *self._installation.problems(),
                ]
        for one in self._traffic:
            one.stop()
        problems = list(self._reckoning())
        self._installation.end()
        if (words := whole()) != "ok":
            problems.append(f"SQLite says: {words}")
        return [*problems, *self._installation.problems()]

    def _begin(self) -> None:
        self._make_places()
        prepare_store()
        bridges = {}
        for place in self._places:
            bridge = connect(None, kind=place.kind, key=place.name, name=place.name, given=place.settings())
            bridges[place.name] = bridge.bridge_id
            place.connected(f"http://127.0.0.1:{self._port}/hooks/{place.kind}/{bridge.bridge_id}")
        connections.close_all()
        self._looking = Looking(bridges)
        self._installation.begin()
        self._ending.callback(self._installation.end)
        until(self._has_page, "No page comes")
        for place in self._places:
            self._come_into(place)
        for one in self._traffic:
            one.start()

    def _come_into(self, place: Place) -> None:
        place.ready()
        for room in place.rooms:
            place.invite_us(room)
        number = len(place.rooms)
        until(lambda: self._looking.rooms_there(place) == number, f"It does not come into the rooms of {place.name}")
        for room in place.rooms:
            place.mention(place.people[0], room, "remember this room")
        until(
            lambda: self._looking.rooms_there(place, Listens.REMEMBERS) == number,
            f"It does not remember the rooms of {place.name}",
        )

    def _round(self, number: int, seconds: float) -> list[str]:
        """What is still not quiet after it; nothing, when all is well."""
        for one in self._traffic:
            one.going.set()
        servers = [one for one in self._places if one.kind in ("matrix", "mail")]
        round_ = Round(self._installation, self._places, self._chance, self._figures, self._say_how_far, self._has_page)
        round_.run(seconds, servers[number % len(servers)], is_disk_filled=True)
        for one in self._traffic:
            one.pause()
            if one.error is not None:
                raise one.error
        took, left = until_quiet(self._looking, self._places, PATIENCE)
        self._longest = max(self._longest, took)
        self._say(
            f"Round {number}: {self._said()} said, {sum(self._figures.kills.values())} kills, quiet after {took:.0f} s."
        )
        return left

    def _say_how_far(self) -> None:
        full = ", the disk is full" if self._disk.is_full else ""
        lines = sum(self._figures.lines.values())
        self._say(f"  {self._said()} said, {sum(self._figures.kills.values())} kills, {lines} lines bad{full}")

    def _said(self) -> int:
        return sum(len(one.record.texts) + len(one.record.deleted) + len(one.record.acts) for one in self._traffic)

    def _has_page(self) -> bool:
        with suppress(httpx2.HTTPError):
            return httpx2.get(f"http://127.0.0.1:{self._port}/charter", timeout=5).status_code == httpx2.codes.OK
        return False

    # The reckoning

    def _reckoning(self) -> Iterator[str]:
        rows: list[tuple[str, Came]] = []
        for one in self._traffic:
            stands, seen = self._looking.stands(one.place, one.record), one.place.seen()
            rows.append((one.place.name, came(one.record, stands, seen)))
            yield from (f"{one.place.name}: {each}" for each in broken(one.record, stands, seen, one.place.can))
            if one.record.newest and not self._looking.is_found(one.place, one.record.newest):
                yield f"{one.place.name}: what was said last ({one.record.newest}) is not found"
        connections.close_all()
        yield from self._of_commands(rows)
        if self._figures.full and not self._figures.full["with pages"]:
            yield "no page was shown while the disk was full"
        self._tell(rows)

    def _of_commands(self, rows: Sequence[tuple[str, Came]]) -> Iterator[str]:
        """`check`, on a disk with as much room as an installation should have, and `find`."""
        excused = ["! Model:", "! Index of meaning: not made yet"]  # left out on purpose
        if not self._disk.grow():
            excused.append("! Disk:")
        excused += [f"! Connection {name}: something could not be sent" for name, of in rows if of.given_up]
        done = self._installation.run("check")
        for line in done.stdout.splitlines():
            if line.startswith("!") and not line.startswith(tuple(excused)):
                yield f"`alongside check` says {line}"
        if "Store: SQLite" not in done.stdout:
            yield f"`alongside check` says nothing of the store: {done.stdout}{done.stderr}"
        mail = next(one for one in self._traffic if one.place.kind == "mail")
        found = self._installation.run("find", mail.record.newest, "--as", mail.place.people[0])
        if mail.record.newest not in found.stdout:
            yield f"`alongside find` does not find {mail.record.newest}: {found.stdout}{found.stderr}"

    def _tell(self, rows: Sequence[tuple[str, Came]]) -> None:
        self._say("")
        columns = ("messages", "edits", "deletions", "acts", "lines bad", "marked", "given up", "restarts")
        click.echo(f"{'':16}{''.join(f'{one:>10}' for one in columns)}")
        for name, of in rows:
            bad, restarts = self._figures.lines[name], self._figures.restarts[name]
            row = (of.messages, of.edits, of.deletions, of.acts, bad, of.marked, of.given_up, restarts)
            click.echo(f"{name:16}{''.join(f'{one:>10}' for one in row)}")
        for name, of in rows:
            for why in of.why:
                click.echo(f"Given up in {name}: {why}")
        kills = ", ".join(f"{name} {number}" for name, number in sorted(self._figures.kills.items()))
        ended = sum(len(one.ended) for one in self._installation.services.values())
        full = self._figures.full
        click.echo(f"Killed: {kills}. Ended by themselves, on a full disk: {ended}.")
        click.echo(
            f"The disk was full {full.total()} times, and pages were shown meanwhile {full['with pages']} times."
        )
        click.echo(f"{self._minutes:g} minutes; longest time until quiet: {self._longest:.0f} s.")

    def _say(self, words: str) -> None:
        took = time.monotonic() - self._began
        click.echo(f"[{int(took) // 60:3}:{int(took) % 60:02}] {words}" if words else "")

    def close(self) -> None:
        self._ending.close()


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port
