"""What admits an officer and what stops or slows one: certifications, suspensions and reveal budgets, only ever closed."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from clew.domain.reveal_budget import MOST as REVEALS_MOST
from clew.records.models.columns import random_id


class Certification(models.Model):
    """For what an officer is certified, by whom, until when."""

    id = random_id()
    officer = models.TextField()
    member = models.TextField()
    role = models.TextField()
    trainer = models.TextField()
    trained_on = models.DateField()
    ends_at = models.DateTimeField()
    state = models.TextField()
    is_founding = models.BooleanField(default=False, db_default=False)
    proposed_by = models.TextField()
    proposed_at = models.DateTimeField(db_default=Now())
    given_by = models.TextField(null=True)
    given_at = models.DateTimeField(null=True)
    closed_by = models.TextField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "certifications"
        indexes = (models.Index(name="certifications_by_officer", fields=["officer", "given_at"]),)
        constraints = (
            models.CheckConstraint(
                name="certification_state_is_known",
                condition=Q(state__in=("proposed", "given", "refused", "withdrawn")),
            ),
            models.CheckConstraint(
                name="certification_of_others_only", condition=Q(is_founding=True) | ~Q(proposed_by=F("officer"))
            ),
            models.CheckConstraint(
                name="certification_given_by_two",
                condition=Q(state__in=("proposed", "refused"))
                | Q(is_founding=True, given_at__isnull=False)
                | (Q(given_by__isnull=False, given_at__isnull=False) & ~Q(given_by__in=(F("proposed_by"), F("officer")))),
            ),
        )

    def __str__(self) -> str:
        return f"{self.officer} {self.role}"


class Suspension(models.Model):
    """Stops an officer, a unit or a member until it is lifted."""

    id = random_id()
    level = models.TextField()
    member = models.TextField()
    unit = models.TextField(null=True)
    officer = models.TextField(null=True)
    reason = models.TextField()
    laid_by = models.TextField()
    laid_at = models.DateTimeField(db_default=Now())
    lifted_by = models.TextField(null=True)
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "suspensions"
        indexes = (models.Index(name="suspensions_in_force", fields=["member"], condition=Q(lifted_at__isnull=True)),)
        constraints = (
            models.CheckConstraint(
                name="suspension_names_its_level",
                condition=Q(level="officer", officer__isnull=False, unit__isnull=True)
                | Q(level="unit", unit__isnull=False, officer__isnull=True)
                | Q(level="member", unit__isnull=True, officer__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"{self.level} {self.member}"


class RevealBudget(models.Model):
    """How many different media an officer, each of a unit or each of a member may reveal, until it is ended."""

    id = random_id()
    level = models.TextField()
    member = models.TextField()
    unit = models.TextField(null=True)
    officer = models.TextField(null=True)
    hourly = models.IntegerField()
    daily = models.IntegerField()
    reason = models.TextField()
    given_by = models.TextField()
    given_at = models.DateTimeField(db_default=Now())
    ended_by = models.TextField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.TextField(null=True)

    class Meta:
        db_table = "reveal_budgets"
        constraints = (
            models.UniqueConstraint(
                name="one_reveal_budget_in_force", fields=["member", "level", "unit", "officer"],
                condition=Q(ended_at__isnull=True), nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="reveal_budget_names_its_level",
                condition=Q(level="officer", officer__isnull=False, unit__isnull=True)
                | Q(level="unit", unit__isnull=False, officer__isnull=True)
                | Q(level="member", unit__isnull=True, officer__isnull=True),
            ),
            models.CheckConstraint(
                name="reveal_budget_is_bounded",
                condition=Q(hourly__gte=1, daily__gte=F("hourly"), daily__lte=REVEALS_MOST),
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.level} {self.member}"
