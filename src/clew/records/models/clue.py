"""Clues on media, and what specialists think in which country a series was made."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from clew.domain.clue import ClueKind
from clew.domain.link import Confidence
from clew.records.models.columns import random_id
from clew.records.models.cover import Covered

_SURE = [one.value for one in Confidence]
_WITHDRAWN = Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True) | Q(
    withdrawn_at__isnull=False, withdrawn_by__isnull=False
)


class Clue(Covered):
    """What an officer says was seen, heard or read in a medium, until its unit takes it back. Seen by whoever sees the
    medium besides, and goes with it.

    `value` is what was read as it is compared, sealed so that the same lies equal; `read` is as it stands there and
    `note` what else is said, both sealed. `countries` and `weights` are as many. Units: `x` to `height` are shares of
    the picture, `from_ms` and `to_ms` milliseconds.
    """

    id = random_id()
    medium_id = models.UUIDField()
    kind = models.TextField()
    x = models.FloatField(null=True)
    y = models.FloatField(null=True)
    width = models.FloatField(null=True)
    height = models.FloatField(null=True)
    from_ms = models.IntegerField(null=True)
    to_ms = models.IntegerField(null=True)
    field = models.TextField(default="", db_default="")
    value = models.BinaryField(null=True)
    read = models.TextField(default="", db_default="")
    note = models.TextField(default="", db_default="")
    countries = ArrayField(models.TextField(), default=list)
    weights = ArrayField(models.SmallIntegerField(), default=list)
    certainty = models.SmallIntegerField()
    is_own_handling = models.BooleanField(default=False, db_default=False)
    """Its handling is its own: no change of that of the medium reaches it."""
    asserted_by = models.TextField()
    asserted_at = models.DateTimeField(db_default=Now())
    handled = ArrayField(models.TextField(), default=list, db_default=[])
    """Handlings that it was given since: what, why, by whom and when, each sealed."""
    restricted_until = models.DateField(null=True)
    """On which day the first restriction ends of those that have an end."""
    withdrawn_by = models.TextField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "clues"
        constraints = (
            models.CheckConstraint(
                name="clue_is_known", condition=Q(kind__in=[one.value for one in ClueKind], certainty__in=_SURE)
            ),
            models.CheckConstraint(name="clue_is_withdrawn_by_somebody", condition=_WITHDRAWN),
        )
        indexes = (
            models.Index(name="clues_by_medium", fields=["medium_id"]),
            models.Index(
                name="clues_by_value", fields=["value"], condition=Q(value__isnull=False, withdrawn_at__isnull=True)
            ),
            models.Index(
                name="clues_by_end", fields=["owner_member", "owner_unit", "restricted_until"],
                condition=Q(restricted_until__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return str(self.id)


class SeriesVote(models.Model):
    """In which country an officer thinks that a series was made, until they think otherwise. Whoever sees it sees that."""

    id = random_id()
    series_id = models.UUIDField()
    country = models.TextField()
    certainty = models.SmallIntegerField()
    reason = models.TextField(default="", db_default="")
    member = models.TextField()
    unit = models.TextField()
    voted_by = models.TextField()
    voted_at = models.DateTimeField(db_default=Now())
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "series_votes"
        constraints = (
            models.CheckConstraint(name="vote_is_known", condition=Q(certainty__in=_SURE)),
            models.UniqueConstraint(
                name="vote_once_by_an_officer", fields=["series_id", "member", "unit", "voted_by"],
                condition=Q(withdrawn_at__isnull=True),
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return str(self.id)
