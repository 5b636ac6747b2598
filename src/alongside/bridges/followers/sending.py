"""The one place from which anything goes into a tool: what the outbox holds, and nothing else."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from alongside.bridges.actions.connecting import say_it_works, say_problem
from alongside.bridges.actions.following import follow_thread
from alongside.bridges.followers.attaching import with_file
from alongside.bridges.followers.threads import in_thread
from alongside.bridges.models import Followed
from alongside.bridges.port import Adapter, Can, Permanent, Post, Sent, Temporary
from alongside.bridges.queries import (
    BridgeFacts,
    unscoped_account,
    unscoped_hearers_mark,
    unscoped_hearers_together,
    unscoped_room,
)
from alongside.bridges.rules import QUIETLY
from alongside.conversations.rules import Said
from alongside.kit import clock, safe_html
from alongside.letters.actions import claim, give_up, leave_unsaid, mark_not_sent, mark_sent, release
from alongside.letters.queries import Claimed
from alongside.letters.rules import Because
from alongside.notes.actions.said import take_in_said
from alongside.people.actions import keep_accounts
from alongside.people.models import Account
from alongside.people.queries import unscoped_viewer_of_row
from alongside.people.rules import NOBODY, AccountSaid, Viewer
from alongside.search.grounds import still_stand

# A tool that does not answer for so long has failed, for all that we know.
PATIENCE = 60.0
LET_END = 5.0
_OTHERS_HEAR = (
    "While it was on its way, other people came to hear in that room, so it was not said there."
    " Whoever asks again is answered."
)
_CHANGED = "While it was on its way, something that it was taken from changed, so it was not said."
_SWITCHED_OFF = "Whom it was for is switched off in their tool."
QUIET = AccountSaid(QUIETLY, "Somebody, quietly", is_guest=True)
T = TypeVar("T")
logger = logging.getLogger("alongside.bridges")


@dataclass(frozen=True, slots=True)
class Went:
    """How many were tried; whether the connection as a whole does not work any more."""

    tried: int
    is_over: bool = False


async def send_due(bridge: BridgeFacts, adapter: Adapter) -> Went:
    """Send what is due, one after the other. Safe to repeat, and to be killed in at any moment."""
    is_idempotent = Can.IDEMPOTENT in adapter.can
    claiming = in_thread(claim)(None, connection_id=bridge.connection_id, is_idempotent=is_idempotent)
    left: list[Claimed] = []
    try:
        left += await _to_its_end(claiming, left.extend)
        tried = 0
        while left:
            tried += 1
            if await _to_its_end(_send(bridge, adapter, left.pop(0), is_idempotent=is_idempotent)):
                return Went(tried, is_over=True)
        return Went(tried)
    finally:
        if left:
            ids = [one.delivery_id for one in left]
            await _to_its_end(in_thread(release)(None, delivery_ids=ids))


async def _to_its_end(work: Coroutine[Any, Any, T], then: Callable[[T], None] | None = None) -> T:
    """When this process is told to end, what it has begun to send is sent and noted first, if that takes no longer
    than LET_END: cut off in between nobody would know whether it arrived. `then` is given
    what came of it when nobody waits for it any more.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=LET_END)
        if not task.done():
            task.cancel()
        elif not task.cancelled() and task.exception() is None and then is not None:
            then(task.result())
        raise


async def _send(bridge: BridgeFacts, adapter: Adapter, one: Claimed, *, is_idempotent: bool) -> bool:
    """True when the connection as a whole does not work any more."""
    post = _post(one)
    if post is None:
        await in_thread(give_up)(
            None, delivery_id=one.delivery_id, reason="It was written by another version of Alongside."
        )
        return False
    if not await in_thread(_may_go)(bridge, one, post):
        return False
    # What is the core's own is said to nobody.
    post = msgspec.structs.replace(post, hearers="")
    try:
        post = await in_thread(with_file)(one, post)
        async with asyncio.timeout(PATIENCE):
            sent = await adapter.send(post)
    except Permanent as error:
        await in_thread(_failed_for_good)(bridge, one, error)
        return error.is_of_connection
    except (Temporary, TimeoutError, OSError) as error:
        await in_thread(_failed_now)(one, error, is_idempotent=is_idempotent)
        return False
    except Exception as error:  # noqa: BLE001 (an adapter that breaks at one post goes on with the next)
        logger.warning("Something could not be said in %s (%s).", bridge.name, type(error).__name__)
        broken = Temporary(f"Something of ours broke ({type(error).__name__}).", is_uncertain=True)
        await in_thread(_failed_now)(one, broken, is_idempotent=is_idempotent)
        return False
    await in_thread(after_sent)(bridge, one, post, sent)
    return False


def _may_go(bridge: BridgeFacts, one: Claimed, post: Post) -> bool:
    """A tool that was busy may take it a day later: right before it goes it is looked at once more. Otherwise it is
    given up, and whoever waits for it is told so.
    """
    to = post.account or post.whisper_to
    account = unscoped_account(bridge.connection_id, to) if to else None
    if account is not None and account.is_deactivated:
        give_up(None, delivery_id=one.delivery_id, reason=_SWITCHED_OFF)
        return False
    reason = "" if _hears_the_same(bridge, post) else _OTHERS_HEAR
    if not reason and one.rests_on and not still_stand(_reader(bridge, post, account), one.rests_on):
        reason = _CHANGED
    if reason:
        leave_unsaid(None, delivery_id=one.delivery_id, reason=reason)
    return not reason


def _hears_the_same(bridge: BridgeFacts, post: Post) -> bool:
    """What is said in a room was chosen for who heard there then."""
    if not post.hearers:
        return True
    room = unscoped_room(bridge.connection_id, post.room)
    return room is not None and unscoped_hearers_mark(room) == post.hearers


def _reader(bridge: BridgeFacts, post: Post, account: Account | None) -> Viewer:
    """Whoever it goes to, or everybody in its room together; where somebody unknown hears, what the world may read."""
    if post.account or post.whisper_to:
        return (account and unscoped_viewer_of_row(account)) or NOBODY
    room = unscoped_room(bridge.connection_id, post.room)
    return (room and unscoped_hearers_together(room)) or NOBODY


def _post(one: Claimed) -> Post | None:
    try:
        post = msgspec.json.decode(one.post, type=Post)
    except msgspec.MsgspecError:
        return None
    return marked_as_maybe_second(post) if one.may_be_second else post


def marked_as_maybe_second(post: Post) -> Post:
    """Nobody can know whether it arrived the first time: who reads it twice reads why."""
    foot = (*post.body.foot, _("This may have come before: the line broke while I sent it."))
    return msgspec.structs.replace(post, may_be_second=True, body=msgspec.structs.replace(post.body, foot=foot))


def _failed_for_good(bridge: BridgeFacts, one: Claimed, error: Permanent) -> None:
    with transaction.atomic():
        if error.is_of_connection:
            release(None, delivery_ids=[one.delivery_id])
            say_problem(None, bridge_id=bridge.bridge_id, problem=str(error), is_permanent=True)
        else:
            give_up(None, delivery_id=one.delivery_id, reason=str(error))


def _failed_now(one: Claimed, error: BaseException, *, is_idempotent: bool) -> None:
    # A tool that did not answer in time may have done it all the same.
    is_uncertain = error.is_uncertain if isinstance(error, Temporary) else True
    mark_not_sent(
        None,
        delivery_id=one.delivery_id,
        reason=str(error) or "The tool did not answer.",
        is_uncertain=is_uncertain,
        is_idempotent=is_idempotent,
        retry_after=error.retry_after if isinstance(error, Temporary) else None,
    )


def after_sent(bridge: BridgeFacts, one: Claimed, post: Post, sent: Sent) -> None:
    """It is there: nothing is remembered of it, but a question that was asked through us is a conversation now."""
    with transaction.atomic():
        mark_sent(None, delivery_id=one.delivery_id)
        if one.because in (Because.QUESTION, Because.QUIET_QUESTION) and sent.remote_id:
            _take_in_question(bridge, one, post, sent)
        say_it_works(None, bridge_id=bridge.bridge_id)


def _take_in_question(bridge: BridgeFacts, one: Claimed, post: Post, sent: Sent) -> None:
    room = unscoped_room(bridge.connection_id, post.room)
    author = _author(bridge, one, post)
    if room is None or author is None:
        return
    context = post.context or sent.context or sent.remote_id
    html = safe_html.from_plain(post.body.quote)
    question = Said(
        source_id=sent.remote_id,
        room_id=room.room_id,
        author_id=author,
        html=html,
        text=safe_html.plain_text(html),
        said_at=clock.now(),
        context=context,
        url=sent.url,
    )
    take_in_said(None, said=[question], audiences={room.room_id: room.audience_id}, brought_by=None)
    if not Followed.objects.filter(room_id=room.room_id, context=context, asked_by__isnull=False).exists():
        follow_thread(
            None,
            room_id=room.room_id,
            context=context,
            asked_by=one.account_id,
            is_quiet=one.because is Because.QUIET_QUESTION,
        )


def _author(bridge: BridgeFacts, one: Claimed, post: Post) -> int | None:
    """Whoever asked it; of a quiet question somebody who is nobody, the same for all of them."""
    if one.because is Because.QUIET_QUESTION:
        kept = keep_accounts(None, connection_id=bridge.connection_id, said=[QUIET], brought_by=None)
        return kept.ids[QUIET.source_id]
    account = unscoped_account(bridge.connection_id, post.in_name_of_account)
    return account.pk if account else one.account_id
