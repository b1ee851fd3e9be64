"""Verifying: the log is worked out again from the acts themselves, and what was changed is named."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum
from uuid import UUID

from clew.actions import auditing, sequencing
from clew.domain.errors import Invalid, Unavailable
from clew.domain.merkle import EMPTY_ROOT, root_of, span_root
from clew.domain.tile import WIDTH, TileAt, perfect_of, split
from clew.formats import signed_note
from clew.formats.checkpoint import Checkpoint
from clew.records import leaves
from clew.records.leaves import Cursor, Head

FINDINGS_MAX = 1_000
LEAVES_PER_BLOCK = 16 * WIDTH


class Wrong(StrEnum):
    """What can be wrong with the log; each in the words that a person is told."""

    EDITED = "edited"
    DELETED = "deleted"
    SWAPPED = "swapped"
    WITHOUT_LEAF = "without a leaf"
    GAP = "a gap"
    TILE = "a tile was changed"
    ROOT = "not what was signed"
    SIGNATURE = "not signed by this node"
    REWOUND = "shorter than it was"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong; the act where it is about one, and the number of its leaf."""

    wrong: Wrong
    number: int | None = None
    act_id: UUID | None = None

    def __str__(self) -> str:
        where = "" if self.number is None else f" at number {self.number}"
        which = "the log" if self.act_id is None else f"act {self.act_id}"
        return f"{which}{where}: {self.wrong}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was found of a log of `size` leaves; `verified_from` is where the rows began to be read again."""

    size: int
    root: bytes
    verified_from: int = 0
    findings: tuple[Finding, ...] = ()

    @property
    def is_good(self) -> bool:
        return not self.findings


@dataclass(slots=True, kw_only=True)
class _Search:
    """Findings as they are made, and hashes of rows that are not where they belong."""

    findings: list[Finding] = field(default_factory=list)
    strays: dict[bytes, list[int]] = field(default_factory=dict)
    wanted: dict[bytes, int] = field(default_factory=dict)

    def add(self, finding: Finding) -> None:
        if len(self.findings) < FINDINGS_MAX:
            self.findings.append(finding)

    def stray(self, finding: Finding, found: bytes, wanted: bytes) -> None:
        """A row whose hash is not the leaf's."""
        self.add(finding)
        if finding.number is not None and len(self.wanted) < FINDINGS_MAX:
            self.strays.setdefault(found, []).append(finding.number)
            self.wanted[wanted] = finding.number

    def named(self) -> tuple[Finding, ...]:
        """The findings; of rows that stand in each other's place it is said so."""
        moved = {number for found, numbers in self.strays.items() if found in self.wanted for number in numbers}
        return tuple(
            replace(each, wrong=Wrong.SWAPPED) if each.wrong is Wrong.EDITED and each.number in moved else each
            for each in self.findings
        )


def verify(*, since: Checkpoint | None = None, against: Sequence[Checkpoint] = ()) -> Verification:
    """Work the log out again from its acts and compare with what was signed.

    `since`: an earlier verification's end; rows before it are not read again. `against`: checkpoints
    that somebody else kept, as a witness does. A verification that fails is on record, whoever asked for it.

    Raises:
        Unavailable: the database cannot be reached.
    """
    with leaves.opened() as cursor:
        leaves.freeze(cursor)
        found = verify_with(cursor, since=since, against=against)
    if not found.is_good:
        # Where nothing can be put on record any more, what is wrong is told all the same.
        with suppress(Unavailable):
            auditing.note("audit.verification_failed")
    return found


def verify_with(
    cursor: Cursor, *, since: Checkpoint | None = None, against: Sequence[Checkpoint] = ()
) -> Verification:
    """The same within a transaction that is open."""
    head, search, tile_at = leaves.head(cursor), _Search(), leaves.tile_at(cursor, tiles_max=64)
    start = 0
    if since is not None and _is_kept(since, head, tile_at, search):
        start = since.size
    for each in against:
        _is_kept(each, head, tile_at, search)
    _compare_part(cursor, head, range(start, head.size), tile_at, search)
    _compare_head(head, tile_at, search)
    return Verification(size=head.size, root=head.root, verified_from=start, findings=search.named())


def verify_parts(cursor: Cursor, parts: Sequence[range], *, since: Checkpoint | None = None) -> Verification:
    """Some leaves alone, all the way up to what was signed; and whether the log begins with what was seen before."""
    head, search, tile_at = leaves.head(cursor), _Search(), leaves.tile_at(cursor, tiles_max=64)
    if since is not None:
        _is_kept(since, head, tile_at, search)
    for part in parts:
        _compare_part(cursor, head, part, tile_at, search)
    _compare_head(head, tile_at, search)
    start = min((part.start for part in parts), default=head.size)
    return Verification(size=head.size, root=head.root, verified_from=start, findings=search.named())


def root_over(cursor: Cursor, size: int) -> bytes:
    """The root over the first `size` leaves as the tiles have it."""
    return _root(size, leaves.tile_at(cursor))


def _compare_part(cursor: Cursor, head: Head, part: range, tile_at: TileAt, search: _Search) -> None:
    """Rows of a part, the tiles that lead from them to the root, and acts about them that have no leaf."""
    _compare_rows(cursor, head, part, tile_at, search)
    _compare_upwards(head, part, tile_at, search)
    for act_id in leaves.without_leaf(cursor, part.start, part.stop, FINDINGS_MAX):
        search.add(Finding(wrong=Wrong.WITHOUT_LEAF, act_id=act_id))


def _compare_rows(cursor: Cursor, head: Head, part: range, tile_at: TileAt, search: _Search) -> None:
    """Every row of a part against the hash of its leaf, and every full tile against the one above."""
    start = part.start
    for first in range(start - start % WIDTH, part.stop, LEAVES_PER_BLOCK):
        last = min(first + LEAVES_PER_BLOCK, part.stop)
        rows = dict(leaves.between(cursor, max(first, start), last))
        for index in range(first // WIDTH, -(-last // WIDTH)):
            tile = split(tile_at(0, index))
            for number in range(max(index * WIDTH, start), min((index + 1) * WIDTH, last)):
                kept = tile[number % WIDTH] if number % WIDTH < len(tile) else b""
                _compare_row(number, rows.get(number), kept, search)
            if len(tile) == WIDTH and (index + 1) * WIDTH <= head.size:
                _compare_above(0, index, tile, tile_at, search)


def _compare_upwards(head: Head, part: range, tile_at: TileAt, search: _Search) -> None:
    """Every full tile above a part against the one above it. Those that are not full make the root by themselves."""
    level, leaves_each = 1, WIDTH**2
    while part and head.size >= leaves_each:
        for index in range(part.start // leaves_each, (part.stop - 1) // leaves_each + 1):
            if (index + 1) * leaves_each <= head.size:
                _compare_above(level, index, split(tile_at(level, index)), tile_at, search)
        level, leaves_each = level + 1, leaves_each * WIDTH


def _compare_row(number: int, taken: leaves.Taken | None, kept: bytes, search: _Search) -> None:
    if taken is None:
        search.add(Finding(wrong=Wrong.GAP, number=number))
        return
    if taken.act is None:
        search.add(Finding(wrong=Wrong.DELETED, number=number, act_id=taken.id))
        return
    found = sequencing.leaf_of(taken)
    if found != kept:
        search.stray(Finding(wrong=Wrong.EDITED, number=number, act_id=taken.id), found, kept)


def _compare_above(level: int, index: int, tile: Sequence[bytes], tile_at: TileAt, search: _Search) -> None:
    """A full tile against its hash in the tile above."""
    above = split(tile_at(level + 1, index // WIDTH))
    at = index % WIDTH
    if at >= len(above) or above[at] != root_of(tile):
        search.add(Finding(wrong=Wrong.TILE, number=index * WIDTH ** (level + 1)))


def _compare_head(head: Head, tile_at: TileAt, search: _Search) -> None:
    """The newest checkpoint against the tiles, and its signature against this node's key."""
    if not head.size:
        return
    if _root(head.size, tile_at) != head.root:
        search.add(Finding(wrong=Wrong.ROOT))
    try:
        note = signed_note.parse(head.note)
        is_ours = note.signed_by(sequencing.log_key()) is not None
        checkpoint = Checkpoint.parse(note.text)
        is_same = (checkpoint.size, checkpoint.root) == (head.size, head.root)
    except Invalid:
        is_ours = is_same = False
    if not (is_ours and is_same):
        search.add(Finding(wrong=Wrong.SIGNATURE))


def _is_kept(earlier: Checkpoint, head: Head, tile_at: TileAt, search: _Search) -> bool:
    """Whether the log begins with what was seen of it before."""
    if earlier.size > head.size:
        search.add(Finding(wrong=Wrong.REWOUND, number=earlier.size))
        return False
    if _root(earlier.size, tile_at) != earlier.root:
        search.add(Finding(wrong=Wrong.ROOT, number=earlier.size))
        return False
    return True


def _root(size: int, tile_at: TileAt) -> bytes:
    """The root over the first `size` leaves; one that nothing has, where tiles are missing."""
    try:
        return span_root(0, size, perfect_of(tile_at)) if size else EMPTY_ROOT
    except ValueError:
        return b""
