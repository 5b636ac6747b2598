"""Settings: where they come from, what is said when one is wrong, and what a base URL turns on."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path

import pytest
from tests.archives.installation import ROOT, new_installation

from alongside.config.options import Options, WrongSetting, default_home, kept_secret_key, options

DOCS = ROOT / "docs" / "settings.md"


def set_to(home: Path, **settings: str) -> Options:
    return options(
        {"ALONGSIDE_HOME": str(home), **{f"ALONGSIDE_{name.upper()}": value for name, value in settings.items()}}
    )


def written(home: Path, text: str) -> Path:
    (home / "settings.toml").write_text(text, encoding="utf-8")
    return home


def test_without_any_setting_everything_has_a_default(tmp_path: Path) -> None:
    chosen = set_to(tmp_path)
    assert (chosen.home, chosen.address, chosen.port, chosen.base_url) == (tmp_path.resolve(), "127.0.0.1", 8765, "")


def test_the_file_is_read(tmp_path: Path) -> None:
    chosen = set_to(written(tmp_path, 'port = 9000\nlanguage = "de"\n'))
    assert (chosen.port, chosen.language) == (9000, "de")


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    written(tmp_path, 'port = 9000\nlanguage = "de"\n')
    chosen = set_to(tmp_path, port="9100")
    assert (chosen.port, chosen.language) == (9100, "de")


def test_a_home_below_the_own_home_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert options({"ALONGSIDE_HOME": "~/alongside"}).home == (tmp_path / "alongside").resolve()


def test_in_a_checkout_the_home_is_var() -> None:
    assert default_home() == ROOT / "var"


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"port": "many"}, "ALONGSIDE_PORT is “many”, which is not a whole number."),
        ({"port": "70000"}, "ALONGSIDE_PORT is 70000; it has to be between 1 and 65535."),
        ({"threads": "0"}, "have to be at least 1"),
        ({"encoding_threads": "-1"}, "have to be at least 1"),
        ({"base_url": "alongside.example.org"}, "it has to be like https://alongside.example.org"),
        ({"base_url": "https://alongside.example.org/path"}, "without a path"),
        ({"base_url": "ftp://alongside.example.org"}, "it has to be like https://"),
        ({"allowed_private_hosts": "wiki.example.org, http://10.0.0.1/"}, "has “http://10.0.0.1/” in it"),
        ({"allowed_private_hosts": "10.0.0.0/33"}, "has “10.0.0.0/33” in it"),
        ({"allowed_private_hosts": "wiki:0"}, "has “wiki:0” in it"),
    ],
)
def test_a_wrong_value_is_said_in_one_sentence(tmp_path: Path, settings: dict[str, str], sentence: str) -> None:
    with pytest.raises(WrongSetting) as wrong:
        set_to(tmp_path, **settings)
    assert sentence in str(wrong.value)
    assert "\n" not in str(wrong.value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("port = \n", "cannot be read as TOML"),
        ("prot = 9000\n", "sets “prot”, which is no setting. docs/settings.md lists them all."),
        ('home = "/elsewhere"\n', "sets “home”, which is no setting"),
        ('port = "many"\n', "is not a whole number"),
    ],
)
def test_a_wrong_file_is_said_in_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(WrongSetting, match=sentence):
        set_to(written(tmp_path, text))


def test_every_setting_is_documented() -> None:
    text = DOCS.read_text("utf-8")
    missing = [field.name for field in fields(Options) if f"ALONGSIDE_{field.name.upper()}" not in text]
    assert missing == []


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"ALONGSIDE_PORT": "many"}, "ALONGSIDE_PORT is “many”, which is not a whole number."),
        ({"ALONGSIDE_STORE": "mysql://here/base"}, "it has to be sqlite:///… or postgresql://…"),
        ({"ALONGSIDE_TIME_ZONE": "Nowhere/Land"}, "ALONGSIDE_TIME_ZONE"),
        ({"ALONGSIDE_EMAIL_URL": "mail.example.org"}, "ALONGSIDE_EMAIL_URL"),
    ],
)
def test_a_command_with_a_wrong_setting_says_it_and_ends_with_2(
    tmp_path: Path, settings: dict[str, str], sentence: str
) -> None:
    done = new_installation(tmp_path / "home").run("check", check=False, **settings)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("alongside: ")
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1


# The secret key


def test_a_secret_key_is_made_once_and_kept_for_its_owner(tmp_path: Path) -> None:
    key = kept_secret_key(tmp_path / "home")
    assert len(key) >= 50
    assert kept_secret_key(tmp_path / "home") == key
    assert (tmp_path / "home" / "secret-key").stat().st_mode & 0o077 == 0


def test_two_processes_that_start_at_once_keep_the_same_key(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from alongside.config.options import kept_secret_key;"
        "sys.stdin.read(1); print(kept_secret_key(Path(sys.argv[1])))"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path / "home")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        )
        for _ in range(4)
    ]
    keys = {process.communicate("x")[0].strip() for process in started}
    assert len(keys) == 1
    assert "" not in keys


def test_many_threads_find_the_same_whole_key(tmp_path: Path) -> None:
    """Nobody reads a key that another is still writing."""
    for attempt in range(20):
        home = tmp_path / str(attempt)
        with ThreadPoolExecutor(8) as pool:
            keys = set(pool.map(kept_secret_key, [home] * 16))
        assert len(keys) == 1
        assert len(keys.pop()) >= 50


# What a base URL turns on

_SHOWN = """
import json
from alongside.config import settings as s
names = ("ALLOWED_HOSTS", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS", "CSRF_TRUSTED_ORIGINS",
         "SESSION_COOKIE_HTTPONLY", "DEBUG")
print(json.dumps({name: getattr(s, name) for name in names}))
"""


def shown(home: Path, base_url: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(new_installation(home, ALONGSIDE_BASE_URL=base_url).python(_SHOWN))
    return found


def test_a_base_url_turns_on_secure_cookies_hsts_and_host_checks(tmp_path: Path) -> None:
    found = shown(tmp_path / "home", "https://alongside.example.org")
    assert found["ALLOWED_HOSTS"] == ["alongside.example.org"]
    assert found["CSRF_TRUSTED_ORIGINS"] == ["https://alongside.example.org"]
    assert found["SESSION_COOKIE_SECURE"]
    assert found["CSRF_COOKIE_SECURE"]
    assert int(str(found["SECURE_HSTS_SECONDS"])) >= 31_536_000
    assert not found["DEBUG"]


def test_without_one_it_is_for_this_machine_only(tmp_path: Path) -> None:
    found = shown(tmp_path / "home", "")
    assert "*" not in str(found["ALLOWED_HOSTS"])
    assert found["SECURE_HSTS_SECONDS"] == 0
    assert not found["SESSION_COOKIE_SECURE"]
