"""Who is told of what was said in a thread: who asked it through us, and who kept it."""

from collections.abc import Sequence

import msgspec
from django.urls import reverse
from django.utils.translation import gettext as _

from alongside.audiences.queries import readable_by
from alongside.bridges.models import Bridge, Followed
from alongside.bridges.port import Body, Button, Can, Post, encoded
from alongside.bridges.registry import adapter_class
from alongside.bridges.rules import ActName
from alongside.bridges.stopping import address_to_stop
from alongside.bridges.wording import in_a_room, page
from alongside.conversations.models import Conversation, Message, Room
from alongside.conversations.rules import Said, anchor_of
from alongside.letters.actions import put_out
from alongside.letters.rules import Because
from alongside.notes.queries import notes_kept_from
from alongside.people.models import Account
from alongside.people.queries import unscoped_viewer_of_account
from alongside.people.rules import Viewer
from alongside.search.grounds import of_audience, of_message


def tell_of_new(_actor: None, *, said: Sequence[Said]) -> None:
    """One post for each new message and person; not of their own words, and not of edits.

    Only to who may read it now: a room that somebody has left tells them nothing more.
    """
    threads: dict[tuple[int, str], list[Said]] = {}
    for one in said:
        if one.context and one.edited_at is None:
            threads.setdefault((one.room_id, one.context), []).append(one)
    rooms, contexts = {room for room, _ in threads}, {context for _, context in threads}
    rows = Followed.objects.filter(room_id__in=rooms, context__in=contexts).select_related("room").order_by("id")
    for followed in rows if threads else ():
        for one in threads.get((followed.room_id, followed.context), ()):
            _tell(followed, one)


def _tell(followed: Followed, one: Said) -> None:
    if followed.asked_by_id is not None and one.author_id != followed.asked_by_id:
        _to(followed.asked_by_id, followed, one, Because.ANSWERED)
    if followed.kept_by_id is not None and one.author_id != followed.kept_by_id:
        _to(followed.kept_by_id, followed, one, Because.LATER_REPLY)


def _to(account_id: int, followed: Followed, one: Said, because: Because) -> None:
    message = _message(one)
    account, viewer = Account.objects.get(pk=account_id), unscoped_viewer_of_account(account_id)
    bridge = Bridge.objects.filter(connection_id=account.connection_id, is_on=True).first()
    # That in which it stands: what was said in the same thread to others is another one.
    conversation = Conversation.objects.filter(pk=message.conversation_id).first() if message else None
    if viewer is None or bridge is None or conversation is None or message is None:
        return
    if Can.DIRECT not in adapter_class(bridge.kind).can or not _may_read(viewer, conversation, message):
        return
    is_heard = not message.author.is_paused
    if because is Because.LATER_REPLY:
        if not is_heard or not notes_kept_from(viewer, conversation.pk):
            return
        body = _later_reply(followed.room, conversation, message, bridge.kind)
    else:
        body = _answered(followed, message if is_heard else None, _no_more(conversation, message, bridge.kind))
    about = f"c:{conversation.public_id}.{anchor_of(one.said_at)}"
    post = Post(
        key=f"{because.name.lower()}-{followed.pk}-{account_id}-{one.source_id}"[:200],
        body=body,
        account=account.source_id,
        about=f"q:{followed.pk} {about}" if followed.is_quiet else about,
        stop=address_to_stop(account_id, f"f:{followed.pk}"),
    )
    put_out(
        None,
        connection_id=account.connection_id,
        key=post.key,
        post=encoded(post),
        because=because,
        account_id=account_id,
        rests_on=(
            of_audience(message.audience_id),
            *((of_message(message.pk, message.text, message.author_id),) if is_heard else ()),
        ),
        otherwise=encoded(_otherwise(post)) if because is Because.ANSWERED else b"",
    )


def _message(one: Said) -> Message | None:
    """As it stands here, which is what is looked at again before it goes."""
    found = Message.objects.filter(room_id=one.room_id, source_id=one.source_id)
    return found.select_related("author").first()


def _may_read(viewer: Viewer, conversation: Conversation, message: Message) -> bool:
    return (
        readable_by(viewer, Conversation.objects.filter(pk=conversation.pk)).exists()
        and readable_by(viewer, Message.objects.filter(pk=message.pk)).exists()
    )


def _otherwise(post: Post) -> Post:
    """Who asked through us waits for it, so that they are told where to look; a later reply was only offered."""
    changed = _(
        "Somebody answered what you asked through me, and it changed before I could tell you. What stands there now"
        " stands in its thread."
    )
    body = Body(lines=(changed,), buttons=post.body.buttons, foot=(_ends(),))
    return msgspec.structs.replace(post, key=f"unsaid-{post.key}"[:200], body=body)


def _no_more(conversation: Conversation, one: Message, kind: str) -> tuple[Button, ...]:
    """How never to get such a one again, with a press where the tool has buttons."""
    words = f"{ActName.NO_MORE} c:{conversation.public_id}.{anchor_of(one.said_at)}"
    return (Button(label=_("No more of this"), words=words),) if Can.BUTTON in adapter_class(kind).can else ()


def _ends() -> str:
    return _("“no more of this” in reply, and nothing more of this thread comes to you.")


def _answered(followed: Followed, one: Message | None, buttons: tuple[Button, ...]) -> Body:
    """`one` None: whoever said it paused, and is neither named nor quoted."""
    who = one.author.name if one else _("Somebody")
    place = in_a_room(followed.room.name)
    foot = [_("You asked this through me, so I tell you. “this helped” thanks them."), _ends()]
    if followed.is_quiet:
        foot.append(_("Reply “answer: …”, and it goes into the thread without your name."))
    return Body(
        title=_("%(name)s answered in %(room)s") % {"name": who, "room": place},
        quote=one.text if one else "",
        buttons=buttons,
        foot=tuple(foot),
    )


def _later_reply(room: Room, conversation: Conversation, one: Message, kind: str) -> Body:
    words = f"add c:{conversation.public_id}.{anchor_of(one.said_at)}"
    can = adapter_class(kind).can
    buttons = (Button(label=_("Add it to the note"), words=words, is_first=True),) if Can.BUTTON in can else ()
    link = page(reverse("conversation", args=[conversation.public_id]), kind)
    if link:
        buttons = (*buttons, Button(label=_("See the thread"), words="", link=link))
    offered, ends = _("You kept this thread, so I offer it."), _ends()
    return Body(
        title=_("%(name)s said more in %(room)s") % {"name": one.author.name, "room": in_a_room(room.name)},
        quote=one.text,
        buttons=(*buttons, *_no_more(conversation, one, kind)),
        foot=(offered, ends)
        if buttons
        else (offered, _("Reply “%(words)s” to add it to the note.") % {"words": words}, ends),
    )
