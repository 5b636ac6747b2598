from collections.abc import Callable, Iterator

import pytest

from tests.bridges.mail.harness import MailHarness, shared_servers
from tests.bridges.mail.running import Running
from tests.bridges.mail.servers import MailServers


@pytest.fixture(scope="session")
def servers() -> MailServers:
    return shared_servers()


@pytest.fixture
def house(servers: MailServers) -> Iterator[MailHarness]:
    harness = MailHarness(servers)
    yield harness
    harness.close()


@pytest.fixture
def running(house: MailHarness) -> Iterator[Callable[..., Running]]:
    started: list[Running] = []

    def run(*rooms: str, cursor: str = "", **settings: str) -> Running:
        started.append(Running({**house.settings(), **settings}, *rooms, cursor=cursor))
        return started[-1].start()

    yield run
    for one in started:
        one.stop()
