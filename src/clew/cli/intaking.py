"""An intake in the foreground: walking, working and telling at once."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from django.db import connections
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from clew.actions import listing, opening, restating, restricting, retaining, triaging, walking
from clew.actions.workplace import Workplace
from clew.domain.cover import Words, cover_from_words
from clew.domain.errors import Invalid, SourceUnreadable, StepRefused, Unavailable
from clew.domain.handling import (
    Actor,
    Handling,
    audience_from_words,
    codes_from_words,
    handled,
    named_from_words,
    uses_from_words,
)
from clew.domain.handling_change import SubjectKind
from clew.domain.intake import Progress as IntakeProgress
from clew.domain.intake import Summary
from clew.jobs import tasks, worker

LOOK_SECONDS = 0.5
AWAY_SECONDS_MAX = 300.0

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the command line says of an intake."""

    path: Path
    officer: str
    case: str | None = None
    exhibit: str | None = None
    list_name: str | None = None
    series: str | None = None
    keeps_bytes: bool = True
    audience: str = "all"
    exclude: str = ""
    uses: str = "fingerprints,facts"
    also: str = ""
    cover: Words = field(default_factory=Words)


def run(workplace: Workplace, asked: Asked, console: Console) -> Summary:
    """Take in what is asked for, with progress on `console`; what an intake brought in the end.

    Raises:
        Invalid, NotVisible: what is asked for cannot be.
        Unavailable: some files could not be done; the same command tries them again.
    """
    actor = opening.actor_of(asked.officer)
    kind = walking.kind_of(asked.path)
    intake_id = _begin(workplace, actor, asked, kind)
    tasks.equip(workplace)
    tasks.forget_failed(intake_id)
    for name in ("procrastinate", "clew.jobs"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # failures are told by the progress line
    walk = _Side("walk", lambda: _patiently(lambda: _walk(workplace, actor, asked, kind, intake_id)))
    work = _Side("work", lambda: _patiently(lambda: _work(workplace, actor, intake_id, walk)))
    walk.start()
    work.start()
    with _bar(console) as bar:
        task = bar.add_task("taking in", total=None, rate="")
        began = time.monotonic()
        while work.is_alive():
            work.join(LOOK_SECONDS)
            with suppress(Unavailable):
                _tell(bar, task, _progress(actor, intake_id), time.monotonic() - began)
    for side in (walk, work):
        if side.failure is not None:
            raise side.failure
    with opening.acting_as(actor) as session:
        summary = walking.finish(session, intake_id)
    if isinstance(walk.answer, listing.Listed):
        return replace(summary, records=walk.answer.records, refused=walk.answer.refused)
    return summary


def undecodable(asked: Asked) -> Iterator[triaging.UnreadFile]:
    """Files of the exhibit that gave no pixels, frames or samples, each with its reason."""
    actor = opening.actor_of(asked.officer)
    after: str | None = None
    while True:
        with opening.acting_as(actor) as session:
            page = triaging.unread(session, asked.case or "", asked.exhibit, after=after, limit=1_000)
        yield from page.items
        after = page.next
        if after is None:
            return


def undecodable_count(asked: Asked) -> int:
    """How many files `undecodable` names."""
    with opening.acting_as(opening.actor_of(asked.officer)) as session:
        return triaging.unread_count(session, asked.case or "", asked.exhibit)


def _patiently(work: Callable[[], Answer]) -> Answer:
    """Begin again where the database was away: everything an intake does may be done again."""
    away_since: float | None = None
    while True:
        began = time.monotonic()
        try:
            return work()
        except SourceUnreadable:
            raise
        except Unavailable:
            now = time.monotonic()
            if away_since is None or now - began > AWAY_SECONDS_MAX:
                away_since = now
            if now - away_since > AWAY_SECONDS_MAX:
                raise
            time.sleep(LOOK_SECONDS)


class _Side(threading.Thread):
    """One side of the intake; what it came to or failed with is told by the main thread."""

    def __init__(self, name: str, work: Callable[[], object]) -> None:
        super().__init__(name=name, daemon=True)
        self.answer: object = None
        self.failure: BaseException | None = None
        self._work = work

    def run(self) -> None:
        try:
            self.answer = self._work()
        except BaseException as failure:
            self.failure = failure
        finally:
            connections.close_all()


def _handling(actor: Actor, asked: Asked) -> Handling:
    try:
        audience, members = audience_from_words(asked.audience)
        named, named_uses = named_from_words(asked.also, beside=audience)
        return handled(
            owner_member=actor.member, owner_unit=actor.unit, audience=audience,
            members=(members | named) - {actor.member}, excluded=codes_from_words(asked.exclude),
            uses=uses_from_words(asked.uses), named_uses=named_uses,
        )  # fmt: skip
    except ValueError as wrong:
        raise Invalid(f"This audience cannot be: {wrong}.") from None


def _begin(workplace: Workplace, actor: Actor, asked: Asked, kind: str) -> UUID:
    wanted = _handling(actor, asked)
    cover_from_words(asked.cover, opening.today())
    if (asked.list_name is None) == (asked.case is None) or (asked.case is None) != (asked.exhibit is None):
        raise Invalid("Say either --case and --exhibit, or --list for a hash list.")
    if (kind == "hash_list") != (asked.list_name is not None):
        raise Invalid(
            "This is a hash list: say --list NAME."
            if kind == "hash_list"
            else "This is no hash list: leave out --list."
        )
    with opening.acting_as(actor) as session:
        handling = restricting.within(
            session, wanted, case=asked.case, exhibit=asked.exhibit, list_name=asked.list_name, series=asked.series
        )
        cover = restricting.words_within(
            session, asked.cover, case=asked.case, exhibit=asked.exhibit, list_name=asked.list_name, series=asked.series
        )
        if not asked.cover.keep_until.strip():
            goes_into = SubjectKind.EXHIBIT if asked.list_name is None else SubjectKind.HASH_LIST
            cover = replace(cover, retention_end=retaining.default_end(session, goes_into))
        cover_id = opening.keep_cover(session, handling, cover)
        exhibit_id = list_id = None
        if asked.case is not None and asked.exhibit is not None:
            exhibit_id = opening.open_exhibit(session, asked.case, asked.exhibit, handling, cover_id)
            restricting.entered(session, asked.case, asked.exhibit, wanted)
        elif asked.list_name is not None:
            list_id = opening.open_list(session, asked.list_name, handling, cover_id)
        series_id = None
        if asked.series is not None:
            series_id = opening.open_series(session, asked.series, handling, cover_id)
        intake_id = walking.begin(
            session, source=asked.path, source_kind=kind, host=workplace.host, handling=handling,
            keeps_bytes=asked.keeps_bytes, exhibit_id=exhibit_id, list_id=list_id, series_id=series_id,
            cover_id=cover_id,
        )  # fmt: skip
        restating.restate(session, intake_id, asked.cover)
        return intake_id


def _walk(workplace: Workplace, actor: Actor, asked: Asked, kind: str, intake_id: UUID) -> listing.Listed | None:
    """See all of the source; of a list or export, how far that came."""
    add_job = tasks.adder(actor, workplace.host, intake_id, keeps_bytes=asked.keeps_bytes)
    if kind == "vics":
        return listing.take_in_export(workplace, actor, intake_id, add_job)
    if kind == "hash_list":
        return listing.take_in_list(workplace, actor, intake_id, add_job)
    if kind == walking.ARCHIVE_SOURCE:
        walking.unpack_in(actor, intake_id, add_job)
    else:
        walking.walk_in(actor, intake_id, add_job)
    return None


def _work(workplace: Workplace, actor: Actor, intake_id: UUID, walk: _Side) -> None:
    """Do jobs until the intake's are done, whoever does them."""
    while True:
        is_walked = not walk.is_alive()
        worker.work(tasks.queues_of(workplace.host), until_idle=True)
        if is_walked and not _progress(actor, intake_id).is_running:
            return
        if walk.failure is not None:
            return
        if is_walked and not tasks.pending(intake_id) and not tasks.failed(intake_id):
            raise StepRefused(
                "Some files wait for the sandbox, which is not closed on this machine: clew doctor says why."
                " Their bytes are kept; run the same command when it is."
            )
        if is_walked and tasks.failed(intake_id):
            raise StepRefused(f"Some files could not be taken in. {tasks.refusal()} Run the same command to try again.")
        time.sleep(LOOK_SECONDS / 2)


def _progress(actor: Actor, intake_id: UUID) -> IntakeProgress:
    with opening.acting_as(actor) as session:
        return walking.progress(session, intake_id)


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TaskProgressColumn(),
        TextColumn("{task.fields[rate]}"), TimeRemainingColumn(compact=True), console=console, transient=False,
    )  # fmt: skip


def _tell(bar: Progress, task: object, progress: IntakeProgress, seconds: float) -> None:
    rate = progress.files_done / max(seconds, 0.001)
    refusal = tasks.refusal()
    bar.update(
        task, completed=progress.files_done, total=None if progress.is_walking else progress.files_seen,
        rate=refusal or f"{rate:,.0f} files/s",
    )  # fmt: skip
