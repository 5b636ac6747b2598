from django.db import models

from alongside.audiences.models import Audience
from alongside.people.models import Account, Connection, Person


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
    # Its tool itself tells of it: an archive, which is older, changes nothing of it.
    is_live = models.BooleanField(default=False)
    # Of what archives bring of it, once it is live and closed: sealed until a member opens it.
    archive_audience = models.ForeignKey(Audience, null=True, on_delete=models.PROTECT, related_name="+")
    first_brought_by = models.BigIntegerField(null=True)
    last_brought_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "source_id"], name="one_room_a_source_id")]


class FormerId(models.Model):
    """An id that a room had in its tool once: an older archive still calls it so."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="+")
    source_id = models.CharField(max_length=300, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["room", "source_id"], name="a_former_id_once")]


class RoomAudience(models.Model):
    """An audience under which something of a room was said, once or now: whoever leaves the room leaves all of these,
    also where nothing but a note is left of what was said.
    """

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="+", db_index=False)
    audience = models.ForeignKey(Audience, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["room", "audience"], name="an_audience_of_a_room_once")]


class Conversation(models.Model):
    """What was said in a room, in order: a thread, a topic, a mail and its answers, a stretch of a flat channel."""

    public_id = models.CharField(max_length=12, unique=True)
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="+", db_index=False)
    audience = models.ForeignKey(Audience, on_delete=models.PROTECT, related_name="+", db_index=False)
    source_id = models.CharField(max_length=1000)
    title = models.CharField(max_length=200)
    started_at = models.DateTimeField()
    last_said_at = models.DateTimeField()
    # Whether it asks something: by our rule (questions.py) when it begins, and then by its asker's word, if there is one.
    asks = models.BooleanField(default=False)
    asks_by_word = models.BooleanField(null=True)
    first_brought_by = models.BigIntegerField(null=True, db_index=True)

    class Meta:
        # What was said in one thread to other people is a conversation of its own: read, titled and indexed as one.
        constraints = [
            models.UniqueConstraint(
                fields=["room", "source_id", "audience"], name="one_conversation_a_thread_and_audience"
            )
        ]
        indexes = [
            models.Index(fields=["room", "-last_said_at"], name="conversations_newest_first"),
            models.Index(fields=["started_at"], name="questions_oldest_first", condition=models.Q(asks=True)),
        ]


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
        indexes = [
            models.Index(fields=["conversation", "said_at", "id"], name="messages_in_order"),
            models.Index(fields=["conversation"], name="messages_that_helped", condition=models.Q(helped=True)),
        ]


class KeptOut(models.Model):
    """Something that its tool deleted or moved away, which never comes back into the room (see kept_out.py)."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="+", db_index=False)
    mark = models.CharField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["room", "mark"], name="kept_out_once")]


class Helped(models.Model):
    """Somebody said here of a message that it helped: the asker that it answers, anybody that it helped them.
    Shown as a fact of the message, in words; never as a number.
    """

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, null=True, on_delete=models.CASCADE, related_name="+")
    is_answer = models.BooleanField(default=False)
    sentence = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "person"], name="a_person_is_helped_once"),
            models.UniqueConstraint(fields=["message", "account"], name="an_account_is_helped_once"),
        ]


class Wondering(models.Model):
    """Somebody would like to know, too. Read by nobody else; told once when it is answered, then gone."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "person"], name="wondering_once")]
