"""Notes by the API: read, kept, told, mended, woven. The same actions as the pages, and no more of anybody in them."""

from collections.abc import Sequence
from typing import Literal

from django.http import HttpRequest
from django.urls import reverse

from alongside.api import shapes
from alongside.api.acting import sent, writing
from alongside.api.answering import BadRequest, NotYours, number, reading, row_number
from alongside.audiences.queries import NotThere
from alongside.conversations.queries import conversation_row
from alongside.notes.actions import keeping, remarking
from alongside.notes.content import PARTS, Content
from alongside.notes.drafted import drafted
from alongside.notes.queries import (
    NoteLine,
    NoteView,
    PassageView,
    SaidThere,
    Woven,
    asked_of,
    newest_kept,
    note_view,
    notes_kept_from,
    revisions,
    said_there,
    weaves_of,
)
from alongside.notes.rules import Part, RemarkKind, Standing, month_of
from alongside.people.queries import unscoped_accounts_called
from alongside.people.rules import Viewer
from alongside.search.queries import unscoped_nearness

MOST_PAGES = 10_000
_NAMES_OF_REMARKS = {kind: name for name, kind in shapes.REMARKS_NAMED.items()}
_NAMES_OF_PARTS = {part: name for name, part in shapes.PARTS_NAMED.items()}


@reading
def newest(viewer: Viewer, request: HttpRequest) -> shapes.NotesPage:
    lines, has_more = newest_kept(viewer, number(request, "page", 1, MOST_PAGES))
    return shapes.NotesPage([_line(line) for line in lines], has_more)


@reading
def note(viewer: Viewer, _request: HttpRequest, public_id: str) -> shapes.NoteShown:
    return shown(note_view(viewer, public_id))


@reading
def all_revisions(viewer: Viewer, _request: HttpRequest, public_id: str) -> shapes.Revisions:
    return shapes.Revisions(
        [
            shapes.RevisionShown(one.number, one.made_at, one.name, _then(one.content))
            for one in revisions(viewer, public_id)
        ]
    )


@reading
def kept_from(viewer: Viewer, _request: HttpRequest, public_id: str) -> shapes.KeptFromIt:
    row = conversation_row(viewer, public_id)
    return shapes.KeptFromIt(
        [_line(line) for line in notes_kept_from(viewer, row)],
        [_woven(one) for one in weaves_of(viewer, conversation_id=row)],
    )


@reading
def draft(viewer: Viewer, _request: HttpRequest, public_id: str) -> shapes.Drafted:
    """What a machine chose, for who asked alone: it is kept nowhere, and nobody else is shown it."""
    if viewer.person_id is None and not viewer.account_ids:
        raise NotYours("Send a token, or sign in: a draft is for who keeps it.", 401)
    made = drafted(viewer, public_id, unscoped_nearness)
    said = {one.message_id: one for one in made.messages}
    spoke = {one.author_id: one for one in reversed(made.messages)}
    return shapes.Drafted(
        conversation=public_id,
        title=made.draft.title,
        passages=[
            shapes.PassageDrafted(
                _NAMES_OF_PARTS[Part(part.value)],
                public_id,
                said[one.message_id].anchor,
                one.text,
                said[one.message_id].author,
            )
            for part, excerpts in made.draft.parts.items()
            for one in excerpts
        ],
        credited=[
            shapes.CreditDrafted(public_id, spoke[one.author_id].anchor, one.author, ", ".join(one.credits))
            for one in made.draft.credited
            if one.author_id in spoke
        ],
    )


@reading
def waiting(viewer: Viewer, _request: HttpRequest) -> shapes.Waiting:
    """What of one's own words and name waits for one's own yes."""
    return shapes.Waiting(
        [
            shapes.AskedOfYou("passage" if kind == "passage" else "name", row, title, words)
            for kind, row, title, words in asked_of(viewer)
        ]
    )


def _keep(actor: Viewer, request: HttpRequest) -> shapes.NoteShown:
    asked = sent(request, shapes.Keeping)
    here = Said(actor)
    kept = keeping.keep(
        actor,
        conversation_ids=[here.row(one) for one in asked.conversations],
        content=_content(asked.content),
        passages=[
            keeping.Quoted(shapes.PARTS_NAMED[one.part], here.quoted(one.conversation, one.message, one.text), one.text)
            for one in asked.passages
        ],
        credited=[
            keeping.Credited(here.account(one.conversation, one.message, one.name), one.what_for)
            for one in asked.credited
        ],
        readers=shapes.READERS_NAMED[asked.readers],
    )
    return shown(note_view(actor, kept.public_id))


def _tell(actor: Viewer, request: HttpRequest) -> shapes.NoteShown:
    asked = sent(request, shapes.Telling)
    told = keeping.tell(
        actor,
        sentence=asked.sentence,
        named=unscoped_accounts_called(asked.named),
        for_organisation=asked.for_organisation,
    )
    return shown(note_view(actor, told.public_id))


def _change(actor: Viewer, request: HttpRequest, public_id: str) -> shapes.Changed:
    asked = sent(request, shapes.Changing)
    merged = keeping.change(actor, public_id=public_id, content=_content(asked.content), based_on=asked.based_on)
    conflicts = [
        shapes.ConflictShown(one.field, one.start, one.end, one.theirs, one.mine)  # type: ignore[arg-type]
        for one in merged.conflicts
    ]
    return shapes.Changed(shown(note_view(actor, public_id)), conflicts)


def _put_back(actor: Viewer, request: HttpRequest, public_id: str) -> shapes.NoteShown:
    keeping.put_back(actor, public_id=public_id, number=sent(request, shapes.PuttingBack).revision)
    return shown(note_view(actor, public_id))


def _remark(actor: Viewer, request: HttpRequest, public_id: str) -> None:
    asked = sent(request, shapes.Remarking)
    kind = shapes.REMARKS_NAMED[asked.kind]
    remarking.remark(actor, public_id=public_id, kind=kind, sentence=asked.sentence)


def _take_back(actor: Viewer, request: HttpRequest, public_id: str) -> None:
    kind = shapes.REMARKS_NAMED[sent(request, shapes.TakingBack).kind]
    remarking.take_remark_back(actor, public_id=public_id, kind=kind)


def _unweave(actor: Viewer, _request: HttpRequest, row: str) -> None:
    remarking.unweave(actor, weave_id=row_number(row))


def _weave(actor: Viewer, request: HttpRequest) -> None:
    asked = sent(request, shapes.Weaving)
    left, right = (asked.left.kind, asked.left.id), (asked.right.kind, asked.right.id)
    remarking.weave(actor, left=left, right=right, why=asked.why)


def _answer(actor: Viewer, request: HttpRequest, kind: str, row: str) -> None:
    is_yes = sent(request, shapes.Answering).is_yes
    if kind == "passage":
        remarking.answer_about_passage(actor, passage_id=row_number(row), is_yes=is_yes)
    elif kind == "name":
        remarking.answer_about_name(actor, credit_id=row_number(row), is_yes=is_yes)
    else:
        raise NotThere


def _renew_feeds(actor: Viewer, request: HttpRequest) -> shapes.Feeds:
    secret = remarking.renew_feed(actor)
    atom, json = (request.build_absolute_uri(reverse(name, args=[secret])) for name in ("feed-atom", "feed-json"))
    return shapes.Feeds(atom, json)


keep, tell, change = writing(_keep, status=201), writing(_tell, status=201), writing(_change)
put_back, remark, weave, answer = writing(_put_back), writing(_remark), writing(_weave), writing(_answer)
take_back, unweave = writing(_take_back), writing(_unweave)
renew_feeds = writing(_renew_feeds, status=201)


class Said:
    """Conversations that were named, each read once. Raises NotThere where the actor may not read."""

    def __init__(self, actor: Viewer) -> None:
        self._actor = actor
        self._here: dict[str, tuple[int, list[SaidThere]]] = {}

    def row(self, public_id: str) -> int:
        return self._conversation(public_id)[0]

    def quoted(self, public_id: str, anchor: str, text: str) -> int:
        """The message at this place that has these words; without any, the first, for the action to refuse."""
        said = self._at(public_id, anchor)
        words = " ".join(text.split())
        return next((one for one in said if words in " ".join(one.text.split())), said[0]).message_id

    def account(self, public_id: str, anchor: str, name: str) -> int:
        return self._of_one(public_id, anchor, name).account_id

    def message(self, public_id: str, anchor: str, name: str) -> int:
        return self._of_one(public_id, anchor, name).message_id

    def _of_one(self, public_id: str, anchor: str, name: str) -> SaidThere:
        said = [one for one in self._at(public_id, anchor) if not name or one.name == name]
        if len({one.account_id for one in said}) != 1:
            raise BadRequest(f"Not one, but nobody or several spoke at “{anchor}”: say the name as it stands there.")
        return said[0]

    def _at(self, public_id: str, anchor: str) -> Sequence[SaidThere]:
        said = [one for one in self._conversation(public_id)[1] if one.anchor == anchor]
        if not said:
            raise BadRequest(f"Nothing that you may read was said at “{anchor}” in that conversation.")
        return said

    def _conversation(self, public_id: str) -> tuple[int, list[SaidThere]]:
        if public_id not in self._here:
            self._here[public_id] = said_there(self._actor, public_id)
        return self._here[public_id]


def _content(written: shapes.Written) -> Content:
    return Content(written.title, written.when, written.what_worked, written.why, written.where_not)


def _then(content: Content) -> shapes.WrittenThen:
    return shapes.WrittenThen(content.title, content.when, content.what_worked, content.why, content.where_not)


def shown(view: NoteView) -> shapes.NoteShown:
    tried = {remark.kind for remark in view.remarks}
    return shapes.NoteShown(
        id=view.public_id,
        title=view.content.title,
        parts=shapes.PartsShown(
            **{part: shapes.PartShown(getattr(view.content, part), view.html.get(part, "")) for part in PARTS}
        ),
        revision=view.revision,
        kept_at=view.kept_at,
        kept_by=view.kept_by,
        changed_at=view.changed_at,
        alive_in=_month(view),
        audience=view.audience_kind,
        page=_page(view.public_id),
        passages=[_passage(one) for one in view.passages],
        credited=[shapes.CreditShown(one.name, one.what_for) for one in view.credits],
        helped=RemarkKind.HELPED in tried,
        did_not_help=RemarkKind.DID_NOT in tried,
        remarks=[
            shapes.RemarkShown(_NAMES_OF_REMARKS[one.kind], one.sentence, one.name, one.said_at)
            for one in view.remarks
            if one.sentence
        ],
        kept_from=[shapes.SourceShown(one.public_id, one.title, one.room, one.tool) for one in view.sources],
        woven=[_woven(one) for one in view.weaves],
    )


def _passage(one: PassageView) -> shapes.PassageShown:
    return shapes.PassageShown(
        part=_NAMES_OF_PARTS[one.part],
        text=one.text,
        author=one.author,
        said_at=one.said_at,
        conversation=one.conversation_id,
        is_removed=one.standing is Standing.REMOVED,
        is_changed=one.is_changed,
        waits_for_your_yes=one.standing is Standing.ASKED,
    )


def _woven(one: Woven) -> shapes.WovenShown:
    kind: Literal["note", "conversation"] = "note" if one.kind == "note" else "conversation"
    return shapes.WovenShown(kind, one.public_id, one.title, one.why, one.weave_id)


def _line(line: NoteLine) -> shapes.NoteLine:
    return shapes.NoteLine(line.public_id, line.title, line.kept_at, _month(line), line.is_open, _page(line.public_id))


def _month(one: NoteLine | NoteView) -> str:
    return "{}-{:02}".format(*month_of(one.alive_at))


def _page(public_id: str) -> str:
    return f"/notes/{public_id}"
