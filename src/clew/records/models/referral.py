"""What a unit hands over about a series, and the package."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from clew.domain.referral import State
from clew.records.models.columns import random_id


class Referral(models.Model):
    """A referral and how far it has come. `to_member` is null where the country does not take part."""

    id = random_id()
    reference = models.TextField()
    member = models.TextField()
    unit = models.TextField()
    series_id = models.UUIDField()
    country = models.TextField()
    to_member = models.TextField(null=True)
    to_unit = models.TextField(null=True)
    due_on = models.DateField()
    crop_ids = ArrayField(models.UUIDField(), default=list)
    state = models.TextField(default=State.PROPOSED.value, db_default=State.PROPOSED.value)
    proposed_by = models.TextField()
    proposed_at = models.DateTimeField(db_default=Now())
    decided_by = models.TextField(null=True)
    decided_at = models.DateTimeField(null=True)
    moved_by = models.TextField(null=True)
    moved_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "referrals"
        constraints = (
            models.UniqueConstraint(name="referral_reference_is_given_once", fields=["reference"]),
            models.CheckConstraint(name="referral_state_is_known", condition=Q(state__in=[one.value for one in State])),
            models.CheckConstraint(
                name="referral_is_handed_over_by_two",
                condition=Q(state__in=[State.PROPOSED.value, State.WITHDRAWN.value, State.LAPSED.value])
                | Q(decided_by__isnull=False) & ~Q(decided_by=F("proposed_by")),
            ),
        )
        indexes = (
            models.Index(name="referrals_by_unit", fields=["member", "unit", "proposed_at"]),
            models.Index(name="referrals_by_series", fields=["series_id"]),
        )

    def __str__(self) -> str:
        return str(self.id)


class ReferralPackage(models.Model):
    """The package of a referral, sealed under its owner's key; `digest` is the SHA-256 of what is sealed.

    `media` are own media that it names: it goes with them.
    """

    id = random_id()
    referral_id = models.UUIDField(unique=True)
    member = models.TextField()
    unit = models.TextField()
    package = models.TextField()
    digest = models.BinaryField()
    media = ArrayField(models.UUIDField(), default=list, db_default=[])

    class Meta:
        db_table = "referral_packages"

    def __str__(self) -> str:
        return str(self.id)
