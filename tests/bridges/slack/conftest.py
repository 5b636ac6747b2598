from collections.abc import Iterator

import pytest

from tests.bridges.slack.harness import SlackHarness
from tests.bridges.slack.hearing import Hearing
from tests.bridges.slack.verbs import Verbs


@pytest.fixture
def tool() -> Iterator[SlackHarness]:
    made = SlackHarness()
    yield made
    made.close()


@pytest.fixture
def slack(tool: SlackHarness) -> Verbs:
    return tool.slack


@pytest.fixture
def hearing(tool: SlackHarness) -> Iterator[Hearing]:
    """Listens, and everything that stands at the start has come."""
    made = Hearing(tool.settings())
    made.until(tool.slack.is_connected)
    yield made
    made.close()
