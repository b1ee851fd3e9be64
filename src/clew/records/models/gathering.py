"""Media that belong together: series, and lists of what is known."""

from django.db import models
from django.db.models.functions import Now

from clew.domain.proposal import Rule
from clew.domain.series import SeriesState, Step
from clew.records.models.columns import random_id
from clew.records.models.cover import Covered, Described


class Series(Described):
    """Media that belong together, and whether their victim is identified."""

    id = random_id()
    reference = models.TextField(db_default="", editable=False)
    """Short, to be typed and told; drawn by the database (`series.sql`), never chosen."""
    name = models.BinaryField()
    state = models.TextField(default=SeriesState.OPEN.value, db_default=SeriesState.OPEN.value)
    opened_by = models.UUIDField(null=True)
    """The intake of an export or list that opened it and may mark it, until a person has."""
    entered_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "series"
        constraints = (
            models.UniqueConstraint(name="series_once_in_a_unit", fields=["owner_member", "owner_unit", "name"]),
            models.UniqueConstraint(name="series_reference_is_given_once", fields=["reference"]),
            models.CheckConstraint(
                name="series_state_is_known", condition=models.Q(state__in=[state.value for state in SeriesState])
            ),
        )

    def __str__(self) -> str:
        return str(self.id)


class SeriesStep(models.Model):
    """A step that the owner of a series took: who, when, on what basis. Whoever sees the series sees it."""

    id = random_id()
    series_id = models.UUIDField()
    step = models.TextField()
    state = models.TextField()
    """What it led to."""
    basis = models.TextField(default="", db_default="")
    member = models.TextField()
    unit = models.TextField()
    taken_by = models.TextField()
    taken_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "series_steps"
        constraints = (
            models.CheckConstraint(
                name="series_step_is_known",
                condition=models.Q(
                    step__in=[step.value for step in Step], state__in=[state.value for state in SeriesState]
                ),
            ),
        )
        indexes = (models.Index(name="series_steps_by_series", fields=["series_id", "taken_at"]),)

    def __str__(self) -> str:
        return str(self.id)


class SeriesNarrative(models.Model):
    """What the owner of a series tells of it; each version stays."""

    id = random_id()
    series_id = models.UUIDField()
    words = models.TextField()
    member = models.TextField()
    unit = models.TextField()
    written_by = models.TextField()
    written_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "series_narratives"
        indexes = (models.Index(name="series_narratives_by_series", fields=["series_id", "written_at"]),)

    def __str__(self) -> str:
        return str(self.id)


class SeriesMerge(Covered):
    """Somebody asserts that two series are one; until they withdraw it. Seen by whoever sees both series besides."""

    id = random_id()
    a_series = models.UUIDField()
    b_series = models.UUIDField()
    reason = models.TextField(default="", db_default="")
    asserted_by = models.TextField()
    asserted_at = models.DateTimeField(db_default=Now())
    withdrawn_by = models.TextField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "series_merges"
        constraints = (
            models.CheckConstraint(name="merge_is_of_two", condition=models.Q(a_series__lt=models.F("b_series"))),
            models.CheckConstraint(
                name="merge_is_withdrawn_by_somebody",
                condition=models.Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | models.Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
            ),
            models.UniqueConstraint(
                name="merge_once_by_a_unit",
                fields=["owner_member", "owner_unit", "a_series", "b_series"],
                condition=models.Q(withdrawn_at__isnull=True),
            ),
        )
        indexes = (
            models.Index(name="merges_from_a", fields=["a_series"], condition=models.Q(withdrawn_at__isnull=True)),
            models.Index(name="merges_from_b", fields=["b_series"], condition=models.Q(withdrawn_at__isnull=True)),
        )

    def __str__(self) -> str:
        return str(self.id)


class SeriesSplit(models.Model):
    """A unit moved what it had put into `a_series` to `b_series`, which it opened for it. Seen by whoever sees both."""

    id = random_id()
    a_series = models.UUIDField()
    b_series = models.UUIDField()
    media = models.IntegerField()
    reason = models.TextField(default="", db_default="")
    member = models.TextField()
    unit = models.TextField()
    asserted_by = models.TextField()
    asserted_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "series_splits"
        indexes = (
            models.Index(name="splits_from_a", fields=["a_series"]),
            models.Index(name="splits_to_b", fields=["b_series"]),
        )

    def __str__(self) -> str:
        return str(self.id)


class SeriesDissent(Covered):
    """A unit asserts that a medium is not in a series, whoever says that it is; until it withdraws that."""

    id = random_id()
    series_id = models.UUIDField()
    medium_id = models.UUIDField()
    reason = models.TextField(default="", db_default="")
    asserted_by = models.TextField()
    asserted_at = models.DateTimeField(db_default=Now())
    withdrawn_by = models.TextField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "series_dissents"
        constraints = (
            models.UniqueConstraint(
                name="dissent_once_by_a_unit",
                fields=["owner_member", "owner_unit", "series_id", "medium_id"],
                condition=models.Q(withdrawn_at__isnull=True),
            ),
        )
        indexes = (
            models.Index(name="dissents_by_series", fields=["series_id"]),
            models.Index(name="dissents_by_medium", fields=["medium_id"]),
        )

    def __str__(self) -> str:
        return str(self.id)


class SeriesRejection(models.Model):
    """What a unit does not want proposed again for a series: a content or another series, by a token of its own."""

    id = random_id()
    series_id = models.UUIDField()
    member = models.TextField()
    unit = models.TextField()
    token = models.BinaryField()
    rejected_by = models.TextField()
    rejected_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "series_rejections"
        constraints = (
            models.UniqueConstraint(name="rejection_once_in_a_unit", fields=["member", "unit", "series_id", "token"]),
        )
        indexes = (models.Index(name="rejections_by_series", fields=["series_id"]),)

    def __str__(self) -> str:
        return str(self.id)


class SeriesProposal(models.Model):
    """What a program proposes to a unit: an own medium for a series, or that another series is one with it.

    One that was rejected stays, so that it can be taken back, as long as both are there that it is about.
    """

    id = random_id()
    series_id = models.UUIDField()
    medium_id = models.UUIDField(null=True)
    other_id = models.UUIDField(null=True)
    rule = models.TextField()
    measured = models.BinaryField()
    media = models.IntegerField()
    near_medium = models.UUIDField(null=True)
    """An own medium that matches one in `near_series`, where that is why: where no such match is told, neither is this."""
    near_series = models.UUIDField(null=True)
    member = models.TextField()
    unit = models.TextField()
    proposed_at = models.DateTimeField(db_default=Now())
    rejected_by = models.TextField(null=True)
    rejected_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "series_proposals"
        constraints = (
            models.CheckConstraint(
                name="proposal_is_rejected_by_somebody",
                condition=models.Q(rejected_by__isnull=True, rejected_at__isnull=True)
                | models.Q(rejected_by__isnull=False, rejected_at__isnull=False),
            ),
            models.CheckConstraint(
                name="proposal_is_of_a_medium_or_a_series",
                condition=models.Q(medium_id__isnull=True, other_id__isnull=False)
                | models.Q(medium_id__isnull=False, other_id__isnull=True),
            ),
            models.CheckConstraint(
                name="proposal_rule_is_known", condition=models.Q(rule__in=[rule.value for rule in Rule])
            ),
            models.UniqueConstraint(
                name="proposal_of_a_medium_once",
                fields=["member", "unit", "series_id", "medium_id", "rule"],
                condition=models.Q(medium_id__isnull=False),
            ),
            models.UniqueConstraint(
                name="proposal_of_a_series_once",
                fields=["member", "unit", "series_id", "other_id", "rule"],
                condition=models.Q(other_id__isnull=False),
            ),
        )
        indexes = (
            models.Index(name="proposals_by_series", fields=["series_id"]),
            models.Index(name="proposals_by_other", fields=["other_id"], condition=models.Q(other_id__isnull=False)),
            models.Index(name="proposals_by_medium", fields=["medium_id"], condition=models.Q(medium_id__isnull=False)),
            models.Index(name="proposals_by_near", fields=["near_medium"], condition=models.Q(near_medium__isnull=False)),
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
        indexes = (
            models.Index(name="series_media_by_medium", fields=["medium_id"]),
            models.Index(name="series_media_of_a_unit", fields=["owner_member", "owner_unit", "series_id"]),
            models.Index(name="series_media_by_owner", fields=["series_id", "owner_member", "owner_unit"]),
        )

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
