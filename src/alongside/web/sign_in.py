"""Sign-in by a one-time link, on top of allauth's codes by e-mail.

The link carries the code, and works only in the browser that asked for it: somebody who reads the letter on its way,
or a mail scanner that opens every link, gets nothing by it.
"""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.forms import ConfirmLoginCodeForm, RequestLoginCodeForm
from allauth.account.views import ConfirmLoginCodeView, RequestLoginCodeView
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from alongside.people.queries import unscoped_person
from alongside.web.pages import shown
from alongside.web.viewing import is_try_out

_LONGEST_CODE = 40


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """Who a session belongs to; whoever may come in no more is nobody at once."""

    def get_user(self, user_id: int) -> Any:
        return unscoped_person(int(user_id))


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up by themselves: an administrator makes a person, or a tool brings them (later)."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "incorrect_code": _("That is not the code of your newest letter. Look there, or use another address."),
        "too_many_login_attempts": _(
            "That was tried too often. Nobody is signed in. Wait a little, then ask for a letter."
        ),
        "rate_limited": _("That was asked too often. Wait a little, then try again."),
    }

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


class AddressForm(RequestLoginCodeForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("Your e-mail address")


class CodeForm(ConfirmLoginCodeForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("The code in the letter")


class AskForLetter(RequestLoginCodeView):  # type: ignore[misc]
    form_class = AddressForm


class Confirm(ConfirmLoginCodeView):  # type: ignore[misc]
    """The link only writes its code into the form: whoever opens links by machine signs nobody in."""

    form_class = CodeForm

    def get_initial(self) -> dict[str, Any]:
        return {**super().get_initial(), "code": self.request.GET.get("code", "")[:_LONGEST_CODE]}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "came_by_link": bool(self.request.GET.get("code"))}


def ask_for_link(request: HttpRequest) -> HttpResponse:
    """There is one way in: a letter. In a try-out there is none: one chooses who one is."""
    if is_try_out(request):
        return shown(request, "sign_in.html", "sign_in", next="")
    following = request.GET.get("next", "")
    address = reverse("account_request_login_code")
    return redirect(f"{address}?next={following}" if following.startswith("/") and following[1:2] != "/" else address)
