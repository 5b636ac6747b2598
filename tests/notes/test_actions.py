import pytest
from tests.notes.world import World, content

from alongside.audiences.queries import NotThere
from alongside.journal.models import Line
from alongside.journal.rules import Kind
from alongside.kit.refused import Refused
from alongside.notes.actions.keeping import (
    Credited,
    Quoted,
    change,
    discard_draft,
    keep,
    put_back,
    save_draft,
    tell,
)
from alongside.notes.actions.remarking import (
    answer_about_name,
    answer_about_passage,
    put_on_my_page,
    remark,
    renew_feed,
    weave,
)
from alongside.notes.models import Credit, Draft, Note, Passage, Remark, Revision, Weave
from alongside.notes.queries import (
    asked_of,
    draft_of,
    note_view,
    readable_notes,
    revisions,
    thanked_in,
    unscoped_is_feed_of_somebody,
    weaves_of,
)
from alongside.notes.rules import Part, Readers, RemarkKind, Standing
from alongside.people.models import Person
from alongside.people.rules import NOBODY


def kinds_told() -> list[str]:
    return list(Line.objects.order_by("id").values_list("kind", flat=True))


def test_what_is_kept_has_its_words_its_sources_who_said_it_and_one_line_of_the_journal(world: World) -> None:
    leads = world.room("leads", "ana", "ben")
    said = world.say(leads, "ben", "Name the feeling first.")
    Line.objects.all().delete()
    note = world.keep("ana", said, written=content(what_worked="*Listen.*"), quoted=[said], credited=["ben"])
    view = note_view(world.viewer("ana"), note.public_id)
    assert view.content == content(what_worked="*Listen.*")
    assert "<em>Listen.</em>" in view.html["what_worked"]
    assert [(one.text, one.author, one.standing) for one in view.passages] == [
        ("Name the feeling first.", "Ben", Standing.SHOWN)
    ]
    assert [(one.name, one.what_for) for one in view.credits] == [("Ben", "the idea")]
    assert [one.title for one in view.sources] == [said.conversation.title]
    assert (view.kept_by, view.revision, view.has_changed) == ("Ana", 1, False)
    assert kinds_told() == [Kind.NOTES_CHANGED.value]


def test_what_one_may_not_read_cannot_be_kept_and_what_is_not_there_is_refused_alike(world: World) -> None:
    hidden = world.say(world.room("leads", "ana"), "ana", "We raise the price.")
    sentences = set()
    for conversation_id in (hidden.conversation_id, 10**9):
        with pytest.raises(Refused) as refused:
            keep(world.viewer("ben"), conversation_ids=[conversation_id], content=content())
        sentences.add(str(refused.value))
    assert len(sentences) == 1
    assert not Note.objects.exists()


def test_nothing_is_kept_from_nothing_without_a_title_or_by_nobody(world: World) -> None:
    said = world.say(world.room("hotline", is_open=True), "ana", "Breathe.")
    for actor, ids, written in (
        (world.viewer("ana"), [], content()),
        (world.viewer("ana"), [said.conversation_id], content(title=" \n ")),
        (NOBODY, [said.conversation_id], content()),
    ):
        with pytest.raises(Refused):
            keep(actor, conversation_ids=ids, content=written)
    assert not Note.objects.exists()


@pytest.mark.parametrize("text", ["Name the feelings first.", "", "  ", "we raise the price"])
def test_only_words_that_were_said_where_one_reads_are_quoted(world: World, text: str) -> None:
    said = world.say(world.room("hotline", is_open=True), "ben", "Name the feeling first.")
    hidden = world.say(world.room("leads", "ben"), "ben", "we raise the price")
    for message in (said, hidden):
        with pytest.raises(Refused):
            keep(
                world.viewer("ana"),
                conversation_ids=[said.conversation_id],
                content=content(),
                passages=[Quoted(Part.WHY, message.pk, text)],
            )
    assert not Note.objects.exists()


def test_a_passage_of_a_narrower_room_waits_for_its_author_alone(world: World) -> None:
    leads = world.room("leads", "ana", "ben")
    said = world.say(leads, "ben", "Offer them a month for free.")
    note = world.keep("ana", said, readers=Readers.ORGANISATION, quoted=[said], credited=["ben"])
    assert note_view(world.viewer("cleo"), note.public_id).passages == ()
    assert note_view(world.viewer("cleo"), note.public_id).credits == ()
    assert note_view(world.viewer("cleo"), note.public_id).sources == ()
    assert [one[0] for one in asked_of(world.viewer("ben"))] == ["passage", "name"]
    assert asked_of(world.viewer("ana")) == asked_of(world.viewer("cleo")) == []
    (passage,) = note_view(world.viewer("ben"), note.public_id).passages
    assert passage.standing is Standing.ASKED
    for name in ("ana", "cleo", "gus"):
        with pytest.raises(NotThere):
            answer_about_passage(world.viewer(name), passage_id=passage.passage_id, is_yes=True)
    answer_about_passage(world.viewer("ben"), passage_id=passage.passage_id, is_yes=True)
    (seen,) = note_view(world.viewer("cleo"), note.public_id).passages
    assert (seen.text, seen.conversation_id) == ("Offer them a month for free.", "")
    assert [one[0] for one in asked_of(world.viewer("ben"))] == ["name"]


def test_a_no_keeps_the_passage_out_for_everybody_and_can_follow_a_yes(world: World) -> None:
    said = world.say(world.room("leads", "ana", "ben"), "ben", "Offer them a month for free.")
    note = world.keep("ana", said, readers=Readers.ORGANISATION, quoted=[said])
    passage = Passage.objects.get()
    for is_yes in (True, False):
        answer_about_passage(world.viewer("ben"), passage_id=passage.pk, is_yes=is_yes)
    assert note_view(world.viewer("cleo"), note.public_id).passages == ()
    assert note_view(world.viewer("ana"), note.public_id).passages == ()
    assert asked_of(world.viewer("ben")) == []


def test_ones_own_words_need_no_yes(world: World) -> None:
    said = world.say(world.room("leads", "ana", "ben"), "ana", "Offer them a month for free.")
    note = world.keep("ana", said, readers=Readers.ORGANISATION, quoted=[said])
    assert [one.text for one in note_view(world.viewer("cleo"), note.public_id).passages] == [said.text]


def test_a_note_for_me_alone_is_read_by_nobody_else_and_by_me_while_i_read_its_sources(world: World) -> None:
    leads = world.room("leads", "ana", "ben")
    said = world.say(leads, "ben", "Offer them a month for free.")
    world.sign_up("ana")
    note = world.keep("ana", said, readers=Readers.ME, quoted=[said])
    assert note_view(world.viewer("ana"), note.public_id).passages != ()
    for name in ("ben", "cleo", "gus"):
        with pytest.raises(NotThere):
            note_view(world.viewer(name), note.public_id)
    world.members(leads, "ben")
    with pytest.raises(NotThere):
        note_view(world.viewer("ana"), note.public_id)


def test_a_guest_speaks_for_no_organisation(world: World) -> None:
    said = world.say(world.room("help", "gus", is_open=True), "gus", "Where is the door?")
    with pytest.raises(Refused):
        world.keep("gus", said, readers=Readers.ORGANISATION)
    with pytest.raises(Refused):
        tell(world.viewer("gus"), sentence="Today I learned.")
    assert not Note.objects.exists()


def test_who_did_not_speak_there_is_named_by_their_own_yes_alone(world: World) -> None:
    said = world.say(world.room("hotline", is_open=True), "ben", "Name the feeling first.")
    note = world.keep("ana", said, credited=["ben", "cleo", "ana"])
    assert [one.name for one in note_view(world.viewer("ben"), note.public_id).credits] == ["Ben", "Ana"]
    ((_kind, credit, title, what_for),) = asked_of(world.viewer("cleo"))
    assert (title, what_for) == ("How do we calm a caller?", "the idea")
    with pytest.raises(NotThere):
        answer_about_name(world.viewer("ben"), credit_id=credit, is_yes=True)
    answer_about_name(world.viewer("cleo"), credit_id=credit, is_yes=True)
    assert [one.name for one in note_view(world.viewer("ben"), note.public_id).credits] == ["Ben", "Cleo", "Ana"]
    answer_about_name(world.viewer("cleo"), credit_id=credit, is_yes=False)
    assert [one.name for one in note_view(world.viewer("ben"), note.public_id).credits] == ["Ben", "Ana"]


def test_who_is_asked_about_a_note_that_they_may_not_read_is_not_told_its_title(world: World) -> None:
    said = world.say(world.room("leads", "ana", "ben"), "ana", "Secret.")
    world.keep("ana", said, written=content(title="We sell the company"), credited=["cleo"])
    assert [(kind, title) for kind, _row, title, _words in asked_of(world.viewer("cleo"))] == [("name", "")]


def test_a_credit_comes_onto_my_page_by_my_own_choice_only(world: World) -> None:
    said = world.say(world.room("hotline", is_open=True), "ben", "Name the feeling first.")
    note = world.keep("ana", said, credited=["ben"])
    credit = Credit.objects.get()
    assert [(one.public_id, one.is_on_my_page) for one in thanked_in(world.viewer("ben"))] == [(note.public_id, False)]
    with pytest.raises(NotThere):
        put_on_my_page(world.viewer("ana"), credit_id=credit.pk, is_shown=True)
    for is_shown in (True, False):
        put_on_my_page(world.viewer("ben"), credit_id=credit.pk, is_shown=is_shown)
        assert [one.is_on_my_page for one in thanked_in(world.viewer("ben"))] == [is_shown]
    assert thanked_in(world.viewer("ana")) == []


def test_one_sentence_makes_a_note_and_a_long_one_keeps_all_of_its_words(world: World) -> None:
    short = tell(world.viewer("ana"), sentence=" Naming the\nfeeling works. ")
    assert note_view(world.viewer("cleo"), short.public_id).content == content(title="Naming the feeling works.")
    long = tell(world.viewer("ana"), sentence="word " * 90)
    view = note_view(world.viewer("cleo"), long.public_id)
    assert len(view.content.title) <= 200
    assert view.content.what_worked == ("word " * 90).strip()
    assert short.audience_id == long.audience_id
    with pytest.raises(Refused):
        tell(world.viewer("ana"), sentence=" ")


def test_what_is_told_to_oneself_is_ones_own(world: World) -> None:
    told = tell(
        world.viewer("gus"), sentence="The door is green.", for_organisation=False, named=[world.accounts["ana"]]
    )
    assert note_view(world.viewer("gus"), told.public_id).credits == ()
    assert not readable_notes(world.viewer("ana")).exists()
    assert asked_of(world.viewer("ana")) == [("name", Credit.objects.get().pk, "", "told with")]


def test_what_is_told_to_the_organisation_is_not_read_by_the_guests_of_a_room_that_was(world: World) -> None:
    room = world.room("help", "gus", is_open=True)
    audience_id = room.audience_id
    room.delete()
    told = tell(world.viewer("ana"), sentence="Naming the feeling works.")
    assert told.audience_id != audience_id
    with pytest.raises(NotThere):
        note_view(world.viewer("gus"), told.public_id)


def test_whoever_reads_a_note_may_mend_it_and_every_change_is_a_revision_with_a_name(world: World) -> None:
    said = world.say(world.room("leads", "ana", "ben"), "ana", "Breathe.")
    note = world.keep("ana", said)
    assert (
        change(world.viewer("ben"), public_id=note.public_id, content=content(why="It calms."), based_on=1).conflicts
        == ()
    )
    assert [(one.number, one.name, one.content.why) for one in revisions(world.viewer("ana"), note.public_id)] == [
        (2, "Ben", "It calms."),
        (1, "Ana", ""),
    ]
    for name in ("cleo", "gus"):
        with pytest.raises(NotThere):
            change(world.viewer(name), public_id=note.public_id, content=content(), based_on=1)
    with pytest.raises(Refused):
        change(NOBODY, public_id=note.public_id, content=content(), based_on=1)


def test_a_note_never_loses_its_title(world: World) -> None:
    note = tell(world.viewer("ana"), sentence="left right")
    with pytest.raises(Refused):
        change(world.viewer("ana"), public_id=note.public_id, content=content(title="  "), based_on=1)
    change(world.viewer("ana"), public_id=note.public_id, content=content(title="left"), based_on=1)
    change(world.viewer("ben"), public_id=note.public_id, content=content(title="right"), based_on=1)
    assert note_view(world.viewer("ana"), note.public_id).content.title


def test_saving_what_it_says_already_makes_no_revision_and_no_line(world: World) -> None:
    note = tell(world.viewer("ana"), sentence="Naming the feeling works.")
    Line.objects.all().delete()
    change(
        world.viewer("ben"), public_id=note.public_id, content=content(title="Naming the feeling works."), based_on=1
    )
    assert Revision.objects.count() == 1
    assert kinds_told() == []


def test_two_people_who_write_at_once_lose_nothing(world: World) -> None:
    note = tell(world.viewer("ana"), sentence="Naming the feeling works.")
    title = "Naming the feeling works."
    change(world.viewer("ben"), public_id=note.public_id, content=content(title, why="It calms."), based_on=1)
    result = change(
        world.viewer("ana"), public_id=note.public_id, content=content(title, when="On the phone."), based_on=1
    )
    assert result.conflicts == ()
    assert note_view(world.viewer("ana"), note.public_id).content == content(
        title, why="It calms.", when="On the phone."
    )
    both = change(world.viewer("cleo"), public_id=note.public_id, content=content(title, why="It works."), based_on=1)
    assert [(one.theirs, one.mine) for one in both.conflicts] == [("It calms.", "It works.")]
    now = note_view(world.viewer("ana"), note.public_id).content.why
    assert "It calms." in now
    assert "It works." in now


@pytest.mark.parametrize("based_on", [0, 7, 10**6])
def test_a_change_based_on_a_revision_that_never_was_is_based_on_the_last(world: World, based_on: int) -> None:
    note = tell(world.viewer("ana"), sentence="One.")
    change(world.viewer("ana"), public_id=note.public_id, content=content("Two."), based_on=based_on)
    assert note_view(world.viewer("ana"), note.public_id).content.title == "Two."


def test_undo_is_a_new_revision(world: World) -> None:
    note = tell(world.viewer("ana"), sentence="One.")
    change(world.viewer("ben"), public_id=note.public_id, content=content("Two."), based_on=1)
    put_back(world.viewer("cleo"), public_id=note.public_id, number=1)
    assert [one.content.title for one in revisions(world.viewer("ana"), note.public_id)] == ["One.", "Two.", "One."]
    with pytest.raises(Refused):
        put_back(world.viewer("cleo"), public_id=note.public_id, number=9)
    with pytest.raises(NotThere):
        put_back(world.viewer("gus"), public_id=note.public_id, number=1)


def test_a_draft_is_its_authors_alone_and_goes_when_it_is_kept(world: World) -> None:
    said = world.say(world.room("hotline", is_open=True), "ben", "Name the feeling first.")
    ana, ben = world.sign_up("ana"), world.sign_up("ben")
    for title in ("Half", "Half a title"):
        save_draft(ana, content=content(title), conversation_id=said.conversation_id)
    assert Draft.objects.count() == 1
    mine = draft_of(ana, conversation_id=said.conversation_id)
    assert mine is not None
    assert mine.words["title"] == "Half a title"
    assert draft_of(ben, conversation_id=said.conversation_id) is None
    discard_draft(ben, conversation_id=said.conversation_id)
    save_draft(ben, content=content("Mine"), conversation_id=said.conversation_id)
    world.keep("ana", said)
    assert draft_of(ana, conversation_id=said.conversation_id) is None
    assert draft_of(ben, conversation_id=said.conversation_id) is not None


def test_a_draft_of_a_change_goes_when_it_is_saved_or_discarded(world: World) -> None:
    ana = world.sign_up("ana")
    note = tell(ana, sentence="One.")
    save_draft(ana, content=content("Two"), note_id=note.pk, based_on=1)
    discard_draft(ana, note_id=note.pk)
    assert draft_of(ana, note_id=note.pk) is None
    save_draft(ana, content=content("Two"), note_id=note.pk, based_on=1)
    save_draft(ana, content=content("Of a telling"))
    change(ana, public_id=note.public_id, content=content("Two"), based_on=1)
    assert draft_of(ana, note_id=note.pk) is None
    assert draft_of(ana) is not None
    save_draft(world.viewer("ben"), content=content("An account keeps no draft"))
    assert draft_of(world.viewer("ben")) is None
    with pytest.raises(Refused):
        save_draft(NOBODY, content=content())


def test_a_remark_said_again_replaces_the_one_before(world: World) -> None:
    note = tell(world.viewer("ana"), sentence="One.")
    for sentence in ("Twice.", "Once more."):
        remark(world.viewer("ben"), public_id=note.public_id, kind=RemarkKind.HELPED, sentence=sentence)
    remark(world.viewer("cleo"), public_id=note.public_id, kind=RemarkKind.DID_NOT, sentence="Too loud.")
    remarks = note_view(world.viewer("ana"), note.public_id).remarks
    assert [(one.kind, one.name, one.sentence) for one in remarks] == [
        (RemarkKind.HELPED, "Ben", "Once more."),
        (RemarkKind.DID_NOT, "Cleo", "Too loud."),
    ]


def test_what_did_not_help_says_why_and_nobody_remarks_on_what_they_do_not_read(world: World) -> None:
    note = tell(world.viewer("ana"), sentence="One.")
    with pytest.raises(Refused):
        remark(world.viewer("ben"), public_id=note.public_id, kind=RemarkKind.DID_NOT, sentence=" ")
    for public_id in (note.public_id, "zzzzzzzzzzzz"):
        with pytest.raises(NotThere):
            remark(world.viewer("gus"), public_id=public_id, kind=RemarkKind.HELPED)
    assert not Remark.objects.exists()


def test_confirming_keeps_a_note_alive_and_failing_or_opening_does_not(world: World) -> None:
    note = tell(world.viewer("ana"), sentence="One.")
    began = note_view(world.viewer("ana"), note.public_id).alive_at
    remark(world.viewer("ben"), public_id=note.public_id, kind=RemarkKind.DID_NOT, sentence="No.")
    assert note_view(world.viewer("ben"), note.public_id).alive_at == began
    remark(world.viewer("ben"), public_id=note.public_id, kind=RemarkKind.STILL_TRUE)
    assert note_view(world.viewer("ben"), note.public_id).alive_at > began


def test_two_things_are_woven_once_from_either_end(world: World) -> None:
    said = world.say(world.room("hotline", is_open=True), "ben", "Name the feeling first.")
    note = tell(world.viewer("ana"), sentence="One.")
    ends = ("note", note.public_id), ("conversation", said.conversation.public_id)
    weave(world.viewer("ana"), left=ends[0], right=ends[1], why="The same")
    weave(world.viewer("ben"), left=ends[1], right=ends[0], why="Again")
    assert Weave.objects.count() == 1
    assert [one.title for one in weaves_of(world.viewer("cleo"), note_id=note.pk)] == [said.conversation.title]
    assert [one.title for one in weaves_of(world.viewer("cleo"), conversation_id=said.conversation_id)] == ["One."]


def test_nothing_is_woven_to_itself_without_a_word_or_to_what_one_may_not_read(world: World) -> None:
    hidden = world.say(world.room("leads", "ana"), "ana", "We raise the price.")
    note = tell(world.viewer("ana"), sentence="One.")
    own = ("note", note.public_id)
    for right, why in ((own, "why"), (("note", tell(world.viewer("ana"), sentence="Two.").public_id), " ")):
        with pytest.raises(Refused):
            weave(world.viewer("ben"), left=own, right=right, why=why)
    for right in (("conversation", hidden.conversation.public_id), ("conversation", "zzzzzzzzzzzz"), ("room", "x")):
        with pytest.raises(NotThere):
            weave(world.viewer("ben"), left=own, right=right, why="why")
    with pytest.raises(Refused):
        weave(NOBODY, left=own, right=own, why="why")
    assert not Weave.objects.exists()


def test_a_feeds_address_works_until_it_is_renewed_or_its_owner_is_gone(world: World) -> None:
    ana = world.sign_up("ana")
    first, second = renew_feed(ana), renew_feed(ana)
    assert not unscoped_is_feed_of_somebody(first)
    assert unscoped_is_feed_of_somebody(second)
    world.account("ana", is_guest=True)
    assert not unscoped_is_feed_of_somebody(second)
    world.account("ana")
    Person.objects.update(is_active=False)
    assert not unscoped_is_feed_of_somebody(second)
    for actor in (NOBODY, world.viewer("ben"), world.sign_up("gus")):
        with pytest.raises(Refused):
            renew_feed(actor)


def test_a_credit_names_nobody_twice(world: World) -> None:
    said = world.say(world.room("hotline", is_open=True), "ben", "Name the feeling first.")
    keep(
        world.viewer("ana"),
        conversation_ids=[said.conversation_id],
        content=content(),
        credited=[Credited(world.accounts["ben"], "asked"), Credited(world.accounts["ben"], "the idea")],
    )
    assert Credit.objects.count() == 1
