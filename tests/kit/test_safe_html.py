import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from alongside.kit import safe_html
from alongside.kit.links import Links

ATTEMPTS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '<a href="javascript:alert(1)">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    "<svg/onload=alert(1)>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    "<p style=\"background:url('//evil.example')\">x</p>",
    '<form action="//evil.example"><input name=a></form>',
    '<span class="mention evil" id="x" onclick="y()">x</span>',
    "[x](javascript:alert(1))",
    "[x](\x01javascript:alert(1))",
    "![x](//evil.example/pixel.png)",
    '<details class="quoted" ontoggle=alert(1) open>x</details>',
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content=0>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
]
ALLOWED_ADDRESS = re.compile(r"(https?:|mailto:|[^:]*$)", re.IGNORECASE)


class Judge(HTMLParser):
    """Reads HTML as a browser would and says what in it could act. It does not share the allow-list of what it judges."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {
            "script",
            "img",
            "svg",
            "math",
            "iframe",
            "style",
            "form",
            "input",
            "base",
            "meta",
            "object",
            "embed",
            "link",
        }:
            self.found.append(tag)
        for name, value in attrs:
            harmless = {"class", "rel", "title", "start", "colspan", "tabindex"}
            if name not in harmless and not (name == "href" and ALLOWED_ADDRESS.match(value or "")):
                self.found.append(f"{tag} {name}={value}")


def what_could_act(html: str) -> list[str]:
    judge = Judge()
    judge.feed(html)
    judge.close()
    return judge.found


EVERY_WAY_IN = [safe_html.from_html, safe_html.from_markdown, safe_html.from_plain]


@pytest.mark.parametrize("render", EVERY_WAY_IN)
@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_no_attempt_at_a_script_gets_through(render: Callable[[str], str], attempt: str) -> None:
    assert what_could_act(render(attempt)) == []


@given(
    st.text(max_size=300) | st.lists(st.sampled_from([*ATTEMPTS, "<p>", "</p>", "**", "`", "\n\n", "> "])).map("".join)
)
def test_rendering_is_safe_and_a_second_cleaning_changes_nothing(text: str) -> None:
    for render in EVERY_WAY_IN:
        once = render(text)
        assert what_could_act(once) == []
        assert safe_html.from_html(once) == once


@given(st.text(max_size=300))
def test_plain_text_never_holds_markup_of_ours(text: str) -> None:
    assert "<p>" not in safe_html.plain_text(safe_html.from_plain(text.replace("<", "")))


def test_the_quick_way_and_the_long_way_agree_on_plain_words() -> None:
    text = 'First line\nsecond line\n\nAnother paragraph, with "quotes" & more'
    assert safe_html.from_html(safe_html.from_markdown(text)) == safe_html.from_markdown(text)
    assert safe_html.plain_text(safe_html.from_markdown(text)) == (
        'First line\nsecond line\nAnother paragraph, with "quotes" & more'
    )


def test_a_quick_paragraph_equals_what_the_markdown_library_says() -> None:
    # The signs that mean markup differ by one space at the end of a harmless line: both ways must then agree.
    harmless = "one line\nand another"
    assert safe_html.from_markdown(harmless) == safe_html.from_html(safe_html._markdown().render(harmless))


def test_a_picture_becomes_a_link_so_that_nobody_elses_server_learns_who_reads() -> None:
    assert safe_html.from_markdown("![a plan](https://e.example/p.png)") == (
        '<p><a href="https://e.example/p.png" rel="noopener noreferrer nofollow">a plan</a></p>'
    )


def test_raw_html_in_markdown_is_shown_as_text() -> None:
    assert safe_html.plain_text(safe_html.from_markdown("use <b>bold</b>")) == "use <b>bold</b>"


def test_code_and_quotes_and_lists_are_kept() -> None:
    rendered = safe_html.from_markdown("> said\n\n```\nx = 1 < 2\n```\n- one\n- two")
    for tag in ("<blockquote>", "<pre tabindex", "<ul>"):
        assert tag in rendered


def test_a_folded_quote_is_shown_but_is_not_part_of_the_text() -> None:
    safe = safe_html.from_html('<p>mine</p><details class="quoted"><summary>earlier</summary><p>theirs</p></details>')
    assert "theirs" in safe
    assert safe_html.plain_text(safe) == "mine"


def test_web_addresses_in_plain_text_become_links_without_their_full_stop() -> None:
    assert 'href="https://e.example/a?b=1&amp;c=2"' in safe_html.from_plain("see https://e.example/a?b=1&c=2.")


def test_control_characters_are_dropped() -> None:
    assert safe_html.from_plain("a\x00b\x1bc") == "<p>abc</p>"


def test_very_many_tags_keep_their_words_only_so_that_cleaning_ends() -> None:
    nested = "<div>" * 40_000 + "said" + "</div>" * 40_000
    assert safe_html.from_html(nested) == "<p>said</p>"


@pytest.mark.parametrize("begun", ["<", "<b ", "</"])
def test_very_many_tags_that_never_end_are_words_and_cleaning_ends(begun: str) -> None:
    """With a pattern that looks on to the end for each of them this would take half an hour."""
    assert "&lt;" in safe_html.from_html(begun * 1_000_000)


@pytest.mark.parametrize("address", ["/things/take", "//evil.example", "#main", "be"])
def test_an_address_without_a_site_does_not_lead_into_our_own_pages(address: str) -> None:
    assert "href" not in safe_html.from_html(f'<a href="{address}">x</a>')


MARKDOWN = [
    "a", "word ", "two words", " ", ".", ":", "é", "7", "\n", "\n", "\n\n", "\n \n", "    ", "\t", "*", "**", "* ",
    "_", "__", "`", "```", "~~", "~~~", "[", "](", "]:", "]", ")", "(", "!", "!(", "![", "<", ">", "> ", "&", "&amp;",
    "&#", "#", "# ", "-", "- ", "---", "1. ", "2) ", "|", "=", "\\", "snake_case", "@**ana**", '"', "'",
    "https://e.example/a", "http://e.example", "http://10.0.0.1", "http://xn--x", "www.e.example", "ana@e.example",
]  # fmt: skip


@settings(max_examples=400)
@given(st.lists(st.sampled_from(MARKDOWN), max_size=25).map("".join))
@example("a *b* c\n\nplain\n\n`d`")
@example("a\n\n* b\n\nc *d*")
@example("*a\n\nb*\n\n[c]\n\n[c]: https://e.example")
@example("`a\n\nb`\n\n***\n\nc")
@example("|a|b|\n|-|-|\n|*c*|d|\n\ne")
@example("see <http://e.example)>:")
@example("a\\  \nb")
@example("**:- ana@e.examplewww.e.example['1. http://e.example")
@example("a\t\nb, www.e.example.1")
def test_every_quick_way_renders_what_the_markdown_library_renders(text: str) -> None:
    try:
        rendered = safe_html.from_html(slow_and_sure().render(text))
    except RuntimeError:
        rendered = safe_html.from_plain(text)
    assert safe_html.from_markdown(text) == rendered


def slow_and_sure() -> MarkdownIt:
    """The library, with nothing of ours that is only there to be quick."""
    renderer = MarkdownIt("commonmark", {"html": False, "linkify": True, "breaks": True})
    renderer.enable(["table", "strikethrough", "linkify"])
    renderer.linkify = Links()
    renderer.add_render_rule("image", safe_html._picture_as_link)
    return renderer


def test_where_the_markdown_library_gives_up_the_words_are_kept() -> None:
    stuck = "xn--xwww.e.example[http://xn--x&\nhttp://"
    with pytest.raises(RuntimeError):
        slow_and_sure().render(stuck)
    assert safe_html.plain_text(safe_html.from_markdown(stuck)) == stuck
