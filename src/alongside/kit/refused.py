"""What every action raises that may not be."""


class Refused(Exception):
    """An act that may not be; the message is one sentence for the one who tried it."""
