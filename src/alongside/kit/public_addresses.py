"""Which machines an address that a person or a feed names may lead to: those of the public internet, and those that an
administrator allowed. Pure: what a name leads to is asked elsewhere (kit.guarded_http).
"""

import ipaddress
import re
from dataclasses import dataclass

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network

USUAL_PORTS = frozenset([80, 443, 8080, 8443])
_HIGHEST_PORT = 65535

# Missing in the registry of older Pythons, or public there and yet not the internet: 6to4 relays, and the machine
# inside Azure that answers to nobody else.
_NOT_THE_INTERNET = tuple(
    ipaddress.ip_network(text) for text in ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32", "3fff::/20")
)
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_TUNNELS = tuple(ipaddress.IPv6Network(text) for text in ("2002::/16", "2001::/32"))  # 6to4, Teredo
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_][a-z0-9_-]{0,62})*")
_WITH_PORT = re.compile(r"(?P<host>\[[^\]]*\]|[^:]*)(?::(?P<port>\d{1,5}))?")


def is_public(address: IPAddress) -> bool:
    """Whether it is somewhere on the internet: not this machine, not its network, not a way around either."""
    address = _without_cover(address)
    if any(address in network for network in _NOT_THE_INTERNET):
        return False
    if isinstance(address, ipaddress.IPv6Address) and (
        address not in _GLOBAL_UNICAST or any(address in tunnel for tunnel in _TUNNELS)
    ):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _without_cover(address: IPAddress) -> IPAddress:
    """The IPv4 address that an IPv6 one stands for. NAT64 is how a network without IPv4 reaches the rest of the world."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return address.ipv4_mapped
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def plain_host(host: str) -> str:
    """As two ways of writing one host are the same: small letters, without the root's dot."""
    return host.lower().removesuffix(".").strip("[]")


@dataclass(frozen=True, slots=True)
class _Allowed:
    host: str
    network: _Network | None
    port: int | None

    def covers(self, host: str, address: IPAddress, port: int) -> bool:
        if port != self.port and (self.port is not None or port not in USUAL_PORTS):
            return False
        if self.network is None:
            return host == self.host
        return address in self.network


@dataclass(frozen=True, slots=True)
class AllowedHosts:
    """What an administrator allowed besides the internet."""

    entries: tuple[_Allowed, ...] = ()

    @classmethod
    def of(cls, text: str) -> "AllowedHosts":
        """From `wiki.example.org, 10.1.0.0/16, 127.0.0.1:9000`. Raises ValueError with what is wrong."""
        return cls(tuple(_entry(piece) for piece in re.split(r"[,\s]+", text) if piece))

    def may_reach(self, host: str, address: IPAddress, port: int) -> bool:
        if is_public(address) and port in USUAL_PORTS:
            return True
        plain, bare = plain_host(host), _without_cover(address)
        return any(entry.covers(plain, bare, port) for entry in self.entries)


def _entry(piece: str) -> _Allowed:
    network = _network(piece)
    if network:
        return _Allowed("", network, None)
    found = _WITH_PORT.fullmatch(piece)
    port = int(found["port"]) if found and found["port"] else None
    if not found or (port is not None and not 0 < port <= _HIGHEST_PORT):
        raise ValueError(piece)
    host = plain_host(found["host"])
    network = _network(host)
    if not network and not _NAME.fullmatch(host):
        raise ValueError(piece)
    return _Allowed("" if network else host, network, port)


def _network(text: str) -> _Network | None:
    try:
        return ipaddress.ip_network(text.strip("[]"), strict=False)
    except ValueError:
        return None
