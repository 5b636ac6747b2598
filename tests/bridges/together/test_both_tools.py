"""End to end, with a real Synapse and real mail: a room of the one and a list of the other, somebody in both, somebody
in each alone, somebody in neither. At every step each finds, by every tool that they have, exactly what the rule says.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from alongside.bridges.followers import running
from alongside.bridges.port import Sign
from alongside.conversations.models import Conversation, Helped, Message
from alongside.notes.models import Note
from alongside.notes.queries import note_view
from alongside.people.models import Account, Person
from alongside.search import queries, serving
from alongside.search.cleaning import forget_now
from tests.bridges.mail.harness import MailHarness
from tests.bridges.matrix.harness import MatrixHarness
from tests.bridges.matrix.proxy import Loop
from tests.bridges.matrix.synapse import Synapse
from tests.bridges.together.people import (
    BOTH_CHAT,
    BOTH_MAIL,
    EVERYBODY,
    NEITHER_CHAT,
    NEITHER_MAIL,
    NOTHING,
    ONLY_CHAT,
    ONLY_MAIL,
    Found,
    Together,
    are_remembered,
    code_in,
)
from tests.people.test_forgetting import everything_in_tables, where_in_files, where_in_indexes

pytestmark = pytest.mark.django_db(transaction=True)

# Words that stand nowhere else, each said once in one sentence, so that one can tell what was found.
ASKED_IN_ROOM, ANSWERED_IN_ROOM, TAKEN_BACK = "zitherwood", "quagmirest", "snorblatch"
EDITED_AWAY, EDITED_IN = "brimmelock", "plimsollen"
ASKED_ON_LIST, ANSWERED_ON_LIST, TOLD = "oblongator", "tarradiddle", "vexillumph"
TITLE = "Gently in spring"

IN_ROOM, ON_LIST = frozenset({BOTH_CHAT, BOTH_MAIL, ONLY_CHAT}), frozenset({BOTH_CHAT, BOTH_MAIL, ONLY_MAIL})
SECRETS = {
    **dict.fromkeys((ASKED_IN_ROOM, ANSWERED_IN_ROOM, TAKEN_BACK, EDITED_AWAY, EDITED_IN, TITLE), IN_ROOM),
    **dict.fromkeys((ASKED_ON_LIST, ANSWERED_ON_LIST), ON_LIST),
}


def only(readers: frozenset[str], *kinds: str) -> dict[str, Found]:
    return {who: frozenset(kinds) if who in readers else NOTHING for who in EVERYBODY}


def together(one: dict[str, Found], other: dict[str, Found]) -> dict[str, Found]:
    return {who: one[who] | other[who] for who in EVERYBODY}


NOBODY = only(frozenset())
EACH_THEIR_OWN = together(only(IN_ROOM, "the room"), only(ON_LIST, "the list"))


@pytest.fixture
def matrix(synapse: Synapse, loop: Loop) -> Iterator[MatrixHarness]:
    made = MatrixHarness(synapse, loop)
    yield made
    made.close()


@pytest.fixture
def people(
    transactional_db: None, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, matrix: MatrixHarness
) -> Iterator[Together]:
    del transactional_db
    settings.HOME = tmp_path / "home"
    settings.HOME.mkdir()
    for module in (serving, queries):
        monkeypatch.setattr(module, "model", lambda: None)
    monkeypatch.setattr(running, "FIRST_PAUSE", 0.2)
    mail = MailHarness()
    made = Together(matrix, mail)
    yield made
    made.stop()
    mail.close()


def test_each_sees_at_every_step_what_the_rule_says_and_nothing_else(people: Together, tmp_path: Path) -> None:
    comes_in_where_it_was_asked(people)
    becomes_one_person_by_own_act(people)
    question, asked_by_mail = asks(people)
    answer, taken_back = answers(people, question, asked_by_mail)
    thanks(people, answer)
    note = keeps(people, question)
    tells(people)
    is_answered_in_a_room_from_what_everybody_there_may_read(people)
    edits(people, answer, note)
    deletes(people, taken_back, note)
    pauses(people)
    forgets(people)
    parts(people)
    people.stop()
    leaves_nothing_in_any_table_or_file(tmp_path / "home")


def comes_in_where_it_was_asked(people: Together) -> None:
    people.matrix.invite_us(people.room, people.matrix.ana)
    people.mail.invite_us(people.list, people.mail.ana)
    people.is_told(ONLY_CHAT, "Alongside is here")
    people.is_told(ONLY_MAIL, "Alongside is here")
    people.asks_in_room(BOTH_CHAT, "remember this room")
    people.asks_in_room(BOTH_MAIL, "remember this room")
    people.until(are_remembered, "It remembers both")
    assert people.finds(ASKED_IN_ROOM) == NOBODY


def becomes_one_person_by_own_act(people: Together) -> None:
    code = code_in(people.does(BOTH_CHAT, "join accounts"))
    assert "joins nothing" in people.does(NEITHER_MAIL, "code 0000-0000")
    assert "are one person now" in people.does(BOTH_MAIL, f"code {code}")
    assert "joins nothing" in people.does(NEITHER_MAIL, f"code {code}"), "a code joins once"
    one = Person.objects.get()
    assert set(Account.objects.filter(person=one).values_list("source_id", flat=True)) == {
        people.matrix.ana,
        people.mail.ana,
    }


def asks(people: Together) -> tuple[Message, Message]:
    """Each in their own name, in the room that they are in; who is not in a room asks nothing there."""
    for who in (ONLY_MAIL, NEITHER_CHAT, NEITHER_MAIL):
        assert "Nothing was posted" in people.does(who, "ask in Leads: May I listen to you?")
    for who in (ONLY_CHAT, NEITHER_CHAT, NEITHER_MAIL):
        assert "Nothing was posted" in people.does(who, "ask in hotline@: May I listen to you?")
    assert "in your name" in people.does(ONLY_CHAT, f"ask in Leads: How does one tune the {ASKED_IN_ROOM}?")
    assert "in your name" in people.does(ONLY_MAIL, f"ask in hotline@: How does one post the {ASKED_ON_LIST}?")
    assert people.who_sees("May I listen") == set()
    assert people.who_sees(ASKED_IN_ROOM) == {BOTH_CHAT, ONLY_CHAT}
    assert people.who_sees(ASKED_ON_LIST) == {BOTH_MAIL, ONLY_MAIL}
    assert people.finds(f"{ASKED_IN_ROOM} {ASKED_ON_LIST}") == EACH_THEIR_OWN
    people.nothing_leaks(SECRETS)
    return Message.objects.get(text__contains=ASKED_IN_ROOM), Message.objects.get(text__contains=ASKED_ON_LIST)


def answers(people: Together, question: Message, asked_by_mail: Message) -> tuple[str, str]:
    """Who asked is told, alone; nobody else is. Their answers' ids in Matrix."""
    thread = question.source_id
    answer = people.says(BOTH_CHAT, f"Turn the {ANSWERED_IN_ROOM} pin, then the {EDITED_AWAY}.", thread)
    people.is_told(ONLY_CHAT, ANSWERED_IN_ROOM)
    taken_back = people.says(BOTH_CHAT, f"Mind the {TAKEN_BACK} above it.", thread)
    people.is_told(ONLY_CHAT, TAKEN_BACK)
    people.says(BOTH_MAIL, f"Ring the {ANSWERED_ON_LIST} desk.", asked_by_mail.source_id)
    people.is_told(ONLY_MAIL, ANSWERED_ON_LIST)
    people.caught_up()
    assert people.who_sees(ANSWERED_IN_ROOM) == {ONLY_CHAT}
    assert people.who_sees(ANSWERED_ON_LIST) == {ONLY_MAIL}
    assert people.finds(f"{ANSWERED_IN_ROOM} {ANSWERED_ON_LIST}") == EACH_THEIR_OWN
    people.nothing_leaks(SECRETS)
    return answer.source_id, taken_back.source_id


def thanks(people: Together, answer: str) -> None:
    """By a reaction in the one tool, by a reply in the other. Only readers of a message read that it helped."""
    people.matrix.react(people.matrix.bo, people.room, answer, Sign.HELPED)
    people.until(lambda: Helped.objects.filter(message__source_id=answer).exists(), "It helped, in the room")
    people.answers(ONLY_MAIL, people.is_told(ONLY_MAIL, ANSWERED_ON_LIST), "this helped. It went out at once.")
    people.is_told(ONLY_MAIL, "It says now that it helped, in your words")
    people.caught_up()
    by_mail = Helped.objects.get(message__text__contains=ANSWERED_ON_LIST)
    assert (by_mail.sentence, by_mail.account) == (
        "It went out at once.",
        Account.objects.get(source_id=people.mail.cy),
    )
    assert people.who_sees("It says now that it helped") == {ONLY_MAIL}


def keeps(people: Together, question: Message) -> Note:
    """The draft comes to who kept it, alone; the note is read by who may read what it was kept from."""
    people.asks_in_room(BOTH_CHAT, "keep", question.source_id)
    draft = people.is_told(BOTH_CHAT, "A note could be")
    assert draft.is_for_them_alone
    assert not Note.objects.exists()
    people.answers(BOTH_CHAT, draft, f"save: {TITLE}")
    people.is_told(BOTH_CHAT, "It is kept")
    assert people.who_sees("A note could be") == people.who_sees("It is kept") == {BOTH_CHAT}
    assert people.finds(ANSWERED_IN_ROOM) == only(IN_ROOM, "the room", "a note"), "found again by mail, too"
    assert people.pages_find(TITLE) == only(IN_ROOM, "a note")
    assert people.pages_find(ANSWERED_ON_LIST) == only(ON_LIST, "the list")
    people.nothing_leaks(SECRETS)
    return Note.objects.get()


def tells(people: Together) -> None:
    """By mail, one sentence for the organisation; and by pages nobody from outside reads any of it."""
    people.does(BOTH_MAIL, f"Today I learned that the {TOLD} has an undo.")
    assert people.finds(TOLD) == only(frozenset(EVERYBODY), "a note")
    signed_in, outside = Client(), Client()
    signed_in.force_login(Person.objects.get())
    for word, number in ((ANSWERED_IN_ROOM, 2), (ANSWERED_ON_LIST, 1), (TOLD, 1)):
        assert len(signed_in.get(f"/api/find?q={word}").json()["results"]) == number
        assert outside.get(f"/api/find?q={word}").json()["results"] == []
    for public_id in Conversation.objects.values_list("public_id", flat=True):
        assert signed_in.get(f"/conversations/{public_id}").status_code == 200
        assert outside.get(f"/conversations/{public_id}").status_code == 404


def is_answered_in_a_room_from_what_everybody_there_may_read(people: Together) -> None:
    """Somebody who reads both asks in one of them for everybody there: nothing of the other is said in it."""
    people.asks_in_room(BOTH_CHAT, f"here: {ANSWERED_ON_LIST}")
    people.is_told(BOTH_CHAT, "Nothing that everybody in #Leads may read answers this.")
    people.asks_in_room(BOTH_MAIL, f"here: {ANSWERED_IN_ROOM}")
    people.is_told(BOTH_MAIL, "Nothing that everybody in hotline@ may read answers this.")
    people.asks_in_room(BOTH_CHAT, f"here: {TOLD}")
    said = people.is_told(ONLY_CHAT, "Only from what everybody in this room may read.")
    assert not said.is_for_them_alone
    people.caught_up()
    assert people.who_sees("Only from what everybody in this room may read.") == {BOTH_CHAT, ONLY_CHAT}
    people.nothing_leaks(SECRETS)


def edits(people: Together, answer: str, note: Note) -> None:
    people.matrix.edit(people.matrix.ana, people.room, answer, f"Turn the {ANSWERED_IN_ROOM} pin, then {EDITED_IN}.")
    people.until(lambda: Message.objects.filter(text__contains=EDITED_IN).exists(), "The edit follows")
    assert people.finds(EDITED_AWAY) == NOBODY
    assert people.pages_find(EDITED_IN)[BOTH_MAIL] >= {"the room"}
    words = people.readable_by(BOTH_MAIL)
    assert EDITED_AWAY not in words
    assert EDITED_IN in words
    assert EDITED_AWAY not in repr(note_view(people.viewer(ONLY_CHAT), note.public_id))
    people.nothing_leaks(SECRETS)


def deletes(people: Together, taken_back: str, note: Note) -> None:
    assert TAKEN_BACK in people.readable_by(BOTH_MAIL)
    people.matrix.delete(people.matrix.ana, people.room, taken_back)
    people.until(lambda: not Message.objects.filter(source_id=taken_back).exists(), "The deletion follows")
    assert people.finds(TAKEN_BACK) == NOBODY
    for who in EVERYBODY:
        assert TAKEN_BACK not in people.readable_by(who)
    assert TAKEN_BACK not in everything_in_tables().partition("CREATE TABLE")[0]
    assert people.pages_find(TITLE) == only(IN_ROOM, "a note"), f"{note.public_id} stays"


def pauses(people: Together) -> None:
    """Their words are found by nobody, not even themselves; the words of others are, and it is as easily undone."""
    people.does(ONLY_MAIL, "pause")
    assert people.finds(ASKED_ON_LIST) == NOBODY
    assert people.pages_find(ANSWERED_ON_LIST) == only(ON_LIST, "the list")
    people.does(ONLY_MAIL, "go on")
    assert people.finds(ASKED_ON_LIST) == only(ON_LIST, "the list")


def forgets(people: Together) -> None:
    assert "Letters, feeds and answers" in people.does(ONLY_CHAT, "forget me")
    assert people.pages_find(ASKED_IN_ROOM)[BOTH_MAIL] >= {"the room"}, "asked once more, and nothing is done yet"
    assert "You are forgotten" in people.does(ONLY_CHAT, "yes, forget me")
    people.gone.add(ONLY_CHAT)
    people.says(ONLY_CHAT, f"And now the {ASKED_IN_ROOM} is mine again.")
    people.writes(ONLY_CHAT, f"find {ANSWERED_IN_ROOM}")
    people.says(BOTH_CHAT, "Somebody else goes on.")
    people.until(lambda: Message.objects.filter(text__contains="goes on").exists(), "What others say is taken in")
    assert people.finds(ASKED_IN_ROOM) == NOBODY
    assert people.pages_find(ANSWERED_IN_ROOM) == only(IN_ROOM - {ONLY_CHAT}, "the room", "a note")
    assert not any(ASKED_IN_ROOM in people.readable_by(who) for who in EVERYBODY)
    assert not Account.objects.filter(source_id=people.matrix.bo).exists()


def parts(people: Together) -> None:
    """One account by itself again: each reads what it reads in its own tool."""
    assert "by itself again" in people.does(BOTH_MAIL, "part")
    in_chat, by_mail = frozenset({BOTH_CHAT}), frozenset({BOTH_MAIL, ONLY_MAIL})
    each_their_own = together(only(in_chat, "the room", "a note"), only(by_mail, "the list"))
    assert people.finds(f"{ANSWERED_IN_ROOM} {ANSWERED_ON_LIST}") == each_their_own
    assert people.pages_find(TOLD) == only(frozenset(EVERYBODY) - people.gone, "a note")


def leaves_nothing_in_any_table_or_file(home: Path) -> None:
    """What was forgotten and what was deleted, once files are cleaned."""
    cleaned = forget_now(None)
    assert cleaned.store
    assert cleaned.index
    gone = (ASKED_IN_ROOM, TAKEN_BACK, EDITED_AWAY)
    held = everything_in_tables()
    assert [word for word in (*gone, "@bo-") if word in held] == []
    assert where_in_files(home, gone) == []
    assert where_in_indexes(gone) == []
