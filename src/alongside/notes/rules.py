"""What a note is made of, who may do what with it, and whether it is alive. Pure."""

from collections.abc import Collection
from dataclasses import astuple
from datetime import datetime
from enum import StrEnum

from alongside.notes.content import Content, tidied

LONGEST_TITLE = 200
LONGEST_PART = 20_000
LONGEST_SENTENCE = 500
LONGEST_NAME = 60
MOST_PASSAGES = 40


class Naming(StrEnum):
    """How somebody chose to be named in notes that more people read than heard what was said."""

    AS_THERE = "as in the tool"
    ANOTHER = "another name"
    COLLEAGUE = "a colleague"


class Part(StrEnum):
    """The four parts, in the order in which they are read."""

    WHEN = "when"
    WHAT_WORKED = "what_worked"
    WHY = "why"
    WHERE_NOT = "where_not"


class Standing(StrEnum):
    """What a passage or a name on a note waits for."""

    # A passage: to who may read where it was said, whatever becomes of that room. A name: to the note's readers.
    SHOWN = "shown"
    # By its author's own yes: to every reader of the note.
    AGREED = "agreed"
    ASKED = "asked"
    DECLINED = "declined"
    # Deleted where it was said: the words are gone here too, and the note says that something was here. A passage
    # that was changed beyond knowing keeps its standing, without its words.
    REMOVED = "removed"


class RemarkKind(StrEnum):
    HELPED = "helped"
    DID_NOT = "did not help"
    STILL_TRUE = "still true"


def fitted(content: Content) -> Content:
    """As much of it as a note holds."""
    title, *parts = astuple(tidied(content))
    return Content(title[:LONGEST_TITLE].rstrip(), *(text[:LONGEST_PART].rstrip() for text in parts))


class Readers(StrEnum):
    """Who reads a note, as its keeper chooses."""

    # Who may read everything that it was kept from.
    SAME = "same"
    # The keeper alone.
    ME = "me"
    # Everybody in the organisation, though not everything was said to all of them.
    ORGANISATION = "organisation"


def standing_of_passage(*, said_in: int, note_parts: Collection[int], said_openly: bool, is_own: bool) -> Standing:
    """A passage stands in a note whose readers all may read where it was said. In a wider one only by its author's
    yes: until then it is asked for. `note_parts` are the audiences that a note's reader must be able to read;
    `said_openly`: in the hearing of the organisation, which is the widest that a note gets.
    """
    if is_own:
        return Standing.AGREED
    return Standing.SHOWN if said_in in note_parts or said_openly else Standing.ASKED


def standing_of_changed(standing: Standing, *, as_if_new: Standing) -> Standing:
    """Of a passage whose author said it a little differently since. A yes was for other words: where one is needed,
    it is asked for anew. A no stays.
    """
    return standing if standing is Standing.DECLINED else as_if_new


def is_for_every_reader(
    standing: Standing, *, said_in: int, note_parts: Collection[int], said_openly: bool, is_for_organisation: bool
) -> bool:
    """Whether an index may hold a passage for all who read its note. An index knows the note's audience alone."""
    if standing is Standing.SHOWN:
        return said_in in note_parts or (said_openly and is_for_organisation)
    return standing is Standing.AGREED


def standing_of_name(*, was_said_there: bool, is_own: bool) -> Standing:
    """Who is quoted is named as where they said it; anybody else only by their own yes."""
    return Standing.SHOWN if was_said_there or is_own else Standing.ASKED


def goes_wider(*, is_for_organisation: bool, kept_from: Collection[bool]) -> bool:
    """Whether more people read a note than heard what it was kept from. `kept_from`: of each conversation whether it
    was said openly. Where it was kept from nothing, nobody heard it.
    """
    return is_for_organisation and not (kept_from and all(kept_from))


def naming_here(chosen: Naming, *, goes_wider: bool) -> Naming:
    """Where those read who heard it, everybody is called as they were called there: they know anyway."""
    return chosen if goes_wider else Naming.AS_THERE


def month_of(moment: datetime) -> tuple[int, int]:
    """How exactly it is said when a note was last alive: by month, so that nobody's day is told."""
    return moment.year, moment.month


def is_alive_by(kind: RemarkKind) -> bool:
    """Being kept, changed or confirmed keeps a note alive. That it helped, or did not, says nothing of now."""
    return kind is RemarkKind.STILL_TRUE


def weave_ends(left: tuple[str, int], right: tuple[str, int]) -> tuple[tuple[str, int], tuple[str, int]] | None:
    """The two ends of a weave in one order, so that the same link is one row; None for a thing and itself."""
    return None if left == right else (min(left, right), max(left, right))
