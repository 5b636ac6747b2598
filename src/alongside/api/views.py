"""JSON for scripts and tools. The same reads as the pages, the same viewer first, and no scores or counts."""

from typing import Any

from django.http import HttpRequest

from alongside.api.answering import MOST, moment, number, one_of, reading
from alongside.conversations.queries import conversation_page, room_page, rooms_at_home, rooms_beginning
from alongside.conversations.rules import anchor_of
from alongside.people.rules import Viewer
from alongside.search.completion import words_completed
from alongside.search.queries import Result
from alongside.search.queries import find as found_for
from alongside.search.queries import related as related_to
from alongside.search.rules import LONGEST_QUESTION


@reading
def find(viewer: Viewer, request: HttpRequest) -> Any:
    found = found_for(
        viewer,
        request.GET.get("q", ""),
        limit=number(request, "limit", 10),
        newest_first=one_of(request, "order", "best", "newest") == "newest",
        before=moment(request, "before"),
    )
    return {
        "results": [_result(result) for result in found.results],
        "remarks": [*found.remarks, *([found.words_only] if found.words_only else [])],
        "fits": bool(found.results) and not found.is_weak,
        "behind_seconds": found.behind_seconds,
        "sealed_rooms": list(found.sealed),
        "ask_in": [{"room": place.name, "tool": place.tool, "url": place.url} for place in found.places],
    }


@reading
def complete(viewer: Viewer, request: HttpRequest) -> Any:
    """Names of rooms that the viewer may read, for `in:#…`, and words of texts that are open to everybody."""
    typed = request.GET.get("q", "")[:LONGEST_QUESTION]
    letters = typed.rsplit("in:", 1)[-1]
    return {
        "rooms": [{"id": room.public_id, "name": room.name} for room in rooms_beginning(viewer, letters[:100])],
        "words": words_completed(viewer, typed),
    }


@reading
def rooms(viewer: Viewer, request: HttpRequest) -> Any:
    page = number(request, "page", 1, 10_000)
    return {
        "rooms": [
            {
                **_room(one.room),
                "newest": {"id": one.conversation_id, "title": one.title, "last_said_at": one.last_said_at},
            }
            for one in rooms_at_home(viewer, MOST, after=(page - 1) * MOST)
        ]
    }


@reading
def room(viewer: Viewer, request: HttpRequest, public_id: str) -> Any:
    page = room_page(viewer, public_id, number(request, "page", 1, 10_000))
    return {
        **_room(page.room),
        "conversations": [
            {"id": one.public_id, "title": one.title, "started_at": one.started_at, "last_said_at": one.last_said_at}
            for one in page.conversations
        ],
        "has_older": page.has_older,
    }


@reading
def conversation(viewer: Viewer, request: HttpRequest, public_id: str) -> Any:
    page = conversation_page(viewer, public_id, number(request, "page", 1, 10_000))
    return {
        "id": page.public_id,
        "title": page.title,
        "url": page.url,
        "started_at": page.started_at,
        "last_said_at": page.last_said_at,
        "room": _room(page.room),
        "messages": [
            {
                "id": anchor_of(message.said_at),
                "author": message.author,
                "said_at": message.said_at,
                "edited_at": message.edited_at,
                "html": message.html,
                "url": message.url,
                "helped": message.helped,
            }
            for message in page.messages
        ],
        "has_later": page.has_later,
    }


@reading
def related(viewer: Viewer, request: HttpRequest, public_id: str) -> Any:
    del request
    return {"related": related_to(viewer, public_id)}


def _room(one: Any) -> dict[str, Any]:
    return {
        "id": one.public_id,
        "name": one.name,
        "tool": one.tool,
        "connection": one.connection,
        "audience": one.audience_kind,
        "url": one.url,
    }


def _result(result: Result) -> dict[str, Any]:
    return {
        "kind": result.kind,
        "id": result.public_id,
        "source_id": result.source_id,
        "title": result.title,
        "tool": result.tool,
        "room": {"id": result.room_id, "name": result.room},
        "speaker": result.speaker,
        "said_at": result.said_at,
        "passage": [{"text": text, "marked": marked} for text, marked in result.passage],
        "url": result.url,
        "page": page_of(result),
    }


def page_of(result: Result) -> str:
    if result.kind == "note":
        return f"/notes/{result.public_id}"
    return f"/conversations/{result.public_id}#{result.anchor}"
