from django.db import models

from alongside.letters.rules import Because, State
from alongside.people.models import Account, Connection


class Delivery(models.Model):
    """Something on its way into a tool. Gone once it is there: what was said to whom is not remembered."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+", db_index=False)
    # The same for every try, and for every time that the act it follows from is done again after a kill.
    key = models.CharField(max_length=200, unique=True)
    # For whom alone; None for a room. Forgetting somebody takes along what waits for them.
    account = models.ForeignKey(Account, null=True, on_delete=models.CASCADE, related_name="+")
    because = models.CharField(max_length=20, choices=[(one.value, one.name) for one in Because])
    post = models.BinaryField()
    # What its words are taken from (search/grounds.py): it goes as long as all of that stands. No tool is told of it.
    rests_on = models.JSONField(default=list)
    # What goes instead once it does not: a post without a word of others. Empty: nothing.
    otherwise = models.BinaryField(default=b"")
    state = models.CharField(max_length=10, choices=[(one.value, one.name) for one in State], default=State.DUE.value)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    times_uncertain = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [models.Index(fields=["connection", "state", "due_at"], name="deliveries_that_are_due")]
