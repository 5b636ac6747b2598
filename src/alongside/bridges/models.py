from typing import ClassVar

from django.db import models

from alongside.bridges.rules import ArrivalState, Listens
from alongside.conversations.models import Room
from alongside.people.models import Account, Connection, Person


class Bridge(models.Model):
    """A connection that we listen on and speak through. What an administrator gave is sealed."""

    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=30)
    sealed_settings = models.TextField(default="")
    is_on = models.BooleanField(default=True)
    # Where to go on listening: the adapter's own, opaque.
    cursor = models.TextField(default="", blank=True)
    # Who connected it, and is told once when it does not work any more.
    owner = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    problem = models.CharField(max_length=500, blank=True)
    problem_since = models.DateTimeField(null=True)
    is_problem_permanent = models.BooleanField(default=False)
    is_owner_told = models.BooleanField(default=False)
    heard_at = models.DateTimeField(null=True)
    # One process at a time has a connection open, whatever machine it runs on.
    leased_by = models.CharField(max_length=100, blank=True)
    leased_until = models.DateTimeField(null=True)


class Arrival(models.Model):
    """The inbox: something that came from a tool, once, however often it was sent. Its words go when it is dealt with;
    the row stays some days, so that a replay is known.
    """

    bridge = models.ForeignKey(Bridge, on_delete=models.CASCADE, related_name="+", db_index=False)
    remote_id = models.CharField(max_length=300)
    version = models.CharField(max_length=100, blank=True)
    body = models.BinaryField()
    # Somebody's words to us, which no backup holds.
    is_act = models.BooleanField(default=False)
    state = models.CharField(
        max_length=10, choices=[(one.value, one.name) for one in ArrivalState], default=ArrivalState.NEW.value
    )
    tries = models.PositiveIntegerField(default=0)
    # A webhook brought it, and the tool has to be asked what it is about before it is acted on.
    is_to_complete = models.BooleanField(default=False)
    due_at = models.DateTimeField()
    came_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["bridge", "remote_id", "version"], name="taken_in_once"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["bridge", "id"], name="arrivals_to_deal_with", condition=models.Q(state=ArrivalState.NEW.value)
            ),
            models.Index(fields=["came_at"], name="arrivals_by_age"),
        ]


class Presence(models.Model):
    """Alongside in a room: asked in by one of its members, and what it takes in there."""

    room = models.OneToOneField(Room, on_delete=models.CASCADE, related_name="+")
    is_there = models.BooleanField(default=False)
    listens = models.CharField(
        max_length=12, choices=[(one.value, one.name) for one in Listens], default=Listens.WHEN_ASKED.value
    )
    # Somebody hears there whom we cannot know: then nothing is said there.
    has_strangers = models.BooleanField(default=False)
    are_members_known = models.BooleanField(default=False)
    hides_earlier = models.BooleanField(default=False)


class Followed(models.Model):
    """A thread that somebody kept, or asked in through us: what is said in it from now on is taken in."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="+", db_index=False)
    context = models.CharField(max_length=1000)
    # Who asked it through us, and is told of answers; whose name stays out of it when it was asked quietly.
    asked_by = models.ForeignKey(Account, null=True, on_delete=models.CASCADE, related_name="+")
    is_quiet = models.BooleanField(default=False)
    # Who kept it, and is offered later replies.
    kept_by = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["room", "context"], name="followed_once")]


class Flow(models.Model):
    """Somebody's own blog, which they let flow into a room: a new entry is told there, with a link to its home."""

    feed = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="+", db_index=False)
    # None: it is only found, and told nowhere.
    room = models.ForeignKey(Room, null=True, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["feed", "room", "account"], name="flows_once")]
