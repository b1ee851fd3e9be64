"""What opens a medium to another member, and what closes a case for good."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from clew.domain.agreement import State
from clew.domain.shredding import Step
from clew.records.models.columns import random_id


class Shredding(models.Model):
    """The end of a case: proposed by one officer, confirmed by another, then carried out step by step.

    It outlives the case. `reference` and `certificate` are sealed; `blobs` are those still to be removed.
    """

    id = random_id()
    case_id = models.UUIDField()
    member = models.TextField()
    unit = models.TextField()
    reference = models.BinaryField()
    step = models.TextField(default=Step.PROPOSED.value, db_default=Step.PROPOSED.value)
    proposed_by = models.TextField()
    proposed_at = models.DateTimeField(db_default=Now())
    confirmed_by = models.TextField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    destroyed_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)
    blobs = ArrayField(models.BinaryField(), default=list)
    certificate = models.BinaryField(null=True)

    class Meta:
        db_table = "shreddings"
        constraints = (
            models.UniqueConstraint(name="case_is_shredded_once", fields=["case_id"]),
            models.CheckConstraint(name="shredding_step_is_known", condition=Q(step__in=[step.value for step in Step])),
            models.CheckConstraint(name="shredding_needs_two", condition=~Q(confirmed_by=F("proposed_by"))),
            models.CheckConstraint(
                name="shredding_is_confirmed", condition=Q(step=Step.PROPOSED.value) | Q(confirmed_by__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return str(self.id)


class Release(models.Model):
    """A medium's original, opened to one other member until it is ended; proposed first where two officers decide.

    `wrapped` holds what opens it, for the recipient's private key alone, and is there while it is in force.
    `released_at` is when it came into force, or until then was proposed. `conditions` is sealed.
    """

    id = random_id()
    medium_id = models.UUIDField()
    member = models.TextField()
    unit = models.TextField()
    recipient = models.TextField()
    conditions = models.BinaryField()
    wrapped = models.BinaryField(null=True)
    state = models.TextField(default=State.IN_FORCE.value, db_default=State.IN_FORCE.value)
    released_by = models.TextField()
    released_at = models.DateTimeField(db_default=Now())
    decided_by = models.TextField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "releases"
        constraints = (
            models.CheckConstraint(name="release_is_to_another", condition=~Q(recipient=F("member"))),
            models.CheckConstraint(
                name="release_opens_until_withdrawn",
                condition=Q(withdrawn_at__isnull=True, wrapped__isnull=False, state=State.IN_FORCE.value)
                | Q(withdrawn_at__isnull=True, wrapped__isnull=True, state=State.PROPOSED.value, decided_by__isnull=True)
                | Q(
                    withdrawn_at__isnull=False, wrapped__isnull=True,
                    state__in=[State.ENDED.value, State.WITHDRAWN.value, State.LAPSED.value],
                ),
            ),
            models.CheckConstraint(name="release_needs_two", condition=~Q(decided_by=F("released_by"))),
            models.UniqueConstraint(
                name="release_once_at_a_time", fields=["medium_id", "recipient"], condition=Q(withdrawn_at__isnull=True)
            ),
        )
        indexes = (models.Index(name="releases_by_medium", fields=["medium_id"]),)

    def __str__(self) -> str:
        return str(self.id)
