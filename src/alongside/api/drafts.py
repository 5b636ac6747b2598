"""What somebody is writing, by the API: kept between two sittings, for them alone, as the pages keep it."""

from dataclasses import asdict

from django.http import HttpRequest

from alongside.api import draft_shapes, shapes
from alongside.api.acting import sent, writing
from alongside.api.answering import reading
from alongside.conversations.queries import conversation_row
from alongside.notes.actions import keeping
from alongside.notes.content import Content
from alongside.notes.queries import DraftView, draft_view, note_row
from alongside.people.rules import Viewer


@reading
def of_conversation(viewer: Viewer, _request: HttpRequest, public_id: str) -> draft_shapes.OwnDraft:
    return _shown(draft_view(viewer, conversation_id=conversation_row(viewer, public_id)))


@reading
def of_note(viewer: Viewer, _request: HttpRequest, public_id: str) -> draft_shapes.OwnDraft:
    return _shown(draft_view(viewer, note_id=note_row(viewer, public_id).pk))


def _save_of_conversation(actor: Viewer, request: HttpRequest, public_id: str) -> draft_shapes.OwnDraft:
    row, asked = conversation_row(actor, public_id), sent(request, draft_shapes.Drafting)
    keeping.save_draft(actor, content=_content(asked), conversation_id=row, beside=asked.beside)
    return _shown(draft_view(actor, conversation_id=row))


def _save_of_note(actor: Viewer, request: HttpRequest, public_id: str) -> draft_shapes.OwnDraft:
    row, asked = note_row(actor, public_id).pk, sent(request, draft_shapes.Mending)
    keeping.save_draft(actor, content=_content(asked), note_id=row, based_on=asked.based_on)
    return _shown(draft_view(actor, note_id=row))


def _discard_of_conversation(actor: Viewer, _request: HttpRequest, public_id: str) -> None:
    keeping.discard_draft(actor, conversation_id=conversation_row(actor, public_id))


def _discard_of_note(actor: Viewer, _request: HttpRequest, public_id: str) -> None:
    keeping.discard_draft(actor, note_id=note_row(actor, public_id).pk)


save_of_conversation, save_of_note = writing(_save_of_conversation), writing(_save_of_note)
discard_of_conversation, discard_of_note = writing(_discard_of_conversation), writing(_discard_of_note)


def _content(asked: draft_shapes.Drafting | draft_shapes.Mending) -> Content:
    return Content(**{name: getattr(asked.content, name) for name in draft_shapes.DRAFT_PARTS})


def _shown(draft: DraftView) -> draft_shapes.OwnDraft:
    written = shapes.WrittenThen(**asdict(draft.content))
    return draft_shapes.OwnDraft(written, draft.based_on, list(draft.beside), draft.saved_at)
