"""Knowing a file again after it was cut off, or when it is given a second time."""

from hashlib import sha256
from pathlib import Path


def fingerprint_of(path: Path) -> str:
    """Size and both ends: enough to know the same file again."""
    if path.is_dir():
        digest = sha256(str(path.resolve()).encode())
        for one in sorted(some for some in path.rglob("*") if some.is_file()):
            digest.update(f"{one.relative_to(path)} {one.stat().st_size}\n".encode("utf-8", "replace"))
        return digest.hexdigest()
    size, end = path.stat().st_size, 1 << 20
    with path.open("rb") as file:
        digest = sha256(str(size).encode() + file.read(end))
        file.seek(max(0, size - end))
        digest.update(file.read(end))
    return digest.hexdigest()
