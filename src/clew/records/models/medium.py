"""Media, where they were found, and what is computed from them to compare them."""

from functools import reduce
from operator import or_

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from clew.domain.fingerprint import KINDS
from clew.records.models.columns import RealField, WallClockField, random_id
from clew.records.models.cover import COVER_COLUMNS, Covered, Described


class Medium(Described):
    """One content under one handling of one owner.

    `name` is its SHA-256, or the SHA-1 or MD5 where only that came. Where its bytes are
    in the vault, `MediumKey` says for which cases.
    """

    id = random_id()
    name = models.BinaryField()
    sha256 = models.BinaryField(null=True)
    sha1 = models.BinaryField(null=True)
    md5 = models.BinaryField(null=True)
    size_bytes = models.BigIntegerField(null=True)
    kind = models.TextField()
    width = models.IntegerField(null=True)
    height = models.IntegerField(null=True)
    duration_ms = models.IntegerField(null=True)
    verdict = models.SmallIntegerField()
    reason = models.TextField(default="", db_default="")
    closer = models.TextField(null=True)
    """Of a moving medium: empty once it was looked at closer, or why it could not be; null until then."""
    facts = models.BinaryField(null=True)
    metadata = models.BinaryField(null=True)
    """Blocks of metadata as they lie in the file, folded and sealed; null where it has none."""
    camera_make = models.BinaryField(null=True)
    camera_model = models.BinaryField(null=True)
    camera_serial = models.BinaryField(null=True)
    lens_serial = models.BinaryField(null=True)
    taken_at = WallClockField(null=True)
    taken_offset_minutes = models.SmallIntegerField(null=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    gps_precision_m = RealField(null=True)
    software = models.BinaryField(null=True)
    document_id = models.BinaryField(null=True)
    taken_in_at = models.DateTimeField(db_default=Now())
    own_handling_id = models.UUIDField(null=True)
    """A cover whose handling is its own, narrower than that of what it lies in: no change of that widens it."""
    own_words_id = models.UUIDField(null=True)
    """The same of the words of a cover."""

    class Meta:
        db_table = "media"
        constraints = (models.UniqueConstraint(name="medium_once_under_a_cover", fields=["name", *COVER_COLUMNS]),)
        indexes = (
            models.Index(name="media_by_sha1", fields=["sha1"], condition=Q(sha1__isnull=False)),
            models.Index(name="media_by_md5", fields=["md5"], condition=Q(md5__isnull=False)),
            # Most media have both digests, and theirs is then told by the stronger one: this index is nearly empty.
            models.Index(name="media_by_md5_alone", fields=["md5"], condition=Q(md5__isnull=False, sha1__isnull=True)),
            models.Index(
                name="media_by_own_handling", fields=["own_handling_id"], condition=Q(own_handling_id__isnull=False)
            ),
            models.Index(
                name="media_by_own_words", fields=["own_words_id"], condition=Q(own_words_id__isnull=False)
            ),
            models.Index(name="media_by_camera", fields=["camera_serial"], condition=Q(camera_serial__isnull=False)),
            models.Index(name="media_by_lens", fields=["lens_serial"], condition=Q(lens_serial__isnull=False)),
            # Without the lists of members: an index that holds any is not folded, and would be ten times as large. Media that
            # came in one transaction came at one moment, so that the last column leaves most of it folded.
            models.Index(
                name="media_by_camera_model",
                fields=["camera_model", "camera_make", "owner_member", "owner_unit", "audience", "taken_in_at"],
                condition=Q(camera_make__isnull=False) | Q(camera_model__isnull=False),
            ),
            models.Index(
                name="media_by_software", fields=["software", "owner_member", "owner_unit", "audience", "taken_in_at"],
                condition=Q(software__isnull=False),
            ),
            models.Index(name="media_by_document", fields=["document_id"], condition=Q(document_id__isnull=False)),
            models.Index(name="media_by_time_taken", fields=["taken_at"], condition=Q(taken_at__isnull=False)),
            models.Index(name="media_by_latitude", fields=["latitude"], condition=Q(latitude__isnull=False)),
        )

    def __str__(self) -> str:
        return str(self.id)


class KeptCamera(Covered):
    """A camera of some media of an owner that lie under one handling, in their words; sealed, empty where they say none.

    Or the software that wrote them: then make and model are empty. `camera` is the same for the same words: what names
    it where pages go on.
    """

    id = random_id()
    camera = models.UUIDField()
    make = models.BinaryField()
    model = models.BinaryField()
    software = models.BinaryField(default=b"", db_default=b"")

    class Meta:
        db_table = "cameras"
        indexes = (
            models.Index(name="cameras_in_order", fields=["camera", "owner_member", "owner_unit", "audience"]),
        )

    def __str__(self) -> str:
        return str(self.id)


class MediumKey(models.Model):
    """By which case's key a medium's bytes can be read. Only officers of its owner who see the medium see it.

    `blob` names the bytes in the vault; `wrapped` is their data key under the key of the case,
    so it opens nothing once that is destroyed.
    """

    pk = models.CompositePrimaryKey("medium_id", "case_id")
    medium_id = models.UUIDField()
    case_id = models.UUIDField()
    member = models.TextField()
    blob = models.BinaryField()
    wrapped = models.BinaryField()

    class Meta:
        db_table = "medium_keys"
        indexes = (
            models.Index(name="medium_keys_by_case", fields=["case_id"]),
            models.Index(name="medium_keys_by_blob", fields=["blob"]),
        )

    def __str__(self) -> str:
        return f"{self.medium_id} {self.case_id}"


class Occurrence(Covered):
    """A medium found at one place in one exhibit; without a medium: seen, not yet read."""

    id = models.BigAutoField(primary_key=True)
    exhibit_id = models.UUIDField()
    case_id = models.UUIDField()
    intake_id = models.UUIDField()
    chunk_id = models.BigIntegerField(null=True)
    path = models.BinaryField()
    path_key = models.BinaryField()
    location = models.BinaryField(null=True)
    """Where within the source the bytes lie, if that is not `path`: a case export names both."""
    size_bytes = models.BigIntegerField(null=True)
    medium_id = models.UUIDField(null=True)
    reason = models.TextField(default="", db_default="")

    class Meta:
        db_table = "occurrences"
        constraints = (
            models.UniqueConstraint(name="occurrence_once_in_an_exhibit", fields=["exhibit_id", "path_key"]),
        )
        indexes = (
            models.Index(name="occurrences_by_medium", fields=["medium_id"]),
            models.Index(name="occurrences_by_case", fields=["case_id", "medium_id"]),
            # Media are gone through in the order in which they were found.
            # Only for statements that ask for what comes behind a place: see `occurrences.IN_ORDER`.
            models.Index(name="occurrences_in_their_order", fields=["case_id", "id"], condition=Q(id__gt=0)),
            models.Index(name="occurrences_of_exhibits", fields=["exhibit_id", "id"], condition=Q(id__gt=0)),
            models.Index(name="occurrences_by_chunk", fields=["chunk_id"], condition=Q(chunk_id__isnull=False)),
        )

    def __str__(self) -> str:
        return str(self.id)


OLDER = reduce(or_, (Q(kind=int(kind), version__lt=facts.version) for kind, facts in KINDS.items()))
"""Fingerprints of an older version than this release makes."""


class FingerprintSet(Covered):
    """The fingerprints of one kind of one medium.

    Shapes: `bits` is `count` times 32 bytes; `times_ms` and `qualities` are as many
    int32, little end first, and uint8. They are numbered `first`, `first + 1`, … within
    their engine; `first` is null where they are kept but never looked up.

    `version`: that of the kind by which they were made, or by which it was last tried to make them anew.
    """

    id = models.BigAutoField(primary_key=True)
    medium_id = models.UUIDField()
    kind = models.SmallIntegerField()
    bits = models.BinaryField()
    times_ms = models.BinaryField(null=True)
    qualities = models.BinaryField(null=True)
    engine = models.SmallIntegerField(null=True)
    first = models.BigIntegerField(null=True)
    count = models.IntegerField()
    version = models.SmallIntegerField(default=1, db_default=1)

    class Meta:
        db_table = "fingerprints"
        constraints = (models.UniqueConstraint(name="fingerprint_numbers_are_given_once", fields=["engine", "first"]),)
        indexes = (
            models.Index(name="fingerprints_by_medium", fields=["medium_id"]),
            # Nothing that comes is in it: it costs no intake anything. A version that is counted up asks for a migration.
            models.Index(
                name="fingerprints_older", fields=["owner_member", "owner_unit", "medium_id"], condition=OLDER
            ),
        )

    def __str__(self) -> str:
        return str(self.id)


class FingerprintCounter(models.Model):
    """The next number of an engine; whoever holds its row lock gives numbers in the order of commits."""

    engine = models.SmallIntegerField(primary_key=True)
    next = models.BigIntegerField()
    renewed_at = models.DateTimeField(null=True)
    """When fingerprints were last made anew: numbers that were given before lie in indexes and name nothing."""

    class Meta:
        db_table = "fingerprint_counters"

    def __str__(self) -> str:
        return str(self.engine)
