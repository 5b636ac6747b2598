"""What proves each promise: names of tests in `tests/charter/`. A test sees that they are there.

A promise that is not in this table is not proved yet, and the page says so.
"""

PROOFS: dict[int, tuple[str, ...]] = {}
