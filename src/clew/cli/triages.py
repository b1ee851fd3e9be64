"""`clew triage` and `clew compare`: what is known of media."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from clew.cli import answers
from clew.cli.entry import As, Json, console, entered


def triage(
    case: Annotated[str, typer.Argument(help="Reference of the case, such as NO-2026-17.")],
    as_: As,
    exhibit: Annotated[str | None, typer.Option(help="Only this exhibit, such as PHONE-1.")] = None,
    unit: Annotated[str | None, typer.Option(help="Unit whose case it is, where that is not your own.")] = None,
    json_: Json = False,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="One line of JSON for each medium, streamed.")] = False,
) -> None:
    """What is solved elsewhere, under a parallel enquiry, known, and new."""
    with entered():
        from clew.actions import opening, triaging

        actor = opening.actor_of(as_)
        media = triaging.every_medium(actor, case, exhibit, unit=unit)
        if jsonl:
            for medium in media:
                sys.stdout.write(json.dumps(answers.medium_json(medium), ensure_ascii=False) + "\n")
            return
        with opening.acting_as(actor) as session:
            counts = triaging.counts(session, case, exhibit, unit=unit)
            _, contacts = triaging.names_and_contacts(session)
        if json_:
            sys.stdout.writelines(answers.write_json(case, exhibit, counts, media, contacts))
            return
        answers.show_counts(console, f"{case} {exhibit or ''}".strip(), counts)
        answers.show_media(console, media, contacts)


def compare(
    paths: Annotated[list[Path], typer.Argument(metavar="FILE_OR_FOLDER…", exists=True)],
    as_: As,
    json_: Json = False,
) -> None:
    """The same question for files that are not taken in; nothing of them is stored."""
    with entered() as configuration:
        from clew.actions import comparing, opening
        from clew.node.workplace import equipped

        with equipped(configuration) as workplace:
            actor = opening.actor_of(as_)
            media = (medium for path in paths for medium in comparing.compare(workplace, actor, path.absolute()))
            if json_:
                sys.stdout.writelines(answers.with_list({}, "media", map(answers.medium_json, media)))
                return
            for medium in media:
                answers.show_compared(console, medium)
