"""Mails by themselves, however made: what each of them is, and that none of them breaks anything."""

from datetime import UTC, date, datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from alongside.bridges.adapters.mail import parse
from alongside.bridges.adapters.mail.addresses import Addresses, Purpose
from alongside.bridges.adapters.mail.automatic import bounces, failures_in
from alongside.bridges.adapters.mail.lists import MailList, Roster, Unclear, lists_in, roster_in
from alongside.bridges.adapters.mail.parse import House, Mail, Place
from alongside.bridges.port import AccountSeen, Bounced, Reach, RoomSeen, Said

BOUNCES = Path(__file__).parents[4] / "shared/data/payloads/email/bounces"
OWN = Addresses("alongside@example.org", b"key")
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TOOLS = MailList("tools.lists.example.org", "tools@lists.example.org")
HOUSE = House(
    own=OWN,
    server="mx.example.org",
    domains=frozenset(["example.org"]),
    lists={TOOLS.list_id: TOOLS},
    rosters={TOOLS.list_id: Roster({"ana@example.org": "Ana Moreau", "bo@example.org": ""}, has_us=True)},
)
PROOF = "Authentication-Results: mx.example.org; dmarc=pass header.from=example.org; spf=pass smtp.mailfrom=a@lists.example.org\n"


def read(head: str, body: str | bytes = "How?", *, house: House = HOUSE, proof: str = PROOF) -> parse.Taken:
    raw = (
        (proof + head).encode("utf-8", "surrogateescape")
        + b"\n\n"
        + (body if isinstance(body, bytes) else body.encode())
    )
    return parse.read(Mail(raw, NOW, len(raw)), house)


def said(taken: parse.Taken) -> Said:
    (only,) = [one.event for one in taken.arrived if isinstance(one.event, Said)]
    return only


ANA = "From: Ana <ana@example.org>\nMessage-ID: <1@example.org>"
LIST = f"{ANA}\nTo: tools@lists.example.org\nList-Id: The tools <tools.lists.example.org>"


def test_the_name_in_the_lists_members_counts_more_than_the_one_in_the_mail() -> None:
    seen = read(ANA.replace("Ana", "Bo Lang", 1)).arrived[0].event
    assert seen == AccountSeen(source_id="ana@example.org", name="Ana Moreau", email="ana@example.org")


def test_who_has_no_address_of_the_organisation_is_a_guest() -> None:
    proof = "Authentication-Results: mx.example.org; dmarc=pass header.from=outside.example\n"
    seen = read("From: Dee <dee@outside.example>", proof=proof).arrived[0].event
    assert isinstance(seen, AccountSeen)
    assert seen.is_guest
    sub = (
        read("From: Eve <eve@sub.example.org>", proof=proof.replace("outside.example", "sub.example.org"))
        .arrived[0]
        .event
    )
    assert isinstance(sub, AccountSeen)
    assert sub.is_guest


def test_attachments_are_named_with_their_size_and_left_where_they_are() -> None:
    mail = EmailMessage(policy=default)
    mail["From"], mail["Message-ID"] = "ana@example.org", "<1@example.org>"
    mail.set_content("Here it is, all of it, for you.")
    mail.add_attachment(b"x" * 120_000, maintype="application", subtype="pdf", filename="plan.pdf")
    mail.add_attachment(b"x" * 20, maintype="image", subtype="png", filename="<b>dot.png")
    raw = PROOF.encode() + mail.as_bytes()
    text = said(parse.read(Mail(raw, NOW, len(raw)), HOUSE)).text
    assert "Here it is" in text
    assert "attachment: plan.pdf, 120 kB, in the mail" in text
    assert "attachment: <b>dot.png, 20 bytes, in the mail" in text
    cut = said(parse.read(Mail(raw[:60_000], NOW, len(raw)), HOUSE)).text
    assert "attachment: plan.pdf, 12" in cut
    assert "kB, in the mail" in cut


def test_an_attachment_of_a_list_with_an_archive_leads_there_and_only_so_many_are_named() -> None:
    mail = EmailMessage(policy=default)
    mail["From"], mail["Message-ID"] = "ana@example.org", "<1@example.org>"
    mail["Archived-At"] = "<https://lists.example.org/tools/1?a=1&b=2>"
    mail.set_content("Here they are.")
    for number in range(25):
        mail.add_attachment(b"x" * 20, maintype="application", subtype="pdf", filename=f"plan{number}.pdf")
    raw = PROOF.encode() + mail.as_bytes()
    one = said(parse.read(Mail(raw, NOW, len(raw)), HOUSE))
    assert '<a href="https://lists.example.org/tools/1?a=1&amp;b=2"' in one.html
    assert "attachment: plan0.pdf, 20 bytes, in the list’s archive" in one.text
    assert "plan19.pdf" in one.text
    assert "plan20.pdf" not in one.text
    assert "and 5 more attachments" in one.text


@pytest.mark.parametrize("address", ["javascript:alert(1)", 'https://x"onmouseover="alert(1)', "data:text/html,x"])
def test_an_address_of_an_archive_that_is_none_leads_nowhere(address: str) -> None:
    mail = EmailMessage(policy=default)
    mail["From"], mail["Message-ID"] = "ana@example.org", "<1@example.org>"
    mail.set_content("Here it is.")
    mail.add_attachment(b"x" * 20, maintype="application", subtype="pdf", filename="plan.pdf")
    raw = PROOF.encode() + f"Archived-At: <{address}>\r\n".encode() + mail.as_bytes()
    html = said(parse.read(Mail(raw, NOW, len(raw)), HOUSE)).html
    for bad in ("javascript", 'onmouseover="', "data:"):
        assert bad not in html


def test_a_closed_list_hides_earlier_talk_from_newcomers_as_lists_do_unless_it_has_an_archive() -> None:
    lists = lists_in("a.b a@b members=/etc/t.txt; c.d c@d archive; e.f e@f organisation")
    hides = [parse.room_seen(one, None, "x").hides_earlier for one in lists.values()]
    assert hides == [True, False, False]


def test_a_mail_over_the_list_is_said_by_its_author_in_its_thread() -> None:
    taken = read(f"{LIST}\nReferences: <0@example.org>\nSubject: Re: [Tools] Which?", "The left one.")
    one = said(taken)
    assert (taken.place, taken.list_id, taken.list_name) == (Place.LIST, TOOLS.list_id, "The tools")
    assert (one.room, one.account, one.context, one.text) == (
        TOOLS.list_id,
        "ana@example.org",
        "0@example.org",
        "The left one.",
    )
    assert not one.is_to_us


@pytest.mark.parametrize(
    ("proof", "is_passed_on", "may_act"),
    [
        (PROOF, True, True),
        # Changed on its way over the list, so that its author is not proved; the list itself is.
        (
            "Authentication-Results: mx.example.org; spf=pass smtp.mailfrom=tools-bounces@lists.example.org\n",
            True,
            False,
        ),
        ("Authentication-Results: mx.example.org; dkim=pass header.d=lists.example.org; dmarc=none\n", True, False),
        (PROOF.replace("dmarc=pass", "dmarc=fail"), False, False),
        ("Authentication-Results: mx.example.org; dmarc=pass header.from=example.org\n", False, False),
        ("", False, False),
        (f"Delivered-To: {OWN.of_list(TOOLS.list_id)}\n", True, False),
        (f"X-Original-To: {OWN.of_list('other.lists.example.org')}\n", False, False),
    ],
)
def test_what_came_over_the_list_is_passed_on_and_acts_only_with_proof(
    proof: str, *, is_passed_on: bool, may_act: bool
) -> None:
    taken = read(LIST, "@alongside forget me", proof=proof)
    assert bool(taken.arrived) is is_passed_on
    if is_passed_on:
        assert said(taken).is_to_us is may_act
        assert bool(said(taken).words) is may_act


def test_a_list_that_vouches_for_its_writers_is_believed() -> None:
    vouching = MailList(TOOLS.list_id, TOOLS.post, vouches=True)
    house = House(own=OWN, server="mx.example.org", lists={TOOLS.list_id: vouching}, rosters=HOUSE.rosters)
    spf = "Authentication-Results: mx.example.org; spf=pass smtp.mailfrom=tools-bounces@lists.example.org; dmarc=fail\n"
    assert said(read(LIST, "@alongside help", house=house, proof=spf)).words == "help"
    munged = LIST.replace(
        "From: Ana <ana@example.org>", "From: Ana via Tools <tools@lists.example.org>\nReply-To: ana@example.org"
    )
    one = said(read(munged, "@alongside help", house=house, proof=spf))
    assert (one.account, one.is_to_us) == ("ana@example.org", True)


def test_a_list_that_writes_its_own_address_into_from_tells_the_author_beside_it() -> None:
    munged = LIST.replace(
        "From: Ana <ana@example.org>", "From: Ana via Tools <tools@lists.example.org>\nReply-To: ana@example.org"
    )
    spf = "Authentication-Results: mx.example.org; dmarc=pass header.from=lists.example.org\n"
    one = said(read(munged, "@alongside forget me", proof=spf))
    assert (one.account, one.is_to_us) == ("ana@example.org", False)
    assert not read(munged.replace("\nReply-To: ana@example.org", ""), proof=spf).arrived


def test_a_list_that_nobody_brought_in_is_passed_over() -> None:
    assert read(LIST.replace("tools.lists", "other.lists")).place is Place.LEFT


@pytest.mark.parametrize(
    ("subject", "quote"),
    [
        (
            "Fwd: The valve",
            "--- Forwarded message ---\nFrom: Bo <bo@example.org>\nDate: Monday\nSubject: x\nTo: Ana\n\nThe left one.",
        ),
        ("WG: Das Ventil", "Von: Bo <bo@example.org>\nGesendet: Montag\nAn: Ana\nBetreff: x\n\nThe left one."),
    ],
)
@pytest.mark.parametrize("wish", ["keep\n\n", ""])
def test_a_forward_inside_the_text_is_one_message_of_who_forwarded_it(subject: str, quote: str, wish: str) -> None:
    raw = f"{PROOF}{ANA}\nSubject: {subject}\n\n{wish}{quote}\n".encode()
    taken = parse.read(Mail(raw, NOW), HOUSE)
    assert taken.place is Place.FORWARD
    act = said(taken)
    assert (act.words, act.account, act.room) == ("keep", "ana@example.org", "forwarded:ana@example.org")
    (room,) = [one.event for one in taken.arrived if isinstance(one.event, RoomSeen)]
    assert (room.reach, room.members) == (Reach.MEMBERS, ("ana@example.org",))
    (forwarded,) = parse.forwarded(Mail(raw, NOW), HOUSE)
    assert (forwarded.account, forwarded.context, forwarded.room) == ("ana@example.org", act.context, act.room)
    assert "The left one." in forwarded.text


@pytest.mark.parametrize(
    "sample", sorted(BOUNCES.glob("*.txt")) if BOUNCES.is_dir() else [], ids=lambda path: path.stem
)
def test_bounces_of_all_kinds_of_servers_say_whom_they_are_about_and_none_is_an_act(sample: Path) -> None:
    content = sample.read_bytes()
    failed = failures_in(content)
    account = failed[0].address if failed else "ana@example.org"
    back = OWN.made(Purpose.BOUNCE, about="", account=account, day=date(2026, 3, 1))
    raw = f"Delivered-To: {back}\n{PROOF}".encode() + content
    taken = parse.read(Mail(raw, NOW), HOUSE)
    assert not any(isinstance(one.event, Said) for one in taken.arrived)
    if failed:
        assert account in [one.event.account for one in taken.arrived if isinstance(one.event, Bounced)]
    # To an address that was not made for that account it says nothing.
    other = OWN.made(Purpose.BOUNCE, about="", account="nobody@example.org", day=date(2026, 3, 1))
    assert not parse.read(Mail(f"Delivered-To: {other}\n{PROOF}".encode() + content, NOW), HOUSE).arrived


@pytest.mark.skipif(not BOUNCES.is_dir(), reason="the sample bounces are not here")
def test_nearly_all_sample_bounces_are_understood() -> None:
    samples = sorted(BOUNCES.glob("*.txt"))
    assert sum(bool(failures_in(one.read_bytes())) for one in samples) >= 0.9 * len(samples)


def test_a_bounce_in_no_known_form_is_known_by_whom_its_address_was_made_for() -> None:
    back = OWN.made(Purpose.BOUNCE, about="", account="ed@gone.example", day=date(2026, 3, 1))
    raw = f"From: Mailer-Daemon@x.example\nTo: {back}\nSubject: oh\n\nSorry: bo@example.org, ed@gone.example: no.\n".encode()
    (failed,) = bounces(raw, [back], OWN)
    assert failed.address == "ed@gone.example"


# Anything at all.

HEADER_NAMES = st.sampled_from(
    [
        "From",
        "To",
        "Cc",
        "Subject",
        "Date",
        "Message-ID",
        "In-Reply-To",
        "References",
        "List-Id",
        "List-Post",
        "Content-Type",
        "Content-Transfer-Encoding",
        "Authentication-Results",
        "Delivered-To",
        "Auto-Submitted",
        "Precedence",
        "Return-Path",
        "Received",
        "Reply-To",
        "Sender",
        "X-Alongside",
    ]
)
VALUES = st.one_of(
    st.binary(max_size=80),
    st.sampled_from(
        [
            b"ana@example.org",
            b"Ana <ana@example.org>",
            b"alongside@example.org, tools@lists.example.org",
            b"<tools.lists.example.org>",
            b"<1@example.org> <2@example.org>",
            b"multipart/mixed; boundary=b",
            b'multipart/alternative; boundary="',
            b"message/rfc822",
            b"text/html; charset=x-none",
            b"text/plain; charset=utf-7",
            b"base64",
            b"quoted-printable",
            b"mx.example.org; dmarc=pass header.from=example.org; spf=pass smtp.mailfrom=a@lists.example.org",
            b"=?utf-8?b?////?= =?x?q?=?=",
            b"Fwd: x",
            OWN.made(Purpose.BOUNCE, about="", account="ana@example.org", day=date(2026, 3, 1)).encode(),
            OWN.made(Purpose.ANSWER, about="x", account="ana@example.org", day=date(2026, 3, 1)).encode(),
            f"<{OWN.message_id('k', about='x', account='')}>".encode(),
            b"Mon, 99 Foo 99999 99:99:99 +9999",
            b"\xff\xfe\x00",
            b"(" * 70,
            b'"' * 71,
        ]
    ),
)
IN_PARTS = b"--b\n\nkeep\n--b\nContent-Type: message/rfc822\n\nFrom: a@b\n\nx\n--b--\n"
MAILS = st.builds(
    lambda fields, body, end: b"".join(name.encode() + b": " + value + end for name, value in fields) + end + body,
    st.lists(st.tuples(HEADER_NAMES, VALUES), max_size=16),
    st.one_of(
        st.binary(max_size=300),
        st.sampled_from(
            [
                b"keep\n> x\n",
                IN_PARTS,
                b"<b>forget me",
            ]
        ),
    ),
    st.sampled_from([b"\n", b"\r\n", b"\r"]),
)


@settings(max_examples=400)
@given(MAILS)
@example(b"")
def test_any_mail_is_read_without_harm(raw: bytes) -> None:
    """By `read`, which `taken` would shield: nothing is hidden here."""
    taken = parse.read(Mail(raw, NOW, len(raw) * 2), HOUSE)
    parse.forwarded(Mail(raw, NOW), HOUSE)
    for arrived in taken.arrived:
        if isinstance(arrived.event, Said):
            assert arrived.event.said_at.tzinfo is not None
            assert "<script" not in arrived.event.html


@pytest.mark.parametrize(
    "raw",
    [
        PROOF.encode() + ANA.encode() + b"\nX: " + b"a" * 5_000_000 + b"\n\nhelp",
        PROOF.encode() + ANA.encode() + b"\n" + b"X: y\n" * 200_000 + b"\nhelp",
        PROOF.encode() + ANA.encode() + b"\nReferences: " + b"<a@b> " * 100_000 + b"\n\nhelp",
        PROOF.encode() + ANA.encode() + b"\nTo: " + b"a@example.org, " * 50_000 + b"\n\nhelp",
        b"Authentication-Results: mx.example.org; " + b"(" * 1_000_000 + b"\n" + ANA.encode() + b"\n\nhelp",
        (PROOF + ANA).encode() + b"\nContent-Type: text/html\n\n" + b"<div>" * 400_000,
        (PROOF + ANA).encode() + b"\n\n" + b"> " * 1_000_000,
        (PROOF + ANA).encode() + b"\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 100_000,
    ],
    ids=["long line", "many fields", "many references", "many addressees", "brackets", "nesting", "quotes", "parts"],
)
def test_bombs_cost_little(raw: bytes) -> None:
    """They end, and what comes of them is bounded; nobody measures time here."""
    for arrived in parse.read(Mail(raw[:4_000_000], NOW, len(raw)), HOUSE).arrived:
        if isinstance(arrived.event, Said):
            assert len(arrived.event.words) <= 20_000


def test_what_breaks_all_the_same_is_left_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_anything: object) -> parse.Taken:
        raise RecursionError

    monkeypatch.setattr(parse, "read", breaks)
    assert parse.taken(Mail(b"", NOW), HOUSE) == parse.Taken(Place.LEFT)


# Lists in the settings.


def test_lists_are_read_from_a_line_each() -> None:
    text = "# ours\n<Tools.lists.example.org> tools@lists.example.org members=/etc/t.txt organisation; a.b a@b strangers vouches"
    tools, other = lists_in(text).values()
    assert tools == MailList("tools.lists.example.org", "tools@lists.example.org", "/etc/t.txt", Reach.ORGANISATION)
    assert (other.has_strangers, other.vouches, other.reach, other.plain_name) == (True, True, Reach.MEMBERS, "a@")


@pytest.mark.parametrize("line", ["tools", "tools.x no-address", "tools.x a@b sometimes", "tools x a@b"])
def test_a_line_that_is_none_is_named(line: str) -> None:
    with pytest.raises(Unclear):
        lists_in(line)


@given(st.text(max_size=300))
def test_any_file_of_members_is_read_without_harm(text: str) -> None:
    roster_in(text, OWN)


def test_members_are_those_with_a_plain_address() -> None:
    text = (
        "# members\nAna Moreau <ana@example.org>\nbo@example.org\n\nno address\nalongside+l.x@example.org\na@b, c@d\n"
    )
    assert roster_in(text, OWN) == Roster({"ana@example.org": "Ana Moreau", "bo@example.org": ""}, has_us=True)


def test_of_a_mail_longer_than_anybody_writes_the_beginning_is_said() -> None:
    one = said(read(ANA, "\n".join(f"line {number} of a log" for number in range(30_000))))
    assert "line 5 of a log" in one.text
    assert one.text.endswith("(the rest is in the mail)")
    assert len(one.html) < 200_000
