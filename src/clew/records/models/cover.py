"""The cover: owner and handling, on every record that holds members' data."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

COVER_COLUMNS = ("owner_member", "owner_unit", "audience", "members", "excluded")


class Covered(models.Model):
    """Owner and handling of a record; `records/visibility.sql` reads these columns.

    The lists are never null, so that a missing one denies instead of being unknown.
    """

    owner_member = models.TextField()
    owner_unit = models.TextField()
    audience = models.SmallIntegerField()
    members = ArrayField(models.TextField(), default=list)
    excluded = ArrayField(models.TextField(), default=list)

    class Meta:
        abstract = True
