"""What every adapter has to hold to, through the real core and a running bridge process.

One test file a tool subclasses `Contract` and gives `harness`; what a tool cannot do at all is named in its
`cannot`, and only that is left out.
"""

import pytest

from alongside.bridges.actions.intake import take_in
from alongside.bridges.models import Arrival, Presence
from alongside.bridges.port import Adapter, Arrived, Batch, Can, Post, Said, Sent, Sign
from alongside.bridges.registry import adapter_class
from alongside.conversations.models import Helped, Message
from alongside.kit import clock
from alongside.notes.models import Note
from alongside.people.models import Account
from alongside.people.queries import unscoped_viewer_of_account
from tests.bridges.at_work import ANSWER, HELLO, NOTHING, QUESTION
from tests.bridges.contract_of_acts import ContractOfActs
from tests.bridges.contract_of_hearers import ContractOfHearers


class Contract(ContractOfActs, ContractOfHearers):
    """Subclass it, give the fixture `harness`."""

    def test_it_says_in_the_room_that_it_is_there(self) -> None:
        self.is_there(self.harness.open_room)
        hello = self.shows(self.harness.bo, HELLO)
        assert "stop" in hello.text
        assert not hello.is_for_them_alone

    def test_what_is_said_is_taken_in_once_with_its_author_and_thread(self) -> None:
        self.remembers(self.harness.open_room)
        question, answer = Message.objects.order_by("said_at", "id")
        assert (question.text.strip(), answer.text.strip()) == (QUESTION, ANSWER)
        assert (question.author.source_id, answer.author.source_id) == (self.harness.bo, self.harness.ana)
        assert question.conversation_id == answer.conversation_id

    def test_who_asks_in_the_room_is_answered_alone(self) -> None:
        self.remembers(self.harness.open_room)
        self.harness.mention(self.harness.cy, self.harness.open_room, QUESTION)
        found = self.shows(self.harness.cy, "People have been here before")
        assert "Name the feeling first" in found.text
        assert found.is_for_them_alone
        self.settled()
        for other in (self.harness.ana, self.harness.bo, self.harness.dee):
            assert not self.seen(other, "People have been here before")

    def test_what_a_closed_room_said_is_told_to_its_members_alone(self) -> None:
        self.remembers(self.harness.closed_room)
        for outside in (self.harness.cy, self.harness.dee):
            self.harness.say_to_us(outside, QUESTION)
        self.harness.say_to_us(self.harness.bo, QUESTION)
        assert "Name the feeling first" in self.shows(self.harness.bo, "People have been here before").text
        self.shows(self.harness.cy, NOTHING)
        self.settled()
        for outside in (self.harness.cy, self.harness.dee):
            assert not any("feeling" in one.text for one in self.harness.seen_by(outside))

    def test_only_what_everybody_in_a_room_may_read_is_said_in_it(self) -> None:
        self.remembers(self.harness.closed_room)
        self.is_there(self.harness.open_room)
        self.harness.mention(self.harness.ana, self.harness.open_room, f"here: {QUESTION}")
        self.until(
            lambda: any(one.is_for_them_alone for one in self.harness.seen_by(self.harness.ana)), "Ana is answered"
        )
        self.settled()
        assert not any("feeling" in one.text for one in self.harness.seen_by(self.harness.cy))
        assert not any(
            "feeling" in one.text and not one.is_for_them_alone for one in self.harness.seen_by(self.harness.ana)
        )

    def test_nothing_is_taken_in_that_it_was_not_asked_to(self) -> None:
        self.is_there(self.harness.open_room)
        self.harness.say(self.harness.bo, self.harness.open_room, "Nobody asked it to take in this.")
        self.harness.mention(self.harness.ana, self.harness.open_room, "help")
        self.shows(self.harness.ana, "What you can say to me")
        self.settled()
        assert not Message.objects.exists()
        assert not any(b"Nobody asked" in bytes(row.body) for row in Arrival.objects.all())

    def test_edits_and_deletions_follow(self) -> None:
        self.can_do("edit", "delete")
        question, answer = self.remembers(self.harness.open_room)
        self.harness.edit(self.harness.ana, self.harness.open_room, answer.source_id, "Say their name.")
        self.until(lambda: Message.objects.filter(text__contains="Say their name.").count() == 1, "The edit follows")
        assert Message.objects.count() == 2
        self.harness.delete(self.harness.ana, self.harness.open_room, answer.source_id)
        self.until(lambda: Message.objects.count() == 1, "The deletion follows")
        assert Message.objects.get().source_id == question.source_id

    def test_a_thread_is_kept_by_who_asks_for_it(self) -> None:
        self.can_do("thread")
        self.is_there(self.harness.open_room)
        question = self.harness.say(self.harness.bo, self.harness.open_room, QUESTION)
        self.harness.say(self.harness.ana, self.harness.open_room, ANSWER, question.context)
        # Without a sign that it helped, and without the model, one short answer is not chosen for the draft.
        self.harness.say(self.harness.bo, self.harness.open_room, "Thank you, that helped.", question.context)
        self.settled()
        self.harness.mention(self.harness.cy, self.harness.open_room, "keep this", question.context)
        draft = self.shows(self.harness.cy, "A note could be")
        assert "Name the feeling first" in draft.text
        assert draft.is_for_them_alone
        assert not Note.objects.exists()
        if Can.BUTTON in self.can:
            self.harness.press(self.harness.cy, "Keep it as it is")
        else:
            self.harness.mention(self.harness.cy, self.harness.open_room, "save", question.context)
        self.shows(self.harness.cy, "It is kept")
        assert Note.objects.count() == 1

    def test_a_reaction_says_that_a_message_helped(self) -> None:
        self.can_do("react")
        _question, answer = self.remembers(self.harness.open_room)
        self.harness.react(self.harness.bo, self.harness.open_room, answer.source_id, Sign.HELPED)
        self.until(lambda: Helped.objects.filter(message__source_id=answer.source_id).exists(), "It helped")

    def test_a_question_goes_into_the_room_once_in_its_askers_name(self) -> None:
        self.is_there(self.harness.open_room)
        name = Presence.objects.get(room__source_id=self.harness.open_room).room.name
        self.harness.say_to_us(self.harness.cy, f"ask in {name}: Who knows the new export?")
        asked = self.shows(self.harness.bo, "Who knows the new export?")
        assert not asked.is_for_them_alone
        self.settled()
        assert len(self.seen(self.harness.bo, "Who knows the new export?")) == 1
        assert Message.objects.get().author.source_id == self.harness.cy

    def test_removed_from_the_room_it_stops(self) -> None:
        self.remembers(self.harness.open_room)
        self.harness.put_us_out(self.harness.open_room, self.harness.ana)
        self.until(lambda: not Presence.objects.filter(is_there=True).exists(), "It goes")
        self.harness.say(self.harness.bo, self.harness.open_room, "It does not hear this.")
        self.settled()
        assert Message.objects.count() == 2

    def test_who_leaves_a_closed_room_is_told_nothing_of_it_any_more(self) -> None:
        self.can_do("leave")
        self.remembers(self.harness.closed_room)
        self.harness.leave(self.harness.bo, self.harness.closed_room)
        self.settled()
        self.harness.say_to_us(self.harness.bo, QUESTION)
        self.shows(self.harness.bo, NOTHING)

    def test_somebody_deactivated_reads_nothing_more_and_what_they_said_before_is_answered_nothing(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.can_do("deactivate")
        self.remembers(self.harness.open_room)
        account = Account.objects.get(source_id=self.harness.cy)
        assert unscoped_viewer_of_account(account.pk) is not None
        self.harness.deactivate(self.harness.cy)
        self.until(lambda: unscoped_viewer_of_account(account.pk) is None, "It hears that they are gone")
        self.settled()
        posts = self.posts_from_now_on(monkeypatch)
        self.comes_late(self.harness.cy, QUESTION)
        self.harness.say_to_us(self.harness.bo, QUESTION)
        self.shows(self.harness.bo, "People have been here before")
        self.settled()
        assert posts
        assert not [one for one in posts if self.harness.cy in (one.account, one.whisper_to)]

    def posts_from_now_on(self, monkeypatch: pytest.MonkeyPatch) -> list[Post]:
        """What is handed to the tool, also for who can see nothing in it any more."""
        posts: list[Post] = []
        adapter = adapter_class(self.harness.kind)
        send = adapter.send

        async def noted(self: Adapter, post: Post) -> Sent:
            posts.append(post)
            return await send(self, post)

        monkeypatch.setattr(adapter, "send", noted)
        return posts

    def comes_late(self, account: str, words: str) -> None:
        """Something that they said to Alongside alone comes only now, as tools keep no order."""
        said = Said(
            source_id="late", room="", account=account, html=words, text=words, said_at=clock.now(), is_to_us=True,
            words=words,
        )  # fmt: skip
        batch = Batch(arrived=(Arrived(remote_id="late", event=said),))
        new = take_in(None, bridge_id=self.bridge.bridge_id, connection_id=self.bridge.connection_id, batch=batch)
        assert new == 1
        self.settled()

    def test_names_follow(self) -> None:
        self.can_do("rename", "rename_room")
        self.remembers(self.harness.open_room)
        self.harness.rename_room(self.harness.open_room, "calls")
        self.harness.rename(self.harness.bo, "Bo Sorensen")
        presence = Presence.objects.filter(room__source_id=self.harness.open_room)
        self.until(lambda: "calls" in presence.get().room.name, "The room's name follows")
        self.until(lambda: Message.objects.filter(author__name="Bo Sorensen").exists(), "The person's name follows")

    # Never lost, never twice

    def test_a_tool_that_is_busy_is_asked_again_and_it_is_said_once(self) -> None:
        self.can_do("fail_sends")
        self.is_there(self.harness.open_room)
        self.shows(self.harness.ana, HELLO)
        self.harness.fail_sends(2, 0.2)
        self.harness.say_to_us(self.harness.bo, "help")
        self.shows(self.harness.bo, "What you can say to me")
        self.settled()
        assert len(self.seen(self.harness.bo, "What you can say to me")) == 1

    def test_where_the_answer_is_lost_it_is_said_once_or_the_second_is_marked(self) -> None:
        self.can_do("swallow_answer")
        self.is_there(self.harness.open_room)
        self.shows(self.harness.ana, HELLO)
        self.harness.swallow_answer()
        self.harness.say_to_us(self.harness.bo, "help")
        self.shows(self.harness.bo, "What you can say to me")
        self.settled()
        seen = self.seen(self.harness.bo, "What you can say to me")
        assert len(seen) == 1 if Can.IDEMPOTENT in self.can else len(seen) <= 2
        if len(seen) == 2:
            assert seen[0].text != seen[1].text, "the second says that it may be one"

    def test_what_is_said_while_the_line_is_cut_is_taken_in_once(self) -> None:
        self.can_do("cut")
        self.remembers(self.harness.open_room)
        for number in range(3):
            self.harness.cut()
            self.harness.say(self.harness.bo, self.harness.open_room, f"Said while it was cut, {number}.")
        self.until(
            lambda: Message.objects.filter(text__contains="while it was cut").count() == 3, "It comes back and hears"
        )
        self.settled()
        assert Message.objects.filter(text__contains="while it was cut").count() == 3

    def test_what_is_delivered_again_is_taken_in_once(self) -> None:
        self.can_do("repeat_last")
        self.is_there(self.harness.open_room)
        self.harness.say_to_us(self.harness.bo, "help")
        self.shows(self.harness.bo, "What you can say to me")
        self.harness.repeat_last()
        self.settled()
        assert len(self.seen(self.harness.bo, "What you can say to me")) == 1
