"""What everybody of a group may read: what is said in a room is computed from it."""

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alongside.audiences.actions import make, make_all_of
from alongside.audiences.models import Audience
from alongside.audiences.queries import readable, readable_by, shared_by
from alongside.audiences.rules import Kind
from alongside.people.models import Account, Connection, Person
from alongside.people.queries import unscoped_viewer_of_account, unscoped_viewers_of_accounts
from alongside.people.rules import NOBODY, Viewer

pytestmark = pytest.mark.django_db


def account(
    name: str, *, is_guest: bool = False, person: Person | None = None, is_deactivated: bool = False
) -> Account:
    connection, _ = Connection.objects.get_or_create(tool="slack", key="acme", defaults={"name": "Acme"})
    return Account.objects.create(
        connection=connection,
        source_id=name,
        name=name,
        is_guest=is_guest,
        person=person,
        is_deactivated=is_deactivated,
    )


def read_by(viewer: Viewer) -> set[int]:
    return set(readable_by(viewer, Audience.objects.all(), "id").values_list("id", flat=True))


def test_a_room_reads_what_each_of_its_members_reads_and_no_more() -> None:
    ana, bo, dee = account("ana"), account("bo"), account("dee", is_guest=True)
    both = make(None, kind=Kind.CLOSED, account_ids=[ana.pk, bo.pk])
    anas = make(None, kind=Kind.CLOSED, account_ids=[ana.pk])
    everybodys = make(None, kind=Kind.ORGANISATION)
    with_dee = make(None, kind=Kind.ORGANISATION, account_ids=[dee.pk])
    kept = make_all_of(None, audience_ids=[both, everybodys])
    kept_narrower = make_all_of(None, audience_ids=[both, anas])
    members = shared_by(unscoped_viewers_of_accounts([ana.pk, bo.pk]))
    assert read_by(members) >= {both, everybodys, kept}
    assert not read_by(members) & {anas, kept_narrower}
    assert read_by(shared_by(unscoped_viewers_of_accounts([ana.pk, dee.pk]))) == {with_dee}


def test_nobody_together_reads_what_the_world_may_read() -> None:
    assert shared_by([]) == NOBODY


def test_one_person_with_two_accounts_in_a_room_is_one_hearer() -> None:
    ana = Person.objects.create(email="ana@example.org", name="Ana")
    first, second = account("ana-1", person=ana), account("ana-2", person=ana)
    room = make(None, kind=Kind.CLOSED, account_ids=[first.pk, second.pk])
    assert room in read_by(shared_by(unscoped_viewers_of_accounts([first.pk, second.pk])))


def test_a_deactivated_account_reads_nothing_though_its_person_does() -> None:
    ana = Person.objects.create(email="ana@example.org", name="Ana")
    gone, here = account("ana-gone", person=ana, is_deactivated=True), account("ana-here", person=ana)
    assert unscoped_viewer_of_account(gone.pk) is None
    assert unscoped_viewer_of_account(10**9) is None
    viewer = unscoped_viewer_of_account(here.pk)
    assert viewer is not None
    assert viewer.account_ids == (here.pk,)
    assert unscoped_viewers_of_accounts([gone.pk, here.pk]) == [viewer]


def test_an_account_that_nobody_linked_is_a_viewer_by_itself() -> None:
    dee = account("dee", is_guest=True)
    viewer = unscoped_viewer_of_account(dee.pk)
    assert viewer == Viewer(None, (dee.pk,), reads_organisation=False, name="dee")


KINDS = st.sampled_from([Kind.WORLD, Kind.ORGANISATION, Kind.CLOSED])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(
    guests=st.lists(st.booleans(), min_size=1, max_size=5),
    linked=st.lists(st.integers(0, 2), min_size=5, max_size=5),
    audiences=st.lists(st.tuples(KINDS, st.sets(st.integers(0, 4), max_size=4), st.booleans()), min_size=1, max_size=6),
    compounds=st.lists(st.sets(st.integers(0, 5), min_size=2, max_size=3), max_size=3),
    room=st.sets(st.integers(0, 4), min_size=1, max_size=4),
)
def test_together_is_the_intersection_of_each(
    guests: list[bool],
    linked: list[int],
    audiences: list[tuple[Kind, set[int], bool]],
    compounds: list[set[int]],
    room: set[int],
) -> None:
    people = [Person.objects.get_or_create(email=f"p{one}@example.org", defaults={"name": "P"})[0] for one in range(2)]
    connection = Connection.objects.create(tool="slack", key=f"k{Connection.objects.count()}", name="A")
    accounts: list[Account] = [
        Account.objects.create(
            connection=connection,
            source_id=str(number),
            name="x",
            is_guest=is_guest,
            person=people[linked[number]] if linked[number] < len(people) else None,
        )
        for number, is_guest in enumerate(guests)
    ]
    made = [
        make(
            None,
            kind=kind,
            is_sealed=is_sealed and kind is Kind.CLOSED,
            account_ids=[accounts[one].pk for one in hearers if one < len(accounts)],
        )
        for kind, hearers, is_sealed in audiences
    ]
    for parts in compounds:
        made.append(make_all_of(None, audience_ids=[made[one % len(audiences)] for one in parts]))
    members = unscoped_viewers_of_accounts([accounts[one].pk for one in room if one < len(accounts)])
    together = shared_by(members)
    each = _in_all([read_by(one) for one in members], made)
    assert read_by(together) & set(made) == each
    told = readable(together)
    open_now = {one for one, (kind, _, _) in zip(made, audiences, strict=False) if kind is Kind.ORGANISATION}
    assert (told.audience_ids | (open_now if told.reads_organisation else set())) & set(made) == each


def _in_all(sets: Sequence[set[int]], made: Sequence[int]) -> set[int]:
    common = set(made)
    for one in sets:
        common &= one
    return common if sets else {one for one in made if one in read_by(NOBODY)}
