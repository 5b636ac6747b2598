"""How many of something, in words for who reads them in a terminal. Pure."""


def counted(number: int, one: str, many: str = "") -> str:
    """“1 room”, “1,204 rooms”. `many` where it is not `one` with an s."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
