"""What somebody says in the pretended tool, as events."""

import re
from datetime import datetime

from alongside.bridges.adapters.pretend.told import Told
from alongside.bridges.port import Arrived, Commanded, Deleted, Reacted, Said, Sign
from alongside.kit import safe_html

_MENTION = re.compile(r"@alongside\b[:,]?\s*", re.IGNORECASE)


def said(one: Told, *, about: str = "", reply_to: str = "") -> Arrived:
    """A message; to us where it mentions Alongside or was written to it alone."""
    html = safe_html.from_markdown(one.text)
    event = Said(
        source_id=one.id,
        room=one.room,
        account=one.author,
        html=html,
        text=safe_html.plain_text(html),
        said_at=one.said_at,
        context=one.context or one.id,
        subject=one.subject,
        edited_at=one.edited_at,
        reply_to=reply_to,
        is_to_us=is_to_us(one),
        words=_MENTION.sub("", one.text).strip(),
        about=about,
    )
    return Arrived(remote_id=one.id, version=one.edited_at.isoformat() if one.edited_at else "", event=event)


def is_to_us(one: Told) -> bool:
    return not one.room or _MENTION.search(one.text) is not None


def pressed(account: str, words: str, *, about: str, on: Told, moment: datetime, fields: dict[str, str]) -> Arrived:
    event = Commanded(
        account=account,
        words=words,
        room=on.room,
        context=on.context,
        about=about,
        fields=fields,
        reply=on.id,
        trigger="form",
    )
    return Arrived(remote_id=f"press {account} {on.id} {moment.isoformat()}", event=event)


def commanded(
    account: str, words: str, *, room: str, moment: datetime, context: str = "", message: str = ""
) -> Arrived:
    event = Commanded(account=account, words=words, room=room, context=context, message=message, trigger="form")
    return Arrived(remote_id=f"command {account} {moment.isoformat()}", event=event)


def reacted(account: str, on: Told, sign: Sign, moment: datetime) -> Arrived:
    event = Reacted(room=on.room, source_id=on.id, account=account, sign=sign, about=on.about)
    return Arrived(remote_id=f"react {account} {on.id} {moment.isoformat()}", event=event)


def deleted(one: Told) -> Arrived:
    return Arrived(remote_id=f"delete {one.id}", event=Deleted(room=one.room, source_id=one.id))
