"""What officers say of matches."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from clew.domain.verdict import Said, Why
from clew.records.models.columns import random_id


class MatchVerdict(models.Model):
    """An officer's word on two media that a program calls the same. Of a unit's words the latest that is not withdrawn holds.

    It is of the two contents: which of their records it names is how it was said. Whoever sees both media sees it.
    """

    id = random_id()
    medium_id = models.UUIDField()
    other_id = models.UUIDField()
    said = models.TextField()
    why = models.TextField(default="", db_default="")
    member = models.TextField()
    unit = models.TextField()
    said_by = models.TextField()
    said_at = models.DateTimeField(db_default=Now())
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "match_verdicts"
        constraints = (
            models.CheckConstraint(
                name="match_verdict_is_known",
                condition=Q(said=Said.SAME.value, why="")
                | Q(said=Said.NOT_THE_SAME.value, why__in=[why.value for why in Why]),
            ),
        )
        indexes = (
            models.Index(name="match_verdicts_by_medium", fields=["medium_id"]),
            models.Index(name="match_verdicts_by_other", fields=["other_id"]),
            models.Index(name="match_verdicts_by_unit", fields=["member", "unit"], condition=Q(withdrawn_at__isnull=True)),
        )

    def __str__(self) -> str:
        return str(self.id)
