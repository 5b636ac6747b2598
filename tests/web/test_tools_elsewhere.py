"""The demonstration's page is in a try-out of the sample alone."""

from tests.web.conftest import Organisation

from alongside.bridges.demonstration import is_there
from alongside.bridges.models import Bridge
from alongside.people.actions import link_for_try_out, mark_as_try_out

ADDRESSES = ("/tools/say", "/tools/mail", "/tools/keep", "/tools/press")


def test_in_a_store_that_is_no_try_out_it_is_not_there(organisation: Organisation) -> None:
    here = organisation()
    missing = here.client.get("/zzz").content
    answer = here.client.get("/tools")
    assert (answer.status_code, answer.content) == (404, missing)
    for address in ADDRESSES:
        assert here.client.post(address, {"text": "x", "message": "x", "on": "x"}).status_code == 404
    assert not Bridge.objects.exists()


def test_in_a_try_out_of_ones_own_archive_it_is_not_there(organisation: Organisation) -> None:
    here = organisation(is_linked=False)
    mark_as_try_out(None)
    link_for_try_out(None)
    assert not is_there()
    assert here.client.get("/tools").status_code == 404
    for address in ADDRESSES:
        assert here.client.post(address, {"text": "x", "message": "x", "on": "x"}).status_code == 404
