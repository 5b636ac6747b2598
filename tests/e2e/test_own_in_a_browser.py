"""Somebody leaves their words out, goes on, and is forgotten: by clicking, in a real browser."""

from collections.abc import Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.e2e.served import Served

WHO = "Victor Lemaire"


@pytest.fixture
def page(tryout: Served, chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(tryout.address)
    page.get_by_label("You are").select_option(label=WHO)
    page.get_by_role("button", name="Be this person").click()
    yield page
    with suppress(Exception):
        context.close()


def test_somebody_leaves_their_words_out_goes_on_and_is_forgotten(tryout: Served, page: Page) -> None:
    page.goto(f"{tryout.address}/things/known")
    expect(page.locator("main")).to_contain_text("Your name: Victor Lemaire")
    page.get_by_role("link", name="Leave my words out").click()
    page.get_by_role("button", name="Pause: leave my words out").click()
    expect(page.locator("#pause")).to_contain_text("You are paused.")
    page.get_by_role("button", name="Go on: let my words be found again").click()
    expect(page.locator("#pause")).not_to_contain_text("You are paused.")
    page.get_by_role("link", name="Look at what that means").click()
    page.get_by_role("button", name="Forget everything of mine").click()
    expect(page).to_have_url(f"{tryout.address}/choices/forget")
    page.get_by_role("checkbox", name="I know that this cannot be undone.").check()
    page.get_by_role("button", name="Forget everything of mine").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are forgotten here")
    expect(page.locator("main")).to_contain_text("What cannot be called back")
    page.goto(tryout.address)
    expect(page.get_by_label("You are").locator("option", has_text=WHO)).to_have_count(0)
