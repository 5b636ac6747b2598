"""`help`: what one can do, in words that work in every tool."""

from django.utils.translation import gettext as _

from alongside.bridges.acts.asking import Answer, Asking
from alongside.bridges.port import Body, Item


def explain(asking: Asking) -> Answer:
    del asking
    acts = (
        (_("Just ask"), _("in your own words: I find what people worked out before, for you alone.")),
        (
            _("ask in #room: …"),
            _("posts your question there, in your name, once; without the colon nothing is posted."),
        ),
        (_("ask quietly in #room: …"), _("the same without your name; I say who could still learn it.")),
        (_("here: …"), _("in a room: an answer for everybody in it, from what all of them may read.")),
        (_("keep"), _("in a thread: the draft of a note, from people’s own words.")),
        (
            _("correct · correct title: …"),
            _("changes a note, in reply to it or in its thread; “correct: …” adds to it."),
        ),
        (_("today I learned …"), _("one sentence makes a note.")),
        (_("this helped"), _("thanks whoever helped, with a sentence if you like.")),
        (_("pause · go on"), _("keeps your words out of what is found, and takes them in again.")),
        (_("forget me · take my things · what do you know of me"), _("what is yours stays yours.")),
        (_("join accounts"), _("makes several accounts of yours one person, by your own act.")),
        (_("follow my blog ADDRESS into #room"), _("its posts are found, and told there.")),
        (_("remember this room · stop"), _("for members of a room.")),
        (_("no more of this"), _("ends what comes to you by itself; said in a room, the blogs that are told there.")),
    )
    return Answer(
        Body(
            title=_("What you can say to me"),
            items=tuple(Item(title=words, where=what) for words, what in acts),
            foot=(_("What you look for is stored nowhere. Nobody is watched, nothing is posted but what you send."),),
        )
    )
