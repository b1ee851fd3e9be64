"""Messages between units about a record, and notices: that something waits."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from clew.domain.message import Kind, NoticeKind, SubjectKind
from clew.records.models.columns import random_id


class Correspondence(models.Model):
    """What one unit asks another, from the request on. `to_units` are those that had it; the last has it now."""

    id = random_id()
    member = models.TextField()
    unit = models.TextField()
    to_member = models.TextField()
    to_units = ArrayField(models.TextField())
    subject_kind = models.TextField()
    subject_id = models.UUIDField()
    due_on = models.DateField()
    asked_by = models.TextField()
    asked_at = models.DateTimeField(db_default=Now())
    closed_by = models.TextField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "correspondences"
        constraints = (
            models.CheckConstraint(
                name="correspondence_is_about_a_record", condition=Q(subject_kind__in=[kind.value for kind in SubjectKind])
            ),
            models.CheckConstraint(
                name="correspondence_is_closed_by_somebody", condition=Q(closed_by__isnull=True, closed_at__isnull=True)
                | Q(closed_by__isnull=False, closed_at__isnull=False),
            ),
        )  # fmt: skip
        indexes = (
            models.Index(name="correspondences_by_asker", fields=["member", "unit", "asked_at"]),
            models.Index(name="correspondences_by_asked", fields=["to_member", "asked_at"]),
        )

    def __str__(self) -> str:
        return str(self.id)


class Message(models.Model):
    """One message; its words are sealed for the member that wrote it."""

    id = random_id()
    correspondence_id = models.UUIDField()
    member = models.TextField()
    unit = models.TextField()
    kind = models.TextField()
    words = models.TextField(default="", db_default="")
    written_by = models.TextField()
    written_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "messages"
        constraints = (
            models.CheckConstraint(name="message_kind_is_known", condition=Q(kind__in=[kind.value for kind in Kind])),
        )
        indexes = (models.Index(name="messages_by_correspondence", fields=["correspondence_id", "written_at"]),)

    def __str__(self) -> str:
        return str(self.id)


class Translation(models.Model):
    """A message in another language, beside the original; sealed for the member that translated it."""

    id = random_id()
    message_id = models.UUIDField()
    correspondence_id = models.UUIDField()
    member = models.TextField()
    unit = models.TextField()
    language = models.TextField()
    words = models.TextField()
    translated_by = models.TextField()
    translated_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "translations"
        indexes = (models.Index(name="translations_by_correspondence", fields=["correspondence_id"]),)

    def __str__(self) -> str:
        return str(self.id)


class CorrespondenceRead(models.Model):
    """That an officer read a correspondence, and how far; only the own unit sees it."""

    id = random_id()
    correspondence_id = models.UUIDField()
    member = models.TextField()
    unit = models.TextField()
    officer = models.TextField()
    read_at = models.DateTimeField()

    class Meta:
        db_table = "correspondence_reads"
        indexes = (models.Index(name="correspondence_reads_by_it", fields=["correspondence_id", "officer", "read_at"]),)

    def __str__(self) -> str:
        return str(self.id)


class Notice(models.Model):
    """That something waits for a unit: of what kind, and what it is about. Nobody else sees it."""

    id = random_id()
    member = models.TextField()
    unit = models.TextField()
    kind = models.TextField()
    subject_id = models.UUIDField()
    raised_at = models.DateTimeField()
    seen_by = models.TextField(null=True)
    seen_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)
    many = models.IntegerField(null=True)
    """Of proposals: how many came since the unit looked last."""

    class Meta:
        db_table = "notices"
        constraints = (
            models.CheckConstraint(
                name="notice_kind_is_known", condition=Q(kind__in=[kind.value for kind in NoticeKind])
            ),
            models.UniqueConstraint(
                name="notice_waits_once", fields=["member", "unit", "kind", "subject_id"],
                condition=Q(seen_at__isnull=True),
            ),
        )  # fmt: skip
        indexes = (models.Index(name="notices_by_unit", fields=["member", "unit", "raised_at"]),)

    def __str__(self) -> str:
        return str(self.id)


class MailAddress(models.Model):
    """Where an officer wants to be told that something waits; the address is sealed, and goes once it is wanted no more."""

    id = random_id()
    member = models.TextField()
    unit = models.TextField()
    officer = models.TextField()
    address = models.TextField(default="", db_default="")
    said_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "mail_addresses"
        indexes = (models.Index(name="mail_addresses_by_unit", fields=["member", "unit", "officer", "said_at"]),)

    def __str__(self) -> str:
        return str(self.id)
