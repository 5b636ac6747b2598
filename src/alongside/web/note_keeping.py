"""The page on which a note is kept from one conversation or several: already filled, for its reader alone until saved."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from alongside.audiences.queries import NotThere
from alongside.kit.refused import Refused
from alongside.notes import queries
from alongside.notes.actions import keeping
from alongside.notes.content import PARTS, Content
from alongside.notes.drafted import Drafted, drafted
from alongside.notes.drafting import Part as DraftPart
from alongside.notes.rules import Part, Readers
from alongside.people.rules import Viewer
from alongside.search.queries import find, unscoped_nearness
from alongside.web import presenting_notes as shown_as
from alongside.web.acting import answering_not_there
from alongside.web.pages import now, shown, viewer_of
from alongside.web.presenting import Link
from alongside.web.spoken import spoken
from alongside.web.wording import on_day

LONGEST_KEY = 100
# Of which one note can be kept by the page.
MOST_CONVERSATIONS = 8
CANDIDATES = 5


@require_http_methods(["GET", "HEAD", "POST"])
@answering_not_there
def keep(request: HttpRequest, public_id: str) -> HttpResponse:
    viewer = viewer_of(request)
    if request.method == "POST":
        if viewer.person_id is None:
            raise PermissionDenied
        return _kept(request, viewer, public_id)
    if viewer.person_id is None:
        return redirect("account_login")
    first = drafted(viewer, public_id, unscoped_nearness)
    draft = queries.draft_of(viewer, conversation_id=first.conversation_id)
    content = Content(**draft.words) if draft else Content(first.draft.title, "", "", "", "")
    found = [first, *_beside(viewer, first, draft.beside if draft else ())]
    return _page(request, viewer, found, content, draft=draft)


def content_of(request: HttpRequest) -> Content:
    return Content(request.POST.get("title", ""), *(request.POST.get(part, "") for part in PARTS))


def readers_of(request: HttpRequest) -> Readers:
    chosen = request.POST.get("audience", Readers.SAME.value)
    return Readers(chosen) if chosen in {one.value for one in Readers} else Readers.SAME


def _kept(request: HttpRequest, viewer: Viewer, public_id: str) -> HttpResponse:
    content, act = content_of(request), request.POST.get("act", "save")
    first = drafted(viewer, public_id, unscoped_nearness)
    found = [first, *_beside(viewer, first, request.POST.getlist("beside"))]
    if act == "discard":
        keeping.discard_draft(viewer, conversation_id=first.conversation_id)
        return redirect("conversation", public_id)
    if act == "draft":
        _save_draft(viewer, found, content)
        messages.info(request, _("Your draft is kept, for you alone."))
        return redirect("keep", public_id)
    # What stands in that field is looked at before anything is saved, also when Enter was pressed in it.
    if asked := request.POST.get("add", "") or request.POST.get("another", "").strip():
        return _with_another(request, viewer, found, content, asked)
    return _save(request, viewer, found, content)


def _save(request: HttpRequest, viewer: Viewer, found: Sequence[Drafted], content: Content) -> HttpResponse:
    texts = {row: text for one in found for row, text in one.texts.items()}
    authors = {author for one in found for author in one.authors}
    quoted = [_quoted(key, texts) for key in request.POST.getlist("passage")]
    try:
        note = keeping.keep(
            viewer,
            conversation_ids=[one.conversation_id for one in found],
            content=content,
            passages=[one for one in quoted if one is not None],
            credited=[
                keeping.Credited(int(key), request.POST.get(f"for-{key}", ""))
                for key in request.POST.getlist("credited")
                if key.isascii() and key.isdigit() and int(key) in authors
            ],
            readers=readers_of(request),
        )
    except Refused as refused:
        return _page(request, viewer, found, content, error=str(refused))
    messages.info(request, _("It is kept, and can be found by whoever may read it."))
    return redirect("note", note.public_id)


def _quoted(key: str, texts: dict[int, str]) -> keeping.Quoted | None:
    """`part:message:start:end` as the form gave it. What was removed meanwhile where it was said stays out."""
    part, _colon, place = key[:LONGEST_KEY].partition(":")
    numbers = place.split(":")
    if part not in {one.value for one in Part} or len(numbers) != 3 or not all(n.isdigit() for n in numbers):  # noqa: PLR2004
        raise Http404
    message, start, end = (int(number) for number in numbers)
    return keeping.Quoted(Part(part), message, texts[message][start:end]) if message in texts else None


def _beside(viewer: Viewer, first: Drafted, public_ids: Sequence[str]) -> list[Drafted]:
    """Other conversations, as far as the viewer reads them now."""
    found: list[Drafted] = []
    for public_id in dict.fromkeys(public_ids):
        if public_id != first.public_id and len(found) < MOST_CONVERSATIONS - 1:
            try:
                found.append(drafted(viewer, public_id, unscoped_nearness))
            except NotThere:
                continue
    return found


def _save_draft(viewer: Viewer, found: Sequence[Drafted], content: Content) -> None:
    beside = [one.public_id for one in found[1:]]
    keeping.save_draft(viewer, content=content, conversation_id=found[0].conversation_id, beside=beside)


def _with_another(
    request: HttpRequest, viewer: Viewer, found: Sequence[Drafted], content: Content, asked: str
) -> HttpResponse:
    """By its address, or one of those that its words find."""
    public_id = urlsplit(asked.strip()).path.rstrip("/").removesuffix("/keep").rsplit("/", 1)[-1]
    more = _beside(viewer, found[0], [public_id])
    if more:
        _save_draft(viewer, [*found, *more], content)
        return redirect("keep", found[0].public_id)
    here = {one.public_id for one in found}
    results = [one for one in find(viewer, asked, limit=CANDIDATES).results if one.kind == "conversation"]
    candidates = [Link(one.title, one.public_id) for one in results if one.public_id not in here]
    error = "" if candidates else _("There is no such conversation that you may read, and none that these words find.")
    return _page(request, viewer, found, content, error=error, another=asked, candidates=tuple(candidates))


def _page(
    request: HttpRequest,
    viewer: Viewer,
    found: Sequence[Drafted],
    content: Content,
    *,
    draft: Any = None,
    error: str = "",
    another: str = "",
    candidates: tuple[Link, ...] = (),
) -> HttpResponse:
    """Own words in the fields, and under each the passages that the machine found, marked until they are saved."""
    names = {one.author_id: one for part in found for one in part.draft.credited if one.author_id is not None}
    editing = shown_as.Editing(
        action=reverse("keep", args=[found[0].public_id]),
        back=Link(found[0].title, _address(found[0])),
        title=content.title,
        fields=tuple(_field(found, part, getattr(content, part.value)) for part in DraftPart),
        title_by_machine=draft is None and content.title == found[0].draft.title,
        audiences=_audiences(viewer, are_several=len(found) > 1),
        credited=tuple(
            shown_as.Credited(str(author), one.author, ", ".join(one.credits)) for author, one in names.items()
        ),
        beside=tuple(shown_as.Beside(one.public_id, Link(one.title, _address(one))) for one in found[1:]),
        another=another,
        candidates=candidates,
        can_add=len(found) < MOST_CONVERSATIONS,
        draft_kept=on_day(draft.saved_at, now()) if draft else None,
        error=error,
        language=spoken(content.title, *(one.text for part in found for one in part.messages)),
    )
    return shown(request, "note_edit.html", "notes", editing=editing)


def _address(one: Drafted) -> str:
    return f"/conversations/{one.public_id}"


def _audiences(viewer: Viewer, *, are_several: bool) -> tuple[shown_as.AudienceChoice, ...]:
    one, all_of_them = _("Everybody who may read that conversation"), _("Everybody who may read all of these")
    choices = [
        shown_as.AudienceChoice(Readers.SAME.value, all_of_them if are_several else one, is_chosen=True),
        shown_as.AudienceChoice(Readers.ME.value, _("Only me")),
    ]
    if viewer.reads_organisation:
        out = _("What was said in a closed room stays out until its author says yes; each is asked once, quietly.")
        choices.append(
            shown_as.AudienceChoice(Readers.ORGANISATION.value, _("Everybody in the organisation"), stays_out=out)
        )
    return tuple(choices)


def _field(found: Sequence[Drafted], part: DraftPart, text: str) -> shown_as.Field:
    return shown_as.Field(part.value, text, tuple(one for each in found for one in _passages(each, part)))


def _passages(found: Drafted, part: DraftPart) -> list[shown_as.Found]:
    said = {one.message_id: one for one in found.messages}
    return [
        shown_as.Found(
            key=f"{part.value}:{excerpt.message_id}:{excerpt.start}:{excerpt.end}",
            text=excerpt.text,
            by=said[excerpt.message_id].author,
            source=Link(found.room, f"{_address(found)}#{said[excerpt.message_id].anchor}"),
            when=on_day(said[excerpt.message_id].said_at, now()),
            by_machine=True,
        )
        for excerpt in found.draft.parts[part]
    ]
