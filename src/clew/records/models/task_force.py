"""Task forces: who takes part and works in each, what was brought, the stacks that are handed out, and what was done."""

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from clew.domain.agreement import State
from clew.domain.task_force import BRINGS, DAYS_MAX, STACK_MEDIA_MAX, StackState, Standing
from clew.records.models.columns import random_id

STACK_ORDER = models.Index(
    "task_force_id", F("state").desc(), F("set_back_at").asc(nulls_first=True), "id",
    name="task_force_stacks_in_order", condition=~Q(state="done"),
)  # fmt: skip


class TaskForce(models.Model):
    """Officers of named members who work on chosen series for a time. `name` and `purpose` are sealed by who opened it."""

    id = random_id()
    reference = models.TextField(db_default="", editable=False)
    name = models.TextField()
    purpose = models.TextField()
    member = models.TextField()
    unit = models.TextField()
    opened_by = models.TextField()
    opened_at = models.DateTimeField(db_default=Now())
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    closed_by = models.TextField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "task_forces"
        constraints = (
            models.UniqueConstraint(name="task_force_reference_is_given_once", fields=["reference"]),
            models.CheckConstraint(
                name="task_force_lasts_no_longer",
                condition=Q(ends_at__gt=F("starts_at"), ends_at__lte=F("starts_at") + timedelta(days=DAYS_MAX)),
            ),
        )

    def __str__(self) -> str:
        return str(self.id)


class TaskForceMember(models.Model):
    """How a member stands to a task force, and who of it said so."""

    id = random_id()
    task_force_id = models.UUIDField()
    member = models.TextField()
    standing = models.TextField()
    invited_at = models.DateTimeField(db_default=Now())
    accepted_at = models.DateTimeField(null=True)
    decided_by = models.TextField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "task_force_members"
        constraints = (
            models.UniqueConstraint(
                name="member_once_in_a_task_force", fields=["task_force_id", "member"],
                condition=Q(standing__in=["invited", "in"]),
            ),
            models.CheckConstraint(
                name="standing_is_known", condition=Q(standing__in=[standing.value for standing in Standing])
            ),
        )  # fmt: skip
        indexes = (models.Index(name="members_of_a_task_force", fields=["task_force_id"]),)

    def __str__(self) -> str:
        return f"{self.task_force_id} {self.member}"


class TaskForceOfficer(models.Model):
    """An officer whom the own member named, and whether they came in and left again."""

    id = random_id()
    task_force_id = models.UUIDField()
    officer = models.TextField()
    member = models.TextField()
    named_by = models.TextField()
    named_at = models.DateTimeField(db_default=Now())
    accepted_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "task_force_officers"
        constraints = (
            models.UniqueConstraint(
                name="officer_once_in_a_task_force", fields=["task_force_id", "officer", "member"],
                condition=Q(left_at__isnull=True),
            ),
        )  # fmt: skip
        indexes = (
            models.Index(name="task_forces_of_an_officer", fields=["officer", "member"]),
            models.Index(name="officers_of_a_task_force", fields=["task_force_id"]),
        )

    def __str__(self) -> str:
        return f"{self.task_force_id} {self.officer}"


class TaskForceSeries(models.Model):
    """What a unit asserts of a series, brought into a task force, for which uses. `conditions` are those of the series.

    Proposed first where two officers of the member decide what is widened: until then nobody sees it by that.
    """

    id = random_id()
    task_force_id = models.UUIDField()
    series_id = models.UUIDField()
    member = models.TextField()
    unit = models.TextField()
    uses = models.SmallIntegerField()
    conditions = ArrayField(models.TextField(), default=list)
    state = models.TextField(default=State.IN_FORCE.value, db_default=State.IN_FORCE.value)
    brought_by = models.TextField()
    brought_at = models.DateTimeField(db_default=Now())
    decided_by = models.TextField(null=True)

    class Meta:
        db_table = "task_force_series"
        constraints = (
            models.UniqueConstraint(
                name="series_brought_once_by_a_unit", fields=["task_force_id", "series_id", "member", "unit"]
            ),
            models.CheckConstraint(name="brought_for_what_may_be", condition=Q(uses__range=(2, int(BRINGS)))),
            models.CheckConstraint(name="brought_by_two", condition=~Q(decided_by=F("brought_by"))),
            models.CheckConstraint(
                name="brought_or_proposed",
                condition=Q(state=State.IN_FORCE.value) | Q(state=State.PROPOSED.value, decided_by__isnull=True),
            ),
        )
        indexes = (models.Index(name="task_force_series_by_series", fields=["series_id"]),)

    def __str__(self) -> str:
        return str(self.id)


class TaskForceStack(models.Model):
    """Media of one unit in a brought series that one officer looks at together; held by one at a time. `words` are sealed."""

    id = random_id()
    task_force_id = models.UUIDField()
    brought_id = models.UUIDField()
    media = models.IntegerField()
    state = models.TextField(default=StackState.WAITING.value, db_default=StackState.WAITING.value)
    held_by = models.TextField(null=True)
    held_member = models.TextField(null=True)
    held_until = models.DateTimeField(null=True)
    said_by = models.TextField(null=True)
    said_member = models.TextField(null=True)
    said_at = models.DateTimeField(null=True)
    words = models.TextField(default="", db_default="")
    set_back_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "task_force_stacks"
        constraints = (
            models.UniqueConstraint(
                name="one_stack_at_a_time", fields=["task_force_id", "held_by"], condition=Q(held_by__isnull=False)
            ),
            models.CheckConstraint(
                name="stack_is_whole",
                condition=Q(state__in=[state.value for state in StackState], media__range=(1, STACK_MEDIA_MAX))
                & (Q(held_by__isnull=True, held_member__isnull=True, held_until__isnull=True)
                   | Q(held_by__isnull=False, held_member__isnull=False, held_until__isnull=False)),
            ),
        )  # fmt: skip
        indexes = (
            STACK_ORDER,
            models.Index(name="task_force_stacks_by_brought", fields=["brought_id"]),
            models.Index(name="task_force_stacks_said", fields=["task_force_id", "said_at"]),
        )

    def __str__(self) -> str:
        return str(self.id)


class TaskForceStackMedium(models.Model):
    """A medium of a stack. It goes with the medium."""

    pk = models.CompositePrimaryKey("stack_id", "medium_id")
    stack_id = models.UUIDField()
    medium_id = models.UUIDField()
    member = models.TextField()
    unit = models.TextField()

    class Meta:
        db_table = "task_force_stack_media"
        indexes = (models.Index(name="task_force_stack_media_by_medium", fields=["medium_id"]),)

    def __str__(self) -> str:
        return f"{self.stack_id} {self.medium_id}"


class TaskForceDay(models.Model):
    """How many stacks an officer gave back on a day, by how: what stays of the work once the material is gone."""

    pk = models.CompositePrimaryKey("task_force_id", "day", "member", "officer")
    task_force_id = models.UUIDField()
    day = models.DateField()
    member = models.TextField()
    officer = models.TextField()
    done = models.IntegerField(default=0)
    not_sure = models.IntegerField(default=0)
    set_back = models.IntegerField(default=0)

    class Meta:
        db_table = "task_force_days"

    def __str__(self) -> str:
        return f"{self.task_force_id} {self.day}"
