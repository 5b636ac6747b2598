"""An account of a tool is a viewer by itself. Names and addresses join nothing: two people have the same, and they are
given anew.
"""

import pytest
from django.db import connection

from alongside.bridges.port import AccountSeen, Reach
from alongside.kit.refused import Refused
from alongside.people.actions import link_account, make_person
from alongside.people.models import Account, Person
from alongside.people.queries import links_offered_to, viewer_of_person
from tests.bridges.test_acts import remembered
from tests.bridges.world import LEADS, World, words_of

pytestmark = pytest.mark.django_db(transaction=connection.vendor == "postgresql")
QUESTION = "how do you calm a caller who threatens to cancel?"
ANSWER = "Name the feeling first"
NOTHING = "Nothing that you may read answers this yet"
ADDRESS = "bo@acme.example"


def by_chat(world: World, account: str) -> str:
    world.write(account, QUESTION)
    return words_of(world.written_to(account)[-1])


def by_mail(world: World, account: str) -> str:
    world.mails(account, QUESTION)
    return words_of(world.mailed_to(account)[-1])


def test_accounts_with_the_same_name_and_address_in_two_tools_and_in_one_are_never_joined_by_themselves(
    world: World,
) -> None:
    """Bo's own mail has Bo's own name and address; and somebody else in the chat has both, too."""
    remembered(world, LEADS)
    for source_id in ("bo", "bo-second"):
        world.happens(AccountSeen(source_id=source_id, name="Bo Lindgren", handle="bo", email=ADDRESS))
    world.mails("bo", "help")
    assert ANSWER in by_chat(world, "bo")
    assert NOTHING in by_chat(world, "bo-second")
    assert NOTHING in by_mail(world, "bo")
    assert not Account.objects.filter(person__isnull=False).exists()
    assert not Person.objects.exists()


def test_who_signs_in_with_an_accounts_address_reads_nothing_by_that_and_is_not_offered_the_account(
    world: World,
) -> None:
    remembered(world, LEADS)
    world.happens(AccountSeen(source_id="bo", name="Bo Lindgren", handle="bo", email=ADDRESS))
    signed_in = viewer_of_person(make_person(None, email=ADDRESS, name="Bo Lindgren"))
    assert signed_in.account_ids == ()
    assert links_offered_to(signed_in) == []
    with pytest.raises(Refused):
        link_account(signed_in, account_id=Account.objects.get(source_id="bo").pk)
    assert Account.objects.get(source_id="bo").person is None


def test_an_address_that_is_given_to_somebody_else_later_opens_nothing(world: World) -> None:
    """Bo leaves. Another Bo comes, and gets the address and the name."""
    remembered(world, LEADS)
    world.happens(AccountSeen(source_id="bo", name="Bo Lindgren", handle="bo", email=ADDRESS))
    world.happens(AccountSeen(source_id="bo", name="Bo Lindgren", handle="bo", email=ADDRESS, is_deactivated=True))
    world.happens(AccountSeen(source_id="bo-new", name="Bo Lindgren", handle="bo", email=ADDRESS))
    assert NOTHING in by_chat(world, "bo-new")
    assert NOTHING in by_mail(world, "bo")
    new = viewer_of_person(make_person(None, email=ADDRESS, name="Bo Lindgren"))
    assert (new.account_ids, links_offered_to(new)) == ((), [])
    world.write("bo-new", "what do you know of me?")
    assert "leads" not in words_of(world.written_to("bo-new")[-1])
    world.room(LEADS, "leads", Reach.MEMBERS, ["ana", "bo-new"])
    assert ANSWER in by_chat(world, "bo-new"), "by being in the room, and by nothing else"


def test_an_account_whose_address_changes_is_who_it_was(world: World) -> None:
    remembered(world, LEADS)
    world.happens(
        AccountSeen(source_id="bo", name="Bo Sorensen", handle="bosorensen", email="bo.sorensen@acme.example")
    )
    assert ANSWER in by_chat(world, "bo")
    world.happens(AccountSeen(source_id="cy", name="Bo Lindgren", handle="bo", email=ADDRESS))
    assert NOTHING in by_chat(world, "cy")


def test_a_code_joins_the_two_that_said_it_and_nobody_with_the_same_name(world: World) -> None:
    remembered(world, LEADS)
    for source_id in ("bo", "bo-second"):
        world.happens(AccountSeen(source_id=source_id, name="Bo Lindgren", handle="bo", email=ADDRESS))
    world.write("bo", "join accounts")
    code = words_of(world.written_to("bo")[-1]).split("code ")[1].split()[0]
    world.mails("bo", f"code {code}")
    assert ANSWER in by_mail(world, "bo")
    assert NOTHING in by_chat(world, "bo-second")
    assert NOTHING in by_mail(world, "cy")
    world.mails("cy", f"code {code}")
    assert NOTHING in by_mail(world, "cy")
