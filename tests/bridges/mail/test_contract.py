"""The contract of all adapters, through the real core, Dovecot and Postfix."""

import gzip
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default

import pytest
from django.test import Client
from pytest_django import Settings

from alongside.audiences.models import Hearer
from alongside.conversations.models import Message
from tests.bridges.at_work import ANSWER, NOTHING, QUESTION
from tests.bridges.contract import Contract
from tests.bridges.mail.harness import MailHarness
from tests.bridges.mail.servers import OWN


class TestMail(Contract):
    quiet = 2.0

    @pytest.fixture(name="harness")
    def a_harness(self) -> Iterator[MailHarness]:
        made = MailHarness()
        yield made
        made.close()

    def test_by_mail_alone_one_asks_thanks_and_finds_again(self) -> None:
        house = self.harness
        assert isinstance(house, MailHarness)
        self.remembers(house.open_room)
        house.write(house.cy, [OWN], QUESTION, subject="A tense call")
        found = self.shows(house.cy, "People have been here before")
        assert "Name the feeling first" in found.text
        assert found.text.startswith("Re: A tense call")
        house.answer(house.cy, found, "helped. They stayed.")
        self.shows(house.cy, "It says now that it helped")
        self.settled()
        assert not self.seen(house.bo, "helped")

    def test_a_thread_that_somebody_forwards_is_kept_for_them_alone(self) -> None:
        house = self.harness
        assert isinstance(house, MailHarness)
        asked = house.write(house.bo, [house.cy], QUESTION)
        house.write(house.cy, [house.bo], ANSWER, context=asked.source_id)
        house.write(house.bo, [house.cy], "Thank you, that helped.", context=asked.source_id)
        house.servers.wait_for_queue()
        mails = house.servers.mails(house.cy) + house.servers.mails(house.bo)
        house.forward(house.cy, mails, "keep this")
        draft = self.shows(house.cy, "A note could be")
        assert "Name the feeling first" in draft.text
        house.say_to_us(house.bo, QUESTION)
        self.shows(house.bo, NOTHING)
        self.settled()
        assert Message.objects.count() == 3
        assert not any("feeling" in one.text for one in house.seen_by(house.bo))

    def test_who_subscribes_to_a_closed_list_reads_what_is_said_from_then_on(self) -> None:
        house = self.harness
        assert isinstance(house, MailHarness)
        self.remembers(house.closed_room)
        house.join(house.cy, house.closed_room)
        self.until(lambda: Hearer.objects.filter(account__source_id=house.cy).exists(), "It knows who came")
        house.say(house.bo, house.closed_room, "The zither stands in the attic.")
        self.until(lambda: Message.objects.filter(text__contains="attic").exists(), "It hears what is said then")
        self.settled()
        house.say_to_us(house.cy, QUESTION)
        self.shows(house.cy, NOTHING)
        house.say_to_us(house.cy, "Where does the zither stand?")
        assert "attic" in self.shows(house.cy, "People have been here before").text

    def test_ones_things_come_along_with_the_answer(self) -> None:
        house = self.harness
        assert isinstance(house, MailHarness)
        self.remembers(house.open_room)
        house.say_to_us(house.ana, "take my things")
        told = self.shows(house.ana, "is attached, in one open file")
        raw = next(one for one in house.servers.mails(house.ana) if told.source_id.encode() in one)
        (file,) = message_from_bytes(raw, policy=default).iter_attachments()
        taken = gzip.decompress(file.get_content())
        assert ANSWER.encode() in taken
        assert QUESTION.encode() not in taken

    def test_mails_that_pretend_to_be_somebody_are_answered_by_nothing(self) -> None:
        house = self.harness
        assert isinstance(house, MailHarness)
        self.remembers(house.closed_room)
        forged = f"From: Ana Moreau <{house.ana}>\nTo: {OWN}\nReply-To: eve@evil.example\n\n{QUESTION}\n"
        house.servers.send_from_outside("eve@evil.example", [OWN], forged.encode())
        house.servers.send_from_outside("eve@evil.example", [OWN], forged.replace(QUESTION, "forget me").encode())
        house.say_to_us(house.bo, "help")
        self.shows(house.bo, "What you can say to me")
        self.settled()
        assert not any(one.is_for_them_alone for one in house.seen_by(house.ana)[1:])
        assert Message.objects.count() == 2

    def test_what_comes_by_itself_is_ended_by_the_word_in_reply_and_by_a_mail_program(self, settings: Settings) -> None:
        house = self.harness
        assert isinstance(house, MailHarness)
        settings.BASE_URL = "https://alongside.example"
        self.is_there(house.open_room)
        house.say_to_us(house.cy, "ask in company@: Who knows the new export?")
        asked = self.shows(house.bo, "Who knows the new export?")
        self.until(lambda: Message.objects.count() == 1, "It is asked")
        house.say(house.bo, house.open_room, "I do.", asked.source_id)
        told = self.shows(house.cy, "“no more of this” in reply")
        raw = next(one for one in house.servers.mails(house.cy) if told.source_id.encode() in one)
        mail = message_from_bytes(raw, policy=default)
        web, by_mail = re.findall(r"<(https:[^>]+|mailto:[^>?]+)", str(mail["List-Unsubscribe"]))
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert Client().get(web.removeprefix(settings.BASE_URL)).status_code == 200
        house.write(house.cy, [by_mail.removeprefix("mailto:")], "", subject="stop")
        self.shows(house.cy, "Nothing comes to you by itself any more")
        house.say(house.bo, house.open_room, "And the old one, too.", asked.source_id)
        self.settled()
        assert not self.seen(house.cy, "And the old one")
