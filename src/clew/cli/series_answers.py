"""Series as JSON and as lines on a terminal."""

from collections.abc import Mapping
from uuid import UUID

from clew.actions.surveying import MediumRow, Proposal, SeriesLine, SeriesView
from clew.cli.answers import plain

STATE_CHARACTERS = 13


def line_json(line: SeriesLine) -> dict[str, object]:
    return {
        "reference": line.reference, "name": line.name, "state": line.state.value, "owner": line.owner,
        "unit": line.unit, "media": line.media, "together": line.together, "entered_at": line.entered_at.isoformat(),
    }  # fmt: skip


def view_json(view: SeriesView) -> dict[str, object]:
    names = view.references
    return {
        **line_json(view.line), "media_together": view.media,
        "steps": [
            {"step": one.step.value, "state": one.state.value, "basis": one.basis, "unit": one.unit,
             "by": one.taken_by, "at": one.taken_at.isoformat()}
            for one in view.steps
        ],
        "narratives": [
            {"words": one.words, "by": one.written_by, "at": one.written_at.isoformat()} for one in view.narratives
        ],
        "one_with": [line_json(line) for line in view.together],
        "contributors": [
            {"member": one.member, "unit": one.unit, "media": one.media} for one in view.contributors
        ],
        "merges": [
            {"id": str(one.id), "series": [names.get(one.a), names.get(one.b)], "owner": one.owner,
             "unit": one.unit, "reason": one.reason, "at": one.asserted_at.isoformat(),
             "withdrawn_at": one.withdrawn_at and one.withdrawn_at.isoformat()}
            for one in view.merges
        ],
        "splits": [
            {"id": str(one.id), "from": names.get(one.a_series), "to": names.get(one.b_series), "media": one.media,
             "owner": one.owner, "unit": one.unit, "reason": one.reason, "at": one.asserted_at.isoformat()}
            for one in view.splits
        ],
        "clues": [{"kind": one.kind.value, "words": one.words, "media": one.media} for one in view.clues],
        "has_more_clues": view.has_more_clues,
        "proposals": [proposal_json(one, names) for one in view.proposals],
        "rejected": [proposal_json(one, names) for one in view.rejected],
        "rejected_next": None if view.rejected_next is None else str(view.rejected_next),
    }  # fmt: skip


def medium_json(row: MediumRow) -> dict[str, object]:
    return {
        "name": row.name, "kind": row.kind.value, "verdict": row.verdict.name.lower(), "width": row.width,
        "height": row.height, "duration_ms": row.duration_ms, "owner": row.owner, "unit": row.unit,
        "dissents": row.dissents, "own_dissent": row.own_dissent and str(row.own_dissent),
    }  # fmt: skip


def in_words(line: SeriesLine) -> str:
    more = f", one with {line.together:,} more" if line.together else ""
    whose = f"{line.owner}/{line.unit}"
    state = f"{line.state:<{STATE_CHARACTERS}}"
    return f"{line.reference}  {state}  {line.media:>9,} media{more}  {plain(whose)}  {plain(line.name)}"


def view_in_words(view: SeriesView) -> list[str]:
    names = view.references
    told = [plain(line) for one in view.narratives[:1] for line in one.words.split("\n")]
    return [
        in_words(view.line),
        *(
            f"  {one.taken_at:%Y-%m-%d %H:%M}  {one.step}: {one.state}  {plain(one.basis)}".rstrip()
            for one in view.steps
        ),
        *(f"  | {line}" for line in told),
        *(f"  {one.media:>9,} media of {plain(one.member)}/{plain(one.unit)}" for one in view.contributors),
        *(f"  = {in_words(line)}" for line in view.together),
        *(
            f"  {one.id}  {names.get(one.a)} = {names.get(one.b)}, said by {plain(one.owner)}"
            f"/{plain(one.unit)}{', withdrawn' if one.withdrawn_at else ''}: {plain(one.reason)}"
            for one in view.merges
        ),
        *(
            f"  {one.id}  {names.get(one.b_series)} split from {names.get(one.a_series)} with {one.media:,} media"
            f" by {plain(one.owner)}/{plain(one.unit)}: {plain(one.reason)}"
            for one in view.splits
        ),
        *(f"  ? {proposal_in_words(one, names)}" for one in (*view.proposals, *view.rejected)),
    ]  # fmt: skip


def medium_in_words(row: MediumRow) -> str:
    size = f"{row.width}x{row.height}" if row.width else ""
    length = f"{row.duration_ms / 1000:.0f} s" if row.duration_ms else ""
    doubt = f", {row.dissents:,} say that it is not in it" if row.dissents else ""
    if row.own_dissent is not None:
        doubt += f", your unit by {row.own_dissent}"
    facts = " ".join(filter(None, (row.kind.value, size, length)))
    return f"  {row.name}  {facts}  {plain(row.owner)}/{plain(row.unit)}{doubt}"


def proposal_json(one: Proposal, references: Mapping[UUID, str]) -> dict[str, object]:
    return {
        "id": str(one.id), "series": references.get(one.series_id), "medium": one.name,
        "other": references.get(one.other_id) if one.other_id else None, "rule": one.rule.value, "reason": one.reason,
        "media": one.media, "proposed_at": one.proposed_at.isoformat(), "rejected_by": one.rejected_by,
        "rejected_at": None if one.rejected_at is None else one.rejected_at.isoformat(),
    }  # fmt: skip


def proposal_in_words(one: Proposal, references: Mapping[UUID, str]) -> str:
    what = one.name or (f"{references.get(one.other_id)} ({one.media:,} media)" if one.other_id else "")
    by = f" (rejected by {plain(one.rejected_by)})" if one.rejected_by else ""
    return f"{one.id}  {what} for {references.get(one.series_id)}: {plain(one.reason)}{by}"
