"""A real homeserver on the loopback, for tests: Synapse, from its wheel, on SQLite. About six seconds to start."""

import contextlib
import hashlib
import hmac
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2

SERVER = "lindenhof.example"
SHARED_SECRET = "known to this run of tests only"
MANY = "{per_second: 100000, burst_count: 100000}"

CONFIGURATION = """
server_name: "{server}"
pid_file: {folder}/pid
listeners:
  - {{port: {port}, bind_addresses: ["127.0.0.1"], type: http, x_forwarded: true,
      resources: [{{names: [client], compress: false}}]}}
database: {{name: sqlite3, args: {{database: {folder}/homeserver.db}}}}
media_store_path: {folder}/media
signing_key_path: {folder}/signing.key
log_config: {folder}/log.yaml
report_stats: false
trusted_key_servers: []
registration_shared_secret: "{secret}"
macaroon_secret_key: "of tests"
form_secret: "of tests"
allow_guest_access: true
presence: {{enabled: false}}
federation_domain_whitelist: []
bcrypt_rounds: 4
rc_message: {many}
rc_registration: {many}
rc_login: {{address: {many}, account: {many}, failed_attempts: {many}}}
rc_joins: {{local: {many}}}
rc_invites: {{per_room: {many}, per_user: {many}, per_issuer: {many}}}
rc_room_creation: {many}
{more}
"""
LOG = """
version: 1
formatters: {plain: {format: '%(asctime)s %(name)s %(levelname)s %(message)s'}}
handlers: {file: {class: logging.FileHandler, filename: FOLDER/log, formatter: plain}}
root: {level: WARNING, handlers: [file]}
disable_existing_loggers: false
"""


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def quoted(part: str) -> str:
    return quote(part, safe="")


class Synapse:
    def __init__(self, folder: Path, more: str = "") -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        text = CONFIGURATION.format(
            server=SERVER, folder=folder, port=self.port, secret=SHARED_SECRET, many=MANY, more=more
        )
        (folder / "homeserver.yaml").write_text(text)
        (folder / "log.yaml").write_text(LOG.replace("FOLDER", str(folder)))
        subprocess.run([*self._command(), "--generate-keys"], check=True, capture_output=True)

    def _command(self) -> list[str]:
        return [sys.executable, "-m", "synapse.app.homeserver", "-c", str(self._folder / "homeserver.yaml")]

    def start(self) -> None:
        out = (self._folder / "out").open("ab")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("DJANGO", "PYTHON"))}
        self._process = subprocess.Popen(self._command(), stdout=out, stderr=out, env=environment)
        out.close()
        for _ in range(600):
            with contextlib.suppress(httpx2.HTTPError):
                if httpx2.get(f"{self.address}/_matrix/client/versions").status_code == 200:
                    return
            if self._process.poll() is not None:
                break
            time.sleep(0.1)
        raise RuntimeError(f"Synapse did not start: {(self._folder / 'out').read_text()[-2000:]}")

    def kill(self) -> None:
        """As a machine that lost its power."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.kill()

    def registered(self, localpart: str, name: str = "", *, is_admin: bool = False) -> "Client":
        with httpx2.Client(base_url=self.address, timeout=60) as http:
            nonce = http.get("/_synapse/admin/v1/register").json()["nonce"]
            said = [nonce, localpart, "a password", "admin" if is_admin else "notadmin"]
            mac = hmac.new(SHARED_SECRET.encode(), "\0".join(said).encode(), hashlib.sha1).hexdigest()
            found = http.post(
                "/_synapse/admin/v1/register",
                json={
                    "nonce": nonce,
                    "username": localpart,
                    "displayname": name or localpart,
                    "password": "a password",
                    "admin": is_admin,
                    "mac": mac,
                },
            )
        assert found.status_code == 200, found.text
        return Client(self.address, found.json()["user_id"], found.json()["access_token"])

    def guest(self) -> "Client":
        found = httpx2.post(f"{self.address}/_matrix/client/v3/register?kind=guest", json={}, timeout=60).json()
        return Client(self.address, found["user_id"], found["access_token"])


class Client:
    """Somebody at their own Matrix client."""

    def __init__(self, address: str, account: str, token: str) -> None:
        self.account = account
        self.token = token
        self._http = httpx2.Client(
            base_url=f"{address}/_matrix/client/v3", headers={"Authorization": f"Bearer {token}"}, timeout=60
        )
        self._number = 0

    def close(self) -> None:
        self._http.close()

    def ask(self, method: str, path: str, content: Any = None, **query: str) -> dict[str, Any]:
        found = self._http.request(method, path, json=content, params=query)
        assert found.status_code < 300, f"{method} {path}: {found.status_code} {found.text}"
        answered: dict[str, Any] = found.json()
        return answered

    def status(self, method: str, path: str, content: Any = None) -> int:
        return self._http.request(method, path, json=content).status_code

    def make_room(self, *invited: str, **more: Any) -> str:
        room: str = self.ask("POST", "/createRoom", {"invite": list(invited), **more})["room_id"]
        return room

    def join(self, room: str) -> None:
        self.ask("POST", f"/join/{quoted(room)}", {})

    def leave(self, room: str) -> None:
        self.ask("POST", f"/rooms/{quoted(room)}/leave", {})

    def invite(self, room: str, account: str) -> None:
        self.ask("POST", f"/rooms/{quoted(room)}/invite", {"user_id": account})

    def send(self, room: str, content: dict[str, Any], kind: str = "m.room.message") -> str:
        self._number += 1
        way = f"/rooms/{quoted(room)}/send/{kind}/{self._number}-{time.monotonic_ns()}"
        event: str = self.ask("PUT", way, content)["event_id"]
        return event

    def say(self, room: str, text: str, **more: Any) -> str:
        return self.send(room, {"msgtype": "m.text", "body": text, **more})

    def say_in_thread(self, room: str, root: str, text: str, **more: Any) -> str:
        relation = {
            "rel_type": "m.thread",
            "event_id": root,
            "is_falling_back": True,
            "m.in_reply_to": {"event_id": root},
        }
        return self.say(room, text, **{"m.relates_to": relation}, **more)

    def reply(self, room: str, to: str, text: str, **more: Any) -> str:
        return self.say(room, text, **{"m.relates_to": {"m.in_reply_to": {"event_id": to}}}, **more)

    def edit(self, room: str, event: str, text: str, **more: Any) -> str:
        new = {"msgtype": "m.text", "body": text, **more}
        return self.say(
            room, f"* {text}", **{"m.new_content": new, "m.relates_to": {"rel_type": "m.replace", "event_id": event}}
        )

    def react(self, room: str, event: str, key: str) -> str:
        relation = {"rel_type": "m.annotation", "event_id": event, "key": key}
        return self.send(room, {"m.relates_to": relation}, "m.reaction")

    def redact(self, room: str, event: str) -> str:
        self._number += 1
        way = f"/rooms/{quoted(room)}/redact/{quoted(event)}/{self._number}-{time.monotonic_ns()}"
        redaction: str = self.ask("PUT", way, {})["event_id"]
        return redaction

    def state(self, room: str, kind: str, content: dict[str, Any]) -> str:
        event: str = self.ask("PUT", f"/rooms/{quoted(room)}/state/{kind}/", content)["event_id"]
        return event

    def encrypt(self, room: str) -> None:
        self.state(room, "m.room.encryption", {"algorithm": "m.megolm.v1.aes-sha2"})

    def invitations(self) -> list[str]:
        self._number += 1  # the same question is answered from a cache
        found = self.ask("GET", "/sync", timeout=str(self._number))
        return list(found.get("rooms", {}).get("invite", {}))

    def joined(self) -> list[str]:
        rooms: list[str] = self.ask("GET", "/joined_rooms")["joined_rooms"]
        return rooms

    def messages(self, room: str) -> list[dict[str, Any]]:
        """All that was said in a room, oldest first."""
        chunk: list[dict[str, Any]] = self.ask("GET", f"/rooms/{quoted(room)}/messages", dir="b", limit="1000")["chunk"]
        return [event for event in reversed(chunk) if event["type"] == "m.room.message" and event["content"]]
