"""Names on notes: as where it was said; in a note that goes wider, as their owners chose."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.notes.test_queries import undone
from tests.notes.world import World, content

from alongside.kit.refused import Refused
from alongside.notes.actions.keeping import change, tell
from alongside.notes.actions.naming import choose_name
from alongside.notes.actions.remarking import answer_about_name, answer_about_passage, remark
from alongside.notes.models import Credit, NameChoice, Note, Passage
from alongside.notes.naming import AS_THERE, name_chosen
from alongside.notes.queries import asked_of, note_view, revisions
from alongside.notes.rules import Naming, Readers, RemarkKind, goes_wider, naming_here
from alongside.people.rules import NOBODY

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme(world: World) -> World:
    for name in ("ana", "ben", "cleo"):
        world.sign_up(name)
    return world


def choose(world: World, name: str, naming: Naming, another: str = "") -> None:
    choose_name(world.viewer(name), naming=naming, name=another)


def with_everything(world: World, readers: Readers, *, is_open: bool = False) -> Note:
    """Ana keeps what Ben said among the leads, Ben says yes to all that he is asked, mends it and remarks on it."""
    said = world.say(
        world.room("leads", *([] if is_open else ["ana", "ben"]), is_open=is_open), "ben", "Wait a breath."
    )
    note = world.keep("ana", said, readers=readers, quoted=[said], credited=["ben"])
    ben = world.viewer("ben")
    for kind, row, _title, _words in asked_of(ben):
        if kind == "passage":
            answer_about_passage(ben, passage_id=row, is_yes=True)
        else:
            answer_about_name(ben, credit_id=row, is_yes=True)
    change(ben, public_id=note.public_id, content=content(why="It calms."), based_on=1)
    remark(ben, public_id=note.public_id, kind=RemarkKind.HELPED, sentence="It was quiet.")
    return note


def named(world: World, note: Note, reader: str) -> dict[str, list[str]]:
    viewer = world.viewer(reader)
    view = note_view(viewer, note.public_id)
    return {
        "kept by": [view.kept_by],
        "said by": [one.author for one in view.passages],
        "thanked": [one.name for one in view.credits],
        "remarked": [one.name for one in view.remarks],
        "revised": [one.name for one in revisions(viewer, note.public_id)],
    }


def everywhere(ben: str, ana: str = "Ana") -> dict[str, list[str]]:
    return {"kept by": [ana], "said by": [ben], "thanked": [ben], "remarked": [ben], "revised": [ben, ana]}


@pytest.mark.parametrize(
    ("naming", "another", "shown"),
    [
        (Naming.AS_THERE, "", "Ben"),
        (Naming.COLLEAGUE, "", "a colleague"),
        (Naming.ANOTHER, " Robin \n Red ", "Robin Red (a chosen name)"),
    ],
)
def test_in_a_note_that_goes_wider_everybody_is_named_as_they_chose(
    acme: World, naming: Naming, another: str, shown: str
) -> None:
    note = with_everything(acme, Readers.ORGANISATION)
    choose(acme, "ben", naming, another)
    for reader in ("ana", "ben", "cleo"):
        assert named(acme, note, reader) == everywhere(shown)


@pytest.mark.parametrize(
    ("readers", "is_open"), [(Readers.SAME, False), (Readers.SAME, True), (Readers.ORGANISATION, True)]
)
def test_where_those_read_who_heard_it_everybody_is_called_as_there(
    acme: World, readers: Readers, *, is_open: bool
) -> None:
    choose(acme, "ben", Naming.COLLEAGUE)
    note = with_everything(acme, readers, is_open=is_open)
    assert named(acme, note, "ana") == everywhere("Ben")


def test_what_one_tells_the_organisation_bears_ones_chosen_name(acme: World) -> None:
    choose(acme, "ana", Naming.COLLEAGUE)
    note = tell(acme.viewer("ana"), sentence="The kettle trips the fuse.", named=[acme.accounts["ben"]])
    answer_about_name(acme.viewer("ben"), credit_id=Credit.objects.get().pk, is_yes=True)
    choose(acme, "ben", Naming.ANOTHER, "Robin")
    view = note_view(acme.viewer("cleo"), note.public_id)
    assert (view.kept_by, [one.name for one in view.credits]) == ("a colleague", ["Robin (a chosen name)"])


def test_a_passage_from_elsewhere_goes_wider_though_its_note_does_not(acme: World) -> None:
    here = acme.say(acme.room("crew", "ana", "cleo"), "ana", "What now?")
    elsewhere = acme.say(acme.room("leads", "ana", "ben"), "ben", "Wait a breath.")
    note = acme.keep("ana", here, quoted=[here, elsewhere])
    answer_about_passage(acme.viewer("ben"), passage_id=Passage.objects.order_by("position")[1].pk, is_yes=True)
    for name in ("ana", "ben"):
        choose(acme, name, Naming.COLLEAGUE)
    view = note_view(acme.viewer("cleo"), note.public_id)
    assert (view.kept_by, [one.author for one in view.passages]) == ("Ana", ["Ana", "a colleague"])


def test_a_choice_is_ones_own_replaces_the_one_before_and_leaves_nothing_when_taken_back(acme: World) -> None:
    ana, ben = acme.viewer("ana"), acme.viewer("ben")
    choose_name(ana, naming=Naming.ANOTHER, name="Robin")
    choose_name(ana, naming=Naming.COLLEAGUE, name="left over")
    assert (name_chosen(ana).naming, name_chosen(ana).name, name_chosen(ben)) == (Naming.COLLEAGUE, "", AS_THERE)
    choose_name(ana, naming=Naming.AS_THERE)
    assert not NameChoice.objects.exists()
    for name in ("", " \u200b\n"):
        with pytest.raises(Refused):
            choose_name(ana, naming=Naming.ANOTHER, name=name)
    for somebody in (NOBODY, acme.viewer("gus")):
        with pytest.raises(Refused):
            choose_name(somebody, naming=Naming.COLLEAGUE)


@given(st.sampled_from(Naming), st.booleans())
def test_who_heard_it_is_never_told_another_name(naming: Naming, wider: bool) -> None:  # noqa: FBT001
    assert naming_here(naming, goes_wider=wider) is (naming if wider else Naming.AS_THERE)


@given(st.booleans(), st.lists(st.booleans(), max_size=4))
def test_a_note_goes_wider_when_the_organisation_reads_what_not_all_of_it_heard(
    is_for_organisation: bool,  # noqa: FBT001
    openly: list[bool],
) -> None:
    expected = is_for_organisation and (not openly or not all(openly))
    assert goes_wider(is_for_organisation=is_for_organisation, kept_from=openly) is expected


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(st.data())
def test_whatever_is_kept_from_where_names_go_no_further_than_their_owners_chose(data: st.DataObject) -> None:
    """A note of one to three rooms, open or not: who reads it finds Ben's name only if he chose so or all heard him."""
    with undone():
        world = World()
        for name in ("ana", "ben", "cleo"):
            world.sign_up(name)
        naming = data.draw(st.sampled_from(Naming), label="Ben's choice")
        choose(world, "ben", naming, "Robin")
        is_open = data.draw(st.lists(st.booleans(), min_size=1, max_size=3), label="rooms that are open")
        said = [
            world.say(
                world.room(f"r{number}", *(() if one else ("ana", "ben")), is_open=one), "ben", f"Words {number}."
            )
            for number, one in enumerate(is_open)
        ]
        sources = data.draw(
            st.lists(st.sampled_from(said), min_size=1, unique_by=lambda one: one.pk), label="kept from"
        )
        readers = data.draw(st.sampled_from(Readers), label="readers")
        note = world.keep("ana", *sources, readers=readers, quoted=said, credited=["ben"])
        for passage in Passage.objects.filter(note=note, standing="asked"):
            answer_about_passage(world.viewer("ben"), passage_id=passage.pk, is_yes=True)
        rooms = {one.room_id: openly for one, openly in zip(said, is_open, strict=True)}
        wider = readers is Readers.ORGANISATION and not all(rooms[one.room_id] for one in sources)
        heard_by_all = {one.room_id for one in sources} if readers is not Readers.ORGANISATION else set()
        shown = {Naming.AS_THERE: "Ben", Naming.ANOTHER: "Robin (a chosen name)", Naming.COLLEAGUE: "a colleague"}
        view = note_view(world.viewer("ana"), note.public_id)
        assert [one.author for one in view.passages] == [
            "Ben" if not wider and (rooms[one.room_id] or one.room_id in heard_by_all) else shown[naming]
            for one in said
        ]
        assert {one.name for one in view.credits} <= {shown[naming] if wider else "Ben"}
