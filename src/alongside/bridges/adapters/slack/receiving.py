"""What Slack sends over HTTP: signed, young and of a reasonable size, or refused without a look at it."""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

from slack_sdk.signature import Clock, SignatureVerifier

from alongside.bridges.adapters.slack.acts import acts
from alongside.bridges.adapters.slack.parse import events
from alongside.bridges.adapters.slack.reading import Read, Workspace
from alongside.bridges.port import Known, Reach, Received, Remembers
from alongside.kit import clock
from alongside.kit.json_fields import Record, record_of, records_of, text_of
from alongside.kit.slack_markup import Names
from alongside.kit.slack_people import checked_identity

LARGEST = 1_000_000
_MOST_FIELDS = 100
_REFUSED = Received(status=401, body=b"The signature is not Slack's, or it is too old.")
_TOO_LARGE = Received(status=413, body=b"Too large.")
_UNREADABLE = Received(status=400, body=b"Not what Slack sends.")


class _Clock(Clock):
    def now(self) -> float:
        return clock.now().timestamp()


def is_signed(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    if not secret.strip():
        return False
    try:
        return SignatureVerifier(secret.strip(), _Clock()).is_valid_request(body, dict(headers))
    except (ValueError, TypeError, OverflowError):  # a time that is none, bytes that are no text
        return False


def received(secret: str, known: Known, headers: Mapping[str, str], body: bytes) -> Received:
    """Never raises."""
    if len(body) > LARGEST:
        return _TOO_LARGE
    if not is_signed(secret, headers, body):
        return _REFUSED
    kind = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
    if kind.partition(";")[0].strip().lower() == "application/x-www-form-urlencoded":
        return _of_form(known, body)
    payload = _decoded(body)
    if payload is None:
        return _UNREADABLE
    if payload.get("type") == "url_verification":
        return Received(body=text_of(payload.get("challenge")).encode())
    read = events(payload, _workspace(payload, known))
    return Received(arrived=read.arrived, is_to_complete=read.about is not None)


def _of_form(known: Known, body: bytes) -> Received:
    try:
        fields: Record = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        return _UNREADABLE
    given = _decoded(text_of(fields.get("payload")).encode()) if "payload" in fields else fields
    if given is None:
        return _UNREADABLE
    read: Read = acts(given, known.unseal)
    return Received(arrived=read.arrived)


def _decoded(body: bytes) -> Record | None:
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return given if isinstance(given, dict) else None


class _Asked(Mapping[str, Any]):
    """Looked up when an event speaks of it, and not before."""

    def __init__(self, ask: Callable[[str], object]) -> None:
        self._ask = ask

    def __getitem__(self, identity: str) -> Any:
        found = self._ask(identity)
        if not found:
            raise KeyError(identity)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def _workspace(payload: Record, known: Known) -> Workspace:
    """What the event itself says of us, and what the core remembers."""
    bots = [one for one in records_of(payload.get("authorizations")) if one.get("is_bot") is True]
    bot = checked_identity(record_of(bots[0] if bots else None).get("user_id"))
    team = text_of(payload.get("team_id"))
    if not isinstance(known, Remembers):
        return Workspace(bot=bot, team=team)
    names = Names(_Asked(known.account_name), _Asked(partial(_open_name, known)))
    return Workspace(bot=bot, team=team, names=names, rooms=_Asked(known.room))


def _open_name(known: Remembers, identity: str) -> str:
    room = known.room(identity)
    return room.name.removeprefix("#") if room and room.reach is not Reach.MEMBERS else ""
