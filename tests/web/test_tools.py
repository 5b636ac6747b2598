"""The demonstration's page: every act of it through the page, in a try-out of the sample and nowhere else."""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection, transaction
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from tests.charter.world import only_words
from tests.home import a_home

from alongside.bridges.models import Bridge
from alongside.bridges.sealed import sealed
from alongside.config.commands.trying import prepare_try_out
from alongside.conversations.models import Message
from alongside.notes.models import Note, Revision
from alongside.people.models import Person
from alongside.search import serving
from alongside.web.viewing import OUTSIDER

QUESTION = "how do you calm a caller who threatens to cancel?"
NAME_IT = "Name the feeling first, then the next step"
QUERIES = 16
ADDRESSES = ("/tools/say", "/tools/mail", "/tools/keep", "/tools/press")


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any) -> Iterator[Path]:
    """The sample organisation, brought in once: what a test does to it is rolled back, and its home is a copy."""
    del django_db_setup
    home = tmp_path_factory.mktemp("sample") / "home"
    home.mkdir()
    options = replace(django_settings.OPTIONS, home=home, model="/nowhere")
    with (
        django_db_blocker.unblock(),
        transaction.atomic(),
        override_settings(HOME=home, OPTIONS=options),
    ):
        with only_words(pytest.MonkeyPatch()):
            prepare_try_out(None)
        yield home
        transaction.set_rollback(True)


@pytest.fixture
def tryout(
    sample: Path, db: None, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator["Be"]:
    """Somebody of it, as the bar lets one be them."""
    del db
    shutil.copytree(sample, tmp_path / "home")
    home = a_home(settings, tmp_path / "home")
    settings.STATIC_ROOT = home / "static"
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    for bridge in Bridge.objects.all():
        file = home / "pretended" / f"{bridge.kind}.jsonl"
        Bridge.objects.filter(pk=bridge.pk).update(sealed_settings=sealed({"file": str(file)}))
    with only_words(monkeypatch):
        yield be
    serving.model.cache_clear()


def be(name: str) -> Client:
    client = Client()
    person = Person.objects.get(name=name).pk if name else OUTSIDER
    assert client.post("/be", {"person": person}).status_code == 302
    return client


Be = Callable[[str], Client]


def page_of(client: Client) -> str:
    """What is offered to be said is not said yet."""
    answer = client.get("/tools")
    assert answer.status_code == 200
    page = re.sub(r"\s+", " ", answer.content.decode())
    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", page)
    return re.sub(r'<input class="field" id="(say|mail)"[^>]*>', "", page)


def part_of(page: str, name: str) -> str:
    """The room or the mailbox."""
    begin = page.index(f'id="{name}"')
    end = page.find("</section>", begin)
    return page[begin : end if end >= 0 else None]


def newest_form(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the last form that does this."""
    forms = re.findall(rf'<form[^>]*action="{action}"[^>]*>(.*?)</form>', page)
    assert forms, f"nothing here does {action}"
    fields = re.findall(r"<(?:input|button)[^>]*>", forms[-1])
    named = [(re.search(r'name="([^"]*)"', one), re.search(r'value="([^"]*)"', one)) for one in fields]
    return {name[1]: value[1] if value else "" for name, value in named if name}


# Where it is


def test_with_a_base_url_it_is_not_there(tryout: Be, settings: Any) -> None:
    client = tryout("Ravi Menon")
    page_of(client)
    settings.BASE_URL = "http://testserver"
    settings.OPTIONS = replace(settings.OPTIONS, base_url="http://testserver")
    assert client.get("/tools").status_code == 404
    before = Message.objects.count()
    for address in ADDRESSES:
        assert client.post(address, {"text": "Today I learned nothing.", "message": "x", "on": "x"}).status_code == 404
    assert Message.objects.count() == before


# What one can do there


def test_who_asks_in_the_room_is_answered_alone(tryout: Be) -> None:
    ravi, claire = tryout("Ravi Menon"), tryout("Claire Donnelly")
    answer = ravi.post("/tools/say", {"text": f"@alongside {QUESTION}"})
    assert (answer.status_code, answer["Location"]) == (302, "/tools#newest")
    room = part_of(page_of(ravi), "chat")
    assert NAME_IT in room
    other = part_of(page_of(claire), "chat")
    assert QUESTION in other
    assert NAME_IT not in other
    assert NAME_IT not in part_of(page_of(ravi), "mailbox")


def test_a_mail_is_answered_by_mail_alone(tryout: Be) -> None:
    ravi = tryout("Ravi Menon")
    assert ravi.post("/tools/mail", {"text": QUESTION})["Location"] == "/tools#newest-mail"
    page = page_of(ravi)
    assert NAME_IT in part_of(page, "mailbox")
    assert NAME_IT not in part_of(page, "chat")
    assert QUESTION not in part_of(page_of(tryout("Claire Donnelly")), "mailbox")


def test_a_thread_is_kept_from_its_menu_mended_in_the_form_and_found(tryout: Be) -> None:
    claire, notes = tryout("Claire Donnelly"), Note.objects.count()
    message = next(
        value["message"]
        for form in re.findall(r'<form[^>]*action="/tools/keep"[^>]*>(.*?)</form>', page_of(claire))
        if (value := dict(re.findall(r'name="([^"]*)" value="([^"]*)"', form)))
    )
    threads = re.findall(r'action="/tools/keep"[^>]*>.*?name="message" value="([^"]*)"', page_of(claire))
    for one in threads:
        claire.post("/tools/keep", {"message": one})
    assert message in threads
    assert Note.objects.count() == notes, "a draft is nobody's note yet"
    page = part_of(page_of(claire), "chat")
    assert "I slow down on purpose" in page
    given = newest_form(page, "/tools/press")
    fields = {name: given[name] for name in given if not name.startswith("field-")}
    fields |= {"field-title": "Slow down, and they match your pace", "field-what_worked": "I slow down on purpose."}
    claire.post("/tools/press", fields)
    assert Note.objects.count() == notes + 1
    assert Revision.objects.filter(title="Slow down, and they match your pace").exists()
    claire.post("/tools/mail", {"text": "slow down on purpose, they match your pace"})
    assert "Slow down, and they match your pace" in part_of(page_of(claire), "mailbox")


def test_a_button_is_pressed_by_who_sees_it_alone(tryout: Be) -> None:
    ravi, tom = tryout("Ravi Menon"), tryout("Claire Donnelly")
    ravi.post("/tools/say", {"text": f"@alongside {QUESTION}"})
    pressed = newest_form(part_of(page_of(ravi), "chat"), "/tools/press")
    before = len(page_of(ravi))
    tom.post("/tools/press", pressed)
    assert len(page_of(ravi)) == before
    for wrong in ({**pressed, "button": "99"}, {**pressed, "button": "-3"}, {**pressed, "on": "nothing"}, {}):
        assert ravi.post("/tools/press", wrong).status_code == 302
    assert len(page_of(ravi)) == before
    ravi.post("/tools/press", {**pressed, "button": "0"})
    assert "It says now that it helped" in page_of(ravi) or "Which one helped?" in page_of(ravi)


def test_nothing_said_is_nothing_done(tryout: Be) -> None:
    ravi = tryout("Ravi Menon")
    before = page_of(ravi)
    for address in ("/tools/say", "/tools/mail"):
        assert ravi.post(address, {"text": "  \n"}).status_code == 302
    assert page_of(ravi) == before


def test_what_somebody_writes_is_shown_as_words(tryout: Be) -> None:
    ravi = tryout("Ravi Menon")
    for address in ("/tools/say", "/tools/mail"):
        ravi.post(address, {"text": "@alongside <script>alert(1)</script> <img src=x onerror=alert(1)>"})
    page = page_of(ravi)
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "alert(1)" in page


def test_a_guest_and_who_is_nobody_see_nothing_and_say_nothing(tryout: Be) -> None:
    said = Message.objects.count()
    for name in ("Jo Marlowe", ""):
        client = tryout(name)
        page = page_of(client)
        assert "The March invoices went out twice" not in page, name
        client.post("/tools/say", {"text": f"@alongside {QUESTION}"})
        assert NAME_IT not in part_of(page_of(client), "chat")
        assert "This person is not in" in page_of(client)
    assert Message.objects.count() == said
    assert QUESTION not in part_of(page_of(tryout("Claire Donnelly")), "chat")


def test_it_is_only_posted_to(tryout: Be) -> None:
    client = tryout("Ravi Menon")
    for address in ADDRESSES:
        assert client.get(address).status_code == 405


@pytest.mark.parametrize("items", [1, 3])
def test_the_page_asks_as_often_for_three_things_said_as_for_one(tryout: Be, items: int) -> None:
    ravi = tryout("Ravi Menon")
    for number in range(items):
        ravi.post("/tools/say", {"text": f"@alongside {QUESTION} {number}"})
        ravi.post("/tools/mail", {"text": f"{QUESTION} {number}"})
    with CaptureQueriesContext(connection) as asked:
        page_of(ravi)
    assert len(asked) == QUERIES, "\n".join(one["sql"] for one in asked.captured_queries)
