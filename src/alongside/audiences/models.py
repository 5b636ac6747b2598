from django.db import models

from alongside.audiences.rules import Kind
from alongside.people.models import Account, Person


class Audience(models.Model):
    """Who may read a thing. Every thing said has exactly one."""

    kind = models.CharField(max_length=12, choices=[(kind.value, kind.name) for kind in Kind])
    # A closed room of an archive, until one of its members opens it: unreadable and in no index.
    is_sealed = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=[kind.value for kind in Kind]), name="a_known_audience"),
            models.CheckConstraint(
                condition=models.Q(kind=Kind.CLOSED.value) | models.Q(is_sealed=False),
                name="only_closed_ones_are_sealed",
            ),
        ]


class Hearer(models.Model):
    """Somebody in an audience: an account of a tool, or a person."""

    audience = models.ForeignKey(Audience, on_delete=models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey(Account, null=True, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["audience", "account"], name="an_account_hears_once"),
            models.UniqueConstraint(fields=["audience", "person"], name="a_person_hears_once"),
            models.CheckConstraint(
                condition=models.Q(account__isnull=False, person__isnull=True)
                | models.Q(account__isnull=True, person__isnull=False),
                name="a_hearer_is_an_account_or_a_person",
            ),
        ]


class HeardLast(models.Model):
    """Who heard in an audience when its tool last told us. Nobody reads by this; it waits until its tool tells again."""

    audience = models.ForeignKey(Audience, on_delete=models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["audience", "account"], name="an_account_heard_last_once")]


class Part(models.Model):
    """An audience that is part of an ALL_OF one. Parts are never ALL_OF themselves: they are laid flat when made."""

    audience = models.ForeignKey(Audience, on_delete=models.CASCADE, related_name="+", db_index=False)
    part = models.ForeignKey(Audience, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["audience", "part"], name="a_part_once")]
