"""Saved views of officers."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from clew.domain.medium import MediumKind
from clew.domain.triage import Answer
from clew.records.models.columns import random_id


class SavedView(models.Model):
    """A filter of media that an officer keeps, and nobody else reads; `name` and `camera` are sealed. It goes when they delete it."""

    id = random_id()
    officer = models.TextField()
    member = models.TextField()
    name = models.TextField()
    answer = models.TextField(default="", db_default="")
    is_every = models.BooleanField(default=False, db_default=False)
    kind = models.TextField(default="", db_default="")
    is_undecided = models.BooleanField(default=True, db_default=True)
    has_place = models.BooleanField(null=True)
    is_in_series = models.BooleanField(null=True)
    has_clue = models.BooleanField(null=True)
    series = models.TextField(default="", db_default="")
    """The reference of one."""
    camera = models.TextField(default="", db_default="")
    kept_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "saved_views"
        constraints = (
            models.CheckConstraint(
                name="saved_view_is_known",
                condition=Q(
                    answer__in=["", *(one.value for one in Answer)], kind__in=["", *(one.value for one in MediumKind)]
                ),
            ),
        )
        indexes = (models.Index(name="saved_views_by_officer", fields=["officer"]),)

    def __str__(self) -> str:
        return str(self.id)
