"""Everything of mine goes along with me, by myself, whatever tool I have: attached, at an address, or by mail from chat."""

import gzip
from collections.abc import Iterator
from hashlib import sha256

import pytest
from django.db import connection

from alongside.bridges.actions.connecting import disconnect
from alongside.bridges.acts import taking
from alongside.bridges.followers import attaching
from alongside.bridges.followers.attaching import packed, with_file
from alongside.bridges.port import Body, Permanent, Post, Sent, Temporary
from alongside.bridges.rules import MY_THINGS
from alongside.letters.models import Delivery
from alongside.letters.queries import Claimed
from alongside.letters.rules import Because
from alongside.people.models import Account
from tests.bridges.test_acts import remembered
from tests.bridges.test_quiet_questions import joined
from tests.bridges.world import World, words_of

pytestmark = pytest.mark.django_db(transaction=connection.vendor == "postgresql")


@pytest.fixture(name="without_pages")
def pages_without_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """As for any real tool where there is no base URL: the pretended ones stand on our own pages."""
    monkeypatch.setattr(taking, "page", lambda _path, _kind="": "")


def attached_to(world: World, account: str) -> str:
    """What came with the last mail, as its reader opens it."""
    file = world.mailed_to(account)[-1].file
    assert file is not None
    assert (file.name, file.kind) == ("my-words.jsonl.gz", "application/gzip")
    return gzip.decompress(file.content).decode()


@pytest.mark.usefixtures("without_pages")
def test_by_mail_it_is_attached_with_my_own_words_alone(world: World) -> None:
    remembered(world)
    joined(world, "ana")
    world.mails("ana", "take my things")
    taken = attached_to(world, "ana")
    assert "Name the feeling first" in taken
    assert "How do you calm a caller who threatens" not in taken
    assert "is attached, in one open file" in words_of(world.mailed_to("ana")[-1])


def test_where_pages_have_an_address_the_mail_has_it_too(world: World) -> None:
    world.mails("ana", "take my things")
    assert "at this address, too" in words_of(world.mailed_to("ana")[-1])
    assert world.mailed_to("ana")[-1].file is not None


@pytest.mark.usefixtures("without_pages")
def test_by_chat_alone_it_goes_to_the_mail_account_that_i_joined(world: World) -> None:
    remembered(world)
    joined(world, "ana")
    before = len(world.mailed_to("ana"))
    world.write("ana", "take my things")
    assert "I send everything you said and kept to ana@acme.example" in words_of(world.written_to("ana")[-1])
    assert len(world.mailed_to("ana")) == before + 1
    assert "Name the feeling first" in attached_to(world, "ana")
    assert "You asked for it in Acme chat, so it came" in words_of(world.mailed_to("ana")[-1])


@pytest.mark.usefixtures("without_pages")
def test_by_chat_with_no_mail_account_of_mine_it_says_how_i_get_them_there(world: World) -> None:
    remembered(world)
    world.write("ana", "take my things")
    told = words_of(world.written_to("ana")[-1])
    assert "by mail I can (Acme mail)" in told
    assert "Write “join accounts” here, and say the code to me by mail." in told
    assert not world.mailed_to("ana")


@pytest.mark.usefixtures("without_pages")
def test_where_there_is_neither_it_says_who_can_mend_that(world: World) -> None:
    remembered(world)
    disconnect(None, bridge_id=world.mailing.bridge_id)
    world.write("ana", "take my things")
    told = words_of(world.written_to("ana")[-1])
    assert "my pages have no address at which you could fetch it, and I have no mailbox" in told
    assert "Whoever runs me mends that with a base URL, or a mailbox of mine." in told


def test_more_than_goes_along_with_a_mail_is_said_and_not_read_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attaching, "packed", lambda _lines: None)
    world.mails("ana", "take my things")
    mail = world.mailed_to("ana")[-1]
    assert mail.file is None
    assert "more than the 7 MB that go along with a mail" in words_of(mail)
    assert "Fetch it at this address, within half an hour." in words_of(mail)
    monkeypatch.setattr(taking, "page", lambda _path, _kind="": "")
    world.mails("ana", "take my things")
    assert "Whoever runs Alongside writes it into a file for you" in words_of(world.mailed_to("ana")[-1])


def test_packing_ends_where_it_is_too_much() -> None:
    read = 0

    def lines() -> Iterator[bytes]:
        nonlocal read
        for number in range(1_000_000):
            read += 1
            yield sha256(str(number).encode()).digest()

    assert packed(lines(), 100_000) is None
    assert read < 100_000
    assert gzip.decompress(packed([b"one\n", b"two\n"]) or b"") == b"one\ntwo\n"
    assert packed([b"one"], 10) is None


def test_it_lies_in_no_outbox_and_whoever_is_not_there_any_more_is_sent_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    remembered(world)
    joined(world, "ana")
    with monkeypatch.context() as busy:
        busy.setattr(world.mail, "send", _busy)
        world.mails("ana", "take my things")
    waiting = Delivery.objects.get()
    assert b"Everything you said and kept" in bytes(waiting.post)
    assert b"feeling" not in bytes(waiting.post)
    assert b"gzip" not in bytes(waiting.post)
    Account.objects.filter(source_id="ana@acme.example").update(is_deactivated=True)
    Delivery.objects.update(due_at=waiting.made_at)
    world.work()
    assert not any(one.file for one in world.mailed_to("ana"))
    assert Delivery.objects.get().problem == "Whom it was for is switched off in their tool."


def test_nothing_is_made_for_an_account_that_it_is_not_written_to(world: World) -> None:
    ana = Account.objects.get(source_id="ana@acme.example").pk
    post = Post(key="k", body=Body(), account="bo@acme.example", attachment=MY_THINGS)
    for account_id in (ana, None):
        with pytest.raises(Permanent, match="Whoever asked for their things is not there any more"):
            with_file(Claimed(1, b"", Because.ANSWER, account_id, may_be_second=False), post)


async def _busy(_post: Post) -> Sent:
    raise Temporary("Later, please.")
