"""Words of clues and of the workbench on the pages."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clew.actions.localising import Hint
from clew.actions.spotting import ClueRow
from clew.domain.clue import ClueKind, Field, Where
from clew.domain.likely_country import Caution, Ranked, Reason
from clew.web.link_words import SURE
from clew.web.words import Words, number, visible

KINDS: Mapping[ClueKind, Words] = {
    ClueKind.SIGN: gettext_lazy("sign"), ClueKind.LANGUAGE: gettext_lazy("language"),
    ClueKind.PLUG_TYPE: gettext_lazy("mains plug"), ClueKind.PRODUCT: gettext_lazy("product"),
    ClueKind.SCHOOL_WEAR: gettext_lazy("school wear"), ClueKind.LANDMARK: gettext_lazy("landmark"),
    ClueKind.SOUND: gettext_lazy("sound"), ClueKind.TEXT: gettext_lazy("text"), ClueKind.GPS: gettext_lazy("GPS"),
    ClueKind.CAMERA: gettext_lazy("camera"), ClueKind.ACCOUNT: gettext_lazy("account name"),
    ClueKind.PHONE: gettext_lazy("telephone number"), ClueKind.WEB: gettext_lazy("address on the web"),
    ClueKind.CURRENCY: gettext_lazy("currency"), ClueKind.TRAFFIC: gettext_lazy("side of the road"),
}  # fmt: skip
FIELDS: Mapping[Field, Words] = {
    Field.GPS: gettext_lazy("where it was taken"), Field.CAMERA: gettext_lazy("camera"),
    Field.TAKEN_AT: gettext_lazy("when it was taken"), Field.SOFTWARE: gettext_lazy("software"),
    Field.DOCUMENT: gettext_lazy("document"),
}  # fmt: skip
CAUTIONS: Mapping[Caution, Words] = {
    Caution.NOTHING: gettext_lazy("Nothing speaks for any country yet."),
    Caution.FEW: gettext_lazy("This rests on little: one kind of thing, or weak clues."),
    Caution.CLOSE: gettext_lazy("Another country is close behind: take both as possible."),
    Caution.AGAINST: gettext_lazy("Some clues speak against it."),
    Caution.VOTES_DIFFER: gettext_lazy("Specialists think of different countries."),
    Caution.ONE_GROUP: gettext_lazy("All of it comes from one medium or from copies of it."),
}
"""`domain/likely_country.CAUTIONS`, marked for translation."""
RARITIES: Mapping[int, Words] = {
    3: gettext_lazy("hardly found elsewhere"), 2: gettext_lazy("found in a few countries"),
    1: gettext_lazy("found in many countries"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ClueWords:
    """A clue on a page; `countries` are those it speaks for and against with their weights."""

    id: str
    medium: str
    kind: Words
    value: str
    where: str
    sure: Words
    countries: str
    note: str
    member: str
    unit: str
    officer: str
    is_own: bool
    is_back: bool


def clue(row: ClueRow) -> ClueWords:
    """The clue as a page says it."""
    said = row.said
    return ClueWords(
        id=str(row.id), medium=row.name.hex(), kind=KINDS[said.kind], value=said.value, where=where(said.where),
        sure=SURE[said.certainty], note=said.note, member=row.handling.owner_member, unit=row.handling.owner_unit,
        countries=" ".join(f"{code}{weight:+}" for code, weight in said.speaks.items()),
        officer=row.asserted_by or "", is_own=row.is_own, is_back=row.withdrawn_at is not None,
    )  # fmt: skip


def where(spot: Where) -> str:
    """Where in the medium; empty for all of it."""
    if spot.field is not None:
        return _("metadata: {field}").format(field=FIELDS[spot.field])
    parts = []
    if spot.from_ms is not None:
        ends = "" if spot.to_ms is None else f" – {spot.to_ms / 1000:g}"  # noqa: RUF001 (a span)
        parts.append(_("at {seconds} s").format(seconds=f"{spot.from_ms / 1000:g}{ends}"))
    if spot.box is not None:
        sides = (spot.box.x, spot.box.y, spot.box.width, spot.box.height)
        parts.append(_("box {sides}").format(sides=", ".join(f"{side:g}" for side in sides)))
    return " ".join(parts)


def reason(why: Reason) -> str:
    """A reason in one sentence."""
    what = str(KINDS[ClueKind(why.kind)]) + (f" “{visible(why.words)}”" if why.words else "")
    is_for = why.points > 0
    speaks = _("{what} speaks for it: {sure}, {rarity}") if is_for else _("{what} speaks against it: {sure}, {rarity}")
    told = speaks.format(what=what, sure=SURE[why.certainty], rarity=RARITIES[abs(why.weight)])
    count = len(why.groups)
    if count > 1:
        more = ngettext("in {count} independent medium", "in {count} independent media", count)
        told = f"{told}, {more.format(count=number(count))}"
    return f"{told}."


def ranked(one: Ranked) -> dict[str, object]:
    """A country as a row of the ranking."""
    return {
        "country": one.country, "points": one.points, "clue_points": one.clue_points, "vote_points": one.vote_points,
        "votes": one.votes, "reasons": [(reason(why), f"{why.points:+}", len(why.clues)) for why in one.reasons],
    }  # fmt: skip


def hint(one: Hint) -> dict[str, object]:
    """What a program suggests, with what an officer would say by it."""
    return {
        "kind": KINDS[one.kind], "field": FIELDS[one.field], "words": one.words, "media": one.media,
        "medium": one.medium, "known": one.known, "countries": " ".join(one.speaks),
        "kind_value": one.kind.value, "field_value": one.field.value,
        "speaks": ",".join(f"{code}={weight}" for code, weight in one.speaks.items()) or "none",
    }  # fmt: skip
