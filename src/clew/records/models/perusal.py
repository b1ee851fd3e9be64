"""What officers see and say while they go through media: previews, stacks, and marks."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from clew.domain.mark import Relevance
from clew.records.models.columns import random_id


class Preview(models.Model):
    """The previews of a medium that a case holds, sealed under the key of the case.

    `content`: each preview of 80 bytes with its time (`media/preview.py`), the one that stands for the medium first; null
    where there is none. `is_waiting`: it is still to be made, from the bytes in the vault.
    """

    pk = models.CompositePrimaryKey("medium_id", "case_id")
    medium_id = models.UUIDField()
    case_id = models.UUIDField()
    member = models.TextField()
    content = models.BinaryField(null=True)
    is_waiting = models.BooleanField(default=False, db_default=False)

    class Meta:
        db_table = "previews"
        indexes = (models.Index(name="previews_to_be_made", fields=["member", "medium_id"], condition=Q(is_waiting=True)),)

    def __str__(self) -> str:
        return f"{self.medium_id} {self.case_id}"


class CaseStack(models.Model):
    """A medium of a case that lies in a stack of near copies, and the centre of the stack; the centre has such a row too.

    A medium without one stands for itself alone. `id` tells which stack was there first.
    """

    id = models.BigAutoField(primary_key=True)
    case_id = models.UUIDField()
    medium_id = models.UUIDField()
    centre_id = models.UUIDField()
    member = models.TextField()
    unit = models.TextField()

    class Meta:
        db_table = "case_stacks"
        constraints = (
            models.UniqueConstraint(name="medium_lies_in_one_stack", fields=["case_id", "medium_id"]),
        )
        indexes = (
            models.Index(name="case_stacks_by_centre", fields=["case_id", "centre_id"]),
            models.Index(name="case_stacks_by_medium", fields=["medium_id"]),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.medium_id}"


class Mark(models.Model):
    """What an officer of a unit says of a medium. The latest that is not undone holds for the unit.

    Those of one `act` were said with one key, and are undone together.
    """

    id = random_id()
    act = models.UUIDField()
    medium_id = models.UUIDField()
    member = models.TextField()
    unit = models.TextField()
    said = models.TextField()
    marked_by = models.TextField()
    marked_at = models.DateTimeField(db_default=Now())
    undone_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "marks"
        constraints = (
            models.CheckConstraint(name="mark_is_known", condition=Q(said__in=[one.value for one in Relevance])),
        )
        indexes = (
            models.Index(name="marks_by_medium", fields=["medium_id"]),
            models.Index(name="marks_by_act", fields=["act"]),
        )

    def __str__(self) -> str:
        return str(self.id)
