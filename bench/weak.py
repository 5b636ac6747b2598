"""`python -m bench.weak`: how well it says that nothing fits, on real questions, through the real import and find.

Questions asked of the texts that they were asked of may be answered there; the same questions asked of another
workplace's texts may not. The rule was chosen on one half of them and is scored on both; only the other half counts.
"""

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from zlib import crc32

import click

from bench.children import measured_by
from bench.fitting import SETS
from bench.installation import Installation, installation, write_lines
from bench.quality import archive_of
from bench.sets import DATA, Questions, load
from bench.tables import table

# Both about how a site of questions is kept: what one asks the other may well answer.
SISTERS = frozenset({"bicycles answers", "french answers"})
CHOSEN_ON, SCORED_ON = "chosen on", "held out"

Told = Mapping[tuple[str, str], Mapping[str, bool]]
"""By whose texts were asked and whose questions: which of them were told that nothing fits."""


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True, file_okay=False), default=DATA)
def main(data: Path) -> None:
    sets = {name: load(data, name) for name in SETS}
    rows: list[list[str]] = []
    for how, told in _told(data, sets).items():
        for half in (CHOSEN_ON, SCORED_ON):
            rows.append([how, half, "another workplace's", *_figures(told, half, near=False)])
            rows.append(["", "", "a sister site's", *_figures(told, half, near=True)])
    head = [
        "looked for by",
        "half",
        "questions that are not answered",
        "called weak",
        "precision",
        "recall",
        "of answered",
    ]
    print(table(head, rows, left=3))


def _told(data: Path, sets: Mapping[str, Questions]) -> Mapping[str, Told]:
    told: dict[str, dict[tuple[str, str], Mapping[str, bool]]] = {"words": {}, "words and meaning": {}}
    for name, questions in sets.items():
        with installation(encoding_threads=str(os.cpu_count() or 1)) as here:
            here.run("import", str(write_lines(here.home / "archive.jsonl", archive_of(questions))))
            here.run("rebuild")
            without = Installation(here.home, {"ALONGSIDE_MODEL": str(here.home / "no-model")})
            for how, asked in (("words", without), ("words and meaning", here)):
                for other, is_weak in measured_by(asked, "fitting", data).items():
                    told[how][name, other] = is_weak
                print(f"{name}: asked by {how}", file=sys.stderr, flush=True)
    return told


def _figures(told: Told, half: str, *, near: bool) -> list[str]:
    """Precision and recall of “nothing fits”, and how many of the answered were told so too."""
    answered = [weak for texts in SETS for weak in _of(told, texts, texts, half)]
    others = [(texts, asked) for texts in SETS for asked in SETS if texts != asked]
    not_answered = [
        weak for texts, asked in others if ({texts, asked} == SISTERS) is near for weak in _of(told, texts, asked, half)
    ]
    rightly, wrongly = sum(not_answered), sum(answered)
    shares = (rightly / max(rightly + wrongly, 1), rightly / len(not_answered), wrongly / len(answered))
    return [f"{rightly} of {len(not_answered)}", *(f"{share:.3f}" for share in shares)]


def _of(told: Told, texts: str, asked: str, half: str) -> Iterator[bool]:
    for query_id, weak in told[texts, asked].items():
        if crc32(f"{asked} {query_id}".encode()) % 2 == (half == SCORED_ON):
            yield weak


if __name__ == "__main__":
    main()
