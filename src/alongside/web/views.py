"""The pages that are read. Each takes the viewer first to the queries, and gives a template plain values."""

import json
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from alongside.audiences.rules import Kind
from alongside.conversations.queries import (
    ConversationPage,
    RoomAtHome,
    conversation_page,
    room_page,
    rooms_at_home,
    rooms_readable,
    sealed_rooms_of,
)
from alongside.conversations.rules import anchor_of
from alongside.notes.naming import name_chosen
from alongside.people.queries import accounts_of, choice_of, links_offered_to, tokens_of
from alongside.search.completion import completed
from alongside.search.queries import Found, Result
from alongside.search.queries import find as found_for
from alongside.search.queries import related as related_to
from alongside.search.rules import LONGEST_QUESTION
from alongside.web import presenting
from alongside.web.acting import answering_not_there
from alongside.web.charter import PROOFS, SO_FAR
from alongside.web.note_views import asked_of, credited_to, tell_what_was_answered
from alongside.web.pages import asked_to_sign_in, now, shown, shown_part, source_of, tool_of, viewer_of, whole_or_part
from alongside.web.spoken import spoken, spoken_each
from alongside.web.viewing import is_try_out
from alongside.web.wording import (
    Piece,
    at_time,
    audience_words,
    initials,
    looked_at,
    on_day,
    question_to_copy,
    span_words_of_seconds,
    without_title,
)
from alongside.web.wording_notes import freshness

ROOMS_A_PAGE = 12
# Of what does not fit well only the nearest few: a page of neighbours hides that there is no answer.
SHOWN_WHEN_WEAK = 3
# An archive says what it likes; what becomes a link is one of these.
_ADDRESSES = ("https://", "http://")
_LINKS = (*_ADDRESSES, "mailto:")


@require_safe
@gzip_page
@answering_not_there
def home(request: HttpRequest) -> HttpResponse:
    number = _page_number(request)
    tell_what_was_answered(request)
    rooms = rooms_at_home(viewer_of(request), ROOMS_A_PAGE + 1, after=(number - 1) * ROOMS_A_PAGE)
    return shown(
        request,
        "home.html",
        "home",
        home=presenting.Home(
            rooms=tuple(_room_line(one) for one in rooms[:ROOMS_A_PAGE]),
            samples=_sample_questions(request),
            pager=_pager(reverse("home"), number, has_older=len(rooms) > ROOMS_A_PAGE),
        ),
    )


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    question = request.GET.get("q", "").strip()
    newest = request.GET.get("order") == "newest"
    view = presenting.Find("") if not question else _find(request, question, newest_first=newest)
    return whole_or_part(request, "find.html", "find_results.html", "find", find=view)


@require_safe
def complete(request: HttpRequest) -> HttpResponse:
    """What the field of a question offers while somebody types; without JavaScript nobody asks for it."""
    typed = request.GET.get("q", "")[:LONGEST_QUESTION]
    return shown_part(request, "completed.html", questions=completed(viewer_of(request), typed))


@require_safe
@gzip_page
@answering_not_there
def room(request: HttpRequest, public_id: str) -> HttpResponse:
    number = _page_number(request)
    page = room_page(viewer_of(request), public_id, number)
    moment = now()
    lines = tuple(
        presenting.ConversationLine(
            one.title,
            _conversation_url(one.public_id),
            one.starter,
            on_day(one.last_said_at, moment),
            spoken(one.title),
            helped=one.helped,
        )
        for one in page.conversations
    )
    here = _room_url(public_id)
    view = presenting.Room(
        name=page.room.name,
        tool=tool_of(page.room.tool),
        audience=audience_words(page.room.audience_kind),
        source=_link(source_of(page.room.tool), page.room.url),
        conversations=lines,
        pager=_pager(here, number, has_older=page.has_older),
    )
    return shown(request, "room.html", "room", room=view)


@require_safe
@gzip_page
@answering_not_there
def conversation(request: HttpRequest, public_id: str) -> HttpResponse:
    viewer, number = viewer_of(request), _page_number(request)
    page = conversation_page(viewer, public_id, number)
    return shown(
        request,
        "conversation.html",
        "conversation",
        conversation=_conversation(page, can_act=viewer.person_id is not None),
    )


@require_safe
@answering_not_there
def close(request: HttpRequest, public_id: str) -> HttpResponse:
    """What is close to a conversation: a list that its page fetches, or a page of its own without JavaScript."""
    viewer, moment = viewer_of(request), now()
    page = conversation_page(viewer, public_id)
    related = tuple(
        presenting.Related(
            one.title,
            _conversation_url(one.public_id),
            tool_of(one.tool),
            one.room,
            on_day(one.last_said_at, moment),
            spoken(one.title),
        )
        for one in related_to(viewer, public_id)
    )
    here = presenting.Link(page.title, _conversation_url(public_id))
    view = presenting.Close(here, related, spoken(page.title))
    return whole_or_part(request, "close.html", "close_list.html", "conversation", close=view)


@require_safe
def things(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    if viewer.person_id is None:
        return asked_to_sign_in(request)
    closed = tuple(
        presenting.RoomLine(room.name, _room_url(room.public_id), tool_of(room.tool), audience_words("closed"))
        for room in rooms_readable(viewer)
        if room.audience_kind == Kind.CLOSED.value
    )
    sealed = tuple(presenting.SealedRoom(one.audience_id, one.name, one.connection) for one in sealed_rooms_of(viewer))
    view = presenting.Things(
        _accounts(viewer), closed, sealed, viewer.reads_organisation, asked_of(viewer), credited_to(viewer)
    )
    return shown(request, "things.html", "things", things=view)


@require_safe
def choices(request: HttpRequest) -> HttpResponse:
    if viewer_of(request).person_id is None:
        return asked_to_sign_in(request)
    return shown_choices(request)


def shown_choices(
    request: HttpRequest, *, new_token: str = "", feed_secret: str = "", new_code: str = ""
) -> HttpResponse:
    """The page of choices; with a new token or address, the one page that ever shows it."""
    viewer = viewer_of(request)
    offers = tuple(
        presenting.Offer(one.account_id, one.name, tool_of(one.tool), one.connection)
        for one in links_offered_to(viewer)
    )
    tokens = tuple(presenting.Token(one.token_id, one.name, on_day(one.made_at, now())) for one in tokens_of(viewer))
    named = name_chosen(viewer)
    choice = choice_of(viewer)
    addresses = [(words, name) for words, name in (("Atom", "feed-atom"), ("JSON Feed", "feed-json")) if feed_secret]
    view = presenting.Choices(
        offers,
        _accounts(viewer),
        tokens,
        new_token,
        has_feeds=viewer.reads_organisation,
        naming=named.naming.value,
        chosen_name=named.name,
        new_feeds=tuple(
            presenting.Link(words, request.build_absolute_uri(reverse(name, args=[feed_secret])))
            for words, name in addresses
        ),
        new_code=new_code,
        is_paused=choice.is_paused,
        is_paused_in_part=not choice.is_whole,
    )
    return shown(request, "choices.html", "choices", choices=view)


@require_safe
@gzip_page
def charter(request: HttpRequest) -> HttpResponse:
    so_far = {number: str(words) for number, words in SO_FAR.items()}
    return shown(request, "charter.html", "charter", charter=presenting.Charter(PROOFS, so_far))


def _find(request: HttpRequest, question: str, *, newest_first: bool) -> presenting.Find:
    viewer = viewer_of(request)
    found = found_for(viewer, question, newest_first=newest_first)
    results = found.results[:SHOWN_WHEN_WEAK] if found.is_weak else found.results
    other = {"q": question} if newest_first else {"q": question, "order": "newest"}
    return presenting.Find(
        asked=question,
        results=tuple(_result(result) for result in results),
        looked=_looked(found),
        order="newest" if newest_first else "best",
        other_order_url=f"{reverse('find')}?{urlencode(other)}" if len(results) > 1 else "",
        remarks=found.remarks,
        words_only=bool(found.words_only),
        weak=found.is_weak,
        places=tuple(
            presenting.Place(place.name, source_of(place.tool), place.url)
            for place in found.places
            if place.url.startswith(_LINKS)
        ),
        to_copy=question_to_copy(found.asked.text or question),
        has_sealed_page=viewer.person_id is not None,
        is_open=found.asked.is_open,
        open_url="" if found.asked.is_open else f"{reverse('find')}?{urlencode({'q': f'is:open {question}'})}",
    )


def _looked(found: Found) -> presenting.Looked:
    where = where_it_looked(found)
    behind = span_words_of_seconds(found.behind_seconds) if found.behind_seconds else ""
    return presenting.Looked(where, behind, found.sealed)


def where_it_looked(found: Found) -> tuple[str, ...]:
    """In sentences; none where there is no such room."""
    if found.looked_nowhere:
        return ()
    return looked_at(
        reads_organisation=found.reads_organisation,
        words_only=bool(found.words_only),
        is_narrowed=found.asked.is_narrowed,
    )


def _result(result: Result) -> presenting.Result:
    pieces: tuple[Piece, ...] = tuple(Piece(text, marked) for text, marked in result.passage)
    if not result.is_cut_before:
        pieces = without_title(pieces, result.title)
    before, after = [Piece("… ")] * result.is_cut_before, [Piece(" …")] * result.is_cut_after
    is_note = result.kind == "note"
    return presenting.Result(
        title=result.title,
        url=f"/notes/{result.public_id}" if is_note else f"{_conversation_url(result.public_id)}#{result.anchor}",
        tool=tool_of(result.tool),
        room=freshness("kept", result.said_at, now()).words if is_note else result.room,
        is_note=is_note,
        when=on_day(result.said_at, now()),
        speaker=result.speaker,
        passage=(*before, *pieces, *after),
        source=_link(source_of(result.tool), result.url),
        helped=result.helped,
        language=spoken(result.title, *(piece.text for piece in pieces)),
    )


def _conversation(page: ConversationPage, *, can_act: bool) -> presenting.Conversation:
    moment, here = now(), _conversation_url(page.public_id)
    language, *languages = spoken_each([page.title, *(message.html for message in page.messages)])
    return presenting.Conversation(
        title=page.title,
        room=presenting.Link(page.room.name, _room_url(page.room.public_id)),
        tool=tool_of(page.room.tool),
        audience=audience_words(page.room.audience_kind),
        when=on_day(page.started_at, moment),
        messages=tuple(_messages(page, moment, languages)),
        source=_link(source_of(page.room.tool), page.url),
        close_url=f"{here}/close",
        around_url=f"{here}/around",
        keep_url=f"{here}/keep",
        helped_url=f"{here}/helped",
        can_act=can_act,
        page=page.page,
        earlier_url=f"{here}?page={page.page - 1}" if page.has_earlier else "",
        later_url=f"{here}?page={page.page + 1}" if page.has_later else "",
        language=language,
    )


def _messages(page: ConversationPage, moment: Any, languages: Sequence[str]) -> Iterator[presenting.Message]:
    previous = None
    for message, language in zip(page.messages, languages, strict=True):
        said_at = message.said_at.astimezone(moment.tzinfo)
        when = at_time(said_at, moment, previous)
        yield presenting.Message(
            anchor_of(message.said_at),
            message.author,
            initials(message.author),
            when.words,
            when.exact,
            when.machine,
            message.html,
            on_day(message.edited_at, moment).exact if message.edited_at else "",
            message.helped,
            message.url if message.url.startswith(_ADDRESSES) else "",
            language,
        )
        previous = said_at


def _accounts(viewer: Any) -> tuple[presenting.AccountLine, ...]:
    return tuple(
        presenting.AccountLine(one.account_id, one.name, tool_of(one.tool), one.connection, one.email)
        for one in accounts_of(viewer)
    )


def _room_line(one: RoomAtHome) -> presenting.RoomLine:
    return presenting.RoomLine(
        name=one.room.name,
        url=_room_url(one.room.public_id),
        tool=tool_of(one.room.tool),
        audience=audience_words(one.room.audience_kind),
        latest=presenting.Link(one.title, _conversation_url(one.conversation_id)),
        when=on_day(one.last_said_at, now()),
        language=spoken(one.title),
    )


def _conversation_url(public_id: str) -> str:
    return f"/conversations/{public_id}"  # reverse() for every line of a page costs more than the page


def _room_url(public_id: str) -> str:
    return f"/rooms/{public_id}"


def _link(words: str, url: str) -> presenting.Link | None:
    return presenting.Link(words, url) if url.startswith(_LINKS) else None


def _page_number(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return int(text) if text.isascii() and text.isdigit() and 0 < int(text) < 100_000 else 1  # noqa: PLR2004


def _pager(here: str, number: int, *, has_older: bool) -> presenting.Pager:
    return presenting.Pager(f"{here}?page={number - 1}" * (number > 1), f"{here}?page={number + 1}" * has_older)


def _sample_questions(request: HttpRequest) -> tuple[str, ...]:
    return _questions() if is_try_out(request) and settings.HOME.name == "sample" else ()


@cache
def _questions() -> tuple[str, ...]:
    path = Path(__file__).parents[1] / "archives" / "sample" / "questions.json"
    return tuple(json.loads(path.read_text("utf-8")))
