"""The audit: the record of acts, and the log that makes every change of it show."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from clew.domain.reveal_budget import COUNTED


class Act(models.Model):
    """One thing an officer did. It is appended, and never changed or removed.

    The identifier begins with the time (UUID version 7): it orders, and its gaps tell nothing.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    at = models.DateTimeField(db_default=Now())
    officer = models.TextField()
    member = models.TextField()
    unit = models.TextField()
    act = models.TextField()
    subject = models.TextField()
    owner = models.TextField(db_default="")
    shown = ArrayField(models.TextField(), db_default=[])
    counts = models.JSONField(default=dict)
    purpose = models.TextField(db_default="")
    case_reference = models.TextField(db_default="")
    salt = models.BinaryField()

    class Meta:
        db_table = "acts"
        indexes = (
            models.Index(name="acts_by_subject", fields=["subject", "id"]),
            models.Index(name="acts_by_member", fields=["member", "id"]),
            models.Index(name="acts_by_act", fields=["act", "id"]),
            models.Index(name="acts_by_officer", fields=["officer", "id"]),
            models.Index(
                name="reveals_by_officer", fields=["member", "officer", "at"], condition=models.Q(act__in=COUNTED)
            ),
        )

    def __str__(self) -> str:
        return f"{self.act} {self.id}"


class Access(models.Model):
    """An act that touched records of another member than the actor's; written with the act."""

    pk = models.CompositePrimaryKey("owner", "act_id")
    owner = models.TextField()
    act_id = models.UUIDField()
    act = models.TextField()
    """What was done, once more: so a rare act is found among many."""

    class Meta:
        db_table = "accesses"
        indexes = (models.Index(name="accesses_by_act", fields=["owner", "act", "act_id"]),)

    def __str__(self) -> str:
        return str(self.act_id)


class WaitingAct(models.Model):
    """An act that has no leaf yet; written with the act, taken by the sequencer."""

    act_id = models.UUIDField(primary_key=True)

    class Meta:
        db_table = "waiting_acts"

    def __str__(self) -> str:
        return str(self.act_id)


class Leaf(models.Model):
    """The place of an act in the log; numbers are dense."""

    number = models.BigIntegerField(primary_key=True)
    act_id = models.UUIDField(unique=True)

    class Meta:
        db_table = "leaves"

    def __str__(self) -> str:
        return str(self.number)


class Tile(models.Model):
    """Up to 256 hashes of the tree, end to end; see `domain/tile.py`."""

    pk = models.CompositePrimaryKey("level", "index")
    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    hashes = models.BinaryField()

    class Meta:
        db_table = "tiles"

    def __str__(self) -> str:
        return f"{self.level}/{self.index}"


class Checkpoint(models.Model):
    """Size and root of the log at a time, and the note that this node signed about them."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField()
    at = models.DateTimeField(db_default=Now())
    note = models.TextField()

    class Meta:
        db_table = "checkpoints"

    def __str__(self) -> str:
        return str(self.size)


class Cosignature(models.Model):
    """A witness's line beneath a checkpoint; `at` is when the witness says that it signed."""

    pk = models.CompositePrimaryKey("witness", "size")
    witness = models.TextField()
    size = models.BigIntegerField()
    at = models.DateTimeField()
    line = models.TextField()

    class Meta:
        db_table = "cosignatures"

    def __str__(self) -> str:
        return f"{self.witness} {self.size}"


class Verification(models.Model):
    """How far the log was read again, one row: leaves from `first` to before `size`, and the root over `size`.

    `back` is to where the round that is under way has gone, `since` the time of the event at `first`, `at` when it was last
    read. `failed_at`: what was read then was not as it was signed, and nothing was read since that was.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    first = models.BigIntegerField()
    size = models.BigIntegerField()
    root = models.BinaryField()
    back = models.BigIntegerField()
    since = models.DateTimeField(null=True)
    at = models.DateTimeField()
    failed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "verifications"
        constraints = (models.CheckConstraint(name="verification_is_one", condition=models.Q(id=1)),)

    def __str__(self) -> str:
        return f"{self.first}-{self.size}"


class Supervisor(models.Model):
    """A member whose auditors see the acts of all members, as references."""

    member = models.TextField(primary_key=True)

    class Meta:
        db_table = "supervisors"

    def __str__(self) -> str:
        return self.member
