import json
import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.kit import safe_html, slack_blocks
from alongside.kit.slack_markup import Names, mentioned, render

NAMES = Names({"U1": "Alder Finch", "UX": "<b>Mallory</b>"}, {"C1": "hotline", "CX": "<i>x"})
CASES = (
    Path(__file__).parents[3] / "shared" / "data" / "payloads" / "slack" / "export" / "slack_message_conversion.json"
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Hi everybody.", "<p>Hi everybody.</p>"),
        ("one\ntwo", "<p>one<br>\ntwo</p>"),
        ("one\n\ntwo", "<p>one</p>\n<p>two</p>"),
        ("", ""),
        (" \n ", ""),
        ("at 10:30:45 :tada:", "<p>at 10:30:45 🎉</p>"),
        (":our_own_sign: :+1::skin-tone-2:", "<p>:our_own_sign: 👍🏻</p>"),
        ("*bold* _it_ ~no~ `co*de*`", "<p><strong>bold</strong> <em>it</em> <s>no</s> <code>co*de*</code></p>"),
        ("snake_case_name 2*3*4 a~b~c", "<p>snake_case_name 2*3*4 a~b~c</p>"),
        ("*a* and *b*", "<p><strong>a</strong> and <strong>b</strong></p>"),
        ("* not * bold", "<p>* not * bold</p>"),
        ("a &lt;b&gt; &amp;amp; c", "<p>a &lt;b&gt; &amp;amp; c</p>"),
        ("see <https://a.org/x_y_z?a=1&amp;b=2|the *page*>", None),
        ("mail <mailto:a@b.org|a@b.org>", None),
        ("<@U1> and <@U9|nobody> and <@U8>", None),
        ("in <#C1|old-name> and <#G7|secret-plan>", "<p>in #hotline and #(private channel)</p>"),
        ("<!here> <!subteam^S1|@team> <!subteam^S2>", None),
        ("on <!date^1392734382^{date}|Feb 18, 2014>", "<p>on Feb 18, 2014</p>"),
        ("&gt; said\n&gt; twice\nanswer", "<blockquote>\n<p>said<br>\ntwice</p>\n</blockquote>\n<p>answer</p>"),
        ("&gt;&gt;&gt; all\nof it", "<blockquote>\n<p>all<br>\nof it</p>\n</blockquote>"),
        (
            "x\n```\na &lt; b\n  c *d*\n```\ny",
            '<p>x</p>\n<pre tabindex="0"><code>a &lt; b\n  c *d*\n</code></pre>\n<p>y</p>',
        ),
        ("```<http://a.org|a.org>```", '<pre tabindex="0"><code>a.org</code></pre>'),
    ],
)
def test_markup_becomes_html(text: str, shown: str | None) -> None:
    made = render(text, NAMES)
    assert shown is None or made == shown
    assert safe_html.from_html(made) == made


def test_links_keep_their_address_and_words() -> None:
    made = render("see <https://a.org/x_y_z?a=1&amp;b=2|the page>, <https://b.org>", NAMES)
    assert 'href="https://a.org/x_y_z?a=1&amp;b=2"' in made
    assert ">the page</a>" in made
    assert ">https://b.org</a>" in made
    assert ">a@b.org</a>" in render("<mailto:a@b.org>", NAMES)


def test_people_are_named_as_they_are_called_now() -> None:
    made = render("<@U1> and <@U9|nobody> and <@U8> and <@UX>", NAMES)
    assert '<span class="mention">@Alder Finch</span>' in made
    assert "@nobody" in made
    assert "@somebody" in made
    assert "&lt;b&gt;Mallory&lt;/b&gt;" in made


def test_who_is_mentioned_is_told_once_each() -> None:
    assert mentioned("<@U1> <@W2|w> <@U1> <!here> @U3") == ("U1", "W2")
    assert mentioned("nobody") == ()


def test_calls_to_all_are_mentions_of_nobody() -> None:
    made = render("<!here> <!channel> <!subteam^S1|@team> <!subteam^S2>", NAMES)
    for word in ("@here", "@channel", "@team", "@group"):
        assert f'<span class="mention">{word}</span>' in made


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<javascript:alert(1)|click>",
        "<data:text/html,x|click>",
        '<https://a.org/"onmouseover=alert(1)|x>',
        "*<img src=x onerror=alert(1)>*",
        "`<svg/onload=alert(1)>`",
        "```</code></pre><script>x</script>```",
        "<@U1|<script>>",
        "<!x|<b onclick=1>>",
        "<https://a.org|<script>alert(1)</script>>",
        "\ue0000\ue001 \ue0025\ue003 *\ue0009\ue001*",
        "<http://a`b`c|d`e`f>",
        "&gt;<iframe src=x>",
    ],
)
def test_no_attempt_at_a_script_comes_through(text: str) -> None:
    made = render(text, NAMES)
    assert re.search(r"<(script|img|svg|iframe)|<[^>]*\son\w+=|href=\"(?!https?://|mailto:)", made) is None
    assert not re.search("[\ue000-\ue003]", made)
    assert safe_html.from_html(made) == made


def test_long_texts_of_signs_take_no_long_time() -> None:
    started = time.perf_counter()
    for text in (
        "*a " * 30_000,
        "_" * 60_000,
        "<" * 60_000,
        "`" * 60_000,
        "*a*b" * 20_000,
        "&gt;\n" * 10_000,
        ":a" * 30_000,
    ):
        render(text, NAMES)
    assert time.perf_counter() - started < 5


@given(st.text(alphabet="a b\n*_~`<>|@#!&;:U1C^-\\\"'\u00a0\ue000\ue0010\r\0/.h", max_size=80) | st.text(max_size=60))
def test_whatever_is_typed_becomes_html_that_cleaning_leaves_as_it_is(text: str) -> None:
    made = render(text, NAMES)
    assert safe_html.from_html(made) == made


@pytest.mark.skipif(not CASES.exists(), reason="the shared data is not here")
def test_the_real_cases_of_markup_come_out_as_slack_shows_them() -> None:
    # There "* bold*" counts as bold and "~~strike~~" stays; in Slack, and here, a sign stands beside its word.
    bold = {"valid_bold_test", "valid_bold_and_italic_conversion_1", "valid_bold_and_italic_conversion_2"}
    bold |= {"bold_and_strike_conversion"}
    struck = {"valid_strikethrough_test", "bold_and_strike_conversion", "italic_and_strike_conversion"}
    slanted = {"valid_italic_test", "valid_bold_and_italic_conversion_1", "valid_bold_and_italic_conversion_2"}
    slanted |= {"italic_and_strike_conversion"}
    quoted = {"slack_link1", "slack_link_with_pipe"}
    linked = quoted | {"slack_link2", "mailto_format1", "mailto_format2"}
    cases = json.loads(CASES.read_text("utf-8"))["regular_tests"]
    assert len(cases) > 10
    for case in cases:
        made = render(case["input"], NAMES)
        for tag, names in (
            ("<strong>", bold),
            ("<s>", struck),
            ("<em>", slanted),
            ("<blockquote>", quoted),
            ("<a ", linked),
        ):
            assert (tag in made) == (case["name"] in names), (case, made)
        assert safe_html.from_html(made) == made


def test_files_are_links_and_their_secrets_stay_out() -> None:
    made = slack_blocks.files(
        {
            "files": [
                {
                    "title": "plan &amp; <b>",
                    "permalink": "https://a.slack.com/files/U1/F1/plan.pdf",
                    "url_private": "https://f?t=xoxe-1",
                },
                {"mode": "tombstone", "name": "gone"},
                {"name": "local.txt", "permalink": "javascript:alert(1)"},
                "x",
            ]
        }
    )
    assert 'href="https://a.slack.com/files/U1/F1/plan.pdf"' in made
    assert ">plan &amp; &lt;b&gt;</a>" in made
    assert "xoxe" not in made
    assert "gone" not in made
    assert "<p>local.txt</p>" in made


def test_an_attachment_is_a_quote_with_its_title() -> None:
    made = slack_blocks.attachments(
        {
            "attachments": [
                {
                    "title": "Page",
                    "title_link": "https://a.org/",
                    "text": "*About* it",
                    "fields": [{"title": "State", "value": "open"}],
                }
            ]
        },
        NAMES,
    )
    assert made.startswith("<blockquote>")
    assert ">Page</a>" in made
    assert "<strong>About</strong>" in made
    assert "<strong>State</strong>" in made


def test_the_preview_of_a_message_in_a_closed_room_is_not_shown() -> None:
    hidden = [
        {"is_msg_unfurl": True, "channel_id": "G7", "text": "secret"},
        {"channel_id": "D1", "text": "secret"},
        {"from_url": "https://a.slack.com/archives/G7/p1", "text": "secret"},
        {"is_share": True, "text": "secret"},
    ]
    assert slack_blocks.attachments({"attachments": hidden}, NAMES) == ""
    shown = {"attachments": [{"is_msg_unfurl": True, "channel_id": "C1", "text": "open"}]}
    assert "open" in slack_blocks.attachments(shown, NAMES)


def test_blocks_are_read_when_there_is_no_text() -> None:
    rich = {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": "Look <b> ", "style": {"bold": True}},
                    {"type": "user", "user_id": "U1"},
                    {"type": "channel", "channel_id": "G7"},
                    {"type": "emoji", "name": "tada"},
                    {"type": "link", "url": "https://a.org", "text": "here"},
                    {"type": "link", "url": "javascript:x", "text": "bad"},
                ],
            },
            {
                "type": "rich_text_list",
                "style": "ordered",
                "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "first"}]}],
            },
            {"type": "rich_text_quote", "elements": [{"type": "text", "text": "said"}]},
            {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "x < y"}]},
        ],
    }
    made = slack_blocks.blocks({"blocks": [rich, {"type": "section", "text": {"text": "*more*"}}, "x"]}, NAMES)
    for piece in ("<strong>Look &lt;b&gt; </strong>", "@Alder Finch", "#(private channel)", "🎉", ">here</a>bad"):
        assert piece in made
    for piece in (
        "<ol><li>first</li></ol>",
        "<blockquote><p>said</p></blockquote>",
        '<pre tabindex="0"><code>x &lt; y',
        "<strong>more",
    ):
        assert piece in made


NESTED = st.recursive(
    st.none() | st.booleans() | st.text(max_size=8) | st.integers(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "elements", "text", "title", "url", "style", "files", "blocks", "attachments", "fields"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(message=st.dictionaries(st.sampled_from(["files", "file", "blocks", "attachments"]), NESTED))
def test_whatever_hangs_on_a_message_raises_nothing_and_is_safe(message: dict[str, object]) -> None:
    for made in (
        slack_blocks.files(message),
        slack_blocks.attachments(message, NAMES),
        slack_blocks.blocks(message, NAMES),
    ):
        assert safe_html.from_html(made) == made
