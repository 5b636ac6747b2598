"""One of the two tantivy indexes, opened for reading."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Final

from tantivy import Index, Query, Schema, Searcher

from alongside.search.rules import Proposal
from alongside.search.words.languages_present import stamp_of
from alongside.search.words.schema import CONVERSATION, LAST_SAID, TEXT, schema_for

_META: Final = "meta.json"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An index as it stood at one commit."""

    searcher: Searcher
    schema: Schema
    total: int
    forgotten: int
    """Conversations and former states of them that nobody finds, but that are on the disk until a merge."""

    def count(self, stem: str) -> int:
        return self.searcher.doc_freq(TEXT, stem)

    def best(self, query: Query, limit: int, *, newest_first: bool) -> list[Proposal]:
        """A long conversation is several documents; its best counts.

        The query is the whole limit on what is read: asking again for more only makes up for such doubles.
        """
        fetch = limit
        while True:
            hits = self._hits(query, fetch, newest_first=newest_first)
            if len(hits) < fetch or len({proposal.conversation_id for proposal in hits}) >= limit:
                return list({p.conversation_id: p for p in reversed(hits)}.values())[::-1][:limit]
            fetch *= 2

    def _hits(self, query: Query, limit: int, *, newest_first: bool) -> list[Proposal]:
        order = LAST_SAID if newest_first else None
        hits = self.searcher.search(query, limit, count=False, order_by_field=order).hits
        hits = [hit for hit in hits if hit[0] > 0]
        conversations = self.searcher.fast_field_values(CONVERSATION, [address for _, address in hits])
        return [Proposal(int(id_ or 0), float(score)) for (score, _), id_ in zip(hits, conversations, strict=True)]


@dataclass(slots=True)
class ReadingSide:
    folder: Path
    _index: Index | None = None
    _schema: Schema | None = None
    _stamp: tuple[int, int] = (0, 0)
    _snapshot: Snapshot | None = None
    _lock: Lock = field(default_factory=Lock)

    def now(self, main_language: str) -> Snapshot | None:
        """The last commit. One look at a file decides whether there is a newer one."""
        stamp = stamp_of(f"{self.folder}/{_META}")
        if stamp != self._stamp:
            with self._lock:
                self._renew(stamp, main_language)
        return self._snapshot

    def _renew(self, stamp: tuple[int, int], main_language: str) -> None:
        if self._index is None:
            self._index = Index.open(str(self.folder))
            self._index.config_reader("manual")
            self._schema = schema_for(main_language)
        self._index.reload()
        assert self._schema is not None
        total, forgotten = _sizes(self.folder)
        self._snapshot = Snapshot(self._index.searcher(), self._schema, total, forgotten)
        self._stamp = stamp


def _sizes(folder: Path) -> tuple[int, int]:
    segments = json.loads((folder / _META).read_text("utf-8"))["segments"]
    forgotten = sum((segment["deletes"] or {}).get("num_deleted_docs", 0) for segment in segments)
    return sum(segment["max_doc"] for segment in segments), forgotten
