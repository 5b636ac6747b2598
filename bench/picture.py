"""The pictures in README: /find of a try-out, in paper and dark, as a newcomer sees it. `make picture` writes them."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from playwright.sync_api import Browser, expect, sync_playwright
from tests.e2e.conftest import understands
from tests.e2e.served import serving

PICTURES = Path(__file__).resolve().parents[1] / "docs" / "pictures"
QUESTION = "How do you calm a caller who threatens to cancel?"
SIZE = {"width": 1200, "height": 900}
QUIET = ("--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-gpu", "--no-first-run")


def main() -> None:
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("Chromium is missing: apt-get install chromium")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="alongside-picture-") as folder, serving(Path(folder) / "home", "--try") as served:
        understands(served)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=list(QUIET))
            for name, theme in (("find.png", "light"), ("find-dark.png", "dark")):
                _take(browser, f"{served.address}/find?{urlencode({'q': QUESTION})}", theme, PICTURES / name)
            browser.close()


def _take(browser: Browser, address: str, theme: str, path: Path) -> None:
    context = browser.new_context(viewport=SIZE, color_scheme="dark" if theme == "dark" else "light")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(address)
    expect(page.locator("#results li").first).to_be_visible()
    page.evaluate("document.fonts.ready")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=path)
    context.close()
    print(f"{path.relative_to(PICTURES.parents[1])}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
