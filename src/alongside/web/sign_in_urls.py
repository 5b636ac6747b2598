"""Of allauth's pages only those that signing in by e-mail needs."""

from allauth.account import views
from django.urls import path

from alongside.web.sign_in import AskForLetter, Confirm, ask_for_link

urlpatterns = [
    path("", ask_for_link, name="account_login"),
    path("ask/", AskForLetter.as_view(), name="account_request_login_code"),
    path("confirm/", Confirm.as_view(), name="account_confirm_login_code"),
    path("out/", views.logout, name="account_logout"),
    path("gone/", views.account_inactive, name="account_inactive"),
    path("again/", views.reauthenticate, name="account_reauthenticate"),
]
