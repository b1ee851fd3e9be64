"""The items of an HEIF file: coded pictures, the grid they make, its turns, EXIF and XMP.

Source: ISO/IEC 14496-12:2022, 8.11 (meta box); ISO/IEC 23008-12:2022, 6.5 and 6.6.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from clew.domain.errors import Undecodable
from clew.media.limits import LimitExceeded

BOXES_MAX = 10_000
ITEMS_MAX = 4_096
"""Items of a file; a picture of 100 megapixels in tiles of 512 x 512 has 400."""
EXTENTS_MAX = 64

_WHOLE_FILE, _ITEM_DATA_BOX = 0, 1


class Cursor:
    """Reads numbers and texts one after the other; never beyond its end."""

    def __init__(self, untrusted: bytes, begin: int, end: int) -> None:
        self._untrusted, self.at, self.end = untrusted, begin, end

    def number(self, size: int) -> int:
        """A number of `size` bytes, the highest first; 0 bytes are 0."""
        return int.from_bytes(self.take(size), "big")

    def take(self, size: int) -> bytes:
        """The next `size` bytes.

        Raises:
            Undecodable: there are fewer.
        """
        if self.at + size > self.end:
            raise Undecodable("The HEIF file's description is cut short.")
        piece = self._untrusted[self.at : self.at + size]
        self.at += size
        return piece

    def text(self) -> bytes:
        """The bytes up to a NUL or the end."""
        end = self._untrusted.find(b"\0", self.at, self.end)
        end = self.end if end < 0 else end
        piece = self._untrusted[self.at : end]
        self.at = min(end + 1, self.end)
        return piece


@dataclass(slots=True, kw_only=True)
class Item:
    """One item: its type, where its bytes lie, the numbers of its properties in order."""

    form: bytes = b""
    content_type: bytes = b""
    extents: list[tuple[int, int]] = field(default_factory=list)
    is_in_item_data: bool = False
    properties: list[int] = field(default_factory=list)
    derived_from: list[int] = field(default_factory=list)
    describes: list[int] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Items:
    """All items of a file, and its properties as (type, content), numbered from 1."""

    untrusted: bytes
    items: dict[int, Item] = field(default_factory=dict)
    properties: list[tuple[bytes, bytes]] = field(default_factory=list)
    primary: int = 0
    item_data: tuple[int, int] = (0, 0)

    def item(self, number: int) -> Item:
        """The item of that number, begun if it is new.

        Raises:
            LimitExceeded: it would be one too many.
        """
        if number not in self.items and len(self.items) >= ITEMS_MAX:
            raise LimitExceeded("The HEIF file holds more items than a medium may.")
        return self.items.setdefault(number, Item())

    def content(self, item: Item) -> bytes:
        """The bytes of an item, fewer than stated where the file is cut; never more than the file has."""
        start, stop = self.item_data if item.is_in_item_data else (0, len(self.untrusted))
        pieces = [
            self.untrusted[start + begin : min(start + begin + size, stop) if size else stop]
            for begin, size in item.extents[:EXTENTS_MAX]
        ]
        # extents that lie over each other would unfold a small file
        return b"".join(pieces)[: len(self.untrusted)]

    def properties_of(self, item: Item) -> Iterator[tuple[bytes, bytes]]:
        """Type and content of the properties of an item, in their order."""
        for number in item.properties:
            if 1 <= number <= len(self.properties):
                yield self.properties[number - 1]

    def described_by(self, number: int, form: bytes, content_type: bytes = b"") -> bytes:
        """The content of the first item of a form that describes item `number`, or b""."""
        for item in self.items.values():
            if item.form == form and item.content_type == content_type and number in item.describes:
                return self.content(item)
        return b""


def boxes(untrusted: bytes, begin: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Type, first and last-plus-one byte of the content of each box that lies side by side."""
    for _ in range(BOXES_MAX):
        if begin + 8 > end:
            return
        size, header = int.from_bytes(untrusted[begin : begin + 4], "big"), 8
        form = untrusted[begin + 4 : begin + 8]
        if size == 1:
            size, header = int.from_bytes(untrusted[begin + 8 : begin + 16], "big"), 16
        elif size == 0:
            size = end - begin
        if size < header:
            return
        yield form, begin + header, min(begin + size, end)
        begin += size


def read_items(untrusted: bytes) -> Items:
    """The items of an HEIF file.

    Raises:
        Undecodable: there is no description, or it is cut short.
        LimitExceeded: more items than a medium may have.
    """
    found = Items(untrusted=untrusted)
    for form, begin, end in boxes(untrusted, 0, len(untrusted)):
        if form == b"meta":
            for inner, inner_begin, inner_end in boxes(untrusted, begin + 4, end):
                _read_box(found, inner, Cursor(untrusted, inner_begin, inner_end))
            return found
    raise Undecodable("The HEIF file holds no description of a picture.")


def _read_box(found: Items, form: bytes, cursor: Cursor) -> None:
    match form:
        case b"pitm":
            version = cursor.number(4) >> 24
            found.primary = cursor.number(4 if version else 2)
        case b"iinf":
            _read_forms(found, cursor)
        case b"iloc":
            _read_places(found, cursor)
        case b"iref":
            _read_references(found, cursor)
        case b"iprp":
            _read_properties(found, cursor)
        case b"idat":
            found.item_data = cursor.at, cursor.end


def _read_forms(found: Items, cursor: Cursor) -> None:
    cursor.take(4 if cursor.number(4) >> 24 else 2)
    for form, begin, end in boxes(found.untrusted, cursor.at, cursor.end):
        entry = Cursor(found.untrusted, begin, end)
        version = entry.number(4) >> 24
        if form != b"infe" or version < 2:
            continue
        item = found.item(entry.number(4 if version == 3 else 2))
        entry.take(2)
        item.form = entry.take(4)
        entry.text()
        item.content_type = entry.text() if item.form == b"mime" else b""


def _read_places(found: Items, cursor: Cursor) -> None:
    version = cursor.number(4) >> 24
    sizes = cursor.number(2)
    offset_size, length_size, base_size = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15
    index_size = sizes & 15 if version else 0
    for _ in range(min(cursor.number(4 if version == 2 else 2), ITEMS_MAX)):
        item = found.item(cursor.number(4 if version == 2 else 2))
        method = cursor.number(2) & 15 if version else _WHOLE_FILE
        cursor.take(2)
        base = cursor.number(base_size)
        item.is_in_item_data = method == _ITEM_DATA_BOX
        for _ in range(min(cursor.number(2), EXTENTS_MAX)):
            cursor.take(index_size)
            offset = cursor.number(offset_size)
            item.extents.append((base + offset, cursor.number(length_size)))


def _read_references(found: Items, cursor: Cursor) -> None:
    size = 4 if cursor.number(4) >> 24 else 2
    for form, begin, end in boxes(found.untrusted, cursor.at, cursor.end):
        entry = Cursor(found.untrusted, begin, end)
        item = found.item(entry.number(size))
        targets = [entry.number(size) for _ in range(min(entry.number(2), ITEMS_MAX))]
        if form == b"dimg":
            item.derived_from += targets
        elif form == b"cdsc":
            item.describes += targets


def _read_properties(found: Items, cursor: Cursor) -> None:
    for form, begin, end in boxes(found.untrusted, cursor.at, cursor.end):
        if form == b"ipco":
            inner = boxes(found.untrusted, begin, end)
            found.properties = [(kind, found.untrusted[first:last]) for kind, first, last in inner]
        elif form == b"ipma":
            _read_associations(found, Cursor(found.untrusted, begin, end))


def _read_associations(found: Items, cursor: Cursor) -> None:
    flags = cursor.number(4)
    id_size, number_size = (4 if flags >> 24 else 2), (2 if flags & 1 else 1)
    number_mask = (1 << (8 * number_size - 1)) - 1
    for _ in range(min(cursor.number(4), ITEMS_MAX)):
        item = found.item(cursor.number(id_size))
        item.properties += [cursor.number(number_size) & number_mask for _ in range(cursor.number(1))]
