from django.db import models
from django.db.models.functions import Now

from alongside.archives.rules import State
from alongside.people.models import Connection


class Import(models.Model):
    """One archive brought in. Its number stands in every row that it brought first."""

    connection = models.ForeignKey(Connection, null=True, on_delete=models.SET_NULL, related_name="+")
    # The file's own name, without its folders: where somebody keeps their files is theirs.
    name = models.CharField(max_length=255)
    # To know the same file again after it was cut off; never to trust: rows are compared one by one.
    fingerprint = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=[(state.value, state.name) for state in State])
    began_at = models.DateTimeField(db_default=Now())
    report = models.JSONField(default=dict)


class Replaced(models.Model):
    """What a row was before an import changed it, so that the import can be taken back wholly."""

    brought_by = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="+")
    what = models.CharField(max_length=12)
    row = models.JSONField()
