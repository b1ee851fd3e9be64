"""`clew crop`: objects cut out of media, let out by a second officer."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from clew.cli import files
from clew.cli.answers import plain
from clew.cli.entry import As, Json, console, digests, entered, said, shown

if TYPE_CHECKING:
    from clew.actions.cropping import Crop

app = typer.Typer(no_args_is_help=True)
Which = Annotated[UUID, typer.Argument(metavar="CROP", help="Its identifier.")]
Purpose = Annotated[str, typer.Option(help="Why, of the closed list.")]
Case = Annotated[str, typer.Option(help="Reference of the case for which it is needed.")]


@app.callback()
def crop() -> None:
    """Crops: objects cut out of media, let out by a second officer; the picture never goes with them."""


@app.command()
def make(
    sha256: Annotated[str, typer.Argument(help="SHA-256 of a medium of your unit.")],
    as_: As,
    box: Annotated[str, typer.Option(help="x, y, width, height as shares of the picture as shown: 0.1,0.2,0.3,0.3")],
    words: Annotated[str, typer.Option(help="Which object it is.")],
    purpose: Purpose,
    case: Case,
    at: Annotated[float | None, typer.Option(help="Second of a moving medium.")] = None,
    json_: Json = False,
) -> None:
    """Cut an object out of a picture or frame; a second officer of your unit approves it before others see it."""
    with entered():
        from django.conf import settings

        from clew.actions import cropping, opening
        from clew.domain.crop import box_in

        (name,) = digests([sha256])
        at_ms = None if at is None else round(at * 1000)
        piece = cropping.Piece(sha256=name, box=box_in(box), words=words, at_ms=at_ms)
        made = cropping.make(settings.CLEW_CUTTER, opening.actor_of(as_), piece, purpose=purpose, case=case)
        said(json_, {"id": str(made)}, str(made))


@app.command("list")
def list_(
    as_: As,
    after: Annotated[UUID | None, typer.Option(help="Go on behind this one.")] = None,
    waiting: Annotated[bool, typer.Option("--waiting", help="Only those that wait for you to let them out.")] = False,
    json_: Json = False,
) -> None:
    """Crops of your unit, the newest first; not what they show."""
    with entered():
        from clew.actions import cropping, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            page = cropping.page(session, after=after, is_waiting=waiting)
        following = None if page.next is None else str(page.next)
        lines = [_line(one) for one in page.items] or ["Your unit has no crop."]
        shown(json_, {"items": [_fields(one) for one in page.items], "next": following}, lines, following)


@app.command()
def show(
    crop: Which,
    as_: As,
    to: Annotated[Path, typer.Option(help="File to write; it must not be there yet.")],
    purpose: Purpose,
    case: Case,
) -> None:
    """Write the object into a file, on the record: one of your unit, or one that you were asked about."""
    with entered():
        from django.conf import settings

        from clew.actions import cropping, opening

        actor = opening.actor_of(as_)
        with (
            files.new(to) as file,
            cropping.revealed(settings.CLEW_VAULT, actor, crop, purpose=purpose, case=case) as png,
        ):
            file.write(png)
        console.print(f"{len(png):,} bytes written.")


@app.command()
def approve(crop: Which, as_: As) -> None:
    """Agree, as the second officer, that units which are asked are shown the object."""
    with entered():
        from clew.actions import cropping, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            cropping.approve(session, crop)
        console.print("It is let out: it may go with a question.")


@app.command()
def refuse(crop: Which, as_: As) -> None:
    """Refuse or take back a crop that nobody approved; its bytes go."""
    with entered():
        from django.conf import settings

        from clew.actions import cropping, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            cropping.refuse(settings.CLEW_VAULT, session, crop)
        console.print("It is refused, and its bytes are gone.")


@app.command()
def end(crop: Which, as_: As) -> None:
    """End a crop that was let out: nobody is shown it any more, and its bytes go."""
    with entered():
        from django.conf import settings

        from clew.actions import cropping, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            cropping.end(settings.CLEW_VAULT, session, crop)
        console.print("It ended, and its bytes are gone.")


def _line(one: "Crop") -> str:
    decided = f", decided by {plain(one.decided_by)}" if one.decided_by else ""
    return f"{one.id}  {one.state.value}  {plain(one.words)}  cut out by {plain(one.proposed_by)}{decided}"


def _fields(one: "Crop") -> dict[str, object]:
    return {
        "id": str(one.id), "sha256": one.sha256.hex(), "words": one.words, "state": one.state.value,
        "box": [one.box.left, one.box.top, one.box.width, one.box.height], "at_ms": one.at_ms, "is_there": one.is_there,
        "made_by": one.proposed_by, "made_at": one.proposed_at.isoformat(), "decided_by": one.decided_by,
        "decided_at": one.decided_at.isoformat() if one.decided_at else None,
    }  # fmt: skip
