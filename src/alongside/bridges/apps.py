from django.apps import AppConfig


class BridgesConfig(AppConfig):
    name = "alongside.bridges"
    label = "bridges"
    default_auto_field = "django.db.models.BigAutoField"
