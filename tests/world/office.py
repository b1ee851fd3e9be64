"""Intakes in the tests: the real actions over a real vault, index and sandbox; only the queue is a list."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from uuid import UUID

from django.conf import settings

from clew.actions import listing, looking_closer, matching, opening, receiving, triaging, unpacking, walking
from clew.actions.cutter import Cutter
from clew.actions.reading import Readers
from clew.actions.workplace import Certifier, Workplace
from clew.domain.cover import Cover, default_retention_end
from clew.domain.fingerprint import Engine
from clew.domain.handling import Actor, Audience, Handling
from clew.domain.intake import ChunkState
from clew.domain.triage import Counts, TriagedMedium
from clew.index.recall import Index
from clew.media.nursery import Nursery
from clew.media.sandbox import Sandbox
from clew.media.uploads import Uploads
from clew.media.vault import Vault
from clew.records.session import acting_as
from tests.world.world import handling


@contextmanager
def work_in(folder: Path, nursery: Nursery) -> Iterator[Workplace]:
    """A workplace with its vault, keys and indexes in `folder`."""
    readers = Readers(2, lambda: Sandbox(nursery=nursery))
    indexes = {engine: Index(folder / "index" / engine.name, matching.source_of(engine), threads=1) for engine in Engine}
    yield Workplace(
        vault=Vault(folder / "vault", settings.CLEW_KEYRING), indexes=indexes, readers=readers,
        nursery=nursery, host="here", spill=folder, uploads=Uploads(folder / "uploads", settings.CLEW_KEYRING),
        certifier=Certifier(seed=bytes(range(32)), backup_days=30),
    )  # fmt: skip
    readers.close()
    for index in indexes.values():
        index.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Takes in and triages on behalf of officers."""

    workplace: Workplace
    waiting: deque[tuple[Actor, int, ChunkState]] = field(default_factory=deque)

    def intake(
        self, of: Actor, source: Path, case: str = "CASE-1", exhibit: str = "PHONE-1", *, series: str | None = None,
        cover: Handling | None = None, keeps_bytes: bool = True, works: bool = True, until: date | None = None,
        words: Cover | None = None,
    ) -> UUID:  # fmt: skip
        """Take in `source`; with `works` all its jobs are done too."""
        cover = cover or handling(of)
        kind = walking.kind_of(source)
        with acting_as(of) as session:
            words = words or Cover(retention_end=until or default_retention_end(opening.today()))
            said = opening.keep_cover(session, cover, words)
            exhibit_id = None if kind == "hash_list" else opening.open_exhibit(session, case, exhibit, cover, said)
            list_id = opening.open_list(session, source.name, cover, said) if kind == "hash_list" else None
            series_id = None if series is None else opening.open_series(session, series, cover, said)
            intake_id = walking.begin(
                session, source=source, source_kind=kind, host="here", handling=cover, keeps_bytes=keeps_bytes,
                exhibit_id=exhibit_id, list_id=list_id, series_id=series_id, cover_id=said,
            )  # fmt: skip
        self._walk(of, kind, intake_id)
        if works:
            self.work()
        return intake_id

    def work(self) -> None:
        """Do every job that waits."""
        while self.waiting:
            actor, chunk_id, state = self.waiting.popleft()
            if state is ChunkState.FIRST_ANSWER:
                looking_closer.look_closer(self.workplace, actor, chunk_id)
            elif (chunk := receiving.chunk_of(actor, chunk_id)) is not None:
                take = receiving.take_in if chunk.archive is None else unpacking.unpack
                take(self.workplace, actor, chunk, self.adder(actor))

    def adder(self, actor: Actor) -> receiving.AddJob:
        return lambda chunk_id, state: self.waiting.append((actor, chunk_id, state))

    def counts(self, of: Actor, case: str = "CASE-1", exhibit: str | None = None) -> Counts:
        with acting_as(of) as session:
            return triaging.counts(session, case, exhibit)

    def triage(self, of: Actor, case: str = "CASE-1") -> dict[str, TriagedMedium]:
        """The triaged media of a case by their first path."""
        return {medium.paths[0]: medium for medium in triaging.every_medium(of, case)}

    def _walk(self, of: Actor, kind: str, intake_id: UUID) -> None:
        add_job = self.adder(of)
        if kind == "vics":
            listing.take_in_export(self.workplace, of, intake_id, add_job)
        elif kind == "hash_list":
            listing.take_in_list(self.workplace, of, intake_id, add_job)
        elif kind == walking.ARCHIVE_SOURCE:
            walking.unpack_in(of, intake_id, add_job)
        else:
            walking.walk_in(of, intake_id, add_job)


def cutter_of(office: Office) -> Cutter:
    """What the office cuts objects out with."""
    return Cutter(vault=office.workplace.vault, nursery=office.workplace.nursery)


def unit_only(of: Actor) -> Handling:
    return handling(of, Audience.UNIT)
