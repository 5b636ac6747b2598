"""What people say of questions and answers. A fact of a message each time; nothing of it is counted."""

from django.db import transaction
from django.db.models import Q

from alongside.audiences.queries import NotThere, readable_by
from alongside.conversations.models import Conversation, Helped, Message, Wondering
from alongside.conversations.queries import conversation_row
from alongside.conversations.rules import LONGEST_SENTENCE, may_say_it_asks
from alongside.journal.actions import tell
from alongside.journal.rules import Kind
from alongside.kit.refused import Refused
from alongside.people.rules import Viewer


def say_it_helped(actor: Viewer, *, message_id: int, sentence: str = "") -> None:
    """“This helped me”, in one act, with one sentence if one likes. By the asker it says: this answers it."""
    if actor.person_id is None and not actor.account_ids:
        raise Refused("Sign in first: it helped somebody.")
    message = readable_by(actor, Message.objects.filter(pk=message_id)).first()
    if message is None:
        raise NotThere
    who = {"person_id": actor.person_id, "account_id": None if actor.person_id else actor.account_ids[0]}
    with transaction.atomic():
        Helped.objects.filter(message=message, **{key: value for key, value in who.items() if value}).delete()
        Helped.objects.create(
            message=message,
            is_answer=_asked_it(actor, message.conversation_id),
            sentence=" ".join(sentence.split())[:LONGEST_SENTENCE],
            **who,
        )
        tell(Kind.CONVERSATIONS_CHANGED, [message.conversation_id])


def say_whether_it_asks(actor: Viewer, *, public_id: str, asks: bool) -> None:
    """Its asker (or a host, when there are hosts) knows better than a rule whether a conversation asks something."""
    row = conversation_row(actor, public_id)
    if not may_say_it_asks(is_asker=_asked_it(actor, row), is_host=False):
        raise Refused("Only who began this conversation can say whether it asks something.")
    Conversation.objects.filter(pk=row).update(asks=asks, asks_by_word=asks)


def wonder(actor: Viewer, *, public_id: str) -> None:
    """“I'd like to know, too”: known to nobody else."""
    if actor.person_id is None:
        raise Refused("Sign in first: you will be told here once it is answered.")
    Wondering.objects.get_or_create(conversation_id=conversation_row(actor, public_id), person_id=actor.person_id)


def stop_wondering(actor: Viewer, *, public_id: str) -> None:
    if actor.person_id is not None:
        row = conversation_row(actor, public_id)
        Wondering.objects.filter(conversation_id=row, person_id=actor.person_id).delete()


def take_answers_told(actor: Viewer, *, conversation_ids: list[int]) -> None:
    """Told once: after that nothing is kept of somebody's having wondered."""
    if actor.person_id is not None:
        Wondering.objects.filter(person_id=actor.person_id, conversation_id__in=conversation_ids).delete()


def _asked_it(actor: Viewer, conversation_id: int) -> bool:
    first = Message.objects.filter(conversation_id=conversation_id).order_by("said_at", "id").first()
    return first is not None and first.author_id in actor.account_ids


def take_back_that_it_helped(actor: Viewer, *, message_id: int) -> None:
    """Said once and taken back; nothing stays of it. What is hidden and what was never said are the same."""
    message = readable_by(actor, Message.objects.filter(pk=message_id)).first()
    if message is None:
        raise NotThere
    mine = Q(person_id=actor.person_id or 0) | Q(account_id__in=actor.account_ids)
    with transaction.atomic():
        if Helped.objects.filter(mine, message=message).delete()[0]:
            tell(Kind.CONVERSATIONS_CHANGED, [message.conversation_id])
