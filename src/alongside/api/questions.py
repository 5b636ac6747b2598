"""Questions by the API: which wait, what is said of them, and who would like to know too."""

from django.http import HttpRequest

from alongside.api import shapes
from alongside.api.acting import sent, writing
from alongside.api.answering import number, reading
from alongside.api.notes import MOST_PAGES, Said
from alongside.conversations import asking
from alongside.conversations.actions import questions
from alongside.conversations.queries import conversation_row
from alongside.people.rules import Viewer


@reading
def waiting(viewer: Viewer, request: HttpRequest) -> shapes.QuestionsPage:
    found, has_more = asking.open_questions(viewer, number(request, "page", 1, MOST_PAGES))
    return shapes.QuestionsPage(
        [
            shapes.QuestionShown(
                id=one.public_id,
                title=one.title,
                room=one.room.name,
                tool=one.room.tool,
                asker=one.asker,
                asked_at=one.started_at,
                is_yours=one.is_mine,
                you_wonder=one.is_wondering,
                page=_page(one.public_id),
            )
            for one in found
        ],
        has_more,
    )


@reading
def state(viewer: Viewer, _request: HttpRequest, public_id: str) -> shapes.QuestionState:
    return _state(viewer, public_id)


def _state(viewer: Viewer, public_id: str) -> shapes.QuestionState:
    found = asking.question_state(viewer, conversation_row(viewer, public_id))
    return shapes.QuestionState(found.asks, found.is_answered, found.is_asker, found.is_wondering)


def _say_whether_it_asks(actor: Viewer, request: HttpRequest, public_id: str) -> shapes.QuestionState:
    questions.say_whether_it_asks(actor, public_id=public_id, asks=sent(request, shapes.Asking).asks)
    return _state(actor, public_id)


def _helped(actor: Viewer, request: HttpRequest, public_id: str) -> shapes.QuestionState:
    asked, here = sent(request, shapes.Helping), Said(actor)
    for row in [here.message(public_id, one.message, one.name) for one in asked.messages]:
        questions.say_it_helped(actor, message_id=row, sentence=asked.sentence)
    return _state(actor, public_id)


def _take_back(actor: Viewer, request: HttpRequest, public_id: str) -> shapes.QuestionState:
    asked, here = sent(request, shapes.NotHelping), Said(actor)
    for row in [here.message(public_id, one.message, one.name) for one in asked.messages]:
        questions.take_back_that_it_helped(actor, message_id=row)
    return _state(actor, public_id)


def _wonder(actor: Viewer, _request: HttpRequest, public_id: str) -> None:
    questions.wonder(actor, public_id=public_id)


def _stop_wondering(actor: Viewer, _request: HttpRequest, public_id: str) -> None:
    questions.stop_wondering(actor, public_id=public_id)


def _take_answers(actor: Viewer, _request: HttpRequest) -> shapes.Answered:
    """Told once: after that nothing is kept of it."""
    found = asking.answered_that_i_wondered(actor)
    questions.take_answers_told(actor, conversation_ids=[row for row, _, _ in found])
    return shapes.Answered([shapes.AnsweredShown(one, title, _page(one)) for _, one, title in found])


say_whether_it_asks, helped, take_back = writing(_say_whether_it_asks), writing(_helped), writing(_take_back)
wonder, stop_wondering, take_answers = writing(_wonder), writing(_stop_wondering), writing(_take_answers)


def _page(public_id: str) -> str:
    return f"/conversations/{public_id}"
