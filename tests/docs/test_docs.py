"""What the pages for people say of commands, settings and each other is there."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from alongside.bridges.registry import ADAPTERS
from alongside.config.command import alongside
from alongside.config.options import PREFIX, Options

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
TOOLS = ROOT / "src" / "alongside" / "bridges" / "adapters"
# Made by `make picture`, which needs Chromium.
PICTURES = {ROOT / "docs" / "pictures" / "find.png", ROOT / "docs" / "pictures" / "find-dark.png"}

_CODE = re.compile(r"^```.*?^```|^    [^\n]*$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_PICTURE = re.compile(r'(?:src|srcset)="([^"]+)"')
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_COMMAND = re.compile(r"(?<![/\w-])alongside ([a-z]+(?:-[a-z]+)*)\b")
_SETTING = re.compile(rf"{PREFIX}[A-Z_]+")


def text_of(page: Path) -> str:
    return page.read_text("utf-8")


def code_of(page: Path) -> str:
    return "\n".join(match.group() for match in _CODE.finditer(text_of(page)))


def anchors_of(page: Path) -> set[str]:
    """As forges make them of headings."""
    headings = _HEADING.findall(re.sub(r"^```.*?^```", "", text_of(page), flags=re.MULTILINE | re.DOTALL))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def is_of_a_tool_to_come(file: Path) -> bool:
    """The steps of a tool that the registry names already, while its folder is not there."""
    folder = file.parent
    return folder.parent == TOOLS and file.name == "setup.md" and folder.name in ADAPTERS and not folder.exists()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    text = text_of(page)
    for target in [*_LINK.findall(_CODE.sub("", text)), *_PICTURE.findall(text)]:
        if target.startswith(("https://", "http://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if is_of_a_tool_to_come(file):
            continue
        assert file.exists() or file in PICTURES, f"{target} leads nowhere"
        assert not anchor or anchor in anchors_of(file), f"{target} names no heading"


def test_the_beginning_of_the_readme_says_what_it_is_shows_it_promises_and_gives_two_commands() -> None:
    beginning = "\n".join(text_of(ROOT / "README.md").splitlines()[:40])

    assert beginning.startswith("# Alongside\n\nAlongside is ")
    assert "docs/pictures/find.png" in beginning
    assert "docs/pictures/find-dark.png" in beginning
    assert "What it will never do" in beginning
    assert "make try " in beginning
    assert "make test " in beginning


def test_every_setting_stands_on_the_page_of_settings_under_both_its_names() -> None:
    text = text_of(ROOT / "docs" / "settings.md")
    rows = {line.split("|")[1].strip(): line for line in text.splitlines() if line.startswith(f"| `{PREFIX}")}
    names = {field.name for field in fields(Options)}

    assert set(rows) == {f"`{PREFIX}{name.upper()}`" for name in names}
    assert not [name for name in names - {"home"} if f"| `{name}` |" not in rows[f"`{PREFIX}{name.upper()}`"]]


def test_a_default_that_the_page_of_settings_gives_is_the_default() -> None:
    rows = [line.split("|") for line in text_of(ROOT / "docs" / "settings.md").splitlines() if line.startswith("| `")]
    said = {row[2].strip(" `"): row[3].strip(" `") for row in rows}
    defaults = {field.name: str(field.default) for field in fields(Options) if field.default}

    assert {name: said[name] for name in defaults if name != "home"} == {
        name: default for name, default in defaults.items() if name != "home"
    }


def test_no_page_names_a_setting_that_is_not_there() -> None:
    known = {PREFIX + field.name.upper() for field in fields(Options)} | {"ALONGSIDE_TOKEN", "ALONGSIDE_TEST_STORE"}

    for page in PAGES:
        assert set(_SETTING.findall(text_of(page))) <= known, page.name


def test_every_command_is_in_the_readme_and_no_page_names_another() -> None:
    commands = set(alongside.commands) | set(alongside.list_commands(None))  # type: ignore[arg-type]

    assert {name for name in commands if f"| `alongside {name}` |" in text_of(ROOT / "README.md")} == commands
    for page in PAGES:
        assert set(_COMMAND.findall(code_of(page))) <= commands, page.name


def test_every_target_of_make_that_a_page_names_is_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", text_of(ROOT / "Makefile"), re.MULTILINE))

    for page in PAGES:
        assert set(re.findall(r"(?<![a-z] )\bmake ([a-z-]+)", code_of(page))) <= targets, page.name


def test_every_dependency_has_its_reason() -> None:
    reasons = text_of(ROOT / "docs" / "decisions" / "libraries.md").lower()
    asked = (ROOT / "requirements" / "run.in").read_text("utf-8").split()

    assert not [name for name in (re.split(r"[\[<>=]", one)[0] for one in asked) if name and name not in reasons]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_pages_are_calm(page: Path) -> None:
    prose = _CODE.sub("", text_of(page)).replace("![", "[")

    assert "!" not in prose
    assert not re.search(
        r"\b(users?|engagement|leverage|seamless\w*|powerful)\b", prose.replace('"users"', ""), re.IGNORECASE
    )
