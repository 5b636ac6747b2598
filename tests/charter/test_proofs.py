"""The page of the charter names what proves each promise; here the names are held to the tests."""

import ast
import re
from pathlib import Path

import pytest
from django.test import Client

from alongside.web.charter import PROOFS, SO_FAR

HERE = Path(__file__).parent
PROMISES = range(1, 13)


def names_of_tests(promise: int) -> set[str]:
    return {
        node.name
        for path in HERE.glob(f"test_{promise:02}_*.py")
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_every_proof_is_a_test_that_is_there() -> None:
    for promise, proofs in PROOFS.items():
        assert promise in PROMISES
        assert proofs
        assert set(proofs) <= names_of_tests(promise), promise


def test_every_promise_with_tests_names_them() -> None:
    assert set(PROOFS) == {promise for promise in PROMISES if names_of_tests(promise)}


@pytest.mark.django_db
def test_a_promise_without_a_test_says_not_yet(home: Path) -> None:
    page = Client().get("/charter").content.decode()
    promises = re.split(r'id="promise-(\d+)"', page)
    shown = {int(promises[place]): promises[place + 1] for place in range(1, len(promises), 2)}
    assert set(shown) == set(PROMISES)
    for promise, text in shown.items():
        assert ("not yet" in text.lower()) == (promise not in PROOFS), promise
        for proof in PROOFS.get(promise, ()):
            assert proof in text


@pytest.mark.django_db
def test_what_is_proved_in_part_says_which_part(home: Path) -> None:
    page = Client().get("/charter").content.decode()
    assert set(SO_FAR) <= set(PROOFS)
    for promise, words in SO_FAR.items():
        assert str(words) in page.split(f'id="promise-{promise}"')[1].split("</li>")[0]
