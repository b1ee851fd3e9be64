"""Changes of handling: what an owner gave a subject, when, why and to which end."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from clew.domain.agreement import State
from clew.domain.handling_change import SubjectKind
from clew.records.models.columns import random_id
from clew.records.models.cover import Covered


class HandlingChange(Covered):
    """A handling given to what is handled as a whole (`SubjectKind`); seen within the owner's member.

    The first of a subject is the handling under which it was entered. Never removed: a change is superseded.
    """

    id = random_id()
    subject_kind = models.TextField()
    subject_id = models.UUIDField()
    state = models.TextField()
    reason = models.TextField()
    until = models.DateField(null=True)
    given_audience = models.SmallIntegerField()
    given_members = ArrayField(models.TextField())
    given_excluded = ArrayField(models.TextField())
    given_cover_id = models.UUIDField(null=True)
    """Of a change of words: the cover that holds them; what it was given under stays as it was."""
    reaches_own = models.BooleanField(default=False, db_default=False)
    """Whether records with a narrower cover of their own lose that."""
    proposed_by = models.TextField()
    proposed_at = models.DateTimeField(db_default=Now())
    decided_by = models.TextField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "handling_changes"
        constraints = (
            models.CheckConstraint(
                name="handling_change_state_is_known", condition=models.Q(state__in=[state.value for state in State])
            ),
            models.CheckConstraint(
                name="handling_change_subject_is_known",
                condition=models.Q(subject_kind__in=[kind.value for kind in SubjectKind]),
            ),
        )
        indexes = (
            models.Index(name="handling_changes_by_subject", fields=["subject_id", "proposed_at"]),
            models.Index(
                name="handling_changes_by_end", fields=["until"],
                condition=models.Q(state="in-force", until__isnull=False),
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return str(self.id)


class MemberRule(models.Model):
    """What a member's administrator asks of its own officers."""

    member = models.TextField(primary_key=True)
    widening_needs_second = models.BooleanField()
    exercise_needed = models.BooleanField(default=False, db_default=False)
    changed_by = models.TextField()
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "member_rules"

    def __str__(self) -> str:
        return self.member
