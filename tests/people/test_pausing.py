"""Pause: my words leave find, suggestions and new notes, and stay where they were said."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.archives import store
from tests.home import a_home
from tests.notes.world import World, content, conversation

from alongside.archives.taking_back import take_back
from alongside.conversations.asking import open_questions
from alongside.conversations.queries import conversation_page, room_page
from alongside.journal.models import Line
from alongside.journal.rules import Kind
from alongside.kit import clock
from alongside.kit.refused import Refused
from alongside.notes.actions.keeping import Quoted, change, keep
from alongside.notes.drafted import drafted
from alongside.notes.models import Credit
from alongside.notes.queries import note_view, said_there
from alongside.notes.rules import Part
from alongside.people.actions import unlink_account
from alongside.people.actions.leaving_out import go_on, pause
from alongside.people.models import Account
from alongside.people.queries import choice_of
from alongside.people.rules import NOBODY, Viewer
from alongside.search import themes
from alongside.search.followers import catch_up_words
from alongside.search.queries import find, find_messages, related
from alongside.search.serving import index_folder, indexes
from alongside.search.words.reading import ReadingSide

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def home(settings: Any, tmp_path: Path) -> Path:
    return a_home(settings, tmp_path / "home")


@pytest.fixture
def world(home: Path) -> World:
    del home
    made = World()
    made.sign_up("ana")
    made.sign_up("ben")
    return made


def found(viewer: Viewer, words: str) -> list[str]:
    """Titles, and what is shown of each; and that single messages and the index itself say the same."""
    catch_up_words()
    results = find(viewer, words).results
    messages = find_messages(viewer, words)
    assert bool(messages) == any(one.kind == "conversation" for one in results)
    return [f"{one.title}: {''.join(text for text, _ in one.passage)}" for one in results]


def test_a_paused_persons_words_are_found_by_nobody_and_come_back(world: World) -> None:
    room = world.room("hotline", "gus", is_open=True)
    begun = world.say(room, "ana", "The zebra printer smokes. What now?")
    world.say(room, "ben", "Pull the walrus plug.", context=begun.source_id)
    world.say(room, "ana", "The giraffe says thanks.", context=begun.source_id)
    ben, gus, ana = (world.viewer(name) for name in ("ben", "gus", "ana"))
    before = [found(one, words) for one in (ben, gus, ana) for words in ("zebra", "giraffe", "walrus")]
    assert all(before)
    pause(world.viewer("ana"))
    for viewer in (ben, gus, ana):
        assert found(viewer, "zebra") == []
        assert found(viewer, "giraffe") == []
        assert found(viewer, "walrus") == ["Pull the walrus plug.: Pull the walrus plug."]
    assert choice_of(world.viewer("ana")).is_paused
    assert not choice_of(ben).is_paused
    go_on(world.viewer("ana"))
    assert [found(one, words) for one in (ben, gus, ana) for words in ("zebra", "giraffe", "walrus")] == before


def test_they_stay_readable_where_they_were_said(world: World) -> None:
    room = world.room("hotline", is_open=True)
    begun = world.say(room, "ana", "The zebra printer smokes.")
    pause(world.viewer("ana"))
    page = conversation_page(world.viewer("ben"), begun.conversation.public_id)
    assert page.title == "The zebra printer smokes."
    assert [one.html for one in page.messages] == ["<p>The zebra printer smokes.</p>"]
    assert [one.title for one in room_page(world.viewer("ben"), room.public_id).conversations] == [page.title]


def test_nothing_of_it_is_suggested(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    room = world.room("hotline", is_open=True)
    mine = world.say(room, "ben", "How does the zebra printer work?")
    theirs = world.say(room, "ana", "Does anybody know how the zebra printer works?")
    world.say(room, "ben", "Nobody does.", context=theirs.source_id)
    ben = world.viewer("ben")
    catch_up_words()
    assert related(ben, mine.conversation.public_id)
    assert len(open_questions(ben)[0]) == 2
    monkeypatch.setattr(clock, "now", lambda: theirs.said_at + timedelta(hours=1))
    assert [one.words for one in themes.rising_themes(ben)] == ["zebra printer"]
    pause(world.viewer("ana"))
    catch_up_words()
    assert [one.title for one in related(ben, mine.conversation.public_id)] in ([], ["Nobody does."])
    assert [one.title for one in open_questions(ben)[0]] == ["How does the zebra printer work?"]
    assert themes.rising_themes(ben) == []


def test_no_new_note_holds_them_and_an_old_one_is_not_found_by_them(world: World) -> None:
    room = world.room("hotline", is_open=True)
    begun = world.say(room, "ben", "What does one do when a printer smokes?")
    answer = world.say(room, "ana", "You have to pull the walrus plug, because it is hot.", context=begun.source_id)
    world.say(room, "ben", "Thanks Ana, that worked.", context=begun.source_id)
    ben = world.viewer("ben")
    world.keep("ben", begun, written=content("Smoke", "See below."), quoted=[answer], credited=["ana"])
    assert any("Smoke" in one for one in found(ben, "walrus"))
    pause(world.viewer("ana"))
    assert found(ben, "walrus") == []
    draft = drafted(ben, begun.conversation.public_id)
    assert not any(one.author == "Ana" for one in draft.messages)
    assert not any("walrus" in one.text for part in draft.draft.parts.values() for one in part)
    assert not any(one.name == "Ana" for one in said_there(ben, begun.conversation.public_id)[1])
    quoted = [Quoted(Part.WHAT_WORKED, answer.pk, answer.text)]
    with pytest.raises(Refused):
        keep(ben, conversation_ids=[conversation(begun).pk], content=content(), passages=quoted)
    before = Credit.objects.count()
    world.keep("ben", begun, credited=["ana", "ben"])
    assert Credit.objects.count() == before + 1


def test_a_note_of_theirs_alone_is_left_out_and_one_that_others_mended_is_not(world: World) -> None:
    room = world.room("hotline", is_open=True)
    begun = world.say(room, "ben", "Hello.")
    note = world.keep("ana", begun, written=content("The zebra rule", "Count to ten."))
    ben = world.viewer("ben")
    assert found(ben, "zebra")
    pause(world.viewer("ana"))
    assert found(ben, "zebra") == []
    assert note_view(ben, note.public_id).content.title == "The zebra rule"
    change(ben, public_id=note.public_id, content=content("The zebra rule", "Count to twelve."), based_on=1)
    assert found(ben, "zebra")


def test_an_account_pauses_itself_and_a_person_all_of_theirs(world: World) -> None:
    room = world.room("hotline", is_open=True)
    world.say(room, "cleo", "A zebra.")
    pause(world.viewer("cleo"))
    assert found(world.viewer("ben"), "zebra") == []
    assert set(Account.objects.filter(is_paused=True).values_list("source_id", flat=True)) == {"cleo"}
    with pytest.raises(Refused):
        pause(NOBODY)
    go_on(world.viewer("cleo"))
    assert found(world.viewer("ben"), "zebra")


def test_an_account_linked_later_follows_and_one_unlinked_stays_as_it_was(world: World) -> None:
    room = world.room("hotline", is_open=True)
    world.say(room, "ana", "A zebra.")
    ana = world.viewer("ana")
    unlink_account(ana, account_id=world.accounts["ana"])
    pause(world.viewer("ana"))
    assert found(world.viewer("ben"), "zebra")
    from alongside.people.actions import link_account

    link_account(world.viewer("ana"), account_id=world.accounts["ana"])
    assert found(world.viewer("ben"), "zebra") == []
    unlink_account(world.viewer("ana"), account_id=world.accounts["ana"])
    assert found(world.viewer("ben"), "zebra") == []


def test_later_imports_and_one_taken_back_keep_to_it(home: Path, tmp_path: Path) -> None:
    path = store.small_archive(tmp_path / "a.jsonl")
    number = store.bring(path, is_try_out=True).import_id
    ana, ben = (World.viewer_of(Account.objects.get(source_id=name).pk) for name in ("ana", "ben"))
    pause(ana)
    later = store.small_archive(tmp_path / "b.jsonl", store.note("m9", "A zebra.", 50))
    last = store.bring(later, is_try_out=True).import_id
    assert found(ben, "zebra") == []
    assert found(ben, "threatens") == []
    assert found(ben, "feeling")
    for one in (last, number):
        take_back(None, import_id=one)
    store.bring(store.small_archive(tmp_path / "c.jsonl"), is_try_out=True)
    ben = World.viewer_of(Account.objects.get(source_id="ben").pk)
    assert found(ben, "threatens") == []
    assert found(ben, "feeling")


def test_the_journal_tells_which_conversations_and_of_nobody(world: World) -> None:
    room = world.room("hotline", is_open=True)
    mine = [world.say(room, "ana", f"A zebra {number}.") for number in range(3)]
    other = world.say(room, "ben", "A walrus.")
    last = Line.objects.order_by("-id").values_list("id", flat=True)[0]
    pause(world.viewer("ana"))
    lines = Line.objects.filter(id__gt=last)
    assert [(one.kind, one.ids) for one in lines] == [
        (Kind.CONVERSATIONS_CHANGED.value, sorted(one.conversation_id for one in mine))
    ]
    assert other.conversation_id not in lines[0].ids


def test_spelling_does_not_offer_their_words_once_files_are_clean(world: World) -> None:
    from alongside.search.cleaning import forget_now

    room = world.room("hotline", is_open=True)
    world.say(room, "ana", "The quixotry printer smokes.")
    assert found(world.viewer("ben"), "quixotri")
    pause(world.viewer("ana"))
    assert found(world.viewer("ben"), "quixotri") == []
    forget_now(None)
    assert indexes().words is not None
    for side in index_folder().glob("words-*/*"):
        if side.is_dir():
            snapshot = ReadingSide(side).now("en")
            assert snapshot is None or not snapshot.count("quixotri")
