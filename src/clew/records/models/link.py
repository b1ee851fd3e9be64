"""Links between records of all kinds, and the steps that their units took about them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from clew.domain.link import Basis, Confidence, EndKind, LinkState, LinkType, Step
from clew.records.models.columns import random_id
from clew.records.models.cover import Covered

_KINDS = [kind.value for kind in EndKind]


class Link(Covered):
    """A unit says that two records belong together, and how. Seen by whoever sees both besides; it goes with either.

    Numbers and no words, because there are very many. An end has no foreign key, because it may be of any table: what
    is said of a record goes with it by a trigger (`graph.sql`).
    """

    id = random_id()
    type = models.SmallIntegerField()
    a_kind = models.SmallIntegerField()
    a_id = models.UUIDField()
    b_kind = models.SmallIntegerField()
    b_id = models.UUIDField()
    basis = models.SmallIntegerField()
    confidence = models.SmallIntegerField()
    state = models.SmallIntegerField()
    rule = models.TextField(default="", db_default="")
    """By which rule a program found it; empty where an officer says it."""
    note = models.TextField(default="", db_default="")
    asserted_by = models.TextField()
    asserted_at = models.DateTimeField(db_default=Now())
    handled = ArrayField(models.TextField(), default=list, db_default=[])
    """Handlings that it was given since: what, why, by whom and when, each sealed."""
    restricted_until = models.DateField(null=True)
    """On which day the first restriction ends of those that have an end."""
    decided_by = models.TextField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "links"
        constraints = (
            models.CheckConstraint(
                name="link_is_known",
                condition=Q(
                    type__in=[one.value for one in LinkType], a_kind__in=_KINDS, b_kind__in=_KINDS,
                    basis__in=[one.value for one in Basis], confidence__in=[one.value for one in Confidence],
                    state__in=[one.value for one in LinkState],
                ),
            ),
            models.CheckConstraint(name="link_is_of_two", condition=~Q(a_id=models.F("b_id"))),
            models.CheckConstraint(
                name="link_is_decided_by_somebody",
                condition=Q(state=LinkState.CANDIDATE.value, decided_by__isnull=True, decided_at__isnull=True)
                | Q(decided_by__isnull=False, decided_at__isnull=False),
            ),
            models.UniqueConstraint(
                name="link_once_by_a_unit",
                fields=["a_id", "b_id", "type", "owner_member", "owner_unit"],
                condition=~Q(state=LinkState.WITHDRAWN.value),
            ),
        )
        indexes = (
            models.Index(name="links_to_b", fields=["b_id", "a_id"], condition=~Q(state=LinkState.WITHDRAWN.value)),
            # Few, and asked for only when a record goes.
            models.Index(
                name="links_withdrawn_from_a", fields=["a_id"], condition=Q(state=LinkState.WITHDRAWN.value)
            ),
            models.Index(name="links_withdrawn_to_b", fields=["b_id"], condition=Q(state=LinkState.WITHDRAWN.value)),
            models.Index(
                name="links_that_wait", fields=["owner_member", "owner_unit", "asserted_at"],
                condition=Q(state=LinkState.CANDIDATE.value),
            ),
            models.Index(
                name="links_by_end", fields=["owner_member", "owner_unit", "restricted_until"],
                condition=Q(restricted_until__isnull=False),
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return str(self.id)


class LinkStep(models.Model):
    """A step that its unit took about a link: who, when and why. Whoever sees the link sees it."""

    id = random_id()
    link_id = models.UUIDField()
    step = models.TextField()
    state = models.SmallIntegerField()
    reason = models.TextField(default="", db_default="")
    member = models.TextField()
    unit = models.TextField()
    taken_by = models.TextField()
    taken_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "link_steps"
        constraints = (
            models.CheckConstraint(
                name="link_step_is_known",
                condition=Q(step__in=[step.value for step in Step], state__in=[one.value for one in LinkState]),
            ),
        )
        indexes = (models.Index(name="link_steps_by_link", fields=["link_id", "taken_at"]),)

    def __str__(self) -> str:
        return str(self.id)
