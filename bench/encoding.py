"""A child: real passages really encoded, once; it runs beside the building of the store."""

import sys
from pathlib import Path
from time import perf_counter

import numpy as np

from alongside.search.meaning.encoder import load_encoder
from bench.children import tell
from bench.texts import passages


def main() -> None:
    data, number, path = Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    encoder = load_encoder(threads=1)
    assert encoder is not None
    texts = passages(data, number)
    began = perf_counter()
    vectors = encoder.encode(texts)
    took = perf_counter() - began
    np.save(path, vectors)
    tell({"passages": len(texts), "seconds": took, "words": sum(len(text.split()) for text in texts) / len(texts)})


if __name__ == "__main__":
    main()
