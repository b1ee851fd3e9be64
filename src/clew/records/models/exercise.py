"""Exercises of the academy, and what is said of the steps by which a member gets connected."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from clew.records.models.columns import random_id


class Exercise(models.Model):
    """An exercise of an officer: when it began, and what came of it. What was asked and done lies in the academy alone.

    `briefing` is what the officer is told at the beginning, in the academy; in the node it is empty.
    """

    id = random_id()
    member = models.TextField()
    officer = models.TextField()
    version = models.TextField()
    briefing = models.TextField(default="", db_default="")
    begun_by = models.TextField()
    begun_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    points = models.SmallIntegerField(null=True)
    has_passed = models.BooleanField(null=True)
    parts = models.JSONField(null=True)
    remarks = ArrayField(models.TextField(), default=list, db_default=[])

    class Meta:
        db_table = "exercises"
        indexes = (models.Index(name="exercises_by_officer", fields=["member", "officer", "begun_at"]),)
        constraints = (
            models.CheckConstraint(
                name="exercise_ends_with_its_result",
                condition=Q(ended_at__isnull=True, points__isnull=True, has_passed__isnull=True, parts__isnull=True)
                | Q(ended_at__isnull=False, points__range=(0, 100), has_passed__isnull=False, parts__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return str(self.id)


class ExerciseAsk(models.Model):
    """An officer asked for an exercise: whether it is being drawn, ready, or why it could not be drawn.

    `draws`: so often it was begun to be drawn. `password` opens the academy to the officer; sealed, and empty once shown.
    """

    id = random_id()
    member = models.TextField()
    officer = models.TextField()
    asked_at = models.DateTimeField(db_default=Now())
    state = models.TextField(default="waiting", db_default="waiting")
    draws = models.SmallIntegerField(default=0, db_default=0)
    failure = models.TextField(default="", db_default="")
    exercise_id = models.UUIDField(null=True)
    password = models.TextField(default="", db_default="")
    shown_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "exercise_asks"
        indexes = (models.Index(name="exercise_asks_by_officer", fields=["member", "officer", "asked_at"]),)
        constraints = (
            models.UniqueConstraint(name="one_exercise_waits", fields=["member", "officer"], condition=Q(state="waiting")),
            models.CheckConstraint(
                name="exercise_ask_says_what_came_of_it",
                condition=Q(state="waiting", failure="", exercise_id__isnull=True, password="", ended_at__isnull=True)
                | Q(state="failed", exercise_id__isnull=True, password="", ended_at__isnull=False) & ~Q(failure="")
                | Q(state="ready", failure="", exercise_id__isnull=False, ended_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return str(self.id)


class ExerciseTruth(models.Model):
    """What is right in an exercise; whoever does it cannot read it, and nobody connects as who can."""

    id = models.UUIDField(primary_key=True)
    truth = models.JSONField()

    class Meta:
        db_table = "exercise_truths"

    def __str__(self) -> str:
        return str(self.id)


class ReadinessWord(models.Model):
    """What a member's administrator said of a step of getting connected; the latest of each step holds.

    `kept_by` (who sees to it), `basis` and `words` are sealed.
    """

    id = random_id()
    member = models.TextField()
    step = models.TextField()
    kept_by = models.TextField(default="", db_default="")
    due_on = models.DateField(null=True)
    done_on = models.DateField(null=True)
    basis = models.TextField(default="", db_default="")
    words = models.TextField(default="", db_default="")
    said_by = models.TextField()
    said_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "readiness_words"
        indexes = (models.Index(name="readiness_words_by_step", fields=["member", "step", "said_at"]),)

    def __str__(self) -> str:
        return f"{self.member} {self.step}"
