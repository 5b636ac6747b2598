"""Lines that break, servers that die, answers that come twice: nothing is lost, nothing comes twice."""

import random
import threading
import time
from collections.abc import Callable

import httpx2
import pytest

from alongside.bridges.port import Body, InvitedIn, Permanent, Post, Reacted, Said, Sign, Temporary
from tests.bridges.matrix.harness import MatrixHarness
from tests.bridges.matrix.inbox import Inbox
from tests.bridges.matrix.proxy import Loop
from tests.bridges.matrix.synapse import Synapse, quoted


@pytest.fixture
def there(house: MatrixHarness, inbox: Inbox) -> Inbox:
    inbox.start()
    house.invite_us(house.closed_room, by=house.ana)
    inbox.until(lambda: inbox.of(InvitedIn))
    return inbox


def test_what_is_said_while_the_line_is_cut_again_and_again_is_heard_once(house: MatrixHarness, there: Inbox) -> None:
    for number in range(30):
        house.say(house.ana, house.closed_room, f"number {number}")
        if number % 3 == 0:
            house.cut()
    there.said("number 29")
    assert [one.text for one in there.of(Said)] == [f"number {number}" for number in range(30)]


def test_a_sync_that_comes_twice_is_taken_in_once(house: MatrixHarness, there: Inbox) -> None:
    asked = house.say(house.ana, house.closed_room, "said once")
    house.react(house.bo, house.closed_room, asked.source_id, Sign.HELPED)
    there.until(lambda: there.of(Reacted))
    house.repeat_last()
    house.say(house.ana, house.closed_room, "and this")
    there.said("and this")
    house.say(house.ana, house.closed_room, "and that")
    there.said("and that")
    assert [one.text for one in there.of(Said)] == ["said once", "and this", "and that"]
    assert len(there.of(Reacted)) == 1
    assert there.repeats > 0


def answering(status: int, where: str) -> Callable[[str, str], int | None]:
    return lambda _method, path: status if where in path else None


def test_what_stands_before_a_homeserver_that_is_away_is_tried_again(house: MatrixHarness, there: Inbox) -> None:
    for status in (502, 503, 504, 200):  # the last: a page that something in between put up
        house.proxy.answer(answering(status, "/send/"))
        with pytest.raises(Temporary) as away:
            there.send(Post(key="1", room=house.closed_room, body=Body(lines=("So.",))))
        assert away.value.is_uncertain
        assert house.us.token not in str(away.value)
    house.proxy.answer(answering(502, "/sync"))
    house.say(house.ana, house.closed_room, "meanwhile")
    there.until(lambda: isinstance(there.problem, Temporary))
    house.proxy.answer(lambda _method, _path: None)
    there.said("meanwhile")
    there.send(Post(key="1", room=house.closed_room, body=Body(lines=("So.",))))
    assert [one.text for one in house.seen_by(house.bo)] == ["So."]


def test_what_cannot_be_looked_up_for_now_is_told_later_and_whole(house: MatrixHarness, there: Inbox) -> None:
    first = house.say(house.ana, house.closed_room, "the first")
    there.said("the first")
    there.stop()
    house.proxy.answer(answering(502, "/event/"))
    there.start()
    house.as_(house.bo).reply(house.closed_room, first.source_id, "the second")
    there.until(lambda: isinstance(there.problem, Temporary))
    assert not any("the second" in one.text for one in there.of(Said))
    house.proxy.answer(lambda _method, _path: None)
    assert there.said("the second").context == first.source_id


def test_a_homeserver_that_is_killed_and_comes_back_loses_nothing_and_doubles_nothing(
    loop: Loop, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Its own, killed three times while people write, react and edit, and while Alongside answers and is killed too."""
    server = Synapse(tmp_path_factory.mktemp("killed"))
    server.start()
    house = MatrixHarness(server, loop)
    inbox = Inbox(loop, house.settings(), wait=1)
    inbox.start()
    house.invite_us(house.closed_room, by=house.ana)
    inbox.until(lambda: inbox.of(InvitedIn), 60)
    stopping = threading.Event()
    said: list[str] = []
    posts: list[str] = []

    def talk() -> None:
        number = 0
        while not stopping.is_set():
            _persistent(house, f"said {number}")
            said.append(f"said {number}")
            number += 1

    def answer() -> None:
        number = 0
        while not stopping.is_set():
            post = Post(key=f"post {number}", room=house.closed_room, body=Body(lines=(f"post {number}",)))
            while True:
                try:
                    inbox.send(post)
                    break
                except (Temporary, RuntimeError):
                    time.sleep(0.1)
            posts.append(f"post {number}")
            number += 1

    threads = [threading.Thread(target=talk), threading.Thread(target=answer)]
    for thread in threads:
        thread.start()
    for _ in range(3):
        time.sleep(random.uniform(0.5, 2))
        server.kill()
        time.sleep(0.5)
        server.start()
        time.sleep(1)
    stopping.set()
    for thread in threads:
        thread.join()
    inbox.until(lambda: said[-1] in {one.text for one in inbox.of(Said)}, 60)
    heard = [one.text for one in inbox.of(Said)]
    assert len(heard) == len(set(heard))
    assert heard == said
    shown = [one.text for one in house.seen_by(house.bo)]
    assert sorted(shown) == sorted(posts)
    assert not isinstance(inbox.problem, Permanent)
    inbox.close()
    house.close()
    server.stop()


def _persistent(house: MatrixHarness, text: str) -> None:
    """As a client does: the same transaction, until the homeserver has it."""
    client = house.as_(house.ana)
    way = f"/rooms/{quoted(house.closed_room)}/send/m.room.message/{quoted(text)}"
    while True:
        try:
            client.ask("PUT", way, {"msgtype": "m.text", "body": text})
        except (httpx2.HTTPError, AssertionError):
            time.sleep(0.1)
        else:
            return


def test_alongside_that_is_killed_at_any_moment_hears_all_once(house: MatrixHarness, there: Inbox) -> None:
    chance = random.Random(4)
    for number in range(60):
        house.say(house.bo, house.closed_room, f"number {number}")
        if chance.random() < 0.2:
            there.stop()
            there.start()
        elif chance.random() < 0.2:
            house.repeat_last()
    there.said("number 59")
    assert [one.text for one in there.of(Said)] == [f"number {number}" for number in range(60)]
