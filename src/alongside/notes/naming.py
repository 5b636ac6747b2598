"""How people are named on a note: as where they said it; in one that goes wider, as they chose."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from alongside.audiences.queries import unscoped_parts_of
from alongside.audiences.rules import OPEN_KINDS, Kind
from alongside.conversations.models import Message
from alongside.notes.models import Credit, NameChoice, Note, Remark, Revision, Source
from alongside.notes.rules import Naming, goes_wider, naming_here
from alongside.people.models import Account
from alongside.people.rules import Viewer

Named = Note | Revision | Remark | Credit


@dataclass(frozen=True, slots=True)
class Chosen:
    naming: Naming
    name: str = ""


AS_THERE = Chosen(Naming.AS_THERE)


@dataclass(frozen=True, slots=True)
class Names:
    """`goes_wider`: the note as a whole. `parts`: the audiences that each of its readers is in."""

    goes_wider: bool
    parts: Collection[int]
    chosen: Mapping[int, Chosen]

    def of(self, row: Named) -> str:
        if row.person is not None:
            return self._shown(row.person.name, row.person_id, goes_wider=self.goes_wider)
        return self._of_account(row.account, goes_wider=self.goes_wider) if row.account is not None else ""

    def of_author(self, message: Message) -> str:
        """A passage from another room goes wider though its note does not."""
        was_heard = message.audience_id in self.parts or message.audience.kind in OPEN_KINDS
        return self._of_account(message.author, goes_wider=self.goes_wider or not was_heard)

    def _of_account(self, account: Account, *, goes_wider: bool) -> str:
        return self._shown(account.name, account.person_id, goes_wider=goes_wider)

    def _shown(self, name: str, person_id: int | None, *, goes_wider: bool) -> str:
        chosen = self.chosen.get(person_id or 0, AS_THERE)
        match naming_here(chosen.naming, goes_wider=goes_wider):
            case Naming.COLLEAGUE:
                return _("a colleague")
            case Naming.ANOTHER:
                # Said, so that nobody is taken for somebody else who is called so.
                return _("%(name)s (a chosen name)") % {"name": chosen.name}
        return name


def unscoped_names_on(note: Note, rows: Sequence[Named], authors: Sequence[Account] = ()) -> Names:
    """For a note that its reader reads, and what hangs on it. Three queries, whatever is on it."""
    accounts = [*authors, *(row.account for row in rows if row.account is not None)]
    people = [*(account.person_id for account in accounts), *(row.person_id for row in rows)]
    choices = NameChoice.objects.filter(person_id__in={one for one in people if one is not None})
    return Names(
        _goes_wider(note),
        unscoped_parts_of([note.audience_id])[note.audience_id],
        {one.person_id: Chosen(Naming(one.naming), one.name) for one in choices},
    )


def _goes_wider(note: Note) -> bool:
    kinds = Source.objects.filter(note=note).values_list("conversation__audience__kind", flat=True)
    is_open = note.audience.kind == Kind.ORGANISATION
    return goes_wider(is_for_organisation=is_open, kept_from=[kind in OPEN_KINDS for kind in kinds] if is_open else [])


def name_chosen(viewer: Viewer) -> Chosen:
    """One's own choice; nobody else's is told."""
    found = NameChoice.objects.filter(person_id=viewer.person_id or 0).first()
    return Chosen(Naming(found.naming), found.name) if found else AS_THERE
