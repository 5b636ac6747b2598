from typing import ClassVar

from django.db import models

from alongside.audiences.models import Audience
from alongside.conversations.models import Conversation, Message
from alongside.notes.content import Content
from alongside.notes.rules import Naming, Part, RemarkKind, Standing
from alongside.people.models import Account, Person


class ByWhom(models.Model):
    """Who did it: a person, or an account of a tool that nobody linked."""

    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        abstract = True


class Note(ByWhom):
    """What was learned, kept by somebody. What it says now is its revision with the highest number."""

    public_id = models.CharField(max_length=12, unique=True)
    audience = models.ForeignKey(Audience, on_delete=models.PROTECT, related_name="+")
    kept_at = models.DateTimeField(db_index=True)
    # Last kept, changed or confirmed by somebody's own act; opening never counts. Shown as a month.
    alive_at = models.DateTimeField()
    # The id that an archive gave it, and which archive brought it.
    source_id = models.CharField(max_length=1000, blank=True)
    first_brought_by = models.BigIntegerField(null=True, db_index=True)


class Revision(ByWhom):
    """A note's words at a time. `html` is rendered once, per part, when written."""

    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="+", db_index=False)
    number = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    title = models.CharField(max_length=200)
    when = models.TextField(blank=True)
    what_worked = models.TextField(blank=True)
    why = models.TextField(blank=True)
    where_not = models.TextField(blank=True)
    html = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["note", "number"], name="one_revision_a_number")]

    @property
    def content(self) -> Content:
        return Content(self.title, self.when, self.what_worked, self.why, self.where_not)


class Source(models.Model):
    """What a note was kept from."""

    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="+", db_index=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["note", "conversation"], name="a_source_once")]


class Passage(models.Model):
    """Sentences that somebody said, as they said them, in a part of a note."""

    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="+", db_index=False)
    part = models.CharField(max_length=12, choices=[(part.value, part.name) for part in Part])
    position = models.PositiveIntegerField()
    message = models.ForeignKey(Message, null=True, on_delete=models.SET_NULL, related_name="+")
    text = models.TextField()
    standing = models.CharField(max_length=10, choices=[(one.value, one.name) for one in Standing])

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["note", "part", "position"], name="a_place_once")]


class Credit(models.Model):
    """Somebody without whom it would not be known, and for what. Never counted."""

    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey(Account, null=True, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE, related_name="+")
    what_for = models.CharField(max_length=100)
    standing = models.CharField(max_length=10, choices=[(one.value, one.name) for one in Standing])
    # Its owner chose to have it on their own page of things.
    is_on_my_page = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["note", "account"], name="an_account_is_credited_once"),
            models.UniqueConstraint(fields=["note", "person"], name="a_person_is_credited_once"),
        ]


class Remark(ByWhom):
    """“This helped me”, “it didn't, because …”, “still true”: what came of a note, in its readers' words."""

    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=[(kind.value, kind.name) for kind in RemarkKind])
    sentence = models.CharField(max_length=500, blank=True)
    said_at = models.DateTimeField()
    first_brought_by = models.BigIntegerField(null=True)


class Weave(ByWhom):
    """A link that somebody made between two things, with a word why. Seen by who may read both ends."""

    left_conversation = models.ForeignKey(Conversation, null=True, on_delete=models.CASCADE, related_name="+")
    left_note = models.ForeignKey(Note, null=True, on_delete=models.CASCADE, related_name="+")
    right_conversation = models.ForeignKey(Conversation, null=True, on_delete=models.CASCADE, related_name="+")
    right_note = models.ForeignKey(Note, null=True, on_delete=models.CASCADE, related_name="+")
    why = models.CharField(max_length=500)
    made_at = models.DateTimeField()
    first_brought_by = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(
                    models.Q(left_conversation__isnull=False, left_note__isnull=True)
                    | models.Q(left_conversation__isnull=True, left_note__isnull=False)
                )
                & (
                    models.Q(right_conversation__isnull=False, right_note__isnull=True)
                    | models.Q(right_conversation__isnull=True, right_note__isnull=False)
                ),
                name="a_weave_has_two_ends",
            ),
        ]


class Draft(ByWhom):
    """What somebody is writing, for them alone: of a new note from a conversation, or of a change to a note."""

    conversation = models.ForeignKey(Conversation, null=True, on_delete=models.CASCADE, related_name="+")
    note = models.ForeignKey(Note, null=True, on_delete=models.CASCADE, related_name="+")
    # The revision it began from, for putting together what two people wrote.
    based_on = models.PositiveIntegerField(default=0)
    words = models.JSONField()
    # Other conversations that the new note is kept from as well, by their public ids.
    beside = models.JSONField(default=list)
    saved_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "conversation"], name="one_draft_of_a_conversation"),
            models.UniqueConstraint(fields=["person", "note"], name="one_draft_of_a_note"),
        ]


class NameChoice(models.Model):
    """How somebody is named in notes that go wider than the room. As in the tool: there is no row."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="+")
    naming = models.CharField(max_length=20, choices=[(one.value, one.name) for one in Naming])
    name = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(naming=Naming.COLLEAGUE.value, name="")
                | (models.Q(naming=Naming.ANOTHER.value) & ~models.Q(name="")),
                name="another_name_is_a_name",
            ),
        ]


class Feed(models.Model):
    """A private address at which a person's feed reader gets notes open to the organisation."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
