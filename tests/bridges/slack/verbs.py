"""What people do in a pretended workspace, and how it fails."""

import asyncio
from typing import Any

from tests.bridges.slack import shapes
from tests.bridges.slack.shapes import Record
from tests.bridges.slack.workspace import APP_TOKEN, BOT_TOKEN, Workspace


class Verbs(Workspace):
    # ---------------------------------------------------------------- setting up

    def person(self, identity: str, name: str, handle: str, **marks: Any) -> str:
        self.people[identity] = shapes.user(identity, name, handle, **marks)
        return identity

    def room(self, identity: str, name: str, members: list[str], *, is_private: bool = False) -> str:
        self.channels[identity] = shapes.channel(identity, name, is_private=is_private)
        self.members[identity] = list(members)
        self.messages.setdefault(identity, [])
        return identity

    # ---------------------------------------------------------------- saying

    def say(self, account: str, channel: str, text: str, thread: str = "", **more: Any) -> str:
        """The time stamp under which it stands."""
        return str(self.now(lambda: self._say(account, channel, text, thread, more)))

    def _say(self, account: str, channel: str, text: str, thread: str, more: Record) -> str:
        stamp = self.new_stamp()
        message = {
            "type": "message",
            "user": account,
            "text": text,
            "ts": stamp,
            "team": shapes.TEAM,
            "client_msg_id": f"00000000-0000-4000-8000-{self._count():012d}",
            **({"thread_ts": thread} if thread else {}),
            **more,
        }
        self.messages.setdefault(channel, []).append(message)
        parent = next((one for one in self.messages[channel] if one["ts"] == thread), None)
        self._emit_message(channel, message, **({"parent_user_id": parent["user"]} if parent else {}))
        return stamp

    def say_to_us(self, account: str, text: str, thread: str = "") -> tuple[str, str]:
        channel = self.now(lambda: self.direct_with(account))
        return channel, self.say(account, channel, text, thread)

    def edit(self, channel: str, stamp: str, text: str) -> None:
        self.now(lambda: self._edit(channel, stamp, text))

    def _edit(self, channel: str, stamp: str, text: str) -> None:
        message = self._message(channel, stamp)
        before, at = dict(message), self.new_stamp()
        message |= {"text": text, "edited": {"user": message["user"], "ts": at}}
        self._emit_change(channel, "message_changed", at, message=dict(message), previous_message=before)

    def preview(self, channel: str, stamp: str) -> None:
        """Slack itself adds the preview of a link: a change that nobody made."""

        def add() -> None:
            message = self._message(channel, stamp)
            before = dict(message)
            message["attachments"] = [
                {"id": 1, "fallback": "A page", "title": "A page", "from_url": "https://example.org"}
            ]
            at = self.new_stamp()
            self._emit_change(channel, "message_changed", at, message=dict(message), previous_message=before)

        self.now(add)

    def delete(self, channel: str, stamp: str) -> None:
        def remove() -> None:
            message = self._message(channel, stamp)
            self.messages[channel].remove(message)
            at = self.new_stamp()
            self._emit_change(channel, "message_deleted", at, deleted_ts=stamp, previous_message=message)

        self.now(remove)

    def _emit_change(self, channel: str, subtype: str, at: str, **more: Any) -> None:
        kind = "im" if channel.startswith("D") else "group" if self.channels[channel]["is_private"] else "channel"
        head = {"type": "message", "subtype": subtype, "hidden": True, "channel": channel, "ts": at, "event_ts": at}
        self.emit({**head, "channel_type": kind, **more})

    def _message(self, channel: str, stamp: str) -> Record:
        return next(one for one in self.messages[channel] if one["ts"] == stamp)

    def react(self, account: str, channel: str, stamp: str, name: str, *, is_taken_back: bool = False) -> None:
        def add() -> None:
            kind = "reaction_removed" if is_taken_back else "reaction_added"
            item = {"type": "message", "channel": channel, "ts": stamp}
            by = self._message(channel, stamp)["user"]
            self.emit({"type": kind, "user": account, "reaction": name, "item": item, "item_user": by})

        self.now(add)

    # ---------------------------------------------------------------- rooms and people

    def invite_us(self, channel: str, by: str) -> None:
        self.join(shapes.BOT, channel, inviter=by)

    def put_us_out(self, channel: str) -> None:
        def remove() -> None:
            self.members[channel].remove(shapes.BOT)
            kind = "group_left" if self.channels[channel]["is_private"] else "channel_left"
            self.emit({"type": kind, "channel": channel, "actor_id": "U0ANAANA1"})

        self.now(remove)

    def join(self, account: str, channel: str, inviter: str = "") -> None:
        def add() -> None:
            if account not in self.members[channel]:
                self.members[channel].append(account)
            self._emit_move("member_joined_channel", account, channel, **({"inviter": inviter} if inviter else {}))

        self.now(add)

    def leave(self, account: str, channel: str) -> None:
        def remove() -> None:
            self.members[channel].remove(account)
            self._emit_move("member_left_channel", account, channel)

        self.now(remove)

    def _emit_move(self, kind: str, account: str, channel: str, **more: Any) -> None:
        if shapes.BOT in self.members[channel] or account == shapes.BOT:
            of = "G" if self.channels[channel]["is_private"] else "C"
            self.emit(
                {"type": kind, "user": account, "channel": channel, "channel_type": of, "team": shapes.TEAM, **more}
            )

    def rename_room(self, channel: str, name: str) -> None:
        def rename() -> None:
            self.channels[channel] |= {"name": name, "name_normalized": name}
            kind = "group_rename" if self.channels[channel]["is_private"] else "channel_rename"
            changed = {"id": channel, "name": name, "name_normalized": name, "created": 1750000000}
            self.emit({"type": kind, "channel": changed})

        self.now(rename)

    def archive(self, channel: str, by: str) -> None:
        def close() -> None:
            self.channels[channel]["is_archived"] = True
            if not self.channels[channel]["is_private"]:
                self.members[channel].clear()
            kind = "group_archive" if self.channels[channel]["is_private"] else "channel_archive"
            self.emit({"type": kind, "channel": channel, "user": by})

        self.now(close)

    def change_id(self, channel: str, to: str) -> None:
        """As when a private channel is shared with another organisation."""

        def change() -> None:
            self.channels[to] = {**self.channels.pop(channel), "id": to}
            self.members[to] = self.members.pop(channel)
            self.messages[to] = self.messages.pop(channel, [])
            self.emit({"type": "channel_id_changed", "old_channel_id": channel, "new_channel_id": to})

        self.now(change)

    def make_private(self, channel: str, by: str) -> None:
        def close() -> None:
            self.channels[channel] |= {"is_private": True, "is_channel": False, "is_group": True}
            stamp = self.new_stamp()
            message = {"type": "message", "subtype": "channel_convert_to_private", "user": by, "ts": stamp}
            self._emit_message(channel, {**message, "text": "made this channel *private*."})

        self.now(close)

    def share(self, channel: str, with_team: str) -> None:
        def share() -> None:
            self.channels[channel] |= {"is_ext_shared": True, "is_shared": True}
            self.emit({"type": "channel_shared", "connected_team_id": with_team, "channel": channel})

        self.now(share)

    def change_person(self, identity: str, name: str = "", **marks: Any) -> None:
        def change() -> None:
            person = self.people[identity] = {**self.people[identity], **marks}
            if name:
                person["profile"] = {**person["profile"], "real_name": name, "real_name_normalized": name}
                person["real_name"] = name
            self.emit({"type": "user_change", "user": person, "cache_ts": 1750000000})

        self.now(change)

    def hire(self, identity: str, name: str, handle: str) -> None:
        self.person(identity, name, handle)
        self.now(lambda: self.emit({"type": "team_join", "user": self.people[identity], "cache_ts": 1750000000}))

    # ---------------------------------------------------------------- acts

    def _trigger(self, account: str) -> str:
        trigger = f"{self._count()}.{self._count()}.abcdef"
        self.triggers[trigger] = account
        return trigger

    def _reply_url(self, account: str, channel: str) -> str:
        url = f"{self.origin}/respond/{self._count()}"
        self.reply_uses[url] = (account, channel, 5)
        return url

    def command(self, account: str, channel: str, words: str) -> None:
        self.now(lambda: self._command(account, channel, words))

    def _command(self, account: str, channel: str, words: str) -> None:
        name = "directmessage" if channel.startswith("D") else self.channels[channel]["name"]
        is_private = not channel.startswith("D") and self.channels[channel]["is_private"]
        payload = {
            "token": "",
            "api_app_id": shapes.APP,
            "team_id": shapes.TEAM,
            "team_domain": self.domain,
            "channel_id": channel,
            "channel_name": "privategroup" if is_private else name,
            "user_id": account,
            "user_name": self.people[account]["name"],
            "command": "/alongside",
            "text": words,
            "response_url": self._reply_url(account, channel),
            "trigger_id": self._trigger(account),
            "is_enterprise_install": "false",
        }
        self._deliver("slash_commands", payload)

    def _interaction(self, kind: str, account: str, **more: Any) -> None:
        head: Record = {
            "type": kind,
            "team": {"id": shapes.TEAM, "domain": self.domain},
            "user": shapes.who(self.people[account]),
            "api_app_id": shapes.APP,
            "token": "",
            "trigger_id": self._trigger(account),
            "enterprise": None,
            "is_enterprise_install": False,
        }
        if kind == "message_action":  # says less of the app and of the person
            del head["api_app_id"], head["user"]["username"]
        self._deliver("interactive", head | more)

    def _channel_name(self, channel: str) -> Record:
        name = "directmessage" if channel.startswith("D") else self.channels[channel]["name"]
        return {
            "id": channel,
            "name": "privategroup" if name != "directmessage" and self.channels[channel]["is_private"] else name,
        }

    def choose_keep(self, account: str, channel: str, stamp: str) -> None:
        def choose() -> None:
            url = self._reply_url(account, channel)
            message = self.shown(self._message(channel, stamp))
            more = {"callback_id": "keep", "message_ts": stamp, "response_url": url, "message": message}
            self._interaction("message_action", account, **more, channel=self._channel_name(channel))

        self.now(choose)

    def press(self, account: str, label: str) -> None:
        self.now(lambda: self._press(account, label))

    def _press(self, account: str, label: str) -> None:
        at, channel, button, whispered, message = max(
            (one for one in self._buttons(account) if one[2]["text"]["text"] == label), key=lambda one: one[0]
        )
        thread = message.get("thread_ts")
        container = {"type": "message", "message_ts": at, "channel_id": channel, "is_ephemeral": whispered}
        action = {**button, "block_id": "b", "action_ts": self.new_stamp()}
        self._interaction(
            "block_actions",
            account,
            container=container | ({"thread_ts": thread} if thread else {}),
            channel=self._channel_name(channel),
            actions=[action],
            response_url=self._reply_url(account, channel),
            **({} if whispered else {"message": self.shown(message)}),
        )

    def _buttons(self, account: str) -> list[tuple[str, str, Record, bool, Record]]:
        found = [
            (one["ts"], one["channel"], button, True, one)
            for one in self.whispers
            if one["user"] == account
            for button in shapes.buttons_of(one["blocks"])
        ]
        for channel, messages in self.messages.items():
            if account in self.members.get(channel, []) or self.direct.get(account) == channel:
                for one in messages:
                    found += [
                        (one["ts"], channel, button, False, one) for button in shapes.buttons_of(one.get("blocks", []))
                    ]
        return found

    def press_home(self, account: str, label: str) -> None:
        def press() -> None:
            buttons = shapes.buttons_of(self.homes[account]["blocks"])
            button = next(one for one in buttons if one["text"]["text"] == label)
            self._interaction(
                "block_actions",
                account,
                container={"type": "view", "view_id": "V000000001"},
                actions=[{**button, "block_id": "b", "action_ts": self.new_stamp()}],
            )

        self.now(press)

    def open_home(self, account: str) -> None:
        channel = self.now(lambda: self.direct_with(account))
        self.now(lambda: self.emit({"type": "app_home_opened", "user": account, "channel": channel, "tab": "home"}))

    def send_form(self, account: str, **filled: str) -> None:
        """The newest form that this account has open."""

        def send() -> None:
            _, view = next(one for one in reversed(self.views) if one[0] == account)
            blocks = {block["block_id"]: block["element"] for block in view["blocks"] if block["type"] == "input"}
            values = {
                name: {"value": {"type": "plain_text_input", "value": filled.get(name, element.get("initial_value"))}}
                for name, element in blocks.items()
            }
            self._interaction("view_submission", account, view={**view, "state": {"values": values}})

        self.now(send)

    # ---------------------------------------------------------------- failing

    def fail_sends(self, times: int, retry_after: float = 0.0, error: str = "ratelimited") -> None:
        self.now(lambda: self._failures.extend([(error, retry_after)] * times))

    def limit_once(self, method: str, retry_after: float) -> None:
        self.now(lambda: self._limits.update({method: retry_after}))

    def swallow_answer(self) -> None:
        def swallow() -> None:
            self._swallow = True

        self.now(swallow)

    def expire_triggers(self) -> None:
        self.now(self.triggers.clear)

    def expire_replies(self) -> None:
        self.now(self.reply_uses.clear)

    def cut(self) -> None:
        async def close() -> None:
            for socket in list(self._sockets):
                await socket.close()

        self.run(close())

    def renew(self, reason: str = "refresh_requested") -> None:
        """Slack asks for a new line, and ends the old ones a little later."""

        async def ask() -> None:
            old = list(self._sockets)
            for socket in old:
                await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "pretended"}})
            await asyncio.sleep(0.3)
            for socket in old:
                await socket.close()

        self.run(ask())

    def repeat_last(self) -> None:
        async def again() -> None:
            assert self._last is not None
            envelope = {**self._last, "retry_attempt": 1, "retry_reason": "timeout"}
            await (self._to_socket(envelope) if self.is_socket_mode else self._to_http(envelope, 1))

        self.run(again())

    def hold(self) -> None:
        def hold() -> None:
            self._held = []

        self.now(hold)

    def release(self, *, is_reversed: bool = False) -> None:
        """What was held, in order or against it."""

        async def go_on() -> None:
            held, self._held = self._held or [], None
            for envelope in reversed(held) if is_reversed else held:
                self._last = envelope
                self._unacknowledged[envelope["envelope_id"]] = envelope
                await self._to_socket(envelope)

        self.run(go_on())

    def revoke(self) -> None:
        def revoke() -> None:
            self.emit({"type": "tokens_revoked", "tokens": {"bot": [shapes.BOT]}})
            self.tokens -= {BOT_TOKEN, APP_TOKEN}

        self.now(revoke)

    def is_connected(self) -> bool:
        return bool(self.now(lambda: len(self._sockets)))

    def unacknowledged(self) -> int:
        return int(self.now(lambda: len(self._unacknowledged)))
