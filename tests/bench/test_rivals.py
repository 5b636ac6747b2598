from bench.rivals import bm25, fts5, plain_fusion, ranked
from bench.tables import table

IDS = ["cold", "hot", "tea"]
TEXTS = ["the boiler is cold again", "boilers run hot", "tea and cakes"]


def test_bm25_finds_inflected_words_and_the_shorter_text_first() -> None:
    assert ranked(bm25(TEXTS, ["boiler"]), IDS)[0] == ["hot", "cold"]
    assert ranked(bm25(TEXTS, ["cake"]), IDS)[0] == ["tea"]


def test_fts5_takes_any_of_the_words_whatever_signs_stand_around_them() -> None:
    assert set(fts5(IDS, TEXTS, ['"cold" OR (hot)?'])[0]) == {"cold", "hot"}
    assert fts5(IDS, TEXTS, ["?!"])[0] == []


def test_fusion_goes_from_the_least_to_the_best_of_each() -> None:
    words, meaning = bm25(TEXTS, ["cake"]), bm25(TEXTS, ["hot"])
    assert ranked(plain_fusion(words, meaning), IDS)[0] == ["hot", "tea"]


def test_a_table_is_as_wide_as_it_must_be() -> None:
    assert table(["a", "b"], [["long one", "1"], ["x", "22"]]).splitlines() == [
        "a          b",
        "────────  ──",
        "long one   1",
        "x         22",
    ]
