"""What goes out, in Slack's blocks: as slack-sdk's own models want it, whatever the words."""

import json

from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from alongside.bridges.adapters.slack import render
from alongside.bridges.adapters.slack.acts import Carried, carried
from alongside.bridges.adapters.slack.home import home
from alongside.bridges.port import Body, Button, Field, Form, Item, Post
from tests.bridges.slack import shapes

words = st.text(max_size=60) | st.sampled_from(
    ["<!channel>", "*b* _i_ `c`", "https://x.example/a", "x" * 4000, "@here"]
)
links = st.sampled_from(["", "https://x.example/a", "javascript:alert(1)", "/relative", "mailto:a@b.org"])
items = st.builds(
    Item, title=words, link=links, where=words, source=links, source_name=words,
    passage=st.lists(st.tuples(words, st.booleans()), max_size=3).map(tuple),
)  # fmt: skip
buttons = st.builds(
    Button, label=words, words=words, is_first=st.booleans(), link=st.sampled_from(["", "https://x.example"])
)
bodies = st.builds(
    Body, title=words, lines=st.lists(words, max_size=50).map(tuple), items=st.lists(items, max_size=25).map(tuple),
    quote=words, buttons=st.lists(buttons, max_size=30).map(tuple), foot=st.lists(words, max_size=3).map(tuple),
)  # fmt: skip
posts = st.builds(Post, key=st.just("k"), body=bodies, about=words, in_name_of=words)


def seal(text: str) -> str:
    return f"sealed{text}"


def unseal(sealed: str) -> str | None:
    return sealed.removeprefix("sealed") if sealed.startswith("sealed") else None


@given(post=posts)
def test_whatever_is_said_the_blocks_are_slacks(post: Post) -> None:
    made = render.blocks(post, seal)
    for block in Block.parse_all(json.loads(json.dumps(made))):
        block.to_dict()
    assert len(made) <= 3
    assert all(len(button.get("value", "")) <= 2000 for button in shapes.buttons_of(made))
    assert all(link.startswith(("https://", "http://", "mailto:")) for link in shapes.links_of(made))
    assert not any(element.get("type") == "mrkdwn" for element in _all(made))
    text = render.plain(post)
    assert text
    assert "<" not in text
    assert len(text) <= 5 * render.LONGEST_FALLBACK


def _all(value: object) -> list[dict[str, object]]:
    if isinstance(value, list):
        return [found for one in value for found in _all(one)]
    if isinstance(value, dict):
        return [value, *(found for one in value.values() for found in _all(one))]
    return []


@given(text=words, about=words)
def test_what_a_button_carries_comes_back_as_it_was(text: str, about: str) -> None:
    body = Body(buttons=(Button(label="x", words=text),))
    found = shapes.buttons_of(render.blocks(Post(key="k", body=body, about=about), seal))
    for button in found:
        if "value" in button:
            assert carried(button["value"], unseal) == Carried(words=text, about=about)


@given(value=st.none() | st.text() | st.binary() | st.integers())
def test_what_we_did_not_seal_carries_nothing(value: object) -> None:
    assert carried(value, lambda _sealed: None) is None
    carried(value, lambda sealed: sealed)


fields_of_forms = st.builds(Field, name=st.text("abc", min_size=1, max_size=5), label=words, value=words, hint=words)


@given(title=words, send=words, fields=st.lists(fields_of_forms, max_size=5, unique_by=lambda field: field.name))
def test_a_form_is_slacks_or_none(title: str, send: str, fields: list[Field]) -> None:
    form = Form(title=title, send=send, words="save", fields=tuple(fields))
    view = render.view(form, Carried("save"), seal)
    if view is None:
        assert not fields or any(len(field.value) > render.LONGEST_INPUT for field in fields)
    else:
        View(**json.loads(json.dumps(view))).to_dict()
        assert len(view["title"]["text"]) <= 24


def test_the_home_is_slacks_and_says_the_same_to_everybody() -> None:
    made = home(seal)
    View(**made).to_dict()
    assert made == home(seal)


def test_long_words_are_cut_where_one_sees_it() -> None:
    assert render.cut("abc", 3) == "abc"
    assert render.cut("abcd", 3) == "ab…"
