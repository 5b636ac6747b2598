"""Where the mail servers are, by address: `imaps://imap.example.org`, `smtp://mail.example.org:587`.

With an s it is encrypted from the start, without one by STARTTLS, which a server then has to offer: a password never
goes over a line that is not encrypted, but to this machine itself.
"""

import ssl
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

_PORTS: Final = {"imaps": 993, "imap": 143, "smtps": 465, "smtp": 587}
TIMEOUT: Final = 60.0


class NoServer(Exception):
    """An address that names no server; the message says what it should look like."""


@dataclass(frozen=True, slots=True)
class Server:
    host: str
    port: int
    is_encrypted_first: bool
    ca_file: str = ""

    @property
    def is_this_machine(self) -> bool:
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    def tls(self) -> ssl.SSLContext:
        """Raises OSError where the file of one's own authority cannot be read."""
        return ssl.create_default_context(cafile=self.ca_file or None)

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def server_in(text: str, protocol: str, ca_file: str = "") -> Server:
    """`protocol`: imap or smtp. Raises NoServer."""
    example = f"{protocol}s://mail.example.org or {protocol}://mail.example.org:{_PORTS[protocol]}"
    try:
        address = urlsplit(text.strip())
        host, port = address.hostname, address.port
    except ValueError as error:
        raise NoServer(f"“{text}” is no address of a server: {error}. It should look like {example}.") from None
    if address.scheme not in {protocol, f"{protocol}s"} or not host:
        raise NoServer(f"“{text}” is no address of a server. It should look like {example}.")
    if ca_file and not Path(ca_file).is_file():
        raise NoServer(f"There is no file {ca_file}, where the certificate authority should be.")
    return Server(host, port or _PORTS[address.scheme], address.scheme.endswith("s"), ca_file)
