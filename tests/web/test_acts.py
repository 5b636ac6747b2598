"""Every act on a page, by who may do it and by who may not."""

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from tests.web.conftest import Organisation

from alongside.audiences.models import Audience
from alongside.people.actions import link_for_try_out, mark_as_try_out
from alongside.people.models import Account, DeclinedLink, Person, Token


def said(answer: Any) -> str:
    """What the page one is led back to says."""
    assert answer.status_code == 302
    return str(answer.client.get(answer["Location"]).content.decode())


def test_a_member_opens_a_sealed_room_and_nobody_else_can(organisation: Organisation) -> None:
    here = organisation(is_open=False)
    sealed = Audience.objects.get(is_sealed=True)
    for client, status in ((here.nobody, 403), (here.guest, 302)):
        answer = client.post("/things/open-room", {"room": sealed.pk})
        assert answer.status_code in (status, 404)
        sealed.refresh_from_db()
        assert sealed.is_sealed
    missing = here.guest.post("/things/open-room", {"room": 10**9})
    hidden = here.guest.post("/things/open-room", {"room": sealed.pk})
    assert (missing.status_code, missing.content) == (hidden.status_code, hidden.content)
    assert "open to its members" in said(here.client.post("/things/open-room", {"room": sealed.pk}))
    sealed.refresh_from_db()
    assert not sealed.is_sealed


def test_an_account_is_linked_by_its_own_person_alone_and_unlinked_as_easily(organisation: Organisation) -> None:
    here = organisation(is_linked=False)
    account = Account.objects.get(source_id="ana")
    assert "Is it you?" in here.client.get("/choices/").content.decode()
    assert "Is it you?" not in here.guest.get("/choices/").content.decode()
    here.guest.post("/choices/answer-offer", {"account": account.pk, "answer": "me"})
    assert here.nobody.post("/choices/answer-offer", {"account": account.pk, "answer": "me"}).status_code == 403
    assert Account.objects.filter(person=None).count() == 3
    assert "linked" in said(here.client.post("/choices/answer-offer", {"account": account.pk, "answer": "me"}))
    account.refresh_from_db()
    assert account.person_id == here.person.pk
    here.guest.post("/choices/unlink", {"account": account.pk})
    account.refresh_from_db()
    assert account.person_id == here.person.pk
    assert "not linked to you any more" in said(here.client.post("/choices/unlink", {"account": account.pk}))
    account.refresh_from_db()
    assert account.person_id is None


def test_an_account_that_somebody_is_not_is_not_offered_again(organisation: Organisation) -> None:
    here = organisation(is_linked=False)
    account = Account.objects.get(source_id="ana")
    here.guest.post("/choices/answer-offer", {"account": account.pk, "answer": "not-me"})
    assert not DeclinedLink.objects.exists()
    said(here.client.post("/choices/answer-offer", {"account": account.pk, "answer": "not-me"}))
    assert "Is it you?" not in here.client.get("/choices/").content.decode()


def test_a_token_is_shown_once_works_and_is_withdrawn_by_its_person_alone(organisation: Organisation) -> None:
    here = organisation()
    assert here.nobody.post("/choices/tokens/make", {"name": "a script"}).status_code == 403

    def shown(answer: Any) -> str:
        found = re.search(r"alongside_[\w-]+", answer.content.decode())
        assert found is not None
        return found[0]

    def works(token: str) -> bool:
        return Client().get("/api/rooms", headers={"Authorization": f"Bearer {token}"}).status_code == 200

    first = shown(here.client.post("/choices/tokens/make", {"name": "a script"}))
    assert works(first)
    assert first not in here.client.get("/choices/").content.decode()
    row = Token.objects.get().pk
    assert b"alongside_" not in here.guest.post("/choices/tokens/renew", {"token": row}).content
    second = shown(here.client.post("/choices/tokens/renew", {"token": row}))
    assert works(second)
    assert not works(first)
    here.guest.post("/choices/tokens/withdraw", {"token": row})
    assert works(second)
    assert "does not work any more" in said(here.client.post("/choices/tokens/withdraw", {"token": row}))
    assert not works(second)


def test_a_theme_is_kept_and_one_that_is_none_is_refused(organisation: Organisation) -> None:
    here = organisation()
    assert 'data-theme="dark"' in said(here.client.post("/choices/theme", {"theme": "dark"}))
    assert "There is no such theme." in said(here.client.post("/choices/theme", {"theme": "pink"}))
    assert here.nobody.post("/choices/theme", {"theme": "dark"}).status_code == 403
    assert Person.objects.get(pk=here.person.pk).theme == "dark"


def test_one_may_be_anybody_in_a_try_out_and_nowhere_else(organisation: Organisation, settings: Any) -> None:
    here = organisation()
    assert here.nobody.post("/be", {"person": here.person.pk}).status_code == 404
    mark_as_try_out(None)
    link_for_try_out(None)
    assert "#closed-0" not in said(here.nobody.post("/be", {"person": "nobody"}))
    assert "#closed-0" in said(here.nobody.post("/be", {"person": here.person.pk}))
    assert here.nobody.post("/be", {"person": 10**9}).status_code == 404
    settings.BASE_URL = "http://testserver"
    assert here.nobody.post("/be", {"person": here.person.pk}).status_code == 404
    assert "#closed-0" not in here.nobody.get("/").content.decode()


@pytest.mark.parametrize("address", ["/things/open-room", "/choices/unlink", "/choices/theme", "/be"])
def test_an_act_is_never_a_link_and_never_without_its_mark(organisation: Organisation, address: str) -> None:
    here = organisation()
    assert here.client.get(address).status_code == 405
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(here.person)
    answer = careful.post(address, {})
    assert answer.status_code == 403
    assert "Nothing has changed." in answer.content.decode()


def test_a_number_that_is_none_is_nothing_here(organisation: Organisation) -> None:
    here = organisation()
    for wrong in ("", "x", "-1", "9" * 30, "١"):
        assert here.client.post("/things/open-room", {"room": wrong}).status_code == 404


def test_a_letter_signs_in_where_it_was_asked_for_and_nowhere_else(organisation: Organisation) -> None:
    here = organisation()
    browser, other = Client(), Client()
    answer = browser.post("/sign-in/ask/", {"email": "ana@acme.example"}, follow=True)
    assert "a letter is on its way" in answer.content.decode()
    link = re.search(r"http://\S+", str(mail.outbox[0].body))
    assert link is not None
    address = link[0].removeprefix("http://testserver")
    code = address.split("code=")[1]
    for client in (browser, other):
        client.get(address)
        assert "_auth_user_id" not in client.session
    page = browser.get(address).content.decode()
    assert f'value="{code}"' in page
    assert code not in other.get(address, follow=True).content.decode()
    other.post("/sign-in/confirm/", {"code": code})
    assert "_auth_user_id" not in other.session
    assert "not the code" in browser.post("/sign-in/confirm/", {"code": "WRONG"}).content.decode()
    browser.post("/sign-in/confirm/", {"code": code})
    assert browser.session["_auth_user_id"] == str(here.person.pk)
    assert "#closed-0" in browser.get("/").content.decode()
    assert browser.get("/sign-in/out/").status_code == 200
    browser.post("/sign-in/out/")
    assert "_auth_user_id" not in browser.session


def test_an_unknown_address_gets_the_same_page_and_no_letter(organisation: Organisation) -> None:
    organisation()

    def asked(address: str) -> str:
        page = Client().post("/sign-in/ask/", {"email": address}, follow=True).content.decode()
        return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page).replace(address, "ADDRESS")

    assert asked("ana@acme.example") == asked("eve@elsewhere.example")
    assert [one.to for one in mail.outbox] == [["ana@acme.example"]]


def test_a_name_is_chosen_for_notes_that_go_wider_and_by_oneself(organisation: Organisation) -> None:
    here = organisation()
    page = here.client.get("/choices/").content.decode()
    assert 'value="as in the tool" checked' in page
    page = said(here.client.post("/choices/name", {"naming": "another name", "name": "Robin"}))
    assert 'value="another name" checked' in page
    assert 'value="Robin"' in page
    assert "Write the name" in said(here.client.post("/choices/name", {"naming": "another name"}))
    assert here.client.post("/choices/name", {"naming": "the boss"}).status_code == 404
    assert here.nobody.post("/choices/name", {"naming": "a colleague"}).status_code == 403
    assert "Robin" not in here.guest.get("/choices/").content.decode()
