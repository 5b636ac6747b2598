"""Who a mail is from: one plain person, shown as who they are, and found so by one's own server."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.bridges.adapters.mail.senders import (
    Asked,
    Sender,
    is_from_domain,
    is_look_alike,
    is_proved,
    is_refuted,
    results_of,
    sender_of,
    servers_named,
)

SERVER = "mx.example.org"
ANA = Sender("ana@example.org", "")


def results(*headers: str) -> tuple[object, ...]:
    return results_of({"authentication-results": [one.encode() for one in headers]}, SERVER)


def proved(*headers: str, asked: Asked = Asked.DMARC) -> bool:
    return is_proved(ANA, results_of({"authentication-results": [one.encode() for one in headers]}, SERVER), asked)


@pytest.mark.parametrize(
    ("raw", "address", "name"),
    [
        ("ana@example.org", "ana@example.org", ""),
        ("Ana Moreau <Ana@Example.org>", "ana@example.org", "Ana Moreau"),
        ('"Moreau, Ana" <ana@example.org>', "ana@example.org", "Moreau, Ana"),
        ("=?utf-8?q?Ana_Mor=C3=A9au?= <ana@example.org>", "ana@example.org", "Ana Moréau"),
        ("ana@example.org (Ana Moreau)", "ana@example.org", "Ana Moreau"),
        ('"ana@example.org" <ana@example.org>', "ana@example.org", ""),
        ("<ana@example.org>", "ana@example.org", ""),
        ('"Ana @ Acme" <ana@example.org>', "ana@example.org", "Ana @ Acme"),
    ],
)
def test_one_plain_person_is_read(raw: str, address: str, name: str) -> None:
    assert sender_of({"from": [raw.encode()]}) == Sender(address, name)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "Ana",
        "ana@example.org, eve@evil.example",
        "ana@example.org <eve@evil.example>",
        '"ana@example.org" <eve@evil.example>',
        '"ana＠example.org" <eve@evil.example>',
        "=?utf-8?b?YW5hQGV4YW1wbGUub3Jn?= <eve@evil.example>",
        "<ana@example.org> <eve@evil.example>",
        "team: ana@example.org;",
        "ana@example.org(",
        "ana@exam\u212ale.org",
        "аna@example.org",
        '"ana"@example.org',
        "@evil.example:ana@example.org",
        "ana@example.org\0@evil.example",
        "ana@[127.0.0.1]",
    ],
)
def test_what_shows_several_or_another_is_nobody(raw: str) -> None:
    assert sender_of({"from": [raw.encode()]}) is None


def test_two_froms_are_nobody() -> None:
    assert sender_of({"from": [b"ana@example.org", b"ana@example.org"]}) is None
    assert sender_of({}) is None


@pytest.mark.parametrize(
    "domain",
    ["exаmple.org", "xn--exmple-4nf.org", "examp1e.org", "exarnple.org", "ex-ample.org", "exampIe.org".lower()],
)
def test_domains_that_look_like_ours_are_known(domain: str) -> None:
    assert is_look_alike(domain, ["example.org"])
    assert not is_look_alike("example.org", ["example.org"])
    assert not is_look_alike("elsewhere.example", ["example.org"])


@pytest.mark.parametrize(
    "header",
    [
        "mx.example.org; dmarc=pass header.from=example.org",
        "mx.example.org 1; spf=fail smtp.mailfrom=x@y; dmarc=pass (p=none dis=none) header.from=Example.ORG",
        "MX.example.org; dmarc=pass action=none header.from=example.org; compauth=pass",
        "mx.example.org; auth=pass smtp.auth=ana@example.org",
        'mx.example.org; dmarc=pass reason="a; b" header.from=example.org',
    ],
)
def test_what_ones_own_server_found_is_proof(header: str) -> None:
    assert proved(header)


@pytest.mark.parametrize(
    "headers",
    [
        [],
        ["mx.evil.example; dmarc=pass header.from=example.org"],
        ["mx.example.org.evil.example; dmarc=pass header.from=example.org"],
        ["mx.example.org; dmarc=pass header.from=evil.example"],
        ["mx.example.org; dmarc=pass"],
        ["mx.example.org; dmarc=fail header.from=example.org"],
        ["mx.example.org; dmarc=none header.from=example.org"],
        ["mx.example.org; dmarc=none header.from=example.org", "mx.example.org; dmarc=pass header.from=example.org"],
        ["mx.example.org; dmarc=fail header.from=example.org", "mx.example.org; dmarc=pass header.from=example.org"],
        ["mx.example.org; dmarc=fail header.from=example.org", "mx.example.org; auth=pass smtp.auth=ana@example.org"],
        ["mx.example.org; dkim=none", "mx.example.org; auth=pass smtp.auth=ana@example.org"],
        ["mx.example.org; auth=pass smtp.auth=bo@example.org; dmarc=pass header.from=example.org"],
        ["mx.example.org; auth=pass smtp.auth=ana@example.org", "mx.example.org; auth=pass smtp.auth=bo@example.org"],
        ['mx.example.org; spf=pass smtp.mailfrom="x; dmarc=pass header.from=example.org"@evil.example'],
        ["mx.example.org; spf=pass (comment; dmarc=pass header.from=example.org) smtp.mailfrom=x@evil.example"],
        ["(mx.example.org) mx.evil.example; dmarc=pass header.from=example.org"],
        ["mx.example.org; dkim=pass header.d=example.org"],
        ["mx.example.org; xdmarc=pass header.from=example.org"],
        ["mx.example.org; dmarc=passed header.from=example.org"],
    ],
)
def test_everything_else_is_none(headers: list[str]) -> None:
    assert not proved(*headers)


def test_without_a_name_nothing_is_proof() -> None:
    fields = {"authentication-results": [b"; dmarc=pass header.from=example.org"]}
    assert results_of(fields, "") == ()


@pytest.mark.parametrize(
    ("header", "is_enough"),
    [
        ("dkim=pass header.d=example.org", True),
        ("dkim=pass header.i=@example.org", True),
        ("dkim=fail header.d=example.org; dkim=pass header.d=example.org", True),
        ("dkim=pass header.d=evil.example", False),
        ("dkim=pass header.d=org", False),
        ("spf=pass smtp.mailfrom=ana@example.org", True),
        ("spf=softfail smtp.mailfrom=ana@example.org", False),
        ("spf=pass smtp.mailfrom=ana@evil.example", False),
        ("dmarc=fail header.from=example.org; dkim=pass header.d=example.org", False),
    ],
)
def test_a_signature_of_ones_own_domain_is_enough_where_that_is_asked(header: str, *, is_enough: bool) -> None:
    whole = f"mx.example.org; {header}"
    assert proved(whole, asked=Asked.ALIGNED) is is_enough
    assert not proved(whole)


def test_of_what_is_asked_less_the_topmost_counts() -> None:
    forged = "mx.example.org; dkim=pass header.d=example.org"
    assert not proved("mx.example.org; dkim=none", forged, asked=Asked.ALIGNED)


def test_a_list_is_known_by_its_own_servers() -> None:
    found = results_of(
        {"authentication-results": [b"mx.example.org; spf=pass smtp.mailfrom=a-bounces@lists.example.org"]}, SERVER
    )
    assert is_from_domain(found, "lists.example.org")
    assert not is_from_domain(found, "example.org")
    assert not is_refuted(ANA, found)


def test_whose_results_a_mail_carries_is_read() -> None:
    fields = {"authentication-results": [b"mx.example.org; none", b"(x) other.example 1; spf=pass", b""]}
    assert servers_named(fields) == ("mx.example.org", "other.example")


@given(st.binary(max_size=500))
def test_any_header_is_read_without_harm(raw: bytes) -> None:
    fields = {"from": [raw], "authentication-results": [raw, b"mx.example.org;" + raw]}
    sender = sender_of(fields)
    found = results_of(fields, SERVER)
    if sender is not None:
        is_proved(sender, found, Asked.ALIGNED)
        is_look_alike(sender.domain, ["example.org"])
    servers_named(fields)
