"""What a person kept and wove, for them to take along: theirs, and nobody else's.

Words of others stay where they are: what others said that a note quotes, what they remarked, and who they are. What
others changed in a note comes along as far as its keeper may read it, without their names.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from alongside.archives.port import (
    THE_ORGANISATION,
    CreditRecord,
    NoteRecord,
    PassageRecord,
    RemarkRecord,
    RevisionRecord,
    WeaveRecord,
)
from alongside.archives.rules import fitted
from alongside.audiences.models import Audience, Hearer
from alongside.audiences.models import Part as AudiencePart
from alongside.audiences.queries import unscoped_parts_of
from alongside.audiences.rules import OPEN_KINDS
from alongside.conversations.models import Conversation, Message, Room
from alongside.notes.following import stands_in
from alongside.notes.models import Credit, Note, Passage, Remark, Revision, Source, Weave
from alongside.notes.queries import readable_notes
from alongside.notes.rules import Standing
from alongside.people.models import Account
from alongside.people.rules import Viewer

LONGEST_ID = 500
# What a person is called who kept something without an account in any tool.
MYSELF = "me"
A_STEP = 100


def of_connection(key: str, source_id: str) -> str:
    """Ids are unique in a tool, an archive holds several tools'; and a reader takes ids of at most 500 letters."""
    return fitted(f"{key}/{source_id}", LONGEST_ID)


@dataclass(slots=True)
class OwnNotes:
    """`people`: ids in the archive of the viewer's accounts. `rooms`: of rooms that are in it, by row, with whether
    the archive calls them open; those that only notes were kept for are added.
    """

    viewer: Viewer
    people: Mapping[int, str]
    rooms: dict[int, tuple[str, bool]]
    _places: dict[int, str] = field(default_factory=dict)

    def rooms_of_notes_alone(self) -> list[Room]:
        """Rooms whose readers read a note, though the viewer said nothing there."""
        audiences = unscoped_parts_of(set(self._mine().values_list("audience_id", flat=True)))
        parts = set().union(*audiences.values())
        rows = Room.objects.filter(audience_id__in=parts).exclude(pk__in=list(self.rooms))
        return list(rows.select_related("audience", "connection").order_by("id"))

    def myself(self) -> str:
        return next(iter(self.people.values()), MYSELF)

    def are_there(self) -> bool:
        return self._mine().exists()

    def notes(self) -> Iterator[NoteRecord]:
        last = 0
        while some := list(self._mine().filter(pk__gt=last).order_by("id")[:A_STEP]):
            readable = set(
                readable_notes(self.viewer).filter(pk__in=[note.pk for note in some]).values_list("id", flat=True)
            )
            for note in some:
                yield self._note(note, may_read=note.pk in readable)
            last = some[-1].pk

    def weaves(self) -> Iterator[WeaveRecord]:
        """Those of which both ends are in the archive."""
        mine = set(self._mine().values_list("id", flat=True))
        rows = Weave.objects.filter(self._by_me()).select_related("left_note", "right_note")
        for row in rows.order_by("made_at", "id"):
            left = self._end(row.left_note, row.left_conversation_id, mine)
            right = self._end(row.right_note, row.right_conversation_id, mine)
            if left and right:
                # Which is left and which right says nothing, and is not the same everywhere.
                left, right = sorted((left, right))
                both = fitted(f"{left} ~ {right}", LONGEST_ID)
                yield WeaveRecord(both, left, right, row.why, self._who(row) or self.myself(), row.made_at)

    def _mine(self) -> "QuerySet[Note]":
        """What is sealed stays so, for who kept it too."""
        sealed = Audience.objects.filter(is_sealed=True)
        behind = AudiencePart.objects.filter(part__in=sealed.values("id")).values("audience_id")
        mine = Note.objects.filter(self._by_me())
        return mine.exclude(audience__in=sealed.values("id")).exclude(audience_id__in=behind)

    def _by_me(self) -> Q:
        by_account = Q(account_id__in=self.viewer.account_ids)
        return by_account | Q(person_id=self.viewer.person_id) if self.viewer.person_id is not None else by_account

    def _who(self, row: Note | Revision | Remark | Weave) -> str | None:
        """The viewer's account that did it, or the first of theirs; nobody who is somebody else."""
        if (account := self.people.get(row.account_id or 0)) is not None:
            return account
        return self.myself() if row.person_id is not None and row.person_id == self.viewer.person_id else None

    def _note(self, note: Note, *, may_read: bool) -> NoteRecord:
        return NoteRecord(
            source_id=self._note_id(note),
            author=self._who(note) or self.myself(),
            kept_at=note.kept_at,
            revisions=self._revisions(note, may_read=may_read),
            audience=self._audience(note),
            context=tuple(self._contexts(note)),
            passages=tuple(self._passages(note)),
            credited=tuple(self._credits(note)),
            remarks=tuple(self._remarks(note)),
            alive_at=note.alive_at,
        )

    def _note_id(self, note: Note) -> str:
        """One that an archive brought keeps its id, behind its tool's as everything of that tool."""
        key = self._key_of(note)
        return of_connection(key, note.source_id) if key and note.source_id else f"note/{note.public_id}"

    def _key_of(self, note: Note) -> str:
        account = note.account_id
        found = Account.objects.filter(pk=account).values_list("connection__key", flat=True).first() if account else ""
        return found or ""

    def _revisions(self, note: Note, *, may_read: bool) -> tuple[RevisionRecord, ...]:
        """All of them; of a note that its keeper reads no more, their own."""
        rows = Revision.objects.filter(note=note)
        if not may_read:
            rows = rows.filter(self._by_me())
        return tuple(
            RevisionRecord(
                # The first is as old as the note: so is it in an archive that holds no other.
                note.kept_at if row.number == 1 else row.made_at,
                self._who(row),
                row.title,
                row.when,
                row.what_worked,
                row.why,
                row.where_not,
            )
            for row in rows.order_by("number")
        )

    def _audience(self, note: Note) -> tuple[str, ...]:
        """Never wider than it is here: what cannot be said in the archive's words is for its keeper alone."""
        parts = sorted(unscoped_parts_of([note.audience_id])[note.audience_id])
        kinds = dict(Audience.objects.filter(pk__in=parts).values_list("id", "kind"))
        rooms = dict(Room.objects.filter(audience_id__in=parts).order_by("-id").values_list("audience_id", "id"))
        return tuple(dict.fromkeys(self._place(part, kinds[part] in OPEN_KINDS, rooms.get(part)) for part in parts))

    def _place(self, part: int, is_open: bool, room: int | None) -> str:  # noqa: FBT001
        if room in self.rooms:
            room_id, is_open_there = self.rooms[room]
            if is_open or not is_open_there:
                return room_id
        if is_open:
            return THE_ORGANISATION
        mine = Hearer.objects.filter(audience_id=part, account_id__in=list(self.people)).order_by("account_id")
        heard_as = mine.values_list("account_id", flat=True).first()
        return self.myself() if heard_as is None else self.people[heard_as]

    def _contexts(self, note: Note) -> Iterator[str]:
        """Conversations in which the viewer said something: they are in the archive."""
        for conversation in Source.objects.filter(note=note).order_by("id").values_list("conversation_id", flat=True):
            if context := self._context(conversation):
                yield context

    def _context(self, conversation_id: int) -> str:
        if conversation_id not in self._places:
            own = Message.objects.filter(author_id__in=list(self.people), audience__is_sealed=False)
            row = Conversation.objects.filter(
                pk=conversation_id, pk__in=own.filter(conversation_id=conversation_id).values("conversation_id")
            ).values_list("room__connection__key", "source_id")
            found = row.first()
            self._places[conversation_id] = of_connection(*found) if found else ""
        return self._places[conversation_id]

    def _passages(self, note: Note) -> Iterator[PassageRecord]:
        rows = Passage.objects.filter(note=note).select_related("message__room__connection", "message__audience")
        for row in rows.order_by("position", "id"):
            standing = Standing(row.standing)
            if row.message is None:
                if standing in (Standing.SHOWN, Standing.AGREED, Standing.REMOVED):
                    yield PassageRecord(row.part, None)
            elif (
                row.message.author_id in self.people
                and standing is not Standing.DECLINED
                and not row.message.audience.is_sealed
            ):
                message = of_connection(row.message.room.connection.key, row.message.source_id)
                if stands_in(row.text, row.message.text):
                    yield PassageRecord(row.part, message, row.text)
                elif standing is not Standing.ASKED:
                    yield PassageRecord(row.part, None)

    def _credits(self, note: Note) -> Iterator[CreditRecord]:
        rows = Credit.objects.filter(note=note).exclude(standing=Standing.DECLINED.value)
        for row in rows.order_by("id"):
            if (account := self.people.get(row.account_id or 0)) is not None:
                yield CreditRecord(account, row.what_for)
            elif row.person_id is not None and row.person_id == self.viewer.person_id:
                yield CreditRecord(self.myself(), row.what_for)

    def _remarks(self, note: Note) -> Iterator[RemarkRecord]:
        rows = Remark.objects.filter(self._by_me(), note=note).order_by("said_at", "id")
        for row in rows:
            yield RemarkRecord(row.kind, self._who(row) or self.myself(), row.said_at, row.sentence)

    def _end(self, note: Note | None, conversation_id: int | None, mine: Collection[int]) -> str:
        if note is not None:
            return self._note_id(note) if note.pk in mine else ""
        return self._context(conversation_id or 0)
