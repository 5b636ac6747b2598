"""Servers on this machine that stand for the outside: what they send is said byte by byte."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from alongside.kit import guarded_http
from alongside.kit.guarded_http import Resolver, WayOut
from alongside.kit.public_addresses import AllowedHosts

Say = Callable[[bytes], None]


@dataclass(frozen=True, slots=True)
class Request:
    line: str
    headers: dict[str, str]

    @property
    def target(self) -> str:
        return self.line.split(" ")[1]


def answer(body: bytes = b"", status: str = "200 OK", **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def redirect(to: str, status: str = "302 Found") -> bytes:
    return answer(status=status, Location=to)


@dataclass
class Server:
    """`says` decides what each request gets: bytes, or a function that says them in its own time."""

    says: Callable[[Request], bytes | Callable[[Say], None]]
    context: ssl.SSLContext | None = None
    ip: str = "127.0.0.1"
    requests: list[Request] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        self._listening = socket.create_server((self.ip, 0))
        self.port = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def at(self) -> str:
        return f"http://{self.ip}:{self.port}"

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._answer, args=(line,), daemon=True).start()

    def _answer(self, line: socket.socket) -> None:
        with contextlib.suppress(OSError), contextlib.closing(line):
            line.settimeout(10)
            if self.context:
                line = self.context.wrap_socket(line, server_side=True)
            came = b""
            while b"\r\n\r\n" not in came:
                more = line.recv(65536)
                if not more:
                    return
                came += more
            first, *rest = came.split(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
            request = Request(first, {one.split(": ")[0].lower(): one.split(": ", 1)[1] for one in rest})
            self.requests.append(request)
            said = self.says(request)
            if isinstance(said, bytes):
                line.sendall(said)
            else:
                said(line.sendall)
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_WR)
            line.close()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(5)


def names(**leads_to: str | Sequence[str]) -> Resolver:
    """Names that lead where a test says; `__` in one is a dot."""
    table = {name.replace("__", "."): [to] if isinstance(to, str) else list(to) for name, to in leads_to.items()}

    async def resolve(host: str, port: int) -> Sequence[str]:
        plain = host.lower().removesuffix(".")
        if plain in table:
            return table[plain]
        return await guarded_http.addresses_of(host, port)

    return resolve


@contextlib.contextmanager
def going_out(allowed: str = "", **changes: object) -> Iterator[None]:
    before = guarded_http.go_by(WayOut(AllowedHosts.of(allowed), **changes))  # type: ignore[arg-type]
    try:
        yield
    finally:
        guarded_http.go_by(before)
