"""Events of a homeserver to what they say. Pure; what is malformed, or of no kind that matters here, is None."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from alongside.bridges.adapters.matrix import markup
from alongside.bridges.adapters.matrix.fields import (
    Fields,
    fields_at,
    id_at,
    is_at,
    text_at,
    texts_at,
    time_at,
)
from alongside.bridges.adapters.matrix.policy import Policy, localpart_of
from alongside.bridges.port import Sign
from alongside.kit import safe_html

ABOUT = "org.alongside.about"
_SPOKEN = frozenset({"m.text", "m.notice", "m.emote", "m.image", "m.file", "m.audio", "m.video", "m.location"})
_AFTER_NAME = re.compile(r"[\s:,;.!–-]*")


@dataclass(frozen=True, slots=True)
class Head:
    """What every event has."""

    id: str
    account: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Message:
    """A message. `root`: the thread it stands in; `replaces`: the message that it is an edit of; `sealed`: what a
    post of ours carried, still sealed. `is_automatic`: a machine said it, and must not be answered.
    """

    head: Head
    html: str
    text: str
    words: str
    mentions: tuple[str, ...]
    is_to_us: bool
    is_automatic: bool
    root: str
    reply_to: str
    replaces: str
    sealed: str


def head(event: object) -> Head | None:
    event_id, account = id_at(event, "event_id"), id_at(event, "sender")
    at = time_at(event, "origin_server_ts")
    if not event_id.startswith("$") or not account.startswith("@") or at is None:
        return None
    return Head(event_id, account, at)


def kind(event: object) -> str:
    return text_at(event, "type")


def is_state(event: object) -> bool:
    return isinstance(event, Mapping) and isinstance(event.get("state_key"), str)


def message(event: object, policy: Policy, names: Mapping[str, str]) -> Message | None:
    """`names`: what the room calls its accounts."""
    first, content = head(event), fields_at(event, "content")
    if first is None or kind(event) != "m.room.message" or is_state(event):
        return None
    replaces = _related(content, "m.replace")
    said = fields_at(content, "m.new_content") if replaces else content
    reply_to = id_at(content, "m.relates_to", "m.in_reply_to", "event_id")
    root = _related(content, "m.thread")
    if root and is_at(content, "m.relates_to", "is_falling_back"):
        reply_to = ""  # for clients that know no threads; nobody replied to anything
    if text_at(said, "msgtype") not in _SPOKEN:
        return None
    html = _html(said, is_reply=bool(reply_to or root))
    if not html:
        return None
    named = (*texts_at(said, "m.mentions", "user_ids"), *markup.mentioned(html))
    mentions = tuple(dict.fromkeys(one for one in named if id_at({"id": one}, "id").startswith("@")))
    shown = markup.with_mentions(html, names)
    words, is_called = _words(html, names, policy, mentions)
    return Message(
        head=first,
        html=shown,
        text=safe_html.plain_text(shown),
        words=words,
        mentions=tuple(one for one in mentions if one != policy.us),
        is_to_us=is_called,
        is_automatic=text_at(said, "msgtype") == "m.notice",
        root=root,
        reply_to=reply_to,
        replaces=replaces,
        sealed=text_at(content, ABOUT),
    )


def _related(content: Fields, how: str) -> str:
    return id_at(content, "m.relates_to", "event_id") if text_at(content, "m.relates_to", "rel_type") == how else ""


def _html(said: Fields, *, is_reply: bool) -> str:
    formatted, body = text_at(said, "formatted_body"), text_at(said, "body")
    if formatted and text_at(said, "format") == "org.matrix.custom.html":
        html = markup.from_formatted(formatted, is_reply=is_reply)
        if safe_html.plain_text(html):
            return html
    return markup.from_body(body, is_reply=is_reply)


def _words(html: str, names: Mapping[str, str], policy: Policy, mentions: tuple[str, ...]) -> tuple[str, bool]:
    """The text without our name before it, and whether it is to us. Somebody else whom a room calls as we are called
    is looked at by their id, so that a word to them is none to us.
    """
    by_id = safe_html.plain_text(markup.with_mentions(html, {one: one for one in mentions}, without=policy.us))
    text = safe_html.plain_text(markup.with_mentions(html, names, without=policy.us))
    is_mentioned = policy.us in mentions
    begins = _called(policy, is_mentioned=is_mentioned).match(by_id)
    if begins is None and not is_mentioned:
        return text.strip(), False
    return _AFTER_NAME.sub("", text[begins.end() :] if begins else text, count=1).strip(), True


@cache
def _called(policy: Policy, *, is_mentioned: bool) -> re.Pattern[str]:
    """How a text begins that calls us. A bare name does only with a colon or a comma after it, since a sentence may
    begin with it otherwise; unless it is said besides that we are meant.
    """
    called = {policy.us.removeprefix("@"), localpart_of(policy.us), *policy.our_names} - {""}
    names = "|".join(re.escape(name) for name in sorted(called, key=len, reverse=True))
    ways = rf"@(?:{names})(?![\w:.-])|@(?:{names})\s*[:,](?!\S)|(?:{names})\s*[:,]"
    if is_mentioned:
        ways += rf"|@?(?:{names})(?!\w)"
    return re.compile(rf"\s*(?:{ways})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reaction:
    head: Head
    to: str
    sign: Sign


def reaction(event: object, policy: Policy) -> Reaction | None:
    """A reaction that means something to us."""
    first, content = head(event), fields_at(event, "content")
    if first is None or kind(event) != "m.reaction" or is_state(event):
        return None
    to, sign = _related(content, "m.annotation"), policy.sign_of(text_at(content, "m.relates_to", "key"))
    return Reaction(first, to, sign) if to and sign else None


@dataclass(frozen=True, slots=True)
class Redaction:
    head: Head
    of: str


def redaction(event: object) -> Redaction | None:
    """What it takes away stands at the top, or since room version 11 in the content."""
    first = head(event)
    if first is None or kind(event) != "m.room.redaction" or is_state(event):
        return None
    of = id_at(event, "redacts") or id_at(event, "content", "redacts")
    return Redaction(first, of) if of.startswith("$") else None
