"""Pages over real rows: what they ask of the store, what they show, and what they keep to themselves."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.web.conftest import Here, Organisation

from alongside.conversations.models import Conversation, Message, Room
from alongside.journal.actions import tell
from alongside.journal.rules import Kind
from alongside.kit import clock
from alongside.people.actions import link_for_try_out, mark_as_try_out
from alongside.people.models import Person
from alongside.search.followers import rebuild_words
from alongside.search.serving import index_folder

# Session, person, accounts and installation come to four; the rest is the page's own.
QUERIES = {
    "/": 6,
    "/find?q=lift": 8,
    "/find?q=nowhere": 9,
    "/rooms/{room}": 6,
    "/conversations/{conversation}": 6,
    "/conversations/{conversation}/close": 12,
    "/things/": 11,
    "/choices/": 10,
    "/charter": 3,
}


def rows(here: Here) -> dict[str, str]:
    room = Room.objects.get(source_id="open0")
    conversation = Conversation.objects.filter(room=room).order_by("id")[0]
    return {"room": room.public_id, "conversation": conversation.public_id}


def hidden(here: Here) -> dict[str, str]:
    room = Room.objects.get(source_id="closed0")
    return {"room": room.public_id, "conversation": Conversation.objects.filter(room=room)[0].public_id}


def queries_of(client: Any, address: str) -> list[str]:
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return [one["sql"] for one in asked.captured_queries]


@pytest.mark.parametrize("items", [1, 3])
@pytest.mark.parametrize("address", QUERIES)
def test_a_page_asks_as_often_for_three_things_as_for_one(organisation: Organisation, address: str, items: int) -> None:
    here = organisation(items, items)
    asked = queries_of(here.client, address.format(**rows(here)))
    assert len(asked) == QUERIES[address], "\n".join(asked)


def test_a_try_out_asks_three_more_for_its_bar(organisation: Organisation) -> None:
    here = organisation(3)
    before = len(queries_of(here.client, "/"))
    mark_as_try_out(None)
    link_for_try_out(None)
    assert len(queries_of(here.client, "/")) == before + 3


def test_a_long_conversation_is_cut_into_pages_of_200(organisation: Organisation) -> None:
    here = organisation(1, 203)
    address = f"/conversations/{rows(here)['conversation']}"
    first, second = (here.client.get(f"{address}?page={page}").content.decode() for page in (1, 2))
    assert first.count('<article class="message"') == 200
    assert second.count('<article class="message"') == 3
    assert f'href="{address}?page=2"' in first
    assert f'href="{address}?page=1"' in second
    assert "said 199." in first
    assert "said 200." in second
    assert here.client.get(f"{address}?page=3").status_code == 404


def test_what_was_said_leads_to_its_source(organisation: Organisation) -> None:
    here = organisation()
    ids = rows(here)
    conversation = here.client.get(f"/conversations/{ids['conversation']}").content.decode()
    assert conversation.count('href="https://acme.example/p/open-0-0-1"') == 1
    assert 'href="https://acme.example/open0"' in here.client.get(f"/rooms/{ids['room']}").content.decode()
    assert 'href="https://acme.example/p/open-0-0-' in here.client.get("/find?q=lift").content.decode()


@pytest.mark.parametrize(
    "address", ["/rooms/{room}", "/conversations/{conversation}", "/conversations/{conversation}/close"]
)
def test_what_is_hidden_and_what_is_missing_are_the_same_page(organisation: Organisation, address: str) -> None:
    here = organisation()
    ids = hidden(here)
    assert here.client.get(address.format(**ids)).status_code == 200
    for client in (here.guest, here.nobody):
        kept, missing = (
            client.get(address.format(**one)) for one in (ids, {"room": "nothing", "conversation": "nothing"})
        )
        assert kept.status_code == missing.status_code == 404
        assert kept.content == missing.content
        assert dict(kept.headers) == dict(missing.headers)


def test_somebody_from_outside_reads_nothing_of_the_organisation(organisation: Organisation) -> None:
    here = organisation(3)
    for client in (here.guest, here.nobody):
        for address in ("/", "/find?q=lift", "/find?q=in:%23closed-0+lift"):
            page = client.get(address).content.decode()
            assert not re.search(r"#open-|#closed-(?!0)|shaft", page)
    assert "#closed-0" in here.client.get("/").content.decode()


def test_who_stands_before_nothing_reads_what_was_looked_at_and_where_to_ask(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, later = organisation(is_open=False), clock.now() + timedelta(hours=24, minutes=30)
    tell(Kind.CONVERSATIONS_CHANGED, [Conversation.objects.earliest("id").pk])  # and nobody has indexed it yet
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: later)
        page = unescape(here.client.get("/find?q=nowhere+zebra").content.decode())
    assert "Everything the organisation shares, and the rooms you are in." in page
    assert "What was said in the last 24 hours: it is not in yet." in page
    assert "#closed-0" in page, "which is sealed, and mine"
    assert "nowhere zebra" in re.search(r'<textarea[^>]*id="to-copy"[^>]*>([^<]*)', page)[1]  # type: ignore[index]
    assert 'data-copies="to-copy"' in page
    outside = unescape(here.guest.get("/find?q=nowhere+zebra").content.decode())
    assert "#closed-0" not in outside


def test_htmx_gets_the_results_alone_and_caches_are_told(organisation: Organisation) -> None:
    here = organisation()
    whole = here.client.get("/find?q=lift")
    part = here.client.get("/find?q=lift", headers={"HX-Request": "true"})
    assert b"<html" in whole.content
    assert b"<html" not in part.content
    assert b"<title>lift" in part.content
    assert b'hx-swap-oob="innerHTML"' in part.content
    for answer in (whole, part):
        assert "HX-Request" in answer["Vary"]


def test_what_is_written_in_another_language_says_so_wherever_it_is_shown(organisation: Organisation) -> None:
    here = organisation(3)
    german = "Der Drucker im zweiten Stock druckt seit gestern nicht mehr, wir haben ihn neu gestartet."
    conversation = Conversation.objects.get(public_id=rows(here)["conversation"])
    first = Message.objects.filter(conversation=conversation).order_by("said_at")[0]
    Message.objects.filter(pk=first.pk).update(html=f"<p>{german}</p>", text=german)
    page = here.client.get(f"/conversations/{conversation.public_id}").content.decode()
    assert f'<div class="said" lang="de"><p>{german}</p></div>' in page
    assert re.findall(r'<h1 lang="(\w+)">|<div class="said" lang="(\w+)">', page)[0] == ("en", "")
    assert page.count('class="said" lang="en"') == page.count('class="said"') - 1
    Conversation.objects.filter(room=conversation.room).update(title=german, last_said_at="2030-01-01T00:00:00Z")
    for address in ("/", f"/rooms/{rows(here)['room']}", f"/conversations/{conversation.public_id}/close"):
        titles = re.findall(rf'lang="(\w+)">{german}', here.client.get(address).content.decode())
        assert titles, address
        assert set(titles) == {"de"}
    rebuild_words(index_folder())
    found = here.client.get("/find?q=zweiten+Stock").content.decode()
    assert re.search(r'<h2 class="third"><a [^>]*lang="de"', found)
    assert re.search(r'<p class="passage" lang="de"', found)


def test_what_a_field_offers_are_questions_ended_from_open_texts(organisation: Organisation) -> None:
    here = organisation(1)
    offered = here.client.get("/complete?q=Why%20%3C%20the%20sha").content.decode()
    assert offered.strip() == '<option value="Why &lt; the shaft">'
    hidden, missing = (here.guest.get(f"/complete?q={word}") for word in ("sha", "zzz"))
    assert hidden.content == missing.content
    assert hidden.headers["Cache-Control"] == missing.headers["Cache-Control"]
    assert here.client.post("/complete").status_code == 405


def test_nothing_of_a_page_is_kept_by_a_cache_and_every_page_has_the_policy(organisation: Organisation) -> None:
    here = organisation()
    for address in ("/", "/find?q=lift", "/things/", "/choices/", "/charter", "/sign-in/ask/", "/rooms/nothing"):
        for client in (here.client, here.nobody):
            answer = client.get(address)
            assert "no-store" in answer["Cache-Control"]
            assert answer["Referrer-Policy"] == "no-referrer"
            assert "default-src 'none'" in answer["Content-Security-Policy"]
            assert "unsafe" not in answer["Content-Security-Policy"]


def test_pages_that_belong_to_a_person_ask_others_to_sign_in_and_lead_back(organisation: Organisation) -> None:
    here = organisation()
    for address in ("/things/", "/choices/"):
        page = here.nobody.get(address).content.decode()
        assert "This page belongs to a person" in page
        assert f'href="/sign-in/?next={address}"' in page.replace("%2F", "/")


def test_a_name_that_is_markup_is_shown_as_it_is_written(organisation: Organisation) -> None:
    from alongside.people.models import Account

    here = organisation()
    Account.objects.filter(source_id="bo").update(name='<b>Bo</b> & "co"')
    page = here.client.get(f"/conversations/{rows(here)['conversation']}").content.decode()
    assert "<b>Bo</b>" not in page
    assert "&lt;b&gt;Bo&lt;/b&gt; &amp;" in page


def test_an_address_that_is_no_address_of_the_web_becomes_no_link(organisation: Organisation) -> None:
    from alongside.conversations.models import Message

    here = organisation()
    Message.objects.update(url="javascript:alert(1)")
    Room.objects.update(url="javascript:alert(1)")
    ids = rows(here)
    for address in (f"/conversations/{ids['conversation']}", f"/rooms/{ids['room']}", "/find?q=lift"):
        assert "javascript:" not in here.client.get(address).content.decode()


def test_the_charter_says_of_every_promise_what_proves_it(organisation: Organisation) -> None:
    page = organisation().nobody.get("/charter").content.decode()
    assert page.count("What proves it:") == 12


def test_a_sealed_room_is_named_to_its_members_alone(organisation: Organisation) -> None:
    here = organisation(is_open=False)
    assert "#closed-0" in here.client.get("/things/").content.decode()
    assert "Your sealed rooms: #closed-0" in here.client.get("/find?q=nowhere").content.decode()
    for client in (here.guest, here.nobody):
        assert "#closed-0" not in client.get("/find?q=nowhere").content.decode()
    assert here.client.get("/rooms/{room}".format(**hidden(here))).status_code == 404


def test_whoever_may_come_in_no_more_is_nobody_at_once(organisation: Organisation) -> None:
    here = organisation()
    Person.objects.filter(pk=here.person.pk).update(is_active=False)
    assert "This page belongs to a person" in here.client.get("/things/").content.decode()
