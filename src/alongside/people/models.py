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
    # None for a person who exists by accounts alone, joined by their own act: they have no way to sign in here.
    email = models.EmailField(unique=True, null=True)  # noqa: DJ001 (two without an address are two)
    name = models.CharField(max_length=200)
    is_active = models.BooleanField(default=True)
    # A full member reads what the organisation reads; a person whose only claim is a guest's account does not.
    is_full_member = models.BooleanField(default=False)
    is_administrator = models.BooleanField(default=False)
    theme = models.CharField(max_length=10, blank=True, choices=[(theme.value, theme.name) for theme in Theme])
    # Their own choice to be left out, which accounts linked later take over.
    is_paused = models.BooleanField(default=False)

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
    # Left out of find, suggestions and new notes by own choice; an import never changes it.
    is_paused = models.BooleanField(default=False)
    # Its tool itself says who this is: an archive, which is older, changes nothing of it.
    is_live = models.BooleanField(default=False)
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


class JoinCode(models.Model):
    """Whispered to somebody in one tool, to be said in another: whoever says it is whoever was told. Once, and soon."""

    digest = models.CharField(max_length=64, unique=True)
    person = models.OneToOneField(Person, null=True, on_delete=models.CASCADE, related_name="+")
    account = models.OneToOneField(Account, null=True, on_delete=models.CASCADE, related_name="+")
    ends_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(person__isnull=True) ^ models.Q(account__isnull=True),
                name="a_code_is_of_a_person_or_an_account",
            ),
        ]


class WrongCodes(models.Model):
    """One row: how many wrong codes were said here lately, by whomever. Who, is nowhere."""

    since = models.DateTimeField()
    number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="wrong_codes_in_one_row")]


class Forgetting(models.Model):
    """Somebody is being forgotten: row numbers, until nothing stands behind them any more; then this goes too."""

    account_ids = models.JSONField()
    person_id = models.BigIntegerField(null=True)


class Installation(models.Model):
    """One row: what this store has been used for. Neither of the first two facts is ever taken back."""

    is_try_out = models.BooleanField(default=False)
    has_run_with_base_url = models.BooleanField(default=False)
    # Which ledger belongs to this store (ledger.py): empty until somebody is forgotten for the first time.
    ledger = models.CharField(max_length=64, blank=True)
    # When rows were last forgotten, and up to when files were cleaned of what had been in them.
    forgotten_at = models.DateTimeField(null=True)
    cleaned_at = models.DateTimeField(null=True)
    # When a backup took the store's place, and of which moment it was: tools tell again what happened in between.
    restored_at = models.DateTimeField(null=True)
    restored_to = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="one_installation_a_store"),
            models.CheckConstraint(
                condition=~models.Q(is_try_out=True, has_run_with_base_url=True),
                name="a_try_out_stays_inside",
            ),
        ]
