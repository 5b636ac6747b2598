"""What is sent: the same words twice, and every letter of them a letter."""

from hypothesis import given
from hypothesis import strategies as st

from alongside.bridges.adapters.matrix.render import content, formatted, plain
from alongside.bridges.port import Body, Button, Item, Post
from alongside.kit import safe_html

WHOLE = Post(
    key="1",
    room="!a:x",
    in_name_of="Ana Moreau",
    in_name_of_account="@ana:x",
    body=Body(
        title="People have been here before",
        lines=("One\nline.",),
        quote="Where is it?\nAnd when?",
        items=(
            Item(
                title="The blue form",
                link="https://alongside.example/notes/1",
                where="#desk",
                passage=(("in the ", False), ("drawer", True)),
                source="https://matrix.to/#/!a:x/$1",
                source_name="In #desk",
            ),
        ),
        buttons=(Button(label="Keep it", words="keep n:1"), Button(label="All", words="", link="https://x.example/")),
        foot=("Only what everybody here may read.",),
    ),
)


def test_every_piece_is_shown_formatted() -> None:
    assert formatted(WHOLE) == (
        '<p><strong><a href="https://matrix.to/#/@ana:x">Ana Moreau</a> asks:</strong></p>'
        "<p><strong>People have been here before</strong></p><p>One<br>line.</p>"
        "<blockquote>Where is it?<br>And when?</blockquote>"
        '<ol><li><strong><a href="https://alongside.example/notes/1">The blue form</a></strong> · #desk<br>'
        'in the <strong>drawer</strong><br><a href="https://matrix.to/#/!a:x/$1">In #desk</a></li></ol>'
        '<ul><li>Keep it: answer “keep n:1”</li><li><a href="https://x.example/">All</a></li></ul>'
        "<p><sub>Only what everybody here may read.</sub></p>"
    )


def test_every_piece_is_shown_plain() -> None:
    assert plain(WHOLE) == (
        "Ana Moreau asks:\nPeople have been here before\nOne\nline.\n> Where is it?\n> And when?\n"
        "1. The blue form · #desk\n   https://alongside.example/notes/1\n   in the drawer\n   https://matrix.to/#/!a:x/$1\n"
        "Keep it: answer “keep n:1”\nAll: https://x.example/\nOnly what everybody here may read."
    )


def test_what_a_machine_says_in_a_room_is_a_notice_and_what_one_person_gets_is_a_text() -> None:
    said = Body(lines=("So.",))
    assert content(Post(key="1", room="!a:x", body=said), thread="", sealed="")["msgtype"] == "m.notice"
    assert content(Post(key="1", account="@a:x", body=said), thread="", sealed="")["msgtype"] == "m.text"
    assert content(WHOLE, thread="", sealed="")["msgtype"] == "m.text"


def test_a_thread_and_what_it_is_about_stand_in_the_event() -> None:
    said = content(Post(key="1", room="!a:x", body=Body(lines=("So.",))), thread="$0", sealed="sealed")
    assert said["org.alongside.about"] == "sealed"
    assert said["m.relates_to"]["event_id"] == "$0"
    assert said["m.relates_to"]["is_falling_back"] is True
    bare = content(Post(key="1", room="!a:x", body=Body()), thread="", sealed="")
    assert "m.relates_to" not in bare
    assert (bare["body"], bare["formatted_body"]) == ("…", "…")


any_text = st.text() | st.sampled_from(
    ["<script>", "javascript:alert(1)", '" onclick="x', "https://x.example/\"'<>", "&lt;"]
)
items = st.builds(
    Item, title=any_text, link=any_text, where=any_text, source=any_text, source_name=any_text,
    passage=st.lists(st.tuples(any_text, st.booleans()), max_size=3).map(tuple),
)  # fmt: skip
bodies = st.builds(
    Body, title=any_text, lines=st.lists(any_text, max_size=3).map(tuple), items=st.lists(items, max_size=2).map(tuple),
    quote=any_text, foot=st.lists(any_text, max_size=2).map(tuple),
    buttons=st.lists(st.builds(Button, label=any_text, words=any_text, link=any_text), max_size=2).map(tuple),
)  # fmt: skip


@given(bodies, any_text, any_text)
def test_whatever_is_said_stays_words(body: Body, name: str, account: str) -> None:
    html = formatted(Post(key="1", room="!a:x", body=body, in_name_of=name, in_name_of_account=account))
    known = html
    for tag in ("p", "strong", "blockquote", "ol", "ul", "li", "sub"):
        known = known.replace(f"<{tag}>", "").replace(f"</{tag}>", "")
    known = known.replace("<br>", "").replace("</a>", "")
    for rest in known.split("<")[1:]:
        assert rest.startswith(('a href="https://', 'a href="http://'))
        assert rest.split(">")[0].count('"') == 2
    safe_html.from_html(html)
