from django.urls import path

from alongside.web import acts, own, views

urlpatterns = [
    path("", views.home, name="home"),
    path("find", views.find, name="find"),
    path("complete", views.complete, name="complete"),
    path("rooms/<str:public_id>", views.room, name="room"),
    path("conversations/<str:public_id>", views.conversation, name="conversation"),
    path("conversations/<str:public_id>/close", views.close, name="close"),
    path("things/", views.things, name="things"),
    path("choices/", views.choices, name="choices"),
    path("charter", views.charter, name="charter"),
    path("be", acts.be, name="be"),
    path("things/open-room", acts.open_room, name="open_room"),
    path("choices/answer-offer", acts.answer_offer, name="answer_offer"),
    path("choices/unlink", acts.unlink, name="unlink_account"),
    path("choices/tokens/make", acts.make_token, name="make_token"),
    path("choices/tokens/renew", acts.renew_token, name="renew_token"),
    path("choices/tokens/withdraw", acts.withdraw_token, name="withdraw_token"),
    path("choices/name", acts.choose_name, name="choose_name"),
    path("things/known", own.known, name="known"),
    path("choices/code", own.make_code, name="make_code"),
    path("choices/join", own.join, name="join"),
    path("choices/pause", own.pause, name="pause"),
    path("choices/forget", own.forget, name="forget"),
    path("choices/theme", acts.choose_theme, name="choose_theme"),
]
