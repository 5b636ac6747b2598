"""What waits for the index's threads is bounded by its length: tantivy alone bounds it by 10,000 documents."""

import subprocess
import sys
from pathlib import Path

import pytest

_WRITTEN = """
import random, sys
from pathlib import Path
from alongside.kit.memory import give_back_at_once
from alongside.search.rules import Unit, UnitMessage
from alongside.search.words import writing
from alongside.search.words.index import WordsIndex

def megabytes():
    told = dict(line.split(":", 1) for line in open("/proc/self/status"))
    return int(told["RssAnon"].split()[0]) // 1024

give_back_at_once()
chance, most = random.Random(1), 0
words = [f"word{number}" for number in range(2_000)]
texts = [" ".join(chance.choices(words, k=7_000)) for _ in range(40)]
with WordsIndex(Path(sys.argv[1]), writable=True, memory=30_000_000) as index:
    before = megabytes()
    for number in range(1_200):
        said = UnitMessage(number, texts[number % 40] + " ")
        index.write([Unit(number, 1, True, 1, 0, 0, "en", "Long", (said,))])
        most = max(most, megabytes())
    index.commit()
print(most - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems count otherwise")
def test_long_conversations_do_not_pile_up_in_memory(tmp_path: Path) -> None:
    """60 MB of text, of which 15 MB may wait, beside what the writer itself may take."""
    done = subprocess.run(
        [sys.executable, "-c", _WRITTEN, str(tmp_path)], check=True, capture_output=True, text=True, timeout=300
    )
    assert int(done.stdout) < 50
