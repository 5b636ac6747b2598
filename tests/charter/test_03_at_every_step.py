"""Promise 3, whatever happens in between: a small model says who may read what, and every way of reading agrees."""

import tempfile
from copy import deepcopy
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from hypothesis import HealthCheck, Phase, note
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.charter.world import (
    MISSING,
    ROOT,
    Archives,
    account_id,
    closed_room,
    open_room,
    reading_as,
    said,
    signed_up,
    viewer,
    whole,
)

from alongside.archives.own_words import own_words
from alongside.archives.port import PersonRecord, RemovedRecord
from alongside.archives.taking_back import take_back
from alongside.audiences.queries import NotThere
from alongside.conversations.actions.rooms import open_room as open_sealed_room
from alongside.conversations.models import Conversation, Message, Room
from alongside.people.actions import link_account, unlink_account
from alongside.people.models import Person
from alongside.people.rules import NOBODY
from alongside.search.followers import WordsFollower, rebuild_words
from alongside.search.queries import related
from alongside.search.serving import index_folder

ACCOUNTS = ("ana", "ben", "cy", "gus")
MEMBERS = st.sets(st.sampled_from(ACCOUNTS))
# A word for each message, that no other holds and no typing mistake reaches from another.
WORDS = [
    "".join("bcdfghjklmnpqrst"[byte % 16] for byte in sha256(bytes([number])).digest()[:12]) for number in range(99)
]


@dataclass(slots=True)
class Audience:
    is_open: bool
    is_sealed: bool
    hearers: set[str]


@dataclass(slots=True)
class Spoken:
    room: str
    context: str
    author: str
    word: str


@dataclass(slots=True)
class Model:
    """What the rule says, in a dictionary or two. Audiences are numbered; what was said keeps the number."""

    audiences: list[Audience] = field(default_factory=list)
    rooms: dict[str, int] = field(default_factory=dict)
    conversations: dict[str, int] = field(default_factory=dict)
    messages: dict[str, Spoken] = field(default_factory=dict)
    guests: set[str] = field(default_factory=lambda: {"gus"})
    deactivated: set[str] = field(default_factory=set)

    def reads(self, accounts: set[str], audience: int, *, is_full_member: bool) -> bool:
        active = accounts - self.deactivated
        it = self.audiences[audience]
        if it.is_sealed:
            return False
        of_organisation = is_full_member or bool(active - self.guests)
        return (it.is_open and of_organisation) or bool(active & it.hearers)

    def keep_room(self, name: str, members: set[str], *, is_open: bool) -> None:
        hearers = members & self.guests if is_open else set(members)
        if name not in self.rooms:
            self._begin(name, hearers, is_open=is_open)
            return
        now = self.audiences[self.rooms[name]]
        if is_open and not now.is_open:
            self._begin(name, hearers, is_open=True)
            return
        if not is_open and now.is_open:
            now.is_open, now.is_sealed = False, True
        now.hearers = hearers
        if not is_open:
            for context, number in self.conversations.items():
                earlier = self.audiences[number]
                if context.startswith(f"{name}-") and not earlier.is_open:
                    earlier.hearers = earlier.hearers & hearers

    def _begin(self, name: str, hearers: set[str], *, is_open: bool) -> None:
        self.audiences.append(Audience(is_open, not is_open, hearers))
        self.rooms[name] = len(self.audiences) - 1

    def say(self, source_id: str, spoken: Spoken) -> None:
        self.conversations.setdefault(spoken.context, self.rooms[spoken.room])
        self.messages[source_id] = spoken

    def remove(self, source_id: str) -> None:
        gone = self.messages.pop(source_id, None)
        if gone and gone.context not in {one.context for one in self.messages.values()}:
            del self.conversations[gone.context]

    def audience_of(self, spoken: Spoken) -> int:
        return self.conversations[spoken.context]


class Reading(RuleBasedStateMachine):
    rooms = Bundle("rooms")

    @initialize()
    def begin(self) -> None:
        call_command("flush", interactive=False, verbosity=0)
        folder = Path(tempfile.mkdtemp(dir=settings.HOME.parent))
        settings.HOME = folder
        self.archives = Archives(folder)
        self.model = Model()
        self.before: list[Model] = []
        self.imports: list[int] = []
        self.number = 0
        self.checks = 0
        self.gone: list[str] = []
        self.bring(rooms=[open_room("lobby")])
        self.model.keep_room("lobby", set(), is_open=True)
        self.imports, self.before = [], []
        self.people: dict[str, tuple[Client, Person | None, set[str]]] = {"": (Client(), None, set())}
        for name in ACCOUNTS:
            person = signed_up(self.record(name))
            self.people[name] = (reading_as(person), person, {name})
        root = signed_up(ROOT, is_full_member=True, is_administrator=True)
        self.people["root"] = (reading_as(root), root, set())
        self.follower = WordsFollower(index_folder())

    def teardown(self) -> None:
        if hasattr(self, "follower"):
            self.follower.close()

    def record(self, name: str) -> PersonRecord:
        return PersonRecord(
            name,
            name.title(),
            name,
            f"{name}@acme.example",
            is_guest=name in self.model.guests,
            is_deactivated=name in self.model.deactivated,
        )

    def bring(self, **records: Any) -> None:
        from alongside.archives.actions import bring_in
        from alongside.archives.recognising import recognised

        self.before.append(deepcopy(self.model))
        path = self.archives.write(people=[self.record(name) for name in ACCOUNTS], **records)
        report = bring_in(None, reader=recognised(path).reader, path=path, is_try_out=False)
        assert not report.left_out
        self.imports.append(report.import_id)

    def as_it_is(self, name: str) -> Any:
        """The room as the tool says it is now: every archive names the rooms it brings messages for."""
        now = self.model.audiences[self.model.rooms[name]]
        return open_room(name, *sorted(now.hearers)) if now.is_open else closed_room(name, *sorted(now.hearers))

    @rule(target=rooms, name=st.sampled_from(["red", "blue"]), members=MEMBERS, is_open=st.booleans())
    def a_room_is_as_the_tool_says(self, name: str, members: set[str], is_open: bool) -> str:  # noqa: FBT001
        record = open_room(name, *sorted(members)) if is_open else closed_room(name, *sorted(members))
        self.bring(rooms=[record])
        self.model.keep_room(name, members, is_open=is_open)
        return name

    @precondition(lambda self: len(self.model.rooms) > 0)
    @rule(data=st.data(), author=st.sampled_from(ACCOUNTS))
    def somebody_says_something(self, data: st.DataObject, author: str) -> None:
        room = data.draw(st.sampled_from(sorted(self.model.rooms)), "room")
        self.number += 1
        source_id, word = f"{room}-{self.number}", WORDS[self.number]
        contexts = sorted(one for one in self.model.conversations if one.startswith(f"{room}-"))
        context = data.draw(st.sampled_from([source_id, *contexts]), "conversation")
        message = said(source_id, room, author, f"Lantern {word}.", minutes=self.number, context=context)
        self.bring(rooms=[self.as_it_is(room)], messages=[message])
        self.model.say(source_id, Spoken(room, context, author, word))

    @precondition(lambda self: self.model.messages)
    @rule(data=st.data())
    def somebody_edits(self, data: st.DataObject) -> None:
        source_id = data.draw(st.sampled_from(sorted(self.model.messages)), "message")
        was = self.model.messages[source_id]
        self.number += 1
        word = WORDS[self.number]
        edited = said(
            source_id,
            was.room,
            was.author,
            f"Lantern {word}.",
            minutes=int(source_id.split("-")[1]),
            context=was.context,
        )
        edited = replace(edited, edited_at=said("x", "x", "x", "x", minutes=1000 + self.number).said_at)
        self.bring(rooms=[self.as_it_is(was.room)], messages=[edited])
        self.gone.append(was.word)
        self.model.messages[source_id] = replace(was, word=word)

    @precondition(lambda self: self.model.messages)
    @rule(data=st.data())
    def somebody_deletes(self, data: st.DataObject) -> None:
        source_id = data.draw(st.sampled_from(sorted(self.model.messages)), "message")
        room = self.model.messages[source_id].room
        self.bring(rooms=[self.as_it_is(room)], messages=[RemovedRecord(source_id)])
        self.gone.append(self.model.messages[source_id].word)
        self.model.remove(source_id)

    @rule(name=st.sampled_from(ACCOUNTS), data=st.data())
    def somebody_leaves_the_tool_or_comes_back(self, name: str, data: st.DataObject) -> None:
        room = data.draw(st.sampled_from(sorted(self.model.rooms)), "room")
        before = deepcopy(self.model)
        self.model.deactivated ^= {name}
        self.bring(rooms=[self.as_it_is(room)])
        self.before[-1] = before

    @precondition(lambda self: self.imports)
    @rule()
    def the_last_import_is_taken_back(self) -> None:
        take_back(None, import_id=self.imports.pop())
        self.gone += [spoken.word for spoken in self.model.messages.values()]
        self.model = self.before.pop()
        words = {spoken.word for spoken in self.model.messages.values()}
        self.gone = [word for word in self.gone if word not in words]

    @rule(name=st.sampled_from([*ACCOUNTS, "root"]), room=st.sampled_from(["red", "blue"]))
    def somebody_tries_to_open_a_sealed_room(self, name: str, room: str) -> None:
        _, person, accounts = self.people[name]
        if room not in self.model.rooms or person is None:
            return
        audience = self.model.audiences[self.model.rooms[room]]
        row = Room.objects.get(source_id=room)
        may = audience.is_sealed and bool((accounts - self.model.deactivated) & audience.hearers)
        try:
            open_sealed_room(viewer(person), audience_id=row.audience_id)
        except NotThere:
            assert not may
            return
        assert may
        audience.is_sealed = False
        self.imports, self.before = [], []  # an own act stands between; what came before it is not taken back here

    @rule(name=st.sampled_from(ACCOUNTS))
    def somebody_unlinks_or_links_their_account(self, name: str) -> None:
        client, person, accounts = self.people[name]
        assert person is not None
        if accounts:
            unlink_account(viewer(person), account_id=account_id(name))
        elif name in self.model.deactivated:
            return
        else:
            link_account(viewer(person), account_id=account_id(name))
        self.people[name] = (client, person, set() if accounts else {name})

    @rule()
    def the_index_is_made_anew(self) -> None:
        self.follower.close()
        rebuild_words(index_folder())
        self.follower = WordsFollower(index_folder())

    @invariant()
    def every_way_of_reading_shows_each_exactly_what_the_rule_says(self) -> None:
        self.follower.catch_up()
        note(str(self.model))
        links = {row.source_id: row.public_id for row in Conversation.objects.all()}
        assert set(links) == set(self.model.conversations)
        assert set(Message.objects.values_list("source_id", flat=True)) == set(self.model.messages)
        rooms = {row.source_id: row.public_id for row in Room.objects.all()}
        self.checks += 1
        for number, name in enumerate(self.people):
            # JSON for everybody at every step; pages, which cost ten times as much, in turn.
            self.check(name, links, rooms, with_pages=(self.checks + number) % len(self.people) == 0)

    def check(self, name: str, links: dict[str, str], rooms: dict[str, str], *, with_pages: bool) -> None:
        client, person, accounts = self.people[name]
        is_full_member = name == "root"

        def reads(audience: int) -> bool:
            return self.model.reads(accounts, audience, is_full_member=is_full_member)

        may = {context for context, number in self.model.conversations.items() if reads(number)}
        may_rooms = {room for room, number in self.model.rooms.items() if reads(number)}
        words = {one.word for one in self.model.messages.values() if one.context in may}
        hidden = {one.word for one in self.model.messages.values()} - words | set(self.gone)
        seen: list[bytes] = []

        def ask(address: str) -> Any:
            answer = client.get(address)
            seen.append(whole(answer))
            return answer

        found = ask("/api/find?q=lantern&limit=50").json()["results"]
        assert {one["source_id"] for one in found} == may
        ask("/api/find?q=from:me&limit=50")
        for address in ("/find?q=lantern", "/find?q=lantern&order=newest", "/", "/things/") if with_pages else ():
            ask(address)
        completed = {one["name"] for one in ask("/api/complete?q=").json()["rooms"]}
        assert completed == may_rooms
        at_home = {one["name"] for one in ask("/api/rooms").json()["rooms"]}
        assert at_home == {room for room in may_rooms if any(one.startswith(f"{room}-") for one in may)}
        for room, link in rooms.items():
            in_room = {links[one] for one in may if one.startswith(f"{room}-")}
            if room in may_rooms or in_room:
                listed = ask(f"/api/rooms/{link}").json()["conversations"]
                assert {one["id"] for one in listed} == in_room
            else:
                self.is_like_missing(client, "rooms", link, with_pages=with_pages)
        for context, link in links.items():
            if context not in may:
                self.is_like_missing(client, "conversations", link, with_pages=with_pages)
                continue
            near = related(viewer(person) if person else NOBODY, link)
            assert {one.public_id for one in near} <= {links[one] for one in may}
            said_there = ask(f"/api/conversations/{link}").json()["messages"]
            here = [one.word for one in self.model.messages.values() if one.context == context]
            assert sorted(message["html"] for message in said_there) == sorted(f"<p>Lantern {one}.</p>" for one in here)
            if with_pages:
                ask(f"/conversations/{link}")
        self.check_export(person, accounts)
        for word in sorted(hidden)[:2]:
            assert client.get(f"/api/find?q={word}").json()["results"] == [], word
        everything = b"\n".join(seen)
        assert not [word for word in hidden if word.encode() in everything]

    def is_like_missing(self, client: Client, kind: str, link: str, *, with_pages: bool) -> None:
        for begin in ("", "/api") if with_pages else ("/api",):
            assert whole(client.get(f"{begin}/{kind}/{link}")) == whole(client.get(f"{begin}/{kind}/{MISSING}"))

    def check_export(self, person: Person | None, accounts: set[str]) -> None:
        """Own words, also where one reads no more; nobody else's, and nothing that is sealed."""
        if person is None:
            return
        taken = b"".join(own_words(viewer(person)))
        active = accounts - self.model.deactivated
        for one in self.model.messages.values():
            is_sealed = self.model.audiences[self.model.audience_of(one)].is_sealed
            assert (one.word.encode() in taken) == (one.author in active and not is_sealed), one
        assert not [word for word in self.gone if word.encode() in taken]


@pytest.mark.django_db(transaction=True)
def test_at_every_step_everybody_reads_exactly_what_they_may(home: Path, without_meaning: None) -> None:
    run_state_machine_as_test(
        Reading,
        settings=hypothesis_settings(
            max_examples=8,
            stateful_step_count=12,
            deadline=None,
            print_blob=True,
            # No shrinking: a step takes a tenth of a second, and a dozen steps are read as they are.
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
