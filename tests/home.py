"""A home of its own for one test in this process: its index, and no model unless one is asked for."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from alongside.search import serving


def a_home(settings: Any, folder: Path, *, model: str = "/nowhere", **options: Any) -> Path:
    """Django's settings (pytest-django's fixture) as if they had been read in this home."""
    folder.mkdir(exist_ok=True)
    settings.HOME = folder
    settings.OPTIONS = replace(settings.OPTIONS, home=folder, model=model, **options)
    serving.model.cache_clear()
    return folder
