"""How clues are told on the command line: fields for JSON, and lines."""

from clew.cli.link_answers import handled_json
from clew.domain.clue import Said, Where
from clew.domain.link import word_of
from clew.records.clues import ClueRow


def clue_json(one: ClueRow) -> dict[str, object]:
    """A clue with all that is said by it."""
    said = one.said
    return {
        "id": str(one.id), "medium": one.name.hex(), "kind": said.kind.value, "value": said.value, "note": said.note,
        "where": where_json(said.where), "confidence": word_of(said.certainty), "countries": dict(said.speaks),
        "member": one.handling.owner_member, "unit": one.handling.owner_unit, "is_own": one.is_own,
        "asserted_by": one.asserted_by, "asserted_at": one.asserted_at.isoformat(),
        "withdrawn_at": one.withdrawn_at and one.withdrawn_at.isoformat(), "handled": handled_json(one.handled),
    }  # fmt: skip


def where_json(where: Where) -> dict[str, object]:
    """Where in the medium, only what is said of it."""
    box = where.box
    fields: dict[str, object] = {
        "box": box and [box.x, box.y, box.width, box.height], "from_ms": where.from_ms, "to_ms": where.to_ms,
        "field": where.field and where.field.value,
    }  # fmt: skip
    return {name: value for name, value in fields.items() if value is not None}


def clue_in_words(one: ClueRow) -> str:
    """A clue in one line."""
    said, back = one.said, " (taken back)" if one.withdrawn_at else ""
    what = f"{said.kind.value} “{said.value}”" if said.value else said.kind.value
    parts = [what, where_in_words(said.where), countries_in_words(said), word_of(said.certainty), said.note]
    return f"{one.id}  {', '.join(filter(None, parts))}{back}  {one.handling.owner_member} {one.handling.owner_unit}"


def where_in_words(where: Where) -> str:
    """Where in the medium, in a few words; empty for all of it."""
    box = where.box
    if where.field is not None:
        return f"in its metadata ({where.field.value})"
    spot = f"box {box.x:g},{box.y:g},{box.width:g},{box.height:g}" if box else ""
    if where.from_ms is None:
        return spot
    ends = "" if where.to_ms is None else f"-{where.to_ms / 1000:g}"
    return f"at {where.from_ms / 1000:g}{ends} s {spot}".strip()


def countries_in_words(said: Said) -> str:
    """For which countries it speaks, and against which."""
    favoured = " ".join(f"{code}={weight}" for code, weight in said.speaks.items() if weight > 0)
    against = " ".join(f"{code}={weight}" for code, weight in said.speaks.items() if weight < 0)
    return " ".join(filter(None, [f"for {favoured}" if favoured else "", f"against {against}" if against else ""]))
