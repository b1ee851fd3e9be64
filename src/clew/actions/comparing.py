"""Comparing: the question of triage for files that are not taken in. Nothing of them is stored."""

import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from clew.actions import matching
from clew.actions.reading import FULL_READINGS_AT_ONCE
from clew.actions.receiving import Received, receive
from clew.actions.triaging import best_first, of_file, owners_shown
from clew.actions.walking import in_chunks, stub_of
from clew.actions.workplace import Workplace
from clew.domain.handling import Actor
from clew.domain.triage import ReasonKind, TriagedMedium, answer
from clew.media import lending
from clew.media.reading import Reading, Wants
from clew.media.walk import path_text, walk
from clew.records import audit
from clew.records import triage as known
from clew.records.intakes import Stub
from clew.records.matches import MatchKind
from clew.records.session import acting_as


def compare(workplace: Workplace, actor: Actor, path: Path) -> Iterator[TriagedMedium]:
    """Triage of a file, or of every file of a folder, as if it were taken in and looked at closer."""
    with acting_as(actor) as session:
        audit.append(session, "compare", "")
    source = os.fsencode(path)
    for stubs in in_chunks(stub_of(source, file) for file in walk(path)):
        for start in range(0, len(stubs), FULL_READINGS_AT_ONCE):
            with ExitStack() as held:
                yield from _compared(workplace, actor, path, stubs[start : start + FULL_READINGS_AT_ONCE], held)


def _compared(
    workplace: Workplace, actor: Actor, root: Path, stubs: Sequence[Stub], held: ExitStack
) -> Iterator[TriagedMedium]:
    received = list(workplace.readers.each(lambda stub: receive(root, stub.path, stub.reason, held), stubs))
    whole = [one for one in received if one.content is not None]
    readings = list(workplace.readers.each(lambda one: _read(workplace, actor, one), whole))
    matching.catch_up(workplace.indexes)
    pairs: dict[int, list[known.Pair]] = defaultdict(list)
    with acting_as(actor) as session:
        asked = [matching.Asked(position=at, sets=reading.queries) for at, reading in enumerate(readings)]
        near = [one for some in matching.near(session, workplace.indexes, asked) for one in some]
        digests = [(d.sha256, d.sha1, d.md5) for d in (one.content.digests for one in whole if one.content)]
        for at, pair in known.pairs_of_digests(session, digests):
            pairs[at].append(pair)
        for kind in MatchKind:
            found = [
                (one.position, one.fingerprint_id, one.distance_bits, one.radius_bits, int(one.transform), one.aligned)
                for one in near
                if one.kind is kind
            ]
            for at, pair in known.pairs_of_fingerprints(session, ReasonKind(kind.name.lower()), found):
                pairs[at].append(pair)
        read = zip(whole, readings, strict=True)
        answered = [_answered(one, reading, pairs[at]) for at, (one, reading) in enumerate(read)]
        if shown := owners_shown(answered) - {actor.member}:
            audit.append(session, "compare.show", "", {"media": len(answered)}, shown=shown)
    yield from answered
    for one in received:
        if one.content is None:
            yield of_file(one.path, one.reason)


def _read(workplace: Workplace, actor: Actor, one: Received) -> Reading:
    if one.content is None:
        raise ValueError("only what is held can be read")
    with lending.given(one.content) as fd, workplace.readers.lend(f"{actor.member}/{actor.unit}") as reader:
        return reader.read(fd, one.content.digests.size_bytes, Wants.FULL)


def _answered(one: Received, reading: Reading, pairs: Sequence[known.Pair]) -> TriagedMedium:
    if one.content is None:
        raise ValueError("only what is held has an answer")
    reasons = best_first(pairs) if one.content.digests.size_bytes else ()
    best = reasons[0].evidence if reasons else None
    name = one.content.digests.sha256.hex()
    return TriagedMedium(
        name=name, sha256=name, paths=(path_text(one.path),), kind=reading.kind,
        answer=answer(best, is_decoded=reading.verdict.is_decoded), reasons=reasons,
        verdict=reading.verdict, verdict_reason=reading.reason,
    )  # fmt: skip
