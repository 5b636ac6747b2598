"""The wheel holds what it needs, and the command works outside a checkout."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from tests.archives.installation import ROOT
from tests.archives.store import small_archive

NEEDED = (
    "alongside/web/templates/home.html",
    "alongside/web/allauth_templates/account/login.html",
    "alongside/web/static/alongside.css",
    "alongside/web/static/fonts/newsreader-latin-wght-normal.woff2",
    "alongside/archives/sample/slack.jsonl",
    "alongside/archives/sample/questions.json",
    "alongside/search/data/tokenizer.json",
    "alongside/search/data/LICENSE",
    "alongside/py.typed",
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, check=True, capture_output=True, cwd=ROOT)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_every_file_that_is_not_code(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert [name for name in NEEDED if name not in names] == []
    source = ROOT / "src"
    here = {
        str(path.relative_to(source))
        for path in (source / "alongside").rglob("*")
        if path.is_file() and path.suffix not in (".pyc", ".mo") and "__pycache__" not in path.parts
    }
    assert sorted(here - names) == []


def test_the_wheel_brings_every_migration(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for package in ("journal", "people", "audiences", "conversations", "archives"):
        assert f"alongside/{package}/migrations/0001_initial.py" in names


def test_it_brings_the_command(wheel: Path) -> None:
    held = zipfile.ZipFile(wheel)
    (name,) = (name for name in held.namelist() if name.endswith("entry_points.txt"))
    assert "alongside = alongside.config.command:main" in held.read(name).decode()


def test_nothing_of_the_tests_is_in_it(wheel: Path) -> None:
    assert not [name for name in zipfile.ZipFile(wheel).namelist() if name.startswith(("tests", "bench", "docs"))]


def test_installed_the_command_works_with_the_platforms_folder_as_its_home(wheel: Path, tmp_path: Path) -> None:
    installed, data = tmp_path / "installed", tmp_path / "data"
    zipfile.ZipFile(wheel).extractall(installed)
    libraries = [path for path in sys.path if path.endswith("site-packages")]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ALONGSIDE_")}
    environment |= {
        "PYTHONPATH": os.pathsep.join([str(installed), *libraries]),
        "XDG_DATA_HOME": str(data),
        "HOME": str(tmp_path),
    }

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "alongside", *words]
        return subprocess.run(
            command, check=False, capture_output=True, text=True, env=environment, cwd=tmp_path, timeout=120
        )

    where = subprocess.run(
        [sys.executable, "-c", "import alongside; print(alongside.__file__)"],
        check=True, capture_output=True, text=True, env=environment, cwd=tmp_path,
    )  # fmt: skip
    assert where.stdout.startswith(str(installed))
    helped = run("--help")
    assert (helped.returncode, "alongside run" in helped.stdout) == (0, True)
    assert run("--version").stdout.startswith("Alongside ")
    assert not data.exists()

    brought = run("import", str(small_archive(tmp_path / "a.jsonl")))
    assert brought.returncode == 0, brought.stderr
    assert (data / "alongside" / "store.sqlite3").is_file()
    checked = run("check")
    assert f"· Home: {data / 'alongside'}" in checked.stdout
    assert "· Store: SQLite" in checked.stdout
    assert "Traceback" not in checked.stderr
