"""What must not be read by who only has the store: secrets of connections, and what travels through a tool and back.

The keys lie in a file outside the store, one a line, the newest first. A backup of the store holds none of them.
"""

import base64
import os
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FILE_NAME = "sealing-keys"


class NoKey(Exception):
    """Something was sealed with a key that is not in the file any more; the message is a sentence."""


class Sealing:
    """Seals with the newest key, opens with any."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._secrets = MultiFernet([Fernet(key) for key in keys])
        self._tokens = [AESSIV(_token_key(key)) for key in keys]

    def sealed_secret(self, text: str) -> str:
        return self._secrets.encrypt(text.encode()).decode("ascii")

    def opened_secret(self, sealed: str) -> str:
        """Raises NoKey."""
        try:
            return self._secrets.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise NoKey(
                f"A connection's secrets were sealed with a key that is not in the file {FILE_NAME}."
                " Put that file back, or connect the tool again."
            ) from None

    def sealed_again(self, sealed: str) -> str:
        """The same secret under the newest key. Raises NoKey."""
        return self.sealed_secret(self.opened_secret(sealed))

    def token(self, text: str, purpose: str) -> str:
        """What nobody else could have made, and nobody else reads: lower case and digits, for mail addresses and
        links, 1.6 letters for each byte and 26 more. The same text gives the same token.
        """
        sealed = self._tokens[0].encrypt(text.encode() or b"\0", [purpose.encode()])
        return base64.b32encode(sealed).decode("ascii").rstrip("=").lower()

    def text_of(self, token: str, purpose: str) -> str | None:
        """None for what was not made here, or for another purpose, or was changed."""
        try:
            sealed = base64.b32decode(token.upper() + "=" * (-len(token) % 8))
        except (ValueError, TypeError):
            return None
        for one in self._tokens:
            try:
                return one.decrypt(sealed, [purpose.encode()]).decode().removeprefix("\0")
            except (InvalidTag, ValueError):
                continue
        return None


def _token_key(key: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"alongside tokens").derive(base64.urlsafe_b64decode(key))


def sealing_in(home: Path) -> Sealing:
    """With the keys of this home; the first is made at the first need and kept."""
    return Sealing(kept_keys(home))


def kept_keys(home: Path) -> list[str]:
    path = home / FILE_NAME
    if not path.is_file():
        home.mkdir(parents=True, exist_ok=True)
        _write(path, [Fernet.generate_key().decode("ascii")], only_if_missing=True)
    return path.read_text("ascii").split()


def with_new_key(home: Path) -> Sealing:
    """From now on a new key seals; the older ones still open, until `forget_older_keys`."""
    keys = [Fernet.generate_key().decode("ascii"), *kept_keys(home)]
    _write(home / FILE_NAME, keys, only_if_missing=False)
    return Sealing(keys)


def forget_older_keys(home: Path) -> None:
    """What was sealed with them and not sealed again since cannot be opened after this."""
    _write(home / FILE_NAME, kept_keys(home)[:1], only_if_missing=False)


def _write(path: Path, keys: Sequence[str], *, only_if_missing: bool) -> None:
    """Whole or not at all, for its owner's eyes alone; of two processes that begin at once one wins."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write("".join(f"{key}\n" for key in keys))
        file.flush()
        os.fsync(file.fileno())
    if not only_if_missing:
        fresh.replace(path)
        return
    try:
        os.link(fresh, path)  # appears whole, and only where there is none
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
