"""How a conversation is cut into passages."""

from hypothesis import given
from hypothesis import strategies as st

from alongside.search.meaning.passages import LONGEST_WHOLE, STEP, WINDOW, passages_of
from alongside.search.rules import Unit, UnitMessage


def unit(*texts: str, title: str = "") -> Unit:
    messages = tuple(UnitMessage(number, text) for number, text in enumerate(texts, start=1))
    return Unit(1, 1, True, 1, 0, 0, "en", title, messages)


def words(count: int, sign: str = "w") -> str:
    return " ".join(f"{sign}{number}" for number in range(count))


def test_a_short_conversation_is_one_passage_with_its_title() -> None:
    (whole,) = passages_of(unit("How do I calm a caller?", "Let them finish.", title="Tense calls"))
    assert whole.text == "Tense calls\nHow do I calm a caller?\nLet them finish."
    assert (whole.first_message_id, whole.last_message_id) == (1, 2)


def test_a_conversation_in_which_nothing_was_said_has_no_passage() -> None:
    assert passages_of(unit("", "  ")) == []


def test_a_title_alone_is_a_passage() -> None:
    assert [passage.text for passage in passages_of(unit("", title="Printer"))] == ["Printer"]


def test_a_long_message_is_cut_into_windows_that_overlap() -> None:
    _, *windows = passages_of(unit(words(WINDOW * 2)))
    assert len(windows[0].text.split()) == WINDOW
    assert windows[1].text.split()[0] == f"w{STEP}"
    assert windows[-1].text.split()[-1] == f"w{WINDOW * 2 - 1}"


def test_a_window_says_from_which_message_to_which_it_reaches() -> None:
    _, *windows = passages_of(unit(words(WINDOW - 5, "a"), words(10, "b"), words(WINDOW, "c")))
    assert (windows[0].first_message_id, windows[0].last_message_id) == (1, 2)
    assert (windows[-1].first_message_id, windows[-1].last_message_id) == (3, 3)


def test_the_whole_is_no_longer_than_the_model_can_read() -> None:
    whole, *_ = passages_of(unit(*["word " * 500] * 50, title="Long"))
    assert len(whole.text) <= LONGEST_WHOLE


def test_a_text_without_spaces_is_cut_too() -> None:
    assert len(passages_of(unit("電話の相手が怒っているときはどうしますか。" * 20))) > 3


@given(st.lists(st.text(max_size=400), max_size=12), st.text(max_size=30))
def test_every_word_that_was_said_is_in_a_passage(texts: list[str], title: str) -> None:
    passages = passages_of(unit(*texts, title=title))
    found = {word for passage in passages for word in passage.text.split() if len(word) <= 40}
    assert {word for text in texts for word in text.split() if len(word) <= 20 and word.isascii()} <= found
    assert all(passage.text.strip() for passage in passages)
    assert all(passage.first_message_id <= passage.last_message_id for passage in passages)
