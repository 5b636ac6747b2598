from django.apps import AppConfig


class ArchivesConfig(AppConfig):
    name = "alongside.archives"
    label = "archives"
    default_auto_field = "django.db.models.BigAutoField"
