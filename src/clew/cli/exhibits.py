"""`clew intake`: a seized source is taken in."""

import shlex
import sys
import time
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from rich.filesize import decimal
from rich.markup import escape
from rich.text import Text

from clew.cli import answers
from clew.cli.entry import As, Json, aside, console, entered
from clew.domain.cover import Words
from clew.domain.intake import Summary

REASONS_SHOWN_MAX = 20
FILES_SHOWN_MAX = 20


def intake(
    path: Annotated[Path, typer.Argument(exists=True, help="Folder, file, archive, case export or hash list.")],
    as_: As,
    case: Annotated[str | None, typer.Option(help="Reference of the case, such as NO-2026-17.")] = None,
    exhibit: Annotated[str | None, typer.Option(help="Reference of the exhibit, such as PHONE-1.")] = None,
    list_: Annotated[str | None, typer.Option("--list", help="Name of the hash list, instead of an exhibit.")] = None,
    series: Annotated[str | None, typer.Option(help="Put everything into this series of your unit.")] = None,
    audience: Annotated[
        str, typer.Option(help='Who may see facts and fingerprints: unit, member, "members NO,SE" or all.')
    ] = "all",
    exclude: Annotated[str, typer.Option(help="Members who may not, whatever the audience: SE,DK.")] = "",
    uses: Annotated[
        str, typer.Option(help="What the audience may use it for: fingerprints, facts, preview, original, export.")
    ] = "fingerprints,facts",
    also: Annotated[str, typer.Option(help='Members who may more: "BR,CA=preview,original".')] = "",
    purposes: Annotated[str, typer.Option(help="What it is kept for, by commas, such as investigation.")] = "",
    legal_basis: Annotated[str, typer.Option(help="The law by which it is processed.")] = "",
    conditions: Annotated[str, typer.Option(help="Handling codes H0 to H3, by commas.")] = "",
    condition_text: Annotated[str, typer.Option(help="What H3 asks for, in words.")] = "",
    confidentiality: Annotated[str, typer.Option(help="official-use, restricted or confidential.")] = "",
    evaluation: Annotated[str, typer.Option(help="Of source and information, such as B2; X4 is not assessed.")] = "",
    keep_until: Annotated[str, typer.Option(help="End of retention, such as 2031-01-31; else five years.")] = "",
    adults: Annotated[bool, typer.Option(help="No person concerned is a minor.")] = False,
    fingerprints_only: Annotated[bool, typer.Option(help="Leave the bytes where they are.")] = False,
    json_: Json = False,
) -> None:
    """Take in a seized source. Interrupted, it goes on when it is run again."""
    with entered() as configuration:
        from clew.cli import intaking
        from clew.node.workplace import equipped

        with equipped(configuration) as workplace:
            began = time.monotonic()
            asked = intaking.Asked(
                path=path.absolute(), officer=as_, case=case, exhibit=exhibit, list_name=list_, series=series,
                keeps_bytes=not fingerprints_only, audience=audience, exclude=exclude, uses=uses, also=also,
                cover=Words(
                    purposes=purposes, legal_basis=legal_basis, conditions=conditions, condition_text=condition_text,
                    confidentiality=confidentiality, evaluation=evaluation, keep_until=keep_until, adults=adults,
                ),
            )  # fmt: skip
            summary = intaking.run(workplace, asked, aside)
            seconds = time.monotonic() - began
        unread = intaking.undecodable(asked) if summary.undecodable and case is not None else iter(())
        if json_:
            files = ({"path": file.path, "reason": file.reason} for file in unread)
            sys.stdout.writelines(answers.with_list(_summary_json(summary, seconds), "undecodable_files", files))
        else:
            _show(summary, seconds)
            shown = [f"  {file.path}: {file.reason}" for file in islice(unread, FILES_SHOWN_MAX)]
            left = intaking.undecodable_count(asked) - len(shown) if len(shown) == FILES_SHOWN_MAX else 0
            command = shlex.join(("clew", "triage", f"{case}", "--exhibit", f"{exhibit}", "--as", as_, "--jsonl"))
            for line in (*shown, *_more(left, command)):
                console.print(Text(line, style="dim"))


def _summary_json(summary: Summary, seconds: float) -> dict[str, answers.Json]:
    return {
        "files_seen": summary.files_seen, "media_new": summary.media_new, "bytes": summary.size_bytes,
        "records": summary.records,
        "refused": [
            {"reason": one.reason, "count": one.count, "numbers": list(one.numbers)} for one in summary.refused
        ],
        "undecodable": dict(summary.undecodable), "key_frames_only": dict(summary.key_frames_only),
        "seconds": round(seconds, 3),
        "files_per_second": round(summary.files_seen / max(seconds, 0.001), 1),
    }  # fmt: skip


def _more(left: int, command: str) -> list[str]:
    """That there is more than is shown, how much, and where all of it is to be had."""
    return [f"  and {left:,} more: {command} gives all"] if left > 0 else []


def _show(summary: Summary, seconds: float) -> None:
    rate = summary.files_seen / max(seconds, 0.001)
    read = f"{summary.records:,} records read, " if summary.records else ""
    console.print(
        f"{read}{summary.files_seen:,} files seen, {summary.media_new:,} media new, {decimal(summary.size_bytes)}, "
        f"{seconds:,.1f} s, {rate:,.0f} files/s"
    )
    if summary.undecodable:
        console.print(f"{sum(summary.undecodable.values()):,} without a picture or video that can be read:")
        for reason, count in list(summary.undecodable.items())[:REASONS_SHOWN_MAX]:
            console.print(f"  {count:>7,}  {escape(reason)}")
        for line in _more(len(summary.undecodable) - REASONS_SHOWN_MAX, "the same command with --json"):
            console.print(line)
    if summary.key_frames_only:
        console.print(f"{sum(summary.key_frames_only.values()):,} videos compared by key frames only:")
        for reason, count in summary.key_frames_only.items():
            console.print(f"  {count:>7,}  {escape(reason)}")
    if summary.refused:
        console.print(f"{sum(one.count for one in summary.refused):,} lines or records not used, or not used whole:")
        for one in summary.refused:
            numbers = ", ".join(map(str, one.numbers)) + (", …" if one.count > len(one.numbers) else "")
            console.print(f"  {one.count:>7,}  {escape(one.reason)} ({numbers})")
