"""Dovecot and Postfix of the test's own: on loopback, with their own folders, gone with the test.

What a mail server has beside them stands here as small pretended parts: one that signs what goes out and checks what
comes in (as Rspamd or OpenDKIM and OpenDMARC do, with a sum instead of DKIM's key pair), and a list server.
"""

import base64
import contextlib
import datetime as dt
import grp
import hashlib
import hmac
import ipaddress
import os
import pwd
import re
import shutil
import smtplib
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from imapclient import IMAPClient

SERVER_NAME = "mx.example.org"
OWN = "alongside@example.org"
PASSWORD = "a password"
PEOPLE = ("ana@example.org", "bo@example.org", "cy@example.org", "dee@outside.example")
# Postfix is for root alone.
_SUDO = [] if os.geteuid() == 0 else ["sudo", "-n"]
# Who is killed cannot stop anything. This waits until the test's process is gone, however it went, and then does it.
_END = 'cat > /dev/null; postfix -c "$0/postfix" stop; doveadm -c "$0/dovecot.conf" stop; rm -rf "$0"'


def a_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@dataclass
class Ports:
    imap: int = field(default_factory=a_port)
    imaps: int = field(default_factory=a_port)
    lmtp: int = field(default_factory=a_port)
    auth: int = field(default_factory=a_port)
    submission: int = field(default_factory=a_port)
    public: int = field(default_factory=a_port)
    inside: int = field(default_factory=a_port)
    checker: int = field(default_factory=a_port)
    lists: int = field(default_factory=a_port)


_DOVECOT = """
protocols = imap lmtp
base_dir = {at}/run
state_dir = {at}/run
log_path = {at}/dovecot.log
listen = 127.0.0.1
ssl = yes
ssl_cert = <{at}/cert.pem
ssl_key = <{at}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login
mail_location = maildir:~/Maildir
first_valid_uid = 1
mail_uid = {uid}
mail_gid = {gid}
recipient_delimiter = +
lmtp_save_to_detail_mailbox = no
lda_mailbox_autocreate = yes
postmaster_address = postmaster@example.org
default_vsz_limit = 0
protocol lmtp {{
  auth_username_format = %Lu
}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {at}/accounts
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={at}/mail/%u
}}
service imap-login {{
  inet_listener imap {{
    port = {ports.imap}
  }}
  inet_listener imaps {{
    port = {ports.imaps}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {ports.lmtp}
  }}
}}
service auth {{
  inet_listener {{
    address = 127.0.0.1
    port = {ports.auth}
  }}
}}
service stats {{
  chroot =
}}
"""

_POSTFIX_MAIN = """
compatibility_level = 3.6
queue_directory = {at}/queue
data_directory = {at}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {at}/postfix.log
maillog_file_prefixes = {at}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.example.org
mydestination =
mynetworks = 127.0.0.0/8
biff = no
alias_maps =
alias_database =
local_recipient_maps =
recipient_delimiter = +
virtual_mailbox_domains = example.org, outside.example
virtual_mailbox_maps = texthash:{at}/mailboxes
virtual_transport = lmtp:inet:127.0.0.1:{ports.lmtp}
relay_domains = lists.example.org, gone.example
transport_maps = texthash:{at}/transports
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{ports.auth}
smtpd_sasl_security_options = noanonymous
smtpd_tls_cert_file = {at}/cert.pem
smtpd_tls_key_file = {at}/key.pem
smtpd_tls_security_level = may
smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination
smtpd_delay_reject = yes
message_size_limit = 30000000
minimal_backoff_time = 1s
maximal_backoff_time = 1s
"""

_POSTFIX_MASTER = """
127.0.0.1:{ports.submission} inet n - n - - smtpd
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_client_restrictions=permit_sasl_authenticated,reject
  -o smtpd_sasl_authenticated_header=yes
  -o content_filter=smtp:[127.0.0.1]:{ports.checker}
127.0.0.1:{ports.public} inet n - n - - smtpd
  -o content_filter=smtp:[127.0.0.1]:{ports.checker}
127.0.0.1:{ports.inside} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
showq unix n - n - - showq
scache unix - - n - 1 scache
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
"""


class Checker:
    """Signs what people of the house send, and writes down what it finds of what comes in."""

    key = b"stands for a pair of keys"

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self.removes_forged = True
        self.annotates = True

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        head, _, body = content.replace(b"\r\n", b"\n").partition(b"\n\n")
        lines = re.split(rb"\n(?![ \t])", head)
        if self.removes_forged:
            forged = re.compile(rb"Authentication-Results:\s*" + SERVER_NAME.encode(), re.IGNORECASE)
            lines = [line for line in lines if not forged.match(line)]
        login = next(iter(re.findall(rb"\(Authenticated sender: ([^)]+)\)", lines[0])), b"").decode()
        if login:
            lines.append(b"X-Signature: " + self._signature(login.partition("@")[2], lines, body))
        if self.annotates:
            lines.insert(
                0, f"Authentication-Results: {SERVER_NAME};\n {self._found(login, lines, body, envelope)}".encode()
            )
        whole = b"\n".join(lines) + b"\n\n" + body
        with smtplib.SMTP("127.0.0.1", self._ports.inside) as onward:
            onward.sendmail(envelope.mail_from or "", envelope.rcpt_tos, whole.replace(b"\n", b"\r\n"))
        return "250 taken"

    def _found(self, login: str, lines: list[bytes], body: bytes, envelope: Envelope) -> str:
        froms = re.findall(
            rb"[\w.+-]+@([\w.-]+)", next((line for line in lines if line.lower().startswith(b"from:")), b"")
        )
        shown = froms[-1].decode().lower() if froms else "none.invalid"
        mail_from = envelope.mail_from or ""
        first = b" ".join(line for line in lines if line.lower().startswith(b"received:"))
        helo = next(iter(re.findall(rb"from (\S+) \(", first)), b"").decode()
        is_spf = bool(mail_from) and (mail_from.partition("@")[2] == helo)
        signature = next((line for line in lines if line.lower().startswith(b"x-signature:")), b"")
        signer = signature.partition(b":")[2].strip().partition(b" ")[0].decode()
        is_signed = bool(signer) and self._signature(signer, lines, body) == signature.partition(b":")[2].strip()
        is_dmarc = (is_signed and signer == shown) or (is_spf and helo == shown)
        found = [f"auth=pass smtp.auth={login}"] if login else []
        found += [f"dkim={'pass' if is_signed else 'fail'} header.d={signer}"] if signer else ["dkim=none"]
        found += [f"spf={'pass' if is_spf else 'fail'} smtp.mailfrom={mail_from}"]
        found += [f"dmarc={'pass' if is_dmarc else 'fail'} (p=reject) header.from={shown}"]
        return ";\n ".join(found)

    def _signature(self, domain: str, lines: list[bytes], body: bytes) -> bytes:
        signed = [line for line in lines if line.lower().startswith((b"from:", b"subject:", b"message-id:"))]
        text = b"\n".join([*signed, body.strip()])
        return domain.encode() + b" " + base64.b64encode(hmac.digest(self.key, domain.encode() + text, hashlib.sha256))


class Lists:
    """A list server: who is in a list stands in a file, and what comes for a list goes to all of them."""

    def __init__(self, folder: Path, ports: Ports) -> None:
        self._folder, self._ports = folder, ports
        self.names: dict[str, str] = {}
        self.footer = b""

    def members_file(self, list_id: str) -> Path:
        return self._folder / f"{list_id}.txt"

    def members(self, list_id: str) -> list[str]:
        return self.members_file(list_id).read_text("utf-8").split()

    def put_members(self, list_id: str, members: list[str]) -> None:
        file = self.members_file(list_id)
        new = file.with_suffix(".new")
        new.write_text("\n".join(members) + "\n", "utf-8")
        new.replace(file)

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.endswith("@gone.example"):
            return "550 5.1.1 This mailbox is gone"
        envelope.rcpt_tos.append(address)
        return "250 yes"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        for address in envelope.rcpt_tos:
            self.send_on(address, content.replace(b"\r\n", b"\n"))
        return "250 taken"

    def send_on(self, address: str, content: bytes) -> None:
        list_id = address.replace("@", ".")
        head, _, body = content.partition(b"\n\n")
        kept = [line for line in re.split(rb"\n(?![ \t])", head) if not line.lower().startswith(b"return-path:")]
        name = self.names.get(list_id, "")
        kept += [
            f"List-Id: {f'{name} ' if name else ''}<{list_id}>".encode(),
            f"List-Post: <mailto:{address}>".encode(),
            b"Precedence: list",
        ]
        whole = b"\n".join(kept) + b"\n\n" + body + self.footer
        back = address.replace("@", "-bounces@")
        with smtplib.SMTP("127.0.0.1", self._ports.public, local_hostname="lists.example.org") as onward:
            onward.sendmail(back, self.members(list_id), whole.replace(b"\n", b"\r\n"))


class MailServers:
    """All of it, for one organisation (example.org), with one person outside (outside.example)."""

    def __init__(self) -> None:
        self.at = Path(tempfile.mkdtemp(prefix="alongside-mail-", dir="/tmp"))
        self.ports = Ports()
        self.checker = Checker(self.ports)
        lists = self.at / "lists"
        lists.mkdir()
        self.lists = Lists(lists, self.ports)
        self._controllers = [
            Controller(self.checker, "127.0.0.1", self.ports.checker),
            Controller(self.lists, "127.0.0.1", self.ports.lists),
        ]
        self._dovecot: subprocess.Popen[bytes] | None = None
        self._ending: subprocess.Popen[bytes] | None = None

    # Begin and end.

    def start(self) -> None:
        quiet = subprocess.DEVNULL
        self._ending = subprocess.Popen(
            [*_SUDO, "sh", "-c", _END, str(self.at)],
            stdin=subprocess.PIPE,
            stdout=quiet,
            stderr=quiet,
            start_new_session=True,
        )
        self._write_files()
        for controller in self._controllers:
            controller.start()
        self.start_dovecot()
        command = [*_SUDO, "postfix", "-c", str(self.at / "postfix"), "start"]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        for port in (self.ports.submission, self.ports.public, self.ports.inside):
            _wait_until_open(port)

    def start_dovecot(self) -> None:
        command = [*_SUDO, "dovecot", "-F", "-c", str(self.at / "dovecot.conf")]
        self._dovecot = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for port in (self.ports.imap, self.ports.lmtp, self.ports.auth):
            _wait_until_open(port)

    def stop_dovecot(self) -> None:
        if self._dovecot is not None:
            subprocess.run(
                [*_SUDO, "doveadm", "-c", str(self.at / "dovecot.conf"), "stop"], check=False, capture_output=True
            )
            self._dovecot.wait(20)
            self._dovecot = None

    def stop(self) -> None:
        for controller in self._controllers:
            with contextlib.suppress(AssertionError):  # never started
                controller.stop()
        if self._ending is not None:
            assert self._ending.stdin is not None
            self._ending.stdin.close()
            self._ending.wait(60)
        if self._dovecot is not None:
            self._dovecot.wait(20)

    def _write_files(self) -> None:
        self.at.chmod(0o755)
        owner = pwd.getpwnam("mail")
        for folder in ("run", "mail", "postfix", "queue", "data"):
            (self.at / folder).mkdir()
        shutil.chown(self.at / "mail", owner.pw_uid, owner.pw_gid) if not _SUDO else self._chown("mail", "mail:mail")
        self._chown("data", "postfix:postfix")
        self._write_certificate()
        accounts = [OWN, *PEOPLE]
        (self.at / "accounts").write_text("".join(f"{one}:{PASSWORD}\n" for one in accounts), "utf-8")
        (self.at / "mailboxes").write_text("".join(f"{one} here\n" for one in accounts), "utf-8")
        (self.at / "transports").write_text(
            f"lists.example.org smtp:[127.0.0.1]:{self.ports.lists}\ngone.example smtp:[127.0.0.1]:{self.ports.lists}\n",
            "utf-8",
        )
        values = {"at": self.at, "ports": self.ports, "uid": owner.pw_uid, "gid": grp.getgrnam("mail").gr_gid}
        (self.at / "dovecot.conf").write_text(_DOVECOT.format(**values), "utf-8")
        (self.at / "postfix" / "main.cf").write_text(_POSTFIX_MAIN.format(**values), "utf-8")
        (self.at / "postfix" / "master.cf").write_text(_POSTFIX_MASTER.format(**values), "utf-8")

    def _chown(self, name: str, owner: str) -> None:
        subprocess.run([*_SUDO, "chown", "-R", owner, str(self.at / name)], check=True)

    def _write_certificate(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
        now = dt.datetime.now(dt.UTC)
        names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(hours=1))
            .not_valid_after(now + dt.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        encoding = serialization.Encoding.PEM
        (self.at / "cert.pem").write_bytes(certificate.public_bytes(encoding))
        plain = serialization.NoEncryption()
        (self.at / "key.pem").write_bytes(key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain))

    # What people do.

    def send(self, account: str, to: list[str], content: bytes) -> None:
        """As somebody's mail program does: signed in."""
        with smtplib.SMTP("127.0.0.1", self.ports.submission) as smtp:
            smtp.starttls(context=self.tls())
            smtp.login(account, PASSWORD)
            smtp.sendmail(account, to, content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))

    def send_from_outside(self, mail_from: str, to: list[str], content: bytes, helo: str = "evil.example") -> None:
        """As anybody in the world can."""
        with smtplib.SMTP("127.0.0.1", self.ports.public, local_hostname=helo) as smtp:
            smtp.sendmail(mail_from, to, content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))

    def tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.at / "cert.pem"))

    @contextlib.contextmanager
    def mailbox(self, account: str, folder: str = "INBOX") -> Iterator[IMAPClient]:
        with IMAPClient("127.0.0.1", self.ports.imaps, ssl=True, ssl_context=self.tls(), timeout=20) as client:
            client.login(account, PASSWORD)
            client.select_folder(folder)
            yield client

    def mails(self, account: str, folder: str = "INBOX") -> list[bytes]:
        with self.mailbox(account, folder) as client:
            found = client.fetch(client.search(), ["BODY.PEEK[]"])
            return [content[b"BODY[]"] for _, content in sorted(found.items())]

    def empty(self) -> None:
        for account in (OWN, *PEOPLE):
            with self.mailbox(account) as client:
                if uids := client.search():
                    client.delete_messages(uids, silent=True)
                    client.expunge()

    def wait_for_queue(self, seconds: float = 20) -> None:
        """Until nothing is on its way any more."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            said = subprocess.run(
                [*_SUDO, "postqueue", "-c", str(self.at / "postfix"), "-p"], capture_output=True, check=False
            )
            if b"is empty" in said.stdout:
                return
            time.sleep(0.1)


def _wait_until_open(port: int, seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return
