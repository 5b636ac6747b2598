"""A person as Slack describes one, in an export, an event and its Web API alike."""

import re
from dataclasses import dataclass

from alongside.kit.json_fields import Record, record_of, text_of

_IDENTITY = re.compile(r"[A-Z][A-Z0-9]{2,20}", re.ASCII)
SLACKBOT = "USLACKBOT"


@dataclass(frozen=True, slots=True)
class Person:
    source_id: str
    name: str
    handle: str
    email: str
    is_guest: bool
    is_deactivated: bool
    is_bot: bool


def identity_of(item: Record) -> str:
    """Ids go into addresses, so only what Slack's ids look like is one."""
    return checked_identity(item.get("id"))


def checked_identity(value: object) -> str:
    return value if isinstance(value, str) and _IDENTITY.fullmatch(value) else ""


def person_of(item: Record, team: str, enterprise: str) -> Person | None:
    """None for what has no id. `team` and `enterprise` are ours: whoever is of another one is a guest."""
    identity = identity_of(item)
    if not identity:
        return None
    profile = record_of(item.get("profile"))
    handle = text_of(profile.get("display_name")) or text_of(item.get("name"))
    return Person(
        source_id=identity,
        name=text_of(profile.get("real_name")) or text_of(item.get("real_name")) or handle or identity,
        handle=handle,
        email=text_of(profile.get("email")),
        is_guest=_is_guest(item, team, enterprise),
        is_deactivated=item.get("deleted") is True,
        is_bot=item.get("is_bot") is True or item.get("is_workflow_bot") is True or identity == SLACKBOT,
    )


def enterprise_of(item: Record) -> str:
    return text_of(record_of(item.get("enterprise_user")).get("enterprise_id"))


def _is_guest(item: Record, team: str, enterprise: str) -> bool:
    """Guests, and people of another workspace who share a channel: none of them is of the organisation."""
    if any(item.get(mark) is True for mark in ("is_restricted", "is_ultra_restricted", "is_stranger")):
        return True
    of_team, of_enterprise = text_of(item.get("team_id")), enterprise_of(item)
    return not (not of_team or of_team == team or (of_enterprise and of_enterprise == enterprise))
