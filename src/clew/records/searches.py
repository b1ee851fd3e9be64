"""What is looked through by a search: newest first, as far as the actor sees, unsealed here and nowhere kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clew.domain.search import FILES_PER_PAGE_MAX, LOOKED_AT_PER_PAGE_MAX, PAGED, Kind, Marker
from clew.records import sealed
from clew.records.cases import EXHIBIT, REFERENCE
from clew.records.clues import NOTE, READ
from clew.records.hash_lists import NAME as LIST_NAME
from clew.records.intakes import PATH
from clew.records.messages import WORDS as MESSAGE
from clew.records.narratives import WORDS as NARRATIVE
from clew.records.occurrences import IN_ORDER
from clew.records.places import NAME as PLACE
from clew.records.series import NAME as SERIES
from clew.records.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A record that was looked at. `label` names it, `within` what it lies in; `at` is when it was entered."""

    kind: Kind
    id: str
    at: datetime | None
    owner: str
    unit: str
    words: str
    label: str = ""
    within: str = ""


_OWN_MEMBER = "{0}.owner_member = %(member)s"
_SOURCES: Mapping[Kind, tuple[str, str, str]] = {
    Kind.SERIES: (
        "s.id, s.entered_at, s.owner_member, s.owner_unit, s.name, '', '', s.reference, null::bytea",
        "series s where true", "s.entered_at",
    ),
    Kind.CASE: (
        "c.id, c.opened_at, c.owner_member, c.owner_unit, c.reference, '', '', '', null::bytea",
        "cases c where c.owner_member = %(member)s and c.shredded_at is null", "c.opened_at",
    ),
    Kind.EXHIBIT: (
        "e.id, e.entered_at, e.owner_member, e.owner_unit, e.reference, '', '', '', c.reference",
        "exhibits e join cases c on c.id = e.case_id where e.owner_member = %(member)s and c.shredded_at is null",
        "e.entered_at",
    ),
    Kind.HASH_LIST: (
        "h.id, h.entered_at, h.owner_member, h.owner_unit, h.name, '', '', '', null::bytea",
        "hash_lists h where h.owner_member = %(member)s", "h.entered_at",
    ),
    Kind.PLACE: (
        "p.id, p.entered_at, p.owner_member, p.owner_unit, p.name, '', '', p.reference, null::bytea",
        "places p where p.name is not null", "p.entered_at",
    ),
    Kind.CLUE: (
        "k.id, k.asserted_at, k.owner_member, k.owner_unit, null::bytea, k.read, k.note, encode(m.name, 'hex'), null::bytea",
        "clues k join media m on m.id = k.medium_id where k.withdrawn_at is null", "k.asserted_at",
    ),
    Kind.NARRATIVE: (
        "n.id, n.written_at, n.member, n.unit, null::bytea, n.words, '', s.reference, null::bytea",
        "series_narratives n join series s on s.id = n.series_id where true", "n.written_at",
    ),
    Kind.MESSAGE: (
        "w.id, w.written_at, w.member, w.unit, null::bytea, w.words, '', c.id::text, null::bytea",
        "messages w join correspondences c on c.id = w.correspondence_id where w.words <> ''", "w.written_at",
    ),
}  # fmt: skip
"""By kind: columns, where from, and by what it is in order. The first column names the row."""

_COLUMNS: Mapping[Kind, bytes] = {
    Kind.SERIES: SERIES, Kind.CASE: REFERENCE, Kind.EXHIBIT: EXHIBIT, Kind.HASH_LIST: LIST_NAME, Kind.PLACE: PLACE,
}  # fmt: skip
_NOTES: Mapping[Kind, tuple[bytes, bytes]] = {
    Kind.CLUE: (READ, NOTE), Kind.NARRATIVE: (NARRATIVE, b""), Kind.MESSAGE: (MESSAGE, b""),
}  # fmt: skip
_AFTER: Mapping[Kind, str] = {
    Kind.SERIES: "series", Kind.CASE: "cases", Kind.EXHIBIT: "exhibits", Kind.HASH_LIST: "hash_lists",
    Kind.PLACE: "places", Kind.CLUE: "clues", Kind.NARRATIVE: "series_narratives", Kind.MESSAGE: "messages",
}  # fmt: skip


def looked_at(session: Session, marker: Marker | None) -> dict[Kind, list[Row]]:
    """By kind the next rows that the actor sees, the newest first, with their words; at most so many of each."""
    kinds = [kind for kind in _SOURCES if marker is None or marker.get(kind) is not None]
    found: dict[Kind, list[Row]] = {kind: [] for kind in kinds}
    if not kinds:
        return found
    values = {"member": session.actor.member, **{kind.name: marker[kind] for kind in kinds if marker is not None}}
    with session.cursor() as cursor:
        cursor.execute(" union all ".join(_select(kind, is_first=marker is None) for kind in kinds), values)
        for row in cursor:
            one = _row(row)
            found[one.kind].append(one)
    return found


def _select(kind: Kind, *, is_first: bool) -> str:
    columns, source, order = _SOURCES[kind]
    name = columns.partition(",")[0]
    order_column = order.partition(".")[2]
    after = (
        ""
        if is_first
        else f" and ({order}, {name}) < (select a.{order_column}, a.id from {_AFTER[kind]} a where a.id = %({kind.name})s::uuid)"
    )
    return (
        f"(select '{kind}', {columns} from {source}{after}"
        f" order by {order} desc, {name} desc limit {LOOKED_AT_PER_PAGE_MAX})"
    )


def _row(row: Sequence) -> Row:
    kind, owner = Kind(row[0]), row[3]
    texts = sealed.of_member(owner)
    if kind in _COLUMNS:
        words = sealed.words(texts, _COLUMNS[kind], row[5])
    else:
        first, second = _NOTES[kind]
        parts = (sealed.words_of_note(owner, first, row[6]), sealed.words_of_note(owner, second, row[7]) if second else "")
        words = " · ".join(filter(None, parts))
    within = "" if row[9] is None else sealed.words(texts, REFERENCE, row[9])
    return Row(
        kind=kind, id=row[1].hex, at=row[2], owner=owner, unit=row[4], words=words, label=row[8] or words, within=within
    )


def files(session: Session, case_id: UUID, after: str | None) -> list[Row]:
    """The next files of a case of the own member, the latest taken in first, with their paths."""
    texts = sealed.of_case(session.actor.member, case_id)
    behind = "" if after is None else "and o.id < %(after)s"
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            select o.id, o.path, o.owner_member, o.owner_unit, coalesce(encode(m.name, 'hex'), ''), e.reference
              from occurrences o left join media m on m.id = o.medium_id join exhibits e on e.id = o.exhibit_id
             where o.case_id = %(case)s and {IN_ORDER} {behind} order by o.id desc limit {FILES_PER_PAGE_MAX}""",
            {"case": case_id, "after": None if after is None else int(after)},
        )
        exhibits = sealed.of_member(session.actor.member)
        return [
            Row(
                kind=Kind.FILE, id=str(row[0]), at=None, owner=row[2], unit=row[3],
                words=texts.unseal(bytes(row[1]), PATH).decode(errors="replace"), label=row[4],
                within=sealed.words(exhibits, EXHIBIT, row[5]),
            )
            for row in cursor
        ]  # fmt: skip


_NAMED: Mapping[str, tuple[str, str, str]] = {
    "S": ("series", "owner_member", "owner_unit"), "V": ("victims", "owner_member", "owner_unit"),
    "O": ("offenders", "owner_member", "owner_unit"), "P": ("places", "owner_member", "owner_unit"),
    "Q": ("questions", "member", "unit"), "R": ("referrals", "member", "unit"), "T": ("task_forces", "member", "''"),
}  # fmt: skip
LETTERS = tuple(_NAMED)


def named(session: Session, reference: str) -> Row | None:
    """What has this reference, if the actor sees it."""
    table, owner, unit = _NAMED[reference[0]]
    with session.cursor() as cursor:
        cursor.execute(f"select id, {owner}, {unit} from {table} where reference = %s", [reference])
        row = cursor.fetchone()
    if row is None:
        return None
    return Row(
        kind=Kind.REFERENCE, id=row[0].hex, at=None, owner=row[1], unit=row[2], words=reference, label=reference
    )


_SERIAL = ("camera_serial", "lens_serial", "document_id")


def media(session: Session, text: str, members: Sequence[str], limit: int) -> list[Row]:
    """Media of this SHA-256, or else of this serial number of a camera or lens or identifier of a document, as any
    member has it.
    """
    if len(text) == 64 and not text.strip("0123456789abcdefABCDEF"):
        condition, values = "m.name = %(name)s", {"name": bytes.fromhex(text)}
        kind = Kind.MEDIUM
    else:
        spellings = {text, text.upper(), text.lower()}
        values = {
            column: [sealed.of_member(one).seal(word.encode(), f"media.{column}".encode()) for one in members for word in spellings]
            for column in _SERIAL
        }
        condition, kind = " or ".join(f"m.{column} = any(%({column})s)" for column in _SERIAL), Kind.CAMERA
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            select m.id, m.taken_in_at, m.owner_member, m.owner_unit, encode(m.name, 'hex') from media m
             where {condition} order by m.taken_in_at desc, m.id limit {int(limit)}""",
            values,
        )
        return [
            Row(kind=kind, id=row[0].hex, at=row[1], owner=row[2], unit=row[3], words=text, label=row[4]) for row in cursor
        ]


__all__ = ["LETTERS", "PAGED", "Row", "files", "looked_at", "media", "named"]
