"""What Dovecot and Postfix cannot be made to do: refuse for a while, swallow an answer, break a line. Between them and us."""

import asyncio
import contextlib
import smtplib
import socket
import threading

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.bridges.mail.servers import OWN, PASSWORD, MailServers, a_port


class Gate:
    """An SMTP server that hands on to Postfix, unless it was told otherwise."""

    def __init__(self, servers: MailServers) -> None:
        self._servers = servers
        self.refusals: list[str] = []
        self.swallows = 0
        self.taken = 0
        self.port = a_port()
        self._controller = Controller(self, "127.0.0.1", self.port)

    def start(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.refusals:
            return self.refusals.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 yes"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        self.hand_on(envelope, envelope.content)
        return self.taken_by(server)

    def hand_on(self, envelope: Envelope, content: bytes) -> None:
        onward = smtplib.SMTP("127.0.0.1", self._servers.ports.submission, timeout=30)
        try:
            onward.starttls(context=self._servers.tls())
            onward.login(OWN, PASSWORD)
            onward.sendmail(envelope.mail_from or "", envelope.rcpt_tos, content)
        finally:
            with contextlib.suppress(OSError, smtplib.SMTPException):  # it was taken, whatever becomes of the farewell
                onward.quit()

    def taken_by(self, server: SMTP) -> str:
        self.taken += 1
        if self.swallows:
            self.swallows -= 1
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return "250 taken"


class Line:
    """A line to a port, which can be cut."""

    def __init__(self, to_port: int) -> None:
        self._to_port = to_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._pairs: list[socket.socket] = []
        self._lock = threading.Lock()
        self.opened = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                inner, _ = self._listener.accept()
            except OSError:
                return
            try:
                outer = socket.create_connection(("127.0.0.1", self._to_port))
            except OSError:
                inner.close()
                continue
            for one in (inner, outer):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self.opened += 1
                self._pairs += [inner, outer]
            for here, there in ((inner, outer), (outer, inner)):
                threading.Thread(target=_pass_on, args=(here, there), daemon=True).start()

    def cut(self) -> None:
        with self._lock:
            for one in self._pairs:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
                one.close()
            self._pairs = []

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()


def _pass_on(here: socket.socket, there: socket.socket) -> None:
    with contextlib.suppress(OSError, ValueError):
        while data := here.recv(65536):
            there.sendall(data)
    with contextlib.suppress(OSError):
        there.shutdown(socket.SHUT_WR)
