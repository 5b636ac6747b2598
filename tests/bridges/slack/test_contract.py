"""The contract of all adapters, over a pretended Slack, through the real core."""

from collections.abc import Iterator

import pytest

from tests.bridges.contract import Contract
from tests.bridges.slack.harness import SlackHarness


@pytest.fixture
def harness() -> Iterator[SlackHarness]:
    made = SlackHarness()
    yield made
    made.close()


class TestSlack(Contract):
    pass
