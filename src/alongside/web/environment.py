"""How Jinja2 is set up: escape everything, and fail on a name that is not there."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

# Both are asked for a dozen times a page and answer the same for as long as the process lives.
_static = lru_cache(maxsize=64)(static)


@lru_cache(maxsize=64)
def _same_address(name: str) -> str:
    return reverse(name)


def _address(name: str, args: Sequence[Any] = ()) -> str:
    return reverse(name, args=args) if args else _same_address(name)


def _translated(words: str, **values: Any) -> Markup:
    """Jinja2's own puts values into every sentence, also into the many that take none."""
    said = Markup(translation.gettext(words))  # noqa: S704 (what we and our translators wrote)
    return said % values if values else Markup(said.replace("%%", "%"))  # noqa: S704


def environment(**options: Any) -> Environment:
    options.update(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made = Environment(**options, extensions=["jinja2.ext.i18n"])  # noqa: S701 (autoescape is set above)
    made.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=translation.gettext, ngettext=translation.ngettext, newstyle=True
    )
    made.globals.update(static=_static, url=_address, gettext=_translated, _=_translated)
    return made
