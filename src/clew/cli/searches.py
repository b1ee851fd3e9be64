"""`clew search`: references, names, words, cameras, software and serial numbers, as far as one may see them."""

from typing import Annotated

import typer

from clew.cli.entry import As, Json, console, entered, write


def search(
    words: Annotated[str, typer.Argument(help="A reference, SHA-256, serial number, camera, software, or words.")],
    as_: As,
    case: Annotated[str | None, typer.Option(help="File names too, of this case.")] = None,
    after: Annotated[str | None, typer.Option(help="Look further back: what the page before gave as next.")] = None,
    json_: Json = False,
) -> None:
    """Search records that you may see, the newest first; a page looks at so many and says where the next goes on."""
    with entered():
        from clew.actions import opening, searching

        with opening.acting_as(opening.actor_of(as_)) as session:
            page = searching.search(session, words, case=case, after=after)
        if json_:
            items = [
                {
                    "kind": one.kind.value, "label": one.label, "within": one.within, "words": one.words,
                    "owner": one.owner, "unit": one.unit, "at": one.at and one.at.isoformat(),
                    "carried": one.carried and {
                        "token": one.carried.token, "media": one.carried.media, "is_more": one.carried.is_more,
                        "places": [
                            {
                                "kind": "case" if place.is_case else "series", "reference": place.reference,
                                "unit": place.unit,
                            }
                            for place in one.carried.places
                        ],
                    },
                }
                for one in page.items
            ]  # fmt: skip
            write({"items": items, "looked_at": page.looked_at, "next": page.next})
            return
        for one in page.items:
            words_ = one.words if one.words != one.label else ""
            told = [one.kind.value.replace("-", " "), one.label, one.within, words_]
            if one.carried:
                more = " and more" if one.carried.is_more else ""
                where = " ".join(place.reference for place in one.carried.places)
                told += [f"{one.carried.media:,} media{more}", where, f"search-media {one.carried.token}"]
            told.append(f"{one.owner} {one.unit}".strip())
            console.print(" · ".join(filter(None, told)), markup=False, highlight=False, soft_wrap=True)
        if not page.items:
            console.print("Nothing of this was found among what you may see.")
        console.print(f"{page.looked_at:,} records were looked at.", style="dim")
        if page.next:
            console.print(f"Further back: --after {page.next}", style="dim", markup=False)


def search_media(
    token: Annotated[str, typer.Argument(help="What clew search gave for a camera or software.")],
    as_: As,
    after: Annotated[str | None, typer.Option(help="Go on: what the page before gave as next.")] = None,
    json_: Json = False,
) -> None:
    """List the media of a camera or software that you may see, those first that came last."""
    with entered():
        from clew.actions import opening, searching

        with opening.acting_as(opening.actor_of(as_)) as session:
            page = searching.media(session, token, after=after)
        if json_:
            items = [
                {
                    "name": one.name, "kind": one.kind.value, "width": one.width, "height": one.height,
                    "duration_ms": one.duration_ms, "taken_at": one.taken_at and one.taken_at.isoformat(),
                    "taken_in_at": one.taken_in_at.isoformat(), "owner": one.owner, "unit": one.unit,
                    "is_brought": one.is_brought, "series": list(one.series),
                }
                for one in page.items
            ]  # fmt: skip
            of = {"kind": page.kind.value, "label": page.label, "token": page.token}
            write({**of, "items": items, "next": page.next})
            return
        for one in page.items:
            taken = f"{one.taken_at:%Y-%m-%d %H:%M:%S}" if one.taken_at else ""
            brought = "in a task force" if one.is_brought else ""
            told = [one.name, one.kind.value, taken, " ".join(one.series), f"{one.owner} {one.unit}".strip(), brought]
            console.print(" · ".join(filter(None, told)), markup=False, highlight=False, soft_wrap=True)
        if page.next:
            console.print(f"Go on: --after {page.next}", style="dim", markup=False)
