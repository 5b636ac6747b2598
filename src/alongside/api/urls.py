from django.urls import path

from alongside.api import notes, views
from alongside.api.acting import by_method
from alongside.api.answering import nothing_here
from alongside.api.description import openapi

urlpatterns = [
    path("openapi.json", openapi, name="api-description"),
    path("find", views.find, name="api-find"),
    path("complete", views.complete, name="api-complete"),
    path("rooms", views.rooms, name="api-rooms"),
    path("rooms/<str:public_id>", views.room, name="api-room"),
    path("conversations/<str:public_id>", views.conversation, name="api-conversation"),
    path("conversations/<str:public_id>/related", views.related, name="api-related"),
    path("conversations/<str:public_id>/kept", notes.kept_from, name="api-kept"),
    path("conversations/<str:public_id>/draft", notes.draft, name="api-draft"),
    path("notes", by_method(GET=notes.newest, POST=notes.keep), name="api-notes"),
    path("notes/tell", by_method(POST=notes.tell), name="api-tell"),
    path("notes/<str:public_id>", by_method(GET=notes.note, PUT=notes.change), name="api-note"),
    path("notes/<str:public_id>/revisions", notes.all_revisions, name="api-revisions"),
    path("notes/<str:public_id>/put-back", by_method(POST=notes.put_back), name="api-put-back"),
    path("notes/<str:public_id>/remarks", by_method(POST=notes.remark), name="api-remarks"),
    path("weaves", by_method(POST=notes.weave), name="api-weaves"),
    path("asked", notes.waiting, name="api-asked"),
    path("asked/<str:kind>/<str:row>", by_method(POST=notes.answer), name="api-answer"),
    path("feeds", by_method(POST=notes.renew_feeds), name="api-feeds"),
    path("<path:anything>", nothing_here),
]
