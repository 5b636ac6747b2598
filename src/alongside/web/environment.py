"""How Jinja2 is set up: escape everything, and fail on a name that is not there."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from jinja2 import Environment, StrictUndefined


def environment(**options: Any) -> Environment:
    options.update(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made = Environment(**options, extensions=["jinja2.ext.i18n"])  # noqa: S701 (autoescape is set above)
    made.globals.update(static=static, url=reverse)
    made.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=translation.gettext, ngettext=translation.ngettext, newstyle=True
    )
    return made
