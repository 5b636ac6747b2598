"""Rising themes: in their own words, from what the viewer may read and nothing else."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.notes.world import BEGAN, World

from alongside.conversations.asking import titles_between
from alongside.conversations.models import Conversation
from alongside.kit import clock
from alongside.people.rules import NOBODY
from alongside.search.themes import THEMES, Theme, rising, rising_themes

titles = st.lists(
    st.sampled_from(["Battery goes dark", "Letter about prices", "Battery again", "A lift", ""]), max_size=12
)


def test_what_is_said_more_often_than_before_rises_and_what_always_was_does_not() -> None:
    before = ["Printer smokes", "Printer again", "Lunch on Friday", "Printer ink"]
    recent = ["Battery goes dark", "Battery in the cold", "Printer smokes", "Who knows the battery"]
    assert rising(recent, before) == ["battery"]


def test_two_words_that_belong_together_are_one_theme() -> None:
    assert rising(["Price letter goes out", "Who writes the price letter?", "A price letter"], []) == ["price letter"]


def test_one_conversation_is_no_theme_and_stop_words_name_nothing() -> None:
    assert rising(["Battery goes dark"], []) == []
    assert rising(["Does anybody know this?", "Does anybody know that?"], []) == []


@given(titles, titles)
def test_themes_are_few_and_stand_in_what_was_said_lately(recent: list[str], before: list[str]) -> None:
    found = rising(recent, before)
    assert len(found) <= THEMES
    assert all(any(word in title.lower() for title in recent) for theme in found for word in theme.split())


@pytest.mark.django_db
def test_a_closed_rooms_theme_rises_for_its_members_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    leads, office = world.room("leads", "ana", "ben"), world.room("help", is_open=True)
    for number in range(8):
        world.say(office, "ben", f"Lunch {number}")
    Conversation.objects.update(last_said_at=BEGAN - timedelta(days=200))
    for text in ("Larkspur pays late", "Larkspur again", "What of Larkspur?"):
        world.say(leads, "ben", text)
    for text in ("Battery goes dark", "Battery again"):
        world.say(office, "ben", text)
    monkeypatch.setattr(clock, "now", lambda: BEGAN + timedelta(days=1))
    assert rising_themes(world.viewer("ana")) == [Theme("larkspur"), Theme("battery")]
    assert rising_themes(world.viewer("cleo")) == [Theme("battery")]
    assert rising_themes(world.viewer("gus")) == rising_themes(NOBODY) == []
    assert titles_between(world.viewer("gus"), BEGAN, clock.now(), 10) == []
    world.members(leads, "ben")
    assert rising_themes(world.viewer("ana")) == [Theme("battery")]
