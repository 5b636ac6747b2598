"""A feed's address as a room has it, with what of the feed flows into the room: `https://…/feed.xml#tag=beekeeping`."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, quote, urldefrag

LONGEST: Final = 300  # of the source id of a room


@dataclass(frozen=True, slots=True)
class FeedRoom:
    address: str
    tags: tuple[str, ...] = ()

    @classmethod
    def of(cls, source_id: str) -> "FeedRoom":
        address, fragment = urldefrag(source_id)
        tags = (word.strip() for name, word in parse_qsl(fragment) if name == "tag")
        return cls(address, tuple(tag for tag in tags if tag))

    @property
    def shown(self) -> str:
        """In a sentence: without a query, which may hold somebody's key."""
        return self.address.split("?")[0]

    @property
    def source_id(self) -> str:
        return self.address + ("#" + "&".join(f"tag={quote(tag)}" for tag in self.tags) if self.tags else "")
