"""Sign-ins: one row for each time an officer signed in, open until it ends."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from clew.records.models.columns import random_id


class SignIn(models.Model):
    """A browser in which an officer is signed in, or was. The session names it and is nothing without it."""

    id = random_id()
    officer = models.TextField()
    member = models.TextField()
    unit = models.TextField()
    way = models.TextField()
    browser = models.TextField()
    began_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())
    ended_by = models.TextField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "sign_ins"
        indexes = (models.Index(name="sign_ins_open", fields=["officer"], condition=Q(ended_at__isnull=True)),)

    def __str__(self) -> str:
        return str(self.id)


class DoorMemory(models.Model):
    """What the door remembers for minutes, as how often somebody knocked; keys are digests."""

    key = models.TextField(primary_key=True)
    value = models.JSONField()
    until = models.DateTimeField(null=True)

    class Meta:
        db_table = "door_memory"
        indexes = (models.Index(name="door_memory_until", fields=["until"]),)

    def __str__(self) -> str:
        return self.key
