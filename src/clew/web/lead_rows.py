"""Leads as rows of pages, in words."""

from dataclasses import dataclass

from clew.actions.following import Line
from clew.web import lead_words, series_words
from clew.web.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A lead on a page, in words."""

    line: Line
    state: Words
    series_state: Words
    reason: str
    parts: list[tuple[int, Words]]


def row(line: Line) -> Row:
    """A lead in words."""
    one = line.lead
    return Row(
        line=line, state=lead_words.STATES[one.state], series_state=series_words.STATES[one.weighed.series_state],
        reason=lead_words.reason(one.rule, one.measured), parts=lead_words.parts(line.rank.parts),
    )  # fmt: skip
