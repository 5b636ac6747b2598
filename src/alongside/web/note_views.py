"""Pages of notes and questions that are read."""

from dataclasses import astuple
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from alongside.conversations.actions.questions import take_answers_told
from alongside.conversations.asking import (
    OpenQuestion,
    answered_that_i_wondered,
    open_questions,
    own_helped,
    question_state,
    said_to_help,
)
from alongside.conversations.queries import conversation_titled
from alongside.notes import queries
from alongside.notes.content import Content
from alongside.notes.merging import Merged
from alongside.notes.queries import NoteView, PassageView
from alongside.notes.ripple import Moment, drawn
from alongside.notes.rules import Part, Readers, RemarkKind, Standing, month_of
from alongside.people.rules import Viewer
from alongside.search.queries import close_to_note
from alongside.search.themes import rising_themes
from alongside.web import presenting_notes as shown_as
from alongside.web import wording_notes
from alongside.web.acting import answering_not_there
from alongside.web.pages import now, shown, tool_of, viewer_of, whole_or_part
from alongside.web.presenting import Asked, Close, Credited, Link, Pager, Related
from alongside.web.spoken import spoken
from alongside.web.wording import audience_words, on_day

FEW_QUESTIONS = 4


@require_safe
@answering_not_there
def around(request: HttpRequest, public_id: str) -> HttpResponse:
    """What came of a conversation: its page fetches it when it is there; without JavaScript it is a page of its own."""
    viewer = viewer_of(request)
    row, title = conversation_titled(viewer, public_id)
    state = question_state(viewer, row)
    view = shown_as.Around(
        id=public_id,
        conversation=Link(title, f"/conversations/{public_id}"),
        kept=tuple(
            Link(one.title, reverse("note", args=[one.public_id])) for one in queries.notes_kept_from(viewer, row)
        ),
        helped=tuple(
            shown_as.Said(words.name, words.sentence)
            for _, said in said_to_help(viewer, row).values()
            for words in said
        ),
        own=tuple(shown_as.OwnHelped(one.anchor, one.author, one.sentence) for one in own_helped(viewer, row)),
        weaves=tuple(_weave(one) for one in queries.weaves_of(viewer, conversation_id=row)),
        asks=state.asks,
        is_answered=state.is_answered,
        is_asker=state.is_asker,
        is_wondering=state.is_wondering,
        can_act=viewer.person_id is not None,
    )
    return whole_or_part(request, "around.html", "around_list.html", "conversation", around=view)


@require_safe
def notes(request: HttpRequest) -> HttpResponse:
    viewer, page = viewer_of(request), _page(request)
    lines, has_older = queries.newest_kept(viewer, page)
    questions, has_more = open_questions(viewer, size=FEW_QUESTIONS)
    here = reverse("notes")
    view = shown_as.Notes(
        newest=tuple(note_line(line) for line in lines),
        themes=tuple(
            shown_as.Theme(
                theme.words, f"{reverse('find')}?{urlencode({'q': theme.words})}", language=spoken(theme.words)
            )
            for theme in rising_themes(viewer)
        )
        if page == 1
        else (),
        questions=tuple(_question(one) for one in questions),
        has_more_questions=has_more,
        pager=Pager(f"{here}?page={page - 1}" * (page > 1), f"{here}?page={page + 1}" * has_older),
        can_act=viewer.person_id is not None,
        feed_url=f"{reverse('choices')}#feeds" if viewer.person_id is not None and viewer.reads_organisation else "",
    )
    return shown(request, "notes.html", "notes", notes=view)


@require_safe
def questions(request: HttpRequest) -> HttpResponse:
    viewer, page = viewer_of(request), _page(request)
    found, has_more = open_questions(viewer, page)
    here = reverse("questions")
    pager = Pager(f"{here}?page={page - 1}" * (page > 1), f"{here}?page={page + 1}" * has_more)
    view = shown_as.Questions(tuple(_question(one) for one in found), pager, viewer.person_id is not None)
    return shown(request, "questions.html", "notes", questions=view)


@require_safe
@answering_not_there
def note(request: HttpRequest, public_id: str) -> HttpResponse:
    viewer = viewer_of(request)
    view = queries.note_view(viewer, public_id)
    draft = queries.draft_of(viewer, note_id=view.note_id)
    return shown(request, "note.html", "notes", note=_note(viewer, view, has_draft=draft is not None))


@require_safe
@answering_not_there
def close(request: HttpRequest, public_id: str) -> HttpResponse:
    """What is close to a note: its page fetches it when it is there; without JavaScript it is a page of its own."""
    viewer = viewer_of(request)
    title = queries.note_title(viewer, public_id)
    related = tuple(
        Related(one.title, _address(one.kind, one.public_id), language=spoken(one.title))
        for one in close_to_note(viewer, public_id)
    )
    view = Close(Link(title, reverse("note", args=[public_id])), related, spoken(title))
    return whole_or_part(request, "close.html", "close_list.html", "notes", close=view)


@require_safe
@answering_not_there
def history(request: HttpRequest, public_id: str) -> HttpResponse:
    viewer = viewer_of(request)
    rows = queries.revisions(viewer, public_id)
    moment = now()
    revisions = tuple(
        shown_as.Revision(
            row.number,
            on_day(row.made_at, moment),
            row.name,
            shown_as.changed_parts(rows[place + 1].content if place + 1 < len(rows) else None, row.content),
            is_first=place + 1 == len(rows),
            is_now=place == 0,
        )
        for place, row in enumerate(rows)
    )
    link = Link(rows[0].content.title, reverse("note", args=[public_id]))
    language = spoken(*astuple(rows[0].content))
    view = shown_as.History(public_id, link, revisions, viewer.person_id is not None, language=language)
    return shown(request, "note_history.html", "notes", history=view)


@require_safe
@answering_not_there
def edit(request: HttpRequest, public_id: str) -> HttpResponse:
    viewer = viewer_of(request)
    if viewer.person_id is None:
        return redirect("account_login")
    view = queries.note_view(viewer, public_id)
    draft = queries.draft_of(viewer, note_id=view.note_id)
    content = Content(**draft.words) if draft else view.content
    editing = editing_of_note(view, content, based_on=draft.based_on if draft else view.revision, draft=draft)
    return shown(request, "note_edit.html", "notes", editing=editing)


@require_safe
def tell(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    if viewer.person_id is None:
        return redirect("account_login")
    return shown(request, "tell.html", "notes", tell=telling(viewer))


def telling(viewer: Viewer, *, sentence: str = "", named: str = "", error: str = "") -> shown_as.Tell:
    audiences = [shown_as.AudienceChoice(Readers.ME.value, "Only me", is_chosen=not viewer.reads_organisation)]
    if viewer.reads_organisation:
        choice = shown_as.AudienceChoice(Readers.ORGANISATION.value, "Everybody in the organisation", is_chosen=True)
        audiences.insert(0, choice)
    return shown_as.Tell(sentence, named, tuple(audiences), error)


def editing_of_note(
    view: NoteView, content: Content, *, based_on: int, draft: Any = None, both: Merged | None = None, error: str = ""
) -> shown_as.Editing:
    fields = []
    for part in Part:
        quoted = [passage for passage in view.passages if passage.part is part and passage.text]
        found = tuple(shown_as.Found("", passage.text, passage.author) for passage in quoted)
        fields.append(shown_as.Field(part.value, getattr(content, part.value), found))
    return shown_as.Editing(
        action=reverse("note_edit", args=[view.public_id]),
        back=Link(view.content.title, reverse("note", args=[view.public_id])),
        title=content.title,
        fields=tuple(fields),
        is_new=False,
        based_on=based_on,
        audience=f"It is {audience_words(view.audience_kind)}.",
        conflicts=shown_as.conflicts_shown(both) if both else (),
        draft_kept=on_day(draft.saved_at, now()) if draft else None,
        error=error,
        language=spoken(content.title, *(field.text for field in fields)),
    )


def note_line(line: queries.NoteLine) -> shown_as.NoteLine:
    return shown_as.NoteLine(
        title=line.title,
        url=reverse("note", args=[line.public_id]),
        freshness=wording_notes.freshness("kept", line.kept_at, now()),
        audience="" if line.is_open else audience_words("closed"),
        language=spoken(line.title),
    )


def _note(viewer: Viewer, view: NoteView, *, has_draft: bool) -> shown_as.Note:
    moment, names = now(), wording_notes.field_names()
    mine = _own_remark(view)
    return shown_as.Note(
        id=view.public_id,
        title=view.content.title,
        parts=tuple(
            shown_as.Part(
                names[part.value],
                view.html.get(part.value, ""),
                tuple(_passage(one) for one in view.passages if one.part is part),
            )
            for part in Part
        ),
        freshness=wording_notes.freshness(_alive_by(view), view.alive_at, moment),
        audience=audience_words(view.audience_kind),
        kept_from=tuple(
            Link(f"a conversation in {tool_of(one.tool)}", f"/conversations/{one.public_id}") for one in view.sources
        ),
        room=view.sources[0].room if view.sources else "",
        ripple=drawn(_ripple(view), wording_notes.stage_names()),
        remarks=tuple(
            shown_as.Remark(one.sentence, one.name, on_day(one.said_at, moment), one.kind is RemarkKind.HELPED)
            for one in view.remarks
            if one.sentence and one.kind is not RemarkKind.STILL_TRUE
        ),
        own_remark=mine.kind.value if mine else "",
        own_sentence=mine.sentence if mine else "",
        thanks=tuple(shown_as.Thanks(one.name, one.what_for) for one in view.credits),
        weaves=tuple(_weave(one) for one in view.weaves),
        close_url=reverse("note_close", args=[view.public_id]),
        can_act=viewer.person_id is not None,
        has_draft=has_draft,
        language=spoken(view.content.title, *view.html.values()),
        is_confirmed_this_month=month_of(view.alive_at) == month_of(moment),
    )


def _own_remark(view: NoteView) -> Any:
    said = (RemarkKind.HELPED, RemarkKind.DID_NOT)
    return next((one for one in view.remarks if one.is_mine and one.kind in said), None)


def _passage(one: PassageView) -> shown_as.Passage:
    return shown_as.Passage(
        text=one.text,
        by=one.author,
        url=f"/conversations/{one.conversation_id}" if one.conversation_id else "",
        is_changed=one.is_changed,
        waits_for_me=one.passage_id if one.standing is Standing.ASKED else None,
    )


def _alive_by(view: NoteView) -> wording_notes.Alive:
    """What somebody did last."""
    confirmed = [one.said_at for one in view.remarks if one.kind is RemarkKind.STILL_TRUE]
    if confirmed and max(confirmed) >= view.changed_at:
        return "confirmed"
    return "changed" if view.has_changed else "kept"


def _ripple(view: NoteView) -> Any:
    moment = now()
    asked = None
    if view.sources:
        first = view.sources[0]
        asked = Moment(first.room, on_day(first.started_at, moment).words)
    kinds = {one.kind for one in view.remarks}
    changed = on_day(view.changed_at, moment).words if view.has_changed else ""
    return wording_notes.ripple_of(
        kept=on_day(view.kept_at, moment),
        asked=asked,
        answered_by=[one.author for one in view.passages if one.part is Part.WHAT_WORKED],
        was_answered=bool(view.sources),
        tried=wording_notes.tried_words(helped=RemarkKind.HELPED in kinds, did_not=RemarkKind.DID_NOT in kinds),
        changed=changed,
    )


def _address(kind: str, public_id: str) -> str:
    return reverse("note", args=[public_id]) if kind == "note" else f"/conversations/{public_id}"


def _weave(one: queries.Woven) -> shown_as.Weave:
    return shown_as.Weave(
        Link(one.title, _address(one.kind, one.public_id)),
        one.why,
        "note" if one.kind == "note" else "conversation",
        one.weave_id,
        spoken(one.title),
    )


def _question(one: OpenQuestion) -> shown_as.QuestionLine:
    return shown_as.QuestionLine(
        id=one.public_id,
        title=one.title,
        url=f"/conversations/{one.public_id}",
        room=one.room.name,
        tool=tool_of(one.room.tool),
        when=on_day(one.started_at, now()),
        asker=one.asker,
        is_wondering=one.is_wondering,
        is_mine=one.is_mine,
        language=spoken(one.title),
    )


def _page(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return int(text) if text.isascii() and text.isdigit() and 0 < int(text) < 10_000 else 1  # noqa: PLR2004


def asked_of(viewer: Viewer) -> tuple[Asked, ...]:
    """For “my things”: what waits for the viewer's own yes."""
    return tuple(
        Asked(row, "passage" if kind == "passage" else "name", title, words)
        for kind, row, title, words in queries.asked_of(viewer)
    )


def credited_to(viewer: Viewer) -> tuple[Credited, ...]:
    """For “my things”: notes that thank the viewer, as far as the viewer reads them."""
    return tuple(
        Credited(one.credit_id, Link(one.title, reverse("note", args=[one.public_id])), one.is_on_my_page)
        for one in queries.thanked_in(viewer)
    )


def tell_what_was_answered(request: HttpRequest) -> None:
    """What the viewer wondered about and that is answered now: told once, and then nothing is kept of it."""
    viewer = viewer_of(request)
    answered = answered_that_i_wondered(viewer)
    for _row, _public_id, title in answered:
        messages.info(request, _("Answered, as you wondered: %(title)s") % {"title": title})
    if answered:
        take_answers_told(viewer, conversation_ids=[row for row, _public_id, _title in answered])
