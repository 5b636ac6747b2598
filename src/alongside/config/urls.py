from django.urls import include, path

from alongside.archives.download import take, take_by_link
from alongside.bridges.hooks import hook

urlpatterns = [
    path("", include("alongside.web.urls")),
    path("", include("alongside.web.note_urls")),
    path("", include("alongside.web.tool_urls")),
    path("api/", include("alongside.api.urls")),
    path("feeds/", include("alongside.api.feed_urls")),
    path("hooks/<str:kind>/<int:bridge_id>", hook, name="hook"),
    path("things/take", take, name="take"),
    path("things/take/<str:token>", take_by_link, name="take_by_link"),
    path("sign-in/", include("alongside.web.sign_in_urls")),
]
handler400 = "alongside.web.errors.not_understood"
handler403 = "alongside.web.errors.not_yours"
handler404 = "alongside.web.errors.nothing_here"
handler500 = "alongside.web.errors.went_wrong"
