"""What the pages of notes say, from plain values alone."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import FileSystemLoader
from markupsafe import Markup

from alongside.notes.content import EMPTY, Content
from alongside.notes.merging import Kind, merged
from alongside.notes.ripple import Moment, drawn, told
from alongside.web import presenting, wording_notes
from alongside.web import presenting_notes as shown
from alongside.web.environment import environment
from alongside.web.presenting import Link, Page, Somebody
from alongside.web.wording import on_day

TEMPLATES = Path(shown.__file__).parent / "templates"
NOW = datetime(2026, 10, 22, 15, 0, tzinfo=UTC)
CSRF = Markup('<input type="hidden" name="csrfmiddlewaretoken" value="x">')
TODAY = on_day(NOW, NOW)
ANA = Somebody("Ana Moreau")


def _address(name: str, args: tuple[object, ...] = ()) -> str:
    return "/".join(["", name, *map(str, args)])


def _page(template: str, *, person: Somebody | None = ANA, **context: Any) -> str:
    made = environment(loader=FileSystemLoader(TEMPLATES))
    made.globals.update(url=_address, static=str)
    text = made.get_template(template).render(page=Page("home", person=person), csrf_input=CSRF, **context)
    return re.sub(r"\s+", " ", text)


def _main(page: str) -> str:
    return page[page.index("<main") : page.index("</main>")]


# Words


@pytest.mark.parametrize(
    ("alive", "month", "words", "is_ageing"),
    [
        ("kept", datetime(2026, 9, 30, tzinfo=UTC), "kept in September", False),
        ("confirmed", datetime(2026, 10, 1, tzinfo=UTC), "still true in October", False),
        ("changed", datetime(2025, 11, 1, tzinfo=UTC), "changed in November 2025", False),
        (
            "kept",
            datetime(2025, 10, 31, tzinfo=UTC),
            "kept in October 2025; nobody has said since that it still is so",
            True,
        ),
    ],
)
def test_a_note_says_the_month_it_was_last_alive_and_when_that_is_long_ago(
    alive: wording_notes.Alive, month: datetime, words: str, *, is_ageing: bool
) -> None:
    assert wording_notes.freshness(alive, month, NOW) == wording_notes.Freshness(words, is_ageing)


def test_what_was_tried_is_said_without_a_number() -> None:
    assert wording_notes.tried_words(helped=True, did_not=False) == "people said it helped"
    assert wording_notes.tried_words(helped=True, did_not=True) == "people said it helped, and where it did not"
    assert wording_notes.tried_words(helped=False, did_not=False) == ""


def test_of_many_names_a_few_are_said_and_the_others_are_not_counted() -> None:
    assert wording_notes.few_names(["Bo", "Cy", "Bo", "", "Ines"]) == "Bo, Cy, Ines"
    assert wording_notes.few_names([f"P{letter}" for letter in "abcdefgh"]) == "Pa, Pb, Pc and others"


def test_a_ripple_has_only_what_has_come() -> None:
    ripple = wording_notes.ripple_of(kept=TODAY, asked=Moment("Ana, #hotline", "3 March"), was_answered=True)
    assert told(ripple, wording_notes.stage_names()) == (
        "Asked: Ana, #hotline, 3 March → Answered: in the conversation → Kept: as this note, today"
    )


# History and conflicts


def test_a_revision_shows_the_parts_that_it_changed() -> None:
    before = Content("Tense callers", "They shout.", "Slow down.", "", "")
    parts = shown.changed_parts(before, replace(before, what_worked="Slow down on purpose."))
    assert [(part.name, [(change.kind, change.text) for change in part.changes]) for part in parts] == [
        ("What worked", [(Kind.KEPT, "Slow down"), (Kind.KEPT, " "), (Kind.ADDED, "on purpose"), (Kind.KEPT, ".")])
    ]
    assert [part.name for part in shown.changed_parts(None, before)] == ["Title", "When", "What worked"]
    assert shown.changed_parts(before, before) == ()


@given(st.text("ab. \n", max_size=40), st.text("ab. \n", max_size=40))
def test_what_was_added_and_taken_out_is_shown_whole(then: str, now: str) -> None:
    for part in shown.changed_parts(replace(EMPTY, why=then), replace(EMPTY, why=now)):
        added = "".join(change.text for change in part.changes if change.kind is not Kind.REMOVED)
        assert added.split() == now.split()


def test_a_long_text_that_stayed_is_cut_around_what_changed() -> None:
    long = "It is long and goes on. " * 100
    (part,) = shown.changed_parts(replace(EMPTY, why=long + "End."), replace(EMPTY, why=long + "The end is near."))
    assert len(part.changes[0].text) < 400
    assert part.changes[0].text.startswith("[…] ")


def test_a_conflict_is_shown_with_the_words_around_it() -> None:
    base = Content("A", "", "Breathe. Slow down. Then stop.", "", "")
    mine, theirs = (
        replace(base, what_worked=f"Breathe. Slow down{words}. Then stop.") for words in (" on purpose", ", please")
    )
    both = shown.conflicts_shown(merged(base, mine, theirs))
    assert both == (shown.Both("what_worked", "Breathe. Slow down", ", please", " on purpose", ". Then stop."),)
    editing = shown.Editing("/x", Link("A", "/a"), "A", (), is_new=False, conflicts=both, conflict_by="Bo")
    main = _main(_page("note_edit.html", editing=editing))
    assert "Bo saved this note while you wrote" in main
    assert "Breathe. Slow down<mark>, please</mark>. Then stop." in main
    assert "Breathe. Slow down<mark> on purpose</mark>. Then stop." in main


# Pages

NOTE = shown.Note(
    "n1",
    "Name the feeling first",
    (
        shown.Part("When", "<p>A caller shouts.</p>"),
        shown.Part("What worked", "", (shown.Passage("Slow <b>down</b>.", "Cy", "/c#m1"), shown.Passage())),
        shown.Part("Why we think so"),
    ),
    wording_notes.freshness("kept", NOW, NOW),
    "open to everybody in the organisation",
    ripple=drawn(wording_notes.ripple_of(kept=TODAY)),
    remarks=(shown.Remark("They stayed.", "Mara", TODAY, helped=True),),
    thanks=(shown.Thanks("Cy Okafor", "pace and tone"),),
    weaves=(shown.Weave(Link("Handover gone wrong", "/c/2"), "the same calm", "conversation", 4),),
)


def test_a_note_quotes_as_words_and_marks_what_was_removed() -> None:
    main = _main(_page("note.html", note=NOTE))
    assert "Slow &lt;b&gt;down&lt;/b&gt;." in main
    assert "A passage was here; it was removed where it was said." in main
    assert "Why we think so" not in main, "an empty part is not shown"


def test_a_passage_that_its_author_changed_says_so_and_leads_there() -> None:
    part = shown.Part("What worked", "", (shown.Passage(url="/conversations/c1", is_changed=True),))
    main = _main(_page("note.html", note=replace(NOTE, parts=(part,))))
    assert "its author changed it where it was said." in main
    assert '<a href="/conversations/c1">Read it there</a>' in main


def test_an_act_of_a_note_is_a_form_that_needs_no_script() -> None:
    main = _main(_page("note.html", note=NOTE))
    actions = re.findall(r'action="([^"]+)"', main)
    assert set(actions) == {"/note_remark/n1", "/note_still_true/n1", "/weave", "/weave_undo"}
    assert main.count(str(CSRF)) == main.count("<form")


def test_who_is_not_signed_in_is_shown_no_act() -> None:
    main = _main(_page("note.html", person=None, note=replace(NOTE, can_act=False, weaves=())))
    assert "<form" not in main
    assert "<button" not in main


def test_who_said_that_it_helped_can_add_a_sentence_or_take_it_back() -> None:
    main = _main(_page("note.html", note=replace(NOTE, own_remark="helped")))
    assert "You said that this helped you." in main
    assert 'value="take-back"' in main
    assert ">This helped me<" not in main


def test_passages_waiting_for_their_authors_yes_can_be_answered_on_the_note() -> None:
    part = shown.Part("When", passages=(shown.Passage("My words.", "Ana", waits_for_me=7),))
    main = _main(_page("note.html", note=replace(NOTE, parts=(part,))))
    assert 'name="passage" value="7"' in main
    assert "only you see it here" in main


def test_what_a_machine_found_is_marked_and_says_where_it_is_from() -> None:
    found = shown.Found("1:0:9", "Slow down.", "Cy", Link("#hotline", "/c#m1"), TODAY, by_machine=True)
    editing = shown.Editing(
        "/keep/c1", Link("Caller shouting", "/c"), "What do I do?", (shown.Field("what_worked", "", (found,)),)
    )
    main = _main(_page("note_edit.html", editing=editing))
    assert "Found by machine" in main
    assert 'name="passage" value="1:0:9" checked' in main
    assert '<a href="/c#m1">#hotline</a>' in main
    read = replace(editing, fields=(shown.Field("what_worked", "", (replace(found, by_machine=False),)),))
    assert "Found by machine" not in _main(_page("note_edit.html", editing=read))


def test_a_history_tells_what_was_added_and_taken_out_also_to_ears() -> None:
    parts = shown.changed_parts(replace(EMPTY, when="By day."), replace(EMPTY, when="At night."))
    revisions = (
        shown.Revision(2, TODAY, "Bo", parts, is_now=True),
        shown.Revision(1, TODAY, "", shown.changed_parts(None, replace(EMPTY, when="By day.")), is_first=True),
    )
    main = _main(_page("note_history.html", history=shown.History("n1", Link("A", "/a"), revisions)))
    assert '<del><span class="for-ears">taken out: </span>By day</del>' in main
    assert '<ins><span class="for-ears">added: </span>At night</ins>' in main
    assert main.count("Put back as it was then") == 1, "what it says now is not put back"


def test_an_empty_page_invites_one_small_act() -> None:
    assert "keep it" in _main(_page("notes.html", notes=shown.Notes()))
    assert "Ask something yourself" in _main(_page("questions.html", questions=shown.Questions()))


def test_wondering_too_is_said_to_be_known_to_nobody_else() -> None:
    line = shown.QuestionLine("c1", "Who has a key?", "/c", "#hotline", "Slack", TODAY, is_wondering=True)
    main = _main(_page("questions.html", questions=shown.Questions((line,))))
    assert "Nobody else knows." in main
    assert 'name="wonder" value="no"' in main


def test_what_is_told_comes_back_when_it_could_not_be_kept() -> None:
    told_so = shown.Tell(
        "Two pairs of socks", "Bo", (shown.AudienceChoice("me", "Only me", is_chosen=True),), "Not yet."
    )
    main = _main(_page("tell.html", tell=told_so))
    assert ">Two pairs of socks</textarea>" in main
    assert 'value="me" checked' in main
    assert 'aria-invalid="true"' in main


def test_what_is_asked_of_somebody_says_that_silence_is_a_no() -> None:
    made = environment(loader=FileSystemLoader(TEMPLATES))
    made.globals.update(url=_address)
    macros: Any = made.get_template("note_parts.html").module
    html = macros.asked_of_me(
        (
            presenting.Asked(1, "passage", "Name the feeling", "Slow down.", "everybody in the organisation"),
            presenting.Asked(2, "name", "Socks", "the idea", "you"),
        ),
        CSRF,
    )
    assert 'action="/passage_answer"' in html
    assert 'action="/name_answer"' in html
    assert "Without an answer it stays out, and nobody is told." in html
