"""Victims, offenders and places for programs: by reference, with facts and no names."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Query, Router, Schema
from pydantic import Field

from clew.actions import asserting, describing, entrusting, portraying
from clew.actions.opening import Session
from clew.api.door import acting, reading, writing
from clew.api.given import After, Given, GivenAudience, GivenStatement, Limit, OneOf, Reason, Reference, Words
from clew.api.links import Link, lines_of
from clew.domain.handling import Actor
from clew.domain.offender import Established, OffenderFacts
from clew.domain.person import AGE_YEARS_MAX, AgeBand, Sex
from clew.domain.place import PRECISION_METRES_MAX, PlaceFacts, PlaceKind, Point, around_in
from clew.domain.victim import Said, VictimFacts, VictimState

router = Router(tags=["people and places"])
Years = Annotated[int, Field(ge=0, le=AGE_YEARS_MAX)]


class Age(Given):
    """Between which ages, in completed years, a person may have been on a day."""

    youngest: Years
    oldest: Years
    on: date


class Where(Given):
    """Units: degrees (WGS 84), metres."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    precision_m: Annotated[float, Field(gt=0, le=PRECISION_METRES_MAX)]


class Kept(Schema):
    reference: str
    owner: str
    unit: str
    entered_by: str | None
    entered_at: datetime


class Victim(Kept):
    state: OneOf[VictimState]
    sex: OneOf[Sex]
    age: Age | None


class Offender(Kept):
    established: OneOf[Established]
    sex: OneOf[Sex]
    age: Age | None


class Place(Kept):
    """`coarse`: to a tenth of a degree; `point`: as it is known, for who may use it as an original."""

    kind: OneOf[PlaceKind]
    name: str
    country: str
    coarse: tuple[float, float] | None
    point: Where | None


class Description(Schema):
    """What was said at a time, the latest first."""

    said: dict[str, Any]
    basis: str
    unit: str
    said_by: str | None
    said_at: datetime


class Duplicate(Schema):
    """An assertion that two victims are one child; `a`, `b`: references, null of what is not seen."""

    id: UUID
    a: str | None
    b: str | None
    reason: str
    owner: str
    unit: str
    asserted_at: datetime
    withdrawn_at: datetime | None


class Word(Schema):
    id: UUID
    said: OneOf[Said]
    reason: str
    owner: str
    unit: str
    asserted_at: datetime
    withdrawn_at: datetime | None


class Linked(Schema):
    descriptions: list[Description]
    links: list[Link]
    next: str | None


class VictimView(Linked):
    victim: Victim
    one_with: list[Victim]
    duplicates: list[Duplicate]
    words: list[Word]


class OffenderView(Linked):
    offender: Offender


class PlaceView(Linked):
    """`near`: places that may be the same, the nearest first."""

    place: Place
    near: list[Place]


class Victims(Schema):
    items: list[Victim]
    next: str | None


class Offenders(Schema):
    items: list[Offender]
    next: str | None


class Places(Schema):
    items: list[Place]
    next: str | None


class PlaceMap(Schema):
    """`is_cut`: there are older ones."""

    items: list[Place]
    is_cut: bool


class Entered(Schema):
    reference: str


class VictimAsserted(Schema):
    assertion: UUID


class Identity(Schema):
    words: str
    written_by: str
    written_at: datetime


class Identities(Schema):
    items: list[Identity]


class GivenVictim(Given):
    sex: OneOf[Sex] = Sex.UNKNOWN
    age: Age | None = None
    basis: Words = ""

    def facts(self) -> VictimFacts:
        return VictimFacts(sex=self.sex, age=_band(self.age))


class GivenOffender(Given):
    established: OneOf[Established] = Established.UNKNOWN
    sex: OneOf[Sex] = Sex.UNKNOWN
    age: Age | None = None
    basis: Words = ""

    def facts(self) -> OffenderFacts:
        return OffenderFacts(established=self.established, sex=self.sex, age=_band(self.age))


class GivenPlaceFacts(Given):
    """`country`: two letters of ISO 3166-1."""

    kind: OneOf[PlaceKind]
    name: Annotated[str, Field(max_length=200)] = ""
    country: Annotated[str, Field(pattern="^([A-Z]{2})?$")] = ""
    point: Where | None = None
    basis: Words = ""

    def facts(self) -> PlaceFacts:
        point = self.point and Point(**self.point.dict())
        return PlaceFacts(kind=self.kind, country=self.country, point=point)


class NewVictim(GivenVictim, GivenAudience):
    pass


class NewOffender(GivenOffender, GivenAudience):
    pass


class NewPlace(GivenPlaceFacts, GivenAudience):
    pass


class GivenSame(Given):
    one: Reference
    other: Reference
    reason: Reason


class GivenWord(Given):
    said: OneOf[Said]
    reason: Reason


class GivenIdentity(Given):
    """Who somebody is: closed to the own unit, and never sent elsewhere."""

    words: Reason


@reading(router, "/victims", Victims)
def every_victim(session: Session, own: bool = False, after: After = None, limit: Limit = 50) -> dict[str, object]:
    """Victims that the officer may see, the newest first."""
    return _page(portraying.every_victim(session, own=own, after=after, limit=limit))


@reading(router, "/offenders", Offenders)
def every_offender(session: Session, own: bool = False, after: After = None, limit: Limit = 50) -> dict[str, object]:
    """Offenders that the officer may see, the newest first."""
    return _page(portraying.every_offender(session, own=own, after=after, limit=limit))


@reading(router, "/places", Places)
def every_place(session: Session, own: bool = False, after: After = None, limit: Limit = 50) -> dict[str, object]:
    """Places that the officer may see, the newest first."""
    return _page(portraying.every_place(session, own=own, after=after, limit=limit))


@reading(router, "/victims/{reference}", VictimView)
def victim(session: Session, reference: str, after: After = None) -> dict[str, object]:
    """A victim with all that the officer may see of it; `after`: where its links go on."""
    view = portraying.look_at_victim(session, reference, after=after)
    names = view.references
    duplicates = [
        {"id": one.id, "a": names.get(one.a), "b": names.get(one.b), "reason": one.reason, "owner": one.owner,
         "unit": one.unit, "asserted_at": one.asserted_at, "withdrawn_at": one.withdrawn_at}
        for one in view.merges
    ]  # fmt: skip
    return {
        "victim": _row(view.row), "one_with": [_row(row) for row in view.together], "duplicates": duplicates,
        "words": view.words, **_linked(view),
    }  # fmt: skip


@reading(router, "/offenders/{reference}", OffenderView)
def offender(session: Session, reference: str, after: After = None) -> dict[str, object]:
    """An offender with all that the officer may see of it; `after`: where its links go on."""
    view = portraying.look_at_offender(session, reference, after=after)
    return {"offender": _row(view.row), **_linked(view)}


@reading(router, "/map", PlaceMap)
def chart_places(
    session: Session, at: Annotated[str, Query(max_length=100)] = "", km: Annotated[str, Query(max_length=20)] = ""
) -> dict[str, object]:
    """Places on a map, the newest first, each as near as the officer may know it; around a point, if asked."""
    found = portraying.chart_places(session, around_in(at, km))
    return {"items": [_row(row) for row in found.items], "is_cut": found.is_cut}


@reading(router, "/places/{reference}", PlaceView)
def place(session: Session, reference: str, after: After = None) -> dict[str, object]:
    """A place with all that the officer may see of it; `after`: where its links go on."""
    view = portraying.look_at_place(session, reference, after=after)
    return {"place": _row(view.row), "near": [_row(row) for row in view.near], **_linked(view)}


@writing(router, "/victims", Entered)
def enter_victim(session: Session, given: NewVictim) -> dict[str, str]:
    """Enter a victim of the own unit: a reference, and nothing that says who it is."""
    made = describing.enter_victim(session, given.facts(), given.basis, given.handling(session))
    return {"reference": made.kept.reference}


@writing(router, "/offenders", Entered)
def enter_offender(session: Session, given: NewOffender) -> dict[str, str]:
    """Enter an offender of the own unit."""
    made = describing.enter_offender(session, given.facts(), given.basis, given.handling(session))
    return {"reference": made.kept.reference}


@writing(router, "/places", Entered)
def enter_place(session: Session, given: NewPlace) -> dict[str, str]:
    """Enter a place of the own unit."""
    made = describing.enter_place(session, given.facts(), given.name, given.basis, given.handling(session))
    return {"reference": made.kept.reference}


@writing(router, "/victims/{reference}/describe")
def describe_victim(session: Session, reference: str, given: GivenVictim) -> None:
    """Say what is known of an own victim now; what was said before stays beside it."""
    describing.describe_victim(session, reference, given.facts(), given.basis)


@writing(router, "/offenders/{reference}/describe")
def describe_offender(session: Session, reference: str, given: GivenOffender) -> None:
    """Say what is established of an own offender now."""
    describing.describe_offender(session, reference, given.facts(), given.basis)


@writing(router, "/places/{reference}/describe")
def describe_place(session: Session, reference: str, given: GivenPlaceFacts) -> None:
    """Say what is known of an own place now."""
    describing.describe_place(session, reference, given.facts(), given.name, given.basis)


@writing(router, "/victims/{reference}/identity")
def entrust_victim(session: Session, reference: str, given: GivenIdentity) -> None:
    """Keep who an own victim is, for the own unit alone."""
    entrusting.entrust(session, reference, given.words)


@writing(router, "/offenders/{reference}/identity")
def entrust_offender(session: Session, reference: str, given: GivenIdentity) -> None:
    """Keep who an own offender is, for the own unit alone."""
    entrusting.entrust(session, reference, given.words)


@acting(router, "/victims/{reference}/identity/reveal", Identities)
def reveal_victim(actor: Actor, reference: str, given: GivenStatement) -> dict[str, object]:
    """Who an own victim is, the latest version first: the act is signed before it is given."""
    return {"items": entrusting.reveal(actor, reference, purpose=given.purpose, case=given.case)}


@acting(router, "/offenders/{reference}/identity/reveal", Identities)
def reveal_offender(actor: Actor, reference: str, given: GivenStatement) -> dict[str, object]:
    """Who an own offender is, the latest version first: the act is signed before it is given."""
    return {"items": entrusting.reveal(actor, reference, purpose=given.purpose, case=given.case)}


@acting(router, "/victims/{reference}/identity/forget")
def forget_victim(actor: Actor, reference: str, given: GivenStatement) -> None:
    """Have nothing stay of who an own victim is."""
    entrusting.forget(actor, reference, purpose=given.purpose, case=given.case)


@acting(router, "/offenders/{reference}/identity/forget")
def forget_offender(actor: Actor, reference: str, given: GivenStatement) -> None:
    """Have nothing stay of who an own offender is."""
    entrusting.forget(actor, reference, purpose=given.purpose, case=given.case)


@writing(router, "/victim-duplicates", VictimAsserted)
def same(session: Session, given: GivenSame) -> dict[str, UUID]:
    """Say that two victims are one child; the own unit may take it back."""
    return {"assertion": asserting.same(session, given.one, given.other, given.reason)}


@writing(router, "/victims/{reference}/words", VictimAsserted)
def say(session: Session, reference: str, given: GivenWord) -> dict[str, UUID]:
    """Say of a victim that it is of age now, no real child, or a real one in altered pictures."""
    return {"assertion": asserting.say(session, reference, given.said, given.reason)}


@writing(router, "/victim-assertions/{uuid:assertion}/undo")
def undo(session: Session, assertion: UUID) -> None:
    """Take back what the own unit said of victims."""
    asserting.undo(session, assertion)


def _page(page: portraying.Page) -> dict[str, object]:
    return {"items": [_row(row) for row in page.items], "next": page.next}


def _linked(view: portraying.VictimView | portraying.OffenderView | portraying.PlaceView) -> dict[str, object]:
    described = [
        {"said": dict(one.said), "basis": one.basis, "unit": one.unit, "said_by": one.said_by, "said_at": one.said_at}
        for one in view.descriptions
    ]  # fmt: skip
    return {"descriptions": described, "links": lines_of(view.links), "next": view.links.next}


def _row(row: portraying.VictimRow | portraying.OffenderRow | portraying.PlaceRow) -> dict[str, object]:
    kept = row.kept
    common: dict[str, object] = {
        "reference": kept.reference, "owner": kept.handling.owner_member, "unit": kept.handling.owner_unit,
        "entered_by": kept.entered_by, "entered_at": kept.entered_at,
    }  # fmt: skip
    if isinstance(row, portraying.PlaceRow):
        known = {"kind": row.kind, "name": row.name, "country": row.country, "coarse": row.coarse, "point": row.point}
        return {**common, **known}
    said = {"state": row.state} if isinstance(row, portraying.VictimRow) else {"established": row.facts.established}
    return {**common, **said, "sex": row.facts.sex, "age": row.facts.age}


def _band(age: Age | None) -> AgeBand | None:
    return age and AgeBand(youngest=age.youngest, oldest=age.oldest, on=age.on)
