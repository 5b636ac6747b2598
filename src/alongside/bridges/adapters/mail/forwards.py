"""A thread that somebody forwards to Alongside so that it is kept.

Anybody can write anything into a mail that they forward. So it is read by nobody but the one who forwards it: it stands
in a room of theirs alone, each mail in it with the address that it shows. What goes further from there asks those whose
words they are, as always. Mails of a list that Alongside is in are not taken from the forward at all: there the thread
of the list is meant, and that is read where it was said.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from alongside.bridges.adapters.mail.lists import MailList
from alongside.bridges.adapters.mail.senders import Sender, is_plain_address, sender_of
from alongside.bridges.port import Said
from alongside.kit import safe_html
from alongside.kit.mail_headers import (
    Fields,
    body_with_its_headers,
    decoded,
    fields_of,
    first,
    message_id,
    person_of,
    said_at,
    words_of,
)
from alongside.kit.mail_parts import Parts, parts_of
from alongside.kit.mail_text import begins_with_earlier_mail
from alongside.kit.mail_threads import list_of, subject_of, thread_of

KEEP: Final = "keep"
ROOM: Final = "forwarded:"
# The thread in a forward is another than the one that the forwarding mail begins.
THREAD: Final = "#thread"

_FORWARD_SIGN: Final = re.compile(r"^\s*(?:fwd?|wg|tr|rv|enc|doorst|i|vs|转发)\s*[:：]", re.IGNORECASE)
_FOLDED: Final = re.compile(r"<details class=\"quoted\">(?:<summary>(.*?)</summary>)?(.*)</details>", re.DOTALL)
_VIA: Final = re.compile(r"\s+via\s+.*$", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Forwarded:
    """`is_own_room`: it is not a list's thread. `is_silent`: nothing was said beside what was forwarded."""

    room: str
    context: str
    is_own_room: bool
    is_silent: bool


def in_mail(
    parts: Parts, fields: Fields, own_id: str, sender: Sender, lists: Mapping[str, MailList]
) -> Forwarded | None:
    """None for a mail that forwards nothing."""
    own_room = ROOM + sender.address
    if parts.forwarded:
        is_silent = not safe_html.plain_text(parts.html).strip()
        for raw in parts.forwarded:
            inner = fields_of(raw)
            named = list_of(inner)
            if named and named[0] in lists:
                inner_id = message_id(inner, raw)
                _, references = thread_of(inner, inner_id)
                root = references[0] if references else inner_id
                return Forwarded(named[0], root, is_own_room=False, is_silent=is_silent)
        return Forwarded(own_room, own_id + THREAD, is_own_room=True, is_silent=is_silent)
    if not _FORWARD_SIGN.match(words_of(first(fields, "subject"))):
        return None
    if _FOLDED.search(parts.html):
        is_silent = not safe_html.plain_text(parts.html).strip()
        return Forwarded(own_room, own_id + THREAD, is_own_room=True, is_silent=is_silent)
    # A program that quotes nothing but writes a line above: all of it is the forward.
    if begins_with_earlier_mail(safe_html.plain_text(parts.html)[:2_000]):
        return Forwarded(own_room, own_id + THREAD, is_own_room=True, is_silent=True)
    return None


def said_in(parts: Parts, forwarded: Forwarded, own_id: str, sender: Sender, arrived_at: datetime) -> tuple[Said, ...]:
    """What stands in the forward, oldest first: its mails, or, of one that quotes, one message of the forwarder's."""
    mails = [one for raw in parts.forwarded if (one := _said_in(raw, forwarded, arrived_at)) is not None]
    if mails:
        return tuple(sorted(mails, key=lambda one: one.said_at))
    found = _FOLDED.search(parts.html)
    html = safe_html.from_html(f"{_introduced(found[1])}{found[2]}") if found else parts.html
    if not safe_html.plain_text(html).strip():
        return ()
    return (
        Said(
            source_id=f"{own_id}#forwarded",
            room=forwarded.room,
            account=sender.address,
            html=html,
            text=safe_html.plain_text(html),
            said_at=arrived_at,
            context=forwarded.context,
        ),
    )


def _introduced(summary: str | None) -> str:
    return f"<p>{summary}</p>" if summary else ""


def _said_in(raw: bytes, forwarded: Forwarded, arrived_at: datetime) -> Said | None:
    fields = fields_of(raw)
    address = person_of(first(fields, "from"))[0]
    html = parts_of(body_with_its_headers(fields, raw)).html
    if not html or not is_plain_address(address):
        return None
    return Said(
        # Its own id is the id of the true mail, which may be read elsewhere, as it really was.
        source_id=f"{forwarded.context}#{message_id(fields, raw)}"[:400],
        room=forwarded.room,
        account=address,
        html=html,
        text=safe_html.plain_text(html),
        said_at=said_at(fields, b"", arrived_at) or arrived_at,
        context=forwarded.context,
        subject=subject_of(fields),
    )


def behind_list(fields: Fields, sender: Sender, known: MailList) -> Sender | None:
    """Who wrote a mail whose From is the list's own address ("Alder Finch via Tools")."""
    name = _VIA.sub("", sender.name)
    for raw in [*fields.get("x-original-from", []), *fields.get("reply-to", [])]:
        for piece in decoded(raw).split(","):
            one = sender_of({"from": [piece.encode("utf-8", "replace")]})
            if one is not None and one.address != known.post:
                return Sender(one.address, one.name or name)
    return None
