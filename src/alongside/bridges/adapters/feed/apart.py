"""Strangers' bytes are read in a process of their own, with limits of time and memory.

Measured: 130 kB of empty lines keep feedparser's patterns busy for a minute, and while they are, nothing else in the
process runs. Here that costs the feed alone, and it is looked at again later.
"""

import asyncio
import os
import resource
import sys
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from alongside.bridges.adapters.feed.page import FeedLink, feed_links
from alongside.bridges.adapters.feed.reading import FoundFeed, read_feed

_SECONDS: Final = 10  # of a processor
_SECONDS_ALTOGETHER: Final = 60.0  # on a machine that has other things to do
_MEMORY: Final = 1_500_000_000
_AT_ONCE: Final = 2
_KEPT: Final = ("PATH", "PYTHONPATH", "LANG", "LC_ALL")  # nothing of ours: there are secrets among it


class Unreadable(Exception):
    """It could not be read within its limits."""


class _Asked(msgspec.Struct, kw_only=True):
    body: bytes
    content_type: str
    address: str
    tags: tuple[str, ...] = ()
    most: int = 100
    is_page: bool = False


class _Answer(msgspec.Struct):
    feed: FoundFeed | None = None
    links: tuple[FeedLink, ...] = ()


class Apart:
    """Two processes at a time, each for one body."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(_AT_ONCE)

    async def feed(
        self, body: bytes, content_type: str, address: str, tags: Sequence[str] = (), most: int = 100
    ) -> FoundFeed | None:
        """Raises Unreadable."""
        asked = _Asked(body=body, content_type=content_type, address=address, tags=tuple(tags), most=most)
        return (await self._read(asked)).feed

    async def links(self, body: bytes, content_type: str, address: str) -> Sequence[FeedLink]:
        """Raises Unreadable."""
        asked = _Asked(body=body, content_type=content_type, address=address, is_page=True)
        return (await self._read(asked)).links

    async def _read(self, asked: _Asked) -> _Answer:
        async with self._free:
            said = await _said_by_a_process(msgspec.json.encode(asked))
        try:
            return msgspec.json.decode(said, type=_Answer)
        except msgspec.MsgspecError as error:
            raise Unreadable from error


async def _said_by_a_process(question: bytes) -> bytes:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",  # what lies in the folder that we were started in is no module of ours
        "-m",
        __name__,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={name: os.environ[name] for name in _KEPT if name in os.environ},
    )
    try:
        async with asyncio.timeout(_SECONDS_ALTOGETHER):
            said, _ = await process.communicate(question)
    except TimeoutError as error:
        raise Unreadable from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return said


def answer(question: bytes) -> bytes:
    asked = msgspec.json.decode(question, type=_Asked)
    found: Any = _Answer()
    if asked.is_page:
        found.links = tuple(feed_links(asked.body, asked.content_type, asked.address))
    else:
        found.feed = read_feed(asked.body, asked.content_type, asked.address, tags=asked.tags, most=asked.most)
    return msgspec.json.encode(found)


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.buffer.write(answer(sys.stdin.buffer.read()))


if __name__ == "__main__":
    main()
