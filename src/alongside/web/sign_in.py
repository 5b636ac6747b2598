"""Sign-in by a one-time link, on top of allauth's codes by e-mail."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class Adapter(DefaultAccountAdapter):
    """Nobody signs up by themselves: an administrator makes a person, or a tool brings them (later)."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        del request
        return False

    def get_user_search_fields(self) -> list[str]:
        return ["email"]

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """A person has no handle of their own here."""
