"""`lang=` of what people wrote, found when it is shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from alongside.web import spoken as module
from alongside.web.spoken import spoken, spoken_each

GERMAN = "Wir haben den Drucker im zweiten Stock neu gestartet, und er druckt nicht mehr als eine Seite."
FRENCH = "<p>Nous avons redémarré l'imprimante du deuxième étage, mais elle ne marche toujours pas.</p>"
ENGLISH = "We restarted the printer on the second floor and it printed one page."


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (GERMAN, "de"),
        (FRENCH, "fr"),
        (ENGLISH, "en"),
        ("プリンターが動きません。どうすれば直りますか。", "ja"),
        ("Принтер на втором этаже больше не печатает.", "ru"),
        ("La impresora del segundo piso no funciona desde ayer por la tarde.", "es"),
        ("Thanks!", "en"),
        ("", "en"),
        ("<pre>for x in range(3): print(x)</pre>", "en"),
        ("“Quoted” — naïve", "en"),
    ],
)
def test_a_text_is_said_to_be_in_its_language_and_a_doubtful_one_in_that_of_the_page(text: str, language: str) -> None:
    assert spoken(text) == language


def test_messages_of_one_page_each_have_their_own() -> None:
    assert spoken_each([ENGLISH, GERMAN, FRENCH, "Ok.", ENGLISH]) == ["en", "de", "fr", "en", "en"]


def test_only_the_first_few_are_read_by_the_detector(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def language_of(text: str, default: str) -> str:
        del default
        read.append(text)
        return "de"

    monkeypatch.setattr(module, "language_of", language_of)
    assert spoken_each([ENGLISH, *[GERMAN] * 200]) == ["en", *["de"] * 200]
    assert len(read) == module.READ_BY_DETECTOR
    assert spoken_each([ENGLISH] * 200) == ["en"] * 200
    assert len(read) == module.READ_BY_DETECTOR


def test_a_page_in_another_language_takes_no_english_word_for_its_own(settings: Settings) -> None:
    settings.LANGUAGE_CODE = "de"
    assert spoken_each([ENGLISH, GERMAN, "Ja"]) == ["en", "de", "de"]


@given(st.lists(st.text(max_size=500), max_size=5))
def test_any_texts_have_one_each(texts: list[str]) -> None:
    found = spoken_each(texts)
    assert len(found) == len(texts)
    assert all(one.isalpha() and len(one) == 2 for one in found)
