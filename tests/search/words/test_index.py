"""Three people in every test of access: a member with a closed room, a member without, a guest."""

import errno
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from math import ceil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tantivy import Index

from alongside.search.rules import Asked, Scope, Unit, UnitMessage, asked
from alongside.search.words import languages_present, newest, viewing
from alongside.search.words.index import NotWritableError, WordsIndex
from alongside.search.words.languages_present import OutdatedError
from alongside.search.words.writing import BusyError

ORGANISATION, CLOSED, WORLD = 1, 2, 3
INSIDER = Scope(reads_all_open=True, audience_ids=frozenset({CLOSED, WORLD}))
MEMBER = Scope(reads_all_open=True, audience_ids=frozenset({WORLD}))
GUEST = Scope(reads_all_open=False, audience_ids=frozenset({WORLD}))
NOBODY = Scope(reads_all_open=False, audience_ids=frozenset())


def unit(number: int, *texts: str, audience: int = ORGANISATION, language: str = "en", title: str = "") -> Unit:
    return Unit(
        conversation_id=number,
        audience_id=audience,
        is_open=audience != CLOSED,
        room_id=audience * 10,
        started_at=number * 1_000,
        last_said_at=number * 1_000 + 500,
        language=language,
        title=title,
        messages=tuple(UnitMessage(number * 100 + place, text) for place, text in enumerate(texts)),
    )


@pytest.fixture
def index(tmp_path: Path) -> Iterator[WordsIndex]:
    with WordsIndex(tmp_path / "words", writable=True, threads=1) as index:
        yield index


def fill(index: WordsIndex, *units: Unit) -> None:
    index.write(units)
    index.commit()


def found(index: WordsIndex, question: str | Asked, scope: Scope = INSIDER, limit: int = 20) -> list[int]:
    understood = asked(question) if isinstance(question, str) else question
    return [proposal.conversation_id for proposal in index.proposals(understood, scope, limit)]


def test_each_finds_only_what_they_may_read(index: WordsIndex) -> None:
    fill(index, unit(1, "lantern"), unit(2, "lantern", audience=CLOSED), unit(3, "lantern", audience=WORLD))
    assert set(found(index, "lantern")) == {1, 2, 3}
    assert set(found(index, "lantern", MEMBER)) == {1, 3}
    assert set(found(index, "lantern", GUEST)) == {3}
    assert found(index, "lantern", NOBODY) == []
    assert set(found(index, "in:#any", replace(GUEST, room_ids=frozenset({10, 20, 30})))) == {3}


def test_better_matches_come_first(index: WordsIndex) -> None:
    fill(index, unit(1, "lantern " + "other words " * 50), unit(2, "lantern oil"), unit(3, "oil for the lantern oil"))
    assert found(index, "lantern oil")[-1] == 1
    scores = [proposal.score for proposal in index.proposals(asked("lantern oil"), MEMBER, 9)]
    assert scores == sorted(scores, reverse=True)


def test_open_scores_owe_nothing_to_closed_texts(index: WordsIndex) -> None:
    fill(index, unit(1, "lantern oil"), unit(2, "oil"), unit(3, "tea", audience=WORLD))
    before = [index.proposals(asked("lantern oil tae"), scope, 9) for scope in (MEMBER, GUEST)]
    fill(index, *(unit(number, "lantern tae " * number, audience=CLOSED) for number in range(10, 60)))
    assert [index.proposals(asked("lantern oil tae"), scope, 9) for scope in (MEMBER, GUEST)] == before


def test_the_weight_of_a_word_in_a_closed_room_owes_nothing_to_other_closed_rooms(index: WordsIndex) -> None:
    stranger = Scope(reads_all_open=True, audience_ids=frozenset({77}))
    mine = [replace(unit(number, text, audience=CLOSED), audience_id=77) for number, text in ((1, "oil"), (2, "tar"))]
    fill(index, *mine, *(unit(number, "oil", audience=CLOSED) for number in range(10, 60)))
    scores = [proposal.score for proposal in index.proposals(asked("oil tar"), stranger, 9)]
    assert scores[0] == pytest.approx(scores[1], rel=1e-5)


def test_inflected_words_are_found(index: WordsIndex) -> None:
    fill(index, unit(1, "We simulated the studies"), unit(2, "nothing"))
    assert found(index, "simulations study") == [1]


def test_every_language_is_stemmed_by_its_own_rules(index: WordsIndex) -> None:
    fill(
        index,
        unit(1, "Die Häuser wurden gestrichen", language="de"),
        unit(2, "Les généralités des modèles", language="fr"),
        unit(3, "我们的模型怎么重新启动", language="zh"),
        unit(4, "Як перезапустити модель", language="uk"),
        unit(5, "the model", language="en"),
    )
    assert found(index, "Haus") == [1]
    assert found(index, "generalite") == [2]
    assert found(index, "模型") == [3]
    assert found(index, "модель") == [4]
    assert found(index, '"häuser wurden"') == [1]


def test_an_index_may_have_another_main_language(tmp_path: Path) -> None:
    with WordsIndex(tmp_path, writable=True, main_language="fr", threads=1) as index:
        fill(index, unit(1, "les modèles", language="fr"), unit(2, "The horses", language="en"))
    with WordsIndex(tmp_path, writable=True, main_language="en", threads=1) as index:
        fill(index, unit(3, "un modèle", language="fr"))
        assert set(found(index, "modele")) == {1, 3}
        assert found(index, "horse") == [2]


@pytest.mark.parametrize("typed", ["lantrn", "lanetrn", "lantterns", "kantern", "configuratoin", "cofiguratoin"])
def test_a_typing_mistake_still_finds(index: WordsIndex, typed: str) -> None:
    fill(index, unit(1, "the lantern needs configuration"), unit(2, "tea"))
    assert found(index, typed) == [1]
    assert found(index, typed, MEMBER) == [1]


def test_a_guest_is_not_guessed_for_from_what_they_may_not_read(index: WordsIndex) -> None:
    fill(index, unit(1, "lantern"), unit(2, "lantrn", audience=WORLD), unit(3, "lamtern", audience=WORLD))
    assert found(index, "lantern", GUEST) == [2, 3] or found(index, "lantern", GUEST) == [3, 2]
    assert index.knows("lantern", MEMBER)
    assert not index.knows("lantern", GUEST)


@pytest.fixture
def _many(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a large store, where words are counted in open texts alone."""
    monkeypatch.setattr(viewing, "_ENOUGH_TO_COUNT", 2)


STRANGER = Scope(reads_all_open=True, audience_ids=frozenset({WORLD, 77}))


@pytest.mark.usefixtures("_many")
@pytest.mark.parametrize("typed", ["kingfisher", "kingfishre", "kingfihsers", "kinfisher", "qingfisher"])
def test_a_mistyped_word_that_only_closed_rooms_use_finds_for_who_reads_them(index: WordsIndex, typed: str) -> None:
    fill(index, unit(1, "tea"), unit(2, "cake"), unit(3, "the kingfisher plan", audience=CLOSED))
    fill(index, replace(unit(4, "oil"), audience_id=77, is_open=False))
    assert found(index, typed) == [3]
    assert found(index, asked(typed, newest_first=True)) == [3]
    assert found(index, typed, MEMBER) == found(index, typed, GUEST) == found(index, typed, STRANGER) == []


@pytest.mark.usefixtures("_many")
def test_a_guest_is_forgiven_a_mistake_in_a_closed_room_of_theirs(index: WordsIndex) -> None:
    guest = Scope(reads_all_open=False, audience_ids=frozenset({CLOSED}))
    fill(index, unit(1, "tea"), unit(2, "cake"), unit(3, "the kingfisher plan", audience=CLOSED))
    assert found(index, "kingfishre", guest) == [3]


@pytest.mark.usefixtures("_many")
def test_what_open_texts_are_likely_to_mean_comes_before_what_a_closed_room_might(index: WordsIndex) -> None:
    fill(index, unit(1, "a lantern"), unit(2, "the lanterns"), unit(3, "a lanterm", audience=CLOSED))
    assert found(index, "lanternm tea")[-1] == 3
    assert set(found(index, "lanternm tea")) == {1, 2, 3}


_MISTYPED = st.sampled_from(["lantrn", "lanterm", "lanternn", "kettel", "lantern kettel", "zanzibra tea"])
_HIDDEN = st.lists(st.sampled_from(["lantern", "lantirn", "kettle", "kittel", "zanzibar", "tea"]), max_size=6)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(hidden=_HIDDEN, question=_MISTYPED, newest_first=st.booleans())
@pytest.mark.usefixtures("_many")
def test_no_guess_is_changed_by_what_one_may_not_read(
    tmp_path_factory: pytest.TempPathFactory, *, hidden: list[str], question: str, newest_first: bool
) -> None:
    with WordsIndex(tmp_path_factory.mktemp("words"), writable=True, threads=1, memory=15_000_000) as index:
        own = [replace(unit(number, text), audience_id=77, is_open=False) for number, text in ((3, "latern"), (4, "t"))]
        fill(index, unit(1, "tea"), unit(2, "lantern oil", audience=WORLD), *own)
        understood = asked(question, newest_first=newest_first)
        before = [index.proposals(understood, scope, 9) for scope in (MEMBER, GUEST, STRANGER)]
        fill(index, *(unit(10 + number, word, audience=CLOSED) for number, word in enumerate(hidden)))
        assert [index.proposals(understood, scope, 9) for scope in (MEMBER, GUEST, STRANGER)] == before


def test_a_word_known_is_not_guessed_at(index: WordsIndex) -> None:
    fill(index, unit(1, "form"), unit(2, "from the forum"), unit(3, "fork"))
    assert found(index, "form") == [1]


def test_phrases_must_stand_there_and_not_across_messages(index: WordsIndex) -> None:
    fill(index, unit(1, "the price rise is here"), unit(2, "rise of the price"), unit(3, "a price", "rise early"))
    assert found(index, '"price rise"') == [1]
    assert found(index, '"price rise" early') == [1]
    assert set(found(index, "price rise")) == {1, 2, 3}


def test_common_words_count_only_when_nothing_else_was_asked(index: WordsIndex) -> None:
    fill(index, unit(1, "to be or not to be"), unit(2, "the lantern"))
    assert found(index, "the lantern is not") == [2]
    assert found(index, "to be") == [1]


def test_words_typed_in_one_or_in_two_meet(index: WordsIndex) -> None:
    fill(index, unit(1, "preprocessing"), unit(2, "snake_case names"), unit(3, "v1.2"))
    assert found(index, "pre-processing") == [1]
    assert found(index, "snake-case") == [2]
    assert found(index, "v1.2") == [3]


def test_a_question_is_narrowed_inside_the_query(index: WordsIndex) -> None:
    fill(index, unit(1, "tea"), unit(2, "tea"), unit(3, "tea", audience=WORLD), unit(4, "tea", audience=CLOSED))
    assert set(found(index, "tea", replace(INSIDER, room_ids=frozenset({30, 20})))) == {3, 4}
    assert set(found(index, "tea", replace(INSIDER, conversation_ids=frozenset({1, 4})))) == {1, 4}
    assert set(found(index, "tea", replace(INSIDER, after=2_500))) == {2, 3, 4}
    assert set(found(index, "tea", replace(INSIDER, after=2_501))) == {3, 4}
    assert set(found(index, "tea", replace(INSIDER, before=2_000))) == {1}
    assert found(index, "tea", replace(INSIDER, before=-5)) == []
    assert found(index, "tea", replace(INSIDER, room_ids=frozenset())) == []


def test_newest_first(index: WordsIndex) -> None:
    fill(index, unit(3, "green tea"), unit(1, "green tea tea", audience=CLOSED), unit(2, "green tea"), unit(9, "green"))
    assert found(index, asked("green tea", newest_first=True)) == [3, 2, 1]
    assert found(index, asked("green tea", newest_first=True), limit=1) == [3]


def covered(index: WordsIndex, question: str, number: int, scope: Scope = INSIDER) -> float:
    return index.look(asked(question), scope, 9).covered(number)


def test_the_share_of_a_question_that_stands_in_a_text_goes_by_how_rare_its_words_are(index: WordsIndex) -> None:
    fill(
        index, unit(1, "lantern oil"), unit(2, "lantern"), unit(3, "lantern tea", "oil", audience=CLOSED), unit(4, "a")
    )
    assert covered(index, "lantern oil", 1) == covered(index, "lantern oil", 3) == pytest.approx(1)
    assert 0 < covered(index, "lantern oil", 2) < 0.5
    assert covered(index, "lantern", 4) == 0
    assert covered(index, "lantern zanzibar", 2) < covered(index, "lantern oil", 2)
    assert covered(index, "lanterns", 2) == covered(index, "lantrn", 2) == pytest.approx(1)
    assert covered(index, "after:2020", 2) == covered(index, "?!", 2) == 1
    assert covered(index, "lantern", 99) == 0


def test_how_much_is_covered_owes_nothing_to_what_one_may_not_read(index: WordsIndex) -> None:
    fill(index, unit(1, "lantern oil"), unit(2, "tea", audience=WORLD))
    asks = ("lantern zanzibar", "lantern tae", "oil zanzibra wick")
    before = [covered(index, question, 1, MEMBER) for question in asks]
    fill(index, *(unit(number, "zanzibar lantern tae wick", audience=CLOSED) for number in range(10, 30)))
    assert [covered(index, question, 1, MEMBER) for question in asks] == before


# None is one mistake from another, and none so short that a mistake would be guessed.
_PIECES = ["tea", "lantern", "umbrella", "kingfisher", "violin"]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.sets(st.sampled_from(_PIECES)), st.sampled_from([ORGANISATION, CLOSED, WORLD])), max_size=20),
    st.sets(st.sampled_from(_PIECES), min_size=1),
    st.integers(1, 6),
)
def test_newest_first_gives_what_has_most_of_the_words_whoever_asks(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    written: list[tuple[set[str], int]],
    words: set[str],
    limit: int,
) -> None:
    """Both ways of asking, with limits and without, say what a plain reading of all texts says."""
    monkeypatch.setattr(newest, "AT_FIRST", 2)
    needed = ceil(len(words) * 2 / 3)
    with WordsIndex(tmp_path_factory.mktemp("words"), writable=True, threads=1, memory=15_000_000) as index:
        fill(index, *(unit(number, " ".join(said), audience=a) for number, (said, a) in enumerate(written, start=1)))
        for scope, may in ((INSIDER, {1, 2, 3}), (MEMBER, {1, 3}), (GUEST, {3})):
            having = [
                number for number, (said, a) in enumerate(written, start=1) if a in may and len(said & words) >= needed
            ]
            asks = asked(" ".join(sorted(words)), newest_first=True)
            assert found(index, asks, scope, limit) == sorted(having, reverse=True)[:limit]


def test_narrowed_without_words_gives_the_latest(index: WordsIndex) -> None:
    fill(index, unit(1, "a"), unit(5, "b"), unit(3, "c", audience=CLOSED))
    assert found(index, "after:2020") == [5, 3, 1]
    assert found(index, "after:2020", MEMBER) == [5, 1]
    assert found(index, "") == []
    assert found(index, "?!") == []


def test_a_long_conversation_is_proposed_once(index: WordsIndex) -> None:
    fill(index, unit(1, *["tea"] * 1_000), unit(2, "coffee and tea"), unit(3, "tea and cake"))
    assert sorted(found(index, "tea", limit=3)) == [1, 2, 3]
    fill(index, unit(1, "water"))
    assert sorted(found(index, "tea", limit=3)) == [2, 3]


def test_what_is_written_again_replaces_and_may_change_sides(index: WordsIndex) -> None:
    fill(index, unit(1, "lantern"))
    fill(index, unit(1, "lantern oil", audience=CLOSED))
    assert found(index, "lantern", MEMBER) == []
    assert found(index, "lantern") == [1]
    fill(index, unit(1, "wick"), unit(1, "lantern wick"))
    assert found(index, "oil") == []
    assert found(index, "wick", MEMBER) == [1]


def test_what_is_forgotten_is_found_no_more(index: WordsIndex) -> None:
    fill(index, unit(1, "lantern"), unit(2, "lantern", audience=CLOSED), unit(3, "tea"))
    index.forget([1, 2, 99])
    index.commit()
    assert found(index, "lantern") == []
    assert found(index, "tea") == [3]
    assert index.forgotten == 1


def test_forgotten_words_leave_the_disk_with_the_next_merge(index: WordsIndex, tmp_path: Path) -> None:
    fill(index, unit(1, "xylophonist"), unit(2, "tea"))
    index.forget([1])
    index.commit()
    assert index.forgotten == 1
    assert _words_on_disk("xylo", tmp_path) == ["xylophonist"]
    for number in range(10, 60):
        fill(index, unit(number, "tea"))
        time.sleep(0.01)
        if index.forgotten == 0:
            break
    assert _words_on_disk("xylo", tmp_path) == []


def _words_on_disk(beginning: str, folder: Path) -> list[str]:
    opened = Index.open(str(folder / "words" / "open"))
    return [word for word, _ in opened.searcher().terms_with_prefix("text", beginning)]


def _bytes(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


def test_a_question_leaves_nothing_on_the_disk(index: WordsIndex, tmp_path: Path) -> None:
    fill(index, unit(1, "tea"))
    before = _bytes(tmp_path)
    assert found(index, 'zanzibarian "zanzibarian tea" teaa') == []
    assert _bytes(tmp_path) == before


def test_a_reader_sees_each_commit_and_nothing_before_the_first(tmp_path: Path) -> None:
    reader = WordsIndex(tmp_path / "words")
    assert found(reader, "tea") == []
    assert reader.forgotten == 0
    assert not reader.knows("tea", MEMBER)
    with WordsIndex(tmp_path / "words", writable=True, threads=1) as writer:
        assert found(reader, "tea") == []
        fill(writer, unit(1, "tea"))
        assert found(reader, "tea") == [1]
        writer.write([unit(2, "tea")])
        assert found(reader, "tea") == [1]
        writer.commit()
        assert set(found(reader, "tea")) == {1, 2}
    with pytest.raises(NotWritableError):
        reader.commit()


def test_only_one_writes_at_a_time(tmp_path: Path) -> None:
    with WordsIndex(tmp_path, writable=True, threads=1), pytest.raises(BusyError):
        WordsIndex(tmp_path, writable=True, threads=1)
    WordsIndex(tmp_path, writable=True, threads=1).close()


def test_an_index_of_another_version_says_so(tmp_path: Path) -> None:
    languages_present.write(tmp_path, languages_present.Present("en"))
    about = tmp_path / "about.json"
    about.write_text(about.read_text().replace('"version": 1', '"version": 0'))
    with pytest.raises(OutdatedError, match="rebuild"):
        WordsIndex(tmp_path).proposals(asked("tea"), MEMBER, 1)


def test_broken_letters_do_no_harm(index: WordsIndex) -> None:
    fill(index, unit(1, "tea \ud800 \0 cake", "x" * 70_000), unit(2, "\ud83d", language="zz"))
    assert found(index, "cake") == [1]
    assert found(index, Asked(words="cake")) == [1]


_KILLED = """
import sys
from pathlib import Path
from alongside.search.words.index import WordsIndex
from tests.search.words.test_index import unit
index = WordsIndex(Path(sys.argv[1]), writable=True, threads=1)
for number in range(10_000):
    index.write([unit(number, "tea", audience=1 + number % 2)])
    if number % 20 == 19:
        index.commit()
        print(number, flush=True)
"""


@pytest.mark.parametrize("wait", [0.0, 0.05, 0.11])
def test_killed_at_any_moment_the_last_commit_stands(tmp_path: Path, wait: float) -> None:
    root = Path(__file__).parents[3]
    with subprocess.Popen(
        [sys.executable, "-c", _KILLED, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": f"{root / 'src'}:{root}"},
    ) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(wait)
        writer.send_signal(signal.SIGKILL)
        told = [19, *map(int, writer.stdout.read().split())]
    committed = set(found(WordsIndex(tmp_path), "tea", limit=20_000))
    assert committed >= set(range(told[-1] + 1))
    with WordsIndex(tmp_path, writable=True, threads=1) as index:
        fill(index, unit(99_999, "tea"))
        assert 99_999 in found(index, "tea", limit=20_000)


_WORDS = st.sampled_from(["tea", "cake", "lantern", "oil", "wick", "teas", "lantrn"])
_UNITS = st.lists(
    st.tuples(st.integers(1, 12), st.lists(_WORDS, max_size=4), st.sampled_from([ORGANISATION, CLOSED, WORLD])),
    max_size=25,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_UNITS, st.lists(_WORDS, min_size=1, max_size=3).map(" ".join))
def test_nobody_is_ever_proposed_what_they_may_not_read(
    tmp_path_factory: pytest.TempPathFactory, written: list[tuple[int, list[str], int]], question: str
) -> None:
    with WordsIndex(tmp_path_factory.mktemp("words"), writable=True, threads=1, memory=15_000_000) as index:
        last: dict[int, tuple[list[str], int]] = {}
        for number, words, audience in written:
            index.write([unit(number, *words, audience=audience)])
            last[number] = (words, audience)
        index.commit()
        for scope, readable in ((INSIDER, {1, 2, 3}), (MEMBER, {1, 3}), (GUEST, {3})):
            proposed = found(index, question, scope)
            assert all(last[number][1] in readable for number in proposed)
            having = {n for n, (words, a) in last.items() if a in readable and set(words) & set(question.split())}
            assert having <= set(proposed)


def test_a_full_disk_is_told_as_one_and_the_index_can_be_opened_and_written_again(tmp_path: Path) -> None:
    index = WordsIndex(tmp_path / "words", writable=True, threads=1)
    fill(index, unit(1, "what was there before"))
    index.write([unit(2, "what does not fit")])
    with no_room(), pytest.raises(OSError, match="the index of words") as told:
        index.commit()
    assert told.value.errno == errno.EFBIG
    index.write([unit(3, "neither this")])
    with no_room(), pytest.raises(OSError, match="the index of words"):  # another try, while it lasts
        index.commit()
    with suppress(OSError):
        index.close()
    with WordsIndex(tmp_path / "words", writable=True, threads=1) as again:
        fill(again, unit(2, "what does not fit"))
        assert found(again, "before") == [1]
        assert found(again, "fit") == [2]


@contextmanager
def no_room() -> Iterator[None]:
    """No file may become longer than nothing: what a write says then is what it says on a full disk."""
    was = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, was[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, was)
