from django.urls import path

from alongside.web import connection_views, tool_views
from alongside.web.stopping import stop

urlpatterns = [
    path("tools", tool_views.tools, name="tools"),
    path("tools/say", tool_views.say, name="tools_say"),
    path("tools/mail", tool_views.mail, name="tools_mail"),
    path("tools/keep", tool_views.keep, name="tools_keep"),
    path("tools/press", tool_views.press, name="tools_press"),
    path("stop/<str:token>", stop, name="stop"),
    path("connections/", connection_views.connections, name="connections"),
    path("connections/off", connection_views.disconnecting, name="disconnecting"),
    path("connections/<str:kind>", connection_views.connecting, name="connecting"),
]
