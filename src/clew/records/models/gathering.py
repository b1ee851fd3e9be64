"""Media that belong together: series, and lists of what is known."""

from django.db import models
from django.db.models.functions import Now

from clew.domain.series import SeriesState
from clew.records.models.columns import random_id
from clew.records.models.cover import Covered, Described


class Series(Described):
    """Media that belong together, and whether their victim is identified."""

    id = random_id()
    name = models.BinaryField()
    state = models.TextField(default=SeriesState.OPEN.value, db_default=SeriesState.OPEN.value)
    opened_by = models.UUIDField(null=True)
    """The intake of an export or list that opened it and may mark it, until a person has."""
    entered_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "series"
        constraints = (
            models.UniqueConstraint(name="series_once_in_a_unit", fields=["owner_member", "owner_unit", "name"]),
            models.CheckConstraint(
                name="series_state_is_known", condition=models.Q(state__in=[state.value for state in SeriesState])
            ),
        )

    def __str__(self) -> str:
        return str(self.id)


class SeriesMedium(Covered):
    """A medium that belongs to a series."""

    pk = models.CompositePrimaryKey("series_id", "medium_id")
    series_id = models.UUIDField()
    medium_id = models.UUIDField()

    class Meta:
        db_table = "series_media"
        indexes = (models.Index(name="series_media_by_medium", fields=["medium_id"]),)

    def __str__(self) -> str:
        return f"{self.series_id} {self.medium_id}"


class HashList(Described):
    """Fingerprints of known material that came without a case."""

    id = random_id()
    name = models.BinaryField()
    entered_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "hash_lists"
        constraints = (
            models.UniqueConstraint(name="hash_list_once_in_a_unit", fields=["owner_member", "owner_unit", "name"]),
        )

    def __str__(self) -> str:
        return str(self.id)


class Listing(Covered):
    """A medium that a hash list names."""

    pk = models.CompositePrimaryKey("list_id", "medium_id")
    list_id = models.UUIDField()
    medium_id = models.UUIDField()

    class Meta:
        db_table = "listings"
        indexes = (models.Index(name="listings_by_medium", fields=["medium_id"]),)

    def __str__(self) -> str:
        return f"{self.list_id} {self.medium_id}"
