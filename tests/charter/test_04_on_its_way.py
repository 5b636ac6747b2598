"""4. What waits for a tool that is busy is looked at once more: it goes only to who may read then what it is taken
from, and only while that says the same. Whoever asked is told, without a word of it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from django.db import connection
from tests.bridges.world import PEOPLE, World, words_of

from alongside.bridges.adapters.pretend.told import Told
from alongside.bridges.port import AccountSeen, Post, Reach, Said, Sent, Temporary
from alongside.conversations.models import Message
from alongside.kit import clock
from alongside.letters.models import Delivery
from alongside.notes.actions.keeping import change
from alongside.notes.content import Content
from alongside.notes.models import Note
from alongside.people.actions.leaving_out import forget, go_on, pause
from alongside.search.grounds import of_note_now, still_stand

pytestmark = pytest.mark.django_db(transaction=connection.vendor == "postgresql")

SOURCE, TALK = "C-source", "G-talk"
QUESTION = "How does somebody find the zitherwood of the house?"
SECRET = "in the cellar"
ANSWER = f"The zitherwood stands {SECRET}, behind the second door on the left."


@contextmanager
def busy(world: World) -> Iterator[None]:
    """The chat takes nothing for a while; then all that waits is due."""
    send = world.chat.send

    async def refuse(post: Post) -> Sent:
        raise Temporary("Later, please.")

    world.chat.send = refuse  # type: ignore[method-assign]
    yield
    world.chat.send = send  # type: ignore[method-assign]
    Delivery.objects.update(due_at=clock.now())
    world.work()


# What waits: each is on its way to Cy, with words that Ana said. Which message they are is returned.


def begun(world: World) -> tuple[str, str]:
    """A thread of a room that is remembered: Bo asked, Ana answered."""
    world.invite(SOURCE)
    world.ask("ana", "remember this room", SOURCE)
    question = world.say("bo", QUESTION, SOURCE)
    return question, world.say("ana", ANSWER, SOURCE, question)


def by_direct_message(world: World) -> Callable[[], str]:
    _question, answer = begun(world)

    def happens() -> str:
        world.write("cy", QUESTION)
        return answer

    return happens


def by_whisper(world: World) -> Callable[[], str]:
    _question, answer = begun(world)

    def happens() -> str:
        world.ask("cy", QUESTION, SOURCE)
        return answer

    return happens


def with_a_note(world: World) -> Callable[[], str]:
    question, answer = begun(world)
    world.ask("ana", "keep", SOURCE, question)
    world.press("ana", world.whispers("ana", SOURCE)[-1], "Keep it as it is")

    def happens() -> str:
        world.write("cy", QUESTION)
        return answer

    return happens


def in_a_room(world: World) -> Callable[[], str]:
    _question, answer = begun(world)
    world.room(TALK, "talk", Reach.MEMBERS, ["bo", "cy"])
    world.invite(TALK, "cy")

    def happens() -> str:
        world.ask("cy", f"here: {QUESTION}", TALK)
        return answer

    return happens


def as_a_later_reply(world: World) -> Callable[[], str]:
    world.invite(SOURCE)
    question = world.say("bo", QUESTION, SOURCE)
    world.say("bo", "I looked everywhere.", SOURCE, question)
    world.ask("cy", "keep", SOURCE, question)
    world.press("cy", world.whispers("cy", SOURCE)[-1], "Keep it as it is")
    return lambda: world.say("ana", ANSWER, SOURCE, question)


def as_an_answer_to_who_asked(world: World) -> Callable[[], str]:
    world.invite(SOURCE)
    world.write("cy", f"ask quietly in #source: {QUESTION}")
    thread = world.said_in(SOURCE)[-1].id
    return lambda: world.say("ana", ANSWER, SOURCE, thread)


def as_a_draft(world: World) -> Callable[[], str]:
    question, answer = begun(world)

    def happens() -> str:
        world.ask("cy", "keep", SOURCE, question)
        return answer

    return happens


# What happens meanwhile.


def nothing(world: World, said: str) -> None:
    del world, said


def leaves(world: World, said: str) -> None:
    del said
    world.leaves("cy", SOURCE)


def closes(world: World, said: str) -> None:
    del said
    world.room(SOURCE, "source", Reach.MEMBERS, ["ana", "bo"])


def becomes_guest(world: World, said: str) -> None:
    del said
    world.happens(AccountSeen(source_id="cy", name=PEOPLE["cy"], is_guest=True))


def deactivated(world: World, said: str) -> None:
    del said
    world.happens(AccountSeen(source_id="cy", name=PEOPLE["cy"], is_deactivated=True))


def author_forgotten(world: World, said: str) -> None:
    del said
    forget(world.viewer("ana"))
    assert not any(SECRET.encode() in bytes(post) for post in Delivery.objects.values_list("post", flat=True))


def author_paused(world: World, said: str) -> None:
    del said
    pause(world.viewer("ana"))


def deleted(world: World, said: str) -> None:
    world.deletes(said, SOURCE)


def edited(world: World, said: str) -> None:
    row = Message.objects.select_related("conversation").get(source_id=said)
    text = "I do not know where it stands."
    event = Said(
        source_id=said, room=SOURCE, account="ana", html=f"<p>{text}</p>", text=text, said_at=row.said_at,
        context=row.conversation.source_id, edited_at=clock.now(),
    )  # fmt: skip
    world.happens(event)


@dataclass(frozen=True)
class Way:
    goes: Callable[[World], Callable[[], str]]
    told_instead: str


AGAIN = "Ask again, and I answer."
WAYS = {
    "direct message": Way(by_direct_message, AGAIN),
    "whisper": Way(by_whisper, AGAIN),
    "note": Way(with_a_note, AGAIN),
    "room answer": Way(in_a_room, AGAIN),
    "draft": Way(as_a_draft, AGAIN),
    "answer to who asked": Way(as_an_answer_to_who_asked, "Somebody answered what you asked through me"),
    "later reply": Way(as_a_later_reply, ""),
}
HAPPENINGS = (
    nothing, leaves, closes, becomes_guest, deactivated, author_forgotten, author_paused, deleted, edited,
)  # fmt: skip


def everything_said(world: World) -> list[Told]:
    rooms = [*world.said_in(SOURCE), *world.said_in(TALK), *world.whispers("cy", SOURCE), *world.whispers("cy", TALK)]
    return [one for one in (*rooms, *world.written_to("cy")) if one.body is not None]


def held(told: Told) -> str:
    form = " ".join(one.value for one in told.form.fields) if told.form else ""
    return f"{words_of(told)} {form}"


@pytest.mark.parametrize("happens", HAPPENINGS, ids=lambda one: str(one.__name__).replace("_", " "))
@pytest.mark.parametrize("way", WAYS)
def test_what_waits_goes_only_to_who_may_read_it_still_and_only_as_it_stands_still(
    way: str, happens: Callable[[World, str], None], world: World
) -> None:
    reach = Reach.MEMBERS if happens is leaves else Reach.ORGANISATION
    world.room(SOURCE, "source", reach, ["ana", "bo", "cy"])
    goes = WAYS[way].goes(world)
    before = [one.id for one in everything_said(world)]
    with busy(world):
        said = goes()
        assert [one.id for one in everything_said(world)] == before
        happens(world, said)
    # Bo hears in the room too, and may read it still, when Cy's account is switched off.
    goes_all_the_same = happens is nothing or (happens is deactivated and way == "room answer")
    new = [held(one) for one in everything_said(world) if one.id not in before]
    with_it = [one for one in new if SECRET in one]
    assert len(with_it) == goes_all_the_same, with_it
    is_told = WAYS[way].told_instead and not goes_all_the_same and happens is not deactivated
    told = [one for one in new if WAYS[way].told_instead and WAYS[way].told_instead in one]
    assert len(told) == bool(is_told), new
    assert not any("zitherwood" in one or PEOPLE["ana"] in one or "#source" in one for one in told)


@pytest.mark.parametrize("happens", [one for one in HAPPENINGS if one is not deactivated], ids=lambda one: one.__name__)
def test_a_note_by_itself_stands_no_longer_than_what_it_shows(
    happens: Callable[[World, str], None], world: World
) -> None:
    world.room(SOURCE, "source", Reach.MEMBERS if happens is leaves else Reach.ORGANISATION, ["ana", "bo", "cy"])
    said = with_a_note(world)()
    note = of_note_now(Note.objects.get().pk)
    assert still_stand(world.viewer("cy"), [note])
    happens(world, said)
    assert still_stand(world.viewer("cy"), [note]) == (happens is nothing)


def test_a_note_that_was_mended_or_whose_only_writer_paused_is_not_what_it_was(world: World) -> None:
    world.room(SOURCE, "source", Reach.ORGANISATION, ["ana", "bo", "cy"])
    world.write("ana", "tell: The quokka likes the zitherwood.")
    row, cy = Note.objects.get().pk, world.viewer("cy")
    as_told = of_note_now(row)
    pause(world.viewer("ana"))
    assert not still_stand(cy, [as_told])
    go_on(world.viewer("ana"))
    assert still_stand(cy, [as_told])
    change(
        cy, public_id=Note.objects.get().public_id, content=Content("The quokka does not.", "", "", "", ""), based_on=1
    )
    assert not still_stand(cy, [as_told])


def test_no_tool_is_told_what_a_post_rests_on_or_who_heard(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Post] = []
    send = world.chat.send

    async def noted(post: Post) -> Sent:
        sent.append(post)
        return await send(post)

    monkeypatch.setattr(world.chat, "send", noted)
    world.room(SOURCE, "source", Reach.ORGANISATION, ["ana", "bo", "cy"])
    in_a_room(world)()
    assert any(SECRET in repr(post) for post in sent)
    assert not any(post.hearers for post in sent)


def test_what_an_act_did_is_told_also_where_the_title_of_it_may_not_be(world: World) -> None:
    world.room(SOURCE, "source", Reach.MEMBERS, ["ana", "bo", "cy"])
    question, _answer = begun(world)
    world.ask("cy", "keep", SOURCE, question)
    draft = world.whispers("cy", SOURCE)[-1]
    with busy(world):
        world.press("cy", draft, "Keep it as it is")
        leaves(world, question)
    told = words_of(world.written_to("cy")[-1])
    assert "It is kept" in told
    assert "zitherwood" not in told


def test_a_room_is_told_that_alongside_is_there_without_the_name_of_who_was_forgotten(world: World) -> None:
    world.room(TALK, "talk", Reach.MEMBERS, ["bo", "cy"])
    with busy(world):
        world.invite(TALK, "cy")
        forget(world.viewer("cy"))
    said = [words_of(one) for one in world.said_in(TALK)]
    assert len(said) == 1
    assert "Alongside is here" in said[0]
    assert PEOPLE["cy"] not in said[0]


def test_who_asked_is_told_that_somebody_answered_who_paused_and_nothing_else_of_it(world: World) -> None:
    world.room(SOURCE, "source", Reach.ORGANISATION, ["ana", "bo", "cy"])
    goes = as_an_answer_to_who_asked(world)
    pause(world.viewer("ana"))
    goes()
    told = words_of(world.written_to("cy")[-1])
    assert "Somebody answered in #source" in told
    assert PEOPLE["ana"] not in told
    assert SECRET not in told


def test_nothing_of_who_paused_is_offered_to_who_kept_the_thread(world: World) -> None:
    world.room(SOURCE, "source", Reach.ORGANISATION, ["ana", "bo", "cy"])
    goes = as_a_later_reply(world)
    pause(world.viewer("ana"))
    before = len(world.written_to("cy"))
    goes()
    assert len(world.written_to("cy")) == before
