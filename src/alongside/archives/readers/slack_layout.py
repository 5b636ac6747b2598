"""Where things lie in a Slack export, packed or not."""

import re
from pathlib import Path

from alongside.archives.port import RoomAudience
from alongside.archives.readers.unpacking import Package

PEOPLE = ("users.json", "org_users.json")
ROOMS = {"channels.json": RoomAudience.ORGANISATION, "groups.json": RoomAudience.MEMBERS}
DIRECT = ("dms.json", "mpims.json")
# What lies beside the conversations; the last two are what other programs said, and files that messages link anyway.
HEADS = {*PEOPLE, *ROOMS, *DIRECT, "integration_logs.json", "file_conversations.json"}
# Enough of a file to know what it is.
LOOKED_AT = 1_000_000
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\.json")


def as_written(folder: str) -> str:
    """Some of Slack's zips do not say that their names are UTF-8; read as the old code page they are gibberish."""
    try:
        return folder.encode("cp437").decode("utf-8")
    except UnicodeError:
        return folder


def top_of(package: Package) -> str | None:
    """The folder in which the export lies: the package itself, or the one folder at its top."""
    names = set(package.names)
    heads = sorted((name for name in names if name.split("/")[-1] == "users.json"), key=lambda name: name.count("/"))
    for head in heads:
        top = head.removesuffix("users.json")
        if top.count("/") <= 1 and any(top + listed in names for listed in ROOMS):
            return top
    return None


def sorted_into_folders(names: list[str], top: str) -> tuple[dict[str, list[str]], list[str]]:
    """Day files by their folder, in order; and the names of what else is there."""
    days: dict[str, list[str]] = {}
    others: list[str] = []
    for name in sorted(names):
        folder, _, file = name.removeprefix(top).rpartition("/")
        is_inside = name.startswith(top)
        if is_inside and folder and "/" not in folder and _DAY.fullmatch(file):
            days.setdefault(folder, []).append(name)
        elif is_inside and (folder or file not in HEADS) and not _is_of_a_desktop(name):
            others.append(name)
    return days, others


def _is_of_a_desktop(name: str) -> bool:
    return "__MACOSX/" in name or name.rpartition("/")[2] in {".DS_Store", "Thumbs.db"}


def is_unpacked_export(path: Path) -> bool:
    """Looked at by name first, so that a large foreign folder is not walked through."""
    for folder in (path, *(entry for entry in sorted(path.iterdir())[:50] if entry.is_dir())):
        if (folder / "users.json").is_file() and any((folder / name).is_file() for name in ROOMS):
            with (folder / "users.json").open("rb") as file:
                return _looks_like_people(file.read(LOOKED_AT))
    return False


def holds_people(package: Package, name: str) -> bool:
    with package.open(name) as file:
        return _looks_like_people(file.read(LOOKED_AT))


def _looks_like_people(start: bytes) -> bool:
    return start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[") and (b'"id"' in start or b"{" not in start)
