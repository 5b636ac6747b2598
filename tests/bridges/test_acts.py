"""The acts, the same in every tool, through the real core."""

import pytest
from django.db import connection
from msgspec import structs

from alongside.bridges.models import Arrival, Followed
from alongside.bridges.port import AccountSeen, Arrived, Reach, Said, Sign
from alongside.conversations.models import Conversation, Helped, Message
from alongside.letters.models import Delivery
from alongside.notes.models import Note, Remark, Revision
from tests.bridges.world import HOTLINE, LEADS, WITH_DEE, World, words_of

# On PostgreSQL the journal waits for every transaction that is open: a test in one would find nothing.
pytestmark = pytest.mark.django_db(transaction=connection.vendor == "postgresql")


def remembered(world: World, room: str = HOTLINE) -> tuple[str, str]:
    """A room that its members asked it to remember, with a question and an answer in a thread."""
    world.invite(room)
    world.ask("ana", "remember this room", room)
    question = world.say("bo", "How do you calm a caller who threatens to cancel?", room)
    answer = world.say("ana", "Name the feeling first, then say the next step and when it happens.", room, question)
    return question, answer


def test_an_answer_is_whispered_to_the_asker_alone(world: World) -> None:
    remembered(world)
    world.ask("cy", "how do I calm a caller who wants to cancel?")
    found = world.whispers("cy")[-1]
    assert found.body is not None
    assert found.body.title == "People have been here before"
    assert "Name the feeling first" in words_of(found)
    assert "#hotline" in words_of(found)
    assert not any("Name the feeling" in words_of(one) for one in world.said_in())
    assert not any("Name the feeling" in words_of(one) for one in world.whispers("ana"))


def test_nothing_of_a_closed_room_is_told_to_who_is_not_in_it(world: World) -> None:
    remembered(world, LEADS)
    world.invite()
    for account in ("cy", "dee"):
        world.write(account, "how do you calm a caller who threatens to cancel?")
        missing = world.written_to(account)[-1]
        assert missing.body is not None
        assert missing.body.title == "Nothing that you may read answers this yet"
        world.write(account, "zyzzogeton wherefore quixotry?")
        assert words_of(world.written_to(account)[-1]) == words_of(missing)
    world.write("bo", "how do you calm a caller who threatens to cancel?")
    assert "Name the feeling first" in words_of(world.written_to("bo")[-1])


def test_in_a_room_it_says_only_what_everybody_there_may_read(world: World) -> None:
    remembered(world, LEADS)
    world.invite()
    world.ask("ana", "here: how do you calm a caller who threatens to cancel?")
    assert not any("feeling" in words_of(one) for one in world.said_in())
    assert "Nothing that everybody in #hotline may read" in words_of(world.whispers("ana")[-1])
    world.ask("ana", "here: how do you calm a caller who threatens to cancel?", LEADS)
    said = world.said_in(LEADS)[-1]
    assert "Name the feeling first" in words_of(said)
    assert "Only from what everybody in this room may read." in words_of(said)


def test_where_a_hearer_is_unknown_nothing_is_said_in_the_room(world: World) -> None:
    remembered(world)
    world.invite(WITH_DEE)
    before = len(world.said_in(WITH_DEE))
    world.ask("ana", "here: how do you calm a caller who threatens to cancel?", WITH_DEE)
    assert len(world.said_in(WITH_DEE)) == before
    whispered = world.whispers("ana", WITH_DEE)[-1]
    assert "Somebody reads here whom I do not know" in words_of(whispered)
    assert "Name the feeling first" in words_of(whispered)
    world.room(HOTLINE, "hotline", Reach.ORGANISATION, ["ana", "bo", "cy"], has_strangers=True)
    before = len(world.said_in())
    world.ask("ana", "here: how do you calm a caller who threatens to cancel?")
    assert len(world.said_in()) == before


def test_what_is_asked_stands_nowhere_once_it_is_answered(world: World) -> None:
    remembered(world)
    world.ask("cy", "how do I calm a quixotic caller who wants to cancel?")
    assert not any(b"quixotic" in bytes(row.body) for row in Arrival.objects.all())
    assert not Delivery.objects.exists()
    assert not Message.objects.filter(text__contains="quixotic").exists()


def test_it_takes_in_only_what_it_was_asked_to(world: World) -> None:
    world.say("bo", "Before anybody asked it in.")
    world.invite()
    world.say("bo", "Nobody asked it to remember this.")
    assert not Message.objects.exists()
    assert not any(b"remember this" in bytes(row.body) for row in Arrival.objects.all())
    world.ask("ana", "remember this room")
    assert "Ana Moreau asked for it" in words_of(world.said_in()[-1])
    world.say("bo", "This it remembers.")
    world.ask("bo", "stop")
    world.say("bo", "This not any more.")
    assert [row.text for row in Message.objects.all()] == ["This it remembers."]
    assert "[Forget what was said there]" in words_of(world.whispers("bo")[-1])
    world.press("bo", world.whispers("bo")[-1], "Forget what was said there")
    assert not Message.objects.exists()


def test_only_members_ask_it_to_remember_or_to_stop(world: World) -> None:
    world.invite(LEADS)
    world.ask("cy", "remember this room", LEADS)
    assert "Only somebody who is in this room" in words_of(world.whispers("cy", LEADS)[-1])
    world.say("bo", "Not remembered.", LEADS)
    assert not Message.objects.exists()


def test_it_says_in_the_room_that_it_is_there(world: World) -> None:
    world.invite()
    hello = words_of(world.said_in()[-1])
    for part in ("Ana Moreau asked me in", "only what mentions me", "“stop”"):
        assert part in hello
    world.invite()
    assert len(world.said_in()) == 1


def test_removed_from_a_room_it_stops_at_once(world: World) -> None:
    remembered(world)
    world.put_out(HOTLINE)
    world.say("bo", "It does not hear this.")
    assert not Message.objects.filter(text__contains="does not hear").exists()


def test_a_question_goes_into_the_room_in_its_askers_name_once(world: World) -> None:
    world.invite()
    world.ask("cy", "ask in #hotline: Who knows the new export?")
    posted = world.said_in()[-1]
    assert posted.body is not None
    assert posted.body.quote == "Who knows the new export?"
    assert posted.in_name_of == "Cy Tanaka"
    assert len(world.said_in()) == 2
    message = Message.objects.get()
    assert message.text == "Who knows the new export?"
    assert message.author.source_id == "cy"
    world.say("bo", "I do; write to me.", context=posted.id)
    assert Message.objects.count() == 2
    told = world.written_to("cy")[-1]
    assert "Bo Lindgren answered in #hotline" in words_of(told)


def test_a_question_for_a_room_that_the_asker_is_not_in_is_not_posted(world: World) -> None:
    world.invite(LEADS)
    world.write("cy", "ask in #leads: What do you say about me?")
    assert len(world.said_in(LEADS)) == 1
    assert "Nothing was posted" in words_of(world.written_to("cy")[-1])
    missing = words_of(world.written_to("cy")[-1])
    world.write("cy", "ask in #lends: What do you say about me?")
    assert words_of(world.written_to("cy")[-1]) == missing


@pytest.mark.parametrize("words", ["ask in #hotline who knows the export?", "ask #hotline who knows the export?"])
def test_what_is_almost_ask_is_not_posted_and_says_how_it_is_written(words: str, world: World) -> None:
    world.invite()
    before = len(world.said_in())
    world.write("cy", words)
    assert len(world.said_in()) == before
    told = words_of(world.written_to("cy")[-1])
    assert "Nothing was posted; write “ask in #hotline: who knows the export?”" in told
    world.write("cy", "ask in #hotline: who knows the export?")
    assert len(world.said_in()) == before + 1


def test_thanks_alone_in_reply_to_what_was_found_thanks_whoever_said_it_and_of_nothing_is_a_kindness(
    world: World,
) -> None:
    remembered(world)
    world.write("cy", "how do you calm a caller who threatens to cancel?")
    found = world.written_to("cy")[-1]
    assert len(found.about.split()) == 1
    world.write("cy", "Thank you!")
    assert "Gladly" in words_of(world.written_to("cy")[-1])
    assert not Helped.objects.exists()
    world.write("cy", "Thank you!", found.id)
    assert "It says now that it helped." in words_of(world.written_to("cy")[-1])
    assert Helped.objects.exists()


def test_asked_quietly_no_name_is_in_the_room_and_it_says_truly_who_can_still_know(world: World) -> None:
    world.invite()
    world.write("cy", "ask quietly in #hotline: What is a dunning letter?")
    posted = world.said_in()[-1]
    assert "Somebody asks, without their name:" in words_of(posted)
    assert "Cy" not in words_of(posted) + posted.in_name_of
    truth = words_of(world.written_to("cy")[-1])
    assert "administrators of Acme chat" in truth
    assert "whoever runs Alongside’s machine" in truth
    assert Message.objects.get().author.name == "Somebody, quietly"
    world.say("bo", "A reminder to pay.", context=posted.id)
    told = world.written_to("cy")[-1]
    assert "Bo Lindgren answered" in words_of(told)
    world.write("cy", "answer: And who sends it?", told.id)
    assert "The one who asked:" in words_of(world.said_in()[-1])
    assert {row.author.name for row in Message.objects.all()} == {"Somebody, quietly", "Bo Lindgren"}
    world.write("bo", "answer: I pretend to be them", told.id)
    assert len(world.said_in()) == 3


def test_keeping_a_thread_gives_a_draft_to_who_kept_it_and_saving_makes_the_note(world: World) -> None:
    world.invite()
    question = world.say("bo", "How do you calm a caller who threatens to cancel?")
    world.say("ana", "Name the feeling first. Then say the next step.", context=question)
    assert not Message.objects.exists()
    world.ask("cy", "keep this", context=question)
    draft = world.whispers("cy")[-1]
    assert "A note could be" in words_of(draft)
    assert "Name the feeling first" in words_of(draft)
    assert not Note.objects.exists()
    assert Message.objects.count() == 2
    world.press("cy", draft, "Keep it as it is")
    note = Note.objects.get()
    assert Revision.objects.get(note=note).title.startswith("How do you calm")
    world.say("ana", "It works best before the first minute is over.", context=question)
    offered = world.written_to("cy")[-1]
    assert "Ana Moreau said more" in words_of(offered)
    world.press("cy", offered, "Add it to the note")
    world.ask("bo", "correct: And never promise a date.", context=question)
    assert "never promise a date" in Revision.objects.filter(note=note).latest("number").what_worked
    world.write("cy", "how do you calm a caller who threatens to cancel?")
    first = world.written_to("cy")[-1]
    assert first.body is not None
    assert "a note" in first.body.items[0].where


def test_pressed_twice_or_sent_again_a_note_is_kept_once(world: World) -> None:
    question, _answer = remembered(world)
    world.ask("cy", "keep this", context=question)
    draft = world.whispers("cy")[-1]
    assert draft.body is not None
    press = world.chat.press("cy", draft.id, draft.body.buttons[0].words)
    assert world.comes(press) == 1
    assert world.comes(press) == 0
    assert Note.objects.count() == 1


def test_telling_makes_a_note_of_one_sentence_and_a_guest_is_refused(world: World) -> None:
    world.write("cy", "Today I learned that the export has an undo.")
    assert Revision.objects.get().title == "Today I learned that the export has an undo."
    world.write("dee", "Today I learned that guests cannot tell everybody.")
    assert Revision.objects.count() == 1
    assert "Nothing was kept." in words_of(world.written_to("dee")[-1])


def test_this_helped_thanks_what_the_answer_named(world: World) -> None:
    _question, answer = remembered(world)
    world.ask("cy", "how do I calm a caller who wants to cancel?")
    world.press("cy", world.whispers("cy")[-1], "This helped")
    helped = Helped.objects.get()
    assert helped.message.source_id == answer
    assert helped.account is not None
    assert helped.account.source_id == "cy"


def test_of_several_one_is_asked_which_and_a_sentence_says_it(world: World) -> None:
    remembered(world)
    world.write("ana", "Today I learned how to calm a caller who cancels.")
    world.mails("cy", "how do I calm a caller who cancels?")
    answer = world.mailed_to("cy")[-1]
    assert answer.body is not None
    assert len(answer.body.items) == 2
    world.mails("cy", "helped", answer.context)
    assert "Which one helped?" in words_of(world.mailed_to("cy")[-1])
    assert not Helped.objects.exists()
    assert not Remark.objects.exists()
    is_note_first = "a note" in answer.body.items[0].where
    world.mails("cy", "helped. Used the first one with the buyer this morning.", answer.context)
    assert Remark.objects.exists() == is_note_first
    assert Helped.objects.exists() != is_note_first


def test_a_reaction_says_that_a_message_helped_and_takes_it_back(world: World) -> None:
    _question, answer = remembered(world)
    world.react("bo", answer, Sign.HELPED)
    assert Helped.objects.get().message.source_id == answer
    world.react("bo", answer, Sign.HELPED, is_taken_back=True)
    assert not Helped.objects.exists()


def test_a_reaction_keeps_a_thread(world: World) -> None:
    world.invite()
    question = world.say("bo", "How do you calm a caller?")
    world.say("ana", "Name the feeling first.", context=question)
    world.react("cy", question, Sign.KEEP)
    assert "A note could be" in words_of(world.whispers("cy")[-1])
    assert Followed.objects.get().context == question


def test_edits_and_deletions_reach_the_store_and_what_is_found(world: World) -> None:
    question, answer = remembered(world)
    world.deletes(answer)
    world.ask("cy", "how do you name a feeling first?")
    assert not any("Name the feeling" in words_of(one) for one in world.whispers("cy"))
    world.deletes(question)
    assert not Conversation.objects.exists()


def test_somebody_deactivated_in_the_tool_is_answered_nothing(world: World) -> None:
    remembered(world)
    world.happens(AccountSeen(source_id="cy", name="Cy Tanaka", is_deactivated=True))
    world.write("cy", "how do I calm a caller who wants to cancel?")
    assert not world.written_to("cy")


def test_who_leaves_a_closed_room_reads_nothing_of_it_any_more(world: World) -> None:
    remembered(world, LEADS)
    world.leaves("bo", LEADS)
    world.write("bo", "how do you calm a caller who threatens to cancel?")
    assert "Nothing that you may read" in words_of(world.written_to("bo")[-1])
    world.joins("bo", LEADS)
    world.write("bo", "how do you calm a caller who threatens to cancel?")
    assert "Name the feeling first" in words_of(world.written_to("bo")[-1])


def test_until_members_are_known_nobody_reads_a_closed_room(world: World) -> None:
    world.room("G-new", "new", Reach.MEMBERS, None)
    world.invite("G-new")
    world.ask("ana", "remember this room", "G-new")
    world.say("ana", "The zither stands in the cellar.", "G-new")
    world.write("ana", "where does the zither stand?")
    assert "Nothing that you may read" in words_of(world.written_to("ana")[-1])


def test_where_a_tool_hides_earlier_talk_from_newcomers_so_do_we(world: World) -> None:
    world.room("G-fresh", "fresh", Reach.MEMBERS, ["ana", "bo"], hides_earlier=True)
    world.invite("G-fresh")
    world.ask("ana", "remember this room", "G-fresh")
    world.say("ana", "The zither stands in the cellar.", "G-fresh")
    world.joins("cy", "G-fresh")
    world.say("ana", "The zither moved to the attic, by the way.", "G-fresh")
    world.write("cy", "where does the zither stand?")
    said = words_of(world.written_to("cy")[-1])
    assert "attic" in said
    assert "cellar" not in said
    world.write("bo", "where does the zither stand?")
    assert "cellar" in words_of(world.written_to("bo")[-1])


def test_help_names_every_act(world: World) -> None:
    world.write("dee", "help")
    for act in ("ask quietly", "keep", "forget me", "pause", "take my things", "what do you know of me"):
        assert act in words_of(world.written_to("dee")[-1])


@pytest.mark.parametrize("room", [HOTLINE, LEADS])
def test_what_nobody_could_have_said_ends_nothing(world: World, room: str) -> None:
    world.invite(room)
    for text in (
        "@alongside",
        "@alongside :",
        "@alongside keep",
        "@alongside helped",
        "@alongside save: ",
        "@alongside yes p:9",
    ):
        world.say("cy", text, room)
    assert not Arrival.objects.filter(state="new").exists()


def test_who_asks_without_end_is_told_once_and_then_passed_by_and_others_are_answered(world: World) -> None:
    for _number in range(34):
        world.write("cy", "help")
    answers = [words_of(one) for one in world.written_to("cy")]
    assert sum("What you can say to me" in one for one in answers) == 30
    assert sum("faster than I can answer" in one for one in answers) == 1
    world.write("bo", "help")
    assert "What you can say to me" in words_of(world.written_to("bo")[-1])


def test_what_is_deleted_before_it_came_never_comes_in(world: World) -> None:
    remembered(world)
    late = world.chat.say("bo", "This was taken back at once.", room=HOTLINE)
    world.deletes(late.remote_id)
    world.comes(late)
    assert not Message.objects.filter(text__contains="taken back").exists()


def test_an_edit_that_comes_after_the_deletion_brings_nothing_back(world: World) -> None:
    remembered(world)
    said = world.chat.say("bo", "This will be taken back.", room=HOTLINE)
    world.comes(said)
    world.deletes(said.remote_id)
    assert isinstance(said.event, Said)
    edited = structs.replace(said.event, text="Taken back, and edited before.", edited_at=said.event.said_at)
    world.comes(Arrived(remote_id=said.remote_id, version="2", event=edited))
    assert not Message.objects.filter(source_id=said.remote_id).exists()


def test_an_edited_act_is_not_done_again_but_an_edited_question_is_looked_up(world: World) -> None:
    remembered(world)
    for text, answers in (("@alongside ask in #hotline: Who knows?", 0), ("@alongside how do I calm a caller?", 1)):
        arrived = world.chat.say("cy", text, room=HOTLINE)
        said = arrived.event
        assert isinstance(said, Said)
        before = len(world.said_in()) + len(world.whispers("cy"))
        edited = structs.replace(said, edited_at=said.said_at)
        world.comes(Arrived(remote_id=arrived.remote_id, version="2", event=edited))
        assert len(world.said_in()) + len(world.whispers("cy")) == before + answers
