"""Jobs: chunks of an intake, done on behalf of the officer who asked."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail
from django.db import connection, transaction
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.tasks import Task

from clew.actions import (
    corresponding,
    counting,
    cropping,
    deconflicting,
    easing,
    ending,
    enrolling,
    looking_closer,
    mailing,
    mustering,
    opening,
    previewing,
    raising,
    receiving,
    referring,
    renewing,
    restricting,
    shredding,
    unpacking,
    uploading,
)
from clew.actions.walking import AddJob
from clew.actions.workplace import Workplace
from clew.domain.errors import ClewError, NotAdmitted
from clew.domain.handling import Actor
from clew.domain.intake import ChunkState
from clew.records.outages import reached

_workplaces: list[Workplace] = []
_refusals: dict[int, str] = {}
"""Why the latest job of each chunk failed in this process; of the chunks that failed last."""
REFUSALS_KEPT_MAX = 100

log = logging.getLogger("clew.jobs")


def equip(workplace: Workplace) -> None:
    """Give this process what its jobs work with."""
    _workplaces[:] = [workplace]


@contextmanager
def _noted(chunk: int) -> Iterator[None]:
    """A failure within is noted for whoever waits in this process; the job fails, and is tried again later.

    Only what Clew refuses on purpose is told in its own words: others may name a path or more.
    """
    try:
        with reached():
            yield
    except Exception as failure:
        _note(chunk, str(failure) if isinstance(failure, ClewError) else UNFORESEEN.format(type(failure).__name__))
        log.error("chunk %d failed: %s", chunk, type(failure).__name__)  # noqa: TRY400 (a traceback may name a path)
        raise
    _refusals.pop(chunk, None)


UNFORESEEN = "Something that Clew did not foresee ({})."


def _note(chunk: int, sentence: str) -> None:
    _refusals.pop(chunk, None)
    while len(_refusals) >= REFUSALS_KEPT_MAX:
        _refusals.pop(next(iter(_refusals)))
    _refusals[chunk] = sentence


def refusal() -> str:
    """Why the chunk of this process that failed last and was not done since failed; empty if there is none."""
    return next(reversed(_refusals.values()), "")


VAULT_QUEUE = "media"
"""Jobs that need no more than the vault holds: any worker that reaches it can do them."""


def queue_of(host: str) -> str:
    """The queue of jobs that open files of one machine."""
    return f"files@{host}"


def queues_of(host: str) -> list[str]:
    """The queues that a worker on the machine listens to: its own, and that of all machines."""
    return [queue_of(host), VAULT_QUEUE]


def academy_queue_of(host: str) -> str:
    """The queue of exercises to be drawn in the academy of one machine; whoever only takes in does not listen to it."""
    return f"academy@{host}"


def adder(actor: Actor, host: str, intake_id: UUID, *, keeps_bytes: bool) -> AddJob:
    """Adds the job that a chunk waits for, on behalf of `actor`; it is there when the transaction commits.

    Where the intake keeps bytes, a chunk that was taken in has them in the vault: any machine looks closer.
    """

    def add_job(chunk_id: int, state: ChunkState) -> None:
        if state is ChunkState.DONE:
            return
        task = take_in if state is ChunkState.WAITING else look_closer
        queue = VAULT_QUEUE if keeps_bytes and state is ChunkState.FIRST_ANSWER else queue_of(host)
        lock = f"chunk-{chunk_id}"
        with suppress(AlreadyEnqueued), transaction.atomic():
            task.configure(queue=queue, lock=lock, queueing_lock=f"{task.name}-{lock}").defer(
                officer=actor.officer, chunk=chunk_id, intake=str(intake_id)
            )

    return add_job


def forget_failed(intake_id: UUID) -> None:
    """What failed before is tried again by new jobs."""
    _refusals.clear()
    with reached(), connection.cursor() as cursor:
        cursor.execute(
            "delete from procrastinate_jobs where status = 'failed' and args ->> 'intake' = %s", [str(intake_id)]
        )


def again(actor: Actor, host: str, intake_id: UUID, *, keeps_bytes: bool) -> AddJob:
    """As `adder`, of an intake that is tried again: what failed before is forgotten, in the same transaction."""
    forget_failed(intake_id)
    return adder(actor, host, intake_id, keeps_bytes=keeps_bytes)


def pending(intake_id: UUID) -> int:
    """How many jobs of the intake wait or are under way, on whatever machine."""
    with reached():
        return ProcrastinateJob.objects.filter(status__in=("todo", "doing"), args__intake=str(intake_id)).count()


def failed(intake_id: UUID) -> int:
    """How many jobs of the intake failed for good."""
    with reached():
        return ProcrastinateJob.objects.filter(status="failed", args__intake=str(intake_id)).count()


def given_up() -> int:
    """How many jobs of intakes failed for good and were not tried again since."""
    with reached():
        return ProcrastinateJob.objects.filter(status="failed", args__has_key="intake").count()


stopping = threading.Event()
"""Set once this process has been told to end: a job that waits for another process waits no longer."""


def add_drawing(host: str, actor: Actor, ask: UUID) -> None:
    """Add the job that draws what an officer asked for; it is there when the transaction commits.

    One at a time on each machine: the first founds what the others find.
    """
    queue = academy_queue_of(host)
    task = draw_exercise.configure(queue=queue, lock=queue, queueing_lock=f"{draw_exercise.name}-{ask}")
    with suppress(AlreadyEnqueued), transaction.atomic():
        task.defer(officer=actor.officer, ask=str(ask))


RETRY = RetryStrategy(max_attempts=8, exponential_wait=2)
"""A database or a disk that is away comes back within minutes; what fails eight times needs a person."""


HELD_SECONDS = 600
"""A job of an officer who may not act now waits so long, or until `WAKE` finds the officer admitted again."""

WAKE = """
    with waiting as (
        select distinct args ->> 'officer' as officer from procrastinate_jobs
         where status = 'todo' and args ->> 'is_held' = 'true' and scheduled_at > now()
    ), admitted as (
        select waiting.officer from waiting cross join lateral clew_standing(waiting.officer) known
         where known.standing = 'admitted'
    )
    update procrastinate_jobs set scheduled_at = now()
     where status = 'todo' and args ->> 'is_held' = 'true' and scheduled_at > now()
       and args ->> 'officer' in (select officer from admitted)"""


@contextmanager
def _held_back(task: Task, queue: str, **given: str | int) -> Iterator[None]:
    """Within, an officer who may not act now fails no job: the same job waits in its queue and is done later."""
    try:
        yield
    except NotAdmitted:
        lock = f"chunk-{given['chunk']}"
        with reached(), suppress(AlreadyEnqueued), transaction.atomic():
            task.configure(
                queue=queue, lock=lock, queueing_lock=f"{task.name}-{lock}",
                schedule_in={"seconds": HELD_SECONDS},
            ).defer(**given, is_held=True)  # fmt: skip


@app.task(name="take_in", retry=RETRY)
def take_in(officer: str, chunk: int, intake: str, *, is_held: bool = False) -> None:  # noqa: ARG001 (for `WAKE`)
    """Take in a chunk: every file gets its verdict and its first answer."""
    workplace = _workplaces[0]
    with _held_back(take_in, queue_of(workplace.host), officer=officer, chunk=chunk, intake=intake), _noted(chunk):
        actor = opening.actor_of(officer)
        waiting = receiving.chunk_of(actor, chunk)
        if waiting is None:
            return
        take = receiving.take_in if waiting.archive is None else unpacking.unpack
        add_job = adder(actor, workplace.host, UUID(intake), keeps_bytes=waiting.intake.keeps_bytes)
        take(workplace, actor, waiting, add_job)


@app.task(name="look_closer", retry=RETRY, pass_context=True)
def look_closer(
    context: JobContext, officer: str, chunk: int, intake: str, *, is_held: bool = False  # noqa: ARG001 (for `WAKE`)
) -> None:
    """Compare the moving media of a chunk by frames all through them."""
    with _held_back(look_closer, context.job.queue, officer=officer, chunk=chunk, intake=intake), _noted(chunk):
        looking_closer.look_closer(_workplaces[0], opening.actor_of(officer), chunk)


@app.periodic(cron="7-59/20 * * * *")
@app.task(name="end_restrictions", queue=VAULT_QUEUE, queueing_lock="end_restrictions")
def end_restrictions(timestamp: int) -> None:  # noqa: ARG001 (when it was due)
    """Restrictions of handling whose end has come end: what lasted before holds again."""
    with reached():
        restricting.end_all_due()
        easing.end_all_due()


@app.periodic(cron="11-59/20 * * * *")
@app.task(name="end_task_forces", queue=VAULT_QUEUE, queueing_lock="end_task_forces")
def end_task_forces(timestamp: int) -> None:  # noqa: ARG001 (when it was due)
    """What was brought into task forces that are over goes for good: it has opened nothing since their end."""
    with reached():
        mustering.look_after()


@app.periodic(cron="23 * * * *")
@app.task(name="count_statistics", queue=VAULT_QUEUE, queueing_lock="count_statistics")
def count_statistics(timestamp: int) -> None:  # noqa: ARG001 (when it was due)
    """Yesterday is counted for statistics, by whichever hour comes first."""
    with reached():
        counting.count_up()


@app.periodic(cron="*/5 * * * *")
@app.task(name="release_overlaps", queue=VAULT_QUEUE, queueing_lock="release_overlaps")
def release_overlaps(timestamp: int) -> None:  # noqa: ARG001 (when it was due)
    """Sides of overlaps are told what their clock has come to, all together; who let a day pass is reminded."""
    with reached():
        deconflicting.release_all()
        corresponding.look_after()


@app.periodic(cron="* * * * *")
@app.task(name="raise_leads", queue=VAULT_QUEUE, lock="raise_leads", queueing_lock="raise_leads")
def raise_leads(timestamp: int) -> None:  # noqa: ARG001 (when it was due)
    """What is new on the node is looked at again for every unit that waits for a series."""
    with reached():
        raised = raising.raise_all()
    if raised:
        log.info("leads: %d raised", raised)


@app.periodic(cron="3-59/10 * * * *")
@app.task(name="mail_notices", queue=VAULT_QUEUE, lock="mail_notices", queueing_lock="mail_notices")
def mail_notices(timestamp: int) -> None:  # noqa: ARG001 (when it was due)
    """Officers who want it are told by e-mail that something waits; nothing where the node names no server."""
    if not settings.CLEW_MAILS:
        return
    with reached():
        mailing.tell_all(lambda subject, body, address: send_mail(subject, body, None, [address]))


@app.periodic(cron="37 * * * *")
@app.task(name="end_retention", queue=VAULT_QUEUE, lock="end_retention", queueing_lock="end_retention")
def end_retention(timestamp: int) -> None:  # noqa: ARG001 (when it was due)
    """What is past its end and not blocked goes, of every unit."""
    with reached():
        ended = ending.end_all(_workplaces[0])
    if any(ended.values()):
        log.info("retention: %d subjects ended", sum(ended.values()))


@app.periodic(cron="17 * * * *")
@app.task(name="end_crops", queue=VAULT_QUEUE, queueing_lock="end_crops")
def end_crops(timestamp: int) -> None:  # noqa: ARG001 (when it was due)
    """Objects and referrals that no second officer agreed to in time go, and objects that were stopped on their way."""
    with reached():
        cropping.look_after(_workplaces[0].vault)
        referring.look_after()


@app.periodic(cron="2-59/5 * * * *")
@app.task(name="make_previews", queue=VAULT_QUEUE, lock="make_previews", queueing_lock="make_previews")
def make_previews(timestamp: int) -> None:  # noqa: ARG001 (when it was due)
    """Media that were taken in before there were previews get theirs, from the vault."""
    with reached():
        made = previewing.make_lacking(_workplaces[0])
    if made:
        log.info("previews: %d media read again", made)


@app.periodic(cron="9-59/10 * * * *")
@app.task(
    name="renew_fingerprints", queue=VAULT_QUEUE, lock="renew_fingerprints", queueing_lock="renew_fingerprints"
)
def renew_fingerprints(timestamp: int) -> None:  # noqa: ARG001 (when it was due)
    """Media whose fingerprints were made by an earlier release's ways get those of this one, from the vault."""
    with reached():
        renewed = renewing.renew_all(_workplaces[0], stopping.is_set)
    if renewed:
        log.info("fingerprints: %d media made anew", renewed)


@app.periodic(cron="* * * * *")
@app.task(name="end_uploads", queue=VAULT_QUEUE, queueing_lock="end_uploads")
def end_uploads(timestamp: int) -> None:  # noqa: ARG001 (when it was due)
    """What came through a browser goes from this machine's disk once it was taken in, or lay for a day."""
    workplace = _workplaces[0]
    if workplace.uploads is None:
        return
    with reached():
        done = uploading.look_after(workplace.uploads, workplace.host)
    if done:
        log.info("uploads: %d ended", done)


@app.periodic(cron="* * * * *")
@app.task(name="end_cases", queue=VAULT_QUEUE, lock="end_cases", queueing_lock="end_cases")
def end_cases(timestamp: int) -> None:  # noqa: ARG001 (when it was due)
    """Cases that two officers decided to shred are shredded."""
    with reached():
        done = shredding.go_on(_workplaces[0])
    if done:
        log.info("shredding: %d cases ended", done)


@app.task(name="draw_exercise", retry=RETRY)
def draw_exercise(officer: str, ask: str) -> None:
    """An exercise that an officer asked for is drawn by a process of the academy."""
    with reached():
        enrolling.draw(_workplaces[0].academy, officer, UUID(ask), stopping.is_set)


@app.periodic(cron="4-59/5 * * * *")
@app.task(name="fetch_exercises", queue=VAULT_QUEUE, lock="fetch_exercises", queueing_lock="fetch_exercises")
def fetch_exercises(timestamp: int) -> None:  # noqa: ARG001 (when it was due)
    """What came of exercises that were handed in is kept in the node.

    Where the academy is on another machine, nothing is fetched: the turn comes to that machine's worker too.
    """
    with reached():
        fetched = enrolling.fetch(_workplaces[0].academy, stopping.is_set)
    if fetched:
        log.info("academy: results of %d exercises", fetched)
