"""Where the real data lies, and the one browser."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
BROWSERS = {"chromium", "browser"}
STORES = {"db", "transactional_db", "django_db_setup", "live_server"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever opens a browser is run with the others that do, whether its file says so or not: the browser's driver
    keeps a running loop in its process, in which nothing else that is async can be tested.
    """
    for item in items:
        if BROWSERS & set(getattr(item, "fixturenames", ())):
            item.add_marker("browser")
        if _touches_the_store(item):
            item.add_marker("store")


def _touches_the_store(item: pytest.Item) -> bool:
    """By a fixture, or in an installation of its own. What does not is not run again for the other store."""
    of_module = vars(getattr(item, "module", object))
    return bool(
        STORES & set(getattr(item, "fixturenames", ()))
        or item.get_closest_marker("django_db")
        or {"Installation", "new_installation"} & of_module.keys()
    )


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real data for tests only, beside the project; not part of it."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the real data is not beside this checkout")
    return SHARED_DATA


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's, which asks nobody on the internet anything; one in a process, for its driver stands no second."""
    path = shutil.which("chromium")
    if path is None or not Path(path).exists():
        pytest.fail("Chromium is missing: `make test` installs it.")
    quiet = ("--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-gpu", "--no-first-run")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(quiet))
        yield browser
        browser.close()
