"""Overlaps: two members on the same ground. What sees both sides lies apart from what one side is told."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from clew.domain.overlap import TICK_HOURS_MAX, Mode, Step
from clew.records.models.columns import random_id

KINDS = ("case", "hash-list")


class Overlap(models.Model):
    """Two media that are the same, where one owner may not see the other's. The application cannot read it."""

    id = random_id()
    left_medium = models.UUIDField()
    right_medium = models.UUIDField()
    noted_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "overlaps"
        indexes = (models.Index(name="overlaps_by_right_medium", fields=["right_medium"]),)
        constraints = (
            models.UniqueConstraint(name="overlap_once_between_two_media", fields=["left_medium", "right_medium"]),
            models.CheckConstraint(
                name="overlap_sides_are_in_order", condition=Q(left_medium__lt=F("right_medium"))
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return str(self.id)


class OverlapGround(models.Model):
    """A case or hash list and one of another member that it overlaps with, as of the last tick; one row from each side.

    The application cannot read it. `excludes`: a medium of `mine` excludes the other member.
    """

    pk = models.CompositePrimaryKey("mine", "theirs")
    mine = models.UUIDField()
    theirs = models.UUIDField()
    kind = models.TextField()
    member = models.TextField()
    unit = models.TextField()
    noted_at = models.DateTimeField()
    excludes = models.BooleanField()

    class Meta:
        db_table = "overlap_grounds"
        indexes = (models.Index(name="overlap_grounds_by_other", fields=["theirs"]),)

    def __str__(self) -> str:
        return f"{self.mine} {self.theirs}"


class OverlapFactTold(models.Model):
    """What a case or hash list was told to see by the open rule of others: a token for each member, unit and series.

    The application cannot read it.
    """

    pk = models.CompositePrimaryKey("subject_id", "fact")
    subject_id = models.UUIDField()
    fact = models.UUIDField()

    class Meta:
        db_table = "overlap_facts_told"

    def __str__(self) -> str:
        return f"{self.subject_id} {self.fact}"


class OverlapClock(models.Model):
    """How often notices are released, in hours; and up to which tick that was done. One row; nobody reads it but the release."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    hours = models.SmallIntegerField()
    released_until = models.DateTimeField(null=True)
    told_facts_since = models.DateTimeField(null=True)
    """Since when it is kept what is seen by open rules; what was seen before is no news."""

    class Meta:
        db_table = "overlap_clock"
        constraints = (
            models.CheckConstraint(name="overlap_clock_is_one", condition=Q(id=1)),
            models.CheckConstraint(name="overlap_clock_ticks", condition=Q(hours__range=(1, TICK_HOURS_MAX))),
        )

    def __str__(self) -> str:
        return str(self.hours)


class OverlapSide(models.Model):
    """That there is an overlap with a case or hash list: all that its side is told, once, however many there are.

    `released_at` is a tick, or the moment at which an open side was seen.
    """

    id = random_id()
    member = models.TextField()
    unit = models.TextField()
    subject_kind = models.TextField()
    subject_id = models.UUIDField()
    released_at = models.DateTimeField()

    class Meta:
        db_table = "overlap_sides"
        constraints = (
            models.UniqueConstraint(name="overlap_side_once_for_a_subject", fields=["subject_id"]),
            models.CheckConstraint(name="overlap_side_kind_is_known", condition=Q(subject_kind__in=KINDS)),
        )
        indexes = (models.Index(name="overlap_sides_by_member", fields=["member", "released_at"]),)

    def __str__(self) -> str:
        return str(self.id)


class OverlapDecision(models.Model):
    """What a side said, and why; the latest counts. Both texts are sealed; `words` go on the card for the other side."""

    id = random_id()
    side_id = models.UUIDField()
    subject_id = models.UUIDField()
    member = models.TextField()
    unit = models.TextField()
    step = models.TextField()
    reason = models.TextField(default="", db_default="")
    words = models.TextField(default="", db_default="")
    again_on = models.DateField(null=True)
    decided_by = models.TextField()
    decided_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "overlap_decisions"
        constraints = (
            models.CheckConstraint(
                name="overlap_decision_is_known", condition=Q(step__in=[step.value for step in Step])
            ),
        )
        indexes = (models.Index(name="overlap_decisions_by_side", fields=["side_id", "decided_at"]),)

    def __str__(self) -> str:
        return str(self.id)


class OverlapContact(models.Model):
    """The card that a side got once both agreed; both sides' rows have one `contact_id`, and neither names the other's."""

    pk = models.CompositePrimaryKey("contact_id", "side_id")
    contact_id = models.UUIDField()
    side_id = models.UUIDField()
    subject_id = models.UUIDField()
    member = models.TextField()
    unit = models.TextField()
    other_member = models.TextField()
    other_unit = models.TextField()
    other_words = models.TextField(default="", db_default="")
    since = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "overlap_contacts"
        constraints = (
            models.CheckConstraint(name="overlap_contact_is_of_another", condition=~Q(member=F("other_member"))),
        )
        indexes = (models.Index(name="overlap_contacts_by_side", fields=["side_id"]),)

    def __str__(self) -> str:
        return f"{self.contact_id} {self.side_id}"


class OverlapMode(models.Model):
    """The rule of a case or hash list, or (without one) of a member: appended; the latest that is in force counts."""

    id = random_id()
    member = models.TextField()
    unit = models.TextField()
    subject_kind = models.TextField(null=True)
    subject_id = models.UUIDField(null=True)
    mode = models.TextField(null=True)
    reason = models.TextField(default="", db_default="")
    is_in_force = models.BooleanField()
    changed_by = models.TextField()
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "overlap_modes"
        constraints = (
            models.CheckConstraint(
                name="overlap_mode_is_known",
                condition=Q(mode__in=[mode.value for mode in Mode]) | Q(mode__isnull=True, subject_id__isnull=False),
            ),
            models.CheckConstraint(
                name="overlap_mode_is_of_a_subject_or_a_member",
                condition=Q(subject_id__isnull=True, subject_kind__isnull=True)
                | Q(subject_id__isnull=False, subject_kind__in=KINDS),
            ),
        )
        indexes = (
            models.Index(name="overlap_modes_by_subject", fields=["subject_id", "changed_at"]),
            models.Index(name="overlap_modes_by_member", fields=["member", "changed_at"], condition=Q(subject_id__isnull=True)),
        )  # fmt: skip

    def __str__(self) -> str:
        return str(self.id)
