"""Who may read what. `condition` is the rule in SQL, the same text for both stores; everything else stands on it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import connection, models
from django.db.models.expressions import RawSQL

from alongside.audiences.models import Audience, Hearer, Part
from alongside.audiences.rules import Hearers, Kind, Readable, goes_into
from alongside.audiences.rules import Part as PartOf
from alongside.people.models import Account
from alongside.people.rules import NOBODY, Viewer

Row = TypeVar("Row", bound=models.Model)


class NotThere(Exception):
    """Hidden and missing are the same thing, and this is what it is called. It carries nothing."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A piece of SQL, with what is bound into it."""

    sql: str
    params: tuple[Any, ...]


def _marks(values: Iterable[Any]) -> str:
    return ", ".join("%s" for _ in values) or "NULL"


def _hearing(viewer: Viewer) -> Condition:
    """The audiences in which the viewer hears, sealed ones and all.

    A person who is none, or no account, is left out of the question: asked for, SQLite reads every hearer there is.
    """
    if viewer.shares is not None:
        shared = sorted(viewer.shares)
        return Condition(f"SELECT s.id FROM audiences_audience s WHERE s.id IN ({_marks(shared)})", tuple(shared))
    of_accounts = f"SELECT h.audience_id FROM audiences_hearer h WHERE h.account_id IN ({_marks(viewer.account_ids)})"
    if viewer.person_id is None:
        return Condition(of_accounts, viewer.account_ids)
    of_person = "SELECT h.audience_id FROM audiences_hearer h WHERE h.person_id = %s"
    if not viewer.account_ids:
        return Condition(of_person, (viewer.person_id,))
    return Condition(f"{of_accounts} UNION ALL {of_person}", (*viewer.account_ids, viewer.person_id))


def _is_readable(viewer: Viewer, audience: str) -> Condition:
    """What makes one audience (not an ALL_OF), by the name it has in the SQL, readable."""
    hearing = _hearing(viewer)
    kinds = (Kind.WORLD.value, Kind.ORGANISATION.value) if viewer.reads_organisation else (Kind.WORLD.value,)
    return Condition(
        f"NOT {audience}.is_sealed AND ({audience}.kind IN ({_marks(kinds)}) OR {audience}.id IN ({hearing.sql}))",
        (*kinds, *hearing.params),
    )


def _reads_all_parts(viewer: Viewer) -> Condition:
    """For an ALL_OF called `a`: it has parts, and there is none that the viewer may not read."""
    part = _is_readable(viewer, "b")
    return Condition(
        f"a.kind = '{Kind.ALL_OF.value}' AND NOT a.is_sealed"
        " AND EXISTS (SELECT 1 FROM audiences_part p WHERE p.audience_id = a.id) AND NOT EXISTS (SELECT 1"
        " FROM audiences_part p JOIN audiences_audience b ON b.id = p.part_id"
        f" WHERE p.audience_id = a.id AND NOT ({part.sql}))",
        part.params,
    )


def condition(viewer: Viewer, column: str) -> Condition:
    """What stands in a WHERE: the audience in `column` is one that the viewer may read (rules.may_read in SQL)."""
    own, parts = _is_readable(viewer, "a"), _reads_all_parts(viewer)
    return Condition(
        f"{column} IN (SELECT a.id FROM audiences_audience a WHERE ({own.sql}) OR ({parts.sql}))",
        (*own.params, *parts.params),
    )


def condition_of_few(viewer: Viewer, column: str) -> Condition:
    """The same, for a read that comes to few rows: the rule is asked of their audiences, and not of all there are."""
    own, parts = _is_readable(viewer, "a"), _reads_all_parts(viewer)
    return Condition(
        f"EXISTS (SELECT 1 FROM audiences_audience a WHERE a.id = {column} AND (({own.sql}) OR ({parts.sql})))",
        (*own.params, *parts.params),
    )


def readable_by(viewer: Viewer, rows: "models.QuerySet[Row]", column: str = "audience_id") -> "models.QuerySet[Row]":
    """Those of the rows that the viewer may read: the only way to rows that have an audience."""
    may = condition(viewer, "x.id")
    ids = RawSQL(f"SELECT x.id FROM audiences_audience x WHERE {may.sql}", may.params)
    return rows.filter(**{f"{column}__in": ids})


def readable(viewer: Viewer) -> Readable:
    """What an index is told: whether all that is open, and which audiences beside. One query."""
    hearing, parts = _hearing(viewer), _reads_all_parts(viewer)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.id FROM audiences_audience a WHERE (NOT a.is_sealed"
            f" AND (a.kind = %s OR a.id IN ({hearing.sql}))) OR ({parts.sql})",
            [Kind.WORLD.value, *hearing.params, *parts.params],
        )
        return Readable(viewer.reads_organisation, frozenset(row[0] for row in cursor.fetchall()))


def shared_by(viewers: Sequence[Viewer]) -> Viewer:
    """Everybody of these together, as one who reads what each of them may read, and nothing that one may not.

    Of nobody it is somebody who reads what the world may read. Two queries, however many they are.
    """
    viewers = list({(one.person_id, one.account_ids): one for one in viewers}.values())
    if not viewers:
        return NOBODY
    everybody_is_full = all(viewer.reads_organisation for viewer in viewers)
    candidates = _heard_by_one(min(viewers, key=lambda viewer: (viewer.reads_organisation, len(viewer.account_ids))))
    heard = _heard_by(viewers, candidates)
    shares = frozenset(
        audience_id
        for audience_id, kind in candidates.items()
        if all(
            number in heard.get(audience_id, ()) or (kind == Kind.ORGANISATION.value and viewer.reads_organisation)
            for number, viewer in enumerate(viewers)
        )
    )
    return Viewer(None, (), reads_organisation=everybody_is_full, shares=shares)


def _heard_by_one(viewer: Viewer) -> dict[int, str]:
    """The open and closed audiences in which somebody hears, with their kinds. What everybody reads is among them,
    or open to the organisation, whose members are named nowhere.
    """
    hearing = _hearing(viewer)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT a.id, a.kind FROM audiences_audience a WHERE NOT a.is_sealed AND a.id IN ({hearing.sql})",
            list(hearing.params),
        )
        return dict(cursor.fetchall())


def _heard_by(viewers: Sequence[Viewer], audiences: Collection[int]) -> dict[int, set[int]]:
    """Which of the viewers, by their place, hear in each of these audiences."""
    accounts = {account: number for number, viewer in enumerate(viewers) for account in viewer.account_ids}
    people = {viewer.person_id: number for number, viewer in enumerate(viewers) if viewer.person_id is not None}
    heard: dict[int, set[int]] = {}
    rows = Hearer.objects.filter(audience_id__in=audiences).values_list("audience_id", "account_id", "person_id")
    for audience_id, account_id, person_id in rows.iterator():
        number = people.get(person_id) if account_id is None else accounts.get(account_id)
        if number is not None:
            heard.setdefault(audience_id, set()).add(number)
    return heard


def sealed_of(viewer: Viewer) -> list[int]:
    """Sealed audiences that the viewer could open, being one of their hearers."""
    hearing = _hearing(viewer)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT a.id FROM audiences_audience a WHERE a.is_sealed AND a.id IN ({hearing.sql})",
            list(hearing.params),
        )
        return [row[0] for row in cursor.fetchall()]


def unscoped_hearers(audience_id: int) -> Hearers:
    rows = Hearer.objects.filter(audience_id=audience_id).values_list("account_id", "person_id")
    return Hearers(
        frozenset(account for account, _ in rows if account is not None),
        frozenset(person for _, person in rows if person is not None),
    )


@dataclass(frozen=True, slots=True)
class AudienceFacts:
    kind: Kind
    is_sealed: bool
    hearers: Hearers


def unscoped_audience(audience_id: int) -> AudienceFacts:
    kind, is_sealed = Audience.objects.values_list("kind", "is_sealed").get(pk=audience_id)
    return AudienceFacts(Kind(kind), is_sealed, unscoped_hearers(audience_id))


def unscoped_goes_into(said_to: int, there: int) -> bool:
    """Whether something said to one audience may stand among what was said to another (rules.goes_into)."""
    if said_to == there:
        return True
    said, other = (
        PartOf(facts.kind, facts.is_sealed, facts.hearers) for facts in map(unscoped_audience, (said_to, there))
    )
    guests = Account.objects.filter(pk__in=other.hearers.account_ids, is_guest=True)
    return goes_into(said, other, guests=frozenset(guests.values_list("id", flat=True)))


def flat_parts(audience_ids: Collection[int]) -> list[int]:
    """These audiences with every ALL_OF among them laid flat, once each."""
    rows = dict(Part.objects.filter(audience_id__in=audience_ids).values_list("part_id", "audience_id"))
    compound = set(Audience.objects.filter(pk__in=audience_ids, kind=Kind.ALL_OF.value).values_list("id", flat=True))
    return sorted((set(audience_ids) - compound) | set(rows))


def unscoped_parts_of(audience_ids: Collection[int]) -> dict[int, set[int]]:
    """For each of these audiences those that its reader must be able to read: its parts, or itself."""
    parts: dict[int, set[int]] = {}
    for audience_id, part_id in Part.objects.filter(audience_id__in=audience_ids).values_list("audience_id", "part_id"):
        parts.setdefault(audience_id, set()).add(part_id)
    return {audience_id: parts.get(audience_id, {audience_id}) for audience_id in audience_ids}


def same_all_of(parts: Sequence[int]) -> int | None:
    """The ALL_OF that has exactly these parts, if there is one."""
    candidates = Part.objects.filter(part_id=parts[0]).values_list("audience_id", flat=True)
    for candidate in candidates:
        has = Part.objects.filter(audience_id=candidate).order_by("part_id").values_list("part_id", flat=True)
        if list(has) == list(parts):
            return candidate
    return None


def unscoped_compounds_of(audience_id: int) -> list[int]:
    """ALL_OF audiences that an audience is part of: what changes it changes them."""
    return list(Part.objects.filter(part_id=audience_id).values_list("audience_id", flat=True))
