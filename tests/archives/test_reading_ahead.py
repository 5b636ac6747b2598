"""An archive read in a process of its own gives what it gives when read here."""

from pathlib import Path

import pytest

from alongside.archives.port import MessageRecord, Progress, Unreadable
from alongside.archives.reading_ahead import messages_ahead
from alongside.archives.recognising import recognised
from alongside.config.commands.trying import sample_folder
from alongside.kit.safe_html import plain_text


@pytest.mark.parametrize("name", ["slack.jsonl", "mail.jsonl"])
def test_what_another_process_reads_is_what_this_one_reads(name: str) -> None:
    path, progress = sample_folder() / name, Progress()
    here = list(recognised(path).reader.messages())
    ahead = list(messages_ahead(path, progress))
    assert len(here) == len(ahead) > 0
    for one, other in zip(here, ahead, strict=True):
        if isinstance(one, MessageRecord) and isinstance(other, MessageRecord):
            assert other.text == plain_text(one.html)
            assert (one.source_id, one.html, one.said_at) == (other.source_id, other.html, other.said_at)
        else:
            assert one == other
    assert progress.done == progress.total == path.stat().st_size


def test_what_cannot_be_read_is_said_as_it_is_here(tmp_path: Path) -> None:
    (tmp_path / "no-archive.txt").write_text("a shopping list")
    with pytest.raises(Unreadable, match="none of the archives"):
        list(messages_ahead(tmp_path / "no-archive.txt", Progress()))


def test_who_stops_taking_ends_the_process_that_reads() -> None:
    taken = messages_ahead(sample_folder() / "slack.jsonl", Progress())
    next(taken)
    taken.close()  # type: ignore[attr-defined]
    assert list(taken) == []
