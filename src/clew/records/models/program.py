"""Programs: tokens by which they come in, and answers that they may hear twice."""

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


class ApiAnswer(models.Model):
    """What a program of an officer was answered under a key, sealed, for a day: sent twice, it is done once."""

    id = random_id()
    member = models.TextField()
    unit = models.TextField()
    officer = models.TextField()
    key = models.BinaryField()
    asked = models.BinaryField()
    answer = models.BinaryField()
    asked_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "api_answers"
        constraints = (models.UniqueConstraint(fields=["member", "officer", "key"], name="one_answer_of_a_key"),)

    def __str__(self) -> str:
        return str(self.id)
