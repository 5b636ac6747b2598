"""Sign-in by a one-time link, on top of allauth's codes by e-mail.

The link carries the code, and works only in the browser that asked for it: somebody who reads the letter on its way,
or a mail scanner that opens every link, gets nothing by it.
"""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up by themselves: an administrator makes a person, or a tool brings them (later)."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        del request
        return False

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """A person has no handle of their own here."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        if "code" in context:
            where = settings.BASE_URL or self.request.build_absolute_uri("/").rstrip("/")
            context = {**context, "link": f"{where}{reverse('account_confirm_login_code')}?code={context['code']}"}
        super().send_mail(template_prefix, email, context)

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        del request
        return "/"


def ask_for_link(request: HttpRequest) -> HttpResponse:
    """There is one way in: a letter."""
    following = request.GET.get("next", "")
    address = reverse("account_request_login_code")
    return redirect(f"{address}?next={following}" if following.startswith("/") and following[1:2] != "/" else address)
