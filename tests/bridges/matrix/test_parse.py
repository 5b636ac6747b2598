"""What an event says: tables of what clients write, the specification's own examples, and whatever a stranger sends."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.bridges.adapters.matrix import fields, hearing, parse
from alongside.bridges.adapters.matrix.kept import MOST, Kept
from alongside.bridges.adapters.matrix.policy import Policy, plain_key
from alongside.bridges.adapters.matrix.rooms import Room, applied, room_seen
from alongside.bridges.port import Sign, decoded, encoded
from alongside.kit import safe_html

EXAMPLES = Path(__file__).parents[4] / "shared" / "data" / "payloads" / "matrix" / "event-examples"
US = "@alongside:lindenhof.example"
BO = "@bo:lindenhof.example"
POLICY = Policy(
    us=US,
    our_names=("Alongside", "Beside (us)"),
    servers=frozenset({"lindenhof.example"}),
    is_organisations=True,
    guests=("@irc-*:lindenhof.example",),
    signs=(("🙏", Sign.HELPED), ("📌", Sign.KEEP)),
)


def an_event(content: object, kind: str = "m.room.message", **more: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "event_id": "$1",
        "sender": BO,
        "origin_server_ts": 1_700_000_000_000,
        "content": content,
        **more,
    }


def a_text(body: str, formatted: str = "", /, **more: Any) -> dict[str, Any]:
    html = {"format": "org.matrix.custom.html", "formatted_body": formatted} if formatted else {}
    return an_event({"msgtype": "m.text", "body": body, **html, **more})


def parsed(event: object, names: dict[str, str] | None = None) -> parse.Message:
    found = parse.message(event, POLICY, names or {})
    assert found is not None
    return found


def pill(account: str, name: str) -> str:
    return f'<a href="https://matrix.to/#/{account}">{name}</a>'


@pytest.mark.parametrize(
    ("event", "is_to_us", "words"),
    [
        (a_text("Alongside: where is the form?"), True, "where is the form?"),
        (a_text("alongside, where is the form?"), True, "where is the form?"),
        (a_text("@alongside where is the form?"), True, "where is the form?"),
        (a_text("@alongside:lindenhof.example where?"), True, "where?"),
        (a_text("@Beside (us) where?"), True, "where?"),
        (a_text("Alongside stands a tree"), False, "Alongside stands a tree"),
        (a_text("@alongsider: where?"), False, "@alongsider: where?"),
        (a_text("@alongside:elsewhere.example where?"), False, "@alongside:elsewhere.example where?"),
        (a_text("@alongside:lindenhof.example: where?"), True, "where?"),
        (a_text("@alongside: where?"), True, "where?"),
        (a_text("walk Alongside: slowly"), False, "walk Alongside: slowly"),
        (a_text("Alongside where?", **{"m.mentions": {"user_ids": [US]}}), True, "where?"),
        (a_text("find it", **{"m.mentions": {"user_ids": [US]}}), True, "find it"),
        (a_text("all of you", **{"m.mentions": {"room": True}}), False, "all of you"),
        (a_text("Alongside: x", f"{pill(US, 'Alongside')}: <b>keep</b> this"), True, "keep this"),
        (a_text("x", f"please keep this, {pill(US, 'anything')}"), True, "please keep this,"),
        (a_text("x", '<a href="https://matrix.to/#/%40alongside%3Alindenhof.example?via=x">A</a> help'), True, "help"),
        (a_text("x", f'<a href="matrix:u/{US[1:]}">A</a> help'), True, "help"),
        (a_text("x", f"{pill(BO, 'Alongside')}: help"), False, "@Alongside: help"),
        (a_text("@alongside"), True, ""),
    ],
)
def test_what_is_to_us_and_what_is_left_of_it(event: dict[str, Any], is_to_us: bool, words: str) -> None:  # noqa: FBT001
    found = parsed(event)
    assert (found.is_to_us, found.words) == (is_to_us, words)


def test_a_mention_goes_by_the_name_that_the_room_knows() -> None:
    found = parsed(a_text("x", f"ask {pill(BO, '<b>Ana</b> the boss')} or {pill('@cy:x', 'Cy')}"), {BO: "Bo <3"})
    assert found.html == 'ask <span class="mention">@Bo &lt;3</span> or <span class="mention">@Cy</span>'
    assert found.text == "ask @Bo <3 or @Cy"
    assert found.mentions == (BO, "@cy:x")


@pytest.mark.parametrize(
    ("body", "formatted", "html"),
    [
        ("> <@bo:x> asked\n> twice\n\nanswered", "", "<p>answered</p>"),
        ("> * <@bo:x> waves\n\nanswered", "", "<p>answered</p>"),
        ("> a quote of my own\n\nanswered", "", "<p>&gt; a quote of my own</p>\n<p>answered</p>"),
        ("x", "<mx-reply><blockquote>asked</blockquote></mx-reply><em>answered</em>", "<em>answered</em>"),
        ("x", "<mx-reply><blockquote>asked</blockquote><em>answered</em>",
         "<blockquote>asked</blockquote><em>answered</em>"),
    ],
)  # fmt: skip
def test_the_quote_before_a_reply_is_left_out(body: str, formatted: str, html: str) -> None:
    found = parsed(a_text(body, formatted, **{"m.relates_to": {"m.in_reply_to": {"event_id": "$0"}}}))
    assert (found.html, found.reply_to) == (html, "$0")
    kept = parsed(a_text(body, formatted))
    assert kept.reply_to == ""


@pytest.mark.parametrize(
    ("formatted", "html"),
    [
        ("<script>alert(1)</script>fine", "fine"),
        ("<img src=x onerror=alert(1)>fine", "fine"),
        ('<img data-mx-emoticon src="mxc://x/y" alt=":party:" />', ":party:"),
        ('<img alt="&lt;script&gt;alert(1)&lt;/script&gt;">fine', "&lt;script&gt;alert(1)&lt;/script&gt;fine"),
        ('<a href="javascript:alert(1)">go</a>', '<a rel="noopener noreferrer nofollow">go</a>'),
        ('<b onclick="alert(1)">go</b>', "<b>go</b>"),
        ("<h1>Big</h1><h2>Less</h2>", "<h3>Big</h3><h3>Less</h3>"),
        ('<span data-mx-spoiler="x">hidden</span>', "<span>hidden</span>"),
        ("<font color=red>red</font>", "red"),
        ('<svg><a xlink:href="javascript:alert(1)">x</a></svg>fine', "fine"),
        ("</p></div><mx-reply><style>*{}</style></mx-reply>fine", "<p></p>fine"),
    ],
)
def test_html_of_others_is_made_safe(formatted: str, html: str) -> None:
    assert parsed(a_text("x", formatted)).html == html


@pytest.mark.parametrize(
    "piece",
    ['<img alt="x" ', 'alt="x" ', "<mx-reply>", "<a href='", "<img ", "> ", " ", "@alongside", "<b>", "&lt;", "\n>"],
)
@pytest.mark.parametrize("begin", ["", "<img ", "> <@bo:x>", "<mx-reply>"])
def test_what_is_made_to_be_slow_is_read_all_the_same(begin: str, piece: str) -> None:
    """The longest event that a homeserver takes: a pattern that goes back and forth would be at it for minutes."""
    text = begin + piece * (60_000 // len(piece))
    found = parse.message(a_text(text, text, **{"m.relates_to": {"m.in_reply_to": {"event_id": "$0"}}}), POLICY, {})
    assert found is None or found.html == safe_html.from_html(found.html)


def test_html_that_says_nothing_gives_way_to_the_plain_words() -> None:
    assert parsed(a_text("the words", "<script>x</script>")).html == "<p>the words</p>"
    assert parse.message(a_text(" \n "), POLICY, {}) is None


@pytest.mark.parametrize("kind", ["m.image", "m.file", "m.audio", "m.video", "m.emote", "m.location"])
def test_of_a_file_its_words_are_told(kind: str) -> None:
    assert parsed(an_event({"msgtype": kind, "body": "form.pdf", "url": "mxc://a/b"})).text == "form.pdf"


@pytest.mark.parametrize("kind", ["m.key.verification.request", "m.server_notice", "org.made.up", 3, None])
def test_what_no_person_says_is_nothing(kind: object) -> None:
    assert parse.message(an_event({"msgtype": kind, "body": "words"}), POLICY, {}) is None


def test_a_thread_and_a_reply_in_it() -> None:
    relation = {"rel_type": "m.thread", "event_id": "$0", "m.in_reply_to": {"event_id": "$9"}}
    falling_back = parsed(a_text("x", **{"m.relates_to": {**relation, "is_falling_back": True}}))
    assert (falling_back.root, falling_back.reply_to) == ("$0", "")
    real = parsed(a_text("x", **{"m.relates_to": relation}))
    assert (real.root, real.reply_to) == ("$0", "$9")


def test_an_edit_says_its_new_words() -> None:
    edit: dict[str, Any] = {
        "m.new_content": {"msgtype": "m.text", "body": "new"},
        "m.relates_to": {"rel_type": "m.replace", "event_id": "$0"},
    }
    found = parsed(a_text("* new", **edit))
    assert (found.text, found.replaces) == ("new", "$0")
    assert parse.message(a_text("* new", **{**edit, "m.new_content": None}), POLICY, {}) is None


@pytest.mark.parametrize("key", ["🙏", "🙏🏿", "🙏\ufe0f"])
def test_reactions_that_mean_something(key: str) -> None:
    relation = {"rel_type": "m.annotation", "event_id": "$0", "key": key}
    found = parse.reaction(an_event({"m.relates_to": relation}, "m.reaction"), POLICY)
    assert found is not None
    assert (found.to, found.sign) == ("$0", Sign.HELPED)
    other = an_event({"m.relates_to": {**relation, "key": "🎉"}}, "m.reaction")
    assert parse.reaction(other, POLICY) is None
    assert plain_key(" Helped ") == "helped"


@pytest.mark.parametrize("redaction", [{"redacts": "$0", "content": {}}, {"content": {"redacts": "$0"}}])
def test_a_redaction_of_each_room_version(redaction: dict[str, Any]) -> None:
    found = parse.redaction({**an_event({}, "m.room.redaction"), **redaction})
    assert found is not None
    assert found.of == "$0"


def test_a_time_that_no_clock_shows_is_no_event() -> None:
    for at in (-1, 10**18, True, "1700000000000", None, 1.5):
        assert parse.head(an_event({}, origin_server_ts=at)) is None


def resolved(name: str) -> dict[str, Any]:
    """An example of the specification, with what it refers to."""
    found: dict[str, Any] = json.loads((EXAMPLES / name).read_text())
    if "$ref" in found:
        found = {**resolved(found.pop("$ref").removeprefix("core/")), **found}
    return found


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the specification's examples are not beside this checkout")
def test_the_examples_of_the_specification_are_read() -> None:
    said, states = {}, 0
    for path in sorted(EXAMPLES.glob("*.yaml")):
        event = resolved(path.name)
        message = parse.message(event, POLICY, {})
        if message is not None:
            said[path.stem.partition("$")[2]] = message.text
            assert message.html == safe_html.from_html(message.html)
        if parse.is_state(event):
            states += 1
            seen = room_seen(applied(Room("!a:x"), [event], US), POLICY, {})
            assert decoded(encoded(seen)) == seen
    assert set(said) == {"m.audio", "m.emote", "m.file", "m.image", "m.location", "m.notice", "m.text", "m.video"}
    assert said["m.text"] == "This is an example text message"
    assert states > 5
    redaction = parse.redaction(resolved("m.room.redaction.yaml"))
    assert redaction is not None
    assert redaction.of == "$fukweghifu23:localhost"


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from([US, BO, "$1", "m.thread"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
NAMES = (
    "msgtype", "body", "format", "formatted_body", "m.relates_to", "m.new_content",
    "m.mentions", "user_ids", "rel_type", "event_id", "key", "m.in_reply_to",
    "is_falling_back", "redacts", "membership", "displayname", "name", "alias",
    "join_rule", "allow", "room_id", "type", "history_visibility", "is_direct",
    "signs", "edits",
)  # fmt: skip
content = st.dictionaries(
    st.sampled_from(NAMES),
    st.recursive(
        anything
        | st.sampled_from(
            ["m.text", "m.replace", "m.annotation", "join", "public", "shared", "$0", "org.matrix.custom.html"]
        )
        | st.text().map(lambda text: f"<b>{text}</b><mx-reply>{text}"),
        lambda inner: st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
        max_leaves=8,
    ),
    max_size=6,
)
KINDS = ("m.room.message", "m.reaction", "m.room.redaction", "m.room.member", "m.room.name", "m.room.create",
         "m.room.join_rules", "m.room.canonical_alias", "m.room.encryption", "m.room.history_visibility")  # fmt: skip
events = st.fixed_dictionaries(
    {
        "type": st.sampled_from(KINDS) | anything,
        "event_id": st.just("$1") | anything,
        "sender": st.sampled_from([US, BO]) | anything,
        "origin_server_ts": st.integers(0, 2**43) | anything,
        "content": content | anything,
    },
    optional={
        "state_key": st.sampled_from(["", US, BO]) | anything,
        "unsigned": content | anything,
        "redacts": anything,
    },
)


@given(events | anything)
def test_whatever_is_sent_gives_something_whole_or_nothing(event: object) -> None:
    message = parse.message(event, POLICY, {BO: "Bo"})
    if message is not None:
        assert message.html == safe_html.from_html(message.html)
        assert message.text == safe_html.plain_text(message.html)
        assert message.text
        assert message.head.account != ""
    parse.reaction(event, POLICY)
    parse.redaction(event)
    hearing.is_own_asking(event, US)
    hearing.is_own_coming(event, US)
    if isinstance(event, dict):
        hearing.current(event, POLICY, {})


@given(st.lists(events | anything, max_size=8), anything)
def test_a_room_of_whatever_events_can_be_told(several: list[object], of_our_account: object) -> None:
    room = applied(Room("!a:x"), several, US)
    seen = room_seen(room, POLICY, {})
    assert decoded(encoded(seen)) == seen
    assert US not in (seen.members or ())
    Kept(of_our_account).content()
    list(fields.each_at(of_our_account, "a", "b"))


@given(st.text(), st.text())
def test_whatever_html_and_words_come_out_safe_and_mentions_change_no_other_words(text: str, name: str) -> None:
    found = parse.message(a_text("x", f"<p>{text}</p>{pill(BO, text)}"), POLICY, {BO: name})
    assert found is None or found.html == safe_html.from_html(found.html)


def test_what_may_be_taken_back_is_held_for_the_newest() -> None:
    kept = Kept()
    for number in range(MOST + 5):
        kept.keep_sign(f"$r{number}", "$m", Sign.KEEP)
        kept.keep_edit(f"$e{number}", "$m")
    again = Kept(json.loads(json.dumps(kept.content())))
    assert kept.is_changed
    assert not again.is_changed
    assert again.sign("$r4") is None
    assert again.sign(f"$r{MOST + 4}") == ("$m", Sign.KEEP)
    assert (again.edited("$e4"), again.edited(f"$e{MOST + 4}")) == ("", "$m")
