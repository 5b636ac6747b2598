"""What the API can be asked, for programs: OpenAPI 3.1, made from the same shapes that bodies are checked against."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import msgspec
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from alongside.api import draft_shapes, own_shapes, shapes
from alongside.api.answering import MOST, answered

_JSON: Final = "application/json"
_IN_COMPONENTS: Final = "#/components/schemas/{name}"
_WHY: Final = {
    400: "It cannot be understood; the sentence says why.",
    401: "Nobody is known by this token, or nobody is there.",
    403: "A browser's cookie without the form token of the page.",
    404: "There is nothing here that you may read: hidden and missing are the same.",
    409: "It may not be; the sentence says why.",
}


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    schema: dict[str, Any]
    words: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    method: str
    path: str
    name: str
    words: str
    answer: type[msgspec.Struct] | None
    body: type[msgspec.Struct] | None = None
    status: int = 200
    asks: tuple[Parameter, ...] = ()


_PAGE: Final = Parameter("page", {"type": "integer", "minimum": 1, "maximum": 10_000, "default": 1})
_Q: Final = Parameter(
    "q", {"type": "string"}, "A question in your own words; in:#room, from:me, is:open, after: and before: narrow it."
)

OPERATIONS: Final = (
    Operation(
        "get", "/api/find", "find", "What answers a question, best first, as far as you may read it.", shapes.FoundShown,
        asks=(
            _Q,
            Parameter("limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": 10}),
            Parameter("order", {"type": "string", "enum": ["best", "newest"], "default": "best"}),
            Parameter("before", {"type": "string", "format": "date-time"}, "Only what was said before."),
        ),
    ),
    Operation(
        "get", "/api/complete", "complete", "Names of rooms that you may read, and words of open texts, beginning so.",
        shapes.Completed,
        asks=(Parameter("q", {"type": "string"}),),
    ),
    Operation("get", "/api/rooms", "rooms", "Rooms that you may read, the newest words first.", shapes.RoomsPage, asks=(_PAGE,)),
    Operation(
        "get", "/api/rooms/{id}", "room", "A room with its conversations, newest first.", shapes.RoomWithConversations,
        asks=(_PAGE,),
    ),
    Operation(
        "get", "/api/conversations/{id}", "conversation", "A conversation with its messages in order.",
        shapes.ConversationShown, asks=(_PAGE,),
    ),
    Operation(
        "get", "/api/conversations/{id}/related", "related", "Conversations close to this one.", shapes.RelatedPage
    ),
    Operation(
        "get", "/api/conversations/{id}/kept", "kept", "Notes kept from a conversation, and what is woven to it.",
        shapes.KeptFromIt,
    ),
    Operation(
        "get",
        "/api/conversations/{id}/draft",
        "draft",
        "Passages that a note could hold, chosen by a machine, for you to read before you keep it.",
        shapes.Drafted,
    ),
    Operation(
        "get", "/api/conversations/{id}/my-draft", "ownDraft", "What you are writing from it; nobody else is shown it.",
        draft_shapes.OwnDraft,
    ),
    Operation(
        "put", "/api/conversations/{id}/my-draft", "saveOwnDraft", "Keep it until you go on.", draft_shapes.OwnDraft,
        draft_shapes.Drafting,
    ),
    Operation("delete", "/api/conversations/{id}/my-draft", "discardOwnDraft", "Throw it away.", None, None, 204),
    Operation(
        "get", "/api/conversations/{id}/question", "question", "Whether it asks something, and is answered.",
        shapes.QuestionState,
    ),
    Operation(
        "put", "/api/conversations/{id}/question", "sayWhetherItAsks", "Its asker knows better than a rule.",
        shapes.QuestionState, shapes.Asking,
    ),
    Operation(
        "post", "/api/conversations/{id}/helped", "helped", "“These helped”, by the asker; “this helped me”, by anybody.",
        shapes.QuestionState, shapes.Helping,
    ),
    Operation(
        "post", "/api/conversations/{id}/helped/take-back", "takeBackThatItHelped", "What you said of it, unsaid.",
        shapes.QuestionState, shapes.NotHelping,
    ),
    Operation(
        "post", "/api/conversations/{id}/wonder", "wonder", "“I'd like to know too.” Known to nobody else.", None, None, 204
    ),
    Operation("delete", "/api/conversations/{id}/wonder", "stopWondering", "You no longer need to know.", None, None, 204),
    Operation(
        "get", "/api/questions", "questions", "Open questions, the one waiting longest first.", shapes.QuestionsPage,
        asks=(_PAGE,),
    ),
    Operation(
        "post", "/api/questions/answered", "takeAnswers", "What you wondered about and that is answered now. Told once.",
        shapes.Answered,
    ),
    Operation("get", "/api/notes", "notes", "Notes that you may read, the one kept last first.", shapes.NotesPage, asks=(_PAGE,)),
    Operation(
        "post", "/api/notes", "keep", "Keep what was learned in conversations, for who may read all of them.",
        shapes.NoteShown, shapes.Keeping, 201,
    ),
    Operation(
        "post", "/api/notes/tell", "tell", "“Today I learned …”: one sentence makes a note.", shapes.NoteShown,
        shapes.Telling, 201,
    ),
    Operation("get", "/api/notes/{id}", "note", "A note, as you may see it.", shapes.NoteShown),
    Operation(
        "put", "/api/notes/{id}", "change", "Mend a note. What somebody else wrote meanwhile is put together with it.",
        shapes.Changed, shapes.Changing,
    ),
    Operation(
        "get", "/api/notes/{id}/my-draft", "ownDraftOfNote", "What you are changing in it; nobody else is shown it.",
        draft_shapes.OwnDraft,
    ),
    Operation(
        "put", "/api/notes/{id}/my-draft", "saveOwnDraftOfNote", "Keep it until you go on.", draft_shapes.OwnDraft,
        draft_shapes.Mending,
    ),
    Operation("delete", "/api/notes/{id}/my-draft", "discardOwnDraftOfNote", "Throw it away.", None, None, 204),
    Operation("get", "/api/notes/{id}/revisions", "revisions", "Everything that it said, the newest first.", shapes.Revisions),
    Operation(
        "post", "/api/notes/{id}/put-back", "putBack", "Let it say again what a revision said, as a new revision.",
        shapes.NoteShown, shapes.PuttingBack,
    ),
    Operation(
        "post", "/api/notes/{id}/remarks", "remark", "“This helped me”, “it didn't, because …”, “still true”.", None,
        shapes.Remarking, 204,
    ),
    Operation(
        "post", "/api/notes/{id}/remarks/take-back", "takeRemarkBack", "What you said of it, unsaid.", None,
        shapes.TakingBack, 204,
    ),
    Operation("delete", "/api/weaves/{id}", "unweave", "Undo a link that you made.", None, None, 204),
    Operation("get", "/api/thanks", "thanks", "Notes that thank you. Only you see this.", shapes.ThanksPage),
    Operation(
        "put", "/api/thanks/{id}", "showThanks", "Put it on your own page of things, or take it off.", None, shapes.Showing, 204
    ),
    Operation("get", "/api/name-in-notes", "nameInNotes", "How you are named in notes that go wider.", shapes.NameInNotes),
    Operation(
        "put", "/api/name-in-notes", "chooseName", "As in the tool, another name, or “a colleague”.",
        shapes.NameInNotes, shapes.Calling,
    ),
    Operation("post", "/api/weaves", "weave", "Link two things that you may read, with a word why.", None, shapes.Weaving, 204),
    Operation("get", "/api/asked", "asked", "What of your words and your name waits for your yes.", shapes.Waiting),
    Operation("post", "/api/asked/passage/{id}", "answerPassage", "Yes or no to your words.", None, shapes.Answering, 204),
    Operation("post", "/api/asked/name/{id}", "answerName", "Yes or no to your name on a note.", None, shapes.Answering, 204),
    Operation(
        "post", "/api/feeds", "renewFeeds", "A new private address for feeds; the old one stops at once.", shapes.Feeds,
        None, 201,
    ),
    Operation(
        "get", "/api/me", "myself", "“What do you know of me?”: your accounts, your choices, everything stored about you.",
        own_shapes.Myself,
    ),
    Operation(
        "post", "/api/me/pause", "pause", "Leave my words out of find, suggestions and new notes, now and in later imports.",
        None, None, 204,
    ),
    Operation("post", "/api/me/go-on", "goOn", "Undo it.", None, None, 204),
    Operation(
        "post", "/api/me/forget", "forget", "Forget me, for good. What cannot be called back is in the answer.",
        own_shapes.Forgotten, own_shapes.Forgetting,
    ),
    Operation(
        "post", "/api/me/code", "offerCode", "A code, good once and for 15 minutes, to be said from another account of yours.",
        own_shapes.Code, None, 201,
    ),
    Operation(
        "post", "/api/me/join", "join", "Say a code that another account of yours was told: the two become one person.",
        None, own_shapes.CodeSaid, 204,
    ),
    Operation("post", "/api/me/part", "part", "Part an account from you again.", None, own_shapes.Parting, 204),
)  # fmt: skip


@cache
def description() -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for one in OPERATIONS:
        paths.setdefault(one.path, {})[one.method] = _operation(one)
    kinds = [kind for one in OPERATIONS for kind in (one.answer, one.body) if kind is not None]
    _refs, schemas = msgspec.json.schema_components([*dict.fromkeys(kinds), shapes.Error], ref_template=_IN_COMPONENTS)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Alongside",
            "version": "1",
            "description": "The same reads and acts as the pages, for whoever you are. No scores and no counts go out.",
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "Made under “My choices”."},
            },
        },
    }


def _operation(one: Operation) -> dict[str, Any]:
    is_write = one.method != "get"
    told: dict[str, Any] = {
        "operationId": one.name,
        "summary": one.words,
        "parameters": [*_in_path(one.path), *map(_parameter, one.asks)],
        "responses": {str(one.status): _answer(one), **dict(_errors(one))},
        "security": [{"token": []}] if is_write else [{"token": []}, {}],
    }
    if one.body is not None:
        told["requestBody"] = {"required": True, "content": {_JSON: {"schema": _reference(one.body)}}}
    return told


def _in_path(path: str) -> list[dict[str, Any]]:
    schema = {"type": "string", "minLength": 1, "pattern": "^[0-9a-z]+$"}
    return [{"name": "id", "in": "path", "required": True, "schema": schema}] if "{id}" in path else []


def _parameter(one: Parameter) -> dict[str, Any]:
    return {"name": one.name, "in": "query", "required": False, "schema": one.schema, "description": one.words}


def _answer(one: Operation) -> dict[str, Any]:
    if one.answer is None:
        return {"description": "It is done."}
    return {"description": one.words, "content": {_JSON: {"schema": _reference(one.answer)}}}


def _errors(one: Operation) -> Iterable[tuple[str, Any]]:
    statuses = (400, 401, 403, 404, 409) if one.method != "get" else (400, 401, 404)
    for status in statuses:
        yield str(status), {"description": _WHY[status], "content": {_JSON: {"schema": _reference(shapes.Error)}}}


def _reference(kind: type[msgspec.Struct]) -> dict[str, str]:
    return {"$ref": _IN_COMPONENTS.format(name=kind.__name__)}


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    del request
    return answered(description())
