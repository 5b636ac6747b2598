"""What was said before: a whole thread, and what our own posts in it are about."""

from alongside.bridges.adapters.slack.calls import Calls
from alongside.bridges.adapters.slack.parse import is_marked, is_ours, said_of
from alongside.bridges.adapters.slack.reading import Place, Workspace
from alongside.bridges.port import Known, Said
from alongside.kit.json_fields import Record, record_of, records_of, text_of

_LOOKED_BACK = 15


def stamp_of(source_id: str, channel: str) -> str:
    """The time stamp in an id of ours, if it is of this channel."""
    of_channel, _, stamp = source_id.partition(":")
    return stamp if of_channel == channel else ""


class Threads:
    def __init__(self, calls: Calls, known: Known) -> None:
        self._calls, self._known = calls, known

    async def whole(self, channel: str, stamp: str, workspace: Workspace) -> list[Said]:
        """Oldest first, without what programs said. Raises Temporary and Permanent."""
        given = {"channel": channel, "ts": stamp}
        said: list[Said] = []
        async for page in self._calls.pages("conversations.replies", "messages", given):
            said += [one for one in (said_of(message, channel, workspace) for message in records_of(page)) if one]
        return sorted(said, key=lambda one: one.said_at)

    async def about(self, place: Place, workspace: Workspace) -> str:
        """What the post of ours carried that something came to; "" for none."""
        for message in await self._before(place):
            if is_ours(message, workspace) and is_marked(message):
                return self._known.unseal(text_of(_carried(message).get("about"))) or ""
        return ""

    async def _before(self, place: Place) -> list[Record]:
        """Newest first."""
        given = {"channel": place.channel, "include_all_metadata": "true"}
        if place.is_itself:
            only = {"oldest": place.stamp, "latest": place.stamp, "inclusive": "true", "limit": 5}
            answer = await self._calls("conversations.replies", {**given, "ts": place.stamp, **only})
            return [one for one in records_of(answer.get("messages")) if one.get("ts") == place.stamp]
        if not place.thread:
            answer = await self._calls("conversations.history", {**given, "latest": place.stamp, "limit": _LOOKED_BACK})
            return records_of(answer.get("messages"))
        messages: list[Record] = []
        pages = self._calls.pages("conversations.replies", "messages", {**given, "ts": place.thread}, is_patient=False)
        async for page in pages:
            messages += [one for one in records_of(page) if text_of(one.get("ts")) < place.stamp]
        return sorted(messages, key=lambda one: text_of(one.get("ts")), reverse=True)

    async def posted_before(self, channel: str, stamp: str, key: str, workspace: Workspace) -> str:
        """The time stamp of our post with this key, if an earlier try got through; "" otherwise."""
        given = {"channel": channel, "include_all_metadata": "true", "limit": 100}
        if stamp:
            pages = self._calls.pages("conversations.replies", "messages", {**given, "ts": stamp}, is_patient=False)
            messages = [one async for page in pages for one in records_of(page)]
        else:
            messages = records_of((await self._calls("conversations.history", given)).get("messages"))
        ours = (one for one in messages if is_ours(one, workspace) and _carried(one).get("key") == key)
        return next((text_of(one.get("ts")) for one in ours), "")

    async def is_thread(self, channel: str, stamp: str) -> bool:
        """Whether anybody answered there yet: in what is no thread, Slack shows no whisper."""
        answer = await self._calls("conversations.replies", {"channel": channel, "ts": stamp, "limit": 2})
        return any(one.get("thread_ts") for one in records_of(answer.get("messages")))


def _carried(message: Record) -> Record:
    return record_of(record_of(message.get("metadata")).get("event_payload"))
