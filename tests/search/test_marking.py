from hypothesis import given
from hypothesis import strategies as st

from alongside.search.marking import LENGTH, Passage, best_passage, marked
from alongside.search.rules import UnitMessage, asked


def _passage(question: str, *texts: str, language: str = "en") -> Passage:
    messages = [UnitMessage(number, text) for number, text in enumerate(texts)]
    passage = best_passage(messages, asked(question), language)
    assert passage is not None
    return passage


def _marked(question: str, text: str, language: str = "en") -> list[str]:
    return [piece for piece, is_marked in marked(text, asked(question), language) if is_marked]


def test_the_message_with_most_of_the_words_is_shown() -> None:
    passage = _passage("restart printer", "Hello all.", "I had to restart.", "Restart the printer twice.")
    assert passage.message_id == 2
    assert passage.segments == (("Restart", True), (" the ", False), ("printer", True), (" twice.", False))


def test_inflected_words_are_marked_too() -> None:
    assert _marked("study simulation", "Studies of simulated and studied simulations") == [
        "Studies",
        "simulated",
        "studied",
        "simulations",
    ]
    assert _marked("Häuser", "Ein Haus, zwei Hauser.", "de") == ["Haus", "Hauser"]


def test_accents_do_not_hinder_marking() -> None:
    assert _marked("naive cafe", "A naïve café.") == ["naïve", "café"]


def test_words_that_only_begin_alike_are_not_marked() -> None:
    assert _marked("print", "imprint printers prints sprint") == ["prints"]


def test_a_phrase_is_marked_as_one() -> None:
    assert _marked('"price rise"', "The price rise. A rise.") == ["price rise", "rise"]


def test_signs_without_spaces_are_marked() -> None:
    assert _marked("模型", "我们的模型", "zh") == ["模", "型"]


def test_stop_words_are_not_marked_beside_others() -> None:
    assert _marked("the printer", "the printer") == ["printer"]


def test_a_passage_begins_with_a_sentence_and_ends_with_a_word() -> None:
    before, after = "Nothing of note happened. " * 30, " And then tea was had by all." * 30
    passage = _passage("printer", f"{before}Then the printer caught fire.{after}")
    assert passage.is_cut_before
    assert passage.is_cut_after
    assert passage.text[0] == "N"
    assert not passage.text.endswith(" ")
    assert len(passage.text) <= LENGTH + 40


def test_without_any_of_the_words_its_beginning_is_shown() -> None:
    passage = _passage("zebra", "", "First words.", "More.")
    assert (passage.message_id, passage.text) == (1, "First words.")


def test_of_nothing_said_nothing_is_shown() -> None:
    assert best_passage([UnitMessage(1, " \n")], asked("tea")) is None
    assert best_passage([], asked("tea")) is None


@given(st.text(max_size=120), st.lists(st.text(max_size=900), min_size=1, max_size=4))
def test_a_passage_is_always_a_piece_of_its_message(question: str, texts: list[str]) -> None:
    messages = [UnitMessage(number, text) for number, text in enumerate(texts)]
    passage = best_passage(messages, asked(question))
    if passage is not None:
        assert passage.text in texts[passage.message_id]
    whole = marked(texts[0], asked(question))
    assert "".join(piece for piece, _ in whole) == texts[0]


@given(st.text(alphabet="aàbİß .\n模_", max_size=60), st.text(alphabet="aàbİß .\n模_", max_size=900))
def test_odd_letters_do_not_shift_the_marks(question: str, text: str) -> None:
    assert "".join(piece for piece, _ in marked(text, asked(question))) == text
