"""`clew hash-list`: which there are; and hashes of media that leave the node, each by its owner's leave."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from clew.cli import files
from clew.cli.answers import plain
from clew.cli.entry import As, Json, aside, entered, said, shown
from clew.domain.hash_list import Form, Of

if TYPE_CHECKING:
    from clew.actions.issuing import Counted, Source

app = typer.Typer(no_args_is_help=True)

Kind = Annotated[Of, typer.Argument(help="case, series, hash-list or media.")]
Names = Annotated[list[str], typer.Argument(metavar="NAME…", help="Its reference or name; of media each SHA-256.")]
Exhibit = Annotated[str, typer.Option(help="Only this exhibit of the case.")]
Unit = Annotated[str, typer.Option(help="Unit whose case it is, where that is not your own.")]
Purpose = Annotated[str, typer.Option(help="Why, of the closed list; detection for a list by which others search.")]
Case = Annotated[str, typer.Option(help="Reference of the case for which it is needed.")]
After = Annotated[UUID | None, typer.Option(help="Go on behind this medium, as the list before says.")]
Following = Annotated[UUID | None, typer.Option(help="Go on behind this list.")]


@app.callback()
def hash_list() -> None:
    """Hash lists: which there are, and those that leave the node by their owners' leave."""


@app.command("list")
def list_(as_: As, after: Following = None, json_: Json = False) -> None:
    """Hash lists that you may see, the newest first."""
    with entered():
        from clew.actions import cataloguing, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            page = cataloguing.hash_lists(session, after=after)
        items = [
            {"name": one.name, "member": one.member, "unit": one.unit, "entered_at": one.entered_at.isoformat(),
             "loaded_by": one.loaded_by, "entries": one.entries}
            for one in page.items
        ]  # fmt: skip
        lines = [
            f"{plain(one.name)}  {one.member}/{one.unit}  {one.entered_at:%Y-%m-%d}  {one.entries:,} entries"
            f"{' or more' if one.entries >= cataloguing.COUNTED_MAX else ''}"
            for one in page.items
        ] or ["There is no hash list."]
        following = None if page.next is None else str(page.next)
        shown(json_, {"lists": items, "next": following}, lines, following)


@app.command()
def count(
    of: Kind, names: Names, as_: As, purpose: Purpose, case: Case, exhibit: Exhibit = "", unit: Unit = "",
    after: After = None, json_: Json = False,
) -> None:  # fmt: skip
    """How many media a list would hold, and how many would be left out. Nothing leaves the node."""
    with entered():
        from clew.actions import issuing, opening

        counted = issuing.count(
            opening.actor_of(as_), _source(of, names, exhibit, unit), purpose=purpose, case=case, after=_behind(after)
        )
        said(json_, _fields(counted), _words(counted))


@app.command()
def export(
    of: Kind,
    names: Names,
    as_: As,
    purpose: Purpose,
    case: Case,
    to: Annotated[Path, typer.Option(metavar="FILE", help="Write it into this file, a new one.")],
    form: Annotated[Form, typer.Option("--format", help="csv, or vics: a hash set of Project VIC as JSON.")] = Form.CSV,
    scheme: Annotated[str, typer.Option(help="Add settled categories by this scheme, such as MEMBER/NAME.")] = "",
    exhibit: Exhibit = "",
    unit: Unit = "",
    after: After = None,
    json_: Json = False,
) -> None:
    """Write hashes of media into a file, 100,000 at most; on record, and their owners are told."""
    with entered():
        from clew.actions import categorising, issuing, opening

        actor, by = opening.actor_of(as_), None
        source = _source(of, names, exhibit, unit)
        if scheme:
            with opening.acting_as(actor) as session:
                by = categorising.chosen(session, scheme).scheme
        with files.new(to) as file:
            chosen = issuing.choose(actor, source, purpose=purpose, case=case, by=by, after=_behind(after))
            for piece in issuing.give(actor, chosen, form):
                file.write(piece)
        counted = chosen.counted
        said(json_, {"act": str(chosen.act_id), **_fields(counted)}, f"{_words(counted)}\nact {chosen.act_id}")
        if counted.next is not None:
            aside.print(f"There are more media behind these: go on with --after {counted.next}.", markup=False)


def _source(of: Of, names: list[str], exhibit: str, unit: str) -> "Source":
    from clew.actions.issuing import Source

    return Source(of=of, names=tuple(names), exhibit=exhibit, unit=unit)


def _behind(after: UUID | None) -> str | None:
    return None if after is None else str(after)


def _fields(counted: "Counted") -> dict[str, object]:
    return {
        "media": counted.media, "by_owner": dict(counted.by_owner), "left_out": counted.left_out,
        "next": None if counted.next is None else str(counted.next),
    }  # fmt: skip


def _words(counted: "Counted") -> str:
    owners = ", ".join(f"{member} {number:,}" for member, number in sorted(counted.by_owner.items()))
    left = f"; {counted.left_out:,} more that you see there may not be exported for that purpose"
    return f"{counted.media:,} media{f' ({owners})' if owners else ''}{left if counted.left_out else ''}"
