"""Retrying: files of an exhibit that could not be opened or read, and chunks that stopped, are tried again."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from clew.actions import opening, triaging, walking
from clew.actions.restricting import BLOCKED
from clew.actions.walking import AddJob
from clew.domain.errors import StepRefused
from clew.domain.intake import TRIED_AGAIN
from clew.records import audit, cases, exhibits, intakes
from clew.records.intakes import Stopped
from clew.records.session import Session

Adder = Callable[[Stopped], AddJob]
"""What adds the jobs of an intake that has stopped, on the machine where its source is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """What lies undone of an exhibit: so many files that could not be opened or read to their end, so many chunks that
    stopped on their way; and the machines that the sources are on.
    """

    files: int
    chunks: int
    hosts: tuple[str, ...]


def look(session: Session, scope: triaging.Scope) -> Undone | None:
    """What of an exhibit of the own unit could be tried again; None while jobs are under way, or if there is none."""
    if scope.exhibit is None:
        return None
    return _undone(intakes.stopped(session, scope.case, scope.exhibit, TRIED_AGAIN))


def try_again(session: Session, case: str, exhibit: str, adder: Adder) -> Undone:
    """Have what lies undone of an exhibit of the own unit tried again by workers of the machines that hold its sources.

    It is what the same intake does that is run again, but for walking: what came to the source since is not seen.
    What a reader looked at and could not decode stays as it is.

    Raises:
        NotVisible: there is no such case or exhibit of the own unit.
        StepRefused: nothing lies undone, or jobs are under way; the exhibit is under examination or ending; or the role
            enters no records.
    """
    case_id = cases.find_own(session, case)
    exhibit_id = exhibits.find(session, case_id, exhibit)
    opening.check_enters(session)
    found = intakes.stopped(session, case_id, exhibit_id, TRIED_AGAIN)
    undone = _undone(found)
    if undone is None:
        raise StepRefused("Nothing of it waits to be tried again.")
    for one in found:
        intake = intakes.get(session, one.intake_id)
        walking.hold_off_end(session, intake)
        if intake.handling.is_blocked:
            raise StepRefused(BLOCKED)
        if one.files:
            intakes.try_again(session, one.intake_id, TRIED_AGAIN)
        add_job = adder(one)
        for chunk_id, state in intakes.unfinished(session, one.intake_id):
            add_job(chunk_id, state)
    audit.append(session, "intake.again", str(exhibit_id), {"files": undone.files, "chunks": undone.chunks})
    return undone


def _undone(found: Iterable[Stopped]) -> Undone | None:
    some = tuple(found)
    if not some:
        return None
    return Undone(
        files=sum(one.files for one in some), chunks=sum(one.chunks for one in some),
        hosts=tuple(dict.fromkeys(one.host for one in some)),
    )  # fmt: skip
