"""Statistics: a number of a member and day, or period, each; and whether the public is told some of them."""

from django.db import models
from django.db.models.functions import Now

from clew.records.models.columns import random_id


class Statistic(models.Model):
    """A number as it was counted for a day; of all members together where `member` is empty. The application cannot read it."""

    pk = models.CompositePrimaryKey("day", "member", "figure", "of")
    day = models.DateField()
    member = models.TextField()
    figure = models.TextField()
    of = models.TextField()
    number = models.BigIntegerField()

    class Meta:
        db_table = "statistics"
        indexes = (models.Index(name="statistics_by_figure", fields=["figure", "day"]),)

    def __str__(self) -> str:
        return f"{self.day} {self.figure}"


class PeriodStatistic(models.Model):
    """What a member did in a period of the closed list, as it was counted; `day` is its last. The application cannot read it."""

    pk = models.CompositePrimaryKey("period", "member", "figure", "of")
    period = models.TextField()
    member = models.TextField()
    figure = models.TextField()
    of = models.TextField()
    day = models.DateField()
    number = models.BigIntegerField()

    class Meta:
        db_table = "period_statistics"

    def __str__(self) -> str:
        return f"{self.period} {self.figure}"


class Publication(models.Model):
    """The operator said whether the public is told how many are unidentified; the last word holds."""

    id = random_id()
    is_on = models.BooleanField()
    decided_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "publications"

    def __str__(self) -> str:
        return str(self.id)
