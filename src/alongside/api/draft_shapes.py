"""What goes in and out of the API of what somebody is still writing."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from alongside.api.shapes import TEXT, Id, Number, Strict, Words, WrittenThen
from alongside.notes.rules import LONGEST_TITLE


class WrittenSoFar(Strict):
    """As in a note, but nothing has to be there yet."""

    title: Annotated[str, Meta(max_length=LONGEST_TITLE, pattern=TEXT)] = ""
    when: Words = ""
    what_worked: Words = ""
    why: Words = ""
    where_not: Words = ""


DRAFT_PARTS = ("title", "when", "what_worked", "why", "where_not")


class Drafting(Strict):
    """`beside`: other conversations that the note will be kept from too."""

    content: WrittenSoFar
    beside: Annotated[list[Id], Meta(max_length=50)] = []


class Mending(Strict):
    """`based_on`: the revision that was read when the writing began."""

    content: WrittenSoFar
    based_on: Number


class OwnDraft(Strict):
    content: WrittenThen
    based_on: int
    beside: list[str]
    saved_at: datetime
