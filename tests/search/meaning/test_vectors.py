"""The meaning index: what is found, by whom, and what is left after a crash."""

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alongside.search.meaning import searching
from alongside.search.meaning.passages import Passage
from alongside.search.meaning.scoring import Scores, conversation_scores
from alongside.search.meaning.vectors import BeingWritten, MeaningIndex
from alongside.search.rules import Scope, Unit

EVERYTHING = Scope(True, frozenset(range(100)))
DIMENSIONS = 128


def unit(conversation_id: int, *, audience_id: int = 1, is_open: bool = True, room_id: int = 1, said: int = 0) -> Unit:
    return Unit(conversation_id, audience_id, is_open, room_id, said, said, "en", "", ())


def vectors(seed: int, count: int = 1) -> Scores:
    drawn = np.random.default_rng(seed).normal(size=(count, DIMENSIONS)).astype(np.float32)
    of_length_one: Scores = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return of_length_one


def passages(count: int) -> list[Passage]:
    return [Passage("", number, number) for number in range(count)]


def put(index: MeaningIndex, one: Unit, found: Scores) -> None:
    index.write(one, passages(len(found)), found)


def ids(index: MeaningIndex, vector: Scores, scope: Scope = EVERYTHING) -> list[int]:
    return [proposal.conversation_id for proposal in index.proposals(vector, scope, 1000)]


@pytest.fixture
def index(tmp_path: Path) -> Iterator[MeaningIndex]:
    made = MeaningIndex(tmp_path, "model")
    yield made
    made.close()


def test_the_nearest_comes_first_and_its_score_is_its_likeness(index: MeaningIndex) -> None:
    for number in range(1, 6):
        put(index, unit(number), vectors(number))
    index.publish()
    found = index.look(vectors(3)[0], EVERYTHING, 2)
    assert found.proposals[0].conversation_id == 3
    assert found.proposals[0].score == pytest.approx(1, abs=0.01)
    assert len(found.proposals) == 2


def test_the_lowest_score_is_that_of_the_farthest_of_all(index: MeaningIndex) -> None:
    for number in range(1, 20):
        put(index, unit(number), vectors(number))
    index.publish()
    likeness = [float(vectors(number)[0] @ vectors(3)[0]) for number in range(1, 20)]
    assert index.look(vectors(3)[0], EVERYTHING, 1).lowest == pytest.approx(min(likeness), abs=0.01)


def test_nothing_is_found_before_it_is_published(index: MeaningIndex, tmp_path: Path) -> None:
    put(index, unit(1), vectors(1))
    assert ids(MeaningIndex(tmp_path, "model"), vectors(1)[0]) == []
    index.publish()
    assert ids(MeaningIndex(tmp_path, "model"), vectors(1)[0]) == [1]


def test_a_reader_that_was_open_finds_what_was_published_since(index: MeaningIndex, tmp_path: Path) -> None:
    reader = MeaningIndex(tmp_path, "model")
    for number in range(1, 8):
        put(index, unit(number), vectors(number))
        index.publish()
        assert sorted(ids(reader, vectors(1)[0])) == list(range(1, number + 1))


def test_an_organisation_reader_finds_open_texts_and_their_own_closed_ones_only(index: MeaningIndex) -> None:
    put(index, unit(1, audience_id=1), vectors(1))
    put(index, unit(2, audience_id=2, is_open=False), vectors(2))
    put(index, unit(3, audience_id=3, is_open=False), vectors(3))
    index.publish()
    assert sorted(ids(index, vectors(3)[0], Scope(True, frozenset({2})))) == [1, 2]


def test_somebody_from_outside_finds_only_the_open_texts_of_audiences_they_hear(index: MeaningIndex) -> None:
    put(index, unit(1, audience_id=1), vectors(1))
    put(index, unit(2, audience_id=2), vectors(2))
    index.publish()
    assert ids(index, vectors(1)[0], Scope(False, frozenset({2}))) == [2]
    assert ids(index, vectors(1)[0], Scope(False, frozenset())) == []


def test_what_cannot_be_read_does_not_change_the_lowest_score(index: MeaningIndex) -> None:
    put(index, unit(1, audience_id=1), vectors(1))
    put(index, unit(2, audience_id=2, is_open=False), -vectors(1))
    index.publish()
    assert index.look(vectors(1)[0], Scope(True, frozenset()), 10).lowest == pytest.approx(1, abs=0.01)


def test_rooms_times_and_conversations_narrow_a_question(index: MeaningIndex) -> None:
    for number in range(1, 5):
        put(index, unit(number, room_id=number % 2, said=number * 10), vectors(number))
    index.publish()
    asked = vectors(1)[0]
    assert sorted(ids(index, asked, Scope(True, frozenset(), room_ids=frozenset({0})))) == [2, 4]
    assert sorted(ids(index, asked, Scope(True, frozenset(), after=20, before=40))) == [2, 3]
    assert sorted(ids(index, asked, Scope(True, frozenset(), conversation_ids=frozenset({3, 9})))) == [3]
    assert ids(index, asked, Scope(False, frozenset({7}), conversation_ids=frozenset({3}))) == []


def test_a_conversation_written_again_is_found_once_and_as_it_is_now(index: MeaningIndex) -> None:
    for seed in (1, 2, 3):
        put(index, unit(1, audience_id=seed), vectors(seed, 3))
        put(index, unit(2), vectors(9))
        index.publish()
    assert index.scores(vectors(3)[0], [1], Scope(False, frozenset({3}))).keys() == {1}
    assert index.scores(vectors(3)[0], [1], Scope(False, frozenset({1, 2}))) == {}
    assert index.passages() == 4


def test_a_forgotten_conversation_is_not_found_and_no_vector_of_it_is_left(index: MeaningIndex, tmp_path: Path) -> None:
    for number in range(1, 20):
        put(index, unit(number), vectors(number))
    index.publish()
    index.forget([7])
    index.publish()
    assert 7 not in ids(index, vectors(7)[0])
    assert index.vectors_of(7) is None
    (values,) = (np.load(path) for path in tmp_path.glob("*/values.npy"))
    (bits,) = (np.load(path) for path in tmp_path.glob("*/bits.npy"))
    assert int((values == 0).all(axis=1).sum()) == 1
    assert int((bits == 0).all(axis=0).sum()) == 1


def test_what_is_forgotten_before_it_was_published_never_comes(index: MeaningIndex) -> None:
    put(index, unit(1), vectors(1))
    index.forget([1])
    index.publish()
    assert ids(index, vectors(1)[0]) == []


def test_a_conversation_of_which_nothing_is_left_is_forgotten(index: MeaningIndex) -> None:
    put(index, unit(1), vectors(1))
    index.publish()
    index.write(unit(1), [], np.zeros((0, DIMENSIONS), dtype=np.float32))
    index.publish()
    assert ids(index, vectors(1)[0]) == []


def test_narrowing_an_audience_needs_no_encoding(index: MeaningIndex) -> None:
    put(index, unit(1), vectors(1, 4))
    index.publish()
    assert index.refile(unit(1, audience_id=5, is_open=False))
    assert not index.refile(unit(2))
    index.publish()
    assert ids(index, vectors(1)[0], Scope(True, frozenset())) == []
    assert ids(index, vectors(1)[0], Scope(False, frozenset({5}))) == [1]


def test_the_best_passage_is_the_nearest_window_and_not_the_whole(index: MeaningIndex) -> None:
    put(index, unit(1), vectors(1, 4))
    index.publish()
    best = index.best_passage(vectors(1, 4)[2], 1)
    assert best is not None
    assert (best.first_message_id, best.last_message_id) == (2, 2)
    whole = index.best_passage(vectors(1, 4)[0], 1)
    assert whole is not None
    assert whole.first_message_id != 0
    assert index.best_passage(vectors(1)[0], 2) is None


def test_the_vectors_of_a_conversation_are_those_that_were_written(index: MeaningIndex) -> None:
    put(index, unit(1), vectors(1, 3))
    index.publish()
    found = index.vectors_of(1)
    assert found is not None
    assert found == pytest.approx(vectors(1, 3), abs=0.01)


def test_vectors_of_another_model_count_as_nothing(index: MeaningIndex, tmp_path: Path) -> None:
    put(index, unit(1), vectors(1))
    index.publish()
    index.close()
    other = MeaningIndex(tmp_path, "another")
    assert ids(other, vectors(1)[0]) == []
    put(other, unit(2), vectors(2))
    assert ids(index, vectors(1)[0]) == [1]
    other.publish()
    assert ids(other, vectors(1)[0]) == [2]
    assert ids(index, vectors(1)[0]) == []
    other.close()


def test_only_one_writes(index: MeaningIndex, tmp_path: Path) -> None:
    put(index, unit(1), vectors(1))
    with pytest.raises(BeingWritten):
        MeaningIndex(tmp_path, "model").forget([1])


def test_an_index_that_nobody_wrote_yet_finds_nothing(tmp_path: Path) -> None:
    assert ids(MeaningIndex(tmp_path / "not there", "model"), vectors(1)[0]) == []
    assert not (tmp_path / "not there").exists()


def test_many_publications_leave_few_segments(index: MeaningIndex, tmp_path: Path) -> None:
    for number in range(100):
        put(index, unit(number), vectors(number))
        index.publish()
    assert len([path for path in tmp_path.iterdir() if path.is_dir()]) < 8
    assert sorted(ids(index, vectors(1)[0])) == list(range(100))


def test_through_their_bits_the_same_are_found_as_one_by_one(
    index: MeaningIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(300):
        put(
            index, unit(number, audience_id=number % 7, is_open=number % 2 == 0, room_id=number % 5), vectors(number, 4)
        )
    index.publish()
    index.forget(range(0, 300, 11))
    index.publish()
    scopes = [
        EVERYTHING,
        Scope(True, frozenset({3, 4, 6}), room_ids=frozenset({1, 2})),
        Scope(False, frozenset({1, 2, 5})),
        Scope(False, frozenset({1, 2, 5}), conversation_ids=frozenset(range(1, 200, 3))),
    ]
    for scope in scopes:
        closely = [index.look(vectors(seed, 4)[2], scope, 5) for seed in range(60)]
        with monkeypatch.context() as changed:
            changed.setattr(searching, "CLOSELY", 0)
            changed.setattr(searching, "FEWEST_SCORED", 60)
            by_bits = [index.look(vectors(seed, 4)[2], scope, 5) for seed in range(60)]
        assert [one.proposals[0] for one in by_bits] == [one.proposals[0] for one in closely]
        assert all(ours.lowest <= theirs.proposals[-1].score for ours, theirs in zip(by_bits, closely, strict=True))


conversations = st.tuples(st.integers(1, 8), st.integers(1, 4), st.booleans(), st.integers(0, 99), st.integers(1, 4))
steps = st.lists(
    st.one_of(
        st.tuples(st.just("write"), conversations),
        st.tuples(st.just("forget"), st.sets(st.integers(1, 8), max_size=4)),
        st.tuples(st.just("publish"), st.none()),
        st.tuples(st.just("reopen"), st.none()),
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(steps=steps, audiences=st.frozensets(st.integers(1, 4)), reads_open=st.booleans())
def test_whatever_happens_it_finds_what_a_plain_list_would(
    tmp_path_factory: pytest.TempPathFactory,
    steps: list[tuple[str, Any]],
    audiences: frozenset[int],
    reads_open: bool,  # noqa: FBT001
) -> None:
    folder = tmp_path_factory.mktemp("index")
    index, reader = MeaningIndex(folder, "model"), MeaningIndex(folder, "model")
    waiting: dict[int, tuple[int, bool, Scores]] = {}
    published = dict(waiting)
    asked = vectors(1)[0]
    for name, given_ in steps:
        if name == "write":
            number, audience, is_open, seed, count = given_
            put(index, unit(number, audience_id=audience, is_open=is_open), vectors(seed, count))
            waiting[number] = (audience, is_open, vectors(seed, count))
        elif name == "forget":
            index.forget(given_)
            waiting = {number: one for number, one in waiting.items() if number not in given_}
        elif name == "publish":
            index.publish()
            published = dict(waiting)
        else:
            index.close()
            index, waiting = MeaningIndex(folder, "model"), dict(published)
        expected = {
            number: float(conversation_scores(one @ asked, np.zeros(1, dtype=np.int64))[0])
            for number, (audience, is_open, one) in published.items()
            if (is_open and reads_open) or audience in audiences
        }
        found = {one.conversation_id: one.score for one in reader.proposals(asked, Scope(reads_open, audiences), 99)}
        assert found == pytest.approx(expected, abs=0.02)
    index.close()


WRITER = """
import sys, numpy as np
from pathlib import Path
from alongside.search.meaning.passages import Passage
from alongside.search.meaning.vectors import MeaningIndex
from alongside.search.rules import Unit
index = MeaningIndex(Path(sys.argv[1]), "model")
for turn in range(int(sys.argv[2]), 100000):
    vector = np.zeros((1, 128), dtype=np.float32)
    vector[0, turn % 128] = 1
    for number in range(30):
        unit = Unit(number, number % 3, number % 2 == 0, 1, turn, turn, "en", "", ())
        index.write(unit, [Passage("", turn, turn)], vector)
    index.publish()
    print(turn, flush=True)
"""


def test_killed_at_any_moment_it_stands_at_a_whole_publication(tmp_path: Path) -> None:
    last = -1
    chance = random.Random(1)
    for _ in range(6):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), str(last + 1)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        said = [int(writer.stdout.readline())]
        time.sleep(chance.random() / 5)
        writer.kill()
        said += [int(line) for line in writer.stdout.read().split()]
        writer.stdout.close()
        writer.wait()
        index = MeaningIndex(tmp_path, "model")
        turns = {
            best.first_message_id
            for number in range(30)
            if (best := index.best_passage(np.zeros(128, dtype=np.float32), number))
        }
        assert len(turns) == 1
        (turn,) = turns
        assert turn in {said[-1], said[-1] + 1}
        asked = np.eye(128, dtype=np.float32)[turn % 128]
        assert {proposal.score > 0.9 for proposal in index.proposals(asked, EVERYTHING, 99)} == {True}
        assert len(ids(index, asked)) == 30
        last = turn
