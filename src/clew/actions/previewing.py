"""Previewing: previews are made of what a reader saw, read for who may see them, and made later where they lack."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

import numpy as np

from clew.actions import browsing, sequencing
from clew.actions.browsing import Lack, Page
from clew.actions.viewing import RECEIPT_SECONDS_MAX
from clew.actions.workplace import Workplace
from clew.domain.errors import StepRefused, Tampered, Unavailable
from clew.domain.handling import Actor, Use
from clew.media import lending
from clew.media.reading import NO_PREVIEWS, PREVIEW_BYTES, Previews, Reading, Wants
from clew.media.vault import Kept
from clew.records import audit, officers, previews
from clew.records.intakes import Intake
from clew.records.previews import TIME_BYTES, Waiting
from clew.records.session import Session, acting_as

log = logging.getLogger("clew.actions")

MADE_AT_ONCE = 100
"""Of so many media previews are made between two transactions: no more is lost of a run that is stopped."""
CHUNKS_PER_RUN_MAX = 20
"""So many of those one run makes for one unit; the next run goes on."""
FIRST = UUID(int=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Previews of a medium, 80 bytes each: the one that stands for it, and a strip by milliseconds from the start."""

    still: bytes
    strip: tuple[tuple[int, bytes], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Previewed:
    """A page of media, the previews of those that have one, and why each of the others has none."""

    page: Page
    shown: Mapping[UUID, Shown]
    lacking: Mapping[UUID, Lack]


def keep(
    session: Session, intake: Intake, names: Mapping[bytes, UUID], readings: Mapping[bytes, Reading],
    known: Mapping[bytes, UUID],
) -> None:  # fmt: skip
    """Keep the previews of what was read, by SHA-256, and of what the unit knew already, for the case of an intake.

    An intake that keeps no bytes keeps no previews: there would be something to see where nobody may look.
    """
    if intake.case_id is None or not intake.keeps_bytes:
        return
    contents = {
        names[sha256]: (sha256, _content(reading.previews))
        for sha256, reading in readings.items() if reading.verdict.is_decoded
    }  # fmt: skip
    previews.add(session, intake.case_id, contents)
    previews.carry(session, intake.case_id, list(known.values()))


def of(
    actor: Actor, media: Sequence[UUID], act: UUID, *, within_seconds: float = RECEIPT_SECONDS_MAX
) -> dict[UUID, Shown]:
    """The previews of those of `media` that have one and that the actor may see for that use.

    `act`: by which whoever asks has put on record which media are shown, and whose, in a transaction before: this one
    is for the use, of which a transaction has one, and puts on record of which other members previews are shown. Both
    are beneath a signed root before a key of a case is opened.

    Raises:
        Unavailable: the audit cannot be put in order.
    """
    if not media:
        return {}
    with acting_as(actor, Use.PREVIEW) as session:
        lying = previews.of(session, media)
        others = {one.member for one in lying} - {actor.member}
        acts = [act]
        if others:
            acts.append(audit.append(session, "medium.preview", "", {"media": len(lying)}, shown=others))
    if not lying:
        return {}
    for each in acts:
        sequencing.receipt(each, within_seconds=within_seconds)
    return {medium: _shown(content) for medium, content in previews.unsealed(lying).items()}


def page(
    actor: Actor, browsed: Callable[[Session], Page], *, within_seconds: float = RECEIPT_SECONDS_MAX
) -> Previewed:
    """A page as `browsed` gives it and puts it on record, with its previews behind the receipt of that act.

    Raises:
        NotVisible: there is no such page.
        Unavailable: the audit cannot be put in order.
    """
    with acting_as(actor) as session:
        found = browsed(session)
        act = session.acts[-1]
    shown = of(actor, [item.medium.id for item in found.items], act, within_seconds=within_seconds)
    lacking = {
        item.medium.id: browsing.lack_of(item.medium, actor) for item in found.items if item.medium.id not in shown
    }
    return Previewed(page=found, shown=shown, lacking=lacking)


def make_lacking(workplace: Workplace) -> int:
    """Make previews of media that were taken in before there were any, of every unit, from the vault; of how many."""
    return sum(_make_of_unit(workplace, calendar) for calendar in officers.calendars())


def _make_of_unit(workplace: Workplace, actor: Actor) -> int:
    """From a place of chance on: what cannot be read now never keeps what lies behind it waiting for ever."""
    made, after = 0, uuid4()
    for number in range(CHUNKS_PER_RUN_MAX):
        with acting_as(actor) as session:
            some = previews.waiting(session, after, MADE_AT_ONCE)
            if not some and not number:
                some = previews.waiting(session, FIRST, MADE_AT_ONCE)
        if not some:
            break
        after = some[-1].medium_id
        contents = workplace.readers.each(lambda one: _read(workplace, actor, one), some)
        kept: dict[UUID, dict[UUID, tuple[bytes, bytes | None]]] = {}
        for one, found in zip(some, contents, strict=True):
            if found is not None:
                kept.setdefault(one.key.case_id, {})[one.medium_id] = (one.sha256, _content(found))
        with acting_as(actor) as session:
            for case_id, rows in kept.items():
                previews.add(session, case_id, rows)
            audit.append(session, "preview.make", "", {"media": sum(map(len, kept.values()))})
        made += sum(map(len, kept.values()))
    return made


def _read(workplace: Workplace, actor: Actor, one: Waiting) -> Previews | None:
    """What a reader makes of the bytes; None where they, or a closed sandbox, are not to be had now."""
    kept = Kept(blob=one.key.blob, wrapped=one.key.wrapped)
    try:
        with (
            workplace.vault.open(actor.member, str(one.key.case_id), one.sha256, kept) as stored,
            lending.lent(stored) as fd, workplace.readers.lend(f"{actor.member}/{actor.unit}/previews") as reader,
        ):  # fmt: skip
            return reader.read(fd, one.size_bytes, Wants.PICTURE_OR_KEY_FRAMES).previews
    except Tampered:
        log.exception("the stored bytes of medium %s are not what was stored", one.medium_id)
        return NO_PREVIEWS
    except (Unavailable, StepRefused):
        return None


def _content(made: Previews) -> bytes | None:
    """As it is kept: each preview behind its time, little end first."""
    if not len(made):
        return None
    times = made.times_ms.astype("<i4").tobytes()
    rows = made.rows.tobytes()
    return b"".join(
        times[at * TIME_BYTES : (at + 1) * TIME_BYTES] + rows[at * PREVIEW_BYTES : (at + 1) * PREVIEW_BYTES]
        for at in range(len(made))
    )


def _shown(content: bytes) -> Shown:
    each = TIME_BYTES + PREVIEW_BYTES
    parts = [content[at : at + each] for at in range(0, len(content), each)]
    first, *strip = ((int(np.frombuffer(part, "<i4", 1)[0]), part[TIME_BYTES:]) for part in parts)
    return Shown(still=first[1], strip=tuple(strip))
