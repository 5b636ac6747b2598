"""Pages about oneself: what is known, joining accounts, pausing, being forgotten; by their own person alone."""

import re
from typing import Any

import pytest
from tests.notes.world import World
from tests.web.conftest import Organisation
from tests.web.test_acts import said

from alongside.conversations.models import Message
from alongside.people.actions.joining import offer_code
from alongside.people.actions.leaving_out import CANNOT_BE_CALLED_BACK
from alongside.people.models import Account, JoinCode, Person
from alongside.people.queries import viewer_of_person
from alongside.search.followers import catch_up_words


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_what_is_known_of_somebody_is_shown_to_them_alone(organisation: Organisation) -> None:
    here = organisation()
    page = text(here.client.get("/things/known"))
    for words in ("ana@acme.example", "Ana Moreau", "#open-0", "#closed-0"):
        assert words in page
    other = text(here.guest.get("/things/known"))
    assert "jo@elsewhere.example" in other
    for words in ("ana@acme.example", "Ana Moreau", "#open-0", "#closed-0"):
        assert words not in other
    assert "ana@acme.example" not in text(here.nobody.get("/things/known"))


def test_a_code_told_on_the_page_is_said_in_a_tool(organisation: Organisation) -> None:
    here = organisation()
    page = text(here.client.post("/choices/code"))
    code = re.findall(r'<code class="token">([a-z2-9-]{9})</code>', page)
    assert len(code) == 1
    assert code[0] not in text(here.client.get("/choices/"))
    assert here.nobody.post("/choices/code").status_code == 403
    from alongside.people.actions.joining import join_by_code

    join_by_code(World.viewer_of(Account.objects.get(source_id="bo").pk), code=code[0])
    assert Account.objects.get(source_id="bo").person == here.person


def test_a_code_told_in_a_tool_is_said_on_the_page_and_undone_there(organisation: Organisation) -> None:
    here = organisation()
    bo = Account.objects.get(source_id="bo")
    code = offer_code(World.viewer_of(bo.pk))
    assert here.nobody.post("/choices/join", {"code": code}).status_code == 403
    assert "joins nothing" in said(here.guest.post("/choices/join", {"code": "wrong"}))
    assert "is you now" in said(here.client.post("/choices/join", {"code": code}))
    assert "joins nothing" in said(here.guest.post("/choices/join", {"code": code}))
    bo.refresh_from_db()
    assert bo.person == here.person
    here.client.post("/choices/unlink", {"account": bo.pk})
    bo.refresh_from_db()
    assert bo.person is None
    assert not JoinCode.objects.exists()


def test_pausing_is_one_click_and_undone_by_another(organisation: Organisation) -> None:
    here = organisation()
    assert here.nobody.post("/choices/pause", {"paused": "yes"}).status_code == 403
    assert here.guest.post("/choices/pause", {"paused": "yes"}).status_code == 302
    assert not Account.objects.filter(is_paused=True).exists()
    assert "left out" in said(here.client.post("/choices/pause", {"paused": "yes"}))
    assert "You are paused." in text(here.client.get("/choices/"))
    catch_up_words()
    assert "said 1" not in text(here.client.get("/find?q=lift+said"))
    assert "can be found again" in said(here.client.post("/choices/pause", {"paused": "no"}))
    assert "You are paused." not in text(here.client.get("/choices/"))
    catch_up_words()
    assert not Account.objects.filter(is_paused=True).exists()


def test_one_is_told_first_what_cannot_be_called_back(organisation: Organisation) -> None:
    here = organisation()
    page = text(here.client.get("/choices/forget"))
    for sentence in CANNOT_BE_CALLED_BACK:
        assert sentence in page.replace("&#39;", "'")
    assert "cannot be undone" in page
    assert "Sign in" in text(here.nobody.get("/choices/forget"))


@pytest.mark.django_db(transaction=True)
def test_who_says_that_they_are_sure_is_forgotten_and_nobody_else(organisation: Organisation) -> None:
    here = organisation()
    assert here.nobody.post("/choices/forget", {"sure": "yes"}).status_code == 403
    assert "Nothing was changed" in said(here.client.post("/choices/forget"))
    by_ana = Message.objects.filter(author__source_id="ana")
    assert by_ana.exists()
    assert here.guest.post("/choices/forget", {"sure": "yes"}).status_code == 200
    assert by_ana.exists()
    page = text(here.client.post("/choices/forget", {"sure": "yes"}))
    assert "You are forgotten here" in page
    assert CANNOT_BE_CALLED_BACK[0] in page
    assert "Ana Moreau" not in page
    assert not Message.objects.filter(author__source_id="ana").exists()
    assert Message.objects.filter(author__source_id="bo").exists()
    assert not Person.objects.exists()
    assert "Sign in" in text(here.client.get("/choices/"))


def test_what_is_known_names_everything_that_somebody_did(organisation: Organisation) -> None:
    from alongside.conversations.actions.questions import say_it_helped, wonder
    from alongside.notes.actions.keeping import keep, save_draft
    from alongside.notes.actions.remarking import remark, renew_feed, weave
    from alongside.notes.content import Content
    from alongside.notes.rules import RemarkKind
    from alongside.people.actions import choose_theme, make_token

    here = organisation()
    ana = viewer_of_person(here.person)
    said_there = Message.objects.select_related("conversation").filter(author__source_id="bo").order_by("id")[0]
    note = keep(ana, conversation_ids=[said_there.conversation_id], content=Content("Kept by me", "", "", "", ""))
    remark(ana, public_id=note.public_id, kind=RemarkKind.HELPED, sentence="It did help.")
    weave(
        ana, left=("note", note.public_id), right=("conversation", said_there.conversation.public_id), why="A reason."
    )
    save_draft(ana, content=Content("A draft", "", "", "", ""), conversation_id=said_there.conversation_id)
    say_it_helped(ana, message_id=said_there.pk, sentence="Helped a lot.")
    wonder(ana, public_id=said_there.conversation.public_id)
    renew_feed(ana)
    make_token(ana, name="my script")
    choose_theme(ana, theme="dark")
    offer_code(ana)
    page = text(here.client.get("/things/known"))
    for words in (
        "Kept by me", "It did help.", "A reason.", "A draft", "Helped a lot.", "private address for feeds", "my script",
        "How pages look to you: dark", "A code that joins another account",
    ):  # fmt: skip
        assert words in page
        assert words not in text(here.guest.get("/things/known"))
