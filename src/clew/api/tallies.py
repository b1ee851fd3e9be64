"""Live numbers for programs: how far the intakes of a case have come, and its media counted a few blocks at a time."""

from ninja import Router, Schema

from clew.actions import tallying
from clew.actions.opening import Session
from clew.api.door import reading
from clew.api.given import After, Limit, Name, OneOf
from clew.api.triages import Counts, TriagedMedium, Unit
from clew.domain.triage import Answer

router = Router(tags=["triage"])


class IntakeProgress(Schema):
    """`files_seen` grows while the source is still walked; `is_running` until the last chunk of files is done."""

    files_seen: int
    files_done: int
    bytes_done: int
    is_walking: bool
    is_running: bool


class Tally(Schema):
    """Counts of what was looked at: `media` so far, all if it `is_whole`. `is_fresh`: nothing is counted again."""

    counts: Counts
    media: int
    is_whole: bool
    is_fresh: bool


class Followed(Schema):
    """`is_last`: nothing more is to come: all is taken in, and all is counted."""

    progress: IntakeProgress
    tally: Tally
    is_last: bool


class OpenedAnswer(Schema):
    """Media of one `answer`; of those that are undecodable, files that could not even be read come last."""

    tally: Tally
    answer: OneOf[Answer]
    items: list[TriagedMedium]
    next: str | None


@reading(router, "/triage/progress", Followed)
def follow(
    session: Session, case: Name, exhibit: Name | None = None, unit: Unit = None
) -> tallying.Followed:
    """How far the intakes of a case or exhibit have come, and its numbers by now: ask again until it `is_last`.

    Each request counts on by up to 1,600 media; the numbers of a large case may be some minutes old.
    """
    return tallying.follow(session, case, exhibit, unit=unit)


@reading(router, "/triage/opened", OpenedAnswer)
def page(
    session: Session, case: Name, exhibit: Name | None = None, unit: Unit = None,
    answer: OneOf[Answer] | None = None, after: After = None, limit: Limit = 50,
) -> dict[str, object]:  # fmt: skip
    """Media of one answer, or of the first that any has, soon however large the case is: name the answer to ask on.

    A page looks at 800 media at most: where few of them have the answer it is shorter, and `next` goes on behind them.
    """
    found = tallying.page(session, case, exhibit, unit=unit, answer=answer, after=after, limit=limit)
    items = [*found.items, *found.files]
    return {"tally": found.tally, "answer": found.answer, "items": items, "next": found.next}
