"""Both tantivy indexes, opened for writing by whoever holds their locks."""

import errno
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tantivy import Document, Index, IndexWriter, Query

from alongside.search.rules import Unit, parts_of
from alongside.search.words import languages_present
from alongside.search.words.languages_present import Present
from alongside.search.words.schema import (
    AUDIENCE,
    CLOSED,
    CONVERSATION,
    LAST_SAID,
    OPEN,
    ROOM,
    STARTED,
    TEXT,
    analyser,
    analyser_name,
    schema_for,
)

_CODE: Final = re.compile(r"\b(?:code:|os error) (\d+)")
_OF_A_THREAD: Final = "worker thread encountered an error"


class BusyError(Exception):
    """Somebody else writes this index just now."""


class Writing:
    """Both indexes under one lock of tantivy's each, and what is noted beside them."""

    def __init__(self, folder: Path, main_language: str, memory: int, threads: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        known = languages_present.read(folder)
        self._folder = folder
        self._present = known or Present(main_language)
        if known is None:
            languages_present.write(folder, self._present)
        self._waiting, self._most_waiting = 0, memory // 2
        with _faults_of_disk():
            self._open = _Side(folder / OPEN, self._present.main, memory, threads)
            try:
                self._closed = _Side(folder / CLOSED, self._present.main, memory, threads)
            except BaseException:
                self._open.close()  # or its lock would be held as long as somebody looks at the error
                raise

    def write(self, unit: Unit) -> None:
        self.forget(unit.conversation_id)
        self._present.note(unit)
        with _faults_of_disk():
            (self._open if unit.is_open else self._closed).add(unit)
        # tantivy lets 10,000 documents wait for its threads, however long each is; only a commit lets none wait.
        self._waiting += sum(len(message.text) for message in unit.messages)
        if self._waiting > self._most_waiting:
            self.commit()

    def forget(self, conversation_id: int) -> None:
        with _faults_of_disk():
            self._open.drop(conversation_id)
            self._closed.drop(conversation_id)

    def commit(self) -> None:
        """The open one first: killed in between, a conversation that was closed is in neither, never in both."""
        if self._present.is_changed:
            languages_present.write(self._folder, self._present)
        with _faults_of_disk():
            self._open.commit()
            self._closed.commit()
        self._waiting = 0

    def close(self) -> None:
        with _faults_of_disk():
            try:
                self._open.close()
            finally:
                self._closed.close()


@contextmanager
def _faults_of_disk() -> Iterator[None]:
    """Everything is a ValueError to tantivy. A full disk is none: it is told as what it is. Raises OSError."""
    try:
        yield
    except ValueError as failed:
        if found := _CODE.search(str(failed)):
            raise OSError(int(found[1]), os.strerror(int(found[1])), "the index of words") from failed
        if _OF_A_THREAD in str(failed):  # which one it does not tell
            raise OSError(errno.EIO, os.strerror(errno.EIO), "the index of words") from failed
        raise


class _Side:
    def __init__(self, folder: Path, main_language: str, memory: int, threads: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._main = analyser_name(main_language)
        self._schema = schema_for(main_language)
        self._index = Index(self._schema, str(folder))
        self._index.register_tokenizer(self._main, analyser(main_language))
        self._writer = _writer(self._index, memory, threads)
        self._committed = self._index.searcher()
        self._fresh: set[int] = set()
        self._is_changed = False

    def add(self, unit: Unit) -> None:
        for texts in parts_of(unit):
            self._writer.add_document(_document(unit, texts, self._main))
        self._fresh.add(unit.conversation_id)
        self._is_changed = True

    def drop(self, conversation_id: int) -> None:
        """Looks first: a commit of nothing but vain deletions would cost as much as any other.

        Not `delete_documents_by_term`: it makes a signed number of the id, matches nothing and says nothing.
        """
        if conversation_id in self._fresh or self._committed.doc_freq(CONVERSATION, conversation_id):
            query = Query.term_query(self._schema, CONVERSATION, conversation_id)
            self._writer.delete_documents_by_query(query)
            self._is_changed = True

    def commit(self) -> None:
        if not self._is_changed:
            return
        self._writer.commit()
        self._index.reload()
        self._committed = self._index.searcher()
        self._fresh.clear()
        self._is_changed = False

    def close(self) -> None:
        self._writer.wait_merging_threads()


def _writer(index: Index, memory: int, threads: int) -> IndexWriter:
    try:
        return index.writer(memory, threads)
    except ValueError as failed:
        if "lock" not in str(failed).lower() or _CODE.search(str(failed)):
            raise
        raise BusyError("Another process is writing this index of words.") from failed


def _document(unit: Unit, texts: Sequence[str], main: str) -> Document:
    """`Document(id=…)` would make signed numbers, at which the unsigned fast fields panic."""
    document = Document()
    document.add_unsigned(CONVERSATION, unit.conversation_id)
    document.add_unsigned(AUDIENCE, unit.audience_id)
    document.add_unsigned(ROOM, unit.room_id)
    document.add_unsigned(STARTED, max(unit.started_at, 0))
    document.add_unsigned(LAST_SAID, max(unit.last_said_at, 0))
    try:
        _add_texts(document, unit.language, texts, main)
    except UnicodeEncodeError:
        # Half a pair of surrogates, from a broken export. What was added before it is added again: no harm.
        _add_texts(document, unit.language, [_whole(text) for text in texts], main)
    return document


def _add_texts(document: Document, language: str, texts: Iterable[str], main: str) -> None:
    if analyser_name(language) == main:
        for text in texts:
            document.add_text(TEXT, text)
    else:
        document.add_pre_tokenized_text(TEXT, analyser(language).pre_tokenize("\n".join(texts)))


def _whole(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
