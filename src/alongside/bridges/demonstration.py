"""The try-out's chat room and mailbox: pretended tools, the real core. Only in a try-out of the sample."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from alongside.audiences.queries import unscoped_hearers
from alongside.bridges.actions.connecting import connect
from alongside.bridges.actions.intake import take_in
from alongside.bridges.adapters.pretend import PretendChat
from alongside.bridges.adapters.pretend.parse import commanded
from alongside.bridges.adapters.pretend.told import Told
from alongside.bridges.followers.running import work_off_now
from alongside.bridges.models import Bridge
from alongside.bridges.port import Arrived, Batch, Field, InvitedIn, Reach, RoomSeen
from alongside.bridges.queries import BridgeFacts, unscoped_bridge
from alongside.bridges.sealed import opened
from alongside.conversations.models import Room
from alongside.kit import clock, ids
from alongside.people.models import Account, Connection
from alongside.people.rules import Viewer
from alongside.search.followers import catch_up_words

ROOM = "#hotline"
SLACK, MAIL = "urn:x:tarnbrook-slack", "urn:x:tarnbrook-mail"
# How the day in the room began before the newcomer came in: (minutes ago, handle, words, in answer to which).
BEFORE = (
    (52, "claire", "The March invoices went out twice again, so brace for calls.", None),
    (31, "ravi", "Had one just now who wanted to cancel on the spot. What do you say first?", None),
    (24, "tom", "I slow down on purpose. People match your pace. Then I say what I can see on the screen.", 1),
    (17, "ravi", "That worked, thank you. She stayed.", 1),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """What one person sees of the room and of their mailbox; None where they are in no such tool."""

    room: str
    chat: tuple[Told, ...] | None
    mailbox: tuple[Told, ...] | None
    names: dict[str, str]
    account: str


def prepare_demonstration() -> None:
    """The two tools, with Alongside asked into the room. Safe to repeat; nothing where the sample is not."""
    slack = Connection.objects.filter(key__contains=SLACK).first()
    mail = Connection.objects.filter(key__contains=MAIL).first()
    if slack is None or mail is None or Bridge.objects.filter(connection=slack).exists():
        return
    chat = _connected(slack, "pretend-chat")
    _connected(mail, "pretend-mail")
    room = Room.objects.get(connection=slack, name=ROOM)
    _tell_before(chat, room)
    _tell_of_rooms(chat, slack)
    by = Account.objects.get(connection=slack, handle="claire").source_id
    _comes(chat, InvitedIn(room=room.source_id, by=by), "asked in")
    work_off_now(chat, _chat(chat))


def _connected(connection: Connection, kind: str) -> BridgeFacts:
    file = Path(settings.HOME) / "pretended" / f"{kind}.jsonl"
    return connect(
        None,
        kind=kind,
        key=connection.key,
        name=connection.name,
        given={"file": str(file)},
        connection_id=connection.pk,
    )


def _tell_of_rooms(chat: BridgeFacts, slack: Connection) -> None:
    accounts = dict(Account.objects.filter(connection=slack).values_list("id", "source_id"))
    full = Account.objects.filter(connection=slack, is_guest=False, is_deactivated=False).values_list(
        "source_id", flat=True
    )
    for room in Room.objects.filter(connection=slack).select_related("audience"):
        heard = [accounts[one] for one in unscoped_hearers(room.audience_id).account_ids if one in accounts]
        is_closed = room.audience.kind == "closed"
        seen = RoomSeen(
            source_id=room.source_id,
            name=room.name,
            reach=Reach.MEMBERS if is_closed else Reach.ORGANISATION,
            members=tuple(sorted(heard if is_closed else {*heard, *full})),
            url=room.url,
            is_threaded=room.is_threaded,
        )
        _comes(chat, seen, f"room {room.source_id}")


def _tell_before(chat: BridgeFacts, room: Room) -> None:
    accounts = dict(Account.objects.filter(connection_id=chat.connection_id).values_list("handle", "source_id"))
    now = clock.now()
    said: list[str] = []
    for minutes, handle, words, answers in BEFORE:
        told = Told(
            id=ids.new_id(),
            said_at=now - timedelta(minutes=minutes),
            room=room.source_id,
            author=accounts[handle],
            context="" if answers is None else said[answers],
            text=words,
        )
        said.append(told.id)
        _chat(chat).tool_file.write(lambda _there, told=told: told)  # type: ignore[misc]


def _comes(chat: BridgeFacts, event: RoomSeen | InvitedIn, remote_id: str) -> None:
    _take_in(chat, Arrived(remote_id=remote_id, event=event))


def _take_in(bridge: BridgeFacts, arrived: Arrived) -> None:
    take_in(None, bridge_id=bridge.bridge_id, connection_id=bridge.connection_id, batch=Batch(arrived=(arrived,)))


def _bridge(kind: str) -> BridgeFacts | None:
    row = Bridge.objects.filter(kind=kind).values_list("id", flat=True).first()
    return unscoped_bridge(row) if row else None


def _chat(bridge: BridgeFacts) -> PretendChat:
    adapter = opened(bridge)
    if not isinstance(adapter, PretendChat):
        raise TypeError(bridge.kind)
    return adapter


def is_there() -> bool:
    return Bridge.objects.filter(kind="pretend-chat").exists()


def _account(viewer: Viewer, bridge: BridgeFacts) -> Account | None:
    rows = Account.objects.filter(pk__in=viewer.account_ids, connection_id=bridge.connection_id)
    return rows.order_by("id").first()


def shown_to(viewer: Viewer) -> Shown | None:
    """None: there is no demonstration here."""
    chat, mail = _bridge("pretend-chat"), _bridge("pretend-mail")
    if chat is None or mail is None:
        return None
    room = Room.objects.get(connection_id=chat.connection_id, name=ROOM)
    in_chat, in_mail = _account(viewer, chat), _account(viewer, mail)
    said = tuple(_chat(chat).seen_by(in_chat.source_id, room.source_id)) if in_chat and _is_in(in_chat) else None
    mailbox = tuple(_chat(mail).seen_by(in_mail.source_id)) if in_mail else None
    names = {
        source_id: name
        for connection in (chat, mail)
        for source_id, name in Account.objects.filter(
            connection_id=connection.connection_id,
            source_id__in={one.author for one in (*(said or ()), *(mailbox or ()))},
        ).values_list("source_id", "name")
    }
    return Shown(room.name, said, mailbox, names, in_chat.source_id if in_chat else "")


def write_in_room(viewer: Viewer, *, text: str, context: str = "") -> None:
    """As in the tool: it stands there for everybody, and Alongside hears what mentions it."""
    bridge, account = _who(viewer, "pretend-chat")
    room = Room.objects.get(connection_id=bridge.connection_id, name=ROOM)
    _worked(bridge, _chat(bridge).say(account, text, room=room.source_id, context=context))


def write_mail(viewer: Viewer, *, text: str, context: str = "") -> None:
    bridge, account = _who(viewer, "pretend-mail")
    _worked(bridge, _chat(bridge).say(account, text, context=context, subject=text[:80]))


def keep_thread(viewer: Viewer, *, message: str) -> None:
    """The menu of a message, as tools have it: “keep this”."""
    bridge, account = _who(viewer, "pretend-chat")
    room = Room.objects.get(connection_id=bridge.connection_id, name=ROOM)
    arrived = commanded(account, "keep", room=room.source_id, moment=clock.now(), context=message, message=message)
    _worked(bridge, arrived)


def press(viewer: Viewer, *, on: str, number: int, fields: dict[str, str]) -> None:
    """A button or a form of something that this person sees. Anything else does nothing."""
    bridge, account = _who(viewer, "pretend-chat")
    chat = _chat(bridge)
    room = Room.objects.get(connection_id=bridge.connection_id, name=ROOM)
    seen = [one for one in (*chat.seen_by(account, room.source_id), *chat.seen_by(account)) if one.id == on]
    words = _words_of(seen[0], number) if seen else None
    if words:
        _worked(bridge, chat.press(account, on, words, fields))


def _words_of(told: Told, number: int) -> str | None:
    if number < 0:
        return told.form.words if told.form else None
    buttons = told.body.buttons if told.body else ()
    return buttons[number].words if number < len(buttons) else None


def fields_of(told: Told) -> tuple[Field, ...]:
    return told.form.fields if told.form else ()


def _who(viewer: Viewer, kind: str) -> tuple[BridgeFacts, str]:
    """Raises NobodyThere."""
    bridge = _bridge(kind)
    account = _account(viewer, bridge) if bridge else None
    if bridge is None or account is None or (kind == "pretend-chat" and not _is_in(account)):
        raise NobodyThere(_("This person is not in that tool."))
    return bridge, account.source_id


def _is_in(account: Account) -> bool:
    """In the room of the page, which the organisation reads: everybody but guests."""
    return not account.is_guest


class NobodyThere(Exception):
    """Who one is here has no account in that tool; the message says so."""


def _worked(bridge: BridgeFacts, arrived: Arrived) -> None:
    """What a bridge process does, while the page waits: some 50 ms."""
    _take_in(bridge, arrived)
    for kind in ("pretend-chat", "pretend-mail"):
        one = _bridge(kind)
        if one is not None:
            work_off_now(one, _chat(one))
    catch_up_words()
