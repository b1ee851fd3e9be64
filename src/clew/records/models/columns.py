"""Columns that several records share or that Django has no name for."""

import uuid

from django.contrib.postgres.functions import RandomUUID
from django.db import models


def random_id() -> models.UUIDField:
    """A primary key that tells nothing: no order, no count."""
    return models.UUIDField(primary_key=True, default=uuid.uuid4, db_default=RandomUUID(), editable=False)


class WallClockField(models.Field):
    """A time as a camera's own clock showed it, in no time zone."""

    def db_type(self, connection: object) -> str:  # noqa: ARG002 (Django's signature)
        return "timestamp"


class RealField(models.FloatField):
    """A number of which seven digits count."""

    def db_type(self, connection: object) -> str:  # noqa: ARG002 (Django's signature)
        return "real"
