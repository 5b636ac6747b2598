"""Secrets at rest, and tokens that travel."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.kit.sealing import FILE_NAME, NoKey, forget_older_keys, kept_keys, sealing_in, with_new_key


def test_a_secret_is_not_readable_in_what_is_stored_and_opens_again(tmp_path: Path) -> None:
    sealing = sealing_in(tmp_path)
    sealed = sealing.sealed_secret("xoxb-1-very-secret")
    assert "very-secret" not in sealed
    assert sealing.opened_secret(sealed) == "xoxb-1-very-secret"
    assert sealing.sealed_secret("xoxb-1-very-secret") != sealed  # two equal secrets do not look equal


def test_the_keys_are_made_once_for_their_owner_alone(tmp_path: Path) -> None:
    first = kept_keys(tmp_path / "home")
    assert kept_keys(tmp_path / "home") == first
    assert (tmp_path / "home" / FILE_NAME).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "home").iterdir()] == [FILE_NAME]


def test_after_a_rotation_old_secrets_open_and_new_ones_use_the_new_key(tmp_path: Path) -> None:
    old = sealing_in(tmp_path)
    sealed, token = old.sealed_secret("word"), old.token("c:abc", "about")
    new = with_new_key(tmp_path)
    assert new.opened_secret(sealed) == "word"
    assert new.text_of(token, "about") == "c:abc"
    again = new.sealed_again(sealed)
    forget_older_keys(tmp_path)
    last = sealing_in(tmp_path)
    assert last.opened_secret(again) == "word"
    with pytest.raises(NoKey, match="connect the tool again"):
        last.opened_secret(sealed)
    assert last.text_of(token, "about") is None


@given(text=st.text(max_size=60))
def test_a_token_comes_back_whatever_a_mail_server_does_to_its_case(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    home = tmp_path_factory.getbasetemp() / "tokens"
    sealing = sealing_in(home)
    token = sealing.token(text, "about")
    assert token.isascii()
    assert token == token.lower()
    assert token.isalnum()
    assert sealing.text_of(token, "about") == text.removeprefix("\0")
    assert sealing.text_of(token.upper(), "about") == text.removeprefix("\0")
    assert sealing.text_of(token, "another purpose") is None


@given(token=st.text(max_size=80))
def test_what_was_not_made_here_is_nothing(tmp_path_factory: pytest.TempPathFactory, token: str) -> None:
    assert sealing_in(tmp_path_factory.getbasetemp() / "tokens").text_of(token, "about") is None
