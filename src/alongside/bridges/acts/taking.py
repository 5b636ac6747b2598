"""`take my things`: everything that somebody said and kept, to themselves, by themselves."""

from django.utils.translation import gettext as _

from alongside.bridges.acts.asking import Answer, Asking, Outgoing, said
from alongside.bridges.port import Body, Can, Item
from alongside.bridges.queries import AccountThere, account_for_files, unscoped_bridges_for_files
from alongside.bridges.rules import MY_THINGS
from alongside.bridges.wording import page
from alongside.letters.rules import Because
from alongside.people.taking import path_to_take


def take(asking: Asking) -> Answer:
    """Attached to the answer where the tool takes files; at an address; or by mail, where pages have no address."""
    link = page(path_to_take(asking.account_id), asking.bridge.kind)
    items = (Item(title=_("My words"), link=link),) if link else ()
    if Can.FILE in asking.can:
        return Answer(Body(lines=_attached(link), items=items), attachment=MY_THINGS)
    if not link:
        return _by_mail(asking)
    fetched = _(
        "Everything you said and kept, in one open file, for half an hour at this address. It is for you alone."
    )
    return Answer(Body(lines=(fetched,), items=items))


def _attached(link: str = "") -> tuple[str, ...]:
    attached = _("Everything you said and kept is attached, in one open file. It is for you alone.")
    return (attached, _("For half an hour it is at this address, too.")) if link else (attached,)


def _by_mail(asking: Asking) -> Answer:
    """To an account of theirs that they joined; or how they get there; or, where there is no way yet, who can make one."""
    mine = account_for_files(asking.viewer)
    if mine is not None:
        sent = _("I send everything you said and kept to %(address)s, in one open file.") % {"address": mine.source_id}
        return Answer(Body(lines=(sent,)), also=(_sent_to(mine, asking.bridge.name),))
    if names := ", ".join(one.name for one in unscoped_bridges_for_files()):
        return said(
            _("I cannot give you a file here, but by mail I can (%(tool)s).") % {"tool": names},
            _(
                "Write “join accounts” here, and say the code to me by mail. Then “take my things” sends it to you there."
            ),
        )
    return said(
        _(
            "I cannot give you a file here: my pages have no address at which you could fetch it, and I have no mailbox."
        ),
        _(
            "Whoever runs me mends that with a base URL, or a mailbox of mine. Ask them for either, and write this again."
        ),
        _("Until then they can write your things into a file for you: alongside export."),
    )


def _sent_to(mine: AccountThere, tool: str) -> Outgoing:
    why = _("You asked for it in %(tool)s, so it came; nothing else will.") % {"tool": tool}
    return Outgoing(
        Because.ANSWER,
        Body(title=_("Your things"), lines=_attached(), foot=(why,)),
        mine.connection_id,
        account=mine.source_id,
        account_id=mine.account_id,
        attachment=MY_THINGS,
    )
