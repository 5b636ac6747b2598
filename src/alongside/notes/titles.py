"""A note's title that is somebody's own words, as they stand in what they said: it goes where those words go. Pure."""

from collections.abc import Iterable

from alongside.conversations.rules import title_of
from alongside.notes.following import followed, stands_in

# Of a shorter title nobody can say whose words it is: “Double invoices” is what anybody would call it.
_TELLS_WHOSE = 4
_CUT = " …"


def is_said_in(title: str, said: Iterable[str]) -> bool:
    """Whether these messages say it word for word; one that was cut to be a title says less."""
    words = title.removesuffix(_CUT)
    if len(words.split()) < _TELLS_WHOSE:
        return any(" ".join(one.split()) == words for one in said)
    return any(stands_in(words, one) for one in said)


def title_instead(title: str, *, now_said: Iterable[str], left: Iterable[str]) -> str:
    """What it became where it was changed slightly; otherwise how what is left begins."""
    words = title.removesuffix(_CUT)
    if changed := next((new for one in now_said if (new := followed(words, one))), ""):
        return title_of("", changed)
    begun = next((one for one in left if one.strip()), "")
    return title_of("", begun) if begun else "…"
