"""Triage as JSON and as a table on a terminal."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from clew.domain.triage import (
    SIGNS,
    Aligned,
    Answer,
    Counts,
    Evidence,
    Reason,
    ReasonKind,
    SetAside,
    TriagedMedium,
    grouped,
)
from clew.media.walk import path_text

Json: TypeAlias = "str | int | float | list[Json] | dict[str, Json]"

WORDS = {answer: answer.value.replace("_", " ") for answer in Answer}
SHOWN_PER_ANSWER_MAX = 8


def counts_json(counts: Counts) -> dict[str, Json]:
    return {answer.value: getattr(counts, answer.value) for answer in Answer}


def medium_json(medium: TriagedMedium) -> dict[str, Json]:
    """One medium, or a file that could not even be read; keys without a value are left out."""
    return _without_absent({
        "sha256": medium.sha256,
        "name": None if medium.sha256 else medium.name,
        "paths": list(medium.paths),
        "kind": None if medium.name is None else medium.kind.value,
        "answer": medium.answer.value,
        "verdict": None if medium.verdict is None else medium.verdict.name.lower(),
        "verdict_reason": medium.verdict_reason or None,
        "reasons": [reason_json(reason) for reason in medium.reasons],
        "set_aside": [_aside_json(one) for one in medium.set_aside] or None,
    })  # fmt: skip


def reason_json(reason: Reason) -> dict[str, Json]:
    return _without_absent({
        "kind": reason.kind.value,
        "evidence": reason.evidence.name.lower(),
        "matched": reason.matched,
        "distance_bits": reason.distance_bits,
        "radius_bits": reason.radius_bits,
        "transform": reason.transform,
        "aligned": reason.aligned and _aligned_json(reason.aligned),
        "series": reason.series,
        "reference": reason.reference,
        "owner": reason.owner,
    })  # fmt: skip


def _aside_json(one: SetAside) -> dict[str, Json]:
    said = one.verdict
    return {
        **reason_json(one.reason), "verdict": str(said.id), "why": said.why and said.why.value, "unit": said.unit,
        "officer": said.officer, "at": said.at.isoformat(),
    }  # fmt: skip


def write_json(
    case: str, exhibit: str | None, counts: Counts, media: Iterable[TriagedMedium], contacts: Mapping[str, str] = {}
) -> Iterator[str]:
    """The whole answer as one JSON text, in pieces; `contacts` are how members are reached, by their codes."""
    head = _without_absent(
        {"case": case, "exhibit": exhibit, "counts": counts_json(counts), "contacts": dict(contacts) or None}
    )
    yield from with_list(head, "media", map(medium_json, media))


def with_list(head: dict[str, Json], name: str, items: Iterable[dict[str, Json]]) -> Iterator[str]:
    """The fields of `head` and, under `name`, `items` as one JSON text, in pieces: one item is held at a time."""
    yield json.dumps(head, ensure_ascii=False)[:-1] + f'{", " if head else ""}"{name}": ['
    for number, item in enumerate(items):
        yield (",\n" if number else "\n") + json.dumps(item, ensure_ascii=False)
    yield "\n]}\n"


def show_counts(console: Console, title: str, counts: Counts) -> None:
    table = Table(title=title, title_justify="left", show_header=False, box=None, padding=(0, 2))
    table.add_column(justify="right", style="bold")
    table.add_column()
    for answer in Answer:
        table.add_row(f"{getattr(counts, answer.value):,}", f"{SIGNS[answer]} {WORDS[answer]}")
    console.print(table)


def show_media(console: Console, media: Iterable[TriagedMedium], contacts: Mapping[str, str] = {}) -> None:
    """The first few media of each answer that has reasons, each with its best reason; and how owners are reached."""
    shown: dict[Answer, list[TriagedMedium]] = {answer: [] for answer in Answer}
    left, aside = 0, 0
    for medium in media:
        aside += len(medium.set_aside)
        if medium.reasons and len(shown[medium.answer]) < SHOWN_PER_ANSWER_MAX:
            shown[medium.answer].append(medium)
        elif medium.reasons:
            left += 1
    table = Table(box=None, padding=(0, 2), show_header=False)
    for answer, few in shown.items():
        for medium in few:
            path = _called(medium)
            table.add_row(SIGNS[answer], Text(path, overflow="fold"), Text(in_words(grouped(medium.reasons)[0])))
    if table.row_count:
        console.print(table)
    owners = {grouped(medium.reasons)[0].owner or "" for few in shown.values() for medium in few}
    for owner in sorted(owners & contacts.keys()):
        console.print(f"Contact of {owner}: {plain(contacts[owner])}", markup=False)
    if aside:
        console.print(f"≠ {aside:,} matches set aside by officers of your member; --json says which, by whom and why")
    if left:
        console.print(f"and {left:,} more; --json or --jsonl gives all of them", style="dim")


def _called(medium: TriagedMedium) -> str:
    """Where it lies; of what came as a record without a place, the beginning of its digest."""
    return medium.paths[0] if medium.paths else (medium.name or "")[:16]


def in_words(reason: Reason) -> str:
    """A reason as one line."""
    return f"{_found_by(reason)}: {_whose(reason)}" + (
        f" (and {reason.others:,} more like it)" if reason.others else ""
    )


def plain(words: str) -> str:
    """Words of other members, or of a reader, with nothing in them that a terminal obeys."""
    return path_text(words.encode("utf-8", "surrogateescape"))


def _found_by(reason: Reason) -> str:
    if reason.kind is ReasonKind.DIGEST:
        return "same bytes"
    turned = "" if reason.transform in (None, "none") else f", {reason.transform}"
    if reason.kind is ReasonKind.PDQ:
        at = ""
        if reason.aligned is not None:
            here, there = reason.aligned.seconds_here[0], reason.aligned.seconds_there[0]
            at = f", frame at {there:.1f} s" if there else f", frame at {here:.1f} s here" if here else ""
        return f"picture {reason.distance_bits} of {reason.radius_bits} bits away{turned}{at}"
    by = "sound alone" if reason.kind is ReasonKind.SOUND else "video"
    if reason.aligned is None:
        return by
    here, there = reason.aligned.seconds_here, reason.aligned.seconds_there
    return (
        f"{by}, {here[0]:.1f}-{here[1]:.1f} s here is {there[0]:.1f}-{there[1]:.1f} s there, "
        f"{reason.aligned.frames_matched} of {reason.aligned.frames_compared}{turned}"
    )


def _whose(reason: Reason) -> str:
    owner = plain(reason.owner or "a member")
    series = f"series {plain(reason.series)} of {owner}" if reason.series else f"a case of {owner}"
    return {
        Evidence.IDENTIFIED_SERIES_OF_ANOTHER_MEMBER: f"{series}, victim identified",
        Evidence.OPEN_SERIES_OF_ANOTHER_MEMBER: f"{series}, open",
        Evidence.CASE_OF_ANOTHER_MEMBER: series,
        Evidence.IDENTIFIED_SERIES_OF_THE_OWN_MEMBER: f"{series}, your own member, victim identified",
        Evidence.OWN_EARLIER_CASE: "an earlier case of your own",
        Evidence.HASH_LIST: f"a hash list of {owner}",
    }[reason.evidence]


def _aligned_json(aligned: Aligned) -> dict[str, Json]:
    return {
        "seconds_here": list(aligned.seconds_here), "seconds_there": list(aligned.seconds_there),
        "frames_matched": aligned.frames_matched, "frames_compared": aligned.frames_compared,
    }  # fmt: skip


def _without_absent(fields: "dict[str, Json | None]") -> dict[str, Json]:
    return {key: value for key, value in fields.items() if value is not None}


def show_compared(console: Console, medium: TriagedMedium) -> None:
    """One file that was compared: its answer and every reason."""
    path = _called(medium)
    remark = f" ({plain(medium.verdict_reason)})" if medium.verdict_reason else ""
    console.print(f"{SIGNS[medium.answer]} {escape(path)}: {WORDS[medium.answer]}{escape(remark)}")
    for reason in grouped(medium.reasons):
        console.print(f"    {escape(in_words(reason))}", style="dim")
