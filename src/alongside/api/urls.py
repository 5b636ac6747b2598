from django.urls import path

from alongside.api import drafts, mine, notes, own, questions, views
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
    path(
        "conversations/<str:public_id>/question",
        by_method(GET=questions.state, PUT=questions.say_whether_it_asks),
        name="api-question",
    ),
    path(
        "conversations/<str:public_id>/my-draft",
        by_method(GET=drafts.of_conversation, PUT=drafts.save_of_conversation, DELETE=drafts.discard_of_conversation),
        name="api-own-draft",
    ),
    path("conversations/<str:public_id>/helped", by_method(POST=questions.helped), name="api-helped"),
    path("conversations/<str:public_id>/helped/take-back", by_method(POST=questions.take_back), name="api-unhelped"),
    path(
        "conversations/<str:public_id>/wonder",
        by_method(POST=questions.wonder, DELETE=questions.stop_wondering),
        name="api-wonder",
    ),
    path("questions", questions.waiting, name="api-questions"),
    path("questions/answered", by_method(POST=questions.take_answers), name="api-answered"),
    path("notes", by_method(GET=notes.newest, POST=notes.keep), name="api-notes"),
    path("notes/tell", by_method(POST=notes.tell), name="api-tell"),
    path("notes/<str:public_id>", by_method(GET=notes.note, PUT=notes.change), name="api-note"),
    path(
        "notes/<str:public_id>/my-draft",
        by_method(GET=drafts.of_note, PUT=drafts.save_of_note, DELETE=drafts.discard_of_note),
        name="api-own-draft-of-note",
    ),
    path("notes/<str:public_id>/revisions", notes.all_revisions, name="api-revisions"),
    path("notes/<str:public_id>/put-back", by_method(POST=notes.put_back), name="api-put-back"),
    path("notes/<str:public_id>/remarks", by_method(POST=notes.remark), name="api-remarks"),
    path("notes/<str:public_id>/remarks/take-back", by_method(POST=notes.take_back), name="api-take-back"),
    path("weaves", by_method(POST=notes.weave), name="api-weaves"),
    path("weaves/<str:row>", by_method(DELETE=notes.unweave), name="api-unweave"),
    path("thanks", mine.thanks, name="api-thanks"),
    path("thanks/<str:row>", by_method(PUT=mine.show), name="api-thanks-shown"),
    path("name-in-notes", by_method(GET=mine.name, PUT=mine.choose), name="api-name"),
    path("asked", notes.waiting, name="api-asked"),
    path("asked/<str:kind>/<str:row>", by_method(POST=notes.answer), name="api-answer"),
    path("feeds", by_method(POST=notes.renew_feeds), name="api-feeds"),
    path("me", own.myself, name="api-me"),
    path("me/pause", by_method(POST=own.pause), name="api-pause"),
    path("me/go-on", by_method(POST=own.go_on), name="api-go-on"),
    path("me/forget", by_method(POST=own.forget), name="api-forget"),
    path("me/code", by_method(POST=own.offer_code), name="api-code"),
    path("me/join", by_method(POST=own.join), name="api-join"),
    path("me/part", by_method(POST=own.part), name="api-part"),
    path("<path:anything>", nothing_here),
]
