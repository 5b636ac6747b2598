"""From the address that a person has (of a blog, of a page in it) to the address of its feed: what the page says."""

import re
from dataclasses import dataclass
from typing import Final

from alongside.bridges.adapters.feed.apart import Apart, Unreadable
from alongside.bridges.adapters.feed.reading import FoundFeed
from alongside.bridges.adapters.feed.rooms import LONGEST, FeedRoom
from alongside.kit.guarded_http import Fetched, NotAllowed, NotReached, fetched
from alongside.kit.refused import Refused

ACCEPT: Final = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_MOST_TRIED: Final = 3


@dataclass(frozen=True, slots=True)
class FeedFound:
    """`address` is the room's source id; with `#tag=…` when the person wrote it so."""

    address: str
    title: str


class NoFeed(Refused):
    """There is none to follow; the message is one sentence for the one who named the address."""


async def discover(address: str) -> FeedFound:
    """Raises Refused: NoFeed, or NotAllowed for an address that is never asked."""
    room = FeedRoom.of(_with_scheme(address.strip()))
    apart = Apart()
    try:
        page = await _came(room.address)
        feed = await _read(apart, page)
        home = page.moved_to or room.address
        if feed is None:
            home, feed = await _named_by_page(apart, page)
    except NotReached as error:
        raise NoFeed(str(error)) from error
    found = FeedRoom(home.partition("#")[0], room.tags).source_id
    if len(found) > LONGEST:
        raise NoFeed("The address of this feed is too long to be followed.")
    return FeedFound(found, feed.title)


def _with_scheme(address: str) -> str:
    if address.lower().startswith("feed:"):
        address = address[5:].removeprefix("//")
    has_scheme = _SCHEME.match(address) and not re.match(r"[^/:]+:\d", address)  # a host and its port
    return address if has_scheme else f"https://{address}"


async def _came(address: str) -> Fetched:
    came = await fetched(address, headers={"accept": ACCEPT})
    if not came.body:
        raise NotReached(f"{address.split('?', maxsplit=1)[0]} answers with {came.status} instead of a page.")
    return came


async def _named_by_page(apart: Apart, page: Fetched) -> tuple[str, FoundFeed]:
    """The first one that is really a feed, and where it lives."""
    try:
        links = await apart.links(page.body, page.headers.get("content-type", ""), page.address)
    except Unreadable:
        links = ()
    for link in links[:_MOST_TRIED]:
        try:
            came = await _came(link.address)
            feed = await _read(apart, came)
        except (NotReached, NotAllowed):
            continue
        if feed is not None:
            return came.moved_to or link.address, feed
    raise NoFeed(
        f"{page.address.split('?')[0]} names no feed that can be read. If the blog has one, send the address of the feed."
    )


async def _read(apart: Apart, came: Fetched) -> FoundFeed | None:
    try:
        return await apart.feed(came.body, came.headers.get("content-type", ""), came.address, most=1)
    except Unreadable:
        return None
