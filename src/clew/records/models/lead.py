"""Leads of a unit, what speaks for each, the steps taken; and what is new and still to be looked at for them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from clew.domain.lead import Outcome, Rule, State, Step
from clew.records.models.columns import random_id


class Lead(models.Model):
    """A reason to look closer at a series. Its unit sees it as long as it sees the series and some of the evidence.

    `evidence` is a token of what speaks for it, which tells nobody anything: the same is never raised twice.
    """

    id = random_id()
    series_id = models.UUIDField()
    member = models.TextField()
    unit = models.TextField()
    rule = models.TextField()
    evidence = models.BinaryField()
    exhibit_id = models.UUIDField(null=True)
    """In which exhibit it lies, where the rule is about one."""
    state = models.TextField()
    raised_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())
    newest_taken_at = models.DateTimeField(null=True)
    """When the newest of the media was taken that speak for it, as its unit saw them when it was last raised. This and what
    follows say in which order leads are looked through, and are told to nobody."""
    came_at = models.DateTimeField(null=True)
    """When the latest of them came."""
    media = models.IntegerField(default=0, db_default=0)
    has_others = models.BooleanField(default=False, db_default=False)
    """Another member holds some of them."""

    class Meta:
        db_table = "leads"
        constraints = (
            models.CheckConstraint(
                name="lead_is_known",
                condition=Q(rule__in=[rule.value for rule in Rule], state__in=[state.value for state in State]),
            ),
            models.UniqueConstraint(
                name="lead_is_raised_once", fields=["member", "unit", "series_id", "rule", "evidence"]
            ),
        )
        indexes = (
            models.Index(name="leads_by_unit", fields=["member", "unit", "state"]),
            models.Index(name="leads_by_series", fields=["series_id"]),
            models.Index(name="leads_by_exhibit", fields=["exhibit_id"], condition=Q(exhibit_id__isnull=False)),
        )

    def __str__(self) -> str:
        return str(self.id)


class LeadMedium(models.Model):
    """A medium that speaks for a lead, with what was measured, sealed. It goes with the medium."""

    pk = models.CompositePrimaryKey("member", "unit", "lead_id", "medium_id")
    member = models.TextField()
    unit = models.TextField()
    lead_id = models.UUIDField()
    medium_id = models.UUIDField()
    series_id = models.UUIDField()
    measured = models.BinaryField()
    near_medium = models.UUIDField(null=True)
    """It speaks because this medium, mostly itself, matches one in `near_series`: where that is not told, neither is this."""
    near_series = models.UUIDField(null=True)
    added_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "lead_media"
        indexes = (
            models.Index(name="lead_media_by_lead", fields=["lead_id"]),
            models.Index(name="lead_media_by_medium", fields=["medium_id"]),
            models.Index(name="lead_media_by_series", fields=["series_id"]),
            models.Index(name="lead_media_by_near", fields=["near_medium"], condition=Q(near_medium__isnull=False)),
        )

    def __str__(self) -> str:
        return f"{self.lead_id} {self.medium_id}"


class LeadStep(models.Model):
    """What an officer did about a lead: who, when, why; `reason` is sealed."""

    id = random_id()
    lead_id = models.UUIDField()
    series_id = models.UUIDField()
    member = models.TextField()
    unit = models.TextField()
    step = models.TextField()
    state = models.TextField()
    """What it led to."""
    outcome = models.TextField(default="", db_default="")
    reason = models.TextField(default="", db_default="")
    taken_by = models.TextField()
    taken_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "lead_steps"
        constraints = (
            models.CheckConstraint(
                name="lead_step_is_known",
                condition=Q(
                    step__in=[step.value for step in Step], state__in=[state.value for state in State],
                    outcome__in=["", *(outcome.value for outcome in Outcome)],
                ),
            ),
        )  # fmt: skip
        indexes = (
            models.Index(name="lead_steps_by_lead", fields=["lead_id", "taken_at"]),
            models.Index(name="lead_steps_by_series", fields=["series_id"]),
        )

    def __str__(self) -> str:
        return str(self.id)


class LeadNews(models.Model):
    """Media that are to be looked at for leads, in a round once they have one. The application cannot read it."""

    id = random_id()
    media = ArrayField(models.UUIDField())
    round = models.UUIDField(null=True)
    noted_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "lead_news"
        indexes = (
            models.Index(name="lead_news_by_round", fields=["round"], condition=Q(round__isnull=False)),
            models.Index(name="lead_news_waiting", fields=["noted_at"], condition=Q(round__isnull=True)),
        )

    def __str__(self) -> str:
        return str(self.id)


class LeadRules(models.Model):
    """By which version of the rules everything was looked at: one row. The application cannot read it.

    `next`: the version by which series are being looked at again, those with media up to `behind` so far.
    """

    id = models.SmallIntegerField(primary_key=True, default=1, db_default=1)
    version = models.IntegerField()
    next = models.IntegerField(null=True)
    behind = models.UUIDField(null=True)

    class Meta:
        db_table = "lead_rules"
        constraints = (models.CheckConstraint(name="lead_rules_are_one", condition=Q(id=1)),)

    def __str__(self) -> str:
        return str(self.version)


class LeadCheck(models.Model):
    """That a unit has a round still to look at, and how far it has come. The application cannot read it."""

    pk = models.CompositePrimaryKey("round", "member", "unit")
    round = models.UUIDField()
    member = models.TextField()
    unit = models.TextField()
    opened_at = models.DateTimeField(db_default=Now())
    mark = models.TextField(null=True)
    """How far the unit has come in it, where one look did not get through."""

    class Meta:
        db_table = "lead_checks"
        indexes = (models.Index(name="lead_checks_by_unit", fields=["member", "unit"]),)

    def __str__(self) -> str:
        return f"{self.round} {self.member} {self.unit}"
