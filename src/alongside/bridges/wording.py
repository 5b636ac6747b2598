"""Words that stand in what Alongside says in tools."""

from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _

from alongside.kit import clock


def on_day(moment: datetime) -> str:
    """“3 March”, with the year when it is another one."""
    here = timezone.localtime(moment)
    day = f"{here.day} {MONTHS[here.month]}"
    return day if here.year == timezone.localtime(clock.now()).year else f"{day} {here.year}"


def in_month(moment: datetime) -> str:
    here = timezone.localtime(moment)
    month = str(MONTHS[here.month])
    return month if here.year == timezone.localtime(clock.now()).year else f"{month} {here.year}"


def page(path: str, kind: str = "") -> str:
    """An address of ours, for a link in a tool; "" where our pages have no address that others reach.

    `kind` of bridge: a pretended one stands on our own pages, so that a path is enough there.
    """
    if kind.startswith("pretend"):
        return path
    return f"{settings.BASE_URL}{path}" if settings.BASE_URL else ""


def in_a_room(name: str) -> str:
    """A room's name as people write it: #hotline, whatever sign it came with."""
    return name if name.startswith(("#", "!")) or "@" in name or " " in name else f"#{name}"


def why_it_came() -> str:
    return _("You asked, so this came; nothing else will.")
