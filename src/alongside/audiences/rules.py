"""Who may read a thing: one rule, used by everything."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from alongside.people.rules import Viewer


class Kind(StrEnum):
    WORLD = "world"
    ORGANISATION = "organisation"
    CLOSED = "closed"
    # What is kept from several audiences: who reads each of its parts, and nobody else. Follows every one of them.
    ALL_OF = "all_of"


OPEN_KINDS = (Kind.WORLD, Kind.ORGANISATION)


@dataclass(frozen=True, slots=True)
class Hearers:
    """Who hears in an audience: of a closed one everybody, of the organisation's those who are not its members."""

    account_ids: frozenset[int] = frozenset()
    person_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Readable:
    """What a viewer may read, for an index: all that is open to the organisation or not, and these audiences."""

    reads_organisation: bool
    audience_ids: frozenset[int]


@dataclass(frozen=True, slots=True)
class Part:
    """One audience of an ALL_OF: never an ALL_OF itself."""

    kind: Kind
    is_sealed: bool
    hearers: Hearers


def may_read(viewer: Viewer, *, kind: Kind, is_sealed: bool, hearers: Hearers, parts: Sequence[Part] = ()) -> bool:
    """The rule itself. The SQL in queries.py says the same; a property test holds them together."""
    if is_sealed:
        return False
    if kind is Kind.ALL_OF:
        return bool(parts) and all(
            may_read(viewer, kind=part.kind, is_sealed=part.is_sealed, hearers=part.hearers) for part in parts
        )
    if kind is Kind.WORLD or (kind is Kind.ORGANISATION and viewer.reads_organisation):
        return True
    return is_hearer(viewer, hearers)


def is_hearer(viewer: Viewer, hearers: Hearers) -> bool:
    if viewer.person_id is not None and viewer.person_id in hearers.person_ids:
        return True
    return not hearers.account_ids.isdisjoint(viewer.account_ids)


def may_open(viewer: Viewer, *, is_sealed: bool, hearers: Hearers) -> bool:
    """A sealed room is opened to its members by one of its members; by nobody else, an administrator included."""
    return is_sealed and is_hearer(viewer, hearers)


def sealed_at_first(kind: Kind, *, is_try_out: bool) -> bool:
    """A closed room of an archive comes in sealed; in a try-out there is nobody to ask but the one at the screen."""
    return kind is Kind.CLOSED and not is_try_out


def goes_into(said: Part, there: Part, *, guests: Collection[int]) -> bool:
    """Whether something said to one audience may stand among what was said to another: nobody may read it there who
    may not read it as it was said, also once what is sealed is opened. `guests`: which hearers are none of the
    organisation.

    What is said in an old thread of a room that opened tells nobody more, so it goes into a sealed one. But what is said
    to the members of a closed room is theirs to read at once.
    """
    if said.is_sealed and not there.is_sealed:
        return False
    if there.is_sealed and not said.is_sealed and said.kind is Kind.CLOSED:
        return False
    return _lets_in_no_more(there, said, guests)


def _lets_in_no_more(one: Part, other: Part, guests: Collection[int]) -> bool:
    if other.kind is Kind.WORLD:
        return True
    if one.kind not in (Kind.ORGANISATION, Kind.CLOSED) or not one.hearers.person_ids <= other.hearers.person_ids:
        return False
    if other.kind is Kind.ORGANISATION:
        outside = one.hearers.account_ids & frozenset(guests)
        return outside <= other.hearers.account_ids
    return one.kind is other.kind is Kind.CLOSED and one.hearers.account_ids <= other.hearers.account_ids


def changed_hearers(before: Collection[int], after: Collection[int]) -> tuple[set[int], set[int]]:
    """Who came and who left."""
    return set(after) - set(before), set(before) - set(after)
