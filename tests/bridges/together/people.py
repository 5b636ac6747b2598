"""One organisation in a Matrix room and on a mailing list, both closed to their members, over a real Synapse, Dovecot
and Postfix, and one running bridge process: who asks what, and what comes of it to whom.
"""

import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from alongside.audiences.queries import NotThere
from alongside.bridges.actions.connecting import connect
from alongside.bridges.followers.running import follow_tools
from alongside.bridges.models import Arrival, Presence
from alongside.bridges.pace import forget_paces
from alongside.conversations.models import Conversation
from alongside.conversations.queries import conversation_page
from alongside.letters.models import Delivery
from alongside.notes.followers import keep_passages_true
from alongside.notes.models import Note
from alongside.notes.queries import note_view
from alongside.people.models import Account
from alongside.people.queries import unscoped_viewer_of_account
from alongside.people.rules import NOBODY, Viewer
from alongside.search.followers import catch_up_words
from alongside.search.queries import find
from tests.bridges.harness import Placed, Shown
from tests.bridges.mail.harness import MailHarness
from tests.bridges.matrix.harness import MatrixHarness

PATIENCE = 45.0
# Who is who, each by every account that they have: what is written to Alongside by one is answered there.
BOTH_CHAT, BOTH_MAIL = "both, by chat", "both, by mail"
ONLY_CHAT, ONLY_MAIL = "only in the room", "only on the list"
NEITHER_CHAT, NEITHER_MAIL = "in neither, by chat", "in neither, by mail"
EVERYBODY = (BOTH_CHAT, BOTH_MAIL, ONLY_CHAT, ONLY_MAIL, NEITHER_CHAT, NEITHER_MAIL)

# What a finding is, as its line in an answer says it in every tool.
ROOM, LIST, NOTE = "#Leads, ", "hotline@, ", "a note, last found true in "
_KINDS = {ROOM: "the room", LIST: "the list", NOTE: "a note"}
Found = frozenset[str]
NOTHING: Found = frozenset()


@dataclass(frozen=True)
class Somewhere:
    """An account in a tool."""

    tool: MatrixHarness | MailHarness
    account: str


class Together:
    def __init__(self, matrix: MatrixHarness, mail: MailHarness) -> None:
        self.matrix, self.mail = matrix, mail
        self.room, self.list = matrix.closed_room, mail.closed_room
        mail.servers.lists.put_members(self.list, [mail.ana, mail.cy])
        self.accounts = {
            BOTH_CHAT: Somewhere(matrix, matrix.ana),
            BOTH_MAIL: Somewhere(mail, mail.ana),
            ONLY_CHAT: Somewhere(matrix, matrix.bo),
            ONLY_MAIL: Somewhere(mail, mail.cy),
            NEITHER_CHAT: Somewhere(matrix, matrix.cy),
            NEITHER_MAIL: Somewhere(mail, mail.bo),
        }
        self.gone: set[str] = set()  # forgotten, and answered nothing
        forget_paces()
        for harness in (matrix, mail):
            connect(None, kind=harness.kind, key="together", name=harness.kind, given=dict(harness.settings()))
        self._stopping = threading.Event()
        self._bridge = threading.Thread(target=follow_tools, args=(self._stopping,), daemon=True)
        self._bridge.start()

    def stop(self) -> None:
        self._stopping.set()
        self._bridge.join(30)
        assert not self._bridge.is_alive()

    # What they do.

    def writes(self, who: str, words: str) -> Placed:
        """To Alongside alone."""
        here = self.accounts[who]
        return here.tool.say_to_us(here.account, words)

    def asks_in_room(self, who: str, words: str, thread: str = "") -> Placed:
        """To Alongside, before everybody there."""
        here = self.accounts[who]
        return here.tool.mention(here.account, self._place(here), words, thread)

    def says(self, who: str, words: str, thread: str = "") -> Placed:
        here = self.accounts[who]
        return here.tool.say(here.account, self._place(here), words, thread)

    def answers(self, who: str, shown: Shown, words: str) -> None:
        """“Reply”, to something that Alongside said to them alone."""
        here = self.accounts[who]
        if isinstance(here.tool, MailHarness):
            here.tool.answer(here.account, shown, words)
        else:
            here.tool.as_(here.account).reply(here.tool.for_two(here.account), shown.source_id, words)

    def _place(self, here: Somewhere) -> str:
        return self.room if here.tool is self.matrix else self.list

    # What comes of it.

    def until(self, is_so: Callable[[], bool], what: str) -> None:
        ends = time.monotonic() + PATIENCE
        while not is_so():
            assert time.monotonic() < ends, f"{what}: {self._state()}"
            time.sleep(0.1)

    def _state(self) -> str:
        inbox = list(Arrival.objects.order_by("id").values_list("remote_id", "state", "tries"))[-6:]
        return f"inbox {inbox}, outbox {list(Delivery.objects.values_list('key', 'state', 'tries', 'problem'))}"

    def caught_up(self) -> None:
        """Everything that came is dealt with and everything that follows from it is done."""
        self.until(
            lambda: not Arrival.objects.filter(state="new").exists() and not Delivery.objects.exists(), "It is quiet"
        )
        keep_passages_true()
        catch_up_words()
        forget_paces()

    def sees(self, who: str) -> list[Shown]:
        """All that Alongside said and this account can see."""
        here = self.accounts[who]
        return list(here.tool.seen_by(here.account))

    def is_told(self, who: str, words: str) -> Shown:
        """What they see with these words in it, once it is there; the newest."""
        self.until(lambda: any(words in one.text for one in self.sees(who)), f"{who} does not see “{words}”")
        return [one for one in self.sees(who) if words in one.text][-1]

    def who_sees(self, words: str) -> set[str]:
        return {who for who in EVERYBODY if any(words in one.text for one in self.sees(who))}

    def answer_to(self, who: str, asked: Placed) -> str:
        return self.answers_to({who: asked})[who]

    def answers_to(self, asked: Mapping[str, Placed]) -> dict[str, str]:
        """Of several at once: what is looked at while it is on its way makes servers slow."""
        answered: dict[str, str] = {}

        def are_all_there() -> bool:
            self._wait_for_outbox()
            for who in asked.keys() - answered.keys():
                shown = [one for one in self.sees(who) if one.is_for_them_alone]
                answers = [one.text for one in shown if one.context == asked[who].source_id]
                assert len(answers) <= 1, f"{who} is answered twice"
                answered.update((who, answer) for answer in answers)
            return answered.keys() == asked.keys()

        self.until(are_all_there, "Not everybody is answered")
        return answered

    def _wait_for_outbox(self) -> None:
        """For a moment: an answer that is not even written down is not looked for in a tool."""
        ends = time.monotonic() + 0.4
        while time.monotonic() < ends and not Delivery.objects.exists():
            time.sleep(0.02)
        while Delivery.objects.exists() and time.monotonic() < ends + 5:
            time.sleep(0.02)

    def does(self, who: str, words: str) -> str:
        """An act said to Alongside alone, and its answer."""
        answer = self.answer_to(who, self.writes(who, words))
        self.caught_up()
        return answer

    # What each may read.

    def viewer(self, who: str) -> Viewer:
        here = self.accounts[who]
        row = Account.objects.filter(source_id=here.account, connection__tool=here.tool.kind).first()
        return (unscoped_viewer_of_account(row.pk) if row else None) or NOBODY

    def pages_find(self, words: str) -> dict[str, Found]:
        """What a page would show to each of them."""
        self.caught_up()
        return {who: self._found_by_viewer(who, words) for who in EVERYBODY}

    def finds(self, words: str) -> dict[str, Found]:
        """Everybody's answer to the same question, each in each of their tools; the same as what pages would show."""
        self.caught_up()
        asked = {who: self.writes(who, f"find {words}") for who in EVERYBODY if who not in self.gone}
        answered = {who: _found_in(answer) for who, answer in self.answers_to(asked).items()}
        for who, found in answered.items():
            assert found == self._found_by_viewer(who, words), f"{who} is told something else than pages show"
        self.caught_up()
        return {who: answered.get(who, NOTHING) for who in EVERYBODY}

    def _found_by_viewer(self, who: str, words: str) -> Found:
        results = find(self.viewer(who), words, limit=50).results
        places = {"Leads": _KINDS[ROOM], "hotline@": _KINDS[LIST]}
        return frozenset(_KINDS[NOTE] if one.kind == "note" else places[one.room] for one in results)

    def readable_by(self, who: str) -> str:
        """Every word on every page of a conversation or a note that this account may read; the others are not there."""
        viewer = self.viewer(who)
        words = []
        for public_id in Conversation.objects.values_list("public_id", flat=True):
            try:
                page = conversation_page(viewer, public_id)
            except NotThere:
                continue
            words += [page.title, *(one.html for one in page.messages)]
        for public_id in Note.objects.values_list("public_id", flat=True):
            try:
                note = note_view(viewer, public_id)
            except NotThere:
                continue
            words += [repr(note.content), *(one.text for one in note.passages)]
        return "\n".join(words)

    def nothing_leaks(self, secrets: Mapping[str, frozenset[str]]) -> None:
        """Of each secret word, those who may have read it at any time: nobody else was ever told it, on any way."""
        told = {who: "\n".join(one.text for one in self.sees(who)) for who in EVERYBODY}
        for who in EVERYBODY:
            readable = self.readable_by(who)
            for word, readers in secrets.items():
                assert who in readers or word not in told[who], f"{who} was told “{word}”"
                assert who in readers or word not in readable, f"{who} can read “{word}”"


def _found_in(answer: str) -> Found:
    found = frozenset(kind for line, kind in _KINDS.items() if line in answer)
    assert found or "Nothing that you may read answers this yet" in answer, answer
    return found


def code_in(answer: str) -> str:
    found = re.search(r"code ([0-9a-z]{4}-[0-9a-z]{4})", answer)
    assert found, answer
    return found[1]


def are_remembered() -> bool:
    return Presence.objects.filter(listens="remembers", are_members_known=True).count() == 2
