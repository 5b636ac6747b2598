"""From mails in a mailbox to batches for the core, in steps that wait. Runs in the adapter's own thread."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

import msgspec

from alongside.bridges.adapters.mail import parse
from alongside.bridges.adapters.mail.forwards import ROOM, THREAD
from alongside.bridges.adapters.mail.lists import MailList, Roster
from alongside.bridges.adapters.mail.mailbox import FORWARD, MOST_BYTES, Lying, Mailbox
from alongside.bridges.adapters.mail.parse import House, Place, Taken
from alongside.bridges.adapters.mail.rosters import changed_at, roster_of
from alongside.bridges.adapters.mail.settings import Settings
from alongside.bridges.port import Anything, Arrived, Batch, InvitedIn, Joined, Left, PutOut, Said
from alongside.kit import clock

_MOST_MAILS: Final = 50
_MOST_BYTES: Final = 8_000_000
_FIRST_LOOK_BACK: Final = timedelta(hours=1)
_DAYS_OF_FORWARDS: Final = 30
_MOST_LEFT_OVER: Final = 200


def house_of(settings: Settings) -> House:
    rosters = {one.list_id: roster_of(one, settings.own) for one in settings.lists.values()}
    return House(
        own=settings.own,
        server=settings.server_name,
        asked=settings.asked,
        domains=settings.domains,
        lists=settings.lists,
        rosters={list_id: roster for list_id, roster in rosters.items() if roster is not None},
    )


class Cursor(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The mailbox's UIDs up to `uid` are done with. When it numbers its mails anew, and at first, those up to `old` are
    there already: of them only what came after `since` is new. `at` is when the newest so far came.

    `names`: what lists call themselves, so that a new name is told once.
    """

    validity: int = 0
    uid: int = 0
    at: float = 0.0
    old: int = 0
    since: float = 0.0
    names: dict[str, str] = {}

    @classmethod
    def of(cls, text: str) -> "Cursor":
        try:
            return msgspec.json.decode(text or "{}", type=cls)
        except msgspec.MsgspecError:
            return cls()

    def text(self) -> str:
        return msgspec.json.encode(self).decode()


@dataclass(slots=True)
class Listening:
    """What one `listen` knows: where it is, and who is in which list."""

    settings: Settings
    mailbox: Mailbox
    cursor: Cursor
    house: House
    _rosters_at: dict[str, int] = field(default_factory=dict)
    _places: dict[int, Place] = field(default_factory=dict)
    _is_in: set[str] = field(default_factory=set)

    # Lists.

    def begin(self, rooms_known: Iterable[str]) -> Batch:
        """Lists as they are now, with their members."""
        known = set(rooms_known)
        self._is_in = known & set(self.settings.lists)
        arrived: list[Arrived] = []
        for one in self.settings.lists.values():
            roster = self._read_roster(one)
            self._put_roster(one, roster)
            arrived += self._told(one, roster)
        # A list that is in the settings no more; rooms of forwards are nobody's list.
        gone = [room for room in sorted(known) if room not in self.settings.lists and not room.startswith(ROOM)]
        arrived += [_stamped(f"put out:{room}", PutOut(room=room)) for room in gone]
        return Batch(arrived=tuple(arrived), cursor=self.cursor.text())

    def changes_in_rosters(self) -> Batch | None:
        arrived: list[Arrived] = []
        for one in self.settings.lists.values():
            if changed_at(one) != self._rosters_at.get(one.list_id):
                before, roster = self.house.rosters.get(one.list_id), self._read_roster(one)
                self._put_roster(one, roster)
                arrived += self._told(one, roster, before)
        return Batch(arrived=tuple(arrived)) if arrived else None

    def has_changed_roster(self) -> bool:
        return any(changed_at(one) != self._rosters_at.get(one.list_id) for one in self.settings.lists.values())

    def _read_roster(self, one: MailList) -> Roster | None:
        self._rosters_at[one.list_id] = changed_at(one)
        return roster_of(one, self.settings.own)

    def _put_roster(self, one: MailList, roster: Roster | None) -> None:
        rosters = {key: value for key, value in self.house.rosters.items() if key != one.list_id}
        if roster is not None:
            rosters[one.list_id] = roster
        self.house = replace(self.house, rosters=rosters)

    def _told(self, one: MailList, roster: Roster | None, before: Roster | None = None) -> Iterator[Arrived]:
        name = self.cursor.names.get(one.list_id, one.plain_name)
        was_in = one.list_id in self._is_in
        if roster is not None and not roster.has_us:
            self._is_in.discard(one.list_id)
            if was_in:
                yield _stamped(f"put out:{one.list_id}", PutOut(room=one.list_id))
            return
        if roster is None and not was_in:
            return  # without a roster its mail shows that we are in it
        for address, named in (roster.names if roster else {}).items():
            if not was_in or before is None or before.names.get(address) != named:
                yield _stamped(f"account:{address}", parse.account_seen(address, named, self.house))
        if was_in and before is not None and roster is not None:
            yield from _comings_and_goings(one, before, roster)
        yield _stamped(f"room:{one.list_id}", parse.room_seen(one, roster, name))
        if not was_in:
            self._is_in.add(one.list_id)
            yield _stamped(f"invited:{one.list_id}", InvitedIn(room=one.list_id))

    # Mails.

    def open(self) -> None:
        """Raises Temporary and Permanent. What was taken in before, and not put away when something broke, is now."""
        self.mailbox.open()
        if self.cursor.validity == self.mailbox.validity:
            left_over = self.mailbox.unseen_until(self.cursor.uid, _MOST_LEFT_OVER)
            self._places = {lying.uid: taken.place for lying, taken in self._read(left_over)}
            self.put_away()
        old = self.mailbox.forwards_before((clock.now() - timedelta(days=_DAYS_OF_FORWARDS)).date())
        self.mailbox.remove(old, self.settings.done_folder)

    def next_batch(self) -> Batch | None:
        """None when there is nothing new."""
        before = self.cursor
        waiting = self._waiting()
        if not waiting:
            # Where it begins has to be known the next time too, though nothing came.
            return None if self.cursor == before else Batch(cursor=self.cursor.text())
        arrived: list[Arrived] = []
        self._places = {}
        for lying, taken in self._read(_some(waiting)):
            self._places[lying.uid] = taken.place
            arrived += self._of_list(taken)
            arrived += taken.arrived
            self.cursor = msgspec.structs.replace(
                self.cursor,
                validity=self.mailbox.validity,
                uid=max(self.cursor.uid, lying.uid),
                at=max(self.cursor.at, lying.arrived_at.timestamp()),
            )
        return Batch(arrived=tuple(arrived), cursor=self.cursor.text())

    def _waiting(self) -> list[Lying]:
        if self.cursor.validity != self.mailbox.validity:
            self._begin_anew()
        lying = self.mailbox.after(self.cursor.uid)
        new = [one for one in lying if one.uid > self.cursor.old or one.arrived_at.timestamp() >= self.cursor.since]
        if lying and not new:
            self.cursor = msgspec.structs.replace(self.cursor, uid=lying[-1].uid)
        return new

    def _begin_anew(self) -> None:
        """A mailbox that was never read, or one that numbers its mails anew. What comes twice is taken in once."""
        since = (self.cursor.at or clock.now().timestamp()) - _FIRST_LOOK_BACK.total_seconds()
        there = self.mailbox.after(0)
        old = there[-1].uid if there else 0
        validity = self.mailbox.validity
        self.cursor = msgspec.structs.replace(self.cursor, validity=validity, uid=0, old=old, since=since)

    def _read(self, waiting: Iterable[Lying]) -> Iterator[tuple[Lying, Taken]]:
        for lying in waiting:
            mail = self.mailbox.mail(lying)
            yield lying, parse.taken(mail, self.house) if mail else Taken(Place.LEFT)

    def _of_list(self, taken: Taken) -> Iterator[Arrived]:
        """That we are in a list without a roster, and what a list calls itself now."""
        one = self.settings.lists.get(taken.list_id)
        if one is None:
            return
        name = self.cursor.names.get(one.list_id, one.plain_name)
        is_new = one.list_id not in self._is_in
        if taken.list_name != name or is_new:
            names = {**self.cursor.names, one.list_id: taken.list_name}
            self.cursor = msgspec.structs.replace(self.cursor, names=names)
            roster = self.house.rosters.get(one.list_id)
            yield _stamped(f"room:{one.list_id}", parse.room_seen(one, roster, taken.list_name))
        if is_new and not one.members_file:
            self._is_in.add(one.list_id)
            yield _stamped(f"invited:{one.list_id}", InvitedIn(room=one.list_id))

    def put_away(self) -> None:
        """Once a batch is safely taken in."""
        by_place = {place: [uid for uid, one in self._places.items() if one is place] for place in Place}
        self.mailbox.mark_seen([*by_place[Place.LIST], *by_place[Place.LEFT]])
        self.mailbox.mark_seen(by_place[Place.FORWARD], keyword=FORWARD)
        self.mailbox.remove(by_place[Place.DONE], self.settings.done_folder)
        self._places = {}


def thread_in(mailbox: Mailbox, house: House, room: str, context: str) -> list[Said]:
    """What the mailbox holds of a thread, oldest first: of a list, or of what somebody forwarded."""
    said: dict[str, Said] = {}
    for lying in mailbox.of_thread(context.removesuffix(THREAD)):
        mail = mailbox.mail(lying)
        if mail is None:
            continue
        taken = parse.taken(mail, house)
        of_forward = parse.forwarded(mail, house) if taken.place is Place.FORWARD else ()
        for event in (*(one.event for one in taken.arrived), *of_forward):
            if isinstance(event, Said) and event.room == room and event.context == context:
                said.setdefault(event.source_id, event)
    return sorted(said.values(), key=lambda one: one.said_at)


def _some(waiting: list[Lying]) -> Iterator[Lying]:
    size = 0
    for number, lying in enumerate(waiting):
        size += min(lying.size, MOST_BYTES)
        if number and (number >= _MOST_MAILS or size > _MOST_BYTES):
            return
        yield lying


def _comings_and_goings(one: MailList, before: Roster, roster: Roster) -> Iterator[Arrived]:
    for address in sorted(set(before.names) - set(roster.names)):
        yield _stamped(f"member:{one.list_id} {address}", Left(room=one.list_id, account=address))
    for address in sorted(set(roster.names) - set(before.names)):
        yield _stamped(f"member:{one.list_id} {address}", Joined(room=one.list_id, account=address))


def _stamped(about: str, event: Anything) -> Arrived:
    """Something that is so now: each time it is told is another."""
    return Arrived(remote_id=about, version=clock.now().isoformat(), event=event)
