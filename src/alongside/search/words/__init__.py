"""The index of words: who wrote which, scored by BM25. It keeps no text, only words and where they stand."""
