"""One try-out for all tests in a browser, and Debian's Chromium, which asks nobody on the internet anything."""

import json
import time
from collections.abc import Callable, Iterator
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext
from tests.e2e.served import PATIENCE, Served, serving

Visiting = Callable[..., BrowserContext]


def understands(served: Served) -> None:
    """Meaning follows the words some seconds later; in between an answer may not be what it will be."""
    until = time.monotonic() + PATIENCE
    while True:
        with urlopen(f"{served.address}/api/find?q=angry+customer+on+the+phone") as answer:
            found = json.load(answer)
        if found["fits"] and not found["remarks"]:
            return
        assert time.monotonic() < until, "The index of meaning does not come."
        time.sleep(0.5)


@pytest.fixture(scope="session")
def tryout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("tryout") / "home", "--try") as served:
        understands(served)
        yield served


@pytest.fixture
def visiting(chromium: Browser) -> Iterator[Visiting]:
    """A browser of somebody: `visiting(width=360, color_scheme="dark")`. Nothing of one is known to another."""
    opened: list[BrowserContext] = []

    def visit(*, width: int = 1120, color_scheme: str = "light", **options: object) -> BrowserContext:
        size = {"width": width, "height": 900}
        context = chromium.new_context(viewport=size, color_scheme=color_scheme, **options)  # type: ignore[arg-type]
        context.set_default_timeout(15_000)
        opened.append(context)
        return context

    yield visit
    for context in opened:
        context.close()
