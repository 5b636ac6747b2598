"""What `conversations` holds of somebody: what they said, and said of what others did (see people/holders.py)."""

from collections.abc import Iterable, Iterator, Sequence

from django.db import transaction
from django.db.models import OuterRef, Q, Subquery

from alongside.conversations.actions.messages import remove
from alongside.conversations.models import Conversation, Helped, Message, Wondering
from alongside.conversations.own_words import my_rooms
from alongside.conversations.queries import rooms_readable, sealed_rooms_of
from alongside.conversations.questions import is_question
from alongside.conversations.rules import title_of
from alongside.journal.actions import tell
from alongside.journal.rules import IDS_PER_LINE, Kind
from alongside.people.queries import whom_of
from alongside.people.rules import Known, Viewer, Whom

A_STEP = 500


def tell_of(whom: Whom) -> None:
    """Indexes take these conversations again, with or without what they said. Some at a time: it may be a lot."""
    mine = Message.objects.filter(author_id__in=whom.account_ids).order_by("conversation_id")
    for some in _some_at_once(mine.values_list("conversation_id", flat=True).distinct().iterator(IDS_PER_LINE)):
        tell(Kind.CONVERSATIONS_CHANGED, some)


def _some_at_once(ids: Iterable[int]) -> Iterator[list[int]]:
    some: list[int] = []
    for one in ids:
        some.append(one)
        if len(some) == IDS_PER_LINE:
            yield some
            some = []
    if some:
        yield some


def forget_some(whom: Whom) -> int:
    """Their messages become nothing; others' answers stay, under a title that somebody else's words give."""
    mine = Message.objects.filter(author_id__in=whom.account_ids).order_by("id")
    rows = list(mine.values_list("id", "conversation_id")[:A_STEP])
    with transaction.atomic():
        helped = Helped.objects.filter(_by(whom)).delete()[0]
        wondering = Wondering.objects.filter(person_id=whom.person_id or 0).delete()[0]
        if rows:
            _forget_messages([row for row, _ in rows], sorted({conversation for _, conversation in rows}), whom)
    return len(rows) + helped + wondering


def _forget_messages(message_ids: Sequence[int], conversation_ids: Sequence[int], whom: Whom) -> None:
    begun = _begun_by(whom, conversation_ids)
    remove(None, message_ids=message_ids)
    _call_anew(begun)
    tell(Kind.WORDS_FORGOTTEN, conversation_ids)


def _by(whom: Whom) -> Q:
    return Q(account_id__in=whom.account_ids) | Q(person_id=whom.person_id or 0)


def _begun_by(whom: Whom, conversation_ids: Sequence[int]) -> list[int]:
    first = Message.objects.filter(conversation_id=OuterRef("pk")).order_by("said_at", "id").values("author_id")[:1]
    rows = Conversation.objects.filter(pk__in=conversation_ids).annotate(opener=Subquery(first))
    return list(rows.filter(opener__in=whom.account_ids).values_list("id", flat=True))


def _call_anew(conversation_ids: Sequence[int]) -> None:
    """A subject, too, is the words of who began: what begins a conversation now gives its title."""
    first = Message.objects.filter(conversation_id=OuterRef("pk")).order_by("said_at", "id").values("text")[:1]
    rows = list(Conversation.objects.filter(pk__in=conversation_ids).annotate(first_words=Subquery(first)))
    for row in rows:
        row.title = title_of("", row.first_words or "")
        row.asks, row.asks_by_word = is_question("", row.first_words or ""), None
    Conversation.objects.bulk_update(rows, ["title", "asks", "asks_by_word"], batch_size=A_STEP)


def known_of(viewer: Viewer) -> list[Known]:
    known = []
    spoke = sorted({room.name or "a room that you no longer read" for room in my_rooms(viewer)})
    if spoke:
        words = (*spoke, "All of it goes along with “Take my words with me”.")
        known.append(Known("Rooms in which you said something that is held here", words))
    if closed := [room.name for room in rooms_readable(viewer) if room.audience_kind == "closed"]:
        known.append(Known("Closed rooms that you are known to be in", tuple(closed)))
    if sealed := [f"{room.name} ({room.connection})" for room in sealed_rooms_of(viewer)]:
        known.append(Known("Sealed rooms of yours, which nobody reads yet", tuple(sealed)))
    known += _said_of_others(viewer)
    return known


def _said_of_others(viewer: Viewer) -> list[Known]:
    known = []
    helped = Helped.objects.filter(_by(whom_of(viewer))).order_by("id")
    if lines := [row.sentence or "A message, without a sentence." for row in helped]:
        known.append(Known("Of what you said that it helped you", tuple(lines)))
    wondering = Wondering.objects.filter(person_id=viewer.person_id or 0).select_related("conversation")
    if titles := [row.conversation.title for row in wondering.order_by("id") if _reads(viewer, row.conversation)]:
        known.append(Known("What you would like to know too, which nobody else knows", tuple(titles)))
    return known


def _reads(viewer: Viewer, conversation: Conversation) -> bool:
    from alongside.audiences.queries import readable_by

    return readable_by(viewer, Conversation.objects.filter(pk=conversation.pk)).exists()
