"""What the files behind every page hold: no inline code, colours that can be read, fonts with their licences."""

import re
from pathlib import Path

import pytest

WEB = Path(__file__).resolve().parents[2] / "src" / "alongside" / "web"
PAGES = sorted([*WEB.glob("templates/*.html"), *WEB.glob("allauth_templates/**/*.html")])
CSS = (WEB / "static" / "alongside.css").read_text()
TOKENS = {
    name: ((light + light[1:]) if len(light) == 4 else light, dark)
    for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#\w+), (#\w+)\)", CSS)
}


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_no_page_has_inline_style_or_script(page: Path) -> None:
    text = page.read_text()
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|hx-on", text)
    assert not re.search(r"<script(?![^>]* src=)", text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_pages_keep_to_the_words_of_the_house(page: Path) -> None:
    text = re.sub(r"\{#.*?#\}|<!\w+|!=", "", page.read_text(), flags=re.DOTALL)
    assert not re.search(r"!(?!\w)|\boops\b|\busers?\b", text, re.IGNORECASE)


@pytest.mark.parametrize("theme", [0, 1], ids=["paper", "dark"])
@pytest.mark.parametrize(
    ("words", "ground"),
    [(words, ground) for words in ("ink", "soft", "leaf") for ground in ("paper", "card")]
    + [("leaf", "leaf-soft"), ("ink", "leaf-soft"), ("ink", "sun-soft"), ("sun-words", "sun-soft")]
    + [("sky", "sky-soft"), ("ink", "mark"), ("on-leaf", "leaf"), ("soft", "leaf-soft")],
)
def test_words_can_be_read_on_their_ground(words: str, ground: str, theme: int) -> None:
    assert _contrast(TOKENS[words][theme], TOKENS[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["paper", "dark"])
def test_the_edge_of_a_field_can_be_seen(theme: int) -> None:
    assert _contrast(TOKENS["edge"][theme], TOKENS["card"][theme]) >= 3


def test_every_font_that_is_named_is_there_and_every_family_has_its_licence() -> None:
    named = set(re.findall(r"url\(fonts/([\w-]+\.woff2)\)", CSS))
    kept = {font.name for font in (WEB / "static" / "fonts").glob("*.woff2")}
    assert named == kept
    assert {licence.name for licence in (WEB / "static" / "fonts").glob("LICENSE-*")} == {
        "LICENSE-newsreader.txt",
        "LICENSE-atkinson-hyperlegible-next.txt",
    }


def test_style_and_script_of_ours_stay_small() -> None:
    assert (WEB / "static" / "alongside.css").stat().st_size + (WEB / "static" / "alongside.js").stat().st_size < 20_000
