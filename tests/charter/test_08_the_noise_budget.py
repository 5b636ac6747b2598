"""Promise 8, as far as it goes: nothing is said but what somebody asked for, and all of it passes one gate."""

import ast
import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from tests.bridges.world import HOTLINE, World, words_of

import alongside
from alongside.bridges.actions.connecting import connect, say_it_works, say_problem
from alongside.bridges.actions.flowing import flow_on, let_flow
from alongside.bridges.adapters.pretend.told import Told
from alongside.conversations.models import Conversation, Room
from alongside.conversations.rules import Said
from alongside.kit import clock
from alongside.kit.refused import Refused
from alongside.letters.actions import put_out
from alongside.letters.models import Delivery
from alongside.letters.rules import Because
from alongside.notes.actions.said import take_in_said
from alongside.people.actions import make_person
from alongside.people.models import Account
from alongside.people.queries import viewer_of_person

SOURCE = Path(alongside.__file__).parent
WRITING = {"create", "bulk_create", "get_or_create", "update_or_create", "acreate", "abulk_create"}
_BY_HAND = re.compile(r"(insert|update|copy|into)\b.*letters_delivery", re.IGNORECASE | re.DOTALL)
# What a person did a moment ago, answered or done: nobody wonders why it came.
ONES_OWN_ACT = {Because.ANSWER, Because.QUESTION, Because.QUIET_QUESTION}

Checker = Callable[[ast.AST], list[ast.AST]]


def name_of(node: ast.AST) -> str:
    """The last word of what is called or named: `c` of `a.b.c`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def deliveries_made(tree: ast.AST) -> list[ast.AST]:
    """Rows of the outbox that are made here, or its table written by hand."""
    made: list[ast.AST] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            held = ast.dump(node.func.value) if isinstance(node.func, ast.Attribute) else ""
            if name_of(node.func) == "Delivery" or (name_of(node.func) in WRITING and "'Delivery'" in held):
                made.append(node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _BY_HAND.search(node.value):
            made.append(node)
    return made


def sends(tree: ast.AST) -> list[ast.AST]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "send"]


def letters_by_hand(tree: ast.AST) -> list[ast.AST]:
    """Mails that are sent past the outbox."""
    names = {
        "send_mail",
        "send_mass_mail",
        "mail_admins",
        "mail_managers",
        "EmailMultiAlternatives",
        "SMTP",
        "SMTP_SSL",
    }
    called = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return [call for call in called if name_of(call.func) in names]


def put_out_without_a_reason(tree: ast.AST) -> list[ast.AST]:
    """Every way out whose reason is not one of `Because`, written there or handed on."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and name_of(node.func) == "put_out"]
    return [call for call in calls if not any(one.arg == "because" and _is_reason(one.value) for one in call.keywords)]


def _is_reason(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr == "because" or name_of(node.value) == "Because"
    return isinstance(node, ast.Name) and node.id == "because"


def modules() -> Iterator[tuple[str, ast.AST]]:
    for path in sorted(SOURCE.rglob("*.py")):
        yield path.relative_to(SOURCE).as_posix(), ast.parse(path.read_text("utf-8"))


def places(checker: Checker) -> set[str]:
    return {path for path, tree in modules() if checker(tree)}


def test_only_the_outbox_makes_what_goes_out() -> None:
    assert places(deliveries_made) == {"letters/actions.py"}


def test_only_the_sender_hands_a_post_to_a_tool() -> None:
    """What a tool's own adapter does to send is below that, and knows no reasons."""
    elsewhere = {path for path in places(sends) if not path.startswith("bridges/adapters/")}
    assert elsewhere == {"bridges/followers/sending.py"}


def test_no_mail_goes_past_the_outbox_but_the_one_that_signs_in() -> None:
    """Which somebody waits for who has just written their address into a page."""
    elsewhere = {path for path in places(letters_by_hand) if not path.startswith("bridges/adapters/mail/")}
    assert elsewhere == {"web/sign_in.py"}


def test_every_post_is_put_out_for_a_reason() -> None:
    assert places(put_out_without_a_reason) == set()
    assert inspect.signature(put_out).parameters["because"].default is inspect.Parameter.empty


@pytest.mark.parametrize(
    ("checker", "trespass"),
    [
        (deliveries_made, "Delivery(connection_id=1, key='x').save()"),
        (deliveries_made, "models.Delivery(key='x')"),
        (deliveries_made, "Delivery.objects.get_or_create(key='x')"),
        (deliveries_made, "Delivery.objects.using('default').bulk_create(rows)"),
        (deliveries_made, "cursor.execute('INSERT INTO letters_delivery VALUES (1)')"),
        (sends, "await opened(bridge).send(post)"),
        (sends, "later(adapter.send, post)"),
        (letters_by_hand, "mail.send_mail('Your week', text, None, [address])"),
        (letters_by_hand, "EmailMultiAlternatives('Your week', text).attach(x)"),
        (put_out_without_a_reason, "put_out(None, connection_id=1, key='x', post=b'')"),
        (put_out_without_a_reason, "actions.put_out(None, key='x', because='a reminder')"),
    ],
)
def test_a_way_around_the_gate_is_seen(checker: Checker, trespass: str) -> None:
    assert checker(ast.parse(trespass))


def test_a_reason_that_nobody_asked_for_is_refused_and_written_nowhere(world: World) -> None:
    with pytest.raises(Refused, match="Nobody asked for this"):
        put_out(None, connection_id=world.bridge.connection_id, key="x", post=b"", because="a reminder")  # type: ignore[arg-type]
    assert not Delivery.objects.exists()


def everything_said(world: World) -> list[Told]:
    return [one for tool in (world.chat, world.mail) for one in tool.tool_file.everything() if not one.author]


def test_while_nobody_does_anything_nothing_is_said(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A room that is remembered, a question that waits, a note, a thread that was kept: and then a quiet year."""
    world.invite()
    world.ask("ana", "remember this room")
    question = world.say("bo", "How do you calm a caller who threatens to cancel?")
    world.say("ana", "Name the feeling first, then say the next step.", context=question)
    world.ask("cy", "keep this", context=question)
    world.press("cy", world.whispers("cy")[-1], "Keep it as it is")
    world.write("cy", "ask in #hotline: Who knows the new export?")
    said = everything_said(world)
    now = clock.now()
    for days in (0, 1, 7, 30, 365):
        monkeypatch.setattr(clock, "now", lambda days=days: now + timedelta(days=days))
        world.work()
    assert everything_said(world) == said
    assert not Delivery.objects.exists()


def test_talk_that_concerns_nobodys_act_makes_nobody_hear_of_it(world: World) -> None:
    world.invite()
    world.ask("ana", "remember this room")
    said = everything_said(world)
    world.say("bo", "Lunch is at noon.")
    world.joins("cy", HOTLINE)
    world.leaves("cy", HOTLINE)
    world.deletes(world.say("bo", "Never mind."))
    assert everything_said(world) == said


def here(world: World) -> str:
    world.invite()
    return words_of(world.said_in()[-1])


def answered(world: World) -> str:
    world.invite()
    world.write("cy", "ask in #hotline: Who knows the new export?")
    world.say("bo", "I do.", context=world.said_in()[-1].id)
    return words_of(world.written_to("cy")[-1])


def later_reply(world: World) -> str:
    world.invite()
    question = world.say("bo", "How do you calm a caller?")
    world.ask("cy", "keep this", context=question)
    world.press("cy", world.whispers("cy")[-1], "Keep it as it is")
    world.say("ana", "Name the feeling first.", context=question)
    return words_of(world.written_to("cy")[-1])


def owner(world: World) -> str:
    one = make_person(None, email="ana@acme.example", name="Ana Moreau")
    Account.objects.filter(source_id="ana").update(person=one)
    connect(viewer_of_person(one), kind="pretend-mail", key="acme", name="Acme mail", given={"file": "unused"})
    is_broken(world)
    breaks(world)
    assert len(world.written_to("ana")) == 1
    return words_of(world.written_to("ana")[-1])


def is_broken(world: World) -> None:
    say_problem(None, bridge_id=world.mailing.bridge_id, problem="The password was changed.", is_permanent=True)


def breaks(world: World) -> None:
    is_broken(world)
    world.work()


def post_of_feed(world: World) -> str:
    world.invite()
    account = Account.objects.get(source_id="ana")
    room = Room.objects.get(source_id=HOTLINE)
    let_flow(None, address="https://ana.example/feed", title="Ana’s blog", account_id=account.pk, room_id=room.pk)
    writes_in_their_blog(world, 1)
    return words_of(world.said_in()[-1])


def writes_in_their_blog(world: World, number: int) -> None:
    account, feed = Account.objects.get(source_id="ana"), Room.objects.get(source_id="https://ana.example/feed")
    post = Said(
        source_id=f"{number}", room_id=feed.pk, author_id=account.pk, html="<p>Hives</p>", text="Hives",
        said_at=clock.now() + timedelta(seconds=1), context="1", url=f"https://ana.example/{number}",
    )  # fmt: skip
    take_in_said(None, said=[post], audiences={feed.pk: feed.audience_id}, brought_by=None)
    flow_on(None, said=[post])
    world.work()


WHY: dict[Because, tuple[Callable[[World], str], str]] = {
    Because.HERE: (here, "Ana Moreau asked me in."),
    Because.ANSWERED: (answered, "You asked this through me, so I tell you."),
    Because.LATER_REPLY: (later_reply, "You kept this thread, so I offer it."),
    Because.OWNER: (owner, "You connected it, so I tell you, once."),
    Because.POST_OF_FEED: (post_of_feed, "Ana Moreau lets their blog flow into this room."),
}


def test_every_reason_that_is_not_ones_own_act_is_looked_at_here() -> None:
    assert set(Because) == ONES_OWN_ACT | set(WHY)


@pytest.mark.parametrize("because", WHY, ids=lambda one: one.name.lower())
def test_every_post_that_comes_by_itself_says_why_it_came(because: Because, world: World) -> None:
    happens, why = WHY[because]
    assert why in happens(world)


def breaks_anew(world: World) -> None:
    say_it_works(None, bridge_id=world.mailing.bridge_id)
    is_broken(world)


def in_reply(who: str) -> Callable[[World], object]:
    return lambda world: world.write(who, "no more of this", world.written_to(who)[-1].id)


def asks_in_room(who: str, words: str) -> Callable[[World], object]:
    return lambda world: world.ask(who, words)


def in_the_thread(world: World) -> None:
    world.say("bo", "And one thing more.", context=Conversation.objects.get().source_id)


@dataclass(frozen=True)
class Ending:
    """How such a one never comes again: what the post itself says of it, that done, and what would bring another."""

    says: str
    do: Callable[[World], object]
    again: Callable[[World], object]


ENDINGS: dict[Because, Ending] = {
    Because.HERE: Ending(
        "“stop”, or removing me, ends it at once.",
        lambda world: world.put_out(HOTLINE),
        asks_in_room("ana", "remember this room"),
    ),
    Because.ANSWERED: Ending("“no more of this” in reply", in_reply("cy"), in_the_thread),
    Because.LATER_REPLY: Ending("“no more of this” in reply", in_reply("cy"), in_the_thread),
    Because.OWNER: Ending("“no more of this” in reply", in_reply("ana"), breaks_anew),
    Because.POST_OF_FEED: Ending(
        "A member who says “no more of this” to me here ends that.",
        asks_in_room("bo", "no more of this"),
        lambda world: writes_in_their_blog(world, 2),
    ),
}


def reasons_put_out(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Why each thing was written down from now on, whatever became of it."""
    reasons: list[str] = []
    written = Delivery.objects.bulk_create

    def noted(rows: list[Delivery], **more: object) -> object:
        reasons.extend(row.because for row in rows)
        return written(rows, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Delivery.objects, "bulk_create", noted)
    return reasons


@pytest.mark.parametrize("is_ended", [False, True], ids=["again", "never again"])
@pytest.mark.parametrize("because", WHY, ids=lambda one: one.name.lower())
def test_every_post_that_comes_by_itself_says_how_it_never_comes_again_and_so_it_is(
    because: Because, world: World, monkeypatch: pytest.MonkeyPatch, *, is_ended: bool
) -> None:
    happens, _why = WHY[because]
    ending = ENDINGS[because]
    assert ending.says in happens(world)
    if is_ended:
        ending.do(world)
    reasons = reasons_put_out(monkeypatch)
    ending.again(world)
    assert (because.value in reasons) != is_ended
