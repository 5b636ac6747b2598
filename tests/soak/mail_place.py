"""Mail, by real Dovecot and Postfix: each of them may be away for a moment."""

import asyncio
import json
import smtplib
import subprocess
from collections.abc import Callable, Mapping, Sequence

from aiosmtpd.smtp import SMTP, Envelope, Session

from alongside.bridges.adapters.mail import Mail
from tests.bridges.harness import Placed
from tests.bridges.mail.failing import Gate
from tests.bridges.mail.harness import MailHarness
from tests.bridges.mail.servers import _SUDO, OWN, MailServers
from tests.bridges.matrix.proxy import Loop
from tests.soak.lines import Network
from tests.soak.places import OverHarness, until


class PatientGate(Gate):
    """Where Postfix can ask nobody who somebody is, because Dovecot is away, it says: later."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        try:
            await asyncio.get_running_loop().run_in_executor(None, self.hand_on, envelope, content)
        except (OSError, smtplib.SMTPException) as error:
            return f"451 4.3.0 Try again later ({type(error).__name__})"
        return self.taken_by(server)


class MailPlace(OverHarness):
    """A mail cannot be changed or taken back."""

    can_change = False
    rate = 0.35

    def __init__(self, loop: Loop, seed: int) -> None:
        self.servers = MailServers()
        self.servers.start()
        self.mail = MailHarness(self.servers)
        self.mail.gate.stop()
        self.mail.gate = PatientGate(self.servers)
        self.mail.gate.start()
        imap = Network(loop, self.servers.ports.imap, seed)
        smtp = Network(loop, self.mail.gate.port, seed + 1)
        super().__init__(self.mail, Mail.can, [imap, smtp])

    def settings(self) -> Mapping[str, str]:
        imap, smtp = self.networks
        return {
            **super().settings(),
            "imap": f"imap://127.0.0.1:{imap.port}",
            "smtp": f"smtp://127.0.0.1:{smtp.port}",
        }

    def say(self, account: str, room: str, text: str, context: str = "") -> Placed:
        placed = super().say(account, room, text, context)
        return Placed(placed.source_id, context or placed.source_id)

    def troubles(self) -> Sequence[Callable[[], None]]:
        """Only once somebody has sent something can it be delivered again."""
        return [one for one in super().troubles() if one != self.harness.repeat_last or self.mail._last is not None]

    def is_at(self, cursor: str) -> bool:
        """Whatever lies in the mailbox was read, and nothing is on its way."""
        self.servers.wait_for_queue(1)
        with self.servers.mailbox(OWN) as client:
            lying = client.search()
        return bool(cursor) and json.loads(cursor).get("uid", 0) >= max(lying, default=0) and self._is_queue_empty()

    def _is_queue_empty(self) -> bool:
        command = [*_SUDO, "postqueue", "-c", str(self.servers.at / "postfix"), "-p"]
        return b"is empty" in subprocess.run(command, capture_output=True, check=False).stdout

    def restart(self) -> bool:
        with self.lock:
            self.servers.stop_dovecot()
            self.servers.start_dovecot()
            self.restarts += 1
        self.flush()
        return True

    def flush(self) -> None:
        """What Postfix could not deliver meanwhile it would try again minutes later."""
        command = [*_SUDO, "postqueue", "-c", str(self.servers.at / "postfix"), "-f"]
        subprocess.run(command, capture_output=True, check=False)

    def be_fine(self) -> None:
        super().be_fine()
        self.flush()

    def ready(self) -> None:
        until(self._is_queue_empty, "Mail stays on its way")

    def close(self) -> None:
        super().close()
        self.servers.stop()
