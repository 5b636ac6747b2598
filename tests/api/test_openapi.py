"""The API does what its description says, whatever it is sent: Schemathesis, in-process."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from tests.home import a_home
from tests.notes.world import World

from alongside.api.description import description
from alongside.notes.actions.keeping import tell

SCHEMA = schemathesis.openapi.from_dict(description())
SCHEMA.app = get_wsgi_application()
MODEST = hypothesis_settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    database=None,
)


@pytest.fixture
def one_connection(db: None) -> Iterator[None]:
    """As Django's own test client does: the test's connection, with its transaction, stays for all its requests."""
    del db
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def token(one_connection: None, static_root: None, settings: Any, tmp_path: Path) -> str:
    del one_connection, static_root
    a_home(settings, tmp_path / "home")  # somebody is forgotten here, and the ledger lies beside the home
    world = World()
    world.sign_up("ana")
    question = world.say(world.room("hotline", is_open=True), "ben", "What do you say to an angry caller?")
    world.keep("ana", question, quoted=[question], credited=["ben"])
    tell(world.viewer("ana"), sentence="Naming the feeling works.")
    return world.token("ana")


@MODEST
@SCHEMA.parametrize()
def test_whatever_somebody_sends_is_answered_as_described(case: "schemathesis.Case[Any]", token: str) -> None:
    case.call_and_validate(headers={"Authorization": f"Bearer {token}"})


@MODEST
@SCHEMA.parametrize()
def test_whatever_nobody_sends_is_answered_as_described(case: "schemathesis.Case[Any]", token: str) -> None:
    del token
    case.call_and_validate()


def test_the_description_names_every_address_and_method_there_is() -> None:
    from alongside.api.urls import urlpatterns

    described = {path.replace("{id}", "*") for path in description()["paths"]}
    here = {
        "/api/" + str(one.pattern).replace("<str:public_id>", "*").replace("<str:kind>", "*").replace("<str:row>", "*")
        for one in urlpatterns
        if "<path:" not in str(one.pattern)
    }
    assert {one.replace("asked/passage", "asked/*").replace("asked/name", "asked/*") for one in described} == here - {
        "/api/openapi.json"
    }


def names_in(schema: Any) -> set[str]:
    if isinstance(schema, dict):
        own = set(schema.get("properties", {}))
        return own.union(*(names_in(value) for value in schema.values()))
    return set().union(*(names_in(value) for value in schema)) if isinstance(schema, list) else set()


def test_no_score_and_no_count_goes_out() -> None:
    words = {"score", "count", "total", "rank", "views", "likes", "last_seen", "person_id", "account_id", "email"}
    assert names_in(description()["components"]["schemas"]) & words == set()
