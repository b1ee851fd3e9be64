"""Uploads through the browser, until they are taken in."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from clew.domain.upload import State
from clew.records.models.columns import random_id


class Upload(models.Model):
    """An officer's upload. `promised` is sealed: case, exhibit, how many files and bytes. The rest lies on `host`."""

    id = random_id()
    member = models.TextField()
    unit = models.TextField()
    officer = models.TextField()
    host = models.TextField()
    promised = models.BinaryField()
    state = models.TextField(default=State.OPEN.value, db_default=State.OPEN.value)
    intake_id = models.UUIDField(null=True)
    begun_at = models.DateTimeField(db_default=Now())
    ends_at = models.DateTimeField()

    class Meta:
        db_table = "uploads"
        constraints = (
            models.CheckConstraint(name="upload_state_is_known", condition=Q(state__in=[one.value for one in State])),
            models.CheckConstraint(
                name="upload_is_taken_in_by_an_intake",
                condition=Q(state=State.OPEN.value, intake_id__isnull=True)
                | Q(state=State.TAKEN_IN.value, intake_id__isnull=False),
            ),
        )
        indexes = (models.Index(name="uploads_by_officer", fields=["member", "unit", "officer"]),)

    def __str__(self) -> str:
        return str(self.id)
