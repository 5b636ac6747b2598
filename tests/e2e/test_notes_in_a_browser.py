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


def test_a_question_that_waits_is_found_answered_and_who_wondered_is_told_once(
    tryout: Served, page: Page, chromium: Browser
) -> None:
    asked(page, tryout, "is:open")
    expect(page.get_by_role("heading", level=1)).to_have_text("These still wait for an answer")
    title = "afternoon. board is blank for me, only the map, no visits. anyone on the desk?"
    expect(page.locator("#results li h2 a").first).to_have_text(title)
    page.goto(f"{tryout.address}/questions/")
    line = page.locator("main li", has=page.get_by_role("link", name=title))
    line.get_by_role("button", name="I’d like to know too").click()
    expect(line.get_by_text("Nobody else knows.")).to_be_visible()
    asker = chromium.new_page()
    asker.goto(tryout.address)
    be(asker, "Yusuf Demir")
    asker.goto(f"{tryout.address}/questions/")
    asker.get_by_role("link", name=title).click()
    answer = asker.locator("article.message").nth(1)
    answer.get_by_text("and say how").click()
    answer.get_by_label("One sentence, with your name").fill("The board was in the wrong week.")
    answer.get_by_role("button", name="Say that it helped me so").click()
    expect(asker.get_by_text("nobody counts it")).to_be_visible()
    expect(asker.locator("main aside")).to_contain_text("The board was in the wrong week.")
    page.goto(tryout.address)
    expect(page.get_by_text(f"Answered, as you wondered: {title}")).to_be_visible()
    page.goto(tryout.address)
    expect(page.get_by_text("Answered, as you wondered")).to_have_count(0)
    asked(page, tryout, "is:open")
    expect(page.locator("#results")).not_to_contain_text("board is blank")


def test_one_note_is_kept_from_two_conversations_with_the_keyboard_and_without_javascript(
    tryout: Served, chromium: Browser
) -> None:
    page = chromium.new_context(java_script_enabled=False).new_page()
    page.goto(tryout.address)
    be(page, KEEPER)
    asked(page, tryout, "how do you take serial numbers over a terrible line")
    page.locator("#results li h2 a[href^='/conversations/']").first.click()
    page.get_by_role("link", name="Keep this as a note").click()
    page.get_by_label("Title", exact=True).fill("Numbers and locked doors")
    another = page.get_by_label("Address of another one, or words to find it by")
    another.fill("standing before a locked machine room")
    another.press("Enter")
    expect(page.get_by_text("Which one do you mean?")).to_be_visible()
    page.get_by_role("button", name="Add: Standing before a locked machine room").first.click()
    expect(page.get_by_label("It is kept from this one too:")).to_be_checked()
    expect(page.get_by_label("Title", exact=True)).to_have_value("Numbers and locked doors")
    page.get_by_label("Title", exact=True).press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Numbers and locked doors")
    expect(page.locator("main .where").first.get_by_role("link")).to_have_count(2)


def test_what_somebody_is_called_in_a_wider_note_is_their_choice(tryout: Served, page: Page) -> None:
    page.goto(f"{tryout.address}/notes/tell")
    page.get_by_label("Today I learned").fill("Today I learned that the gate sticks on Mondays.")
    page.get_by_role("button", name="Keep it as a note").click()
    note = page.url
    page.goto(f"{tryout.address}/choices/")
    page.get_by_label("By another name:").check()
    page.get_by_label("The other name").fill("Robin")
    page.get_by_role("button", name="Keep my name so").click()
    expect(page.get_by_label("The other name")).to_have_value("Robin")
    be(page, ANOTHER)
    page.goto(note + "/history")
    expect(page.get_by_text("by Robin (a chosen name)")).to_be_visible()
    be(page, KEEPER)
    page.goto(f"{tryout.address}/choices/")
    page.get_by_label("As in the tool where I said it").check()
    page.get_by_role("button", name="Keep my name so").click()
