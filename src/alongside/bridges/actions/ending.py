"""What comes to somebody by itself comes no more, by an address that was told to them alone."""

from alongside.bridges.actions.connecting import own_no_more
from alongside.bridges.actions.following import end_telling
from alongside.bridges.queries import unscoped_thread_followed
from alongside.people.rules import Viewer


def end(actor: Viewer, *, about: str) -> None:
    """`about` as bridges/stopping.py makes it. Safe to repeat: what has ended stays so."""
    kind, _colon, row = about.partition(":")
    if kind == "b":
        own_no_more(actor, bridge_id=int(row))
    elif (thread := unscoped_thread_followed(int(row))) is not None:
        end_telling(actor, threads={thread})
