"""The contract of all adapters, over a pretended Slack, through the real core."""

from collections.abc import Iterator

import pytest

from alongside.bridges.models import Followed
from alongside.notes.models import Note
from alongside.notes.queries import note_view
from alongside.people.models import Account
from alongside.people.queries import unscoped_viewer_of_account
from alongside.people.rules import Viewer
from tests.bridges.at_work import ANSWER, QUESTION
from tests.bridges.contract import Contract
from tests.bridges.slack import shapes
from tests.bridges.slack.harness import SlackHarness

OF_ITS_HOME = {
    "What do you know of me?": "What I know of you",
    "Take my things": "I cannot give you a file here",
    "Leave my words out": "Your words are left out",
    "Forget me": "Forget you?",
    "Help": "What you can say to me",
}


@pytest.fixture
def harness() -> Iterator[SlackHarness]:
    made = SlackHarness()
    yield made
    made.close()


class TestSlack(Contract):
    def test_somebody_deactivated_who_can_still_write_is_answered_nothing(self) -> None:
        """Slack tells of it, and their line may live a little longer."""
        self.remembers(self.harness.open_room)
        self.harness.say_to_us(self.harness.cy, QUESTION)
        self.shows(self.harness.cy, "People have been here before")
        self.harness.deactivate(self.harness.cy)
        self.until(lambda: Account.objects.get(source_id=self.harness.cy).is_deactivated, "It hears that they are gone")
        before = len(self.harness.seen_by(self.harness.cy))
        self.harness.say_to_us(self.harness.cy, QUESTION)
        self.harness.command(self.harness.cy, self.harness.open_room, QUESTION)
        self.settled()
        assert len(self.harness.seen_by(self.harness.cy)) == before

    def test_keep_this_in_the_menu_of_a_message_opens_a_form_and_what_is_sent_is_a_note(self) -> None:
        question, answer = self.remembers(self.harness.open_room)
        slack = self.house.slack
        slack.choose_keep(self.harness.cy, *question.source_id.split(":"))
        self.until(
            lambda: any(account == self.harness.cy for account, _view in slack.now(lambda: slack.views)), "A form opens"
        )
        assert not Note.objects.exists()
        slack.send_form(
            self.harness.cy, title="How to calm a caller", when="They threaten to cancel.", what_worked=ANSWER
        )
        kept = self.shows(self.harness.cy, "It is kept")
        assert kept.is_for_them_alone
        self.settled()
        note = note_view(self.viewer(self.harness.cy), Note.objects.get().public_id)
        assert note.content.title == "How to calm a caller"
        assert note.content.when == "They threaten to cancel."
        assert Followed.objects.get().context == answer.context

    def test_every_button_of_its_home_is_answered_alone(self) -> None:
        self.is_there(self.harness.open_room)
        slack = self.house.slack
        slack.open_home(self.harness.cy)
        self.until(lambda: self.harness.cy in slack.now(lambda: slack.homes), "Its home is shown")
        buttons = [one["text"]["text"] for one in shapes.buttons_of(slack.homes[self.harness.cy]["blocks"])]
        assert buttons == list(OF_ITS_HOME)
        for number, (label, words) in enumerate(OF_ITS_HOME.items(), start=1):
            slack.press_home(self.harness.cy, label)
            self.is_answered_alone(self.harness.cy, number, words)
        self.settled()
        assert len(self.alone(self.harness.cy)) == len(OF_ITS_HOME)
        assert not self.alone(self.harness.bo)

    @property
    def house(self) -> SlackHarness:
        assert isinstance(self.harness, SlackHarness)
        return self.harness

    def viewer(self, account: str) -> Viewer:
        found = unscoped_viewer_of_account(Account.objects.get(source_id=account).pk)
        assert found is not None
        return found
