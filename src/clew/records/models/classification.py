"""What officers observed of media, and the schemes that make categories of it."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from clew.records.models.columns import random_id


class Observation(models.Model):
    """What an officer observed of a medium, by question, until they take it back. Whoever sees the medium sees it.

    `facts` are codes of the list of facts of that version; `reason` is sealed.
    """

    id = random_id()
    medium_id = models.UUIDField()
    facts = models.JSONField()
    facts_version = models.IntegerField()
    is_review = models.BooleanField(default=False, db_default=False)
    is_led = models.BooleanField(default=False, db_default=False)
    """Whether the officer knew by then what others had said of the content, or may have."""
    reason = models.TextField(default="", db_default="")
    member = models.TextField()
    unit = models.TextField()
    observed_by = models.TextField()
    observed_at = models.DateTimeField(db_default=Now())
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "observations"
        constraints = (
            models.UniqueConstraint(
                name="observation_once_by_an_officer", fields=["medium_id", "member", "observed_by"],
                condition=Q(withdrawn_at__isnull=True),
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return str(self.id)


class Scheme(models.Model):
    """A version of a member's scheme; none is ever changed."""

    id = random_id()
    member = models.TextField()
    name = models.TextField()
    version = models.IntegerField()
    document = models.TextField()
    loaded_by = models.TextField()
    loaded_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "schemes"
        constraints = (
            models.UniqueConstraint(name="scheme_version_is_loaded_once", fields=["member", "name", "version"]),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.version}"
