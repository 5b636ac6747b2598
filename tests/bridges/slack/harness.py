"""Slack for the contract of adapters: a pretended workspace with four people and two rooms."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from alongside.bridges.port import Sign
from tests.bridges.harness import Placed, Shown
from tests.bridges.slack import shapes
from tests.bridges.slack.shapes import Record
from tests.bridges.slack.verbs import Verbs
from tests.bridges.slack.workspace import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET

EMOJI = {Sign.HELPED: "white_check_mark", Sign.KEEP: "keep"}


class SlackHarness:
    kind: ClassVar[str] = "slack"
    cannot: ClassVar[frozenset[str]] = frozenset()
    ana, bo, cy, dee = "U0ANAANA1", "U0BOBOBO1", "U0CYCYCY1", "U0DEEDEE1"
    open_room, closed_room = "C0HOTLINE", "C0LEADS01"

    def __init__(self, slack: Verbs | None = None) -> None:
        self.slack = slack or Verbs()
        self.slack.person(self.ana, "Ana Moreau", "ana")
        self.slack.person(self.bo, "Bo Lindgren", "bo")
        self.slack.person(self.cy, "Cy Tanaka", "cy")
        self.slack.person(self.dee, "Dee Laurent", "dee", is_restricted=True)
        self.slack.room(self.open_room, "hotline", [self.ana, self.bo, self.cy, self.dee])
        self.slack.room(self.closed_room, "leads", [self.ana, self.bo], is_private=True)

    def settings(self) -> Mapping[str, str]:
        return {
            "bot_token": BOT_TOKEN,
            "app_token": APP_TOKEN,
            "signing_secret": SIGNING_SECRET,
            "address": self.slack.api_url,
        }

    # ---------------------------------------------------------------- what people do

    def make_room(self, name: str, members: Sequence[str], *, is_open: bool) -> str:
        identity = f"C0{name.upper().replace('-', '')}"
        return self.slack.room(identity, name, list(members), is_private=not is_open)

    def invite_us(self, room: str, by: str) -> None:
        self.slack.invite_us(room, by)

    def put_us_out(self, room: str, by: str) -> None:
        self.slack.put_us_out(room)

    def say(self, account: str, room: str, text: str, context: str = "") -> Placed:
        thread = context.partition(":")[2]
        return self._placed(room, self.slack.say(account, room, text, thread), thread)

    def mention(self, account: str, room: str, text: str, context: str = "") -> Placed:
        return self.say(account, room, f"<@{shapes.BOT}> {text}", context)

    def say_to_us(self, account: str, text: str) -> Placed:
        channel, stamp = self.slack.say_to_us(account, text)
        return self._placed(channel, stamp, "")

    def _placed(self, channel: str, stamp: str, thread: str) -> Placed:
        return Placed(f"{channel}:{stamp}", f"{channel}:{thread or stamp}")

    def edit(self, account: str, room: str, source_id: str, text: str) -> None:
        self.slack.edit(*self._where(source_id), text)

    def delete(self, account: str, room: str, source_id: str) -> None:
        self.slack.delete(*self._where(source_id))

    def react(self, account: str, room: str, source_id: str, sign: Sign) -> None:
        self.slack.react(account, *self._where(source_id), EMOJI[sign])

    def _where(self, source_id: str) -> tuple[str, str]:
        channel, _, stamp = source_id.partition(":")
        return channel, stamp

    def press(self, account: str, label: str) -> None:
        self.slack.press(account, label)

    def command(self, account: str, room: str, words: str) -> None:
        self.slack.command(account, room, words)

    def join(self, account: str, room: str) -> None:
        self.slack.join(account, room)

    def leave(self, account: str, room: str) -> None:
        self.slack.leave(account, room)

    def rename_room(self, room: str, name: str) -> None:
        self.slack.rename_room(room, name)

    def rename(self, account: str, name: str) -> None:
        self.slack.change_person(account, name)

    def deactivate(self, account: str) -> None:
        self.slack.change_person(account, deleted=True)

    # ---------------------------------------------------------------- how it fails

    def fail_sends(self, times: int, retry_after: float = 0.0) -> None:
        self.slack.fail_sends(times, retry_after)

    def swallow_answer(self) -> None:
        self.slack.swallow_answer()

    def cut(self) -> None:
        self.slack.cut()

    def repeat_last(self) -> None:
        self.slack.repeat_last()

    # ---------------------------------------------------------------- what is seen

    def seen_by(self, account: str) -> Sequence[Shown]:
        return list(self.slack.now(lambda: self._seen_by(account)))

    def _seen_by(self, account: str) -> list[Shown]:
        found = [
            (one["ts"], self._shown(one, one["channel"], is_for_them_alone=True))
            for one in self.slack.whispers
            if one["user"] == account
        ]
        for channel, messages in self.slack.messages.items():
            is_direct = self.slack.direct.get(account) == channel
            if is_direct or account in self.slack.members.get(channel, []):
                found += [
                    (one["ts"], self._shown(one, channel, is_for_them_alone=is_direct))
                    for one in messages
                    if one.get("bot_id") == shapes.BOT_ID
                ]
        return [shown for _, shown in sorted(found, key=lambda one: one[0])]

    def _shown(self, message: Record, channel: str, *, is_for_them_alone: bool) -> Shown:
        is_whisper = "text" not in message
        thread = message.get("thread_ts") or ("" if is_whisper else message["ts"])
        blocks = message.get("blocks", [])
        return Shown(
            text=shapes.words_of(blocks) or message.get("text") or message.get("in_words", ""),
            room="" if channel.startswith("D") else channel,
            is_for_them_alone=is_for_them_alone,
            context=f"{channel}:{thread}" if thread else "",
            source_id="" if is_whisper else f"{channel}:{message['ts']}",
            buttons=tuple(button["text"]["text"] for button in shapes.buttons_of(blocks)),
            links=tuple(shapes.links_of(blocks)),
        )

    def close(self) -> None:
        self.slack.close()
