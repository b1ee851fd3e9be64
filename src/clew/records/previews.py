"""Previews as they lie: sealed under the key of the case that holds the medium, one row for each such case."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from clew.domain.errors import StepRefused, Unavailable
from clew.domain.handling import BLOCKED, Use
from clew.domain.medium import Verdict
from clew.keys.texts import Texts
from clew.records import sealed
from clew.records.medium_keys import MediumKey
from clew.records.session import Session

CONTENT = b"previews.content"
TIME_BYTES = 4
_DECODED = [int(verdict) for verdict in Verdict if verdict.is_decoded]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A medium of the own unit that a case holds and of which a preview is still to be made."""

    medium_id: UUID
    sha256: bytes
    size_bytes: int
    key: MediumKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Lying:
    """A preview as it lies, sealed under the key of a case of its member."""

    medium_id: UUID
    member: str
    case_id: UUID
    sha256: bytes
    content: bytes


def of(session: Session, media: Sequence[UUID]) -> list[Lying]:
    """What is kept of those of `media` that have a preview and that the actor may see for that use, as it lies.

    Raises:
        ValueError: the transaction is for another use.
    """
    if session.use is not Use.PREVIEW:
        raise ValueError("previews are read in a transaction for previews")
    with session.cursor() as cursor:
        cursor.execute(
            """
            select p.medium_id, p.member, p.case_id, m.sha256, p.content
              from previews p join media m on m.id = p.medium_id
             where p.medium_id = any(%s) and p.content is not null and %s <> all (m.excluded)""",
            [list(media), BLOCKED],
        )
        return [
            Lying(medium_id=row[0], member=row[1], case_id=row[2], sha256=bytes(row[3]), content=bytes(row[4]))
            for row in cursor
        ]


def unsealed(lying: Iterable[Lying]) -> dict[UUID, bytes]:
    """What these are, by medium: whoever asks has the receipt of the act by which they are shown."""
    found: dict[UUID, bytes] = {}
    texts: dict[tuple[str, UUID], Texts] = {}
    for one in lying:
        # A case that is being shredded opens nothing any more; another that holds the medium may.
        with suppress(StepRefused, Unavailable):
            if one.medium_id not in found:
                opened = texts.setdefault((one.member, one.case_id), sealed.of_case(one.member, one.case_id))
                found[one.medium_id] = opened.unseal(one.content, CONTENT, one.sha256)
    return found


def add(session: Session, case_id: UUID, contents: Mapping[UUID, tuple[bytes, bytes | None]]) -> None:
    """Keep what was made of media that the case holds, by (SHA-256, content); None: nothing could be made."""
    texts = sealed.of_case(session.actor.member, case_id, make=True)
    rows = {
        medium: None if content is None else texts.seal(content, CONTENT, sha256)
        for medium, (sha256, content) in contents.items()
    }
    _write(session, case_id, rows, is_waiting=False)


def carry(session: Session, case_id: UUID, media: Sequence[UUID]) -> None:
    """Keep for this case too what another case of the own unit has of these media; where none has, it is to be made."""
    member = session.actor.member
    with session.cursor() as cursor:
        cursor.execute(
            """
            select distinct on (m.id) m.id, m.sha256, p.case_id, p.content
              from media m join medium_keys k on k.medium_id = m.id and k.case_id = %(case)s
              left join previews p on p.medium_id = m.id and p.content is not null
             where m.id = any(%(media)s) and m.verdict = any(%(decoded)s)
               and not exists (select from previews o where o.medium_id = m.id and o.case_id = %(case)s)
             order by m.id, p.case_id""",
            {"case": case_id, "media": list(media), "decoded": _DECODED},
        )
        lacking = cursor.fetchall()
    own = sealed.of_case(member, case_id, make=True) if lacking else None
    carried: dict[UUID, bytes] = {}
    for medium_id, sha256, other, content in lacking:
        if own is None or content is None:
            continue
        with suppress(StepRefused, Unavailable):
            opened = sealed.of_case(member, other).unseal(bytes(content), CONTENT, bytes(sha256))
            carried[medium_id] = own.seal(opened, CONTENT, bytes(sha256))
    _write(session, case_id, carried, is_waiting=False)
    _write(session, case_id, {row[0]: None for row in lacking if row[0] not in carried}, is_waiting=True)


def waiting(session: Session, after: UUID, limit: int) -> list[Waiting]:
    """Media of the own unit behind `after` whose previews are still to be made; none that is under examination."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select p.medium_id, m.sha256, m.size_bytes, k.case_id, k.blob, k.wrapped
              from previews p join media m on m.id = p.medium_id
              join medium_keys k on k.medium_id = p.medium_id and k.case_id = p.case_id
             where p.is_waiting and p.member = %s and m.owner_member = %s and m.owner_unit = %s
               and m.sha256 is not null and m.size_bytes is not null and %s <> all (m.excluded)
               and p.medium_id > %s order by p.medium_id limit %s""",
            [session.actor.member, session.actor.member, session.actor.unit, BLOCKED, after, limit],
        )
        return [
            Waiting(
                medium_id=row[0], sha256=bytes(row[1]), size_bytes=row[2],
                key=MediumKey(medium_id=row[0], case_id=row[3], blob=bytes(row[4]), wrapped=bytes(row[5])),
            )
            for row in cursor
        ]  # fmt: skip


def _write(session: Session, case_id: UUID, rows: Mapping[UUID, bytes | None], *, is_waiting: bool) -> None:
    if not rows:
        return
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into previews (medium_id, case_id, member, content, is_waiting)
            select medium, %(case)s, %(member)s, content, %(waiting)s
              from unnest(%(media)s::uuid[], %(contents)s::bytea[]) as given (medium, content)
             where exists (select from medium_keys k where k.medium_id = medium and k.case_id = %(case)s)
            on conflict (medium_id, case_id) do update
               set content = excluded.content, is_waiting = excluded.is_waiting where previews.content is null""",
            {
                "case": case_id, "member": session.actor.member, "waiting": is_waiting, "media": list(rows),
                "contents": list(rows.values()),
            },
        )  # fmt: skip
