"""Each step of the way, tried on real servers, and what to do when it is not so."""

import asyncio
from collections.abc import Iterator, Mapping

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from alongside.bridges.adapters.mail import Mail, checking
from alongside.bridges.port import Batch, Body, Check, Permanent, Post, Temporary
from tests.bridges.mail.harness import MailHarness
from tests.bridges.mail.running import KnownRooms
from tests.bridges.mail.servers import OWN, PASSWORD, a_port


async def _checked(settings: Mapping[str, str]) -> list[Check]:
    mail = Mail(settings, KnownRooms())
    try:
        return list(await mail.check())
    finally:
        await mail.close()


def checked(house: MailHarness, **settings: str) -> list[Check]:
    return asyncio.run(_checked({**house.settings(), **settings}))


async def _first(settings: Mapping[str, str]) -> Batch:
    mail = Mail(settings, KnownRooms())
    try:
        return await anext(mail.listen(""))
    finally:
        await mail.close()


async def _sent(settings: Mapping[str, str], account: str = "ana@example.org") -> None:
    mail = Mail(settings, KnownRooms())
    try:
        await mail.send(Post(key="1", account=account, body=Body(lines=("Hello.",))))
    finally:
        await mail.close()


def ill(checks: list[Check]) -> list[str]:
    assert all(one.what.endswith(".") and bool(one.mend) is not one.is_well for one in checks), checks
    return [one.what for one in checks if not one.is_well]


def test_all_is_well_on_servers_that_do_what_they_should(house: MailHarness) -> None:
    house.invite_us(house.open_room, house.ana)
    house.invite_us(house.closed_room, house.ana)
    lists = "\n".join(house.settings()["lists"].splitlines()[:2])  # the others stand ready for rooms that a test makes
    submission = f"smtp://127.0.0.1:{house.servers.ports.submission}"
    checks = checked(house, smtp=submission, smtp_password=PASSWORD, lists=lists)
    assert ill(checks) == []
    assert len(checks) == 8
    # What it sent to itself it has removed again.
    assert house.servers.mails(OWN) == []


def test_by_a_line_that_is_encrypted_from_the_start_as_well(house: MailHarness) -> None:
    assert ill(checked(house, imap=f"imaps://localhost:{house.servers.ports.imaps}", lists="")) == []


def test_it_says_when_forged_results_come_through(house: MailHarness) -> None:
    checker = house.servers.checker
    checker.removes_forged, checker.annotates = False, False
    try:
        found = ill(checked(house, lists=""))
    finally:
        checker.removes_forged, checker.annotates = True, True
    assert found == [
        "Your mail server writes Authentication-Results as mx.example.org.",
        "Your mail server removes Authentication-Results that somebody else wrote in its name.",
    ]


def test_it_says_which_name_the_server_has_where_none_was_given(house: MailHarness) -> None:
    (check,) = [one for one in checked(house, lists="", server_name="") if not one.is_well]
    assert "mx.example.org" in check.mend
    # Nobody removes what is forged in a name that is nobody's.
    check, _ = [one for one in checked(house, lists="", server_name="elsewhere.example") if not one.is_well]
    assert "mx.example.org" in check.mend


def test_it_says_of_each_list_what_is_missing(house: MailHarness) -> None:
    lists = f"a.b a@b.example; c.d c@d.example members=/nowhere; {house.closed_room} hotline@lists.example.org members="
    checks = checked(house, lists=lists + str(house.servers.lists.members_file(house.closed_room)))
    mends = [one.mend for one in checks if not one.is_well]
    assert len(mends) == 3
    assert "members=FILE" in mends[0]
    assert "alongside+l." in mends[0]
    assert "/nowhere cannot be read" in mends[1]
    assert "hotline@lists.example.org" in mends[2]


def test_it_says_when_addresses_with_a_plus_do_not_arrive(house: MailHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "_arrival", lambda *_: None)
    (found,) = ill(checked(house, lists=""))
    assert "anything@example.org" in found


@pytest.mark.parametrize(
    ("settings", "mend"),
    [
        ({"imap": "https://x"}, "imaps://mail.example.org"),
        ({"imap": "imaps://x:y"}, "imaps://"),
        ({"smtp": "smtp:"}, "smtps://mail.example.org"),
        ({"address": "alongside"}, "alongside@example.org"),
        ({"address": f"{'a' * 50}@example.org"}, "too long"),
        ({"proof": "faith"}, "dmarc or aligned"),
        ({"lists": "one"}, "List-Id"),
        ({"ca_file": "/nowhere"}, "certificate authority"),
    ],
)
def test_settings_that_mean_nothing_are_named(house: MailHarness, settings: dict[str, str], mend: str) -> None:
    (check,) = checked(house, **settings)
    assert mend in check.mend
    with pytest.raises(Permanent) as refused:
        asyncio.run(_first({**house.settings(), **settings}))
    assert refused.value.is_of_connection


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"password": "not the password"}, "does not accept the login"),
        ({"folder": "Nowhere"}, "no folder"),
        ({"ca_file": ""}, "not to be trusted"),
    ],
)
def test_what_does_not_mend_itself_ends_the_connection(
    house: MailHarness, settings: dict[str, str], words: str
) -> None:
    given = {**house.settings(), "imap": f"imaps://127.0.0.1:{house.servers.ports.imaps}", **settings}
    with pytest.raises(Permanent, match=words) as refused:
        asyncio.run(_first(given))
    assert refused.value.is_of_connection
    assert "not the password" not in str(refused.value)
    assert ill(asyncio.run(_checked(given))) == [
        f"Alongside can read the mailbox at 127.0.0.1:{house.servers.ports.imaps}."
    ]


def test_a_server_that_is_not_there_is_tried_again(house: MailHarness) -> None:
    nobody = a_port()
    with pytest.raises(Temporary):
        asyncio.run(_first({**house.settings(), "imap": f"imap://127.0.0.1:{nobody}"}))
    with pytest.raises(Temporary) as refused:
        asyncio.run(_sent({**house.settings(), "smtp": f"smtp://127.0.0.1:{nobody}"}))
    assert not refused.value.is_uncertain
    assert ill(checked(house, smtp=f"smtp://127.0.0.1:{nobody}")) == [f"Alongside can send by 127.0.0.1:{nobody}."]


def test_a_wrong_password_for_sending_ends_the_connection(house: MailHarness) -> None:
    wrong = {"smtp": f"smtp://127.0.0.1:{house.servers.ports.submission}", "smtp_password": "not the password"}
    with pytest.raises(Permanent, match="does not accept") as refused:
        asyncio.run(_sent({**house.settings(), **wrong}))
    assert refused.value.is_of_connection
    assert "not the password" not in str(refused.value)
    with pytest.raises(Permanent, match="not to be trusted"):
        asyncio.run(_sent({**house.settings(), **wrong, "ca_file": ""}))


class Moody:
    """An SMTP server that answers what it is told to."""

    def __init__(self) -> None:
        self.answers: dict[str, str] = {}

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, name: str, lines: list[str]
    ) -> list[str]:
        session.host_name = name
        return [line for line in lines if "AUTH" not in line] if "no auth" in self.answers else lines

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.answers.get("mail", "250 yes")

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.answers.get("rcpt", "250 yes")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        return self.answers.get("data", "250 yes")

    def authenticated(self, *_anything: object) -> AuthResult:
        return AuthResult(success="auth" not in self.answers, message=self.answers.get("auth"), handled=False)


@pytest.fixture
def moody() -> Iterator[tuple[Moody, dict[str, str]]]:
    server, port = Moody(), a_port()
    controller = Controller(
        server,
        "127.0.0.1",
        port,
        authenticator=server.authenticated,
        auth_require_tls=False,
        auth_exclude_mechanism=["LOGIN"],
    )
    controller.start()
    settings = {"address": OWN, "imap": "imap://127.0.0.1:1", "smtp": f"smtp://127.0.0.1:{port}", "password": "secret"}
    yield server, settings
    controller.stop()


@pytest.mark.parametrize(
    ("step", "answer", "kind", "is_of_connection"),
    [
        ("mail", "451 later", Temporary, False),
        ("mail", "553 not your address", Permanent, True),
        ("mail", "552 too large", Permanent, False),
        ("rcpt", "450 later", Temporary, False),
        ("rcpt", "550 nobody", Permanent, False),
        ("data", "452 full", Temporary, False),
        ("data", "554 spam", Permanent, False),
        ("auth", "454 4.7.0 later", Temporary, False),
        ("auth", "535 5.7.8 no", Permanent, True),
        ("no auth", "", Permanent, True),
    ],
)
def test_each_answer_of_a_server_means_what_it_says(
    moody: tuple[Moody, dict[str, str]], step: str, answer: str, kind: type[Exception], *, is_of_connection: bool
) -> None:
    server, settings = moody
    asyncio.run(_sent(settings))
    server.answers[step] = answer
    with pytest.raises(kind, match=answer[:3] or "offers no login") as refused:
        asyncio.run(_sent(settings))
    if isinstance(refused.value, Permanent):
        assert refused.value.is_of_connection is is_of_connection
    else:
        assert not refused.value.is_uncertain  # type: ignore[attr-defined]


def test_no_password_goes_over_an_open_line_to_another_machine(moody: tuple[Moody, dict[str, str]]) -> None:
    """0.0.0.0 leads to this machine, and is no name of it: it stands for another one here."""
    _, settings = moody
    port = settings["smtp"].rpartition(":")[2]
    with pytest.raises(Permanent, match="offers no encryption") as refused:
        asyncio.run(_sent({**settings, "smtp": f"smtp://0.0.0.0:{port}"}))
    assert refused.value.is_of_connection
