from django.urls import path

from alongside.api import feeds

urlpatterns = [
    path("<str:secret>/notes.atom", feeds.atom, name="feed-atom"),
    path("<str:secret>/notes.json", feeds.json, name="feed-json"),
]
