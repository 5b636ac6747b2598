"""Who may read what. `condition` is the rule in SQL, the same text for both stores; everything else stands on it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import connection, models

from alongside.audiences.models import Audience, Hearer
from alongside.audiences.rules import Hearers, Kind, Readable
from alongside.people.rules import Viewer

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
    """The audiences in which the viewer hears, sealed ones and all."""
    return Condition(
        "SELECT h.audience_id FROM audiences_hearer h"
        f" WHERE h.account_id IN ({_marks(viewer.account_ids)}) OR h.person_id = %s",
        (*viewer.account_ids, viewer.person_id),
    )


def condition(viewer: Viewer, column: str) -> Condition:
    """What stands in a WHERE: the audience in `column` is one that the viewer may read (rules.may_read in SQL)."""
    hearing = _hearing(viewer)
    kinds = (Kind.WORLD.value, Kind.ORGANISATION.value) if viewer.reads_organisation else (Kind.WORLD.value,)
    return Condition(
        f"{column} IN (SELECT a.id FROM audiences_audience a WHERE NOT a.is_sealed"
        f" AND (a.kind IN ({_marks(kinds)}) OR a.id IN ({hearing.sql})))",
        (*kinds, *hearing.params),
    )


def readable_by(viewer: Viewer, rows: "models.QuerySet[Row]", column: str = "audience") -> "models.QuerySet[Row]":
    """Those of the rows that the viewer may read: the only way to rows that have an audience."""
    hearing = Hearer.objects.filter(
        models.Q(account_id__in=viewer.account_ids) | models.Q(person_id=viewer.person_id, person_id__isnull=False)
    ).values("audience_id")
    kinds = [Kind.WORLD.value, Kind.ORGANISATION.value] if viewer.reads_organisation else [Kind.WORLD.value]
    readable = Audience.objects.filter(is_sealed=False).filter(models.Q(kind__in=kinds) | models.Q(id__in=hearing))
    return rows.filter(**{f"{column}__in": readable.values("id")})


def readable(viewer: Viewer) -> Readable:
    """What an index is told: whether all that is open, and which audiences beside. One query."""
    hearing = _hearing(viewer)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT a.id FROM audiences_audience a WHERE NOT a.is_sealed AND (a.kind = %s OR a.id IN ({hearing.sql}))",
            [Kind.WORLD.value, *hearing.params],
        )
        return Readable(viewer.reads_organisation, frozenset(row[0] for row in cursor.fetchall()))


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
