"""Media that were opened to somebody's eyes: for whom, what a unit has seen, and for how long."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from clew.domain.look import Look
from clew.records.models.columns import random_id

KNOWN = [one.value for one in Look]


class OpenLook(models.Model):
    """A medium opened to one sign-in of one officer for a short time. Nobody else reads it.

    `ticket` is the digest of what the address holds; the case is sealed; `content_type` is empty where what is
    shown is drawn of the medium.
    """

    id = random_id()
    ticket = models.BinaryField()
    medium_id = models.UUIDField()
    member = models.TextField()
    unit = models.TextField()
    officer = models.TextField()
    sign_in = models.UUIDField()
    look = models.TextField()
    content_type = models.TextField()
    size_bytes = models.BigIntegerField()
    purpose = models.TextField()
    case_reference = models.TextField()
    opened_at = models.DateTimeField(db_default=Now())
    used_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "looks"
        constraints = (
            models.UniqueConstraint(name="one_look_of_a_ticket", fields=["member", "ticket"]),
            models.CheckConstraint(name="look_is_known", condition=Q(look__in=KNOWN)),
        )
        indexes = (
            models.Index(name="looks_by_medium", fields=["medium_id"]),
            models.Index(name="looks_by_officer", fields=["officer"]),
        )

    def __str__(self) -> str:
        return str(self.id)


class Sighting(models.Model):
    """That an officer had a medium shown, and when last. Their unit alone knows."""

    id = random_id()
    medium_id = models.UUIDField()
    member = models.TextField()
    unit = models.TextField()
    seen_by = models.TextField()
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "sightings"
        constraints = (
            models.UniqueConstraint(
                name="sighting_once_by_an_officer", fields=["medium_id", "member", "unit", "seen_by"]
            ),
        )

    def __str__(self) -> str:
        return str(self.id)


class Exposure(models.Model):
    """How long an officer has had clear media on the screen on a day. Nobody but the officer reads it."""

    id = random_id()
    member = models.TextField()
    officer = models.TextField()
    day = models.DateField()
    seconds = models.IntegerField(default=0, db_default=0)
    warned_seconds = models.IntegerField(default=0, db_default=0)
    break_at = models.IntegerField()
    break_at_warned = models.IntegerField()

    class Meta:
        db_table = "exposures"
        constraints = (
            models.UniqueConstraint(name="one_exposure_of_a_day", fields=["member", "officer", "day"]),
            models.CheckConstraint(
                name="exposure_is_of_a_day", condition=Q(seconds__gte=0, seconds__lte=24 * 3600, warned_seconds__gte=0)
            ),
        )

    def __str__(self) -> str:
        return str(self.id)
