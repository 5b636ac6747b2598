"""A child: which of the real questions an installation says nothing fits."""

import sys
from pathlib import Path

from bench.children import start_django, tell
from bench.installation import READER
from bench.sets import load

# Questions that are not their own answer in the texts.
SETS = ("chat threads", "bicycles answers", "french answers")


def fits_nothing(data: Path) -> dict[str, dict[str, bool]]:
    """By whose questions they are; what finds nothing at all counts too."""
    from alongside.people.queries import unscoped_viewer_with_address
    from alongside.search.queries import find

    reader = unscoped_viewer_with_address(READER)

    def is_weak(question: str) -> bool:
        found = find(reader, question, is_prose=True)
        return found.is_weak or not found.results

    return {name: {one: is_weak(text) for one, text in load(data, name).queries.items()} for name in SETS}


def main() -> None:
    start_django()
    tell(fits_nothing(Path(sys.argv[1])))


if __name__ == "__main__":
    main()
