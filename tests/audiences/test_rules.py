"""The one rule for reading, and the SQL that says the same."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alongside.audiences.models import Audience, Hearer
from alongside.audiences.models import Part as PartRow
from alongside.audiences.queries import condition, condition_of_few, readable, readable_by, sealed_of
from alongside.audiences.rules import (
    Hearers,
    Kind,
    Part,
    changed_hearers,
    goes_into,
    is_hearer,
    may_open,
    may_read,
    sealed_at_first,
)
from alongside.people.models import Account, Connection, Person
from alongside.people.rules import NOBODY, Viewer

# One who belongs, one of the organisation, a guest; an administrator reads no more than anybody.
ANA = Viewer(1, (11,), reads_organisation=True)
BEN = Viewer(2, (12,), reads_organisation=True)
GUS = Viewer(3, (13,), reads_organisation=False)
ROOT = Viewer(4, (), reads_organisation=True, is_administrator=True)
ANAS = Hearers(account_ids=frozenset({11}))


@pytest.mark.parametrize(
    ("kind", "is_sealed", "hearers", "readers"),
    [
        (Kind.WORLD, False, Hearers(), [ANA, BEN, GUS, ROOT, NOBODY]),
        (Kind.ORGANISATION, False, Hearers(), [ANA, BEN, ROOT]),
        (Kind.ORGANISATION, False, Hearers(account_ids=frozenset({13})), [ANA, BEN, GUS, ROOT]),
        (Kind.CLOSED, False, ANAS, [ANA]),
        (Kind.CLOSED, False, Hearers(person_ids=frozenset({3})), [GUS]),
        (Kind.CLOSED, False, Hearers(), []),
        (Kind.CLOSED, True, ANAS, []),
        (Kind.ALL_OF, False, ANAS, []),
    ],
)
def test_who_reads_what(kind: Kind, hearers: Hearers, readers: list[Viewer], *, is_sealed: bool) -> None:
    everybody = [ANA, BEN, GUS, ROOT, NOBODY]
    assert [one for one in everybody if may_read(one, kind=kind, is_sealed=is_sealed, hearers=hearers)] == readers


def test_what_is_kept_from_several_is_read_by_who_reads_each() -> None:
    parts = [
        Part(Kind.CLOSED, is_sealed=False, hearers=ANAS),
        Part(Kind.ORGANISATION, is_sealed=False, hearers=Hearers()),
    ]

    def reads(viewer: Viewer, parts: list[Part]) -> bool:
        return may_read(viewer, kind=Kind.ALL_OF, is_sealed=False, hearers=Hearers(), parts=parts)

    assert reads(ANA, parts)
    assert not any(reads(viewer, parts) for viewer in (BEN, GUS, ROOT, NOBODY))
    assert not reads(ANA, [Part(Kind.CLOSED, is_sealed=True, hearers=ANAS), *parts])


def test_a_sealed_room_is_opened_by_its_members_alone() -> None:
    assert may_open(ANA, is_sealed=True, hearers=ANAS)
    assert not may_open(ANA, is_sealed=False, hearers=ANAS)
    assert not any(may_open(viewer, is_sealed=True, hearers=ANAS) for viewer in (BEN, GUS, ROOT, NOBODY))


AN_AUDIENCE = st.builds(
    Part,
    kind=st.sampled_from(list(Kind)),
    is_sealed=st.booleans(),
    hearers=st.builds(
        Hearers,
        account_ids=st.frozensets(st.sampled_from([11, 12, 13])),
        person_ids=st.frozensets(st.sampled_from([1, 3])),
    ),
)


@given(AN_AUDIENCE, AN_AUDIENCE)
def test_what_goes_into_an_old_thread_is_read_there_by_nobody_who_may_not_read_it(said: Part, there: Part) -> None:
    def reads(viewer: Viewer, one: Part, *, is_sealed: bool) -> bool:
        return may_read(viewer, kind=one.kind, is_sealed=is_sealed, hearers=one.hearers)

    if goes_into(said, there, guests={13}):
        for viewer in (ANA, BEN, GUS, ROOT, NOBODY):
            assert reads(viewer, said, is_sealed=said.is_sealed) or not reads(viewer, there, is_sealed=there.is_sealed)
            assert reads(viewer, said, is_sealed=False) or not reads(viewer, there, is_sealed=False)


def test_in_an_old_thread_of_a_room_that_opened_it_goes_on_and_to_members_nothing_is_sealed() -> None:
    opened = Part(Kind.ORGANISATION, is_sealed=False, hearers=Hearers())
    members, sealed = (Part(Kind.CLOSED, is_sealed=is_sealed, hearers=ANAS) for is_sealed in (False, True))
    assert goes_into(opened, members, guests=())
    assert goes_into(opened, sealed, guests=())
    assert not goes_into(opened, members, guests={11})
    assert not goes_into(members, sealed, guests=())
    assert not goes_into(sealed, members, guests=())


def test_a_person_hears_by_themselves_or_by_an_account() -> None:
    assert is_hearer(GUS, Hearers(person_ids=frozenset({3})))
    assert is_hearer(GUS, Hearers(account_ids=frozenset({13})))
    assert not is_hearer(GUS, Hearers(account_ids=frozenset({3}), person_ids=frozenset({13})))
    assert not is_hearer(NOBODY, Hearers(person_ids=frozenset({0})))


def test_only_a_closed_room_comes_sealed_and_not_in_a_try_out() -> None:
    sealed = {
        (kind, is_try_out)
        for kind in Kind
        for is_try_out in (True, False)
        if sealed_at_first(kind, is_try_out=is_try_out)
    }
    assert sealed == {(Kind.CLOSED, False)}


@given(st.sets(st.integers(0, 9)), st.sets(st.integers(0, 9)))
def test_who_came_and_who_left(before: set[int], after: set[int]) -> None:
    came, left = changed_hearers(before, after)
    assert (before | came) - left == after
    assert not came & before
    assert left <= before


plain_kinds = st.sampled_from([Kind.WORLD, Kind.ORGANISATION, Kind.CLOSED])
audiences = st.lists(
    st.tuples(plain_kinds, st.booleans(), st.sets(st.integers(0, 3)), st.sets(st.integers(0, 1))),
    min_size=1,
    max_size=5,
)
viewers = st.tuples(st.sampled_from([None, 0, 1]), st.sets(st.integers(0, 3)), st.booleans())


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=audiences, compound=st.lists(st.sets(st.integers(0, 4), min_size=1), max_size=2), who=viewers)
def test_the_sql_says_what_the_rule_says(
    said: list[tuple[Kind, bool, set[int], set[int]]],
    compound: list[set[int]],
    who: tuple[int | None, set[int], bool],
) -> None:
    Audience.objects.exclude(kind="").filter(kind=Kind.ALL_OF.value).delete()
    Audience.objects.all().delete()
    Person.objects.all().delete()
    Connection.objects.all().delete()
    connection = Connection.objects.create(tool="test", key="k", name="n")
    accounts = [Account.objects.create(connection=connection, source_id=str(one), name="a").pk for one in range(4)]
    people = [Person.objects.create(email=f"{one}@x.example", name="p").pk for one in range(2)]
    person, hears, reads_organisation = who
    viewer = Viewer(
        None if person is None else people[person], tuple(sorted(accounts[one] for one in hears)), reads_organisation
    )
    expected: dict[int, bool] = {}
    plain: list[tuple[int, Part]] = []
    for kind, wants_seal, by_account, by_person in said:
        hearers = Hearers(frozenset(accounts[one] for one in by_account), frozenset(people[one] for one in by_person))
        is_sealed = wants_seal and kind is Kind.CLOSED
        row = Audience.objects.create(kind=kind.value, is_sealed=is_sealed)
        Hearer.objects.bulk_create(Hearer(audience=row, account_id=one) for one in hearers.account_ids)
        Hearer.objects.bulk_create(Hearer(audience=row, person_id=one) for one in hearers.person_ids)
        expected[row.pk] = may_read(viewer, kind=kind, is_sealed=is_sealed, hearers=hearers)
        assert (row.pk in sealed_of(viewer)) == may_open(viewer, is_sealed=is_sealed, hearers=hearers)
        plain.append((row.pk, Part(kind, is_sealed, hearers)))
    for places in compound:
        parts = [plain[place % len(plain)] for place in {place % len(plain) for place in places}]
        row = Audience.objects.create(kind=Kind.ALL_OF.value)
        PartRow.objects.bulk_create(PartRow(audience=row, part_id=number) for number, _ in parts)
        expected[row.pk] = may_read(
            viewer, kind=Kind.ALL_OF, is_sealed=False, hearers=Hearers(), parts=[part for _, part in parts]
        )
    readers = {number for number, may in expected.items() if may}
    may = condition(viewer, "id")
    raw = Audience.objects.raw(f"SELECT id FROM audiences_audience WHERE {may.sql}", may.params)
    assert {row.pk for row in raw} == readers
    of_each = condition_of_few(viewer, "x.id")
    few = Audience.objects.raw(f"SELECT x.id FROM audiences_audience x WHERE {of_each.sql}", of_each.params)
    assert {row.pk for row in few} == readers
    assert set(readable_by(viewer, Audience.objects.all(), "id").values_list("pk", flat=True)) == readers
    told = readable(viewer)
    open_ones = {number for number, part in plain if part.kind is Kind.ORGANISATION and told.reads_organisation}
    assert told.audience_ids | open_ones == readers | open_ones
    assert told.audience_ids <= readers
