"""Tiles of the Merkle tree: 256 hashes side by side, so that a leaf is added and a proof is made from a few of them.

A tile of level 0 holds hashes of leaves; each hash of a tile of level n + 1 is the root over a
full tile of level n. Only the last tile of a level is not full.
Source: C2SP tlog-tiles, whose layout this is.
"""

from collections.abc import Callable, Mapping, Sequence

from clew.domain.merkle import HASH_BYTES, Perfect, root_of

HEIGHT = 8
WIDTH = 1 << HEIGHT

Place = tuple[int, int]
"""Level and index of a tile."""
TileAt = Callable[[int, int], bytes]
"""Gives the hashes of the tile at (level, index), end to end."""


def edge(size: int) -> tuple[Place, ...]:
    """Places of the tiles at the right edge of a tree of `size` leaves that are begun and not full."""
    places: list[Place] = []
    level = 0
    while size >> (HEIGHT * level):
        held = size >> (HEIGHT * level)
        if held % WIDTH:
            places.append((level, held // WIDTH))
        level += 1
    return tuple(places)


def grown(size: int, tiles: Mapping[Place, bytes], hashes: Sequence[bytes]) -> dict[Place, bytes]:
    """Tiles that change where `hashes` of leaves follow on a tree of `size`; `tiles` holds those of its edge.

    Raises:
        ValueError: a tile of the edge is missing or does not hold what its size says.
    """
    changed: dict[Place, bytes] = {}
    level, added = 0, list(hashes)
    while added:
        at, full = size >> (HEIGHT * level), []
        while added:
            place, held = (level, at // WIDTH), at % WIDTH
            begun = tiles.get(place, b"") if held else b""
            if len(begun) != held * HASH_BYTES:
                raise ValueError("a tile does not hold what the size of the tree says")
            room = WIDTH - held
            tile = begun + b"".join(added[:room])
            changed[place] = tile
            at, added = at + len(added[:room]), added[room:]
            if len(tile) == WIDTH * HASH_BYTES:
                full.append(root_of(split(tile)))
        level, added = level + 1, full
    return changed


def split(tile: bytes) -> list[bytes]:
    """The hashes of a tile, one by one."""
    return [tile[at : at + HASH_BYTES] for at in range(0, len(tile), HASH_BYTES)]


def perfect_of(tile_at: TileAt) -> Perfect:
    """Roots of complete subtrees, read from tiles.

    Raises (when called):
        ValueError: a tile does not reach as far as is asked.
    """

    def perfect(level: int, index: int) -> bytes:
        tile_level, height = divmod(level, HEIGHT)
        first = index << height
        tile = tile_at(tile_level, first // WIDTH)
        start = first % WIDTH * HASH_BYTES
        part = tile[start : start + (HASH_BYTES << height)]
        if len(part) != HASH_BYTES << height:
            raise ValueError("a tile does not reach as far as the size of the tree says")
        return root_of(split(part))

    return perfect
