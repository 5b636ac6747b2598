"""The app that an organisation makes for itself in Slack, as Slack's "app manifest", with no scope that is not used."""

from typing import Any

COMMAND = "/alongside"

# Scope, and what Alongside cannot do without it. In the order in which `check` asks for them.
SCOPES = {
    "app_mentions:read": "hear when it is mentioned",
    "channels:history": "hear what is said in public channels that it was invited into",
    "channels:read": "know these channels, their names and their members",
    "groups:history": "hear what is said in private channels that it was invited into",
    "groups:read": "know these channels, their names and their members",
    "im:history": "read what is written to it alone",
    "im:write": "write to somebody alone, who wrote to it or asked for it",
    "chat:write": "answer",
    "commands": f"offer {COMMAND} and “Keep this”",
    "reactions:read": "see that something helped, or is to be kept",
    "users:read": "know who is a full member, a guest, or deactivated",
}
EVENTS = (
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "channel_archive",
    "channel_deleted",
    "channel_id_changed",
    "channel_left",
    "channel_rename",
    "channel_shared",
    "channel_unarchive",
    "channel_unshared",
    "group_archive",
    "group_deleted",
    "group_left",
    "group_rename",
    "group_unarchive",
    "member_joined_channel",
    "member_left_channel",
    "message.channels",
    "message.groups",
    "message.im",
    "reaction_added",
    "reaction_removed",
    "team_join",
    "tokens_revoked",
    "user_change",
)
_DESCRIPTION = "Finds what colleagues worked out before, and keeps what you work out now."
_LONG = (
    "Ask Alongside in your own words, where you are. It answers you alone, with what people worked out before:"
    " conversations and notes, each with its source, and only what you may read. It listens only in channels into which"
    " a member invited it, takes in only what mentions it or what somebody keeps, posts nothing in anybody's name unless"
    " they sent it, and watches nobody. It runs on your organisation's own machine."
)


def manifest(name: str = "Alongside", base_url: str = "") -> dict[str, Any]:
    """For Socket Mode, or, with the address at which Slack reaches us, for signed HTTP."""
    address = {"request_url": base_url} if base_url else {}
    shortcut = {
        "name": "Keep this",
        "type": "message",
        "callback_id": "keep",
        "description": "Make a note of this thread. You see the draft first.",
    }
    command = {
        "command": COMMAND,
        "description": "Ask, keep, or see what is kept of you",
        "usage_hint": "how do you calm a caller who threatens to cancel?",
        "should_escape": False,
        **({"url": base_url} if base_url else {}),
    }
    return {
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": {
            "name": name,
            "description": _DESCRIPTION,
            "long_description": _LONG,
            "background_color": "#1f6b4f",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": name, "always_online": True},
            "shortcuts": [shortcut],
            "slash_commands": [command],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {**address, "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, **address},
            "org_deploy_enabled": False,
            "socket_mode_enabled": not base_url,
            "token_rotation_enabled": False,
        },
    }


def named_scope(scope: str) -> str:
    """What is missing, and what to do about it, in Slack's own words."""
    without = f" (without it Alongside cannot {SCOPES[scope]})" if scope in SCOPES else ""
    return (
        f"The scope “{scope}” is missing{without}: add it in Slack under OAuth & Permissions, Bot Token Scopes,"
        " then “Reinstall to Workspace”."
    )
