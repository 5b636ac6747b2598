from django.urls import path

from alongside.api import views

urlpatterns = [
    path("find", views.find, name="api-find"),
    path("complete", views.complete, name="api-complete"),
    path("rooms", views.rooms, name="api-rooms"),
    path("rooms/<str:public_id>", views.room, name="api-room"),
    path("conversations/<str:public_id>", views.conversation, name="api-conversation"),
    path("conversations/<str:public_id>/related", views.related, name="api-related"),
]
