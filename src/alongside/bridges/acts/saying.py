"""From what an act says to posts in the outbox: to the one who asked, alone, and into rooms."""

from dataclasses import replace
from hashlib import sha256

from django.utils.translation import gettext as _

from alongside.bridges.acts.asking import Answer, Asking, Outgoing
from alongside.bridges.port import Body, Can, Post, encoded
from alongside.bridges.queries import BridgeFacts, NewArrival, unscoped_account
from alongside.letters.actions import put_out
from alongside.letters.rules import Because


def say_answer(bridge: BridgeFacts, row: NewArrival, asking: Asking, answer: Answer) -> None:
    """Under keys that the same arrival gives again."""
    key = sha256(f"{bridge.bridge_id}:{row.remote_id}:{row.version}".encode()).hexdigest()[:40]
    post = to_asker(asking, answer, f"{key}-0")
    if post is not None:
        put_out(
            None,
            connection_id=bridge.connection_id,
            key=post.key,
            post=encoded(post),
            because=Because.ANSWER,
            account_id=asking.account_id if _is_still_there(asking) else None,
            rests_on=answer.grounds,
            otherwise=_encoded(to_asker_otherwise(asking, answer, f"unsaid-{key}-0")) if answer.grounds else b"",
        )
    for number, outgoing in enumerate(answer.also, start=1):
        is_said_in_room = outgoing.because is Because.ANSWER and outgoing.room
        put_out_as(
            outgoing,
            f"{key}-{number}",
            otherwise=to_room_otherwise(asking, f"unsaid-{key}-{number}") if is_said_in_room else None,
        )


def put_out_as(outgoing: Outgoing, key: str, *, otherwise: Post | None = None) -> None:
    """`otherwise`: what goes to somebody else instead; what is said in the same place instead is its own."""
    if otherwise is None and outgoing.otherwise is not None:
        otherwise = post_of(replace(outgoing, body=outgoing.otherwise), f"unsaid-{key}")
    put_out(
        None,
        connection_id=outgoing.connection_id,
        key=key,
        post=encoded(post_of(outgoing, key)),
        because=outgoing.because,
        account_id=outgoing.account_id,
        rests_on=outgoing.grounds,
        otherwise=_encoded(otherwise),
    )


def _encoded(post: Post | None) -> bytes:
    return b"" if post is None else encoded(post)


def _is_still_there(asking: Asking) -> bool:
    """Whoever was just forgotten is told so, and nothing is kept of whom it was told to."""
    return unscoped_account(asking.bridge.connection_id, asking.account) is not None


def to_asker(asking: Asking, answer: Answer, key: str) -> Post | None:
    """To the one who asked, alone: whispered where the tool can, otherwise written to them; never into the room."""
    if answer.body is None:
        return None
    about = " ".join(answer.about)
    if asking.room is not None and Can.WHISPER in asking.can:
        return Post(
            key=key,
            body=answer.body,
            whisper_to=asking.account,
            room=asking.room.source_id,
            context=asking.context,
            about=about,
            reply=asking.reply,
            form=answer.form,
            trigger=asking.trigger if answer.form else "",
        )
    if Can.DIRECT not in asking.can:
        return None
    return Post(
        key=key,
        body=answer.body,
        account=asking.account,
        context=(asking.context or asking.said_in) if asking.room is None else "",
        subject=asking.subject,
        about=about,
        attachment=answer.attachment,
        reply=asking.reply,
        form=answer.form,
        trigger=asking.trigger if answer.form else "",
    )


def to_asker_otherwise(asking: Asking, answer: Answer, key: str) -> Post | None:
    """For the one who asked, alone, and without a word of others: what was said to them rests on changed on the way."""
    changed = _("While my answer was on its way, something that it was taken from changed, so I do not say it.")
    if answer.done:
        changed = _("What I would have shown you with it changed while my answer was on its way.")
    return _alone(asking, (*answer.done, changed) if answer.done else (changed, _("Ask again, and I answer.")), key)


def to_room_otherwise(asking: Asking, key: str) -> Post | None:
    """The same of what was to be said in a room, where others may hear now, too."""
    changed = _(
        "While my answer was on its way, who hears in the room changed, or something that it was taken from, so I did"
        " not say it there."
    )
    return _alone(asking, (changed, _("Ask again, and I answer.")), key)


def _alone(asking: Asking, lines: tuple[str, ...], key: str) -> Post | None:
    """Written to them, because they may not be in the room any more; whispered there where the tool can only do that."""
    if Can.DIRECT in asking.can:
        context = (asking.context or asking.said_in) if asking.room is None else ""
        return Post(key=key, body=Body(lines=lines), account=asking.account, context=context, subject=asking.subject)
    if asking.room is None or Can.WHISPER not in asking.can:
        return None
    return Post(key=key, body=Body(lines=lines), whisper_to=asking.account, room=asking.room.source_id)


def post_of(outgoing: Outgoing, key: str) -> Post:
    return Post(
        key=key,
        body=outgoing.body,
        room=outgoing.room,
        account=outgoing.account,
        context=outgoing.context,
        subject=outgoing.subject,
        in_name_of=outgoing.in_name_of,
        in_name_of_account=outgoing.in_name_of_account,
        about=outgoing.about,
        is_farewell=outgoing.is_farewell,
        attachment=outgoing.attachment,
        hearers=outgoing.hearers,
    )
