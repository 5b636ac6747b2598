"""What an administrator can set: in the environment (`ALONGSIDE_…`) or in one file, `settings.toml` in the home.

The environment wins over the file. `docs/settings.md` says the same for people; a test holds them together.
"""

import json
import os
import secrets
import threading
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import platformdirs

from alongside.kit.public_addresses import AllowedHosts

PREFIX = "ALONGSIDE_"
FILE_NAME = "settings.toml"


class WrongSetting(Exception):
    """A setting that cannot be; the message is one sentence for an administrator."""


@dataclass(frozen=True, slots=True)
class Options:
    """Every setting, with its default. Names in the environment are these in capitals, after `ALONGSIDE_`."""

    home: Path
    secret_key: str = ""
    base_url: str = ""
    store: str = ""
    address: str = "127.0.0.1"
    port: int = 8765
    threads: int = 4
    email_url: str = ""
    email_from: str = ""
    model: str = ""
    language: str = "en"
    time_zone: str = "UTC"
    encoding_threads: int = 1
    ledger: str = ""
    allowed_private_hosts: str = ""

    @property
    def is_https(self) -> bool:
        return self.base_url.startswith("https://")

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).hostname or ""


def default_home() -> Path:
    """`var/` in a checkout, so that a clone keeps everything in itself; the platform's data folder otherwise."""
    checkout = Path(__file__).resolve().parents[3]
    if (checkout / "pyproject.toml").is_file() and (checkout / "src" / "alongside").is_dir():
        return checkout / "var"
    return Path(platformdirs.user_data_dir("alongside"))


def options(environment: Mapping[str, str] | None = None) -> Options:
    """What is set. Raises WrongSetting with one sentence for what cannot be."""
    environment = os.environ if environment is None else environment
    home = Path(environment.get(f"{PREFIX}HOME") or default_home()).expanduser().resolve()
    chosen: dict[str, Any] = {"home": home}
    from_file = _from_file(home / FILE_NAME)
    for field in fields(Options):
        if field.name == "home":
            continue
        value = environment.get(PREFIX + field.name.upper(), from_file.get(field.name))
        if value is not None:
            chosen[field.name] = _as_kind(field.name, value, field.type)
    return _checked(Options(**chosen))


def _from_file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongSetting(f"{path} cannot be read as TOML: {error}. Mend that line, or move the file away.") from error
    known = {field.name for field in fields(Options)} - {"home"}
    for name in found:
        if name not in known:
            raise WrongSetting(f"{path} sets “{name}”, which is no setting. docs/settings.md lists them all.")
    return found


def _as_kind(name: str, value: Any, kind: Any) -> Any:
    if kind in (int, "int"):
        try:
            return int(value)
        except (TypeError, ValueError):
            raise WrongSetting(f"{PREFIX}{name.upper()} is “{value}”, which is not a whole number.") from None
    return str(value).strip()


def _checked(chosen: Options) -> Options:
    url = urlsplit(chosen.base_url)
    if chosen.base_url and (url.scheme not in ("http", "https") or not url.hostname or url.path.strip("/")):
        raise WrongSetting(
            f"{PREFIX}BASE_URL is “{chosen.base_url}”; it has to be like https://alongside.example.org, without a path."
        )
    if not 0 < chosen.port < 65536:  # noqa: PLR2004
        raise WrongSetting(f"{PREFIX}PORT is {chosen.port}; it has to be between 1 and 65535.")
    try:
        ZoneInfo(chosen.time_zone)
    except (KeyError, ValueError, OSError):
        raise WrongSetting(
            f"{PREFIX}TIME_ZONE is “{chosen.time_zone}”; it has to be a name like Europe/Berlin, or UTC."
        ) from None
    mail = urlsplit(chosen.email_url)
    if chosen.email_url and (mail.scheme not in ("smtp", "smtps") or not mail.hostname):
        # Not shown: there may be a password in it.
        raise WrongSetting(f"{PREFIX}EMAIL_URL has to be like smtp://name:word@mail.example.org:587?tls=start.")
    try:
        AllowedHosts.of(chosen.allowed_private_hosts)
    except ValueError as error:
        raise WrongSetting(
            f"{PREFIX}ALLOWED_PRIVATE_HOSTS has “{error}” in it; each has to be a name, an address or a network,"
            " like wiki.example.org, 10.1.2.3:9000 or 10.1.0.0/16."
        ) from None
    if chosen.threads < 1 or chosen.encoding_threads < 1:
        raise WrongSetting(f"{PREFIX}THREADS and {PREFIX}ENCODING_THREADS have to be at least 1.")
    return chosen


def keep_base_url(home: Path, base_url: str) -> None:
    """Into the file, for what starts from now on. Raises WrongSetting for what cannot be one."""
    _checked(Options(home=home, base_url=base_url))
    path = home / FILE_NAME
    earlier = path.read_text("utf-8").splitlines() if path.is_file() else []
    others = [line for line in earlier if not line.replace(" ", "").startswith("base_url=")]
    fresh = home / f"{FILE_NAME}.{os.getpid()}.new"
    # The file may hold passwords: whoever could read it before may now, and nobody else.
    fresh.touch(mode=path.stat().st_mode & 0o777 if path.is_file() else 0o600)
    fresh.write_text("\n".join([f"base_url = {json.dumps(base_url)}", *others, ""]), "utf-8")
    fresh.replace(path)


def kept_secret_key(home: Path) -> str:
    """The key in the home, made at the first need and kept: without it everybody would be signed out at each start."""
    path = home / "secret-key"
    try:
        return path.read_text("ascii").strip()
    except FileNotFoundError:
        home.mkdir(parents=True, exist_ok=True)
    fresh = home / f"secret-key.{os.getpid()}.{threading.get_ident()}.new"
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(50))
        file.flush()
        os.fsync(file.fileno())
    # A link appears whole or not at all: nobody reads half a key, and who was first has made it.
    with suppress(FileExistsError):
        os.link(fresh, path)
    fresh.unlink()
    return path.read_text("ascii").strip()
