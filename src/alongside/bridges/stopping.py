"""An address at which somebody ends what comes to them by itself, without a session: by one POST of whoever has it, as
mail programs do it for them (RFC 8058).
"""

from dataclasses import dataclass

from django.urls import reverse

from alongside.bridges.rules import ActName
from alongside.bridges.sealed import sealing
from alongside.bridges.wording import page
from alongside.people.queries import unscoped_viewer_of_account
from alongside.people.rules import Viewer

PURPOSE = "no more of this"


@dataclass(frozen=True, slots=True)
class Stopping:
    """Who wants no more of what: a thread that was asked or kept (f:ID), or a connection that they own (b:ID)."""

    viewer: Viewer
    about: str


def address_to_stop(account_id: int, about: str) -> str:
    """For `Post.stop`: an address of ours; where our pages have none, the words that do the same."""
    token = sealing().token(f"{account_id} {about}", PURPOSE)
    return page(reverse("stop", args=[token])) or ActName.NO_MORE.value


def unscoped_stopping(token: str) -> Stopping | None:
    """None for what was never made, and for whose account is gone: the same for both."""
    account, _space, about = (sealing().text_of(token, PURPOSE) or "").partition(" ")
    viewer = unscoped_viewer_of_account(int(account)) if account else None
    return Stopping(viewer, about) if viewer is not None else None
