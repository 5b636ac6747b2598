"""Joining accounts to one person: by a code told in one and said in the other, and by nothing else."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TransactionTestCase
from tests.notes.world import World, content

from alongside.audiences.queries import readable
from alongside.kit import clock
from alongside.kit.refused import Refused
from alongside.notes.actions.keeping import keep
from alongside.notes.actions.remarking import remark
from alongside.notes.models import Note, Remark
from alongside.notes.queries import note_view
from alongside.notes.rules import Readers, RemarkKind
from alongside.people.actions import link_for_try_out, make_person
from alongside.people.actions.joining import NO_SUCH_CODE, join_by_code, offer_code, part
from alongside.people.actions.leaving_out import pause
from alongside.people.models import Account, JoinCode, Person, WrongCodes
from alongside.people.queries import accounts_of, links_offered_to, viewer_of_person
from alongside.people.rules import (
    CODE_LASTS,
    MOST_WRONG_CODES,
    NOBODY,
    Joining,
    Side,
    Viewer,
    cleaned_at_latest,
    joining_of,
    may_try_code,
)

pytestmark = pytest.mark.django_db(transaction=True)

NAMES = ("ana", "ben", "cleo", "gus")


@pytest.fixture
def world(db: None) -> World:
    del db
    made = World()
    made.room("hotline", "gus", is_open=True)
    made.room("leads", "ana", "ben")
    made.room("night", "cleo")
    return made


def as_account(world: World, name: str) -> Viewer:
    return World.viewer_of(world.accounts[name])


def joined(world: World, one: str, other: str) -> None:
    join_by_code(as_account(world, other), code=offer_code(as_account(world, one)))


def test_two_accounts_become_one_person_who_reads_what_both_do(world: World) -> None:
    before = readable(as_account(world, "ana")).audience_ids | readable(as_account(world, "cleo")).audience_ids
    joined(world, "ana", "cleo")
    person = Person.objects.get()
    assert (person.email, person.name) == (None, "Ana")
    for name in ("ana", "cleo"):
        viewer = as_account(world, name)
        assert viewer.person_id == person.pk
        assert readable(viewer).audience_ids == before
    assert not JoinCode.objects.exists()


def test_an_account_comes_to_a_person_whoever_of_the_two_asked(world: World) -> None:
    ana = world.sign_up("ana")
    join_by_code(as_account(world, "cleo"), code=offer_code(ana))
    join_by_code(world.viewer("ana"), code=offer_code(as_account(world, "ben")))
    assert {one.source_id for one in accounts_of(ana)} == {"ana", "ben", "cleo"}
    assert Person.objects.count() == 1


def test_it_is_undone_as_easily(world: World) -> None:
    alone = {name: readable(as_account(world, name)) for name in NAMES}
    joined(world, "ana", "cleo")
    part(as_account(world, "ana"), account_id=world.accounts["cleo"])
    part(as_account(world, "ana"), account_id=world.accounts["ana"])
    assert {name: readable(as_account(world, name)) for name in NAMES} == alone
    assert not Person.objects.exists()


def test_what_was_made_together_stays_with_the_last_account_and_comes_along_to_a_person(world: World) -> None:
    joined(world, "ana", "cleo")
    room = world.room("leads", "ana", "ben")
    said = world.say(room, "ben", "Hello.")
    both = as_account(world, "ana")
    note = keep(both, conversation_ids=[said.conversation_id], content=content(), readers=Readers.ME)
    remark(both, public_id=note.public_id, kind=RemarkKind.HELPED)
    part(both, account_id=world.accounts["cleo"])
    part(as_account(world, "ana"), account_id=world.accounts["ana"])
    assert Note.objects.get().account_id == world.accounts["ana"]
    assert note_view(as_account(world, "ana"), note.public_id).kept_by == "Ana"
    joined(world, "ana", "cleo")
    signed_in = world.sign_up("ben")
    join_by_code(signed_in, code=offer_code(as_account(world, "cleo")))
    assert Person.objects.count() == 1
    assert {one.source_id for one in accounts_of(world.viewer("ben"))} == {"ana", "ben", "cleo"}
    assert Remark.objects.get().account_id == world.accounts["ana"]
    assert note_view(world.viewer("ben"), note.public_id).remarks[0].is_mine


def test_what_both_had_said_is_kept_once(world: World) -> None:
    room = world.room("leads", "ana", "ben", "cleo")
    said = world.say(room, "ben", "Hello.")
    ben = world.sign_up("ben")
    note = world.keep("ben", said)
    joined(world, "ana", "cleo")
    for viewer in (ben, as_account(world, "ana")):
        remark(viewer, public_id=note.public_id, kind=RemarkKind.HELPED, sentence=viewer.name)
    join_by_code(ben, code=offer_code(as_account(world, "ana")))
    assert Person.objects.count() == 1


def test_a_code_works_once_and_soon_and_only_its_digest_is_kept(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    code = offer_code(as_account(world, "ana"))
    kept = JoinCode.objects.values().get()
    assert code.replace("-", "") not in str(kept)
    first = offer_code(as_account(world, "ana"))
    with pytest.raises(Refused, match="joins nothing"):
        join_by_code(as_account(world, "cleo"), code=code)
    join_by_code(as_account(world, "cleo"), code=f" {first.upper().replace('-', ' ')} ")
    with pytest.raises(Refused, match="joins nothing"):
        join_by_code(as_account(world, "ben"), code=first)
    late = offer_code(as_account(world, "ben"))
    moment = clock.now() + CODE_LASTS + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: moment)
    with pytest.raises(Refused, match="joins nothing"):
        join_by_code(as_account(world, "gus"), code=late)


def refusal(actor: Viewer, code: str) -> str:
    with pytest.raises(Refused) as refused:
        join_by_code(actor, code=code)
    return str(refused.value)


def test_every_refusal_reads_the_same(world: World) -> None:
    ana, ben = world.sign_up("ana"), world.sign_up("ben")
    code = offer_code(as_account(world, "cleo"))
    Account.objects.filter(source_id="cleo").update(is_deactivated=True)
    two_who_sign_in = refusal(ben, offer_code(ana))
    said = {refusal(ana, "nonsense"), refusal(ana, ""), refusal(ana, "é\0"), refusal(ana, code), two_who_sign_in}
    said.add(refusal(ana, offer_code(ana)))
    assert said == {NO_SUCH_CODE}
    assert Account.objects.get(source_id="cleo").person is None


def test_a_deactivated_account_neither_asks_nor_says_nor_reads(world: World) -> None:
    ana = world.sign_up("ana")
    stale = as_account(world, "cleo")
    code = offer_code(ana)
    Account.objects.filter(source_id__in=["cleo", "ana"]).update(is_deactivated=True)
    assert refusal(stale, code) == NO_SUCH_CODE
    with pytest.raises(Refused):
        offer_code(stale)
    with pytest.raises(Refused):
        offer_code(NOBODY)
    assert as_account(world, "cleo") == NOBODY
    join_by_code(as_account(world, "ben"), code=code)
    assert as_account(world, "ana") == NOBODY, "through the account that was deactivated, not even what others read"
    assert world.accounts["ana"] not in world.viewer("ana").account_ids


def test_guesses_are_limited_and_nothing_is_kept_of_who_guessed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    code = offer_code(as_account(world, "ana"))
    cleo, ben = as_account(world, "cleo"), as_account(world, "ben")
    for _ in range(MOST_WRONG_CODES):
        refusal(cleo, "guessed")
    assert refusal(ben, code) == NO_SUCH_CODE
    assert {field.name for field in WrongCodes._meta.get_fields()} == {"id", "since", "number"}
    moment = clock.now() + CODE_LASTS + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: moment)
    join_by_code(ben, code=offer_code(as_account(world, "ana")))
    refusal(cleo, "guessed")
    assert WrongCodes.objects.get().number == 1


def test_neither_a_name_nor_an_address_joins_anything(world: World) -> None:
    """Addresses are given anew: only what is offered can be linked, by who has the address now and knows it."""
    Account.objects.update(name="Ana", email="ana@acme.example")
    with pytest.raises(Refused):
        link_for_try_out(None)
    assert not Account.objects.filter(person__isnull=False).exists()
    joined(world, "ben", "cleo")
    person = Person.objects.get()
    assert links_offered_to(viewer_of_person(person)) == []
    make_person(None, email="ana@acme.example", name="Ana", is_full_member=False)
    assert Account.objects.filter(person__isnull=False).count() == 2


def test_who_paused_pauses_what_joins_them(world: World) -> None:
    ana = world.sign_up("ana")
    pause(ana)
    join_by_code(as_account(world, "cleo"), code=offer_code(ana))
    assert Account.objects.get(source_id="cleo").is_paused


def test_one_parts_only_ones_own(world: World) -> None:
    world.sign_up("ana")
    ben = world.sign_up("ben")
    for viewer in (ben, NOBODY, as_account(world, "cleo")):
        with pytest.raises(Refused):
            part(viewer, account_id=world.accounts["ana"])
    assert Account.objects.get(source_id="ana").person is not None


class TestReadingOfOthers(TransactionTestCase):
    """No act of one changes what a third may read."""

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.lists(
            st.tuples(
                st.sampled_from(("join", "part", "sign up", "wrong", "pause", "deactivate")),
                st.sampled_from(NAMES),
                st.sampled_from(NAMES),
            ),
            max_size=8,
        )
    )
    def test_no_act_of_one_changes_what_a_third_may_read(self, acts: list[tuple[str, str, str]]) -> None:
        world = World()
        world.room("hotline", "gus", is_open=True)
        world.room("leads", "ana", "ben")
        world.room("night", "cleo", "gus")
        for act, one, other in acts:
            together = _together(world, one) | _together(world, other)
            before = {name: readable(as_account(world, name)) for name in NAMES if name not in together}
            _act(world, act, one, other)
            after = {name: readable(as_account(world, name)) for name in before}
            assert after == before
            _nobody_reads_more_than_their_accounts(world)


def _together(world: World, name: str) -> set[str]:
    """Accounts that are one person with this one now: what becomes of one becomes of all."""
    person_id = Account.objects.get(pk=world.accounts[name]).person_id
    same = Account.objects.filter(person_id=person_id).values_list("source_id", flat=True) if person_id else []
    return {name, *same}


def _act(world: World, act: str, one: str, other: str) -> None:
    actor, second = as_account(world, one), as_account(world, other)
    try:
        match act:
            case "join":
                join_by_code(second, code=offer_code(actor))
            case "part":
                part(actor, account_id=world.accounts[other])
            case "sign up":
                _sign_up(world, one)
            case "wrong":
                join_by_code(actor, code=other)
            case "pause":
                pause(actor)
            case _:
                Account.objects.filter(pk=world.accounts[one]).update(is_deactivated=True)
    except Refused:
        pass


def _sign_up(world: World, name: str) -> None:
    if not Person.objects.filter(email=f"{name}@acme.example").exists():
        world.sign_up(name)


def _nobody_reads_more_than_their_accounts(world: World) -> None:
    for name in NAMES:
        viewer = as_account(world, name)
        own = Account.objects.filter(person_id=viewer.person_id or -1, is_deactivated=False)
        expected = set(own.values_list("id", flat=True)) if viewer.person_id else {world.accounts[name]}
        assert set(viewer.account_ids) <= expected


# Rules

sides = st.builds(
    Side,
    person_id=st.one_of(st.none(), st.integers(1, 3)),
    account_id=st.one_of(st.none(), st.integers(1, 3)),
    has_address=st.booleans(),
    is_usable=st.booleans(),
)


@given(sides, sides)
def test_joining_is_the_same_from_both_sides_and_never_joins_two_who_sign_in(one: Side, other: Side) -> None:
    mirrored = {
        Joining.TO_ASKER: Joining.TO_SAYER,
        Joining.TO_SAYER: Joining.TO_ASKER,
        Joining.INTO_ASKER: Joining.INTO_SAYER,
        Joining.INTO_SAYER: Joining.INTO_ASKER,
    }
    joining = joining_of(one, other)
    either_is_right = {joining, mirrored.get(joining, joining)}
    assert joining_of(other, one) in either_is_right
    if not (one.is_usable and other.is_usable) or one == other:
        assert joining is Joining.REFUSED
    if one.person_id and other.person_id and one.has_address and other.has_address:
        assert joining is Joining.REFUSED


@given(st.integers(0, 300), st.integers(0, 3000))
def test_codes_are_tried_again_after_their_time(wrong: int, seconds: int) -> None:
    now = clock.now()
    may = may_try_code(wrong=wrong, since=now - timedelta(seconds=seconds), now=now)
    assert may == (wrong < MOST_WRONG_CODES or seconds >= CODE_LASTS.total_seconds())


@given(st.datetimes())
def test_files_are_clean_within_a_day_and_when_it_is_quiet(moment: Any) -> None:
    latest = cleaned_at_latest(moment) if moment.year < 9999 else None
    if latest is not None:
        assert timedelta() < latest - moment <= timedelta(days=1)
        assert latest.hour == 3
