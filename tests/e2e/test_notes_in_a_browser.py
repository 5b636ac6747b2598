"""From a question to a note that others trust, in a real browser: ask, read, keep, correct as another, find, say it helped."""

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.e2e.served import Served
from tests.e2e.test_in_a_browser import asked, be

pytestmark = pytest.mark.browser

KEEPER, ANOTHER, GUEST = "Miriam Osei", "Chidi Nwosu", "Jo Marlowe, a guest"
TITLE = "Serial numbers by the ten, and read back"


@pytest.fixture
def page(tryout: Served, chromium: Browser) -> Page:
    page = chromium.new_page()
    page.goto(tryout.address)
    be(page, KEEPER)
    return page


def test_what_was_worked_out_is_kept_corrected_found_and_thanked_for(tryout: Served, page: Page) -> None:
    asked(page, tryout, "how do you take serial numbers over a terrible line")
    page.locator("#results li h2 a[href^='/conversations/']").first.click()
    conversation = page.url
    page.get_by_role("link", name="Keep this as a note").click()
    expect(page.get_by_text("Found by machine").first).to_be_visible()
    page.get_by_label("Title", exact=True).fill(TITLE)
    page.get_by_role("button", name="Save this note").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    note = page.url

    be(page, ANOTHER)
    page.goto(note + "/edit")
    page.get_by_label("Where it may not help").fill("It takes too long when somebody is shut in.")
    page.get_by_role("button", name="Save this note").click()
    expect(page.get_by_text("It takes too long when somebody is shut in.")).to_be_visible()
    page.get_by_role("link", name="History").click()
    expect(page.get_by_text(f"by {ANOTHER}")).to_be_visible()
    expect(page.get_by_text(f"by {KEEPER}")).to_be_visible()

    page.goto(note)
    page.get_by_role("button", name="This helped me").click()
    expect(page.get_by_text("You said that this helped you.")).to_be_visible()
    expect(page.locator(".ripple")).to_contain_text("people said it helped")

    page.goto(conversation)
    expect(page.get_by_role("link", name=TITLE)).to_be_visible()
    for _ in range(20):  # the index follows within seconds
        asked(page, tryout, f'"{TITLE}"')
        if page.locator("#results li h2 a").count():
            break
        page.wait_for_timeout(250)
    expect(page.locator("#results li h2 a").first).to_have_text(TITLE)


def test_a_note_of_a_room_that_one_may_not_read_is_not_there(tryout: Served, page: Page) -> None:
    asked(page, tryout, '"Larkspur"')
    page.locator("#results li h2 a[href^='/conversations/']").first.click()
    page.get_by_role("link", name="Keep this as a note").click()
    page.get_by_label("Title", exact=True).fill("What Larkspur taught us")
    page.get_by_role("button", name="Save this note").click()
    note = page.url
    for who in (ANOTHER, GUEST, "somebody from outside"):
        be(page, who)
        page.goto(note)
        hidden = page.locator("main").inner_text()
        page.goto(f"{tryout.address}/notes/nothing")
        assert page.locator("main").inner_text() == hidden
        page.goto(f"{tryout.address}/notes/")
        assert "Larkspur" not in page.locator("main").inner_text()


def test_two_people_who_write_at_once_lose_nothing(tryout: Served, page: Page, chromium: Browser) -> None:
    page.goto(f"{tryout.address}/notes/tell")
    page.get_by_label("Today I learned").fill("Today I learned that the kettle trips the fuse.")
    page.get_by_role("button", name="Keep it as a note").click()
    note = page.url
    other = chromium.new_page()
    other.goto(tryout.address)
    be(other, ANOTHER)
    for writing in (page, other):
        writing.goto(note + "/edit")
    page.get_by_label("When", exact=True).fill("At nine, when all come in.")
    page.get_by_role("button", name="Save this note").click()
    other.get_by_label("Why we think so").fill("The fuse is from 1974.")
    other.get_by_role("button", name="Save this note").click()
    expect(other.get_by_text("At nine, when all come in.")).to_be_visible()
    expect(other.get_by_text("The fuse is from 1974.")).to_be_visible()
