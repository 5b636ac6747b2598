from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

from alongside.people.rules import Theme


class Connection(models.Model):
    """One tool we are connected to, or one that an archive came from. Accounts are of a connection."""

    tool = models.CharField(max_length=20)
    key = models.CharField(max_length=200)
    name = models.CharField(max_length=200)
    # Which archive brought it first and last; None for what did not come from an archive. Numbers, not keys:
    # archives stands above.
    first_brought_by = models.BigIntegerField(null=True)
    last_brought_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tool", "key"], name="one_connection_a_workspace")]


class PersonManager(BaseUserManager["Person"]):
    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(email__iexact=username)


class Person(AbstractBaseUser):
    """Somebody who can sign in. No password is ever set; no time of a sign-in is ever kept (promise 5)."""

    last_login = None  # Django would write it at every sign-in
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200)
    is_active = models.BooleanField(default=True)
    # A full member reads what the organisation reads; a person whose only claim is a guest's account does not.
    is_full_member = models.BooleanField(default=False)
    is_administrator = models.BooleanField(default=False)
    theme = models.CharField(max_length=10, blank=True, choices=[(theme.value, theme.name) for theme in Theme])

    objects = PersonManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]


class Account(models.Model):
    """Somebody's identity in one tool. Linked to a person by that person's own act only."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    source_id = models.CharField(max_length=200)
    name = models.CharField(max_length=200)
    handle = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=320, blank=True, db_index=True)
    is_guest = models.BooleanField(default=False)
    is_deactivated = models.BooleanField(default=False)
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    first_brought_by = models.BigIntegerField(null=True)
    last_brought_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "source_id"], name="one_account_a_source_id")]


class DeclinedLink(models.Model):
    """This person said of this account: that is not me. It is not offered again."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "account"], name="declined_once")]


class Token(models.Model):
    """Lets a command or a script read as the person who made it. Only its digest is kept, never when it was used."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()


class Installation(models.Model):
    """One row: what this store has been used for. Neither fact is ever taken back."""

    is_try_out = models.BooleanField(default=False)
    has_run_with_base_url = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="one_installation_a_store"),
            models.CheckConstraint(
                condition=~models.Q(is_try_out=True, has_run_with_base_url=True),
                name="a_try_out_stays_inside",
            ),
        ]
