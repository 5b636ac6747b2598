"""The one way out to addresses that people or feeds name.

Whoever names an address chooses where we go, so nothing on the way is left to chance: the name is resolved here, and
the connection is made to the very address that was checked (a name that answers differently a moment later changes
nothing); redirects are followed by hand, each checked like the first; what comes is counted while it comes, also as it
is unpacked; the whole has an end. No proxy, cookie or password takes part.
"""

import asyncio
import ipaddress
import re
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Final

from alongside.kit.public_addresses import AllowedHosts, IPAddress, plain_host
from alongside.kit.refused import Refused

if TYPE_CHECKING:  # it takes a tenth of a second that most commands need not spend
    import httpx2

LONGEST_ADDRESS: Final = 2000
_MOST_ADDRESSES: Final = 4  # of one name, tried one after the other
_PORTS: Final = {"http": 80, "https": 443}
_PERMANENT: Final = frozenset([301, 308])
_REDIRECTS: Final = _PERMANENT | {302, 303, 307}
_MAY_BE_SAID: Final = frozenset(["accept", "accept-language", "if-none-match", "if-modified-since"])
# One layer, and only what we said that we read: packed twice, a few bytes keep a processor busy for hours.
_UNPACKED_HERE: Final = frozenset(["", "identity", "gzip", "x-gzip", "deflate"])
_NOT_IN_AN_ADDRESS: Final = re.compile(r"[\x00-\x20\x7f-\xa0\\]")

# Names are asked for in threads of their own: a name server that never answers holds up nobody else's work.
_RESOLVING: Final = ThreadPoolExecutor(max_workers=8, thread_name_prefix="resolving")


class NotAllowed(Refused):
    """An address that we never go to; the message is one sentence that says nothing of what lies behind it."""


class NotReached(Exception):
    """It could not be had now; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Limits:
    bytes: int = 4_000_000
    seconds: float = 30.0
    seconds_to_connect: float = 5.0
    seconds_of_silence: float = 10.0
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer, whatever its status; the body only where there is one to read (2xx)."""

    status: int
    address: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)  # names in small letters
    moved_to: str = ""  # where it says that it lives from now on


Resolver = Callable[[str, int], Awaitable[Sequence[str]]]


async def addresses_of(host: str, port: int) -> Sequence[str]:
    """As the machine resolves names. Raises OSError, UnicodeError."""

    def ask() -> list[str]:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return [str(one[4][0]) for one in found]

    return await asyncio.get_running_loop().run_in_executor(_RESOLVING, ask)


@cache
def _certificates() -> ssl.SSLContext:
    import httpx2

    return httpx2.create_ssl_context()


@dataclass(frozen=True, slots=True)
class WayOut:
    """How this installation goes out."""

    allowed: AllowedHosts = field(default_factory=AllowedHosts)
    agent: str = "Alongside"
    resolve: Resolver = addresses_of
    certificates: Callable[[], ssl.SSLContext] = _certificates


_way_out = WayOut()


def set_up(allowed_private_hosts: str, base_url: str) -> None:
    """As the settings say. Until then nothing but the internet is reached."""
    agent = f"Alongside (+{base_url})" if base_url else "Alongside"
    go_by(WayOut(AllowedHosts.of(allowed_private_hosts), agent.encode("ascii", "replace").decode("ascii")))


def go_by(way_out: WayOut) -> WayOut:
    """From now on by this one; returns the one before."""
    global _way_out
    before, _way_out = _way_out, way_out
    return before


async def fetched(address: str, *, headers: Mapping[str, str] | None = None, limits: Limits | None = None) -> Fetched:
    """What is at an address. Raises NotAllowed and NotReached."""
    limits = limits or Limits()
    try:
        async with asyncio.timeout(limits.seconds):
            return await _followed(address, _sayable(headers or {}), limits, _way_out)
    except TimeoutError:
        raise NotReached(f"{_shown(address)} took longer than {limits.seconds:g} seconds.") from None


def fetched_now(address: str, *, headers: Mapping[str, str] | None = None, limits: Limits | None = None) -> Fetched:
    """The same for code that waits (not within a running loop). Raises NotAllowed and NotReached."""
    return asyncio.run(fetched(address, headers=headers, limits=limits))


async def _followed(address: str, headers: Mapping[str, str], limits: Limits, way_out: WayOut) -> Fetched:
    seen: set[str] = set()
    moved_to, is_for_good = "", True
    for _ in range(limits.redirects + 1):
        url = _checked_url(address)
        if str(url) in seen:
            raise NotReached(f"{_shown(address)} leads in a circle.")
        seen.add(str(url))
        answer, target = await _asked(url, headers, limits, way_out)
        if not target:
            return Fetched(answer.status, str(url), answer.body, answer.headers, moved_to)
        is_for_good = is_for_good and answer.status in _PERMANENT
        moved_to = target if is_for_good else moved_to
        address = target
    raise NotReached(f"{_shown(address)} leads on more than {limits.redirects} times.")


async def _asked(url: "httpx2.URL", headers: Mapping[str, str], limits: Limits, way_out: WayOut) -> tuple[Fetched, str]:
    """One answer, and where it leads on to."""
    import httpx2

    last: Exception | None = None
    for ip in await _checked_addresses(url, way_out):
        try:
            async with _answer(url, ip, headers, limits, way_out) as answer:
                return await _read(answer, url, limits)
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            last = error
        except httpx2.TransportError as error:
            raise NotReached(f"{url.host} broke off the answer ({type(error).__name__}).") from error
        except (httpx2.DecodingError, httpx2.InvalidURL, ValueError) as error:
            raise NotReached(f"{url.host} answered in a way that cannot be read.") from error
    raise NotReached(f"{url.host} cannot be connected to.") from last


@asynccontextmanager
async def _answer(
    url: "httpx2.URL", ip: IPAddress, headers: Mapping[str, str], limits: Limits, way_out: WayOut
) -> "AsyncIterator[httpx2.Response]":
    """From the address that was checked, under the name that was asked for. Each has a connection of its own: a pool
    would hand a connection of one name to another at the same address.
    """
    import httpx2

    name = plain_host(url.raw_host.decode("ascii"))
    waiting = httpx2.Timeout(limits.seconds_of_silence, connect=limits.seconds_to_connect)
    request = httpx2.Request(
        "GET",
        url.copy_with(host=str(ip), fragment=None),
        headers={
            "host": url.netloc.decode("ascii"),
            "user-agent": way_out.agent,
            "accept-encoding": "gzip",
            "connection": "close",
            **headers,
        },
        extensions={"timeout": waiting.as_dict(), "sni_hostname": name},
    )
    no_pool = httpx2.Limits(max_connections=1, max_keepalive_connections=0)
    async with httpx2.AsyncHTTPTransport(verify=way_out.certificates(), trust_env=False, limits=no_pool) as transport:
        answer = await transport.handle_async_request(request)
        try:
            yield answer
        finally:
            await answer.aclose()


async def _read(answer: "httpx2.Response", url: "httpx2.URL", limits: Limits) -> tuple[Fetched, str]:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    if answer.status_code in _REDIRECTS and headers.get("location"):
        return Fetched(answer.status_code, str(url), headers=headers), str(url.join(headers["location"].strip()))
    body = await _body(answer, url, headers, limits) if answer.is_success else b""
    return Fetched(answer.status_code, str(url), body, headers), ""


async def _body(answer: "httpx2.Response", url: "httpx2.URL", headers: Mapping[str, str], limits: Limits) -> bytes:
    if headers.get("content-encoding", "").strip().lower() not in _UNPACKED_HERE:
        raise NotReached(f"{url.host} sends its answer packed in a way that was not asked for.")
    pieces, size = [], 0
    async for piece in answer.aiter_bytes():
        size += len(piece)
        if size > limits.bytes or answer.num_bytes_downloaded > limits.bytes:
            raise NotReached(f"{_shown(str(url))} is larger than {limits.bytes / 1_000_000:g} MB.")
        pieces.append(piece)
    return b"".join(pieces)


def _checked_url(address: str) -> "httpx2.URL":
    """Raises NotAllowed."""
    import httpx2

    if len(address) > LONGEST_ADDRESS or _NOT_IN_AN_ADDRESS.search(address):
        raise NotAllowed("That is no web address.")
    try:
        url = httpx2.URL(address)
        host = url.raw_host.decode("ascii")
    except (httpx2.InvalidURL, ValueError, UnicodeError):
        raise NotAllowed("That is no web address.") from None
    if url.scheme not in _PORTS:
        raise NotAllowed("Only addresses that begin with https:// or http:// are asked.")
    if url.userinfo:
        raise NotAllowed("An address with a name or a password in it is never asked.")
    if not plain_host(host) or "%" in host:
        raise NotAllowed("That is no web address.")
    return url


def _port(url: "httpx2.URL") -> int:
    return _PORTS[url.scheme] if url.port is None else url.port


async def _checked_addresses(url: "httpx2.URL", way_out: WayOut) -> list[IPAddress]:
    """Where the host may be reached. What leads nowhere and what leads inside are told apart for nobody.

    Raises NotAllowed, NotReached.
    """
    host, port = url.raw_host.decode("ascii").strip("[]"), _port(url)
    sentence = f"{url.host} leads to nothing that can be asked from here."
    try:
        found = [ipaddress.ip_address(one) for one in await way_out.resolve(host, port)]
    except (OSError, ValueError):
        raise NotReached(sentence) from None
    may_be = [ip for ip in dict.fromkeys(found) if way_out.allowed.may_reach(host, ip, port)]
    if not may_be:
        raise NotAllowed(sentence)
    return may_be[:_MOST_ADDRESSES]


def _sayable(headers: Mapping[str, str]) -> dict[str, str]:
    """What a server gave us to say again (an ETag) may hold anything; what cannot be said is left out."""
    for name in headers:
        if name.lower() not in _MAY_BE_SAID:
            raise ValueError(f"{name} is not said on the way out")
    return {name: value for name, value in headers.items() if value.isascii() and value.isprintable() and value}


def _shown(address: str) -> str:
    """In a sentence: without a query, which may hold a key."""
    return address.split("?", maxsplit=1)[0][:200]
