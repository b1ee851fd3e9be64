"""The cover: owner and handling, on every record that holds members' data; and what else is said of many at once."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from clew.records.models.columns import random_id

COVER_COLUMNS = ("owner_member", "owner_unit", "audience", "members", "excluded")


class Covered(models.Model):
    """Owner and handling of a record; `records/visibility.sql` reads these columns.

    `audience` is `Handling.circles`: who may use the record for what, five bits for each circle.
    The lists are never null, so that a missing one denies instead of being unknown.
    """

    owner_member = models.TextField()
    owner_unit = models.TextField()
    audience = models.SmallIntegerField()
    members = ArrayField(models.TextField(), default=list)
    excluded = ArrayField(models.TextField(), default=list)

    class Meta:
        abstract = True


class Described(Covered):
    """A record under a cover that is kept once for all that lie under the same.

    Null where it was entered before there were covers.
    """

    cover_id = models.UUIDField(null=True)

    class Meta:
        abstract = True


class KeptCover(Covered):
    """A handling with all that is said beside it: purposes, conditions, evaluation, retention.

    Whoever sees a record sees its cover, because both lie under the same handling. `digest` is of
    everything that is said, so that the same is kept once.
    """

    id = random_id()
    digest = models.BinaryField()
    purposes = ArrayField(models.TextField())
    legal_basis = models.TextField()
    conditions = ArrayField(models.TextField())
    condition_text = models.TextField()
    confidentiality = models.SmallIntegerField()
    source_evaluation = models.TextField()
    information_evaluation = models.SmallIntegerField()
    is_minor = models.BooleanField()
    retention_end = models.DateField()
    review_date = models.DateField()

    class Meta:
        db_table = "covers"
        constraints = (
            models.UniqueConstraint(name="cover_once_under_a_handling", fields=[*COVER_COLUMNS, "digest"]),
        )
        indexes = (models.Index(name="covers_by_retention_end", fields=["retention_end"]),)

    def __str__(self) -> str:
        return str(self.id)
