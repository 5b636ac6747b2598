import pytest
from tests.notes.world import World


@pytest.fixture
def world(db: None) -> World:
    del db
    return World()
