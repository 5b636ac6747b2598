from typing import Any, ClassVar

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.functions import Now
from django.db.models.sql.compiler import SQLCompiler


class CurrentTransaction(models.Func):
    """The transaction's own number on PostgreSQL; 0 on SQLite, where writers take turns and ids are in commit order."""

    output_field: "ClassVar[models.Field[Any, Any]]" = models.BigIntegerField()
    arity = 0

    template = "0"

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, template="pg_current_xact_id()::text::bigint", **extra)


class Line(models.Model):
    """Written in the transaction of what it tells of. No actor, no name, no text, and nothing that points to one."""

    # “transaction” is a word of SQL's own.
    transaction = models.BigIntegerField(db_column="transaction_number")
    kind = models.CharField(max_length=40)
    ids = models.JSONField()
    written_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["transaction", "id"], name="journal_in_reading_order")]


class Cursor(models.Model):
    """How far a follower has read. A node that stays away for long is let go: it makes its index anew."""

    follower = models.CharField(max_length=100, unique=True)
    transaction = models.BigIntegerField(default=0, db_column="transaction_number")
    line = models.BigIntegerField(default=0)
    moved_at = models.DateTimeField()
