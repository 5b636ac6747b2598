"""Ids that go out to the world: short, without order or count in them, safe in a link."""

import secrets

_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # no 0/o, 1/l/i: they are read aloud and typed from paper


def new_id(length: int = 12) -> str:
    """A random id. 12 letters of 31 are 59 bits: a million ids meet by chance once in a million tries."""
    return "".join(secrets.choice(_LETTERS) for _ in range(length))
