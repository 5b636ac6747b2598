"""Ids that go out to the world: short, without order or count in them, safe in a link."""

import secrets

_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # no 0/o, 1/l/i: they are read aloud and typed from paper


def new_id(length: int = 12) -> str:
    """A random id. 12 letters of 31 are 59 bits: a million ids meet by chance once in a million tries."""
    # One number from the system for all letters: asking it for each takes ten times as long.
    number = secrets.randbelow(len(_LETTERS) ** length)
    letters = []
    for _ in range(length):
        number, place = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[place])
    return "".join(letters)
