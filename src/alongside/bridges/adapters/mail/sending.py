"""A letter to the SMTP server, and what its answer means."""

import smtplib
import ssl
from contextlib import suppress
from typing import Final

from alongside.bridges.adapters.mail.render import Letter
from alongside.bridges.adapters.mail.servers import TIMEOUT, Server
from alongside.bridges.port import Permanent, Temporary
from alongside.kit.mail_headers import decoded, line_of

_ACCEPTED: Final = 250
_ALSO_ACCEPTED: Final = 251
_GO_ON: Final = 354
_FIRST_PERMANENT: Final = 500
_TOO_LARGE: Final = 552


class Sending:
    def __init__(self, server: Server, login: str, password: str) -> None:
        self._server, self._login, self._password = server, login, password

    def try_login(self) -> None:
        """Raises Temporary and Permanent."""
        self._closed(self._opened())

    def send(self, letter: Letter) -> None:
        """Raises Temporary, uncertain when the line broke where the server may have taken it; and Permanent."""
        smtp = self._opened()
        try:
            self._offer(smtp, letter)
            self._hand_over(smtp, letter)
        finally:
            self._closed(smtp)

    def _opened(self) -> smtplib.SMTP:
        server = self._server
        smtp: smtplib.SMTP | None = None
        try:
            smtp = self._connected()
            self._let_in(smtp)
        except smtplib.SMTPAuthenticationError as error:
            problem: Temporary | Permanent = self._refused("does not accept the login or the password", error)
        except smtplib.SMTPResponseException as error:
            problem = self._refused("does not let us in", error)
        except ssl.SSLCertVerificationError as error:
            message = f"The certificate of {server} is not to be trusted: {error.verify_message}"
            problem = Permanent(message, is_of_connection=True)
        except smtplib.SMTPNotSupportedError:
            message = (
                f"The SMTP server {server} offers no login on this port. Leave the password empty, or use another port."
            )
            problem = Permanent(message, is_of_connection=True)
        except (OSError, smtplib.SMTPException) as error:
            problem = Temporary(f"The SMTP server {server} cannot be reached: {line_of(str(error), 200)}")
        except Permanent as error:
            problem = error
        else:
            return smtp
        if smtp is not None:
            smtp.close()
        raise problem

    def _let_in(self, smtp: smtplib.SMTP) -> None:
        smtp.ehlo()
        self._encrypt(smtp)
        if self._password:
            smtp.login(self._login, self._password)

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        if server.is_encrypted_first:
            return smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=server.tls())
        return smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)

    def _encrypt(self, smtp: smtplib.SMTP) -> None:
        if self._server.is_encrypted_first:
            return
        if smtp.has_extn("starttls"):
            smtp.starttls(context=self._server.tls())
            smtp.ehlo()
        elif not self._server.is_this_machine:
            message = f"The SMTP server {self._server} offers no encryption. Use smtps://, or turn STARTTLS on there."
            raise Permanent(message, is_of_connection=True)

    def _offer(self, smtp: smtplib.SMTP, letter: Letter) -> None:
        try:
            code, said = smtp.mail(letter.back)
            if code != _ACCEPTED:
                # That we may not write at all is no matter of this mail.
                raise self._answer("does not let us send", code, said, is_of_connection=code != _TOO_LARGE)
            code, said = smtp.rcpt(letter.to)
            if code not in {_ACCEPTED, _ALSO_ACCEPTED}:
                raise self._answer("does not take mail to this address", code, said)
            code, said = smtp.docmd("data")
            if code != _GO_ON:
                raise self._answer("does not take this mail", code, said)
        except (OSError, smtplib.SMTPServerDisconnected) as error:
            raise Temporary(f"The line to the SMTP server {self._server} broke: {line_of(str(error), 200)}") from None

    def _hand_over(self, smtp: smtplib.SMTP, letter: Letter) -> None:
        """From here on the server may have taken it, whatever we hear of it."""
        content = letter.content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")
        stuffed = b"\r\n".join(b"." + line if line.startswith(b".") else line for line in content.split(b"\r\n"))
        try:
            smtp.send(stuffed + (b"" if stuffed.endswith(b"\r\n") else b"\r\n") + b".\r\n")
            code, said = smtp.getreply()
        except (OSError, smtplib.SMTPServerDisconnected) as error:
            message = f"The line to the SMTP server {self._server} broke before it said whether it took the mail"
            raise Temporary(f"{message}: {line_of(str(error), 200)}", is_uncertain=True) from None
        if code != _ACCEPTED:
            raise self._answer("does not take this mail", code, said)

    def _closed(self, smtp: smtplib.SMTP) -> None:
        with suppress(OSError, smtplib.SMTPException):
            smtp.quit()
        smtp.close()

    def _refused(self, what: str, error: smtplib.SMTPResponseException) -> Temporary | Permanent:
        return self._answer(what, error.smtp_code, error.smtp_error, is_of_connection=True)

    def _answer(
        self, what: str, code: int, said: bytes | str, *, is_of_connection: bool = False
    ) -> Temporary | Permanent:
        words = line_of(decoded(said) if isinstance(said, bytes) else said, 200)
        message = f"The SMTP server {self._server} {what}: {code} {words}"
        if code < _FIRST_PERMANENT:
            return Temporary(message)
        return Permanent(message, is_of_connection=is_of_connection)
