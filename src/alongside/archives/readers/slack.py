"""Slack's own export: a zip (or what was unpacked from it) of `users.json`, `channels.json` and a folder for each
conversation with one file a day. Direct messages are named as left out and never opened.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from alongside.archives.port import (
    Header,
    LeftOut,
    Limits,
    Opened,
    PersonRecord,
    Reason,
    RoomAudience,
    RoomRecord,
    Unreadable,
)
from alongside.archives.readers.json_records import records
from alongside.archives.readers.slack_layout import (
    DIRECT,
    HEADS,
    LOOKED_AT,
    PEOPLE,
    ROOMS,
    as_written,
    holds_people,
    is_unpacked_export,
    sorted_into_folders,
    top_of,
)
from alongside.archives.readers.slack_messages import Messages, Repeats, Room, Said
from alongside.archives.readers.unpacking import CannotUnpack, Kind, kind_of, open_package
from alongside.kit.json_fields import Record, text_of
from alongside.kit.slack_markup import Names
from alongside.kit.slack_people import SLACKBOT, enterprise_of, identity_of, person_of

# `\/` is how Slack's exports write a slash.
_SUBDOMAIN = re.compile(
    rb'"permalink"\s*:\s*"https:(?:\\?/){2}([a-z0-9-]+(?:\.enterprise)?)\.slack\.com(?:\\?/)(?:files|archives)'
)
_DIRECT_FOLDER = re.compile(r"D[A-Z0-9]{7,}|mpdm-.*")
_ENOUGH_PERMALINKS = 20
_ENOUGH_BYTES = 24_000_000


class SlackReader:
    tool: ClassVar[str] = "slack"
    absence_means_removed: ClassVar[bool] = True

    def __init__(self, opened: Opened) -> None:
        self._limits, self.progress = opened.limits, opened.progress
        self._package = open_package(opened.path, opened.limits)
        top = top_of(self._package)
        if top is None:
            raise Unreadable(f"“{opened.path.name}” is not a Slack export: users.json or channels.json is missing.")
        self._top = top
        self._days, self._others = sorted_into_folders(self._package.names, top)

    @classmethod
    def recognises(cls, path: Path) -> bool:
        try:
            kind = kind_of(path)
            if kind is Kind.FOLDER:
                return is_unpacked_export(path)
            package = open_package(path, Limits()) if kind is Kind.ZIP else None
            top = package and top_of(package)
            return package is not None and top is not None and holds_people(package, f"{top}users.json")
        except (Unreadable, CannotUnpack, OSError):
            return False

    def header(self) -> Header:
        name = f"{self._subdomain}, Slack" if self._subdomain else "Slack"
        return Header(key=f"slack:{self._team or self._subdomain or self._oldest_room}", name=name, tool=self.tool)

    def people(self) -> Iterator[PersonRecord | LeftOut]:
        seen: set[str] = set()
        for item in self._records(*PEOPLE):
            if isinstance(item, LeftOut):
                yield item
                continue
            person = self._person(item)
            if person is None:
                yield LeftOut(Reason.BROKEN, "users.json: a person without an id")
            elif person.source_id not in seen:
                seen.add(person.source_id)
                yield person

    def rooms(self) -> Iterator[RoomRecord | LeftOut]:
        for item in self._listed_rooms:
            yield item
            if isinstance(item, RoomRecord):
                yield from self._unknown_members(item)
        yield from self._direct_ones()
        known = {*self._folders.values(), *self._direct_folders}
        for folder in self._days:
            if folder not in known:
                yield LeftOut(Reason.NO_ROOM, folder)

    def messages(self) -> Iterator[Said]:
        yield from self._package.left_out
        yield from (LeftOut(Reason.UNKNOWN, name) for name in self._others)
        messages = Messages(self._names, self._bots, self._known_people)
        rooms = [room for room in self._listed_rooms if isinstance(room, RoomRecord)]
        days = {room.source_id: self._days.get(self._folders.get(room.source_id, ""), []) for room in rooms}
        self.progress.done = 0
        self.progress.total = sum(self._package.packed_size(day) for of_room in days.values() for day in of_room)
        for room in rooms:
            repeats = Repeats()
            for day in days[room.source_id]:
                yield from repeats.without(self._day(day, messages, Room(room.source_id, room.url)))
                repeats.next_day()
                self.progress.done += self._package.packed_size(day)

    def _day(self, name: str, messages: Messages, room: Room) -> Iterator[Said]:
        short = name.removeprefix(self._top)
        for number, item in enumerate(self._records_in(name, short), start=1):
            if isinstance(item, LeftOut):
                yield item
            else:
                yield messages.read(item, room, f"{short}, record {number}")

    # What the head of the archive says: people and rooms, read once and kept.

    def _records(self, *names: str) -> Iterator[Record | LeftOut]:
        for name in names:
            if self._top + name in self._heads:
                yield from self._records_in(self._top + name, name)

    @cached_property
    def _heads(self) -> set[str]:
        return {name for name in self._package.names if name.removeprefix(self._top) in HEADS}

    def _records_in(self, name: str, short: str) -> Iterator[Record | LeftOut]:
        try:
            file = self._package.open(name)
        except CannotUnpack as error:
            yield LeftOut(error.reason, short)
            return
        with file:
            yield from records(file, self._limits, short)

    def _person(self, item: Record) -> PersonRecord | None:
        person = person_of(item, self._team, self._enterprise)
        return PersonRecord(**asdict(person)) if person else None

    @cached_property
    def _origins(self) -> tuple[str, str]:
        """The workspace and the enterprise to which most people belong."""
        teams: Counter[str] = Counter()
        enterprises: Counter[str] = Counter()
        for item in self._records(*PEOPLE):
            if isinstance(item, dict) and identity_of(item) != SLACKBOT:
                teams[text_of(item.get("team_id"))] += 1
                enterprises[enterprise_of(item)] += 1
        return _most_common(teams), _most_common(enterprises)

    @property
    def _team(self) -> str:
        return self._origins[0]

    @property
    def _enterprise(self) -> str:
        return self._origins[1]

    @cached_property
    def _known_people(self) -> dict[str, PersonRecord]:
        return {person.source_id: person for person in self.people() if isinstance(person, PersonRecord)}

    @cached_property
    def _bots(self) -> set[str]:
        return {person.source_id for person in self._known_people.values() if person.is_bot} | {SLACKBOT}

    @cached_property
    def _names(self) -> Names:
        people = {person.source_id: person.name for person in self._known_people.values()}
        rooms = (room for room in self._listed_rooms if isinstance(room, RoomRecord))
        open_ones = {
            room.source_id: room.name.removeprefix("#") for room in rooms if room.audience is RoomAudience.ORGANISATION
        }
        return Names(people, open_ones)

    @cached_property
    def _listed_rooms(self) -> list[RoomRecord | LeftOut]:
        """Closed ones first: should a conversation stand in both lists, it is closed."""
        found: dict[str, RoomRecord] = {}
        left_out: list[LeftOut] = []
        for name in ("groups.json", "channels.json"):
            for item in self._records(name):
                room = item if isinstance(item, LeftOut) else self._room(item, ROOMS[name])
                if isinstance(room, LeftOut):
                    left_out.append(room)
                elif room is not None:
                    found.setdefault(room.source_id, room)
        return [*sorted(found.values(), key=lambda room: room.source_id), *left_out]

    def _room(self, item: Record, audience: RoomAudience) -> RoomRecord | LeftOut | None:
        identity, name = identity_of(item), text_of(item.get("name"))
        if not identity:
            return LeftOut(Reason.BROKEN, f"the room “{name}”, which has no id")
        if _is_direct(item):
            return None
        if item.get("is_private") is True:
            audience = RoomAudience.MEMBERS
        members = item.get("members")
        listed = [text_of(member) for member in members] if isinstance(members, list) else []
        return RoomRecord(
            source_id=identity,
            name=f"#{name or identity}",
            audience=audience,
            members=tuple(dict.fromkeys(member for member in listed if self._matters(member, audience))),
            url=f"https://{self._subdomain}.slack.com/archives/{identity}" if self._subdomain else "",
            is_threaded=False,
        )

    def _matters(self, member: str, audience: RoomAudience) -> bool:
        """An open room lists every member of the organisation; only its guests say something that is not known."""
        person = self._known_people.get(member)
        return bool(member) and (audience is RoomAudience.MEMBERS or person is None or person.is_guest)

    def _unknown_members(self, room: RoomRecord) -> Iterator[LeftOut]:
        for member in room.members:
            if member not in self._known_people:
                yield LeftOut(Reason.MEMBER_UNKNOWN, f"{member} in {room.name}")

    # Which folder is whose.

    @cached_property
    def _direct_names(self) -> list[tuple[str, str]]:
        """Id and folder's name of each conversation that is between people and not in a room."""
        direct = [item for item in self._records(*DIRECT) if isinstance(item, dict)]
        rooms = (item for item in self._records(*ROOMS) if isinstance(item, dict))
        direct += [item for item in rooms if _is_direct(item)]
        return [(identity_of(item), text_of(item.get("name"))) for item in direct]

    @cached_property
    def _direct_folders(self) -> set[str]:
        names = {name for pair in self._direct_names for name in pair if name}
        return {folder for folder in self._days if folder in names or _DIRECT_FOLDER.fullmatch(folder)}

    def _direct_ones(self) -> Iterator[LeftOut]:
        told = set()
        for identity, name in self._direct_names:
            told |= {identity, name}
            yield LeftOut(Reason.DIRECT, name or identity)
        yield from (LeftOut(Reason.DIRECT, folder) for folder in sorted(self._direct_folders - told))

    @cached_property
    def _folders(self) -> dict[str, str]:
        """Room to folder. A folder that could be a direct conversation's is nobody's."""
        free = {as_written(folder): folder for folder in self._days if folder not in self._direct_folders}
        found: dict[str, str] = {}
        for room in self._listed_rooms:
            if isinstance(room, RoomRecord):
                for name in (room.name.removeprefix("#"), room.source_id):
                    if name in free:
                        found[room.source_id] = free.pop(name)
                        break
        return found

    @cached_property
    def _oldest_room(self) -> str:
        """For an export whose people tell no workspace: the first room ever made is in every newer one, too."""
        rooms = (item for item in self._records(*ROOMS) if isinstance(item, dict))
        return min(((str(room.get("created", "")), identity_of(room)) for room in rooms), default=("", ""))[1]

    @cached_property
    def _subdomain(self) -> str:
        """From the addresses of files, which Slack wrote itself; a link in a text may lead anywhere."""
        found: Counter[str] = Counter()
        read = 0
        direct = self._direct_folders
        days = (day for folder in sorted(self._days) if folder not in direct for day in self._days[folder])
        for day in days:
            if read > _ENOUGH_BYTES or found.total() > _ENOUGH_PERMALINKS:
                break
            data = self._start_of(day)
            read += len(data)
            found.update(match.decode("ascii") for match in _SUBDOMAIN.findall(data))
        return _most_common(found)

    def _start_of(self, name: str) -> bytes:
        try:
            with self._package.open(name) as file:
                return file.read(LOOKED_AT)
        except CannotUnpack:
            return b""


def _is_direct(item: Record) -> bool:
    return item.get("is_im") is True or item.get("is_mpim") is True or text_of(item.get("name")).startswith("mpdm-")


def _most_common(counted: Counter[str]) -> str:
    """The same for the same archive, whatever the order: the first by name among equals. Empty for nothing."""
    counted.pop("", None)
    return min(counted, key=lambda name: (-counted[name], name), default="")
