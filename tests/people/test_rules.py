"""Who somebody is when they read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.people.rules import (
    NOBODY,
    AccountFacts,
    may_act_as_anybody,
    may_be_linked,
    may_take_base_url,
    viewer_of,
)

facts = st.builds(AccountFacts, st.integers(1, 99), st.booleans(), st.booleans())


@given(st.lists(facts, unique_by=lambda one: one.account_id))
def test_only_active_accounts_give_anything_and_guests_never_the_organisation(accounts: list[AccountFacts]) -> None:
    viewer = viewer_of(accounts, name="Ana", person_id=1)
    active = [one for one in accounts if not one.is_deactivated]
    assert viewer.account_ids == tuple(sorted(one.account_id for one in active))
    assert viewer.reads_organisation == any(not one.is_guest for one in active)


@given(st.lists(facts))
def test_a_full_member_reads_the_organisation_by_themselves(accounts: list[AccountFacts]) -> None:
    assert viewer_of(accounts, name="", person_id=1, is_full_member=True).reads_organisation


@given(st.lists(facts))
def test_an_administrator_reads_no_more_than_anybody(accounts: list[AccountFacts]) -> None:
    plain, administrator = (viewer_of(accounts, name="", person_id=1, is_administrator=one) for one in (False, True))
    assert (plain.account_ids, plain.reads_organisation) == (
        administrator.account_ids,
        administrator.reads_organisation,
    )


def test_nobody_has_nothing() -> None:
    assert (NOBODY.person_id, NOBODY.account_ids, NOBODY.reads_organisation, NOBODY.is_administrator) == (
        None,
        (),
        False,
        False,
    )


@pytest.mark.parametrize(
    ("has_run", "base_url", "may"),
    [(False, "", True), (True, "", False), (False, "https://a.example", False), (True, "https://a.example", False)],
)
def test_being_anybody_ends_for_good_with_a_base_url(base_url: str, *, has_run: bool, may: bool) -> None:
    assert may_act_as_anybody(has_run_with_base_url=has_run, base_url=base_url) is may


def test_a_try_outs_store_takes_no_base_url() -> None:
    assert may_take_base_url(is_try_out=False)
    assert not may_take_base_url(is_try_out=True)


@pytest.mark.parametrize(
    ("account", "person", "is_deactivated", "is_linked", "may"),
    [
        ("ana@a.example", "ana@a.example", False, False, True),
        ("ANA@A.example", "ana@a.example", False, False, True),
        ("ana@a.example", "ana@b.example", False, False, False),
        ("", "", False, False, False),
        ("ana@a.example", "ana@a.example", True, False, False),
        ("ana@a.example", "ana@a.example", False, True, False),
    ],
)
def test_an_address_offers_a_link(
    account: str, person: str, *, is_deactivated: bool, is_linked: bool, may: bool
) -> None:
    offered = may_be_linked(
        account_email=account, person_email=person, is_deactivated=is_deactivated, is_linked=is_linked
    )
    assert offered is may
