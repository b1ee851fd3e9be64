"""Cases, exhibits, and the intakes by which media come into them."""

from django.db import models
from django.db.models.functions import Now

from clew.records.models.columns import random_id
from clew.records.models.cover import Covered, Described


class Case(Described):
    """A member's enquiry."""

    id = random_id()
    reference = models.BinaryField()
    opened_at = models.DateTimeField(db_default=Now())
    opened_by = models.TextField()
    shredded_at = models.DateTimeField(null=True)
    """Since when it is being shredded; the row goes when that is done."""

    class Meta:
        db_table = "cases"
        constraints = (
            models.UniqueConstraint(name="case_once_in_a_unit", fields=["owner_member", "owner_unit", "reference"]),
        )

    def __str__(self) -> str:
        return str(self.id)


class Exhibit(Described):
    """One seized item with its chain of custody."""

    id = random_id()
    case = models.ForeignKey(Case, on_delete=models.PROTECT, db_index=False, related_name="exhibits")
    reference = models.BinaryField()
    entered_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "exhibits"
        constraints = (models.UniqueConstraint(name="exhibit_once_in_a_case", fields=["case", "reference"]),)

    def __str__(self) -> str:
        return str(self.id)


class Intake(Described):
    """One run over one source, for an exhibit or for a hash list."""

    id = random_id()
    exhibit_id = models.UUIDField(null=True, db_index=True)
    list_id = models.UUIDField(null=True)
    source = models.BinaryField()
    source_kind = models.TextField()
    started_by = models.TextField()
    started_at = models.DateTimeField(db_default=Now())
    host = models.TextField()
    keeps_bytes = models.BooleanField()
    series_id = models.UUIDField(null=True)
    walked_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    own_handling_id = models.UUIDField(null=True)
    own_words_id = models.UUIDField(null=True)
    """As of a medium: covers that are narrower than that of what it goes into."""
    files_seen = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        db_table = "intakes"

    def __str__(self) -> str:
        return str(self.id)


class Chunk(Covered):
    """As many files of an intake as one job takes."""

    id = models.BigAutoField(primary_key=True)
    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, db_index=False, related_name="chunks")
    ordinal = models.IntegerField()
    state = models.SmallIntegerField(default=1, db_default=1)
    files = models.IntegerField()
    bytes = models.BigIntegerField()
    series_id = models.UUIDField(null=True)
    """A series of its own, where a case export names one for some of its media."""
    archive = models.BinaryField(null=True)
    """Path within the source of the archive that is unpacked; null for a chunk of files."""
    cursor = models.IntegerField(default=0, db_default=0)
    """How many entries of the archive are done."""

    class Meta:
        db_table = "chunks"
        constraints = (
            models.UniqueConstraint(name="chunk_once_in_an_intake", fields=["intake", "ordinal"]),
            models.CheckConstraint(name="chunk_state_is_known", condition=models.Q(state__in=(1, 2, 3))),
        )

    def __str__(self) -> str:
        return str(self.id)
