"""Steps by which victims are identified and safeguarded."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from clew.domain.identification import Status, Step
from clew.domain.victim import VictimState
from clew.records.models.columns import random_id


class VictimStep(models.Model):
    """A step about a victim: who proposed it, on what basis and evidence, who decided, and what comes next.

    Its unit alone sees it; whoever sees the victim sees the state that it led to. Words are sealed.
    """

    id = random_id()
    victim_id = models.UUIDField()
    step = models.TextField()
    state = models.TextField()
    """What it leads to."""
    status = models.TextField(default=Status.PROPOSED.value, db_default=Status.PROPOSED.value)
    basis = models.TextField()
    evidence = models.TextField()
    next_step = models.TextField(default="", db_default="")
    next_on = models.DateField(null=True)
    member = models.TextField()
    unit = models.TextField()
    proposed_by = models.TextField()
    proposed_at = models.DateTimeField(db_default=Now())
    decided_by = models.TextField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "victim_steps"
        constraints = (
            models.CheckConstraint(
                name="victim_step_is_known",
                condition=Q(
                    step__in=[step.value for step in Step], state__in=[state.value for state in VictimState],
                    status__in=[status.value for status in Status],
                ),
            ),
            models.CheckConstraint(
                name="victim_step_leads_there",
                condition=Q(step="locate", state="located") | Q(step="identify", state="identified")
                | Q(step="safeguard", state="safeguarded") | Q(step="reopen", state="unidentified"),
            ),
            models.CheckConstraint(
                name="victim_step_is_confirmed_by_another",
                condition=Q(status=Status.PROPOSED.value, decided_by__isnull=True, decided_at__isnull=True)
                | (Q(decided_by__isnull=False, decided_at__isnull=False)
                   & (~Q(status=Status.CONFIRMED.value) | ~Q(decided_by=models.F("proposed_by")))),
            ),
            models.UniqueConstraint(
                name="one_step_waits_of_a_victim",
                fields=["member", "unit", "victim_id"], condition=Q(status=Status.PROPOSED.value)
            ),
        )  # fmt: skip
        indexes = (
            models.Index(name="victim_steps_by_victim", fields=["victim_id", "proposed_at"]),
            models.Index(
                name="victim_steps_by_next", fields=["member", "unit", "next_on"],
                condition=Q(status=Status.CONFIRMED.value, next_on__isnull=False),
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return str(self.id)


class ChildEnded(models.Model):
    """A child that was found and whose last victim has ended: what is counted of it, and nothing that names anybody.

    `youngest` is the younger end of its age band (`domain/ledger.AGES`). The application cannot read it.
    """

    id = random_id()
    member = models.TextField()
    """That which identified it first."""
    year = models.SmallIntegerField()
    """In which it was first identified."""
    sex = models.TextField()
    youngest = models.SmallIntegerField(null=True)
    is_safeguarded = models.BooleanField()

    class Meta:
        db_table = "children_ended"

    def __str__(self) -> str:
        return f"{self.member} {self.year}"


class ChildCounted(models.Model):
    """A victim whose child is counted already, by another that was the same child and has ended. The application cannot read it."""

    victim_id = models.UUIDField(primary_key=True)

    class Meta:
        db_table = "children_counted"

    def __str__(self) -> str:
        return str(self.victim_id)
