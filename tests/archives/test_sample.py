"""The sample organisation is hand-written data: what a newcomer reads first, so it must hold together."""

import json
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.archives.store import bring

from alongside.notes.models import Credit, Note, Passage, Weave
from alongside.notes.rules import Standing

SAMPLE = Path(__file__).parents[2] / "src" / "alongside" / "archives" / "sample"
TOOLS = ("slack", "mail", "zulip")
ORDER = ("Collection", "Person", "Group", "Note", "Article", "Relationship")
FLAT_ROOM = "#on-shift"

# The answer that is wrong, and the later one in the same conversation that puts it right.
WRONG_ANSWER = "C00J325Y0K:1776758470.031684"
RIGHT_ANSWER = "C00J325Y0K:1776763602.242496"
# Two conversations of other tools that come back to it.
ABOUT_THE_WRONG_ANSWER = ("<20260422083048.YERF7J@tarnbrook.example>", "114/outbox must survive a cleared storage")

# A word of each closed room that stands nowhere else, so that one can see that outsiders find nothing.
CLOSED_WORDS = {
    "Larkspur": "#leads",
    "Hollowell": "#people-cases",
    "Kingfisher": "#incident-room",
    "Quillon": "suppliers@",
    "Marram": "#security-review",
}

# Where each question under the search field is answered, in the order of questions.json.
ANSWERED_IN = (
    "C00J325Y0K:1770806569.250886",
    "C072F7P6NW:1759916019.781436",
    "C0J96KFXVJ:1769602818.897444",
    "C00J325Y0K:1776758285.303976",
    "<20260223081254.UT3KNM@tarnbrook.example>",
    "114/Ferry loses records overnight",
)

Line = dict[str, Any]


def lines_of(tool: str) -> list[Line]:
    return [json.loads(line) for line in (SAMPLE / f"{tool}.jsonl").read_text(encoding="utf-8").splitlines()]


def of_kind(tool: str, kind: str) -> list[Line]:
    return [line for line in lines_of(tool) if line["type"] == kind]


def everywhere(kind: str) -> list[Line]:
    return [line for tool in TOOLS for line in of_kind(tool, kind)]


def rooms_by_id() -> dict[str, Line]:
    return {room["id"]: room for room in everywhere("Group")}


def conversations() -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {}
    for note in everywhere("Note"):
        if "context" in note:
            found.setdefault(note["context"], []).append(note)
    return found


def text_of(note: Line) -> str:
    text: str = note["source"]["content"]
    return text


def time_of(line: Line) -> datetime:
    return datetime.fromisoformat(line["published"])


@pytest.mark.parametrize("tool", TOOLS)
def test_one_header_names_the_tool(tool: str) -> None:
    (header,) = of_kind(tool, "Collection")
    assert header["alongside"] == 1
    assert header["tool"] == tool


@pytest.mark.parametrize("tool", TOOLS)
def test_the_lines_come_as_header_people_rooms_and_notes_by_time(tool: str) -> None:
    lines = lines_of(tool)
    places = [ORDER.index(line["type"]) for line in lines]
    assert places == sorted(places)
    for kind in ("Note", "Article", "Relationship"):
        times = [time_of(line) for line in of_kind(tool, kind)]
        assert times == sorted(times)


@pytest.mark.parametrize("tool", TOOLS)
def test_no_id_is_given_twice(tool: str) -> None:
    assert [one for one, given in Counter(line["id"] for line in lines_of(tool)).items() if given > 1] == []


@pytest.mark.parametrize("tool", TOOLS)
def test_every_reference_resolves(tool: str) -> None:
    people = {person["id"] for person in of_kind(tool, "Person")}
    rooms = {room["id"] for room in of_kind(tool, "Group")}
    earlier: dict[str, Line] = {}
    for room in of_kind(tool, "Group"):
        assert set(room.get("members", [])) <= people
    for note in of_kind(tool, "Note"):
        assert note["attributedTo"] in people
        assert note["to"] in rooms
        if note.get("inReplyTo"):
            answered = earlier[note["inReplyTo"]]
            assert (answered["to"], answered.get("context")) == (note["to"], note.get("context"))
        earlier[note["id"]] = note


def test_a_conversation_stays_in_one_room() -> None:
    for context, notes in conversations().items():
        assert len({note["to"] for note in notes}) == 1, context


def test_about_forty_people_many_of_them_in_several_tools_under_one_address() -> None:
    tools_of = Counter(person["email"] for person in everywhere("Person"))
    assert 35 <= len(tools_of) <= 45
    assert {1, 2, 3} == set(tools_of.values())
    names = {person["email"]: person["name"] for person in everywhere("Person")}
    assert all(person["name"] == names[person["email"]] for person in everywhere("Person"))
    assert len(set(names.values())) == len(names)


def test_handles_are_unlike_within_a_tool() -> None:
    for tool in TOOLS:
        handles = [person["preferredUsername"] for person in of_kind(tool, "Person")]
        assert len(set(handles)) == len(handles)


def test_three_guests_belong_to_one_or_two_rooms_each_of_both_kinds() -> None:
    guests = {person["id"]: person["email"] for person in everywhere("Person") if person.get("guest")}
    assert len(set(guests.values())) == 3
    kinds = set()
    for guest in guests:
        theirs = [room for room in everywhere("Group") if guest in room.get("members", [])]
        assert 1 <= len(theirs) <= 2
        kinds |= {room["audience"] for room in theirs}
    assert kinds == {"organisation", "members"}


def test_one_person_has_left_and_says_nothing_afterwards() -> None:
    gone = [person for person in everywhere("Person") if person.get("deactivated")]
    assert {person["name"] for person in gone} == {"Paul Brannigan"}
    theirs = [time_of(note) for note in everywhere("Note") if note["attributedTo"] in {one["id"] for one in gone}]
    assert theirs
    assert max(theirs) < datetime(2026, 2, 23, tzinfo=UTC)


def test_nobody_speaks_in_a_room_that_they_could_not_read() -> None:
    guests = {person["id"] for person in everywhere("Person") if person.get("guest")}
    rooms = rooms_by_id()
    for note in everywhere("Note"):
        room = rooms[note["to"]]
        if room["audience"] == "members" or note["attributedTo"] in guests:
            assert note["attributedTo"] in room["members"], note["id"]


@pytest.mark.parametrize("tool", TOOLS)
def test_each_tool_has_open_and_closed_rooms_that_are_spoken_in(tool: str) -> None:
    rooms = of_kind(tool, "Group")
    assert {room["audience"] for room in rooms} == {"organisation", "members"}
    assert {room["id"] for room in rooms} == {note["to"] for note in of_kind(tool, "Note")}
    assert all(room["members"] for room in rooms if room["audience"] == "members")


def test_some_sixty_conversations_of_a_few_messages_each() -> None:
    lengths = [len(notes) for notes in conversations().values()]
    assert len(lengths) >= 58
    assert min(lengths) >= 3
    assert max(lengths) <= 14
    assert 420 <= len(everywhere("Note")) <= 520


def test_they_span_twenty_months_and_most_are_of_the_last_year() -> None:
    starts = [time_of(notes[0]) for notes in conversations().values()]
    assert min(starts) >= datetime(2025, 3, 1, tzinfo=UTC)
    assert max(time_of(note) for note in everywhere("Note")) < datetime(2026, 11, 1, tzinfo=UTC)
    assert sum(start.year == 2026 for start in starts) > len(starts) / 2


def test_in_the_flat_room_only_mention_reply_and_time_tell_conversations_apart() -> None:
    (flat,) = [room for room in everywhere("Group") if room.get("threaded") is False]
    assert flat["name"] == FLAT_ROOM
    said = [note for note in everywhere("Note") if note["to"] == flat["id"]]
    assert not any("context" in note for note in said)
    assert any(note.get("inReplyTo") for note in said)
    handles = {person["preferredUsername"] for person in of_kind("slack", "Person")}
    mentioned = {name.lower() for note in said for name in re.findall(r"@(\w+)", text_of(note))}
    assert mentioned
    assert mentioned <= handles
    elsewhere = [note for note in everywhere("Note") if note["to"] != flat["id"]]
    assert all("context" in note for note in elsewhere)


def test_the_wrong_answer_is_corrected_later_in_the_same_conversation_and_spoken_of_in_others() -> None:
    notes = {note["id"]: note for note in everywhere("Note")}
    wrong, right = notes[WRONG_ANSWER], notes[RIGHT_ANSWER]
    assert "clear storage" in text_of(wrong)
    assert "don't clear storage" in text_of(right)
    assert wrong["context"] == right["context"]
    assert time_of(wrong) < time_of(right)
    assert "helped" not in wrong
    assert right["helped"] is True
    for context in ABOUT_THE_WRONG_ANSWER:
        assert any("storage" in text_of(note) for note in conversations()[context])


def test_several_answers_helped_and_some_messages_were_edited_afterwards() -> None:
    notes = everywhere("Note")
    assert sum(bool(note.get("helped")) for note in notes) >= 20
    edited = [note for note in notes if note.get("updated")]
    assert edited
    assert all(datetime.fromisoformat(note["updated"]) > time_of(note) for note in edited)


@pytest.mark.parametrize(("word", "room"), CLOSED_WORDS.items())
def test_a_closed_rooms_word_stands_nowhere_else(word: str, room: str) -> None:
    rooms = rooms_by_id()
    told = {note["to"] for note in everywhere("Note") if word.lower() in json.dumps(note).lower()}
    told |= {kept["audience"] for kept in everywhere("Article") if word.lower() in json.dumps(kept).lower()}
    assert not any(word.lower() in json.dumps(woven).lower() for woven in everywhere("Relationship"))
    assert {rooms[one]["name"] for one in told} == {room}
    assert all(rooms[one]["audience"] == "members" for one in told)


def test_every_question_has_an_open_answer() -> None:
    questions = json.loads((SAMPLE / "questions.json").read_text(encoding="utf-8"))
    assert len(questions) == len(set(questions)) == len(ANSWERED_IN) == 6
    rooms = rooms_by_id()
    for context in ANSWERED_IN:
        notes = conversations()[context]
        assert rooms[notes[0]["to"]]["audience"] == "organisation"
        assert any(note.get("helped") for note in notes)


@pytest.mark.parametrize("tool", TOOLS)
def test_every_note_and_weave_names_what_is_there_and_in_its_time(tool: str) -> None:
    people = {person["id"] for person in of_kind(tool, "Person")}
    rooms = {room["id"]: room for room in of_kind(tool, "Group")}
    kept = {one["id"]: one for one in of_kind(tool, "Article")}
    said = {note["id"]: note for note in of_kind(tool, "Note")}
    for one in kept.values():
        assert set(audience_of(one)) <= set(rooms)
        for context in one["inReplyTo"]:
            assert conversations()[context][0]["to"] in audience_of(one)
        for passage in one["passages"]:
            assert said[passage["message"]]["context"] in one["inReplyTo"]
            assert time_of(said[passage["message"]]) < datetime.fromisoformat(one["updated"])
        steps = [*one.get("revisions", []), one.get("revised", one)]
        assert {step["attributedTo"] for step in [one, *steps, *one.get("remarks", [])]} <= people
        assert {credit["who"] for credit in one["credited"]} <= people
        assert steps[0]["published"] == one["published"]
        assert [time_of(step) for step in steps] == sorted({time_of(step) for step in steps})
        assert min(time_of(remark) for remark in one.get("remarks", [one])) >= time_of(one)
        assert one["updated"] == max(step["published"] for step in [*steps, *(alive for alive in alive_by(one))])
    for woven in of_kind(tool, "Relationship"):
        assert woven["attributedTo"] in people
        assert {woven["subject"], woven["object"]} <= set(kept) | set(conversations())


def audience_of(kept: Line) -> list[str]:
    return kept["audience"] if isinstance(kept["audience"], list) else [kept["audience"]]


def alive_by(kept: Line) -> list[Line]:
    return [remark for remark in kept.get("remarks", []) if remark["kind"] != "did not help"]


def test_some_notes_were_kept_and_lived() -> None:
    kept = everywhere("Article")
    assert 6 <= len(kept) <= 10
    assert len(everywhere("Relationship")) == 3
    assert {remark["kind"] for one in kept for remark in one.get("remarks", [])} == {
        "helped",
        "did not help",
        "still true",
    }
    assert sum("revisions" in one for one in kept) >= 3
    assert not any(one["name"].endswith("?") for one in kept)
    (corrected,) = (one for one in kept if any(passage["message"] == RIGHT_ANSWER for passage in one["passages"]))
    assert "never clear" in corrected["name"]
    assert not any(passage["message"] == WRONG_ANSWER for passage in corrected["passages"])


def test_who_kept_mended_or_remarked_could_read_it() -> None:
    guests = {person["id"] for person in everywhere("Person") if person.get("guest")}
    rooms = rooms_by_id()
    for one in everywhere("Article"):
        acts = [
            one,
            *one.get("revisions", []),
            *one.get("remarks", []),
            *([one["revised"]] if "revised" in one else []),
        ]
        by = {act["attributedTo"] for act in acts}
        assert not by & guests
        for room in map(rooms.get, audience_of(one)):
            assert room
            assert room["audience"] == "organisation" or by <= set(room["members"])


@pytest.mark.django_db
@pytest.mark.parametrize("tool", TOOLS)
def test_all_of_it_comes_in(tool: str) -> None:
    report = bring(SAMPLE / f"{tool}.jsonl", is_try_out=True)
    assert report.left_out == {}
    assert report.notes == len(of_kind(tool, "Article")) == Note.objects.count()
    assert Weave.objects.count() == len(of_kind(tool, "Relationship"))
    assert {*Passage.objects.values_list("standing", flat=True)} == {Standing.SHOWN.value}
    assert {*Credit.objects.values_list("standing", flat=True)} == {Standing.SHOWN.value}


@pytest.mark.parametrize("tool", TOOLS)
def test_only_domains_that_nobody_can_own_are_named(tool: str) -> None:
    text = (SAMPLE / f"{tool}.jsonl").read_text(encoding="utf-8").replace("https://www.w3.org/ns/activitystreams", "")
    hosts = re.findall(r"https?://([^/\s\"\\)]+)", text) + re.findall(r"[\w.]@([\w-]+(?:\.[\w-]+)+)", text)
    assert hosts
    assert [host for host in hosts if not host.endswith(".example")] == []
    assert all(line["url"].startswith("https://") for line in lines_of(tool) if line["type"] in {"Group", "Note"})


@pytest.mark.parametrize("tool", TOOLS)
def test_it_reads_like_our_pages_do(tool: str) -> None:
    text = " ".join(text_of(note) for note in of_kind(tool, "Note")).lower()
    text += json.dumps([of_kind(tool, "Article"), of_kind(tool, "Relationship")]).lower()
    for word in ("lorem", "ipsum", "users", "leaderboard", "engagement"):
        assert not re.search(rf"\b{word}\b", text), word
    assert all(text_of(note).strip() for note in of_kind(tool, "Note"))
