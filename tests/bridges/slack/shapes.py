"""What Slack's things look like on the wire: filled in where Alongside or slack-sdk looks, empty where it does not."""

from collections.abc import Callable
from typing import Any

Record = dict[str, Any]

TEAM = "T0ALONG01"
APP = "A0ALONG01"
BOT = "U0BOTBOT1"
BOT_ID = "B0BOTBOT1"
ENTERPRISE = None


def user(identity: str, name: str, handle: str, **marks: Any) -> Record:
    profile = {
        "real_name": name,
        "real_name_normalized": name,
        "display_name": handle,
        "display_name_normalized": handle,
        "avatar_hash": "",
        "title": "",
        "phone": "",
        "skype": "",
        "status_text": "",
        "status_emoji": "",
        "fields": {},
        "team": TEAM,
    }
    return {
        "id": identity,
        "team_id": TEAM,
        "name": handle,
        "real_name": name,
        "deleted": False,
        "color": "9f69e7",
        "tz": "Europe/Paris",
        "tz_label": "Central European Time",
        "tz_offset": 3600,
        "profile": profile,
        "is_admin": False,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "is_bot": False,
        "is_app_user": False,
        "updated": 1750000000,
        **marks,
    }


def our_user() -> Record:
    ours = user(BOT, "Alongside", "alongside", is_bot=True)
    ours["profile"] |= {"bot_id": BOT_ID, "api_app_id": APP}
    return ours


def channel(identity: str, name: str, *, is_private: bool) -> Record:
    topic = {"value": "", "creator": "", "last_set": 0}
    return {
        "id": identity,
        "name": name,
        "name_normalized": name,
        "is_channel": not is_private,
        "is_group": is_private,
        "is_im": False,
        "is_mpim": False,
        "is_private": is_private,
        "is_archived": False,
        "is_general": False,
        "is_shared": False,
        "is_ext_shared": False,
        "is_org_shared": False,
        "pending_shared": [],
        "is_pending_ext_shared": False,
        "created": 1750000000,
        "creator": "U0ANAANA1",
        "unlinked": 0,
        "topic": topic,
        "purpose": dict(topic),
        "previous_names": [],
    }


def wrapper(event: Record, number: int, *, is_shared: bool) -> Record:
    """What stands around every event."""
    return {
        "token": "",
        "team_id": TEAM,
        "api_app_id": APP,
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev{number:09d}",
        "event_time": int(float(event["event_ts"])),
        "authed_users": [BOT],
        "authorizations": [
            {
                "enterprise_id": ENTERPRISE,
                "team_id": TEAM,
                "user_id": BOT,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": is_shared,
        "event_context": f"4-{number}",
    }


def bot_profile() -> Record:
    icon = "https://a.slack-edge.com/bot.png"
    return {
        "id": BOT_ID,
        "deleted": False,
        "name": "Alongside",
        "updated": 1750000000,
        "app_id": APP,
        "icons": {"image_36": icon, "image_48": icon, "image_72": icon},
        "team_id": TEAM,
    }


def who(person: Record) -> Record:
    """A person in an interaction."""
    return {"id": person["id"], "username": person["name"], "name": person["name"], "team_id": TEAM}


def words_of(blocks: list[Record]) -> str:
    """All that can be read in blocks, as a person reads it."""
    return "\n".join(line for line in (_words(block).strip() for block in blocks) if line)


def _words(thing: Any) -> str:
    if isinstance(thing, list):
        return "".join(_words(one) for one in thing)
    read = _READ.get(str(thing.get("type"))) if isinstance(thing, dict) else None
    return read(thing) if read else _words(thing.get("elements", [])) if isinstance(thing, dict) else ""


_READ: dict[str, Callable[[Record], str]] = {
    **dict.fromkeys(("plain_text", "mrkdwn", "text"), lambda thing: str(thing.get("text", ""))),
    **dict.fromkeys(("header", "section", "button"), lambda thing: _words(thing.get("text"))),
    **dict.fromkeys(("rich_text", "rich_text_list"), lambda thing: "\n".join(_words(one) for one in thing["elements"])),
    "link": lambda thing: str(thing.get("text") or thing.get("url")),
    "actions": lambda _thing: "",
}


def links_of(thing: Any) -> list[str]:
    if isinstance(thing, list):
        return [link for one in thing for link in links_of(one)]
    if not isinstance(thing, dict):
        return []
    own = [str(thing["url"])] if "url" in thing else []
    return own + [link for value in thing.values() for link in links_of(value)]


def buttons_of(blocks: list[Record]) -> list[Record]:
    return [
        element
        for block in blocks
        if block["type"] == "actions"
        for element in block["elements"]
        if element["type"] == "button"
    ]
