"""Pursuing: what a round gives a unit reason to look closer at, rule after rule, each with some at a time.

Nothing is left out because there is much of it: where a look has done enough it says how far it came, and the next goes
on there. What is found twice because of that is raised once.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from clew.domain import proposal
from clew.domain.clue import ClueKind
from clew.domain.lead import NAMING, Rule, same_name
from clew.domain.proposal import Measured
from clew.records import lead_clues, lead_grounds, lead_places, lead_rounds, lead_words
from clew.records.lead_clues import Answered
from clew.records.lead_grounds import Beside, Ground, Near
from clew.records.lead_rounds import Mark, Slice, Stage
from clew.records.lead_words import SealedAgain
from clew.records.matches import MatchKind
from clew.records.session import Session

LOOKED_AT_MAX = 100_000
"""A look ends once it has looked up, or found, so much: what is found is kept together, and the next look goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A ground that a rule finds good, with what tells it from others of its rule."""

    ground: Ground
    rule: Rule
    measured: Measured
    evidence: tuple[bytes, ...]


@dataclass(slots=True, kw_only=True)
class Looked:
    """What a look found: grounds, solved series that reappear, what lies beside such, and answers.

    `behind`: where the next look goes on; None where all was looked at.
    """

    found: list[Found] = field(default_factory=list)
    reappearing: list[Ground] = field(default_factory=list)
    beside: list[Beside] = field(default_factory=list)
    answered: list[Answered] = field(default_factory=list)
    behind: Mark | None = None


Take = Callable[[Looked, Any], None]
"""What is done with what a rule's way found."""


def look(session: Session, again: SealedAgain, at: Mark) -> Looked:
    """Look at what is laid out, from the mark on, until all or enough was looked at."""
    looked, many = Looked(), 0
    for some, behind in _all(session, looked, again, at):
        looked.behind = behind
        many += some
        if many >= LOOKED_AT_MAX:
            break
    return looked


def _all(session: Session, looked: Looked, again: SealedAgain, at: Mark) -> Iterator[tuple[int, Mark | None]]:
    """Through all series that the unit waits for, some at a time; how much was looked at, and where to go on."""
    while True:
        waiting = lead_rounds.lay_out_series(session, at.series, at.series_upto)
        behind = None if waiting.is_last else Mark(series=waiting.upto)
        if not waiting.items:
            yield len(waiting.items), behind
        else:
            here = replace(at, series_upto=waiting.upto)
            yield from _of_series(session, looked, _stages(session, again), here, behind)
        if behind is None:
            return
        at = behind


def _of_series(
    session: Session, looked: Looked, stages: Sequence[tuple[Stage[Any, Any], Take]], at: Mark, behind: Mark | None
) -> Iterator[tuple[int, Mark | None]]:
    """Through all stages from that of the mark on; where there is none of that name any more, from the first on."""
    first = next((number for number, (stage, _) in enumerate(stages) if stage.name == at.stage), None)
    if first is None:
        at = Mark(series=at.series, series_upto=at.series_upto)
    for number, (stage, take) in enumerate(stages[first or 0:], start=first or 0):
        here = at if number == first else Mark(series=at.series, series_upto=at.series_upto, stage=stage.name)
        is_last = number + 1 == len(stages)
        after = behind
        if not is_last:
            after = Mark(series=at.series, series_upto=at.series_upto, stage=stages[number + 1][0].name)
        yield from _of_stage(session, stage, partial(take, looked), here, after)


def _of_stage(
    session: Session, stage: Stage[Any, Any], take: Callable[[Any], None], at: Mark, behind: Mark | None
) -> Iterator[tuple[int, Mark | None]]:
    """Through all that a rule looks up, and all that is found by it."""
    while True:
        part: Slice[Any] = stage.slice(session, at.behind, at.upto)
        is_more, found = bool(part.items), at.found
        count = len(part.items)
        while is_more:
            rows = stage.page(session, part.items, found, lead_rounds.PAIRS_MAX)
            for _, row in rows:
                take(row)
            is_more = len(rows) >= lead_rounds.PAIRS_MAX
            count += len(rows)
            if is_more:
                found = rows[-1][0]
                yield count, replace(at, upto=part.upto, found=found)
                count = 0
        if part.is_last:
            yield count, behind
            return
        at = replace(at, behind=part.upto, upto=(), found=())
        yield count, at


def _stages(session: Session, again: SealedAgain) -> list[tuple[Stage[Any, Any], Take]]:
    """The ways of all rules."""
    of_series = lead_grounds.contributors(session)
    serials = lead_words.SaidInSeries("camera_serial", again, of_series)
    documents = lead_words.SaidInSeries("document_id", again, of_series)
    read = lead_clues.ReadInSeries(tuple(NAMING), again)
    return [
        (Stage(name="serials", slice=serials.slice, page=serials.page), _takes(_of_camera)),
        (Stage(name="documents", slice=documents.slice, page=documents.page), _takes(_of_document)),
        (Stage(name="matches", slice=lead_rounds.lay_out_matches, page=lead_grounds.near), _take_near),
        (Stage(name="equal", slice=lead_grounds.media, page=lead_grounds.equal), _take_reappearing),
        (Stage(name="spots", slice=lead_places.spots, page=lead_places.around_spots), _takes(_of_place)),
        (Stage(name="insides", slice=lead_places.insides, page=lead_places.around_insides), _takes(_of_place)),
        (Stage(name="places", slice=lead_places.known, page=lead_places.around_known), _takes(_of_place)),
        (Stage(name="clues", slice=read.slice, page=read.page), _takes(_of_name)),
        (Stage(name="watched", slice=lead_grounds.watching, page=lead_grounds.brought_beside), _take_beside),
        (Stage(name="answers", slice=lead_clues.answers, page=lead_clues.answered), _take_answered),
    ]


def _takes(judge: Callable[[Ground], Iterator[Found]]) -> Take:
    return lambda looked, ground: looked.found.extend(judge(ground))


def _take_near(looked: Looked, near: Near) -> None:
    if near.kind is None:
        looked.reappearing.append(near.ground)
    else:
        looked.found.extend(_of_still(near.ground) if near.kind is MatchKind.PDQ else _of_clip(near.ground))


def _take_reappearing(looked: Looked, one: Ground) -> None:
    looked.reappearing.append(one)


def _take_beside(looked: Looked, one: Beside) -> None:
    looked.beside.append(one)


def _take_answered(looked: Looked, one: Answered) -> None:
    looked.answered.append(one)


def _of_camera(one: Ground) -> Iterator[Found]:
    serial, make = _words(one)
    yield from _judged(one, Rule.SAME_CAMERA, proposal.same_camera(serial.decode()), serial, make)


def _of_document(one: Ground) -> Iterator[Found]:
    identifier, _ = _words(one)
    yield from _judged(one, Rule.SAME_DOCUMENT, proposal.same_document(identifier.decode()), identifier)


def _of_clip(one: Ground) -> Iterator[Found]:
    matched, compared, milliseconds, name = one.said
    run = proposal.aligned_video(_number(matched), _number(compared), _number(milliseconds))
    yield from _judged(one, Rule.ALIGNED_CLIP, run and {"seconds": run["seconds"]}, str(name).encode())


def _of_still(one: Ground) -> Iterator[Found]:
    """All that a unit has of a series and that came on one day is one lead: known pictures circulate by thousands."""
    distance, radius, came = one.said
    yield from _judged(one, Rule.NEAR_COPY, proposal.near_copy(_number(distance), _number(radius)), str(came).encode())


def _of_place(one: Ground) -> Iterator[Found]:
    here, there = one.said
    if isinstance(here, proposal.Place) and isinstance(there, proposal.Place):
        yield from _judged(one, Rule.KNOWN_PLACE, proposal.shared_place(here, there), _cell(here))


def _of_name(one: Ground) -> Iterator[Found]:
    kind, read = one.said
    if isinstance(kind, ClueKind) and isinstance(read, bytes):
        yield from _judged(one, Rule.SAME_NAME, same_name(kind, read.decode()), kind.value.encode(), read)


def _judged(ground: Ground, rule: Rule, measured: Measured | None, *shared: bytes) -> Iterator[Found]:
    """With whose it is: what another unit has of the same is another lead."""
    if measured is not None:
        evidence = (*(code.encode() for code in ground.owner), *shared)
        yield Found(ground=ground, rule=rule, measured=measured, evidence=evidence)


def _words(one: Ground) -> tuple[bytes, bytes]:
    words = one.said[0]
    if not (isinstance(words, tuple) and len(words) == 2):
        raise TypeError("a ground of words says the words and the make")
    return words


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _cell(place: proposal.Place) -> bytes:
    """A place to the third decimal of a degree, a hundred metres: what was taken at one house is one lead."""
    return f"{place.latitude:.3f} {place.longitude:.3f}".encode()
