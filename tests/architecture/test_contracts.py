"""Each contract of import-linter is broken by one deliberate import, and by that one alone."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# The module that trespasses, and what it imports, by the contract that has to notice.
TRESPASSES = {
    "Layers: top imports bottom only": ("people/queries.py", "alongside.search.queries"),
    "The five files, in order, inside a package": ("journal/models.py", "alongside.journal.actions"),
    "Pages and API never import models": ("api/views.py", "alongside.people.models"),
    "Acts and hooks of tools never import models": (
        "bridges/hooks.py",
        "alongside.notes.models",
    ),
    "Readers of archives know the port only, and not each other": (
        "archives/readers/mail.py",
        "alongside.archives.queries",
    ),
    "One format's reader does not know another's": ("archives/readers/mail.py", "alongside.archives.readers.slack"),
    "Adapters of tools know the port and the kit only": (
        "bridges/adapters/pretend/parse.py",
        "alongside.bridges.queries",
    ),
    "One tool's adapter does not know another's": (
        "bridges/adapters/pretend/parse.py",
        "alongside.bridges.adapters.slack.parse",
    ),
    "One gate: what goes out is put into the outbox, and nobody else writes there": (
        "bridges/queries.py",
        "alongside.letters.models",
    ),
    "Rules are pure: no ORM, clock or network": ("audiences/rules.py", "alongside.kit.clock"),
}


def contracts() -> list[str]:
    written = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return [contract["name"] for contract in written["tool"]["importlinter"]["contracts"]]


def verdicts(source: Path) -> dict[str, str]:
    program = Path(sys.executable).with_name("lint-imports")
    ran = subprocess.run(
        [program, "--no-cache", "--config", str(ROOT / "pyproject.toml")],
        cwd=source,
        env={"PYTHONPATH": str(source), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    found = dict(re.findall(r"^(.+) (KEPT|BROKEN)(?: .*)?$", ran.stdout, re.MULTILINE))
    assert set(found) == set(contracts()), ran.stdout + ran.stderr
    return found


@pytest.fixture
def source(tmp_path: Path) -> Path:
    for path in (ROOT / "src" / "alongside").rglob("*.py"):
        copied = tmp_path / path.relative_to(ROOT / "src")
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copied)
    return tmp_path


def test_every_contract_has_a_trespass_that_shows_it() -> None:
    assert set(TRESPASSES) == set(contracts())


def test_without_a_trespass_every_contract_holds(source: Path) -> None:
    assert set(verdicts(source).values()) == {"KEPT"}


@pytest.mark.parametrize("contract", TRESPASSES)
def test_a_trespass_breaks_its_contract_and_no_other(source: Path, contract: str) -> None:
    where, imported = TRESPASSES[contract]
    path = source / "alongside" / where
    assert path.is_file()
    path.write_text(f"{path.read_text('utf-8')}\nimport {imported}\n", "utf-8")
    assert [name for name, verdict in verdicts(source).items() if verdict == "BROKEN"] == [contract]


def test_a_package_that_no_layer_names_is_noticed(source: Path) -> None:
    new = source / "alongside" / "stray"
    new.mkdir()
    (new / "__init__.py").write_text("")
    assert verdicts(source)["Layers: top imports bottom only"] == "BROKEN"
