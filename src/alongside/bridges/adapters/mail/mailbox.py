"""A mailbox over IMAP, in verbs that wait. Each mailbox is used by one thread; `abort` may come from another."""

import logging
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError

from alongside.bridges.adapters.mail.parse import Mail
from alongside.bridges.adapters.mail.servers import TIMEOUT, Server
from alongside.bridges.port import Permanent, Temporary
from alongside.kit.mail_headers import line_of

# It would write every line that comes over the wire.
logging.getLogger("imapclient").setLevel(logging.WARNING)

MOST_BYTES: Final = 4_000_000
FORWARD: Final = b"$AlongsideForward"
_MOST_OF_A_THREAD: Final = 300
# Servers end an IDLE after 30 minutes, and what is between them and us forgets quiet lines after five or so.
RENEW: Final = 240.0
POLL: Final = 30.0


@dataclass(frozen=True, slots=True)
class Lying:
    """A mail as it lies in the mailbox."""

    uid: int
    size: int
    arrived_at: datetime


@contextmanager
def told(server: Server) -> Iterator[None]:
    """What goes wrong between us and the server, as the core wants to know it."""
    try:
        yield
    except LoginError as error:
        reason = line_of(str(error), 200)
        if "UNAVAILABLE" in reason.upper():
            raise Temporary(f"The IMAP server {server} lets nobody in at the moment: {reason}") from None
        message = f"The IMAP server {server} does not accept the login or the password: {reason}"
        raise Permanent(message, is_of_connection=True) from None
    except ssl.SSLCertVerificationError as error:
        message = f"The certificate of {server} is not to be trusted: {error.verify_message}"
        raise Permanent(message, is_of_connection=True) from None
    except (IMAPClientError, OSError, EOFError) as error:
        raise Temporary(f"The line to the IMAP server {server} broke: {line_of(str(error), 200)}") from None


class Mailbox:
    def __init__(self, server: Server, login: str, password: str, folder: str) -> None:
        self._server, self._login, self._password, self._folder = server, login, password, folder
        self._client: IMAPClient | None = None
        self._is_aborted = False
        self.validity = 0
        self.has_idle = False

    @property
    def _imap(self) -> IMAPClient:
        if self._client is None or self._is_aborted:
            raise Temporary(f"The line to the IMAP server {self._server} was closed.")
        return self._client

    def open(self, *, readonly: bool = False) -> None:
        """Raises Temporary and Permanent, as everything here."""
        with told(self._server):
            server = self._server
            client = IMAPClient(
                server.host,
                server.port,
                ssl=server.is_encrypted_first,
                ssl_context=server.tls() if server.is_encrypted_first else None,
                timeout=TIMEOUT,
            )
            self._client = client
            client.normalise_times = False
            self._encrypt(client)
            client.login(self._login, self._password)
            self._select(client, readonly=readonly)
            self.has_idle = client.has_capability("IDLE")
            if self._is_aborted:
                client.shutdown()

    def _encrypt(self, client: IMAPClient) -> None:
        if self._server.is_encrypted_first:
            return
        if client.has_capability("STARTTLS"):
            client.starttls(self._server.tls())
        elif not self._server.is_this_machine:
            message = f"The IMAP server {self._server} offers no encryption. Use imaps://, or turn STARTTLS on there."
            raise Permanent(message, is_of_connection=True)

    def _select(self, client: IMAPClient, *, readonly: bool) -> None:
        try:
            selected = client.select_folder(self._folder, readonly=readonly)
        except IMAPClientError as error:
            if isinstance(error, IMAPClient.AbortError):
                raise
            message = f"The mailbox has no folder “{self._folder}”: {line_of(str(error), 200)}"
            raise Permanent(message, is_of_connection=True) from None
        self.validity = int(selected[b"UIDVALIDITY"])

    def after(self, uid: int) -> list[Lying]:
        """Mails with greater numbers, in their order."""
        with told(self._server):
            # The last mail is always an answer to n:*, also when its number is lower.
            return self._lying([one for one in self._imap.search(["UID", f"{uid + 1}:*"]) if one > uid])

    def unseen_until(self, uid: int, most: int) -> list[Lying]:
        with told(self._server):
            return self._lying(self._imap.search(["UID", f"1:{uid}", "UNSEEN"])[:most]) if uid else []

    def forwards_before(self, day: date) -> list[int]:
        with told(self._server):
            return list(self._imap.search(["KEYWORD", FORWARD, "BEFORE", day]))

    def of_thread(self, context: str) -> list[Lying]:
        """Mails with this id, and those that name it as earlier."""
        criteria = ["OR", "HEADER", "Message-ID", context, "OR", "HEADER", "References", context]
        with told(self._server):
            found = self._imap.search([*criteria, "HEADER", "In-Reply-To", context])
            return self._lying(found[:_MOST_OF_A_THREAD])

    def with_id(self, message_id: str) -> list[Lying]:
        with told(self._server):
            # A server may not have looked for new mail since it was last asked.
            self._imap.noop()
            return self._lying(self._imap.search(["HEADER", "Message-ID", message_id]))

    def _lying(self, uids: Sequence[int]) -> list[Lying]:
        if not uids:
            return []
        found = self._imap.fetch(list(uids), ["RFC822.SIZE", "INTERNALDATE"])
        lying = [_lying_of(uid, answer) for uid, answer in sorted(found.items())]
        return [one for one in lying if one is not None]

    def mail(self, lying: Lying) -> Mail | None:
        """Its beginning where it is very large; None when it was taken away meanwhile."""
        with told(self._server):
            found = self._imap.fetch([lying.uid], [f"BODY.PEEK[]<0.{MOST_BYTES}>"]).get(lying.uid, {})
            content = found.get(b"BODY[]<0>", found.get(b"BODY[]"))
        return Mail(content, lying.arrived_at, lying.size) if isinstance(content, bytes) else None

    def mark_seen(self, uids: Sequence[int], *, keyword: bytes | None = None) -> None:
        if uids:
            with told(self._server):
                self._imap.add_flags(list(uids), [rb"\Seen", *([keyword] if keyword else [])], silent=True)

    def remove(self, uids: Sequence[int], to_folder: str = "") -> None:
        if not uids:
            return
        with told(self._server):
            if to_folder:
                self._move(list(uids), to_folder)
            else:
                self._delete(list(uids))

    def _move(self, uids: list[int], folder: str) -> None:
        client = self._imap
        if not client.folder_exists(folder):
            client.create_folder(folder)
        client.add_flags(uids, [rb"\Seen"], silent=True)
        if client.has_capability("MOVE"):
            client.move(uids, folder)
        else:
            client.copy(uids, folder)
            self._delete(uids)

    def _delete(self, uids: list[int]) -> None:
        client = self._imap
        client.add_flags(uids, [rb"\Deleted", rb"\Seen"], silent=True)
        if client.has_capability("UIDPLUS"):
            client.uid_expunge(uids)
        else:
            client.expunge()

    def wait(self, seconds: float, is_over: Callable[[], bool]) -> None:
        """Until the server says that something is there, at most so long. `is_over` is asked often."""
        until = time.monotonic() + min(seconds, RENEW if self.has_idle else POLL)
        with told(self._server):
            if not self.has_idle:
                while time.monotonic() < until and not (is_over() or self._is_aborted):
                    time.sleep(0.5)
                self._imap.noop()
                return
            self._imap.idle()
            while not _has_unread_lines(self._imap) and (left := until - time.monotonic()) > 0 and not is_over():
                asked_at, slice_ = time.monotonic(), min(left, 5.0)
                said = self._imap.idle_check(timeout=slice_)
                # Without a word and too early: the line is closed, which the next command will find.
                if any(_is_news(one) for one in said) or (not said and time.monotonic() - asked_at < slice_ / 2):
                    break
            self._imap.idle_done()

    def close(self) -> None:
        """In good order; quietly when that cannot be."""
        if self._client is not None and not self._is_aborted:
            with suppress(IMAPClientError, OSError, EOFError):
                self._client.logout()
        self.abort()

    def abort(self) -> None:
        """At once, from any thread: whoever waits in here wakes up with Temporary."""
        self._is_aborted = True
        if self._client is not None:
            with suppress(OSError, AttributeError):
                self._client.socket().shutdown(socket.SHUT_RDWR)
            with suppress(IMAPClientError, OSError, AttributeError):
                self._client.shutdown()


def _has_unread_lines(client: IMAPClient) -> bool:
    """What came together with the answer to IDLE has been read from the socket already, and waiting for the socket
    would wait for the mail after it. The library has no way to ask.
    """
    sock = client.socket()
    sock.settimeout(0)
    try:
        return bool(client._imap.file.peek(1))  # noqa: SLF001 (see above)
    except (OSError, ValueError):
        return False
    finally:
        sock.settimeout(TIMEOUT)


def _lying_of(uid: int, answer: dict[bytes, Any]) -> Lying | None:
    size, arrived_at = answer.get(b"RFC822.SIZE"), answer.get(b"INTERNALDATE")
    if not isinstance(size, int) or not isinstance(arrived_at, datetime):
        return None
    return Lying(uid, size, arrived_at if arrived_at.tzinfo else arrived_at.replace(tzinfo=UTC))


def _is_news(said: Any) -> bool:
    return isinstance(said, tuple) and len(said) > 1 and said[1] in {b"EXISTS", b"RECENT"}
