"""Until when records are kept: terms of types, what owners decided, what is blocked, and what is left of what ended."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from clew.domain.ending import Step
from clew.domain.handling_change import SubjectKind
from clew.domain.retention import DECISION_STATES, Rule
from clew.records.models.columns import random_id

_KINDS = [kind.value for kind in SubjectKind]


class Term(models.Model):
    """How long a member keeps subjects of a type where nothing else is said; without a row, the node's default."""

    pk = models.CompositePrimaryKey("member", "kind")
    member = models.TextField()
    kind = models.TextField()
    years = models.SmallIntegerField()
    changed_by = models.TextField()
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "terms"
        constraints = (
            models.CheckConstraint(name="term_is_of_a_known_kind", condition=Q(kind__in=_KINDS)),
            models.CheckConstraint(name="term_is_of_years", condition=Q(years__gte=1, years__lte=99)),
        )

    def __str__(self) -> str:
        return f"{self.member} {self.kind}"


class RetentionDecision(models.Model):
    """What the owner decided at a review; `until` is null where it lets the subject end. Never removed or overwritten."""

    id = random_id()
    subject_kind = models.TextField()
    subject_id = models.UUIDField()
    member = models.TextField()
    unit = models.TextField()
    until = models.DateField(null=True)
    reason = models.TextField()
    state = models.TextField()
    proposed_by = models.TextField()
    proposed_at = models.DateTimeField(db_default=Now())
    decided_by = models.TextField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "retention_decisions"
        constraints = (
            models.CheckConstraint(name="retention_decision_kind_is_known", condition=Q(subject_kind__in=_KINDS)),
            models.CheckConstraint(
                name="retention_decision_state_is_known",
                condition=Q(state__in=[state.value for state in DECISION_STATES]),
            ),
        )
        indexes = (models.Index(name="retention_decisions_by_subject", fields=["subject_id", "decided_at"]),)

    def __str__(self) -> str:
        return str(self.id)


class Block(models.Model):
    """A subject under examination, until it is lifted. `change_id` is the restriction that hides it meanwhile."""

    id = random_id()
    subject_kind = models.TextField()
    subject_id = models.UUIDField()
    member = models.TextField()
    unit = models.TextField()
    reason = models.TextField()
    change_id = models.UUIDField()
    request_id = models.UUIDField(null=True)
    """The request of a person that it was laid for, if it was."""
    laid_by = models.TextField()
    laid_at = models.DateTimeField(db_default=Now())
    lifted_by = models.TextField(null=True)
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "blocks"
        constraints = (
            models.CheckConstraint(name="block_kind_is_known", condition=Q(subject_kind__in=_KINDS)),
            models.UniqueConstraint(
                name="block_once_at_a_time", fields=["subject_id"], condition=Q(lifted_at__isnull=True)
            ),
        )
        indexes = (
            models.Index(name="blocks_by_request", fields=["request_id"], condition=Q(request_id__isnull=False)),
        )

    def __str__(self) -> str:
        return str(self.id)


class Tombstone(models.Model):
    """What is left of a subject that ended: proof of its end, and nothing of what it held.

    `token` stands for its name: whoever knows the name and has the member's key can find it, and nobody
    can read the name out of it. `blobs` are still to be removed; empty once `step` is done.
    """

    id = random_id()
    subject_kind = models.TextField()
    subject_id = models.UUIDField(unique=True)
    case_id = models.UUIDField(null=True)
    member = models.TextField()
    unit = models.TextField()
    token = models.BinaryField()
    entered_on = models.DateField()
    due_on = models.DateField()
    rule = models.TextField()
    step = models.TextField(default=Step.BEGUN.value, db_default=Step.BEGUN.value)
    counts = models.JSONField(default=dict)
    blobs = ArrayField(models.BinaryField(), default=list)
    begun_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    act_id = models.UUIDField(null=True)

    class Meta:
        db_table = "tombstones"
        constraints = (
            models.CheckConstraint(name="tombstone_kind_is_known", condition=Q(subject_kind__in=_KINDS)),
            models.CheckConstraint(name="tombstone_rule_is_known", condition=Q(rule__in=[rule.value for rule in Rule])),
            models.CheckConstraint(name="tombstone_step_is_known", condition=Q(step__in=[step.value for step in Step])),
            models.CheckConstraint(
                name="tombstone_is_whole_once_done",
                condition=~Q(step=Step.DONE.value) | Q(ended_at__isnull=False, act_id__isnull=False, blobs=[]),
            ),
        )
        indexes = (
            models.Index(name="tombstones_by_end", fields=["member", "ended_at"]),
            models.Index(name="tombstones_by_token", fields=["token"]),
            models.Index(name="tombstones_unfinished", fields=["member", "unit"], condition=~Q(step=Step.DONE.value)),
        )

    def __str__(self) -> str:
        return str(self.id)
