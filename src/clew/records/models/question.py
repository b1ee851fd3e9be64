"""Objects cut out of media, questions about them, and what is answered."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from clew.domain.agreement import State
from clew.domain.crop import AREA_PARTS_MAX, PARTS, STATES
from clew.domain.question import About, Kind, Said
from clew.records.models.columns import random_id


class Crop(models.Model):
    """An object cut out of a medium; nobody outside its unit reads this row.

    `name` stands for its bytes in the vault, `blob` is where they lie and `wrapped` opens them by the key of the
    case; that is null before they are there and once they are gone. `words` are sealed under the case's key.
    """

    id = random_id()
    medium_id = models.UUIDField()
    case_id = models.UUIDField()
    member = models.TextField()
    unit = models.TextField()
    box_left = models.SmallIntegerField()
    box_top = models.SmallIntegerField()
    box_width = models.SmallIntegerField()
    box_height = models.SmallIntegerField()
    at_ms = models.IntegerField(null=True)
    words = models.BinaryField()
    name = models.BinaryField()
    blob = models.BinaryField()
    wrapped = models.BinaryField(null=True)
    state = models.TextField(default=State.PROPOSED.value, db_default=State.PROPOSED.value)
    proposed_by = models.TextField()
    proposed_at = models.DateTimeField(db_default=Now())
    decided_by = models.TextField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "crops"
        constraints = (
            models.CheckConstraint(
                name="crop_is_an_object",
                condition=Q(box_left__gte=0, box_top__gte=0, box_width__gt=0, box_height__gt=0)
                & Q(box_width__lte=PARTS - F("box_left"), box_height__lte=PARTS - F("box_top"))
                & Q(box_width__lte=AREA_PARTS_MAX / F("box_height")),
            ),
            models.CheckConstraint(name="crop_state_is_known", condition=Q(state__in=[one.value for one in STATES])),
            models.CheckConstraint(
                name="crop_is_let_out_by_two",
                condition=~Q(state__in=[State.IN_FORCE.value, State.ENDED.value])
                | Q(decided_by__isnull=False) & ~Q(decided_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="crop_has_bytes_while_it_stands",
                condition=Q(state__in=[State.PROPOSED.value, State.IN_FORCE.value]) | Q(wrapped__isnull=True),
            ),
        )
        indexes = (
            models.Index(name="crops_by_medium", fields=["medium_id"]),
            models.Index(name="crops_by_case", fields=["case_id"]),
            models.Index(name="crops_by_unit", fields=["member", "unit", "proposed_at"]),
        )

    def __str__(self) -> str:
        return str(self.id)


class Question(models.Model):
    """What a unit asks others. Its words lie in the correspondence with each of them, and so does who was asked."""

    id = random_id()
    reference = models.TextField()
    member = models.TextField()
    unit = models.TextField()
    kind = models.TextField()
    about_kind = models.TextField()
    about_id = models.UUIDField()
    crop_id = models.UUIDField(null=True)
    language = models.TextField()
    due_on = models.DateField()
    asked_by = models.TextField()
    asked_at = models.DateTimeField(db_default=Now())
    closed_by = models.TextField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "questions"
        constraints = (
            models.UniqueConstraint(name="question_reference_is_given_once", fields=["reference"]),
            models.CheckConstraint(name="question_kind_is_known", condition=Q(kind__in=[one.value for one in Kind])),
            models.CheckConstraint(
                name="question_is_about_a_record", condition=Q(about_kind__in=[one.value for one in About])
            ),
        )
        indexes = (
            models.Index(name="questions_by_unit", fields=["member", "unit", "asked_at"]),
            models.Index(name="questions_by_record", fields=["about_id"]),
            models.Index(name="questions_by_crop", fields=["crop_id"]),
        )

    def __str__(self) -> str:
        return str(self.id)


class QuestionAnswer(models.Model):
    """What a unit answered; the latest of each correspondence counts, and what was said before stays."""

    id = random_id()
    question_id = models.UUIDField()
    correspondence_id = models.UUIDField()
    message_id = models.UUIDField()
    member = models.TextField()
    unit = models.TextField()
    said = models.TextField()
    country = models.TextField(default="", db_default="")
    answered_by = models.TextField()
    answered_at = models.DateTimeField()

    class Meta:
        db_table = "question_answers"
        constraints = (
            models.CheckConstraint(
                name="question_answer_is_known",
                condition=Q(said__in=[one.value for one in Said]) & Q(country__regex="^([A-Z]{2})?$"),
            ),
        )
        indexes = (
            models.Index(name="question_answers_by_it", fields=["question_id", "answered_at"]),
            models.Index(name="question_answers_by_place", fields=["correspondence_id"]),
        )

    def __str__(self) -> str:
        return str(self.id)
