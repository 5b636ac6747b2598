"""What somebody chooses for themselves, from any tool: accounts that are one person, leaving out, forgetting."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from alongside.audiences.queries import NotThere, readable
from alongside.bridges.acts.asking import Answer, Asking, said
from alongside.bridges.port import Body, Button, Can, Item
from alongside.bridges.rules import ActName
from alongside.kit.refused import Refused
from alongside.notes.actions.remarking import answer_about_name, answer_about_passage
from alongside.notes.queries import asked_of
from alongside.people.actions.joining import join_by_code, offer_code, part
from alongside.people.actions.leaving_out import CANNOT_BE_CALLED_BACK, go_on, pause
from alongside.people.actions.leaving_out import forget as forget_for_good
from alongside.people.holders import known_of
from alongside.search.grounds import of_audience

MOST_WAITING = 5


def be_left_out(asking: Asking) -> Answer:
    pause(asking.viewer)
    return said(
        _("Your words are left out of what is found, of suggestions and of new notes, now and in later imports."),
        _("They stay where you said them. “go on” takes them in again."),
    )


def be_found_again(asking: Asking) -> Answer:
    go_on(asking.viewer)
    return said(_("Your words can be found again."))


def forget(asking: Asking) -> Answer:
    """Asked once more, because nothing of it can be called back; with what it cannot do, before."""
    lines = (
        _(
            "Everything you said here, your notes, your remarks and your name go, for good, and stay away in later imports."
        ),
        *(_(sentence) for sentence in CANNOT_BE_CALLED_BACK),
    )
    if Can.BUTTON in asking.can:
        surely = Button(label=_("Forget me, for good"), words=ActName.FORGET_SURELY.value)
        return Answer(Body(title=_("Forget you?"), lines=lines, buttons=(surely,)))
    return Answer(Body(title=_("Forget you?"), lines=lines, foot=(_("Reply “yes, forget me”, and it is done."),)))


def forget_surely(asking: Asking) -> Answer:
    try:
        forget_for_good(asking.viewer)
    except Refused as refused:
        return said(str(refused))
    return said(
        _(
            "You are forgotten: no way of reading shows your words or your name any more. The files are cleaned tonight."
        ),
        *(_(sentence) for sentence in CANNOT_BE_CALLED_BACK),
    )


def know(asking: Asking) -> Answer:
    """Everything that is stored about the one who asks, and what waits for their yes."""
    # It names rooms, and calls things by their titles: of whatever the viewer reads.
    grounds = tuple(of_audience(one) for one in sorted(readable(asking.viewer).audience_ids))
    items = [Item(title=one.heading, where="; ".join(one.lines)) for one in known_of(asking.viewer)]
    waiting = asked_of(asking.viewer)[:MOST_WAITING]
    buttons: list[Button] = []
    foot = [_("What you look for is stored nowhere, nor what you read.")]
    for kind, row, title, words in waiting:
        about = f"{'p' if kind == 'passage' else 'k'}:{row}"
        items.append(Item(title=_("Waits for your yes: %(words)s") % {"words": words}, where=title))
        if Can.BUTTON in asking.can:
            buttons += [
                Button(label=_("Yes, show it"), words=f"yes {about}", is_first=True),
                Button(label=_("No"), words=f"no {about}"),
            ]
        else:
            foot.append(
                _("Reply “yes %(about)s” or “no %(about)s” about “%(words)s”.") % {"about": about, "words": words}
            )
    body = Body(title=_("What I know of you"), items=tuple(items), buttons=tuple(buttons), foot=tuple(foot))
    return Answer(body, grounds=grounds)


def say_yes_or_no(asking: Asking) -> Answer:
    is_yes = asking.act.name is ActName.YES
    kind, _colon, number = asking.act.about.partition(":")
    try:
        if kind == "p":
            answer_about_passage(asking.viewer, passage_id=int(number), is_yes=is_yes)
        else:
            answer_about_name(asking.viewer, credit_id=int(number), is_yes=is_yes)
    except NotThere:
        return said(_("Nothing of yours waits for an answer under that."))
    return said(_("It is shown now.") if is_yes else _("It is not shown, and you are not asked again."))


def join(asking: Asking) -> Answer:
    try:
        code = offer_code(asking.viewer)
    except Refused as refused:
        return said(str(refused))
    return Answer(
        Body(
            lines=(
                _("Say this to me from the other account, within a quarter of an hour: code %(code)s") % {"code": code},
                _("The two are one person then, by your own act. “part” undoes it."),
            )
        )
    )


def say_code(asking: Asking) -> Answer:
    try:
        join_by_code(asking.viewer, code=asking.act.words)
    except Refused as refused:
        return said(str(refused))
    return said(_("The two accounts are one person now. “part” undoes it."))


def part_account(asking: Asking) -> Answer:
    """The account from which it is said goes its own way."""
    try:
        part(asking.viewer, account_id=asking.account_id)
    except Refused:
        return said(_("This account is joined to no other."))
    return said(_("This account is by itself again."))


ACTS: dict[ActName, Callable[[Asking], Answer]] = {
    ActName.PAUSE: be_left_out,
    ActName.GO_ON: be_found_again,
    ActName.FORGET: forget,
    ActName.FORGET_SURELY: forget_surely,
    ActName.KNOW: know,
    ActName.YES: say_yes_or_no,
    ActName.NO: say_yes_or_no,
    ActName.JOIN: join,
    ActName.SAY_CODE: say_code,
    ActName.PART: part_account,
}
