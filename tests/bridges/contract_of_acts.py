"""Every act, said in people's words, is answered alone and once: the same in every tool."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from pytest_django import Settings

from alongside.bridges.models import Arrival, Presence
from alongside.bridges.rules import ActName
from alongside.conversations.models import Conversation, Message
from alongside.conversations.rules import anchor_of
from alongside.notes.models import Note
from tests.bridges.at_work import QUESTION, AtWork

IN_THE_ROOM = "everybody in the room"


class Where(Enum):
    ALONE = "written to Alongside alone"
    ROOM = "said to it in a room"
    THREAD = "said to it in a thread of that room"


@dataclass(frozen=True, slots=True)
class Line:
    """What somebody says to Alongside, a piece of what it answers them alone, and of what everybody in the room hears.

    What stands in braces is filled in when it is said (`ContractOfActs.known`).
    """

    act: ActName
    by: str
    where: Where
    words: str
    answer: str = ""
    heard: str = ""


ALONE, ROOM, THREAD = Where.ALONE, Where.ROOM, Where.THREAD
# Ana and Bo are in the room, Cy is not. What is said in one round is said at once; the next one builds on it.
ROUNDS = (
    (
        Line(ActName.HELP, "cy", ALONE, "help", "What you can say to me"),
        Line(ActName.FIND, "bo", ALONE, QUESTION, "Name the feeling first"),
        Line(
            ActName.FIND_HERE, "bo", ROOM, f"here: {QUESTION}", heard="Only from what everybody in this room may read"
        ),
        Line(ActName.ASK, "ana", ALONE, "ask in {room}: Who knows it?", "in your name", "Who knows it?"),
        Line(ActName.KEEP, "ana", THREAD, "keep this", "A note could be"),
        Line(ActName.TELL, "cy", ALONE, "Today I learned that the export has an undo.", "It is a note now"),
        Line(ActName.YES, "cy", ALONE, "yes p:1", "Nothing of yours waits"),
        Line(ActName.NO, "cy", ALONE, "no k:1", "Nothing of yours waits"),
        Line(ActName.FLOW, "cy", ALONE, "follow my blog http://127.0.0.1:9/blog", "Nothing is followed"),
        Line(ActName.STOP_FLOW, "cy", ALONE, "stop my blog", "No blog is followed"),
        Line(ActName.JOIN, "cy", ALONE, "join accounts", "Say this to me from the other account"),
        Line(ActName.PAUSE, "cy", ALONE, "pause", "Your words are left out"),
        Line(ActName.OPEN, "bo", ROOM, "open this room", "nothing of this room that you could open"),
    ),
    (
        Line(ActName.ASK_QUIETLY, "bo", ALONE, "ask quietly in {room}: Who?", "still learn", "without their name"),
        Line(ActName.SAVE, "ana", THREAD, "save", "It is kept"),
        Line(ActName.GO_ON, "cy", ALONE, "go on", "can be found again"),
        Line(ActName.TAKE, "cy", ALONE, "take my things", "Everything you said and kept"),
        Line(ActName.SAY_CODE, "bo", ALONE, "code {code}", "The two accounts are one person now"),
    ),
    (
        Line(ActName.ANSWER, "bo", ALONE, "answer: I mean the old one.", "your own quiet question"),
        Line(ActName.CORRECT, "bo", THREAD, "correct: And breathe once.", "It is in the note"),
        Line(ActName.ADD, "ana", ALONE, "add {question}", "It is in the note now"),
        Line(ActName.NO_MORE, "ana", ALONE, "no more of this", "Nothing comes to you by itself"),
        Line(ActName.KNOW, "cy", ALONE, "what do you know of me?", "What I know of you"),
    ),
    (
        # Apart from what the two read together until then: an answer that rests on that would not be said any more.
        Line(ActName.PART, "bo", ALONE, "part", "by itself again"),
        Line(ActName.HELPED, "bo", ALONE, "this helped {answer} They stayed.", "It says now that it helped"),
        Line(ActName.DID_NOT_HELP, "bo", ALONE, "did not help {note} They left.", "It says now that it did not help"),
        Line(ActName.STOP, "bo", ROOM, "stop", "is still found by who may read it", "I have stopped remembering"),
        Line(ActName.FORGET, "cy", ALONE, "forget me", "Forget you?"),
    ),
    (
        Line(ActName.LISTEN, "bo", ROOM, "remember this room", heard="From now on I remember"),
        Line(ActName.FORGET_SURELY, "cy", ALONE, "forget me now", "You are forgotten"),
    ),
    (
        Line(ActName.FORGET_ROOM, "ana", ROOM, "forget this room", "is forgotten"),
        Line(ActName.THANKS, "bo", ALONE, "thanks", "Gladly"),
    ),
)
LINES = tuple(line for lines in ROUNDS for line in lines)


class ContractOfActs(AtWork):
    def test_every_act_is_answered_alone_and_once_and_its_words_are_gone(self, settings: Settings) -> None:
        settings.BASE_URL = "https://alongside.example"
        thread = self.a_thread_to_speak_of()
        wanted = self.what_is_there()
        for lines in ROUNDS:
            for line in lines:
                self.says(line, thread)
            wanted += Counter(who for line in lines for who in to_whom(line))
            self.are_answered(lines, wanted)
        self.settled()
        assert self.what_is_there() == wanted
        assert not any(bytes(row.body) for row in Arrival.objects.all())

    def a_thread_to_speak_of(self) -> str:
        question, _answer = self.remembers(self.harness.closed_room)
        # Without it, and without the model, one short answer is not chosen for a draft.
        self.harness.say(self.harness.bo, self.harness.closed_room, "Thank you, that helped.", question.context)
        self.until(lambda: Message.objects.count() == 3, "It takes in what is said")
        self.settled()
        return question.context

    def says(self, line: Line, thread: str) -> None:
        account = getattr(self.harness, line.by)
        words = line.words.format(**self.known()) if "{" in line.words else line.words
        if line.where is ALONE:
            self.harness.say_to_us(account, words)
        else:
            context = thread if line.where is THREAD else ""
            self.harness.mention(account, self.harness.closed_room, words, context)

    def what_is_there(self) -> Counter[str]:
        """How much was said to each of them alone, and in the room."""
        found = Counter({name: len(self.alone(getattr(self.harness, name))) for name in ("ana", "bo", "cy", "dee")})
        return found + Counter({IN_THE_ROOM: len(self.said_in(self.harness.closed_room, self.harness.bo))})

    def are_answered(self, lines: Sequence[Line], wanted: Counter[str]) -> None:
        self.until(lambda: self.what_is_there() >= wanted, f"{lines} are not all answered")
        for name in {line.by for line in lines}:
            texts = [one.text for one in self.alone(getattr(self.harness, name))]
            for line in lines:
                assert line.by != name or any(line.answer in text for text in texts), (line, texts)
        heard = [one.text for one in self.said_in(self.harness.closed_room, self.harness.bo)]
        for line in lines:
            assert any(line.heard in text for text in heard), line

    def known(self) -> dict[str, str]:
        """What people read where it is said to them: a room's name, what an answer is about, a code."""
        room = Presence.objects.get(room__source_id=self.harness.closed_room).room
        said = Message.objects.filter(room=room).order_by("said_at", "id")[:2]
        question, answer = (f"c:{_conversation(one)}.{anchor_of(one.said_at)}" for one in said)
        note = Note.objects.filter(audience_id=room.audience_id).first()
        codes = [re.findall(r": code ([\w -]+)", one.text) for one in self.alone(self.harness.cy)]
        return {
            "room": room.name,
            "question": question,
            "answer": answer,
            "note": f"n:{note.public_id}" if note else "",
            "code": next((found[0].strip() for found in codes if found), ""),
        }


def to_whom(line: Line) -> Iterator[str]:
    """Who hears what comes of it: each once, and nobody else."""
    if line.answer:
        yield line.by
    if line.heard:
        yield IN_THE_ROOM


def _conversation(message: Message) -> str:
    return Conversation.objects.get(pk=message.conversation_id).public_id
