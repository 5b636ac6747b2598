"""What stays of an arrival for some days: nothing that names anybody."""

from alongside.bridges.models import Arrival
from alongside.bridges.naming import name_in_inbox
from alongside.bridges.port import AccountSeen, Arrived
from tests.bridges.world import World


def test_the_same_arrival_has_the_same_name_and_another_another() -> None:
    names = {
        name_in_inbox("m1"),
        name_in_inbox("m1", "2"),
        name_in_inbox("m12"),
    }
    assert len(names) == 3
    assert name_in_inbox("m1", "2") == name_in_inbox("m1", "2")


def test_no_account_or_address_stays_in_the_inbox(world: World) -> None:
    seen = AccountSeen(source_id="zoe@acme.example", name="Zoe Quist", email="zoe@acme.example")
    arrived = Arrived(remote_id="account zoe@acme.example", version="zoe@acme.example", event=seen)
    assert world.comes(arrived) == 1
    assert world.comes(arrived) == 0
    for row in Arrival.objects.all():
        assert "zoe" not in f"{row.remote_id} {row.version} {bytes(row.body)!r}"
