"""Every step of the way, tried: both logins, and a mail to oneself that shows what one's own server does with it."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Final

from alongside.bridges.adapters.mail import senders
from alongside.bridges.adapters.mail.addresses import Addresses, Purpose
from alongside.bridges.adapters.mail.automatic import MARK_OF_CHECK, OWN_MARK
from alongside.bridges.adapters.mail.lists import MailList
from alongside.bridges.adapters.mail.mailbox import Lying, Mailbox
from alongside.bridges.adapters.mail.render import Letter
from alongside.bridges.adapters.mail.rosters import roster_of
from alongside.bridges.adapters.mail.sending import Sending
from alongside.bridges.adapters.mail.settings import Settings
from alongside.bridges.port import Check, Permanent, Temporary
from alongside.kit import clock, ids
from alongside.kit.mail_headers import fields_of

_FORGED: Final = "forged.invalid"
_LOOK_EVERY: Final = 0.3


@dataclass(frozen=True, slots=True)
class Arrival:
    """What became of the mail to oneself."""

    servers: tuple[str, ...]
    is_forged_first: bool


def checks(settings: Settings, mailbox: Mailbox, sending: Sending, *, patience: float = 30.0) -> Iterator[Check]:
    """Those of the way there and back end at the first that fails: the rest would fail for the same reason."""
    with closing(mailbox):
        if trouble := _trouble(mailbox.open):
            yield Check(what=f"Alongside can read the mailbox at {settings.imap}.", is_well=False, mend=trouble)
            return
        yield Check(what=f"Alongside can read the mailbox at {settings.imap}.", is_well=True)
        yield Check(
            what="The IMAP server says at once when mail comes (IDLE).",
            is_well=mailbox.has_idle,
            mend=""
            if mailbox.has_idle
            else "Alongside looks every 30 seconds instead. Turn IDLE on in the IMAP server.",
        )
        if trouble := _trouble(sending.try_login):
            yield Check(what=f"Alongside can send by {settings.smtp}.", is_well=False, mend=trouble)
            return
        yield Check(what=f"Alongside can send by {settings.smtp}.", is_well=True)
        yield from _to_oneself(settings, mailbox, sending, patience)
    yield from (check for one in settings.lists.values() for check in _of_list(one, settings.own))


def _trouble(act: Callable[[], None]) -> str:
    try:
        act()
    except (Temporary, Permanent) as error:
        return str(error)
    return ""


def _to_oneself(settings: Settings, mailbox: Mailbox, sending: Sending, patience: float) -> Iterator[Check]:
    own = settings.own
    to = own.made(Purpose.ANSWER, about="", account=own.own, day=clock.now().date())
    what = f"A mail to {own.own.replace('@', '+anything@')} arrives in this mailbox."
    letter = _letter(settings, to)
    if trouble := _trouble(lambda: sending.send(letter)):
        mend = f"Turn on subaddresses with a plus sign (Postfix: recipient_delimiter = +). It said: {trouble}"
        yield Check(what=what, is_well=False, mend=mend)
        return
    arrival = _arrival(settings, mailbox, letter.message_id, patience)
    if arrival is None:
        mend = (
            f"A mail to {to} was taken by {settings.smtp} and did not arrive in the folder {settings.folder} within"
            f" {patience:.0f} seconds. Turn on subaddresses with a plus sign (Postfix: recipient_delimiter = +;"
            " Dovecot: lmtp_save_to_detail_mailbox = no), and look at the mail server's log."
        )
        yield Check(what=what, is_well=False, mend=mend)
        return
    yield Check(what=what, is_well=True)
    yield from _of_results(settings, arrival)


def _letter(settings: Settings, to: str) -> Letter:
    message_id = settings.own.message_id(f"check {ids.new_id()}", about="", account=settings.own.own)
    head = {
        "From": f"Alongside <{settings.own.own}>",
        "To": to,
        "Subject": "Alongside looks whether its mail arrives",
        "Date": clock.now().strftime("%a, %d %b %Y %H:%M:%S +0000"),
        "Message-ID": f"<{message_id}>",
        OWN_MARK: MARK_OF_CHECK,
        "Auto-Submitted": "auto-generated",
    }
    if settings.server_name:
        head["Authentication-Results"] = f"{settings.server_name}; dmarc=pass header.from={_FORGED}"
    content = "".join(f"{name}: {value}\r\n" for name, value in head.items()) + "\r\nIt removes this mail itself.\r\n"
    return Letter(to, settings.own.own, message_id, content.encode("ascii", "replace"))


def _arrival(settings: Settings, mailbox: Mailbox, message_id: str, patience: float) -> Arrival | None:
    until = time.monotonic() + patience
    while time.monotonic() < until:
        if lying := mailbox.with_id(message_id):
            return _seen(settings, mailbox, lying[0])
        time.sleep(_LOOK_EVERY)
    return None


def _seen(settings: Settings, mailbox: Mailbox, lying: Lying) -> Arrival | None:
    mail = mailbox.mail(lying)
    with suppress(Temporary):
        mailbox.remove([lying.uid])
    if mail is None:
        return None
    fields = fields_of(mail.content)
    results = [one for one in senders.results_of(fields, settings.server_name) if one.place == 0]
    is_forged = any(one.property("header.from") == _FORGED for one in results)
    names = senders.servers_named(fields)
    # The one that was forged names the server too; it shows nothing.
    return Arrival(names[:-1] if is_forged else names, is_forged)


def _of_results(settings: Settings, arrival: Arrival) -> Iterator[Check]:
    if not settings.server_name:
        yield Check(
            what="Alongside knows what your mail server found out about a sender.",
            is_well=False,
            mend="Without the server's name in Authentication-Results, only answers to Alongside's own mails are believed."
            + (f" The mail just sent has results of: {', '.join(arrival.servers)}." if arrival.servers else ""),
        )
        return
    is_seen = settings.server_name in arrival.servers
    others = f" It has results of: {', '.join(arrival.servers)}." if arrival.servers else ""
    yield Check(
        what=f"Your mail server writes Authentication-Results as {settings.server_name}.",
        is_well=is_seen,
        mend="" if is_seen else f"The mail just sent has none of that name.{others} Some servers write none into mail of"
        " their own people: turn that on too, or those are not believed (Rspamd: milter_headers; OpenDMARC: AuthservID).",
    )  # fmt: skip
    yield Check(
        what="Your mail server removes Authentication-Results that somebody else wrote in its name.",
        is_well=not arrival.is_forged_first,
        mend=f"A forged header “{settings.server_name}; dmarc=pass” came through. Anybody could write in anybody's name:"
        " let the server remove it (Rspamd does; OpenDMARC: RemoveARAll; Postfix: header_checks)."
        if arrival.is_forged_first
        else "",
    )


def _of_list(one: MailList, own: Addresses) -> Iterator[Check]:
    what = f"The members of {one.post} are known, and Alongside is one of them."
    subscribe = f"Subscribe {own.of_list(one.list_id)} to {one.post}"
    if not one.members_file:
        mend = (
            f"Write members=FILE behind the list. Until then nobody reads in Alongside what is said there. {subscribe}."
        )
        yield Check(what=what, is_well=False, mend=mend)
        return
    roster = roster_of(one, own)
    if roster is None:
        yield Check(
            what=what, is_well=False, mend=f"{one.members_file} cannot be read. Let Alongside's account read it."
        )
    elif not roster.has_us:
        yield Check(what=what, is_well=False, mend=f"{subscribe}, and write the members into {one.members_file} anew.")
    else:
        yield Check(what=what, is_well=True)
