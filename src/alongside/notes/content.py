"""What a note says: a title, and four parts in markdown."""

from dataclasses import astuple, dataclass, fields


@dataclass(frozen=True, slots=True)
class Content:
    title: str
    when: str
    what_worked: str
    why: str
    where_not: str


FIELDS = tuple(field.name for field in fields(Content))
"""In the order in which they are read; the title first."""
PARTS = FIELDS[1:]
EMPTY = Content("", "", "", "", "")


def tidied(content: Content) -> Content:
    """As it is stored: a browser sends CRLF and what was typed around the text, a revision keeps neither."""
    title, *parts = (text.replace("\r\n", "\n").replace("\r", "\n").strip() for text in astuple(content))
    return Content(" ".join(title.split()), *parts)
