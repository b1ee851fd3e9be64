"""Victims, offenders and places: the nouns that links seek to name, none of them with a name of its own."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from clew.domain.offender import Established
from clew.domain.person import Sex
from clew.domain.place import PlaceKind
from clew.domain.victim import Said, VictimState
from clew.records.models.columns import random_id
from clew.records.models.cover import Covered, Described

_SEXES = [sex.value for sex in Sex]
AGE_IS_WHOLE = Q(youngest__isnull=True, oldest__isnull=True, age_on__isnull=True) | Q(
    youngest__gte=0, oldest__gte=models.F("youngest"), oldest__lte=120, age_on__isnull=False
)
ABOUT_ONE = (
    Q(victim_id__isnull=False, offender_id__isnull=True, place_id__isnull=True)
    | Q(victim_id__isnull=True, offender_id__isnull=False, place_id__isnull=True)
    | Q(victim_id__isnull=True, offender_id__isnull=True, place_id__isnull=False)
)


class Victim(Described):
    """A child whom nobody has named yet: what can be told of it without saying who it is."""

    id = random_id()
    reference = models.TextField(db_default="", editable=False)
    """Drawn by the database (`graph.sql`), never chosen."""
    state = models.TextField(default=VictimState.UNIDENTIFIED.value, db_default=VictimState.UNIDENTIFIED.value)
    sex = models.TextField(default=Sex.UNKNOWN.value, db_default=Sex.UNKNOWN.value)
    youngest = models.SmallIntegerField(null=True)
    oldest = models.SmallIntegerField(null=True)
    age_on = models.DateField(null=True)
    entered_by = models.TextField()
    entered_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "victims"
        constraints = (
            models.UniqueConstraint(name="victim_reference_is_given_once", fields=["reference"]),
            models.CheckConstraint(
                name="victim_state_is_known", condition=Q(state__in=[state.value for state in VictimState])
            ),
            models.CheckConstraint(name="victim_sex_is_known", condition=Q(sex__in=_SEXES)),
            models.CheckConstraint(name="victim_age_is_whole", condition=AGE_IS_WHOLE),
        )
        indexes = (
            models.Index(name="victims_by_owner", fields=["owner_member", "owner_unit", "entered_at"]),
            models.Index(name="victims_in_order", fields=["entered_at", "id"]),
        )

    def __str__(self) -> str:
        return str(self.id)


class Offender(Described):
    """A person by a reference, and what is established of the part that it had."""

    id = random_id()
    reference = models.TextField(db_default="", editable=False)
    established = models.TextField(default=Established.UNKNOWN.value, db_default=Established.UNKNOWN.value)
    sex = models.TextField(default=Sex.UNKNOWN.value, db_default=Sex.UNKNOWN.value)
    youngest = models.SmallIntegerField(null=True)
    oldest = models.SmallIntegerField(null=True)
    age_on = models.DateField(null=True)
    entered_by = models.TextField()
    entered_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "offenders"
        constraints = (
            models.UniqueConstraint(name="offender_reference_is_given_once", fields=["reference"]),
            models.CheckConstraint(
                name="offender_established_is_known", condition=Q(established__in=[one.value for one in Established])
            ),
            models.CheckConstraint(name="offender_sex_is_known", condition=Q(sex__in=_SEXES)),
            models.CheckConstraint(name="offender_age_is_whole", condition=AGE_IS_WHOLE),
        )
        indexes = (
            models.Index(name="offenders_by_owner", fields=["owner_member", "owner_unit", "entered_at"]),
            models.Index(name="offenders_in_order", fields=["entered_at", "id"]),
        )

    def __str__(self) -> str:
        return str(self.id)


class Place(Described):
    """A place, and where it is to a tenth of a degree; nearer lies apart, for those who may use it so."""

    id = random_id()
    reference = models.TextField(db_default="", editable=False)
    kind = models.TextField()
    name = models.BinaryField(null=True)
    """What its owner calls it, sealed; null where it has no name."""
    country = models.TextField(default="", db_default="")
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    entered_by = models.TextField()
    entered_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "places"
        constraints = (
            models.UniqueConstraint(name="place_reference_is_given_once", fields=["reference"]),
            models.CheckConstraint(
                name="place_kind_is_known", condition=Q(kind__in=[kind.value for kind in PlaceKind])
            ),
            models.CheckConstraint(
                name="place_is_coarse",
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180),
            ),
        )
        indexes = (
            models.Index(name="places_by_owner", fields=["owner_member", "owner_unit", "entered_at"]),
            models.Index(name="places_in_order", fields=["entered_at", "id"]),
            models.Index(name="places_by_degree", fields=["latitude", "longitude"], condition=Q(latitude__isnull=False)),
        )

    def __str__(self) -> str:
        return str(self.id)


class PlacePoint(models.Model):
    """Where exactly a place is, and within how far. Read by whoever has the use of originals of the place."""

    place_id = models.UUIDField(primary_key=True)
    latitude = models.FloatField()
    longitude = models.FloatField()
    precision_m = models.FloatField()

    class Meta:
        db_table = "place_points"
        constraints = (
            models.CheckConstraint(
                name="point_lies_on_earth",
                condition=Q(
                    latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180, precision_m__gt=0
                ),
            ),
        )

    def __str__(self) -> str:
        return str(self.place_id)


class Description(models.Model):
    """What the owner said of a victim, offender or place: each version stays. Whoever sees that sees it."""

    id = random_id()
    victim_id = models.UUIDField(null=True)
    offender_id = models.UUIDField(null=True)
    place_id = models.UUIDField(null=True)
    said = models.JSONField()
    """Facts of closed lists, as the record itself has the latest."""
    basis = models.TextField(default="", db_default="")
    member = models.TextField()
    unit = models.TextField()
    said_by = models.TextField()
    said_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "descriptions"
        constraints = (models.CheckConstraint(name="description_is_of_one", condition=ABOUT_ONE),)
        indexes = (
            models.Index(name="descriptions_by_victim", fields=["victim_id"], condition=Q(victim_id__isnull=False)),
            models.Index(
                name="descriptions_by_offender", fields=["offender_id"], condition=Q(offender_id__isnull=False)
            ),
            models.Index(name="descriptions_by_place", fields=["place_id"], condition=Q(place_id__isnull=False)),
        )

    def __str__(self) -> str:
        return str(self.id)


class Identity(models.Model):
    """Who a victim or an offender is: sealed, and read by the owner's unit alone, for originals; each version stays."""

    id = random_id()
    victim_id = models.UUIDField(null=True)
    offender_id = models.UUIDField(null=True)
    words = models.TextField()
    member = models.TextField()
    unit = models.TextField()
    written_by = models.TextField()
    written_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "identities"
        constraints = (
            models.CheckConstraint(
                name="identity_is_of_one",
                condition=Q(victim_id__isnull=False, offender_id__isnull=True)
                | Q(victim_id__isnull=True, offender_id__isnull=False),
            ),
        )
        indexes = (
            models.Index(name="identities_by_victim", fields=["victim_id"], condition=Q(victim_id__isnull=False)),
            models.Index(
                name="identities_by_offender", fields=["offender_id"], condition=Q(offender_id__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return str(self.id)


class VictimMerge(Covered):
    """Somebody asserts that two victims are one child; until they withdraw it. Seen by whoever sees both besides."""

    id = random_id()
    a_victim = models.UUIDField()
    b_victim = models.UUIDField()
    reason = models.TextField(default="", db_default="")
    asserted_by = models.TextField()
    asserted_at = models.DateTimeField(db_default=Now())
    withdrawn_by = models.TextField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "victim_merges"
        constraints = (
            models.CheckConstraint(name="victim_merge_is_of_two", condition=Q(a_victim__lt=models.F("b_victim"))),
            models.CheckConstraint(
                name="victim_merge_is_withdrawn_by_somebody",
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
            ),
            models.UniqueConstraint(
                name="victim_merge_once_by_a_unit",
                fields=["owner_member", "owner_unit", "a_victim", "b_victim"],
                condition=Q(withdrawn_at__isnull=True),
            ),
        )
        indexes = (
            models.Index(name="victim_merges_from_a", fields=["a_victim"], condition=Q(withdrawn_at__isnull=True)),
            models.Index(name="victim_merges_from_b", fields=["b_victim"], condition=Q(withdrawn_at__isnull=True)),
        )

    def __str__(self) -> str:
        return str(self.id)


class VictimWord(Covered):
    """A unit asserts something of a victim, such as that it is adult now; until it withdraws that."""

    id = random_id()
    victim_id = models.UUIDField()
    said = models.TextField()
    reason = models.TextField(default="", db_default="")
    asserted_by = models.TextField()
    asserted_at = models.DateTimeField(db_default=Now())
    withdrawn_by = models.TextField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "victim_words"
        constraints = (
            models.CheckConstraint(name="victim_word_is_known", condition=Q(said__in=[said.value for said in Said])),
            models.UniqueConstraint(
                name="victim_word_once_by_a_unit",
                fields=["owner_member", "owner_unit", "victim_id", "said"],
                condition=Q(withdrawn_at__isnull=True),
            ),
        )
        indexes = (models.Index(name="victim_words_by_victim", fields=["victim_id"]),)

    def __str__(self) -> str:
        return str(self.id)
