"""Our page in Slack, the App Home: what Alongside does, what it never does, and one's own acts."""

import asyncio

from alongside.bridges.adapters.slack.acts import Carried
from alongside.bridges.adapters.slack.calls import Calls, Expired
from alongside.bridges.adapters.slack.render import Seal, sealed
from alongside.bridges.port import Permanent, Temporary
from alongside.kit.json_fields import Record

_DOES = (
    "Ask me something, here or in a channel that I am in: I answer you alone, with what people worked out before.",
    "“Keep this” in the menu of a message makes a note of its thread. You see the draft first; nobody else does.",
    "A check under what helped you says so to whoever wrote it.",
)
_NEVER = (
    "I take in only what mentions me or what somebody keeps, and only in channels into which a member invited me.",
    "What is closed stays closed. You see only what you may read; so does everybody else.",
    "I post nothing in your name unless you sent it, and I tell nobody what you look for or read.",
    "I write to you because you asked for something, and for no other reason.",
)
_ACTS = (
    ("What do you know of me?", "what do you know of me"),
    ("Take my things", "take my things"),
    ("Leave my words out", "pause"),
    ("Forget me", "forget me"),
    ("Help", "help"),
)


def _head(text: str) -> Record:
    return {"type": "header", "text": {"type": "plain_text", "text": text, "emoji": False}}


def _lines(lines: tuple[str, ...]) -> Record:
    items = [{"type": "rich_text_section", "elements": [{"type": "text", "text": line}]} for line in lines]
    return {
        "type": "rich_text",
        "elements": [{"type": "rich_text_list", "style": "bullet", "indent": 0, "elements": items}],
    }


def home(seal: Seal) -> Record:
    """The same for everybody: it says nothing about who opens it."""
    buttons = [
        {
            "type": "button",
            "action_id": f"home-{number}",
            "text": {"type": "plain_text", "text": label, "emoji": False},
            "value": sealed(Carried(words=words), seal),
        }
        for number, (label, words) in enumerate(_ACTS)
    ]
    blocks = [
        _head("What I do"),
        _lines(_DOES),
        _head("What I never do"),
        _lines(_NEVER),
        _head("Yours"),
        {"type": "actions", "elements": buttons},
    ]
    return {"type": "home", "blocks": blocks}


class Homes:
    """Shows it beside everything else: nothing waits for it, and nothing fails with it."""

    def __init__(self, calls: Calls, seal: Seal) -> None:
        self._calls, self._seal = calls, seal
        self._showing: set[asyncio.Task[None]] = set()
        self._shown: set[str] = set()

    def show(self, account: str) -> None:
        task = asyncio.ensure_future(self._show(account))
        self._showing.add(task)
        task.add_done_callback(self._showing.discard)

    def show_once(self, account: str) -> None:
        """Where nobody hears that somebody opens it: when Alongside first answers them."""
        if account and account not in self._shown:
            self._shown.add(account)
            self.show(account)

    async def _show(self, account: str) -> None:
        try:
            await self._calls("views.publish", {"user_id": account, "view": home(self._seal)})
        except (Temporary, Permanent, Expired):
            self._shown.discard(account)

    async def close(self) -> None:
        for task in list(self._showing):
            task.cancel()
        await asyncio.gather(*self._showing, return_exceptions=True)
