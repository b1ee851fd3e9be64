"""`clew provenance`: where a medium came from, and what has become of it since."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli.answers import plain
from clew.cli.entry import As, Json, entered, shown

if TYPE_CHECKING:
    from clew.actions.sourcing import Provenance


def provenance(
    medium: Annotated[str, typer.Argument(metavar="SHA256", help="The SHA-256 of the medium.")],
    as_: As,
    json_: Json = False,
) -> None:
    """Where a medium was found, in which series it lies, to whom it was opened and who looked at it."""
    with entered():
        from clew.actions import opening, sourcing

        with opening.acting_as(opening.actor_of(as_)) as session:
            found = sourcing.source(session, medium)
        shown(json_, _fields(found), _lines(found), None)


def _fields(found: "Provenance") -> dict[str, object]:
    return {
        "sha256": found.digest, "owner": found.owner, "unit": found.unit,
        "found": [
            {"case": one.case, "exhibit": one.exhibit, "unit": one.unit, "path": _path(one.path),
             "exhibit_entered_at": one.exhibit_entered_at.isoformat(), "taken_in_by": one.taken_in_by,
             "taken_in_at": one.taken_in_at and one.taken_in_at.isoformat()}
            for one in found.found
        ],
        "series": [
            {"series": one.series, "owner": one.owner, "member": one.member, "unit": one.unit} for one in found.series
        ],
        "opened": [
            {"owner": one.owner, "recipient": one.recipient, "by": one.by, "at": one.at.isoformat(),
             "withdrawn_at": one.withdrawn_at and one.withdrawn_at.isoformat()}
            for one in found.opened
        ],
        "looks": [
            {"at": one.at.isoformat(), "officer": one.officer, "purpose": one.purpose, "case": one.case_reference}
            for one in found.looks
        ],
        "accesses": [
            {"at": one.at.isoformat(), "member": one.member, "unit": one.unit, "act": one.act} for one in found.accesses
        ],
        "has_more": found.has_more,
    }  # fmt: skip


def _lines(found: "Provenance") -> Iterator[str]:
    yield f"{found.digest}  {found.owner}/{plain(found.unit)}"
    for place in found.found:
        by = f"  taken in by {plain(place.taken_in_by)}" if place.taken_in_by else ""
        yield f"  found    {plain(place.case)}  {plain(place.exhibit)}  {plain(_path(place.path))}{by}"
    yield from (f"  series   {one.series}  put there by {one.member}/{plain(one.unit)}" for one in found.series)
    for release in found.opened:
        yield f"  opened   {release.at:%Y-%m-%d}  to {release.recipient}{'  withdrawn' if release.withdrawn_at else ''}"
    yield from (f"  looked   {one.at:%Y-%m-%d %H:%M}  {plain(one.officer)}" for one in found.looks)
    for one in found.accesses:
        yield f"  used     {one.at:%Y-%m-%d %H:%M}  {one.member}/{plain(one.unit)}  {one.act}"


def _path(path: bytes) -> str:
    return path.decode("utf-8", "backslashreplace")
