"""The workbench of a series as JSON and as lines on a terminal."""

from collections.abc import Iterator

from clew.actions.localising import Bench, Hint
from clew.cli.clue_answers import clue_json
from clew.domain.likely_country import CAUTIONS, Ranked, sentence
from clew.domain.link import word_of


def bench_json(bench: Bench) -> dict[str, object]:
    """A series with its countries ranked, the clues, votes and suggestions."""
    return {
        "series": bench.series.reference, "likely": bench.ranking.likely,
        "cautions": [one.value for one in bench.ranking.cautions], "is_cut": bench.is_cut,
        "countries": [ranked_json(one) for one in bench.ranking.countries],
        "clues": [clue_json(one) for one in bench.clues],
        "votes": [
            {"country": one.country, "confidence": word_of(one.certainty), "reason": one.reason, "member": one.member,
             "unit": one.unit, "by": one.shown_by(bench.viewer), "is_own": one.is_own, "at": one.voted_at.isoformat()}
            for one in bench.votes
        ],
        "suggested_by_a_program": [
            {"kind": one.kind.value, "field": one.field.value, "words": one.words, "countries": dict(one.speaks),
             "media": one.media, "medium": one.medium, "places": list(one.known)}
            for one in bench.hints
        ],
    }  # fmt: skip


def ranked_json(one: Ranked) -> dict[str, object]:
    """A country with its points and reasons."""
    return {
        "country": one.country, "points": one.points, "clue_points": one.clue_points, "vote_points": one.vote_points,
        "votes": one.votes,
        "reasons": [
            {"sentence": sentence(one.country, why), "points": why.points, "clues": list(why.clues)}
            for why in one.reasons
        ],
    }  # fmt: skip


def bench_in_words(bench: Bench, limit: int) -> Iterator[str]:
    """Countries with their reasons, what makes the first doubtful, votes and suggestions."""
    found = [one for one in bench.ranking.countries if one.points > 0]
    for one in found[:limit]:
        yield f"{one.country}  {one.points} points, {one.vote_points} of them by {one.votes} votes"
        for why in one.reasons:
            yield f"      {sentence(one.country, why)} ({why.points:+})"
    if len(found) > limit:
        yield f"and {len(found) - limit} more with fewer points"
    for caution in bench.ranking.cautions:
        yield CAUTIONS[caution]
    for given in bench.votes:
        whose = given.shown_by(bench.viewer) or f"{given.member}/{given.unit}"
        yield f"vote: {given.country}, {word_of(given.certainty)}, {whose}: {given.reason}"
    for hint in bench.hints:
        yield hint_in_words(hint)


def hint_in_words(hint: Hint) -> str:
    """What a program suggests, in one line."""
    speaks = ", ".join(hint.speaks) or "no country that it knows"
    near = f", near {' '.join(hint.known)}" if hint.known else ""
    return f"a program suggests: {hint.field} {hint.words} in {hint.media:,} media{near}: {speaks} (no clue yet)"
