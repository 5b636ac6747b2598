"""Everything that people tried, through everything of ours that makes HTML: judged by its letters, and by Chromium."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from html import escape

import pytest
from playwright.sync_api import Browser, Error, Page
from tests.kit import script_attempts as attempts
from tests.kit.script_attempts import dangers

from alongside.archives.readers import zulip_html
from alongside.bridges.adapters.feed.parse import events
from alongside.bridges.adapters.feed.reading import read_feed
from alongside.bridges.adapters.feed.rooms import FeedRoom
from alongside.bridges.adapters.matrix.parse import message as matrix_message
from alongside.bridges.adapters.matrix.policy import Policy
from alongside.bridges.adapters.slack.parse import events as slack_events
from alongside.bridges.adapters.slack.reading import Workspace
from alongside.bridges.port import Said
from alongside.kit import safe_html, slack_blocks, slack_markup
from alongside.kit.mail_html import from_mail_html
from alongside.kit.mail_parts import html_of
from alongside.kit.mail_text import from_mail_text
from alongside.kit.slack_markup import Names

NAMES = Names({"U1": "<script>alert(1)</script>"}, {"C1": '"onmouseover="alert(1)'})


def slack_message(text: str) -> str:
    """Through every place of a message that holds words."""
    rich = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [
        {"type": "text", "text": text, "style": {"bold": True}},
        {"type": "link", "url": text, "text": text},
        {"type": "user", "user_id": text},
        {"type": "emoji", "name": text, "unicode": text},
    ]}]}  # fmt: skip
    section = {"type": "section", "text": {"type": "mrkdwn", "text": text}, "fields": [{"text": text}]}
    attachment = {
        "title": text,
        "title_link": text,
        "pretext": text,
        "text": text,
        "fields": [{"title": text, "value": text}],
    }
    message = {
        "blocks": [rich, section],
        "attachments": [attachment, {"fallback": text}],
        "files": [{"name": text, "permalink": text}, {"title": text, "permalink": f"https://ok.example/{text}"}],
    }
    made = (slack_blocks.blocks, slack_blocks.attachments)
    return "".join([*(make(message, NAMES) for make in made), slack_blocks.files(message)])


def slack_event(text: str) -> str:
    """As it is heard live, in its text and in the names of what it mentions."""
    event = {"type": "message", "channel": "C00", "channel_type": "channel", "user": "U1", "ts": "1750000000.000100"}
    read = slack_events({"event": {**event, "text": f"{text} <@U1> <#C1>"}}, Workspace(names=NAMES))
    return "".join(one.event.html for one in read.arrived if isinstance(one.event, Said))


def matrix(field: str) -> Callable[[str], str]:
    """As a homeserver gives it, with the names of those whom it mentions."""

    def render(text: str) -> str:
        said = {"msgtype": "m.text", "body": text, "m.mentions": {"user_ids": ["@ana:x"]}}
        if field == "formatted_body":
            pill = f'<a href="https://matrix.to/#/@ana:x">Ana</a> {text}'
            said |= {"format": "org.matrix.custom.html", "formatted_body": pill}
        event = {"type": "m.room.message", "event_id": "$1", "sender": "@bo:x", "origin_server_ts": 1, "content": said}
        message = matrix_message(event, Policy(us="@alongside:x"), {"@ana:x": "<script>alert(1)</script>"})
        return message.html if message else ""

    return render


def mail(kind: str) -> Callable[[str], str]:
    def render(text: str) -> str:
        head = f"MIME-Version: 1.0\r\nContent-Type: text/{kind}; charset=utf-8\r\n\r\n"
        return html_of(head.encode() + text.encode("utf-8", "replace"))

    return render


def feed(kind: str) -> Callable[[str], str]:
    def render(text: str) -> str:
        entry = {"id": text, "title": text, "url": text, "content_html": text, "authors": [{"name": text}]}
        made = {
            "rss": f"<rss version='2.0'><channel><item><title>t</title><description>{escape(text)}</description></item>",
            "raw": f"<rss version='2.0'><channel><item><title>t</title><description>{text}</description></item></channel></rss>",
            "atom": f"<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>1</id><title>t</title><content type='xhtml'>{text}",
            "json": json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [entry]}),
        }[kind]
        found = read_feed(made.encode("utf-8", "replace"), "", "https://ok.example/feed")
        if found is None:
            return ""
        arrived, _ = events(FeedRoom("https://ok.example/feed"), found, {}, datetime(2026, 3, 1, tzinfo=UTC))
        said = [one.event for one in arrived if isinstance(one.event, Said)]
        return "".join(f'{one.html}<a href="{escape(one.url)}">x</a>' if one.url else one.html for one in said)

    return render


RENDERERS: dict[str, Callable[[str], str]] = {
    "html": safe_html.from_html,
    "markdown": safe_html.from_markdown,
    "plain": safe_html.from_plain,
    "markdown in html": lambda text: safe_html.from_html(safe_html.from_markdown(text)),
    "slack": lambda text: slack_markup.render(text, NAMES),
    "slack message": slack_message,
    "slack event": slack_event,
    "matrix": matrix("formatted_body"),
    "matrix plain": matrix("body"),
    "zulip": lambda text: zulip_html.rendered(text, "https://zulip.example/"),
    "zulip without realm": lambda text: zulip_html.rendered(text, ""),
    "mail html": from_mail_html,
    "mail text": from_mail_text,
    "mail quoted": lambda text: from_mail_text(f"Hello\n\nOn Monday, Ana wrote:\n> {text}\n"),
    "whole mail html": mail("html"),
    "whole mail text": mail("plain"),
    "feed rss": feed("rss"),
    "feed raw": feed("raw"),
    "feed atom": feed("atom"),
    "feed json": feed("json"),
}


def test_there_are_many_ways_and_each_once() -> None:
    assert len(set(attempts.EVERY)) > 200
    for one in (attempts.HTML, attempts.MARKDOWN, attempts.SLACK, attempts.MAIL, attempts.MATRIX, attempts.FEED):
        assert len(set(one)) == len(one)


@pytest.mark.parametrize("renderer", RENDERERS)
def test_no_attempt_comes_through(renderer: str) -> None:
    for attempt in attempts.EVERY:
        assert dangers(RENDERERS[renderer](attempt)) == [], attempt


@pytest.mark.parametrize("renderer", RENDERERS)
def test_no_attempt_comes_through_inside_another_or_cut_off(renderer: str) -> None:
    for attempt, other in zip(attempts.EVERY, attempts.EVERY[7:], strict=False):
        for text in (
            f"Words {attempt}{other} words",
            attempt[: len(attempt) * 2 // 3] + other,
            f"<p title='{attempt}'>{other}",
        ):
            assert dangers(RENDERERS[renderer](text)) == [], text


def test_the_judge_sees_what_was_never_cleaned() -> None:
    """In HTML it lets pass what is words there, and one that some old browser stumbled over."""
    passed = [attempt for attempt in attempts.HTML if not dangers(attempt)]
    assert [attempt for attempt in passed if "<" in attempt] == [
        '<a title="`onmouseover=alert(1)">x</a>',
        "<p>{{constructor.constructor('alert(1)')()}}</p>",
    ]
    assert len(passed) < 8


@pytest.mark.parametrize(
    "harmless",
    ["<p>a &lt; b</p>", '<a href="https://ok.example/?a=1&amp;b=2" rel="noopener noreferrer nofollow">x</a>', "<br>", "<hr>",
     '<pre tabindex="0"><code>&lt;script&gt;</code></pre>', '<details class="quoted"><summary>x</summary></details>'],
)  # fmt: skip
def test_the_judge_lets_pass_what_pages_show(harmless: str) -> None:
    assert dangers(harmless) == []


# By a browser

_WATCH = """
window.ran = [];
for (const name of ["alert", "confirm", "prompt"]) window[name] = () => { window.ran.push(name); };
window.show = (given) => {
  window.ran = [];
  document.open(); document.write("<!doctype html><body>" + given + "</body>"); document.close();
};
window.touch = () => {
  for (const one of document.body.querySelectorAll("*")) {
    for (const name of ["mouseover", "mouseenter", "pointerenter", "focus", "click", "toggle", "animationstart"])
      if (!(name === "click" && one.closest("a"))) one.dispatchEvent(new Event(name, {bubbles: true, cancelable: true}));
    for (const attribute of one.attributes || []) if (attribute.name.startsWith("on")) window.ran.push(attribute.name);
  }
  const bad = [...document.querySelectorAll("a, area, form")].map((one) => one.protocol || one.action || "")
    .filter((protocol) => protocol && !/^((https?|mailto)?:)$/.test(protocol.slice(0, 8).replace(/:.*/, ":")));
  return [...window.ran, ...bad];
};
"""


def acts(chromium: Browser, shown: list[str]) -> dict[str, list[str]]:
    """What each of these did in a browser: what ran, what was loaded."""
    found: dict[str, list[str]] = {}
    context = chromium.new_context()
    asked: list[str] = []
    context.route("**/*", lambda route: (asked.append(route.request.url), route.abort()))  # type: ignore[func-returns-value]
    page = context.new_page()
    for given in shown:
        try:
            _one(page, given, asked, found)
        except Error:  # it goes somewhere for ever: that is an act, too, and the next one needs another page
            found[given] = ["the page does not answer any more"]
            page = context.new_page()
    context.close()
    return found


def _one(page: Page, given: str, asked: list[str], found: dict[str, list[str]]) -> None:
    asked.clear()
    page.set_default_timeout(5000)
    page.goto("about:blank")
    page.evaluate(_WATCH)
    page.evaluate("given => show(given)", given)
    page.wait_for_timeout(10)
    did = page.evaluate("() => window.touch ? window.touch() : ['the page is gone']")
    if did or asked:
        found[given] = [*did, *asked]


@pytest.mark.browser
def test_no_attempt_runs_or_loads_anything_in_a_browser(chromium: Browser) -> None:
    shown = {rendered for render in RENDERERS.values() for attempt in attempts.EVERY if (rendered := render(attempt))}
    assert len(shown) > 300
    together = sorted(shown)
    assert acts(chromium, ["\n".join(together[start : start + 50]) for start in range(0, len(together), 50)]) == {}


@pytest.mark.browser
def test_the_same_attempts_uncleaned_do(chromium: Browser) -> None:
    """Otherwise the test above could not fail."""
    did = acts(chromium, [*attempts.HTML, *attempts.MATRIX, *attempts.MAIL])
    assert len(did) > 90
