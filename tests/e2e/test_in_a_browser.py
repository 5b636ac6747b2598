"""Somebody asks, reads and goes to the source; somebody from outside finds nothing of it. In a real browser."""

import re
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from tests.e2e.served import Served

from alongside.bridges.stopping import PURPOSE
from alongside.kit.sealing import sealing_in

pytestmark = pytest.mark.browser
Visiting = Callable[..., BrowserContext]

QUESTION = "How do you calm a caller who threatens to cancel?"
INSIDER, GUEST = "Miriam Osei", "Jo Marlowe, a guest"
TOO_WIDE = "document.documentElement.scrollWidth > window.innerWidth"
OUTSIDE = """[...document.querySelectorAll("main *")]
    .filter((one) => one.getBoundingClientRect().right > window.innerWidth).map((one) => one.outerHTML.slice(0, 200))"""
# Said in #leads and nowhere else; Miriam is in that room.
SECRET, NOWHERE = "Larkspur", "Xqzvwklu"


def be(page: Page, who: str) -> None:
    page.get_by_label("You are").select_option(label=who)
    page.get_by_role("button", name="Be this person").click()
    expect(page.get_by_label("You are").locator("option:checked")).to_have_text(who)


def tab_to(page: Page, place: Locator) -> None:
    for _ in range(60):
        if place.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("The keyboard does not come there.")


class Weight:
    """What a page and all that it asks for come to, fonts aside, in a browser that has nothing of it yet."""

    def __init__(self, page: Page) -> None:
        self.fonts: set[str] = set()
        self.parts: list[tuple[str, int]] = []
        self.sent: list[tuple[str, int]] = []
        network = page.context.new_cdp_session(page)
        network.on("Network.responseReceived", self._answered)
        network.on("Network.dataReceived", lambda event: self.parts.append((event["requestId"], event["dataLength"])))
        network.on(
            "Network.loadingFinished",
            lambda event: self.sent.append((event["requestId"], int(event["encodedDataLength"]))),
        )
        network.send("Network.enable")

    def _answered(self, event: dict[str, Any]) -> None:
        if event["type"] == "Font":
            self.fonts.add(event["requestId"])

    @property
    def whole(self) -> int:
        return sum(size for request, size in self.parts if request not in self.fonts)

    @property
    def on_its_way(self) -> int:
        return sum(size for request, size in self.sent if request not in self.fonts)


def asked(page: Page, served: Served, question: str) -> None:
    page.goto(f"{served.address}/find?{urlencode({'q': question})}")


def pages_of(page: Page, served: Served) -> list[str]:
    """An address of every kind of page."""
    page.goto(served.address)
    room = page.locator("main h3 a").first.get_attribute("href") or ""
    conversation = page.locator("main .rooms p a").first.get_attribute("href") or ""
    found = [
        f"/find?{urlencode({'q': words})}" for words in (QUESTION, '"Xqzvwklu"', "handover in:#nowhere", "is:open")
    ]
    page.goto(f"{served.address}/notes/")
    note = page.locator("main h3 a").first.get_attribute("href") or ""
    of_notes = ["/notes/", note, f"{note}/edit", f"{note}/history", "/notes/tell", "/questions/", f"{conversation}/keep",
                f"{conversation}/around", f"{note}/close"]  # fmt: skip
    return ["/", *found, "/find", room, conversation, f"{conversation}/close", "/things/", "/choices/", "/charter",
            address_to_stop(served), "/things/known", "/choices/forget",
            "/sign-in/", "/sign-in/ask/", "/rooms/nothing", *of_notes]  # fmt: skip


def address_to_stop(served: Served) -> str:
    """As it is told to somebody with what comes to them by itself."""
    return f"/stop/{sealing_in(served.home / 'try-out' / 'sample').token('1 f:1', PURPOSE)}"


@pytest.fixture(scope="module")
def addresses(tryout: Served, chromium: Browser) -> Iterator[list[str]]:
    context = chromium.new_context()
    yield pages_of(context.new_page(), tryout)
    context.close()


def test_somebody_asks_reads_and_goes_to_the_source(tryout: Served, visiting: Visiting) -> None:
    page = visiting().new_page()
    page.goto(tryout.address)
    be(page, INSIDER)
    page.get_by_label("Ask in your own words").fill(QUESTION)
    page.get_by_role("button", name="Look").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("People have been here before")
    first = page.locator("#results li").filter(has=page.get_by_role("link", name="Read it in Slack")).first
    source = first.get_by_role("link", name="Read it in Slack").get_attribute("href") or ""
    assert urlsplit(source).netloc == "tarnbrook.slack.example"
    title = first.get_by_role("heading").inner_text()
    first.get_by_role("heading").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    anchor = urlsplit(page.url).fragment
    said = page.locator(f"#{anchor}")
    expect(said).to_be_in_viewport()
    assert said.locator(".by a").get_attribute("href") == source
    expect(page.locator("aside [data-fill] li").first).to_be_visible()


def test_a_word_begun_is_ended_from_open_texts_in_the_list_of_the_browser(tryout: Served, visiting: Visiting) -> None:
    page = visiting().new_page()
    page.goto(tryout.address)
    be(page, INSIDER)
    field = page.get_by_label("Ask in your own words")
    field.press_sequentially("Who knows the invoi")
    offered = page.locator("#completed option")
    expect(offered.first).to_have_attribute("value", re.compile("^Who knows the invoice"))
    # The browser's own list, and so its keys: there is no window here in which it would open.
    assert field.evaluate("field => field.list.options.length") > 0
    expect(field).to_be_focused()
    field.fill("")
    field.press_sequentially(SECRET[:5])
    expect(offered).to_have_count(0)


def test_somebody_from_outside_finds_nothing_of_it(tryout: Served, visiting: Visiting) -> None:
    page = visiting().new_page()
    page.goto(tryout.address)
    be(page, INSIDER)
    asked(page, tryout, SECRET)
    expect(page.locator("#results")).to_contain_text("#leads")
    address = page.locator("#results li h2 a").first.get_attribute("href") or ""
    for who in (GUEST, "somebody from outside"):
        be(page, who)
        page.goto(tryout.address + address)
        hidden = page.locator("main").inner_text()
        page.goto(f"{tryout.address}/conversations/nothing")
        assert page.locator("main").inner_text() == hidden
        seen = []
        for word in (f'"{SECRET}"', f'"{NOWHERE}"'):
            asked(page, tryout, word)
            expect(page.get_by_role("heading", level=1)).to_have_text("Nothing that you may read answers this yet")
            words = word.strip('"')
            seen.append(re.sub(words, "WORD", page.locator("main").inner_html()))
        assert seen[0] == seen[1]
        asked(page, tryout, SECRET)
        assert "leads" not in page.locator("#results ol, #results h1").all_inner_texts()
        assert not re.search(rf"{SECRET}|#leads", " ".join(page.locator("#results ol").all_inner_texts()))


@pytest.mark.parametrize(("theme", "width"), list(product(["light", "dark"], [1120, 360])))
def test_every_page_is_clean_for_axe_and_never_wider_than_the_window(
    tryout: Served, visiting: Visiting, addresses: list[str], theme: str, width: int
) -> None:
    page, wrong = visiting(width=width, color_scheme=theme).new_page(), {}
    for address in addresses:
        page.goto(tryout.address + address)
        page.evaluate("document.fonts.ready")
        found = Axe().run(page)
        if found.violations_count:
            wrong[address] = found.generate_report()
        assert not page.evaluate(TOO_WIDE), f"{address}: {page.evaluate(OUTSIDE)}"
    assert not wrong, "\n".join(f"{address}: {report}" for address, report in wrong.items())


def test_no_page_breaks_its_own_policy_asks_anybody_else_or_weighs_more_than_60_kilobytes(
    tryout: Served, visiting: Visiting, addresses: list[str]
) -> None:
    """Without its fonts, and as it is, not as it travels: compressed it is a third of that."""
    complaints: list[str] = []
    elsewhere: list[str] = []
    for address in addresses:
        page = visiting().new_page()
        weight = Weight(page)
        page.on("console", lambda said: complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda one: None if one.url.startswith(tryout.address) else elsewhere.append(one.url))
        page.goto(tryout.address + address)
        page.wait_for_load_state("networkidle")
        print(f"{address}: {weight.whole:,} bytes, {weight.on_its_way:,} on their way")  # noqa: T201
        assert 1000 < weight.whole < 60_000, address
        page.context.close()
    assert [one for one in complaints if "404" not in one] == []
    assert elsewhere == []


def test_another_question_is_answered_in_place_and_the_answer_is_announced(tryout: Served, visiting: Visiting) -> None:
    page = visiting().new_page()
    asked(page, tryout, "the price of a cup of tea")
    field = page.locator("#q")
    field.focus()
    page.wait_for_function("window.htmx !== undefined")
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))
    page.evaluate("window.sameDocument = true")
    field.fill(QUESTION)
    field.press("Enter")
    expect(page.locator("#said")).to_contain_text("People have been here before")
    assert page.evaluate("window.sameDocument")
    assert page.title().startswith(QUESTION)
    assert urlencode({"q": QUESTION}).replace("+", "%20") in page.url.replace("+", "%20")
    assert complaints == []
    assert QUESTION not in page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])")


def test_everything_can_be_done_with_the_keyboard_alone(tryout: Served, visiting: Visiting) -> None:
    page = visiting().new_page()
    page.goto(tryout.address)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to what this page says")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Ask in your own words")).to_be_focused()
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("People have been here before")
    first = page.locator("#results li h2 a").first
    tab_to(page, first)
    page.keyboard.press("Enter")
    expect(page.locator(".pill").first).to_have_text("Note")  # the kept one comes first
    person = page.get_by_label("You are")
    page.goto(tryout.address)
    tab_to(page, person)
    page.keyboard.type("Jo Mar")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(person.locator("option:checked")).to_have_text(GUEST)
    menu = page.locator("summary.who")
    tab_to(page, menu)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("My things")


def test_everything_can_be_done_without_javascript(tryout: Served, visiting: Visiting) -> None:
    page = visiting(java_script_enabled=False).new_page()
    page.goto(tryout.address)
    be(page, INSIDER)
    page.get_by_label("Ask in your own words").fill(QUESTION)
    page.get_by_role("button", name="Look").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("People have been here before")
    page.locator("#q").fill("handover")
    page.get_by_role("button", name="Look").click()
    page.locator("#results li h2 a").first.click()
    page.get_by_role("link", name="Look for what is close to this").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Close to this")
    page.goto(f"{tryout.address}/choices/")
    page.get_by_label("Dark").check()
    page.get_by_role("button", name="Keep this choice").click()
    expect(page.get_by_role("status")).to_have_text("Your choice is kept.")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_label("As this machine is set").check()
    page.get_by_role("button", name="Keep this choice").click()
    page.get_by_label("What the new token is for").fill("a script")
    page.get_by_role("button", name="Make a token").click()
    expect(page.locator(".token")).to_contain_text("alongside_")
    page.goto(f"{tryout.address}/choices/")
    expect(page.locator(".token")).to_have_count(0)
    page.get_by_role("button", name="Withdraw it").click()
    expect(page.get_by_role("button", name="Withdraw it")).to_have_count(0)
