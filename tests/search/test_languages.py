"""Which language a text is in: where it can be told, and an honest default where it cannot."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from alongside.search.languages import language_of

GERMAN = "Der Drucker im zweiten Stock raucht seit heute Morgen, und niemand weiß, wen man da anruft."
FRENCH = "L'imprimante du deuxième étage fume depuis ce matin, et personne ne sait qui appeler."


@pytest.mark.parametrize(
    ("text", "language"), [(GERMAN, "de"), (GERMAN[:40], "de"), (GERMAN[:24], "xx"), (FRENCH, "fr")]
)
def test_a_language_is_told_where_there_is_enough_of_it(text: str, language: str) -> None:
    assert language_of(text, default="xx") == language


@given(some.lists(some.sampled_from("ab Z.,!7\n"), max_size=120).map("".join))
def test_few_letters_are_in_the_language_of_where_they_were_said(text: str) -> None:
    if sum(map(str.isalpha, text)) < 24:
        assert language_of(text, default="xx") == "xx"
