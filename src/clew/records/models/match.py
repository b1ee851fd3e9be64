"""Matches that a program suggests."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


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
