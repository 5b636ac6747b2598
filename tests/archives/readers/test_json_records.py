import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.archives.port import LeftOut, Limits, Reason
from alongside.archives.readers.json_records import records
from alongside.archives.readers.unpacking import Truncated
from alongside.kit.json_fields import Record, text_of

SMALL = Limits(record_bytes=60)


def read(data: bytes, limits: Limits | None = None) -> list[Record | LeftOut]:
    return list(records(io.BytesIO(data), limits or Limits(), "day"))


class InPieces(io.BytesIO):
    """Gives a few bytes at a time, and then breaks when it is told to."""

    def __init__(self, data: bytes, step: int, *, breaks: bool = False) -> None:
        super().__init__(data)
        self.step, self.breaks = step, breaks

    def read1(self, size: int | None = -1, /) -> bytes:
        data = super().read1(self.step)
        if not data and self.breaks:
            raise Truncated
        return data


def test_a_sound_list_gives_its_objects() -> None:
    assert read(b'[{"a": 1}, {"b": [1, {"c": "]"}]}]') == [{"a": 1}, {"b": [1, {"c": "]"}]}]


@pytest.mark.parametrize("data", [b"[]", b" [ ] \n", b"\xef\xbb\xbf[]"])
def test_an_empty_list_gives_nothing(data: bytes) -> None:
    assert read(data) == []


@pytest.mark.parametrize("data", [b"", b"   ", b"{}", b"null", b"hello", b'"[1]"', b"\x00\x00", b"\xff\xfe\x00"])
def test_what_is_no_list_is_one_broken_record(data: bytes) -> None:
    assert read(data) == [LeftOut(Reason.BROKEN, "day")]


def test_an_item_that_is_no_object_is_left_out_and_the_rest_stays() -> None:
    found = read(b'[1, {"a": 1}, null, "x", [2]]')
    assert found[1] == {"a": 1}
    assert found[0] == LeftOut(Reason.BROKEN, "day, record 1")
    assert len([item for item in found if isinstance(item, LeftOut)]) == 4


def test_a_broken_record_costs_that_record_only() -> None:
    assert read(b'[{"a": 1}, {"b": }, {"c": 3}]') == [
        {"a": 1},
        LeftOut(Reason.BROKEN, "day, record 2"),
        {"c": 3},
    ]


def test_a_missing_quote_costs_no_more_than_its_line() -> None:
    data = b'[\n {\n  "a": "x,\n  "b": 2\n },\n {\n  "c": 3\n }\n]'
    assert read(data)[-1] == {"c": 3}


def test_a_file_that_ends_in_the_middle_gives_what_is_whole() -> None:
    assert read(b'[{"a": 1}, {"b": 2}, {"c": "x') == [{"a": 1}, {"b": 2}, LeftOut(Reason.TRUNCATED, "day")]


def test_a_stream_that_breaks_gives_what_came_before() -> None:
    found = list(records(InPieces(b'[{"a": 1}, {"b": 2}, {"c"', 4, breaks=True), Limits(), "day"))
    assert found == [{"a": 1}, {"b": 2}, LeftOut(Reason.TRUNCATED, "day")]


def test_a_record_past_the_limit_is_left_out_and_the_rest_stays() -> None:
    data = json.dumps([{"a": "x" * 100}, {"b": 2}]).encode()
    assert read(data, SMALL) == [LeftOut(Reason.TOO_LARGE, "day, record 1"), {"b": 2}]


def test_a_letter_in_a_wrong_encoding_and_half_an_emoji_cost_nothing_else() -> None:
    assert read(b'[{"a": "caf\xe9"}]') == [{"a": "caf\ufffd"}]
    assert text_of(read(b'[{"a": "x\\ud83d"}]')[0]["a"]) == "x"  # type: ignore[index]
    assert read('[{"a": "é"}]'.encode("utf-16")) == [{"a": "é"}]


def test_nesting_without_end_is_survived() -> None:
    assert read(b"[" * 100_000)[-1] == LeftOut(Reason.TRUNCATED, "day")
    assert read(b'[{"a": ' + b"[" * 20_000 + b"]" * 20_000 + b'}, {"b": 2}]')[-1] == {"b": 2}


def test_of_a_key_that_is_twice_the_last_counts() -> None:
    assert read(b'[{"a": 1, "a": 2}]') == [{"a": 2}]


@pytest.mark.parametrize(("value", "text"), [("a\0b", "ab"), (None, ""), (3, ""), (["a"], ""), (" a ", "a")])
def test_a_field_becomes_text_that_any_store_takes(value: object, text: str) -> None:
    assert text_of(value) == text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(items=st.lists(st.dictionaries(st.text(max_size=5), JSON, max_size=4), max_size=6), step=st.integers(1, 9))
def test_cutting_gives_the_same_as_decoding_at_once(items: list[Record], step: int) -> None:
    data = json.dumps(items).encode() + b" "
    tiny = Limits(record_bytes=max((len(json.dumps(item)) for item in items), default=1) + 1)
    assert list(records(InPieces(data, step), tiny, "day")) == items


@given(data=st.binary(max_size=200), step=st.integers(1, 50))
def test_no_bytes_raise(data: bytes, step: int) -> None:
    for start in (b"", b"[", b'[{"a":'):
        list(records(InPieces(start + data, step), SMALL, "day"))
