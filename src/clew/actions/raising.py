"""Raising leads: whatever is new on the node is looked at again for every unit that waits for a series.

What it gives reason to propose is proposed then too. It is done for each unit as its calendar, under its own sight and
in a transaction of its own: what a unit may not see raises nothing for it and tells it nothing. A round that was killed
is gone on with; nothing is raised twice.
"""

import logging
import secrets
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import repeat
from uuid import UUID

from clew.actions import proposing, pursuing
from clew.actions.pursuing import Found
from clew.domain.errors import ClewError
from clew.domain.handling import NODE, Actor
from clew.domain.lead import OF_MATCHES, RULES_VERSION, Rule, State, clue_answered, newer_material
from clew.records import audit, lead_grounds, lead_rounds, leads, members, merges, officers, rejections
from clew.records.lead_clues import Answered
from clew.records.lead_grounds import Beside, Ground
from clew.records.lead_rounds import Mark
from clew.records.lead_words import SealedAgain
from clew.records.leads import Drawn
from clew.records.session import Session, acting_as, let_go

NEWS_PER_ROUND_MAX = 10_000
ROUNDS_OPEN_MAX = 20
"""So many rounds may wait for the unit that has looked at most: others may lag further behind."""
REFUSALS_MAX = 20
"""After so many rounds that could not be looked at, a unit waits for the next run."""
LOOKS_PER_ROUND_MAX = 10
"""So often one unit looks at a round of which there is more than one look takes, before the next one."""
ROUNDS_PER_RUN_MAX = 5
"""The next run goes on."""
UNITS_AT_ONCE = 2
"""Units look apart from one another: while one waits for the database, another's words are sealed."""

log = logging.getLogger("clew.leads")


def raise_all() -> int:
    """Look at what is new for every unit, round after round; how many leads were raised.

    Where the rules are newer than those by which series were looked at, what lies in them is new once more, by and by.
    One unit's failure stops no other: its round waits for the next run.
    """
    raised = 0
    for _ in range(ROUNDS_PER_RUN_MAX):
        with acting_as(NODE) as session:
            leads.look_again(session, RULES_VERSION, NEWS_PER_ROUND_MAX)
            if not leads.open_round(session, NEWS_PER_ROUND_MAX, ROUNDS_OPEN_MAX):
                break
            again = SealedAgain([line.code for line in members.lines(session)])
        with ThreadPoolExecutor(UNITS_AT_ONCE) as pool:
            done = list(pool.map(_raise_apart, officers.calendars(), repeat(again)))
        raised += sum(new for _, new in done)
        if not any(looked_at for looked_at, _ in done):
            break
    return raised


def _raise_apart(actor: Actor, again: SealedAgain) -> tuple[int, int]:
    """The same in a thread of its own, which keeps no connection."""
    try:
        return _raise_for(actor, again)
    finally:
        let_go()


def _raise_for(actor: Actor, again: SealedAgain) -> tuple[int, int]:
    """One unit looks at the rounds that wait for it: how often, and how many leads were raised.

    A round that cannot be looked at waits for the next run, and those behind it do not wait for it: where there are
    more than may be refused, a run begins at a place of chance.
    """
    raised = looked_at = refusals = 0
    with acting_as(actor) as session:
        waiting = leads.rounds(session)
    first = secrets.randbelow(len(waiting)) if len(waiting) > REFUSALS_MAX else 0
    for round_id in [*waiting[first:], *waiting[:first]]:
        try:
            for _ in range(LOOKS_PER_ROUND_MAX):
                with acting_as(actor) as session:
                    new, is_done = check(session, round_id, again)
                raised += new
                looked_at += 1
                if is_done:
                    break
        except (ClewError, ValueError) as refused:  # words that a unit sealed may be none
            log.error("what is new could not be looked at for a unit: %s", type(refused).__name__)  # noqa: TRY400
            refusals += 1
            if refusals == REFUSALS_MAX:
                break
    return looked_at, raised


def check(session: Session, round_id: UUID, again: SealedAgain) -> tuple[int, bool]:
    """Raise what the round gives reason for, as the calendar of a unit, from where the last look ended.

    Once all rules of leads have looked at it, what it gives reason to propose is proposed, in transactions of its own.
    How many leads are new, and whether all of the round was looked at now.
    """
    new: dict[UUID, UUID] = {}
    behind = None
    if lead_rounds.lay_out(session, round_id):
        at = lead_rounds.mark(session, round_id)
        if at.stage in proposing.STAGES:
            return 0, _gone_on(session, round_id, proposing.go_on(session, at, again))
        looked = pursuing.look(session, again, at)
        behind = looked.behind
        new = leads.keep(session, _drawn(session, looked.found))
        fresh = leads.watch(session, _watched(session, looked.reappearing))
        beside = [*looked.beside, *lead_grounds.lying_beside(session, fresh)]
        new |= leads.raise_watched(session, _reappeared(beside))
        new |= leads.keep(session, _answered(session, looked.answered))
        if behind is None and proposing.begins(session, again):
            behind = Mark(stage=proposing.ROUND)
    is_done = _gone_on(session, round_id, behind)
    if new:
        leads.tell(session, new.values())
        audit.append(session, "lead.raise", session.actor.unit, {"leads": len(new), "series": len({*new.values()})})
    return len(new), is_done


def _gone_on(session: Session, round_id: UUID, behind: Mark | None) -> bool:
    """Keep how far the unit has come; whether all of the round was looked at."""
    if behind is None:
        leads.checked(session, round_id)
    else:
        lead_rounds.keep_mark(session, round_id, behind)
    return behind is None


def _drawn(session: Session, found: Sequence[Found]) -> list[Drawn]:
    """What is kept, on one of the series that are one only: nothing whose content the series has already, or that the
    unit said does not belong there.
    """
    together = merges.together(session, {one.ground.series_id for one in found})
    known = lead_grounds.known_of(session, together, [one.ground for one in found])
    known |= _refused(session, together, [one.ground for one in found])
    drawn = [
        Drawn(
            series_id=one.ground.series_id, rule=one.rule, medium_id=one.ground.medium_id, measured=one.measured,
            evidence=leads.token_of(session, one.rule, *one.evidence),
            near_series=one.ground.series_id if one.rule in OF_MATCHES else None,
        )
        for one in found if (one.ground.series_id, one.ground.medium_id) not in known
    ]  # fmt: skip
    return _on_one(session, drawn, together)


def _watched(session: Session, found: Sequence[Ground]) -> list[Drawn]:
    """What of solved series reappears in an exhibit: watched until newer material lies beside it."""
    together = merges.together(session, {one.series_id for one in found})
    refused = _refused(session, together, found)
    drawn = [
        Drawn(
            series_id=one.series_id, rule=Rule.REAPPEARED, medium_id=one.medium_id, measured={}, state=State.WATCHED,
            evidence=leads.token_of(session, Rule.REAPPEARED, exhibit.encode()), exhibit_id=UUID(exhibit),
            near_series=one.series_id,
        )
        for one in found if (one.series_id, one.medium_id) not in refused
        for exhibit in map(str, one.said)
    ]  # fmt: skip
    return _on_one(session, drawn, together)


def _refused(
    session: Session, together: Mapping[UUID, Sequence[UUID]], found: Sequence[Ground]
) -> set[tuple[UUID, UUID]]:
    """(series, medium) of those grounds of which the unit rejected the content for the series, or for one with it."""
    refused = rejections.Refused(session, together)
    if not refused:
        return set()
    pairs = {(one.series_id, one.medium_id) for one in found}
    names = lead_grounds.contents(session, {medium_id for _, medium_id in pairs})
    return {pair for pair in pairs if pair[1] in names and refused.has(pair[0], names[pair[1]])}


def _reappeared(beside: Sequence[Beside]) -> list[tuple[UUID, Drawn]]:
    return [
        (
            one.lead_id,
            Drawn(
                series_id=one.series_id, rule=Rule.REAPPEARED, evidence=b"", medium_id=one.medium_id, measured=measured
            ),
        )
        for one in beside
        if (measured := newer_material(one.newest_known, one.taken_at)) is not None
    ]


def _answered(session: Session, found: Sequence[Answered]) -> list[Drawn]:
    """Answers to what the unit asked that lead on; each once, though every round with its medium finds it again."""
    drawn = [
        Drawn(
            series_id=one.series_id, rule=Rule.CLUE_ANSWERED, medium_id=one.medium_id, measured=measured,
            evidence=leads.token_of(session, Rule.CLUE_ANSWERED, one.answer_id.bytes),
        )
        for one in found
        if (measured := clue_answered(one.said, one.country)) is not None
    ]  # fmt: skip
    held = leads.holders(session, drawn)
    fresh = [one for one in drawn if (one.rule, one.evidence) not in held]
    return _on_one(session, fresh, merges.together(session, {one.series_id for one in fresh}))


def _on_one(session: Session, drawn: list[Drawn], together: "dict[UUID, tuple[UUID, ...]]") -> list[Drawn]:
    """Each on the series that has such a lead already, of those that are one; else on the first that was found."""
    holders = leads.holders(session, drawn)
    chosen: dict[tuple[UUID, Rule, bytes], UUID] = {}
    for one in sorted(drawn, key=lambda one: one.series_id):
        whole = together[one.series_id]
        held = [series_id for series_id in holders.get((one.rule, one.evidence), ()) if series_id in whole]
        chosen.setdefault((whole[0], one.rule, one.evidence), held[0] if held else one.series_id)
    kept: dict[tuple[UUID, Rule, bytes, UUID], Drawn] = {}
    for one in drawn:
        series_id = chosen[together[one.series_id][0], one.rule, one.evidence]
        kept.setdefault(
            (series_id, one.rule, one.evidence, one.medium_id),
            replace(one, series_id=series_id),
        )
    return list(kept.values())
