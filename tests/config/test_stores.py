from pathlib import Path

import pytest

from alongside.config.options import WrongSetting
from alongside.config.stores import database


def test_the_embedded_store_is_in_the_home(tmp_path: Path) -> None:
    made = database("", tmp_path)
    assert made["NAME"] == str(tmp_path / "store.sqlite3")
    assert made["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in made["OPTIONS"]["init_command"]


def test_sqlite_may_lie_elsewhere(tmp_path: Path) -> None:
    assert database("sqlite:////data/with%20space.sqlite3", tmp_path)["NAME"] == "/data/with space.sqlite3"


def test_postgresql_is_named_by_one_address(tmp_path: Path) -> None:
    made = database("postgresql://al%40work:p%2Fw@db.example.org:6543/base?sslmode=require", tmp_path)
    assert made["ENGINE"] == "django.db.backends.postgresql"
    assert (made["USER"], made["PASSWORD"], made["HOST"], made["PORT"]) == ("al@work", "p/w", "db.example.org", "6543")
    assert (made["NAME"], made["OPTIONS"]) == ("base", {"sslmode": "require"})


def test_without_a_base_it_is_called_as_we_are(tmp_path: Path) -> None:
    assert database("postgres://localhost", tmp_path)["NAME"] == "alongside"


@pytest.mark.parametrize("store", ["mysql://localhost/x", "alongside.sqlite3", "postgresql://localhost:port/x"])
def test_any_other_store_is_refused_in_a_sentence(tmp_path: Path, store: str) -> None:
    with pytest.raises(WrongSetting, match=r"ALONGSIDE_STORE .*it has to be"):
        database(store, tmp_path)
