"""The audit: the record of acts."""

from django.db import models
from django.db.models.functions import Now


class Act(models.Model):
    """One thing an officer did. It is appended, and never changed or removed."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=Now())
    officer = models.TextField()
    member = models.TextField()
    unit = models.TextField()
    act = models.TextField()
    subject = models.TextField()
    counts = models.JSONField(default=dict)

    class Meta:
        db_table = "acts"
        indexes = (models.Index(name="acts_by_subject", fields=["subject", "id"]),)

    def __str__(self) -> str:
        return f"{self.act} {self.id}"
