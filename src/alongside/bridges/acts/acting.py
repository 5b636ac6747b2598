"""From words to an act."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from alongside.bridges.acts import (
    choosing,
    correcting,
    ending,
    finding,
    flowing,
    helping,
    keeping,
    posting,
    rooms,
    taking,
    thanking,
)
from alongside.bridges.acts.asking import Answer, Asking
from alongside.bridges.port import Body
from alongside.bridges.rules import ActName

ACTS: dict[ActName, Callable[[Asking], Answer]] = {
    ActName.FIND: finding.find,
    ActName.FIND_HERE: finding.find_here,
    ActName.ASK: posting.ask,
    ActName.ASK_QUIETLY: posting.ask,
    ActName.ANSWER: posting.answer_as_asker,
    ActName.KEEP: keeping.keep,
    ActName.SAVE: keeping.save,
    ActName.CORRECT: correcting.correct,
    ActName.ADD: keeping.add,
    ActName.TELL: thanking.tell,
    ActName.HELPED: thanking.helped,
    ActName.DID_NOT_HELP: thanking.helped,
    ActName.THANKS: thanking.thank,
    ActName.LISTEN: rooms.remember,
    ActName.STOP: rooms.stop,
    ActName.NO_MORE: ending.no_more,
    ActName.FORGET_ROOM: rooms.forget_room,
    ActName.OPEN: rooms.open_archive,
    ActName.HELP: helping.explain,
    ActName.FLOW: flowing.follow,
    ActName.STOP_FLOW: flowing.stop,
    ActName.TAKE: taking.take,
    **choosing.ACTS,
}
# These write nothing, or in short steps of their own, each safe to repeat: a transaction around them would only keep
# others from writing while they look.
BY_THEMSELVES = frozenset(
    {ActName.FIND, ActName.FIND_HERE, ActName.HELP, ActName.KNOW, ActName.FORGET_SURELY, ActName.FLOW}
)


def done(asking: Asking) -> Answer:
    """The act itself. Raises NeedsThread."""
    act = ACTS.get(asking.act.name)
    if act is None:
        return Answer(Body(lines=(_("That is not possible here."),)))
    return act(asking)
