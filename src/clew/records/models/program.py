"""Tokens of programs: the digest of each, and what it is good for."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from clew.records.models.columns import random_id


class Token(models.Model):
    """By what a program of a member comes in; the token itself was told once and is kept nowhere."""

    id = random_id()
    digest = models.BinaryField(unique=True)
    member = models.TextField()
    unit = models.TextField()
    name = models.TextField()
    scopes = ArrayField(models.TextField())
    made_by = models.TextField()
    made_at = models.DateTimeField(db_default=Now())
    ends_at = models.DateTimeField()
    ended_by = models.TextField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "tokens"

    def __str__(self) -> str:
        return self.name
