"""A form of ours arrives without an origin, as browsers send it under our referrer policy, and only with its token."""

import re

import pytest
from django.test import Client

from alongside.people.actions import make_person
from alongside.people.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> Person:
    return make_person(None, email="ana@example.org", name="Ana Moreau")


def _form(client: Client) -> str:
    page = client.get("/choices/").content.decode()
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("headers", "is_taken"),
    [
        ({"origin": "null"}, True),
        ({"origin": "null", "sec-fetch-site": "same-origin"}, True),
        ({"origin": "null", "sec-fetch-site": "cross-site"}, False),
        ({"origin": "null", "sec-fetch-site": "same-site"}, False),
        ({"origin": "https://evil.example"}, False),
        ({}, True),
    ],
)
def test_where_a_form_may_come_from(person: Person, headers: dict[str, str], *, is_taken: bool) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(person)
    sent = {"theme": "dark", "csrfmiddlewaretoken": _form(client)}
    response = client.post("/choices/theme", sent, headers=headers)
    person.refresh_from_db()
    assert (response.status_code == 302) is is_taken
    assert (person.theme == "dark") is is_taken


def test_without_its_token_no_form_is_taken(person: Person) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(person)
    _form(client)
    assert client.post("/choices/theme", {"theme": "dark"}, headers={"origin": "null"}).status_code == 403
