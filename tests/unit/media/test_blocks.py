"""Metadata as they lie: whole, without pictures, and with a word where something is left out."""

import base64
import io
import json
import struct
from itertools import permutations

import numpy as np
import pytest
from PIL import Image

from clew.media import blocks, exif, limits, xmp_extended
from clew.media.blocks import LEFT_OUT_BYTES, LEFT_OUT_PICTURES, folded, unfolded
from clew.media.camera import told
from clew.media.picture import Picture
from clew.media.reading import Block, BlockKind, Reading
from clew.media.reply import ProtocolBroken, pack, unpack
from clew.media.still import read_picture
from clew.media.xmp_extended import EXTENSION, Portions, joined
from tests.unit.media.test_camera import GREY, block, directory, packet
from tests.world.pictures import drawn, saved

GUID = b"0123456789ABCDEF0123456789ABCDEF"
NAMED = packet(f'xmlns:n="http://ns.adobe.com/xmp/note/" n:HasExtendedXMP="{GUID.decode()}"')
NOTE = bytes(range(256)) * 12
"""A maker's note of 3 kB, of which the facts show 48 bytes."""


def kept(**given: object) -> tuple[dict[str, object], dict[BlockKind, Block]]:
    facts, _, found = told(Picture(seen=GREY, width=8, height=8, **given))
    return facts, {one.kind: one for one in found}


def small_jpeg(side: int = 80) -> bytes:
    file = io.BytesIO()
    drawn(3, side, side).save(file, "JPEG")
    return file.getvalue()


def portion(content: bytes, at: int, whole: int, guid: bytes = GUID) -> bytes:
    return guid + struct.pack(">II", whole, at) + content


def portions(*segments: bytes) -> Portions:
    made = Portions()
    for one in segments:
        made.add(one)
    return made


def test_exif_iptc_and_xmp_are_kept_to_the_byte() -> None:
    """Also what the facts shorten: a maker's note, long lists, and properties beyond the number that is shown."""
    exif_block = block({0x010F: "Norvik"}, {0x927C: NOTE, 0x9286: b"ASCII\0\0\0" + b"quay " * 4_000})
    many = packet(inner="".join(f"<dc:p{n}>{'long ' * 600}</dc:p{n}>" for n in range(300)))
    facts, found = kept(untrusted_exif=exif_block, untrusted_xmp=many, untrusted_iptc=b"8BIM resources")
    assert found[BlockKind.EXIF].content == exif_block
    assert NOTE in found[BlockKind.EXIF].content
    assert found[BlockKind.XMP].content == many
    assert found[BlockKind.IPTC].content == b"8BIM resources"
    assert [one.left_out_bytes for one in found.values()] == [0, 0, 0]
    assert LEFT_OUT_BYTES not in facts


def test_of_a_photograph_all_comes_out_of_the_sandbox_by_its_reply() -> None:
    exif_block = block({0x010F: "Norvik"}, {0x927C: NOTE})
    file = io.BytesIO()
    drawn(1, 80, 60).save(file, "JPEG", exif=b"Exif\0\0" + exif_block, xmp=NAMED)
    message, arrays = pack(read_picture(file.getvalue()))
    beside = b"".join(arrays)
    again = unpack(message, lambda size: beside[:size])
    assert [(one.kind, one.content) for one in again.blocks] == [(BlockKind.EXIF, exif_block), (BlockKind.XMP, NAMED)]
    assert unfolded(folded(again.blocks) or b"") == again.blocks
    assert folded(()) is None


@pytest.mark.parametrize("form", ["PNG", "WEBP", "AVIF"])
def test_other_containers_give_their_blocks_too(form: str) -> None:
    made = Image.Exif()
    made[0x010F] = "Norvik"
    made.get_ifd(0x8769)[0x927C] = NOTE
    (one,) = read_picture(saved(drawn(1, 80, 60), form, exif=made)).blocks
    assert NOTE in one.content


@pytest.mark.parametrize("order", ["<", ">"])
def test_of_a_tiff_file_the_directories_are_kept_and_not_the_pixels(order: str) -> None:
    made = directory((0x010E, 2, 8, struct.pack(order + "I", 400)), (0x8769, 4, 1, struct.pack(order + "I", 100)), order=order)
    own = struct.pack(order + "HHHI", 1, 0x927C, 7, len(NOTE)) + struct.pack(order + "II", 500, 0)
    file = bytearray(made.ljust(100, b"p") + own)
    file = file.ljust(400, b"p") + b"harbour\0".ljust(100, b"p") + NOTE + b"p" * 3_000_000
    facts, found = kept(untrusted_exif=bytes(file), is_tiff=True)
    one = found[BlockKind.EXIF]
    assert one.content.count(b"p") < 20
    assert exif.read_exif(one.content) == exif.read_exif(bytes(file))
    assert exif.read_exif(one.content)["exif", 0x927C] == NOTE
    assert (one.left_out_bytes, LEFT_OUT_BYTES in facts) == (0, False)


def test_a_real_tiff_and_its_block_say_the_same() -> None:
    made = Image.Exif()
    made[0x010F] = "Norvik"
    made.get_ifd(0x8769)[0x927C] = NOTE
    untrusted = saved(drawn(1, 600, 400), "TIFF", exif=made)
    (one,) = read_picture(untrusted).blocks
    assert len(one.content) < 6_000
    assert exif.read_exif(one.content) == exif.read_exif(untrusted)


def test_pictures_within_exif_are_zeros_and_all_else_is_where_it_was() -> None:
    thumbnail, preview = small_jpeg(), small_jpeg(120)
    note = b"Norvik" + preview + b"serial 4711"
    whole = block({0x010F: "Norvik"}, {0x927C: note, 0xA431: "4711"}) + thumbnail + b"behind"
    facts, found = kept(untrusted_exif=whole)
    content = found[BlockKind.EXIF].content
    assert (len(content), facts[LEFT_OUT_PICTURES]) == (len(whole), 2)
    for picture in (thumbnail, preview):
        at = whole.index(picture)
        assert content[at : at + len(picture)] == bytes(len(picture))
    assert b"serial 4711" in content
    assert content.endswith(b"behind")
    rest = bytes(a for a, b in zip(whole, content, strict=True) if a == b)
    assert len(rest) >= len(whole) - len(thumbnail) - len(preview)


@pytest.mark.parametrize(
    "entries", [((0x0201, 4, 1), (0x0202, 4, 1)), ((0x0111, 4, 1), (0x0117, 4, 1))], ids=["a JPEG", "a strip"]
)
def test_a_thumbnail_goes_by_where_its_directory_says_that_it_lies(entries: tuple[tuple[int, int, int], ...]) -> None:
    """Also one that no marker tells, or whose markers are broken."""
    lies_at = 200
    pixels = b"\xff\xd8" + b"\xaa" * 98
    first = directory((0x010F, 2, 4, b"abc\0"), after=100).ljust(100, b"\0")
    values = (lies_at, len(pixels))
    second = struct.pack("<H", 2) + b"".join(struct.pack("<HHII", *one, value) for one, value in zip(entries, values, strict=True))
    whole = (first + second).ljust(lies_at, b"\0") + pixels + b"behind"
    content = kept(untrusted_exif=whole)[1][BlockKind.EXIF].content
    assert content == whole[:lies_at] + bytes(len(pixels)) + b"behind"


def test_three_bytes_of_chance_are_no_picture() -> None:
    draw = np.random.default_rng(5)
    note = b"\xff\xd8\xff".join(draw.integers(0, 256, 40, np.uint8).tobytes() for _ in range(200))
    whole = block({}, {0x927C: note})
    facts, found = kept(untrusted_exif=whole)
    assert (found[BlockKind.EXIF].content, LEFT_OUT_PICTURES in facts) == (whole, False)


def test_places_that_might_be_pictures_are_bounded_and_what_is_behind_them_is_said_to_be_left_out() -> None:
    chain = b"\xff\xe0\0\4\xff\xd8" * 20_000
    facts, found = kept(untrusted_exif=block({0x010F: "Norvik"}) + chain)
    left_out = found[BlockKind.EXIF].left_out_bytes
    assert 0 < left_out < len(chain)
    assert facts[LEFT_OUT_BYTES] == left_out


def test_pictures_in_base64_are_cut_out_of_xmp_and_its_words_stay() -> None:
    encoded = base64.encodebytes(small_jpeg()).decode().replace("\n", "&#xA;")
    made = packet(inner=f"<dc:before>lake</dc:before><dc:image>{encoded}</dc:image><dc:behind>tree</dc:behind>")
    facts, found = kept(untrusted_xmp=made)
    content = found[BlockKind.XMP].content
    assert facts[LEFT_OUT_PICTURES] == 1
    assert content == made.replace(encoded.encode(), blocks.CUT_OUT)
    assert (facts["xmp.dc:before"], facts["xmp.dc:behind"]) == ("lake", "tree")


def test_what_has_no_room_is_cut_and_said_to_be() -> None:
    large = b"x" * (limits.METADATA_BYTES_MAX - 100)
    facts, found = kept(untrusted_iptc=large, untrusted_xmp=b"y" * 1_000)
    assert (len(found[BlockKind.XMP].content), found[BlockKind.XMP].left_out_bytes) == (100, 900)
    assert found[BlockKind.IPTC].left_out_bytes == 0
    assert facts[LEFT_OUT_BYTES] == 900


# ---- extended XMP ----------------------------------------------------------------------

EXTENDED = packet(inner="<dc:history>" + "cut " * 10_000 + "</dc:history><dc:last>quay</dc:last>")
PARTS = [(at, EXTENDED[at : at + 15_000]) for at in range(0, len(EXTENDED), 15_000)]


def test_extended_xmp_is_joined_in_whatever_order_it_comes() -> None:
    for order in permutations(PARTS):
        segments = (portion(content, at, len(EXTENDED)) for at, content in order)
        assert joined(NAMED, portions(*segments)) == (EXTENDED, 0)


def test_a_jpeg_says_what_its_extended_xmp_says() -> None:
    plain = small_jpeg()
    app1 = [b"http://ns.adobe.com/xap/1.0/\0" + NAMED]
    app1 += [EXTENSION + portion(content, at, len(EXTENDED)) for at, content in reversed(PARTS)]
    made = plain[:2] + b"".join(b"\xff\xe1" + struct.pack(">H", len(one) + 2) + one for one in app1) + plain[2:]
    reading = read_picture(made)
    assert reading.facts["xmp.dc:last"] == "quay"
    assert LEFT_OUT_BYTES not in reading.facts
    assert {one.kind: one.content for one in reading.blocks} == {
        BlockKind.XMP: NAMED, BlockKind.XMP_EXTENDED: EXTENDED,
    }  # fmt: skip


WHOLE = b"abcdefghij"
HOSTILE = {
    "a portion is missing": ([(0, b"abc"), (6, b"ghij")], 10, b"abc", 7),
    "the first is missing": ([(3, b"defghij")], 10, b"", 10),
    "portions overlap": ([(0, b"abcdef"), (3, b"DEFGHIJ")], 10, b"abcdef", 7),
    "one comes twice": ([(0, b"abcdefghij"), (0, b"abcdefghij")], 10, WHOLE, 10),
    "one reaches beyond the whole": ([(0, b"abc"), (3, b"defghijXX")], 10, b"abc", 9),
    "an offset is huge": ([(0, b"abcdefghij"), (2**32 - 1, b"X")], 10, WHOLE, 1),
    "the whole is said to be huge": ([(0, b"abcdefghij")], 2**32 - 1, WHOLE, 2**32 - 11),
    "the last is missing": ([(0, b"abcdefghi")], 10, b"abcdefghi", 1),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_cannot_be_joined_is_left_out_and_counted(name: str) -> None:
    given, length, content, left_out = HOSTILE[name]
    assert joined(NAMED, portions(*(portion(part, at, length) for at, part in given))) == (content, left_out)


def test_portions_of_another_guid_or_length_or_without_a_head_are_left_out() -> None:
    ours = portion(WHOLE, 0, 10)
    assert joined(NAMED, portions(portion(b"other", 0, 5, GUID[::-1]), ours)) == (WHOLE, 5)
    assert joined(NAMED, portions(ours, portion(b"k", 10, 11))) == (WHOLE, 1)
    assert joined(packet(), portions(ours)) == (b"", 10)
    assert joined(NAMED, portions(b"short", ours)) == (WHOLE, 0)


def test_portions_beyond_what_may_be_looked_at_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xmp_extended, "XMP_EXTENDED_BYTES_MAX", 60)
    far = portion(b"k" * 100, 10, 110)
    assert joined(NAMED, portions(portion(WHOLE, 0, 110), far)) == (WHOLE, len(far) - 10 + 10)


def test_what_a_reply_claims_of_blocks_is_held_against_the_limits() -> None:
    whole = read_picture(small_jpeg())
    reading = Reading(
        verdict=whole.verdict, kind=whole.kind, width=80, height=80, blocks=(Block(kind=BlockKind.EXIF, content=b"abc"),)
    )  # fmt: skip
    message, _ = pack(reading)
    far = limits.METADATA_BYTES_MAX
    for claims in (
        [["exif", 3, 0], ["exif", 3, 0]], [["other", 3, 0]], [["exif", -1, 0]], [["exif", far + 1, 0]],
        [["exif", far, 0], ["xmp", 1, 0]], [["exif", 3, -1]], [["exif", 3]], [["exif", 3.0, 0]], "exif", [["exif", 4, 0]],
    ):  # fmt: skip
        turned = json.loads(message) | {"blocks": claims}
        with pytest.raises(ProtocolBroken):
            unpack(json.dumps(turned).encode(), lambda _size: b"abc")
    refused = json.loads(message) | {"verdict": 4}
    with pytest.raises(ProtocolBroken):
        unpack(json.dumps(refused).encode(), lambda _size: b"abc")
    assert unpack(message, lambda _size: b"abc").blocks == reading.blocks
