"""Keys of officers: what differs from the shipped ones."""

from django.db import models
from django.db.models.functions import Now


class OfficerKeys(models.Model):
    """Which key does what for an officer, where that is not as shipped; by scope and act. One row an officer."""

    officer = models.TextField(primary_key=True)
    member = models.TextField()
    own = models.JSONField(default=dict)
    is_off = models.BooleanField(default=False, db_default=False)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "officer_keys"

    def __str__(self) -> str:
        return self.officer
