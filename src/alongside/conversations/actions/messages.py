"""Taking in what was said. Nobody acts here but a tool: an archive's reader, later a bridge.

One transaction, one line of the journal, and safe to repeat: what is there already and has not changed stays.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db import connection, transaction
from django.db.models import OuterRef, Subquery

from alongside.audiences.queries import unscoped_goes_into
from alongside.conversations.kept_out import unscoped_kept_out
from alongside.conversations.models import Conversation, Message
from alongside.conversations.queries import unscoped_heard_before
from alongside.conversations.questions import is_question
from alongside.conversations.reading import time_or_none
from alongside.conversations.rules import (
    LOOK_BACK,
    Heard,
    Said,
    is_older_edit,
    joined_contexts,
    mark_of_words,
    tell_apart,
    title_of,
)
from alongside.journal.actions import tell
from alongside.journal.rules import Kind
from alongside.kit.ids import new_id

Key = tuple[int, str]

_INSERT = (
    "INSERT INTO conversations_message (conversation_id, audience_id, room_id, author_id, source_id, said_at,"
    " edited_at, html, text, url, helped, reply_to_source_id, first_brought_by, last_brought_by)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)


@dataclass(frozen=True, slots=True)
class Known:
    """A message that is here already."""

    id: int
    author_id: int
    conversation_id: int
    conversation: str
    html: str
    edited_at: datetime | None
    url: str
    helped: bool


@dataclass(slots=True)
class TakenIn:
    """What a batch came to. `before` holds what edits replaced, for taking an archive back; `by_others` what other
    accounts said under ids of messages that are here, which changed nothing; `kept_out` what its tool has taken away.
    """

    said: list[Said] = field(default_factory=list)
    by_others: list[Said] = field(default_factory=list)
    kept_out: list[Said] = field(default_factory=list)
    new: int = 0
    unchanged: int = 0
    before: list[dict[str, Any]] = field(default_factory=list)
    joined: list[dict[str, Any]] = field(default_factory=list)
    retitled: list[dict[str, Any]] = field(default_factory=list)
    touched: set[int] = field(default_factory=set)
    removed: set[int] = field(default_factory=set)


def take_in(_actor: None, *, said: Sequence[Said], audiences: Mapping[int, int], brought_by: int | None) -> TakenIn:
    """Bring in messages, in the order given. `audiences` maps a room to the audience of what is said in it now.

    A message whose room and source id are known is compared: changed words of its author replace what was there.
    """
    taken = TakenIn()
    with transaction.atomic():
        known = _known({(one.room_id, one.source_id): None for one in said})
        said = taken.said = _each_once(_still_there(said, known, taken), known, taken)
        contexts = _contexts(said, known)
        new: list[tuple[Said, Key]] = []
        for one, context in zip(said, contexts, strict=True):
            here = known.get((one.room_id, one.source_id))
            if here is None:
                new.append((one, (one.room_id, context)))
            elif _is_changed(here, one):
                _change(here, one, taken)
            else:
                taken.unchanged += 1
        conversations = _conversations(new, audiences, brought_by)
        inserted = [(one, conversations[key]) for one, key in new]
        _insert(inserted, brought_by, taken)
        _mark_as_brought([here.id for here in known.values()], brought_by)
        taken.retitled = retitle([(row["conversation_id"], row["text"]) for row in taken.before])
        _join(inserted, taken)
        tell(Kind.CONVERSATIONS_CHANGED, sorted(taken.touched - taken.removed))
        tell(Kind.CONVERSATIONS_REMOVED, sorted(taken.removed))
    return taken


def _still_there(said: Sequence[Said], known: Mapping[Key, Known], taken: TakenIn) -> list[Said]:
    kept_out = unscoped_kept_out({(one.room_id, one.source_id) for one in said} - known.keys())
    taken.kept_out = [one for one in said if (one.room_id, one.source_id) in kept_out]
    return [one for one in said if (one.room_id, one.source_id) not in kept_out]


def _each_once(said: Sequence[Said], known: Mapping[Key, Known], taken: TakenIn) -> list[Said]:
    """The last one of each; but what came late, after a newer edit of it, does not turn that back, and nobody puts words
    into the mouth of whoever said it first: ids of mails, say, can be given by anybody.
    """
    newest: dict[Key, Said] = {}
    for one in said:
        before, here = newest.get((one.room_id, one.source_id)), known.get((one.room_id, one.source_id))
        if (first := here or before) and first.author_id != one.author_id:
            taken.by_others.append(one)
        elif before is None or not is_older_edit(one.edited_at, before.edited_at):
            newest[one.room_id, one.source_id] = one
    return list(newest.values())


def _found_by(keys: Collection[Key], columns: str, table: str) -> list[tuple[Any, ...]]:
    """Rows of these rooms and source ids, each by one step down the index.

    Not `(room_id, source_id) IN (VALUES …)`: SQLite reads the whole table for that, so that an import took the square
    of its length. CROSS JOIN keeps the order in which it is written.
    """
    if not keys:
        return []
    asked = ", ".join(["(%s, %s)"] * len(keys))
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH asked (room, source) AS (VALUES {asked}) SELECT {columns} FROM asked CROSS JOIN {table}"
            " WHERE one.room_id = asked.room AND one.source_id = asked.source",
            [value for key in keys for value in key],
        )
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _known(keys: Collection[Key]) -> dict[Key, Known]:
    columns = (
        "one.room_id, one.source_id, one.id, one.author_id, one.conversation_id, v.source_id, one.html, one.edited_at,"
        " one.url, one.helped"
    )
    table = "conversations_message one JOIN conversations_conversation v ON v.id = one.conversation_id"
    return {(row[0], row[1]): Known(*row[2:10]) for row in _found_by(keys, columns, table)}


def _conversations_of(keys: Collection[Key]) -> dict[Key, str]:
    """What the conversations of these messages are called, where the messages are here."""
    table = "conversations_message one JOIN conversations_conversation v ON v.id = one.conversation_id"
    return {(row[0], row[1]): row[2] for row in _found_by(keys, "one.room_id, one.source_id, v.source_id", table)}


def _contexts(said: Sequence[Said], known: Mapping[Key, Known]) -> list[str]:
    """The source id of each message's conversation."""
    parents = {(one.room_id, one.context) for one in said if one.context and one.context != one.source_id}
    named = {key: here.conversation for key, here in known.items()}
    named |= _conversations_of(sorted(parents - named.keys()))
    threaded = joined_contexts(said, named)
    flat = _told_apart([one for one in said if one.context is None], named)
    return [
        named.get((one.room_id, one.source_id)) or context or flat[one.room_id, one.source_id]
        for one, context in zip(said, threaded, strict=True)
    ]


def _told_apart(flat: Sequence[Said], named: Mapping[Key, str]) -> dict[Key, str]:
    told: dict[Key, str] = {}
    ordered = sorted(flat, key=attrgetter("room_id", "said_at"))
    for room_id, of_room in groupby(ordered, key=attrgetter("room_id")):
        messages = [
            Heard(
                one.source_id,
                one.author_id,
                one.said_at,
                named.get((room_id, one.source_id)),
                one.reply_to,
                one.mentions,
            )
            for one in of_room
        ]
        earlier = unscoped_heard_before(room_id, messages[0].said_at, LOOK_BACK)
        contexts = tell_apart(earlier, messages)
        told |= {(room_id, one.source_id): context for one, context in zip(messages, contexts, strict=True)}
    return told


def _conversations(
    new: Sequence[tuple[Said, Key]], audiences: Mapping[int, int], brought_by: int | None
) -> dict[Key, tuple[int, int]]:
    """Row and audience of the conversation into which what is new of each thread goes; those not there yet are begun."""
    firsts: dict[Key, Said] = {}
    for one, key in new:
        firsts.setdefault(key, one)
    found = _fitting(_conversation_rows(firsts), audiences)
    missing = [
        Conversation(
            public_id=new_id(),
            room_id=key[0],
            audience_id=audiences[key[0]],
            source_id=key[1],
            title=title_of(first.subject, first.text),
            asks=is_question(first.subject, first.text),
            started_at=first.said_at,
            last_said_at=first.said_at,
            first_brought_by=brought_by,
        )
        for key, first in firsts.items()
        if key not in found
    ]
    if missing:
        Conversation.objects.bulk_create(missing)
        found |= _fitting(_conversation_rows([(one.room_id, one.source_id) for one in missing]), audiences)
    return found


def _conversation_rows(keys: Collection[Key]) -> dict[Key, dict[int, int]]:
    """The conversations of these threads, by their audience: what was said to others in a thread stands apart."""
    columns = "one.room_id, one.source_id, one.audience_id, one.id"
    rows: dict[Key, dict[int, int]] = {}
    for room_id, source_id, audience_id, row in _found_by(keys, columns, "conversations_conversation one"):
        rows.setdefault((room_id, source_id), {})[audience_id] = row
    return rows


def _fitting(rows: Mapping[Key, Mapping[int, int]], audiences: Mapping[int, int]) -> dict[Key, tuple[int, int]]:
    """Of each thread the conversation into which something said to its room's audience now may go: that of the same
    audience, or one that lets nobody read it who may not. Never one that more people read, or that is not sealed.
    """
    goes_into = cache(unscoped_goes_into)
    found = {}
    for key, by_audience in rows.items():
        now = audiences[key[0]]
        fits = (one for one in sorted(by_audience, key=lambda one: (one != now, one)) if goes_into(now, one))
        if (audience_id := next(fits, None)) is not None:
            found[key] = by_audience[audience_id], audience_id
    return found


def _insert(new: Sequence[tuple[Said, tuple[int, int]]], brought_by: int | None, taken: TakenIn) -> None:
    if not new:
        return
    adapt = connection.ops.adapt_datetimefield_value
    rows = [
        (
            conversation_id, audience_id, one.room_id, one.author_id, one.source_id, adapt(one.said_at),
            adapt(one.edited_at) if one.edited_at else None, one.html, one.text, one.url, one.helped, one.reply_to,
            brought_by, brought_by,
        )
        for one, (conversation_id, audience_id) in new
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.executemany(_INSERT, rows)
    taken.new += len(rows)
    ids = {row[0] for row in rows}
    taken.touched |= ids
    settle(sorted(ids))


def settle(conversation_ids: Sequence[int]) -> None:
    """When a conversation began and was last spoken in follows from its messages."""
    if not conversation_ids:
        return
    marks = ", ".join("%s" for _ in conversation_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conversations_conversation SET"
            " started_at = (SELECT min(m.said_at) FROM conversations_message m"
            " WHERE m.conversation_id = conversations_conversation.id),"
            " last_said_at = (SELECT max(m.said_at) FROM conversations_message m"
            f" WHERE m.conversation_id = conversations_conversation.id) WHERE id IN ({marks})",
            list(conversation_ids),
        )


def retitle(replaced: Sequence[tuple[int, str]]) -> list[dict[str, Any]]:
    """A conversation called after words that were edited away or deleted is called after what now begins it.

    `replaced` are conversations with words that stood in them; a title that was a subject stays.
    """
    titles: dict[int, set[str]] = {}
    for conversation_id, text in replaced:
        titles.setdefault(conversation_id, set()).add(title_of("", text))
    changed = [row for row in with_first_words(titles) if row.title in titles[row.pk]]
    before = [{"id": row.pk, "title": row.title} for row in changed]
    for row in changed:
        row.title = title_of("", row.first_words)
    Conversation.objects.bulk_update(changed, ["title"], batch_size=500)
    return before


def with_first_words(conversation_ids: Iterable[int]) -> list[Any]:
    """Conversations that hold something, with the words that begin them."""
    first = Message.objects.filter(conversation_id=OuterRef("pk")).order_by("said_at", "id").values("text")[:1]
    rows = Conversation.objects.filter(pk__in=list(conversation_ids)).annotate(first_words=Subquery(first))
    return list(rows.filter(first_words__isnull=False))


def _is_changed(here: Known, one: Said) -> bool:
    """An older export than what is here does not turn an edit back."""
    if is_older_edit(one.edited_at, time_or_none(here.edited_at)):
        return False
    return here.html != one.html or bool(here.helped) != one.helped or here.url != one.url


def _change(here: Known, one: Said, taken: TakenIn) -> None:
    row = Message.objects.get(pk=here.id)
    taken.before.append({**as_it_was(row), "left": mark_of_words(one.html)})
    row.html, row.text, row.url, row.helped, row.edited_at = (
        one.html,
        one.text,
        one.url,
        one.helped,
        one.edited_at,
    )
    row.save(update_fields=["html", "text", "url", "helped", "edited_at"])
    taken.touched.add(here.conversation_id)


def as_it_was(row: Message) -> dict[str, Any]:
    """A message's columns, for putting it back when an archive is taken back."""
    return {column.attname: getattr(row, column.attname) for column in Message._meta.concrete_fields}


def _mark_as_brought(ids: Sequence[int], brought_by: int | None) -> None:
    if ids and brought_by is not None:
        Message.objects.filter(pk__in=ids).update(last_brought_by=brought_by)


def _join(new: Sequence[tuple[Said, tuple[int, int]]], taken: TakenIn) -> None:
    """A message came whose answers had begun a conversation of their own, called after it: they belong together."""
    keys = {(one.room_id, one.source_id): conversation for one, conversation in new if one.context}
    if not keys:
        return
    for key, by_audience in _conversation_rows(keys).items():
        home, audience_of_home = keys[key]
        # What was said to others stays apart: a conversation is read, titled and indexed as one.
        orphan = by_audience.get(audience_of_home, home)
        if orphan == home:
            continue
        moved = Message.objects.filter(conversation_id=orphan)
        said = dict(moved.values_list("id", "text"))
        row = conversation_as_it_was(Conversation.objects.get(pk=orphan), list(said.values()))
        taken.joined.append({**row, "messages": list(said), "into": home})
        moved.update(conversation_id=home)
        Conversation.objects.filter(pk=orphan).delete()
        settle([home])
        taken.touched.add(home)
        taken.removed.add(orphan)


@dataclass(frozen=True, slots=True)
class Gone:
    """What was removed, as it was, for taking an archive back."""

    messages: list[dict[str, Any]]
    conversations: list[dict[str, Any]]
    retitled: list[dict[str, Any]]


def remove(_actor: None, *, message_ids: Sequence[int]) -> Gone:
    """Follow a deletion in the tool; a conversation with nothing left in it goes too."""
    with transaction.atomic():
        rows = list(Message.objects.filter(pk__in=message_ids))
        touched = sorted({row.conversation_id for row in rows})
        conversations = {row.pk: row for row in Conversation.objects.filter(pk__in=touched)}
        Message.objects.filter(pk__in=[row.pk for row in rows]).delete()
        retitled = retitle([(row.conversation_id, row.text) for row in rows])
        empty = remove_empty(touched)
    texts: dict[int, list[str]] = {}
    for row in rows:
        texts.setdefault(row.conversation_id, []).append(row.text)
    messages = [{**as_it_was(row), "context": conversations[row.conversation_id].source_id} for row in rows]
    gone = [conversation_as_it_was(conversations[one], texts[one]) for one in empty]
    return Gone(messages, gone, retitled)


def remove_empty(conversation_ids: Sequence[int]) -> list[int]:
    """Conversations that lost messages: those with none left go and are returned, the others settle."""
    left = set(
        Message.objects.filter(conversation_id__in=conversation_ids)
        .values_list("conversation_id", flat=True)
        .distinct()
    )
    empty = sorted(set(conversation_ids) - left)
    Conversation.objects.filter(pk__in=empty).delete()
    if left:
        settle(sorted(left))
    tell(Kind.CONVERSATIONS_CHANGED, sorted(left))
    tell(Kind.CONVERSATIONS_REMOVED, empty)
    return empty


def conversation_as_it_was(row: Conversation, texts: Sequence[str]) -> dict[str, Any]:
    """Its columns, and whether its title is a subject and not the words of something said in it."""
    columns = {column.attname: getattr(row, column.attname) for column in Conversation._meta.concrete_fields}
    return {**columns, "is_subject": row.title not in {title_of("", text) for text in texts}}
