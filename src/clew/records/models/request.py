"""Requests of people about their own data, and what owners of records say to them."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from clew.domain.clock import RequestKind
from clew.domain.request import Outcome, State, View
from clew.records.models.columns import random_id


class Request(models.Model):
    """Somebody asks a member about what is kept of them. What they wrote and what is answered is sealed.

    `received_on` and `due_on` are days at the place of receipt, `ends_at` is the first moment too late; the
    database holds the clock to its kind (`records/rights.py`).
    """

    id = random_id()
    member = models.TextField()
    reference = models.BinaryField()
    kind = models.TextField()
    state = models.TextField(default=State.RECEIVED.value, db_default=State.RECEIVED.value)
    applicant = models.TextField()
    asked = models.TextField()
    received_on = models.DateField()
    due_on = models.DateField()
    ends_at = models.DateTimeField()
    entered_by = models.TextField()
    entered_at = models.DateTimeField(db_default=Now())
    admitted_by = models.TextField(null=True)
    admitted_at = models.DateTimeField(null=True)
    outcome = models.TextField(null=True)
    reasons = models.TextField(default="", db_default="")
    decided_by = models.TextField(null=True)
    decided_at = models.DateTimeField(null=True)
    told = models.TextField(default="", db_default="")
    closed_by = models.TextField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "requests"
        constraints = (
            models.UniqueConstraint(name="request_once_in_a_member", fields=["member", "reference"]),
            models.CheckConstraint(name="request_kind_is_known", condition=Q(kind__in=[one.value for one in RequestKind])),
            models.CheckConstraint(name="request_state_is_known", condition=Q(state__in=[one.value for one in State])),
            models.CheckConstraint(
                name="request_is_decided_with_an_outcome",
                condition=Q(
                    state__in=(State.RECEIVED.value, State.ADMITTED.value), outcome__isnull=True, decided_at__isnull=True
                )
                | Q(
                    state__in=(State.DECIDED.value, State.CLOSED.value),
                    outcome__in=[one.value for one in Outcome], decided_at__isnull=False,
                ),
            ),
        )  # fmt: skip
        indexes = (
            models.Index(name="requests_open", fields=["member", "ends_at"], condition=Q(decided_at__isnull=True)),
            models.Index(name="requests_decided", fields=["member", "decided_at"]),
        )

    def __str__(self) -> str:
        return str(self.id)


class Consultation(models.Model):
    """A question to the member that owns a record in question. `question` is sealed for who asks, `answer` for the owner.

    It tells the owner nothing of who asked the member, and of the request only its kind.
    """

    id = random_id()
    request_id = models.UUIDField()
    member = models.TextField()
    owner = models.TextField()
    kind = models.TextField()
    record_id = models.UUIDField(null=True)
    question = models.TextField()
    asked_by = models.TextField()
    asked_at = models.DateTimeField(db_default=Now())
    ends_at = models.DateTimeField()
    view = models.TextField(null=True)
    answer = models.TextField(default="", db_default="")
    answered_by = models.TextField(null=True)
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    """Since when no answer is needed any more: the request was decided without one."""

    class Meta:
        db_table = "consultations"
        constraints = (
            models.CheckConstraint(name="consultation_is_of_another", condition=~Q(owner=F("member"))),
            models.CheckConstraint(
                name="consultation_is_answered_with_a_view",
                condition=Q(view__isnull=True, answered_at__isnull=True, answered_by__isnull=True)
                | Q(view__in=[one.value for one in View], answered_at__isnull=False, answered_by__isnull=False),
            ),
        )
        indexes = (
            models.Index(name="consultations_by_request", fields=["request_id"]),
            models.Index(name="consultations_by_owner", fields=["owner", "ends_at"]),
        )

    def __str__(self) -> str:
        return str(self.id)
