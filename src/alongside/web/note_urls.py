from django.urls import path

from alongside.web import note_acts, note_keeping, note_views

urlpatterns = [
    path("notes/", note_views.notes, name="notes"),
    path("notes/tell", note_acts.tell, name="tell"),
    path("notes/<str:public_id>", note_views.note, name="note"),
    path("notes/<str:public_id>/edit", note_acts.edit, name="note_edit"),
    path("notes/<str:public_id>/close", note_views.close, name="note_close"),
    path("notes/<str:public_id>/history", note_views.history, name="note_history"),
    path("notes/<str:public_id>/put-back", note_acts.put_back, name="note_put_back"),
    path("notes/<str:public_id>/remark", note_acts.remark, name="note_remark"),
    path("notes/<str:public_id>/still-true", note_acts.still_true, name="note_still_true"),
    path("conversations/<str:public_id>/keep", note_keeping.keep, name="keep"),
    path("conversations/<str:public_id>/around", note_views.around, name="around"),
    path("conversations/<str:public_id>/helped", note_acts.helped, name="helped"),
    path("conversations/<str:public_id>/asks", note_acts.asks, name="asks"),
    path("questions/", note_views.questions, name="questions"),
    path("questions/wonder", note_acts.wonder, name="question_wonder"),
    path("weaves/make", note_acts.weave, name="weave"),
    path("weaves/undo", note_acts.weave_undo, name="weave_undo"),
    path("passages/answer", note_acts.passage_answer, name="passage_answer"),
    path("credits/shown", note_acts.credit_shown, name="credit_shown"),
    path("feeds/renew", note_acts.renew_feed, name="renew_feed"),
    path("names/answer", note_acts.name_answer, name="name_answer"),
]
