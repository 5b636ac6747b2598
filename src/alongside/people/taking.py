"""Somebody's own words for who asked for them in a tool: at an address without a session, or as lines of a file.

What is theirs lies further up than `people` may import, so that the settings name who knows it (`OWN_WORDS`).
"""

from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module

from django.conf import settings

from alongside.kit import clock
from alongside.kit.sealing import sealing_in
from alongside.people.queries import unscoped_viewer_of_account
from alongside.people.rules import Viewer

PURPOSE = "take my things"
WITHIN = timedelta(minutes=30)


def path_to_take(account_id: int) -> str:
    """Works for half an hour, for whoever has it: it is told to that account alone."""
    until = int((clock.now() + WITHIN).timestamp())
    return f"/things/take/{sealing_in(settings.HOME).token(f'{account_id} {until}', PURPOSE)}"


def unscoped_taker(token: str) -> Viewer | None:
    """None for what was never made, is over, or whose account is gone: the same for all."""
    text = sealing_in(settings.HOME).text_of(token, PURPOSE) or "0 0"
    account_id, until = (int(part) for part in text.split())
    return unscoped_viewer_of_account(account_id) if until > clock.now().timestamp() else None


def everything_of(viewer: Viewer) -> Iterator[bytes]:
    """The lines of an Alongside archive."""
    lines: Iterator[bytes] = import_module(settings.OWN_WORDS).own_words(viewer)
    return lines
