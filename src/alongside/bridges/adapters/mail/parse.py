"""A mail, from bytes, to what happened. Pure: when it arrived, and what is known of lists, is given.

What is said in a list is passed on. What is written to us is an act of its sender, when there is proof of who that is;
otherwise it is nothing: not answered either, since the answer would go to whoever is named in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from html import escape
from typing import Final

from alongside.bridges.adapters.mail import automatic, forwards, senders, words
from alongside.bridges.adapters.mail.addresses import Addresses, Purpose, Token
from alongside.bridges.adapters.mail.lists import MailList, Roster
from alongside.bridges.adapters.mail.senders import Asked, Sender
from alongside.bridges.port import AccountSeen, Arrived, Bounced, Reach, RoomSeen, Said
from alongside.kit import safe_html
from alongside.kit.counting import counted
from alongside.kit.mail_headers import (
    Fields,
    body_with_its_headers,
    fields_of,
    first,
    is_automatic,
    message_id,
    said_at,
)
from alongside.kit.mail_parts import Attachment, Parts, parts_of
from alongside.kit.mail_threads import list_of, subject_of, thread_of, web_address_in

_KILO: Final = 1_000
# Of what one mail says: more of it than a person wrote is a log or a file, and stays in the mail.
_LONGEST: Final = 200_000
_LONGEST_WORDS: Final = 50_000
_MOST_ATTACHMENTS: Final = 20
# Of what the token says; where that did not fit into an address, of everything that comes by itself.
_STOP: Final = "no more of this"


@dataclass(frozen=True, slots=True)
class Mail:
    """`size` is what it has on the server; `content` may be its beginning only."""

    content: bytes
    arrived_at: datetime
    size: int = 0


@dataclass(frozen=True, slots=True)
class House:
    """What parsing has to know of the installation."""

    own: Addresses
    server: str = ""
    asked: Asked = Asked.DMARC
    domains: frozenset[str] = frozenset()
    lists: Mapping[str, MailList] = field(default_factory=dict)
    rosters: Mapping[str, Roster] = field(default_factory=dict)


class Place(StrEnum):
    """Where a mail belongs once it was read."""

    LIST = "list"  # kept, so that its thread can be read later
    FORWARD = "forward"  # kept for some days, for the same reason
    DONE = "done"  # written to us: nobody needs it any more
    LEFT = "left"  # not for us, or not believed: an administrator may want to look at it


@dataclass(frozen=True, slots=True)
class Taken:
    """`list_name`: what the list of this mail calls itself."""

    place: Place
    arrived: tuple[Arrived, ...] = ()
    list_id: str = ""
    list_name: str = ""


def taken(mail: Mail, house: House) -> Taken:
    """Never raises: a mail that cannot be read is left where it is."""
    try:
        return read(mail, house)
    except Exception:  # noqa: BLE001 (anybody may send anything here; no single mail may stop the rest)
        return Taken(Place.LEFT)


def read(mail: Mail, house: House) -> Taken:
    fields = fields_of(mail.content)
    delivered = automatic.delivered_to(fields)
    failed = automatic.bounces(mail.content, [*delivered, *automatic.addressed_to(fields)], house.own)
    if failed:
        return Taken(Place.DONE, tuple(_bounced(one, message_id(fields, mail.content)) for one in failed))
    if automatic.is_of_ours(fields, house.own):
        return Taken(Place.LEFT if automatic.is_check(fields) else Place.DONE)
    on = _Reading(mail, fields, house)
    named = list_of(fields)
    if named is None:
        return on.to_us()
    known = house.lists.get(named[0])
    return on.on_list(known, named[1], delivered) if known else Taken(Place.LEFT)


def forwarded(mail: Mail, house: House) -> tuple[Said, ...]:
    """The thread in a mail that forwards one. Only for a mail that was `taken` as such."""
    try:
        return _Reading(mail, fields_of(mail.content), house).forwarded()
    except Exception:  # noqa: BLE001 (as in `taken`)
        return ()


def _bounced(failed: automatic.Failed, own_id: str) -> Arrived:
    event = Bounced(
        account=failed.address,
        reason="Its mail server did not take the mail." if failed.is_permanent else "Its mail server delays the mail.",
        is_permanent=failed.is_permanent,
    )
    return Arrived(remote_id=f"bounce:{own_id}", version=failed.address, event=event)


class _Reading:
    """One mail, and what was found in its head."""

    def __init__(self, mail: Mail, fields: Fields, house: House) -> None:
        self.mail, self.fields, self.house = mail, fields, house
        self.own_id = message_id(fields, mail.content)
        self.answered, self.references = thread_of(fields, self.own_id)
        self.results = senders.results_of(fields, house.server)

    # To us alone.

    def to_us(self) -> Taken:
        sender = senders.sender_of(self.fields)
        if sender is None or automatic.must_not_be_answered(self.fields, self.house.own) or self._is_look_alike(sender):
            return Taken(Place.LEFT)
        token = self._token(sender)
        if not (token or senders.is_proved(sender, self.results, self.house.asked)):
            return Taken(Place.LEFT)
        parts = self._parts()
        about = token.about if token else ""
        about = about or self._about(sender.address)
        if token and token.purpose is Purpose.STOP:
            return self._done(self._said_to_us(sender, parts, about=about, wish=_STOP))
        forwarded = forwards.in_mail(parts, self.fields, self.own_id, sender, self.house.lists)
        if forwarded is not None:
            return Taken(Place.FORWARD, self._forwarded(sender, parts, forwarded))
        room = self._also_said_in(sender)
        if room and self._answers_us() and not words.mentions(words.first_said(parts.html), self.house.own):
            return Taken(Place.DONE)  # for the others there, and with the list's copy it comes
        return self._done(self._said_to_us(sender, parts, about=about, room=room))

    def _done(self, arrived: tuple[Arrived, ...]) -> Taken:
        return Taken(Place.DONE, arrived) if arrived else Taken(Place.LEFT)

    def _token(self, sender: Sender) -> Token | None:
        day = self.mail.arrived_at.date()
        recipients = [*automatic.delivered_to(self.fields), *automatic.addressed_to(self.fields)]
        tokens = [self.house.own.token_in(address, sender.address) for address in recipients]
        good = [token for token in tokens if token and token.authorises_on(day)]
        return next((token for token in good if token.purpose in {Purpose.ANSWER, Purpose.STOP}), None)

    def _also_said_in(self, sender: Sender) -> str:
        """A mail to a list with us in Cc comes here twice, and this way first: it was said in the list."""
        addressed = set(automatic.addressed_to(self.fields))
        for one in self.house.lists.values():
            roster = self.house.rosters.get(one.list_id)
            if one.post in addressed and roster is not None and roster.has_us and sender.address in roster.names:
                return one.list_id
        return ""

    def _said_to_us(
        self, sender: Sender, parts: Parts, *, about: str, room: str = "", wish: str = ""
    ) -> tuple[Arrived, ...]:
        subject = subject_of(self.fields)
        wish = wish or words.wanted(parts.html, subject, self.house.own, is_answer=self.answered is not None)
        html = self._html(parts) or safe_html.from_plain(subject or wish)
        if not wish or not html:
            return ()
        said = self._said(sender.address, room, html, is_to_us=True, words=wish, about=about)
        return (self._account(sender), self._arrived(said))

    def _forwarded(self, sender: Sender, parts: Parts, forwarded: forwards.Forwarded) -> tuple[Arrived, ...]:
        wish = words.first_said(parts.html) if not forwarded.is_silent else ""
        said = self._said(
            sender.address,
            forwarded.room,
            safe_html.from_plain(wish or forwards.KEEP),
            context=forwarded.context,
            is_to_us=True,
            words=wish or forwards.KEEP,
        )
        if not forwarded.is_own_room:
            return (self._account(sender), self._arrived(said))
        room = RoomSeen(
            source_id=forwarded.room,
            name=f"forwarded by {sender.name or sender.address}",
            reach=Reach.MEMBERS,
            members=(sender.address,),
        )
        return (
            self._account(sender),
            Arrived(remote_id=f"room:{forwarded.room}", event=room),
            self._arrived(said),
        )

    def forwarded(self) -> tuple[Said, ...]:
        """What stands in a forward: asked for once the act about it needs it."""
        sender = senders.sender_of(self.fields)
        if sender is None:
            return ()
        parts = self._parts()
        found = forwards.in_mail(parts, self.fields, self.own_id, sender, self.house.lists)
        if found is None or not found.is_own_room:
            return ()
        return forwards.said_in(parts, found, self.own_id, sender, self.mail.arrived_at)

    # On a list.

    def on_list(self, known: MailList, phrase: str, delivered: list[str]) -> Taken:
        if is_automatic(self.fields) or automatic.is_going_round(self.fields, self.house.own):
            return Taken(Place.LEFT)
        if not self._came_from(known, delivered):
            return Taken(Place.LEFT)
        author = self._author_on(known)
        if author is None or self._is_look_alike(author[0]):
            return Taken(Place.LEFT)
        said = self._said_on(known, *author)
        if said is None:
            return Taken(Place.LIST)
        events = [] if self._is_known(author[0].address) and not author[1] else [self._account(author[0])]
        return Taken(Place.LIST, (*events, self._arrived(said)), known.list_id, phrase or known.plain_name)

    def _came_from(self, known: MailList, delivered: list[str]) -> bool:
        """It did come over the list: it came to the address that only the list has, or from the list's servers."""
        return self.house.own.of_list(known.list_id) in delivered or senders.is_from_domain(self.results, known.domain)

    def _author_on(self, known: MailList) -> tuple[Sender, bool] | None:
        """(who wrote it, is that proved). Lists that put their own address into From tell the author beside it."""
        sender = senders.sender_of(self.fields)
        if sender is None:
            return None
        if sender.address == known.post:
            author = forwards.behind_list(self.fields, sender, known)
            return (author, known.vouches) if author else None
        if known.vouches:
            return sender, True
        # Who was signed in when it was sent here is the list, not the author.
        results = [one for one in self.results if one.method != "auth"]
        if senders.is_refuted(sender, results):
            return None
        return sender, senders.is_proved(sender, results, self.house.asked)

    def _said_on(self, known: MailList, author: Sender, is_proved: bool) -> Said | None:  # noqa: FBT001 (a pair's half)
        parts = self._parts()
        html = self._html(parts) or safe_html.from_plain(subject_of(self.fields))
        if not html:
            return None
        own = self.house.own
        own_words = words.first_said(parts.html)
        is_called = words.mentions(own_words, own) or (self._is_addressed() and not self._answers_us())
        if not (is_proved and is_called):
            return self._said(
                author.address, known.list_id, html, about=self._about(author.address if is_proved else "")
            )
        wish = words.wanted(parts.html, subject_of(self.fields), own, is_answer=self.answered is not None)
        return self._said(
            author.address, known.list_id, html, is_to_us=True, words=wish, about=self._about(author.address)
        )

    def _is_addressed(self) -> bool:
        return any(self.house.own.is_ours(address) for address in automatic.addressed_to(self.fields))

    def _answers_us(self) -> bool:
        return self.answered is not None and self.house.own.is_own_id(self.answered)

    # Both.

    def _is_look_alike(self, sender: Sender) -> bool:
        house = self.house
        members = (address for roster in house.rosters.values() for address in roster.names)
        known = {house.own.domain, *house.domains, *(address.rpartition("@")[2] for address in members)}
        return senders.is_look_alike(sender.domain, known)

    def _is_known(self, address: str) -> bool:
        return any(address in roster.names for roster in self.house.rosters.values())

    def _is_guest(self, address: str) -> bool:
        return address.rpartition("@")[2] not in self.house.domains

    def _account(self, sender: Sender) -> Arrived:
        seen = account_seen(sender.address, sender.name, self.house)
        return Arrived(remote_id=f"account:{sender.address}", version=self.own_id, event=seen)

    def _about(self, account: str) -> str:
        earlier = [self.answered] if self.answered else []
        named = [*earlier, *reversed(self.references[-20:])]
        return next((about for name in named if (about := self.house.own.about_in_id(name, account))), "")

    def _parts(self) -> Parts:
        return parts_of(body_with_its_headers(self.fields, self.mail.content))

    def _html(self, parts: Parts) -> str:
        lines = attached(parts, self.mail, web_address_in(first(self.fields, "archived-at")))
        names = [safe_html.from_html("\n".join(lines))] if lines else []
        if len(parts.html) > _LONGEST:
            said = f"{safe_html.plain_text(parts.html)[:_LONGEST_WORDS]} … (the rest is in the mail)"
            return "\n".join([safe_html.from_plain(said), *names])
        return "\n".join([*([parts.html] if parts.html else []), *names])

    def _said(  # (every field is named)
        self,
        account: str,
        room: str,
        html: str,
        *,
        context: str = "",
        is_to_us: bool = False,
        words: str = "",
        about: str = "",
    ) -> Said:
        return Said(
            source_id=self.own_id,
            room=room,
            account=account,
            html=html,
            text=safe_html.plain_text(html),
            said_at=said_at(self.fields, b"", self.mail.arrived_at) or self.mail.arrived_at,
            context=context or (self.references[0] if self.references else self.own_id),
            reply_to=self.answered or "",
            subject=subject_of(self.fields),
            url=web_address_in(first(self.fields, "archived-at")),
            is_to_us=is_to_us,
            words=words,
            about=about,
        )

    def _arrived(self, said: Said) -> Arrived:
        # A list's copy and the one that came directly are one mail; an act in it is done once, whichever comes first.
        return Arrived(remote_id=f"mail:{said.source_id}", version="to us" if said.is_to_us else "", event=said)


def account_seen(address: str, name: str, house: House) -> AccountSeen:
    known = next((named for roster in house.rosters.values() if (named := roster.names.get(address))), "")
    is_guest = address.rpartition("@")[2] not in house.domains
    return AccountSeen(
        source_id=address, name=known or name or address.partition("@")[0], email=address, is_guest=is_guest
    )


def room_seen(known: MailList, roster: Roster | None, name: str) -> RoomSeen:
    return RoomSeen(
        source_id=known.list_id,
        name=name,
        reach=known.reach,
        members=tuple(sorted(roster.names)) if roster else None,
        has_strangers=known.has_strangers,
        # A list sends what is said from now on; what was said before nobody gets who comes later.
        hides_earlier=known.reach is Reach.MEMBERS and not known.has_archive,
    )


def attached(parts: Parts, mail: Mail, archived_at: str = "") -> list[str]:
    """Attachments stay in the mail: they are named, with their size, and lead to the list's archive, if it has one. Not
    clean yet.
    """
    lines = []
    missing = max(0, mail.size - len(mail.content))
    for place, one in enumerate(parts.attachments[:_MOST_ATTACHMENTS]):
        # Of a mail that was not read to its end, what is missing is of the last attachment.
        size = one.size + (missing * 3 // 4 if place == len(parts.attachments) - 1 else 0)
        name, where = escape(one.name), "in the mail"
        if archived_at:
            name, where = f'<a href="{escape(archived_at)}">{name}</a>', "in the list’s archive"
        lines.append(f"<p>attachment: {name}, {_readable(Attachment(one.name, size))}, {where}</p>")
    if more := len(parts.attachments) - len(lines):
        lines.append(f"<p>and {counted(more, 'more attachment')}</p>")
    return lines


def _readable(one: Attachment) -> str:
    if one.size < _KILO:
        return f"{one.size} bytes"
    if one.size < _KILO * _KILO:
        return f"{round(one.size / _KILO)} kB"
    return f"{one.size / _KILO / _KILO:.1f} MB"
