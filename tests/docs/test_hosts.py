"""What docs/administrators.md says of the base URL: only its host is answered."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/", "/charter", "/api/find?q=valve", "/sign-in/"])
def test_a_name_that_is_not_ours_is_not_answered(path: str, settings: Settings) -> None:
    Path(settings.STATIC_ROOT).mkdir(exist_ok=True)
    settings.ALLOWED_HOSTS = ["alongside.example.org"]

    assert Client().get(path, headers={"host": "evil.example"}).status_code == 400
    assert Client().get(path, headers={"host": "alongside.example.org"}).status_code in (200, 302)
