"""Who is forgotten, known again only when they come back: keyed digests, in a folder apart from store and backups.

    key         made once; without it nobody can say whose a digest is, nor make one
    forgotten   a digest a line, sorted, so that not even the order in which people left is told

Nothing in it can be read as a name. It is asked one question: is this account one of those?
"""

import fcntl
import hmac
import os
import secrets
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from django.conf import settings

from alongside.kit.refused import Refused
from alongside.people.models import Installation

KEY = "key"
FORGOTTEN = "forgotten"


def ledger_folder() -> Path:
    """Beside the home by default, never in it: what copies the home shall not copy this."""
    chosen = settings.OPTIONS.ledger
    home = Path(settings.HOME)
    return Path(chosen) if chosen else home.with_name(f"{home.name}-ledger")


def name_of_account(tool: str, key: str, source_id: str) -> str:
    return f"account\0{tool}\0{key}\0{source_id}"


def name_of_person(person_id: int, email: str, random: str) -> str:
    """An address that is given anew is somebody else's. `random`: what stands in the place of a password."""
    return f"person\0{person_id}\0{email.casefold()}\0{random}"


def fingerprint() -> str:
    """Which ledger this is; empty when there is none."""
    key = _key()
    return "" if key is None else hmac.new(key, b"ledger", sha256).hexdigest()


def write_down(names: Iterable[str]) -> str:
    """On the disk when this returns. The ledger is made at the first need; its fingerprint is returned.

    Raises Refused where it cannot be written: who cannot be kept out later is not forgotten now.
    """
    _refuse_a_wrong_one()
    folder = ledger_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _locked(folder):
            key = _key() or _made_key(folder)
            digests = _digests(folder) | {_digest(key, name) for name in names}
            _write_whole(folder / FORGOTTEN, "".join(f"{one}\n" for one in sorted(digests)))
    except OSError as error:
        raise Refused(
            f"The ledger in {folder} cannot be written ({error.strerror or error}), so nobody was forgotten. Whoever looks"
            " after this installation can mend that: `alongside check` says how."
        ) from None
    return fingerprint()


def can_be_written() -> bool:
    """Whether it is there, or could be made, by whoever we run as."""
    folder = ledger_folder()
    return os.access(folder if folder.exists() else folder.parent, os.W_OK | os.X_OK)


def forgotten_of(names: Collection[str]) -> set[str]:
    """Which of these names are written down. Raises Refused where the store's ledger is not here."""
    _refuse_a_wrong_one()
    key = _key()
    if key is None:
        return set()
    digests = _digests(ledger_folder())
    return {name for name in names if _digest(key, name) in digests} if digests else set()


def refuse_unless_here(mark: str) -> None:
    """Raises Refused unless the ledger with this fingerprint is in its place."""
    if mark and mark != fingerprint():
        raise Refused(
            f"The ledger of who is forgotten is not in {ledger_folder()}, or it is another one: without it people would"
            " come back who asked to be forgotten. Put it there, or set ALONGSIDE_LEDGER to where it is."
        )


def _refuse_a_wrong_one() -> None:
    refuse_unless_here(Installation.objects.filter(pk=1).values_list("ledger", flat=True).first() or "")


def _digest(key: bytes, name: str) -> str:
    return hmac.new(key, name.encode("utf-8", "replace"), sha256).hexdigest()


def _key() -> bytes | None:
    try:
        return bytes.fromhex((ledger_folder() / KEY).read_text("ascii"))
    except FileNotFoundError:
        return None


def _made_key(folder: Path) -> bytes:
    key = secrets.token_bytes(32)
    _write_whole(folder / KEY, key.hex())
    return key


def _digests(folder: Path) -> set[str]:
    try:
        return set((folder / FORGOTTEN).read_text("ascii").split())
    except FileNotFoundError:
        return set()


def _write_whole(path: Path, text: str) -> None:
    fresh = path.with_name(f"{path.name}.new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
