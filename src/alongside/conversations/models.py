from django.db import models

from alongside.audiences.models import Audience
from alongside.people.models import Account, Connection


class Room(models.Model):
    """A channel, list or feed of a tool. What is said in it from now on gets its audience."""

    # Goes into links. Random: a number in order would tell how much is said where one may not read.
    public_id = models.CharField(max_length=12, unique=True)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+", db_index=False)
    source_id = models.CharField(max_length=300)
    name = models.CharField(max_length=200)
    url = models.CharField(max_length=1000, blank=True)
    audience = models.ForeignKey(Audience, on_delete=models.PROTECT, related_name="+")
    is_threaded = models.BooleanField(default=True)
    first_brought_by = models.BigIntegerField(null=True)
    last_brought_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "source_id"], name="one_room_a_source_id")]


class Conversation(models.Model):
    """What was said in a room, in order: a thread, a topic, a mail and its answers, a stretch of a flat channel."""

    public_id = models.CharField(max_length=12, unique=True)
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="+", db_index=False)
    audience = models.ForeignKey(Audience, on_delete=models.PROTECT, related_name="+", db_index=False)
    source_id = models.CharField(max_length=1000)
    title = models.CharField(max_length=200)
    started_at = models.DateTimeField()
    last_said_at = models.DateTimeField()
    first_brought_by = models.BigIntegerField(null=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["room", "source_id"], name="one_conversation_a_source_id")]
        indexes = [models.Index(fields=["room", "-last_said_at"], name="conversations_newest_first")]


class Message(models.Model):
    """Something said. `html` is safe and rendered once; `text` is its words, for indexes and passages."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+", db_index=False)
    # Its own, not its room's: a room that opens later opens what is said from then on.
    audience = models.ForeignKey(Audience, on_delete=models.PROTECT, related_name="+", db_index=False)
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="+", db_index=False)
    author = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    source_id = models.CharField(max_length=1000)
    said_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)
    html = models.TextField()
    text = models.TextField()
    url = models.CharField(max_length=2000, blank=True)
    # Somebody in the tool said that this helped: a fact of the message, never a count of a person.
    helped = models.BooleanField(default=False)
    reply_to_source_id = models.CharField(max_length=1000, blank=True)
    first_brought_by = models.BigIntegerField(null=True)
    last_brought_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["room", "source_id"], name="one_message_a_source_id")]
        indexes = [models.Index(fields=["conversation", "said_at", "id"], name="messages_in_order")]
