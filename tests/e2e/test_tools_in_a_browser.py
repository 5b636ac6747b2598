"""The demonstration: ask in a chat room, see it whispered, keep a thread, find it again by mail."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from tests.e2e.conftest import Visiting
from tests.e2e.served import Served, serving
from tests.e2e.test_in_a_browser import OUTSIDE, TOO_WIDE, be, tab_to

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A try-out of its own: what is said and kept in it would be found by the tests of finding."""
    with serving(tmp_path_factory.mktemp("tools") / "home", "--try") as served:
        yield served


@pytest.fixture
def page(here: Served, chromium: Browser) -> Page:
    page = chromium.new_page()
    page.goto(here.address)
    page.get_by_role("link", name="In your tools").click()
    page.get_by_role("button", name="Ravi Menon").click()
    return page


def test_a_newcomer_asks_in_the_room_keeps_a_thread_and_finds_it_again_by_mail(page: Page) -> None:
    room, mailbox = page.locator("#chat"), page.locator("#mailbox")
    room.get_by_role("button", name="Send to the room").click()
    whispered = room.locator(".whispered").last
    expect(whispered).to_contain_text("Only you see this")
    expect(whispered).to_contain_text("People have been here before")
    expect(whispered.get_by_role("link").first).to_have_text("Name the feeling first, then the next step")

    page.get_by_role("button", name="Claire Donnelly").click()
    expect(room.get_by_text("@alongside how do you calm a caller who threatens to cancel?").first).to_be_visible()
    expect(room.locator(".whispered")).to_have_count(0)

    room.locator("summary", has_text="Ravi Menon").first.click()
    room.get_by_role("button", name="Keep this thread").first.click()
    draft = room.locator(".whispered").last
    expect(draft.get_by_label("What worked")).to_contain_text("I slow down on purpose")
    draft.get_by_label("A question, or what was found").fill("Slow down, and they match your pace")
    draft.get_by_role("button", name="Keep it").click()
    expect(room.locator(".whispered").last).to_contain_text("It is kept")

    found = mailbox.get_by_role("link", name="Slow down, and they match your pace")
    for _ in range(20):  # the index follows within a moment
        mailbox.get_by_label("Write to Alongside").fill("slow down on purpose, they match your pace")
        mailbox.get_by_role("button", name="Send the mail").click()
        if found.count():
            break
        page.wait_for_timeout(250)
    expect(found.last).to_be_visible()
    found.last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Slow down, and they match your pace")


def test_a_guest_sees_nothing_of_the_room(here: Served, page: Page) -> None:
    page.get_by_role("button", name="Jo Marlowe, a guest").click()
    expect(page.locator("#chat")).to_contain_text("This person is not in this room")
    expect(page.locator("#chat .message")).to_have_count(0)
    be(page, "somebody from outside")
    page.goto(f"{here.address}/tools")
    expect(page.locator("#chat .message")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1120, 360])
def test_the_page_is_clean_for_axe_and_fits(here: Served, chromium: Browser, scheme: str, width: int) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{here.address}/tools")
    page.locator("#chat").get_by_role("button", name="Send to the room").click()
    found = Axe().run(page)
    assert not found.violations_count, found.generate_report()
    assert not page.evaluate(TOO_WIDE), page.evaluate(OUTSIDE)
    context.close()


# The page of connections, for an administrator.


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An installation with an administrator, who is let in by a session; one tool is connected and fails."""
    home = tmp_path_factory.mktemp("connections") / "home"
    prepared = subprocess.run(
        [sys.executable, "-c", ADMINISTRATOR],
        env={**os.environ, "ALONGSIDE_HOME": str(home), "DJANGO_SETTINGS_MODULE": "alongside.config.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    with serving(home) as served:
        yield replace(served, address=f"{served.address} {prepared.stdout.strip()}")


ADMINISTRATOR = """
import django
django.setup()
from alongside.config.commands.starting import prepare_store
prepare_store()
from django.test import Client
from alongside.bridges.actions.connecting import connect, say_problem
from alongside.people.actions import make_person
client = Client()
client.force_login(make_person(None, email="root@acme.example", name="Root", is_administrator=True))
feed = connect(None, kind="feed", key="feeds", name="Blogs", given={})
mail = connect(None, kind="mail", key="mail", name="Mail", given={})
say_problem(None, bridge_id=mail.bridge_id, problem="The password was changed.", is_permanent=True)
print(client.cookies["sessionid"].value)
"""
CONNECTIONS = ("/connections/", "/connections/slack", "/connections/mail")


def administrators(ours: Served, visiting: Visiting, **options: Any) -> tuple[Page, str]:
    address, session = ours.address.split(" ")
    context = visiting(**options)
    context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
    return context.new_page(), address


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1120, 360])
def test_pages_of_connections_are_clean_for_axe_and_fit(
    ours: Served, visiting: Visiting, scheme: str, width: int
) -> None:
    page, address = administrators(ours, visiting, width=width, color_scheme=scheme)
    for path in CONNECTIONS:
        page.goto(address + path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        found = Axe().run(page)
        assert not found.violations_count, f"{path}: {found.generate_report()}"
        assert not page.evaluate(TOO_WIDE), f"{path}: {page.evaluate(OUTSIDE)}"


def test_a_tool_is_tried_and_disconnected_with_the_keyboard_alone(ours: Served, visiting: Visiting) -> None:
    page, address = administrators(ours, visiting)
    page.goto(f"{address}/connections/")
    expect(page.locator("main")).to_contain_text("It does not work until somebody mends it.")
    tab_to(page, page.get_by_role("link", name="Matrix"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Matrix")
    tab_to(page, page.get_by_label("Address of the homeserver"))
    page.keyboard.type("http://127.0.0.1:9")
    page.keyboard.press("Tab")
    page.keyboard.type("@alongside:example.org")
    tab_to(page, page.get_by_label("Password of this account"))
    page.keyboard.type("plugh")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("does not answer")
    assert "plugh" not in page.content()
    page.goto(f"{address}/connections/")
    tab_to(page, page.get_by_role("button", name="Disconnect Mail"))
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("It is disconnected. What was taken in stays.")


def test_for_who_is_signed_out_there_is_no_such_page(ours: Served, visiting: Visiting) -> None:
    address = ours.address.split(" ")[0]
    page = visiting().new_page()
    for path in CONNECTIONS[:2]:
        answer = page.goto(address + path)
        assert answer is not None
        assert answer.status == 404
