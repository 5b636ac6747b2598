"""What travels in an address or an id comes back whole, to whom it was given, and nobody else can make it."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.bridges.adapters.mail.addresses import LONGEST_LOCAL, Addresses, Purpose, addresses_of
from tests.bridges.mail.running import KnownRooms

OWN = Addresses("alongside@example.org", b"key")
OTHER = Addresses("alongside@example.org", b"another key")
DAY = date(2026, 3, 1)
ACCOUNTS = st.from_regex(r"[a-z0-9.]{1,40}@[a-z0-9.-]{1,40}", fullmatch=True)
ABOUT = st.text(st.characters(codec="utf-8"), max_size=100)


@given(ACCOUNTS, ABOUT, st.sampled_from(Purpose), st.dates(date(2020, 1, 1), date(2150, 1, 1)))
def test_an_address_fits_everywhere_and_says_what_it_was_made_for(
    account: str, about: str, purpose: Purpose, day: date
) -> None:
    made = OWN.made(purpose, about=about, account=account, day=day)
    local = made.partition("@")[0]
    assert len(local) <= LONGEST_LOCAL
    assert made == made.lower()
    assert made.isascii()
    token = OWN.token_in(made.upper().lower(), account)
    assert token is not None
    assert (token.purpose, token.made_on) == (purpose, day)
    assert token.about in {about, ""}


def test_what_a_find_is_about_fits_where_it_is_one_thing() -> None:
    assert OWN.token_in(OWN.made(Purpose.ANSWER, about="c:23456789abcd.1", account="a@b", day=DAY), "a@b") is not None
    token = OWN.token_in(OWN.made(Purpose.ANSWER, about="n:23456789abcd", account="a@b", day=DAY), "a@b")
    assert token is not None
    assert token.about == "n:23456789abcd"


@given(ACCOUNTS, ACCOUNTS, ABOUT)
def test_a_token_is_worth_nothing_for_another_account_or_from_another_house(one: str, other: str, about: str) -> None:
    made = OWN.made(Purpose.ANSWER, about=about, account=one, day=DAY)
    assert (OWN.token_in(made, other) is None) == (one != other)
    assert OTHER.token_in(made, one) is None
    assert OWN.token_in(made.replace("+c.", "+u."), one) is None


@given(st.text(max_size=200))
def test_any_text_is_read_without_harm(text: str) -> None:
    assert OWN.token_in(text, text) is None
    assert OWN.token_in(f"alongside+{text}@example.org", text) is None
    assert OWN.about_in_id(text, text) == ""
    assert not OWN.is_own_id(text)


@pytest.mark.parametrize(("days", "authorises"), [(-2, False), (0, True), (90, True), (91, False)])
def test_a_token_authorises_for_some_time_and_says_for_ever_what_it_is_about(days: int, *, authorises: bool) -> None:
    token = OWN.token_in(OWN.made(Purpose.ANSWER, about="x", account="a@b", day=DAY), "a@b")
    assert token is not None
    assert token.about == "x"
    assert token.authorises_on(DAY + timedelta(days=days)) is authorises


@given(st.text(st.characters(codec="utf-8"), max_size=60), ABOUT, ACCOUNTS)
def test_an_id_is_the_same_for_each_try_and_says_what_it_was_about(key: str, about: str, account: str) -> None:
    made = OWN.message_id(key, about=about, account=account)
    assert made == OWN.message_id(key, about=about, account=account)
    assert OWN.is_own_id(made)
    assert not OTHER.is_own_id(made)
    assert OWN.about_in_id(made, account) in {about, ""}
    assert OWN.about_in_id(made, "eve@evil.example") == ""
    to_all = OWN.message_id(key, about=about, account="")
    assert OWN.about_in_id(to_all, "eve@evil.example") == OWN.about_in_id(to_all, "")


def test_several_things_that_an_answer_named_fit_into_its_id() -> None:
    about = " ".join(f"c:23456789abc{number}.12" for number in range(5))
    assert OWN.about_in_id(OWN.message_id("key", about=about, account="a@b"), "a@b") == about


def test_the_address_of_a_list_stays_and_is_no_answer() -> None:
    made = OWN.of_list("tools.lists.example.org")
    assert made == OWN.of_list("tools.lists.example.org") != OWN.of_list("other.lists.example.org")
    assert OWN.token_in(made, "tools.lists.example.org") is None
    assert OWN.is_ours(made)
    assert not OWN.is_ours("alongsideother@example.org")
    assert not OWN.is_ours("alongside@example.com")


def test_the_key_comes_from_what_this_installation_alone_can_seal() -> None:
    assert addresses_of("a@b", KnownRooms()) == addresses_of("a@b", KnownRooms())

    class Elsewhere(KnownRooms):
        def seal(self, text: str) -> str:
            return f"otherwise {text}"

    assert addresses_of("a@b", Elsewhere()) != addresses_of("a@b", KnownRooms())
