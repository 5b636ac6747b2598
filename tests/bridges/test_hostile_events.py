"""Whatever an adapter passes on of what strangers wrote, none of it ends the process, holds up what came after it, or gets
through to who may not read it. And an act in somebody else's name, or about what is somebody else's, does nothing.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from django.apps import apps
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alongside.bridges import port
from alongside.bridges.actions.intake import take_in
from alongside.bridges.followers import handling
from alongside.bridges.models import Arrival, Followed
from alongside.bridges.pace import forget_paces
from alongside.bridges.port import Anything, Arrived, Batch, Commanded, Said
from alongside.bridges.rules import Pace
from alongside.conversations.models import Conversation, Message
from alongside.notes.models import Note, Revision
from alongside.people.models import Account
from tests.bridges.test_acts import remembered
from tests.bridges.world import HOTLINE, LEADS, WITH_DEE, World, words_of

pytestmark = pytest.mark.django_db(transaction=connection.vendor == "postgresql")
SECRET = "Name the feeling first"
NASTY = st.one_of(
    st.sampled_from([
        "", " ", "\x00", "a\x00b", "\N{RIGHT-TO-LEFT OVERRIDE}reversed", "x" * 5000, "\u202e" * 400, "<script>alert(1)</script>",
        "@alongside", "' OR 1=1 --", "%s %(x)s", "{0}", "../../etc/passwd", "\r\nBcc: all@acme.example", "ana", "bo", "cy",
        HOTLINE, LEADS, "C-nowhere", "alongside: asked quietly", "c:abcabcabcabc.m1", "n:x", "k:99999999999999999999",
        "p:1", "q:1", "forget me now", "yes, forget me", "stop", "remember this room", "forget this room",
    ]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
)  # fmt: skip
FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
MOMENTS = st.one_of(
    st.sampled_from([FIRST, LAST]),
    st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC)),  # noqa: DTZ001 (given below)
)
VALUES: dict[Any, st.SearchStrategy[Any]] = {
    str: NASTY,
    bool: st.booleans(),
    datetime: MOMENTS,
    datetime | None: st.none() | MOMENTS,
    str | None: st.none() | NASTY,
    tuple[str, ...]: st.lists(NASTY, max_size=3).map(tuple),
    tuple[str, ...] | None: st.none() | st.lists(NASTY, max_size=3).map(tuple),
    dict[str, str]: st.dictionaries(NASTY, NASTY, max_size=3),
    port.Reach: st.sampled_from(port.Reach),
    port.Sign: st.sampled_from(port.Sign),
}


def events(kind: type[port.Event]) -> st.SearchStrategy[Any]:
    return st.builds(kind, **{one.name: VALUES[one.type] for one in msgspec.structs.fields(kind)})


ANY_EVENT = st.one_of([events(kind) for kind in port.Anything.__args__])


def works_on(world: World, *given_: Anything) -> None:
    """Taken in and dealt with as in the bridge process; and somebody is answered after it."""
    arrived = tuple(Arrived(remote_id=f"hostile {number}", event=one) for number, one in enumerate(given_))
    take_in(
        None,
        bridge_id=world.bridge.bridge_id,
        connection_id=world.bridge.connection_id,
        batch=Batch(arrived=arrived),
    )
    world.work()
    held_up = list(Arrival.objects.exclude(state="done").values_list("state", "tries"))
    assert held_up == [], given_


@pytest.mark.filterwarnings("ignore")
def test_no_event_of_whatever_it_is_made_is_in_the_way_of_what_comes_after_it(world: World) -> None:
    remembered(world, LEADS)
    world.invite()

    @settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(ANY_EVENT, min_size=1, max_size=4))
    def holds(given_: list[Anything]) -> None:
        point = transaction.savepoint() if connection.in_atomic_block else None
        forget_paces()
        try:
            works_on(world, *given_)
        finally:
            Arrival.objects.all().delete()
            if point is not None:
                transaction.savepoint_rollback(point)

    holds()
    forget_paces()
    world.happens(port.AccountSeen(source_id="zoe", name="Zoe Quist"))
    world.write("zoe", "help")
    assert "What you can say to me" in words_of(world.written_to("zoe")[-1])


# In another account's name


def kept(world: World) -> dict[str, str]:
    """Bo's and Ana's things of a closed room: a thread, a note, a quiet question, a name that waits for a yes."""
    question, answer = remembered(world, LEADS)
    world.ask("bo", "keep this", LEADS, question)
    world.press("bo", world.whispers("bo", LEADS)[-1], "Keep it as it is")
    world.invite(WITH_DEE)
    world.write("ana", "ask quietly in #with-dee: What is a dunning letter?")
    thread, note = Conversation.objects.get(room__source_id=LEADS), Note.objects.get()
    anchor = Message.objects.get(source_id=answer)
    return {
        "conversation": f"c:{thread.public_id}",
        "message": f"c:{thread.public_id}.m{int(anchor.said_at.timestamp()):x}",
        "note": f"n:{note.public_id}",
        "quiet": f"q:{Followed.objects.get(is_quiet=True).pk}",
        "question": question,
        "answer": answer,
    }


def everything() -> dict[str, list[Any]]:
    """All rows, but what says how far things are, and how many wrong codes there were in a quarter of an hour."""
    leave_out = {"bridges.bridge", "bridges.arrival", "journal.line", "journal.cursor", "people.wrongcodes"}
    rows = {}
    for model in apps.get_models():
        if model._meta.label_lower not in leave_out and model._meta.managed:
            rows[model._meta.label_lower] = sorted(map(repr, model._default_manager.values_list()))
    return rows


def test_no_act_of_a_stranger_about_others_things_changes_or_shows_any_of_them(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handling, "pace", lambda *_: Pace.FINE)
    things = kept(world)
    before = everything()
    numbers = [f"{kind}:{number}" for kind in "kp" for number in range(1, 6)]
    about = [value for name, value in things.items() if name not in {"question", "answer"}]
    words = [
        *(f"{verb} {one}" for verb in ("keep", "save", "add", "helped", "did not help") for one in about),
        *(f"{verb} {one}" for verb in ("yes", "no") for one in numbers),
        "save: Mine now.", "correct: Wrong.", "answer: I am the one who asked.", "this helped", "keep this", "keep",
        "save", "forget this room", "remember this room", "stop", "open this room", "code 0000-0000", "part",
        "take my things", "what do you know of me?", "stop my blog", "ask in #leads: Hello?",
    ]  # fmt: skip
    said = len(world.said_in(LEADS))
    happened: list[Anything] = []
    for account in ("cy", "dee"):
        for number, one in enumerate(words):
            carried = about[number % len(about)]
            for room, context, message in (("", "", ""), (LEADS, things["question"], things["answer"])):
                event = Commanded(
                    account=account, words=one, room=room, context=context, message=message, about=carried,
                    fields={"title": "Mine", "what_worked": "Mine"},
                )  # fmt: skip
                happened.append(event)
                event_said = Said(
                    source_id=f"{account} {number} {room}", room=room, account=account, html="", text=one, words=one,
                    said_at=datetime.now(UTC), is_to_us=True, context=context or None, reply_to=message, about=carried,
                )  # fmt: skip
                happened.append(event_said)
    works_on(world, *happened)
    after = everything()
    for name, rows in after.items():
        assert rows == before[name], name
    assert len(world.said_in(LEADS)) == said
    for account in ("cy", "dee"):
        seen = [*world.written_to(account), *world.whispers(account, LEADS)]
        assert len(seen) > 30
        for shown in seen:
            assert SECRET not in words_of(shown)
            assert "threatens" not in words_of(shown)
    assert not Arrival.objects.exclude(state="done").exists()


def test_what_a_stranger_says_in_somebodys_name_is_their_own(world: World) -> None:
    """Called the same, and saying so: it is the account that counts."""
    kept(world)
    world.happens(port.AccountSeen(source_id="cy", name="Bo Lindgren", handle="bo", email="bo@acme.example"))
    for words in ("I am Bo Lindgren. forget me now", "from bo: forget me now", "bo: how do you calm a caller?"):
        world.write("cy", words)
        assert SECRET not in words_of(world.written_to("cy")[-1])
    assert Account.objects.filter(source_id="bo").exists()
    world.write("cy", "Today I learned that names are cheap.")
    note = Note.objects.latest("id")
    assert note.account is not None
    assert note.account.source_id == "cy"
    assert Revision.objects.filter(note=note).count() == 1


def test_a_question_asked_from_one_tool_in_another_shows_no_address_there(world: World) -> None:
    world.invite()
    world.mails("ana", "join accounts")
    code = words_of(world.mailed_to("ana")[-1]).split("code ")[1].split()[0]
    world.write("ana", f"code {code}")
    posted: list[Any] = []
    send = world.chat.send

    async def sent(post: port.Post) -> port.Sent:
        posted.append(post)
        return await send(post)

    world.chat.send = sent  # type: ignore[method-assign]
    world.mails("ana", "ask in #hotline: Who knows the new export?")
    world.work()
    (question,) = [one for one in posted if one.body.quote]
    assert (question.room, question.in_name_of, question.in_name_of_account) == (HOTLINE, "Ana Moreau", "ana")
    assert Message.objects.get(text="Who knows the new export?").author.source_id == "ana"
    assert not any("@" in repr(one) for one in posted)


def test_a_moment_that_cannot_be_is_in_the_way_of_nothing(world: World) -> None:
    world.invite()
    world.ask("ana", "remember this room")
    for at in (FIRST, LAST, datetime.now(UTC) + timedelta(days=40000)):
        world.happens(
            Said(
                source_id=f"m {at}", room=HOTLINE, account="bo", html="<p>x</p>", text="x",
                said_at=at, context=f"m {at}",
            )
        )  # fmt: skip
    assert not Arrival.objects.exclude(state="done").exists()
