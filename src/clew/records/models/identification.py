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
