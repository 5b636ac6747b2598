import re

from hypothesis import given
from hypothesis import strategies as st

from alongside.kit.links import Links
from alongside.kit.safe_html import _markdown, from_html, from_markdown


def found(text: str) -> list[str]:
    return [link.url for link in Links().match(text)]


def test_what_ends_a_sentence_or_a_bracket_is_not_part_of_an_address() -> None:
    text = "See https://example.org/a_b, (http://example.org/c) and <https://example.org/d?e=1&f=2>."
    assert found(text) == ["https://example.org/a_b", "http://example.org/c", "https://example.org/d?e=1&f=2"]


def test_a_pair_of_brackets_inside_an_address_belongs_to_it() -> None:
    assert found("https://example.org/A_(b) and https://example.org/(c)/d.") == [
        "https://example.org/A_(b)",
        "https://example.org/(c)/d",
    ]


def test_addresses_without_their_beginning_and_of_mail_are_links() -> None:
    assert found("www.example.org or ana@mail.example.org!") == [
        "http://www.example.org",
        "mailto:ana@mail.example.org",
    ]


def test_a_file_with_a_country_s_ending_is_no_host() -> None:
    assert found("run setup.py, see README.md") == []
    assert from_markdown("**run** setup.py") == "<p><strong>run</strong> setup.py</p>"


def test_no_text_takes_long_to_be_looked_through() -> None:
    for text in ("http://" * 20_000, "a@" * 50_000, "www." * 50_000, "http://a(" * 20_000, "a." * 50_000 + "@"):
        found(text)


def test_code_holds_no_links() -> None:
    assert from_markdown("`https://example.org`") == "<p><code>https://example.org</code></p>"


_SIGNS = "abz09 \n\t.,:;!?'\"-_+=#>&<@|[]()\\/%~"
_LONGER = (
    "\n\n|https://example.org/a_b|http://a.example/?x=1|www.x.org|a@b.org|snake_case|1.|1)|- |&amp;|word |  |é|mailto:"
    "|`code`|*b*|](|]:"
)
_PIECES = st.sampled_from([*_SIGNS, *_LONGER.split("|")])


@given(st.lists(_PIECES, max_size=14).map("".join))
def test_the_quick_ways_to_render_say_what_the_slow_one_says(text: str) -> None:
    assert _shown(from_markdown(text)) == _shown(from_html(_markdown().render(text)))


def _shown(html: str) -> str:
    """Spaces at the ends of lines, and how many stand in a row, are never seen."""
    return re.sub(r"\s*(<br>)?\s*\n\s*", r"\1\n", re.sub(r"[ \t\xa0]+", " ", html.replace("&nbsp;", " "))).strip()
