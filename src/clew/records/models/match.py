"""Matches that a program suggests, and overlaps of which each side sees its own."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from clew.records.models.columns import random_id
from clew.records.models.cover import Covered


class Match(models.Model):
    """Two fingerprints within a radius, with the covers of both media.

    Only who may see both may see it. The application reads it; one function writes it.
    """

    id = models.BigAutoField(primary_key=True)
    a_medium = models.UUIDField()
    b_medium = models.UUIDField()
    kind = models.SmallIntegerField()
    distance_bits = models.SmallIntegerField()
    radius_bits = models.SmallIntegerField()
    transform = models.SmallIntegerField()
    a_from_ms = models.IntegerField(null=True)
    a_to_ms = models.IntegerField(null=True)
    b_from_ms = models.IntegerField(null=True)
    b_to_ms = models.IntegerField(null=True)
    frames_matched = models.IntegerField(null=True)
    frames_compared = models.IntegerField(null=True)
    a_owner_member = models.TextField()
    a_owner_unit = models.TextField()
    a_audience = models.SmallIntegerField()
    a_members = ArrayField(models.TextField(), default=list)
    a_excluded = ArrayField(models.TextField(), default=list)
    b_owner_member = models.TextField()
    b_owner_unit = models.TextField()
    b_audience = models.SmallIntegerField()
    b_members = ArrayField(models.TextField(), default=list)
    b_excluded = ArrayField(models.TextField(), default=list)

    class Meta:
        db_table = "matches"
        constraints = (
            models.UniqueConstraint(name="match_once_between_two_media", fields=["a_medium", "b_medium", "kind"]),
            models.CheckConstraint(
                name="match_sides_are_in_order", condition=models.Q(a_medium__lt=models.F("b_medium"))
            ),
        )
        indexes = (models.Index(name="matches_by_second_medium", fields=["b_medium"]),)

    def __str__(self) -> str:
        return str(self.id)


class Overlap(models.Model):
    """Two members on the same ground. The application cannot read it, only its own side."""

    id = random_id()
    left_medium = models.UUIDField()
    right_medium = models.UUIDField()

    class Meta:
        db_table = "overlaps"
        indexes = (models.Index(name="overlaps_by_right_medium", fields=["right_medium"]),)
        constraints = (
            models.UniqueConstraint(name="overlap_once_between_two_media", fields=["left_medium", "right_medium"]),
            models.CheckConstraint(
                name="overlap_sides_are_in_order", condition=models.Q(left_medium__lt=models.F("right_medium"))
            ),
        )

    def __str__(self) -> str:
        return str(self.id)


class OverlapSide(Covered):
    """What one of the two sides knows of an overlap; blind until both consent."""

    id = random_id()
    overlap_id = models.UUIDField()
    medium_id = models.UUIDField()
    state = models.TextField(default="blind", db_default="blind")

    class Meta:
        db_table = "overlap_sides"
        constraints = (models.UniqueConstraint(name="overlap_has_a_side_once", fields=["overlap_id", "medium_id"]),)
        indexes = (models.Index(name="overlap_sides_by_medium", fields=["medium_id"]),)

    def __str__(self) -> str:
        return str(self.id)
