"""The methods of Slack's Web API that Alongside uses, over the state of a pretended workspace, refusing as Slack does."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from tests.bridges.slack import shapes
from tests.bridges.slack.shapes import Record

if TYPE_CHECKING:
    from tests.bridges.slack.workspace import Workspace

LONGEST_VALUE = 2000


class No(Exception):
    """Slack's answer is no, and why."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.more = {"ok": False, "error": error, **more}


class WebApi:
    """One function a method; a list comes in pages of `page`."""

    def __init__(self, workspace: "Workspace") -> None:
        self._w = workspace
        self.page = 2
        self.takes_blocks = True
        self.methods: dict[str, Callable[[Record], Record]] = {
            "auth.test": self.auth_test,
            "apps.connections.open": self.apps_connections_open,
            "bots.info": self.bots_info,
            "users.info": self.users_info,
            "users.list": self.users_list,
            "users.conversations": self.users_conversations,
            "conversations.info": self.conversations_info,
            "conversations.members": self.conversations_members,
            "conversations.replies": self.conversations_replies,
            "conversations.history": self.conversations_history,
            "conversations.open": self.conversations_open,
            "chat.postMessage": self.chat_post_message,
            "chat.postEphemeral": self.chat_post_ephemeral,
            "views.open": self.views_open,
            "views.publish": self.views_publish,
        }

    def auth_test(self, _given: Record) -> Record:
        return {
            "url": f"https://{self._w.domain}.slack.com/",
            "team": "Tarnbrook",
            "user": "alongside",
            "team_id": shapes.TEAM,
            "user_id": shapes.BOT,
            "bot_id": shapes.BOT_ID,
            "is_enterprise_install": False,
        }

    def apps_connections_open(self, _given: Record) -> Record:
        if not self._w.is_socket_mode:
            raise No("socket_mode_not_enabled")
        return {"url": f"{self._w.origin.replace('http', 'ws', 1)}/link/?ticket={self._w.new_ticket()}"}

    def bots_info(self, _given: Record) -> Record:
        self.needs("users:read")
        return {"bot": {k: v for k, v in shapes.bot_profile().items() if k != "team_id"} | {"user_id": shapes.BOT}}

    def users_info(self, given: Record) -> Record:
        self.needs("users:read")
        person = self._w.people.get(given.get("user", ""))
        if person is None:
            raise No("user_not_found")
        return {"user": person}

    def users_list(self, given: Record) -> Record:
        self.needs("users:read")
        ours = [person for person in self._w.people.values() if not person.get("is_stranger")]
        return self.paged("members", ours, given) | {"cache_ts": 1750000000}

    def users_conversations(self, given: Record) -> Record:
        kinds = given.get("types", "public_channel").split(",")
        if "public_channel" in kinds:
            self.needs("channels:read")
        if "private_channel" in kinds:
            self.needs("groups:read")
        found = [
            channel
            for channel in self._w.channels.values()
            if shapes.BOT in self._w.members[channel["id"]]
            and ("private_channel" if channel["is_private"] else "public_channel") in kinds
            and not (channel["is_archived"] and given.get("exclude_archived") in {"true", "1", True})
        ]
        return self.paged("channels", found, given)

    def conversations_info(self, given: Record) -> Record:
        channel = self.channel(given, "read")
        return {"channel": {**channel, "is_member": shapes.BOT in self._w.members[channel["id"]]}}

    def conversations_members(self, given: Record) -> Record:
        channel = self.channel(given, "read")
        return self.paged("members", self._w.members[channel["id"]], given)

    def conversations_replies(self, given: Record) -> Record:
        messages = self.messages(given)
        asked = next((one for one in messages if one["ts"] == given.get("ts")), None)
        if asked is None:
            raise No("thread_not_found")
        root = asked.get("thread_ts", asked["ts"])
        thread = [one for one in messages if one["ts"] == root or one.get("thread_ts") == root]
        return self.paged("messages", self.between(thread, given), given)

    def conversations_history(self, given: Record) -> Record:
        messages = [one for one in self.messages(given) if one.get("thread_ts", one["ts"]) == one["ts"]]
        newest_first = list(reversed(self.between(messages, given)))
        return self.paged("messages", newest_first, given) | {
            "pin_count": 0,
            "channel_actions_ts": None,
            "channel_actions_count": 0,
        }

    def conversations_open(self, given: Record) -> Record:
        self.needs("im:write")
        account = given.get("users", "")
        person = self._w.people.get(account)
        if person is None:
            raise No("user_not_found")
        if person["deleted"]:
            raise No("user_disabled")
        if person["is_bot"]:
            raise No("cannot_dm_bot")
        return {"channel": {"id": self._w.direct_with(account)}}

    def chat_post_message(self, given: Record) -> Record:
        self.needs("chat:write")
        channel = self.where_to_post(given)
        blocks = self.blocks(given)
        message = self._w.add_ours(channel, given, blocks)
        return {"channel": channel, "ts": message["ts"], "message": self._w.shown(message)}

    def chat_post_ephemeral(self, given: Record) -> Record:
        self.needs("chat:write")
        channel = self.where_to_post(given)
        if given.get("user") not in self._w.members.get(channel, [given.get("user")]):
            raise No("user_not_in_channel")
        stamp = self._w.new_stamp()
        self._w.whisper(given["user"], channel, self.blocks(given), given.get("thread_ts", ""), given.get("text", ""))
        return {"message_ts": stamp}

    def views_open(self, given: Record) -> Record:
        account = self._w.triggers.pop(given.get("trigger_id", ""), None)
        if account is None:
            raise No("expired_trigger_id" if given.get("trigger_id") else "invalid_arguments")
        return {"view": self._w.open_view(account, self.view(given))}

    def views_publish(self, given: Record) -> Record:
        if given.get("user_id") not in self._w.people:
            raise No("user_not_found")
        self._w.homes[given["user_id"]] = self.view(given)
        return {"view": self.view(given)}

    # ---------------------------------------------------------------- what several of them ask

    def needs(self, scope: str) -> None:
        if scope not in self._w.scopes:
            raise No("missing_scope", needed=scope, provided=",".join(sorted(self._w.scopes)))

    def paged(self, name: str, found: list[Any], given: Record) -> Record:
        start = int(given.get("cursor") or 0)
        size = min(self.page, int(given.get("limit") or 100))
        rest = str(start + size) if start + size < len(found) else ""
        more = {"has_more": bool(rest)} if name == "messages" else {}
        return {name: found[start : start + size], "response_metadata": {"next_cursor": rest}, **more}

    def channel(self, given: Record, what: str) -> Record:
        channel = self._w.channels.get(given.get("channel", ""))
        if channel is None:
            raise No("channel_not_found")
        self.needs(f"{'groups' if channel['is_private'] else 'channels'}:{what}")
        if channel["is_private"] and shapes.BOT not in self._w.members[channel["id"]]:
            raise No("channel_not_found")
        return channel

    def messages(self, given: Record) -> list[Record]:
        identity = given.get("channel", "")
        if identity.startswith("D"):
            self.needs("im:history")
        elif shapes.BOT not in self._w.members[self.channel(given, "history")["id"]]:
            raise No("not_in_channel")
        has_metadata = given.get("include_all_metadata") in {"true", "1", True}
        return [self._w.shown(one, has_metadata=has_metadata) for one in self._w.messages.get(identity, [])]

    def between(self, messages: list[Record], given: Record) -> list[Record]:
        first, last = given.get("oldest", "0"), given.get("latest", "9")
        is_inclusive = given.get("inclusive") in {"true", "1", True}
        return [
            one
            for one in messages
            if first < one["ts"] < last
            or (is_inclusive and one["ts"] in {first, last})
            or (not given.get("latest") and first < one["ts"])
        ]

    def where_to_post(self, given: Record) -> str:
        identity = str(given.get("channel", ""))
        if identity in self._w.direct.values():
            return identity
        channel = self._w.channels.get(identity)
        if channel is None or (channel["is_private"] and shapes.BOT not in self._w.members[identity]):
            raise No("channel_not_found")
        if channel["is_archived"]:
            raise No("is_archived")
        if shapes.BOT not in self._w.members[identity]:
            raise No("not_in_channel")
        return identity

    def blocks(self, given: Record) -> list[Record]:
        """As strict as slack-sdk's own models, and in what they do not look at."""
        blocks: list[Record] = _json(given.get("blocks") or [])
        if blocks and not self.takes_blocks:
            raise No("invalid_blocks")
        if not given.get("text") and not blocks:
            raise No("no_text")
        try:
            for block in Block.parse_all(blocks):
                block.to_dict()
        except (SlackObjectFormationError, TypeError):
            raise No("invalid_blocks") from None
        if len(blocks) > 50 or any(len(one.get("value", "")) > LONGEST_VALUE for one in shapes.buttons_of(blocks)):
            raise No("invalid_blocks")
        return blocks

    def view(self, given: Record) -> Record:
        view: Record = _json(given.get("view") or {})
        try:
            View(**view).to_dict()
        except (SlackObjectFormationError, TypeError):
            raise No("invalid_arguments") from None
        if len(view.get("private_metadata", "")) > 3000 or len(view.get("title", {}).get("text", "")) > 24:
            raise No("invalid_arguments")
        return view


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
