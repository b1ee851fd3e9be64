"""EXIF, XMP and IPTC: what they say of the camera, and that nothing in them does harm."""

import io
import json
import struct
from datetime import datetime

import numpy as np
import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from clew.media import exif, iptc, limits, reply, xmp
from clew.media.camera import camera_of, told
from clew.media.picture import Picture
from clew.media.reading import Camera, Fact
from clew.media.still import read_picture
from clew.media.words import words_of
from tests.world.pictures import MEDIA, drawn, manifest, needs_media, saved

GREY = np.zeros((8, 8), np.uint8)


def read(*, exif_block: bytes = b"", packet: bytes = b"", resources: bytes = b"") -> tuple[dict[str, Fact], Camera]:
    picture = Picture(
        seen=GREY, width=8, height=8, untrusted_exif=exif_block, untrusted_xmp=packet, untrusted_iptc=resources
    )
    return told(picture)[:2]


Tags = dict[int, object]


def block(image: Tags, own: Tags | None = None, gps: Tags | None = None) -> bytes:
    made = Image.Exif()
    made.update(image)
    made.get_ifd(0x8769).update(own or {})
    made.get_ifd(0x8825).update(gps or {})
    return made.tobytes().removeprefix(b"Exif\0\0")


def directory(*entries: tuple[int, int, int, bytes], after: int = 0, order: str = "<") -> bytes:
    """A TIFF structure of one directory, entry by entry: tag, type, count, the four bytes of its value."""
    packed = b"".join(struct.pack(order + "HHI", tag, kind, count) + value for tag, kind, count, value in entries)
    header = b"II*\0" if order == "<" else b"MM\0*"
    return header + struct.pack(order + "IH", 8, len(entries)) + packed + struct.pack(order + "I", after)


def packet(attributes: str = "", inner: str = "", before: str = "") -> bytes:
    return (
        f'{before}<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" xmlns:tiff="http://ns.adobe.com/tiff/1.0/" '
        f'xmlns:aux="http://ns.adobe.com/exif/1.0/aux/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        f'xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:stRef="http://ns.adobe.com/xap/1.0/sType/ResourceRef#" '
        f"{attributes}>{inner}</rdf:Description></rdf:RDF></x:xmpmeta>"
    ).encode()


def test_the_useful_facts_of_a_camera_come_into_their_columns() -> None:
    facts, camera = read(
        exif_block=block(
            {0x010F: "Norvik ", 0x0110: "N  1\0\0", 0x0131: "Firm 2"},
            {0x9003: "2024:05:31 12:13:14", 0x9011: "-03:30", 0xA431: "4711", 0xA435: "L-9", 0x927C: b"\1\2" * 400},
            {1: "S", 2: (33.0, 30.0, 0.0), 3: "W", 4: (70.0, 15.0, 0.0), 31: 12.5},
        )
    )
    assert camera == Camera(
        make="Norvik",
        model="N 1",
        serial="4711",
        lens_serial="L-9",
        taken_at=datetime.fromisoformat("2024-05-31T12:13:14"),
        taken_offset_minutes=-210,
        latitude=-33.5,
        longitude=-70.25,
        gps_precision_m=12.5,
        software="Firm 2",
        document_id=None,
    )
    assert str(facts["exif.MakerNote"]).startswith("800 bytes: 0102")
    assert len(str(facts["exif.MakerNote"])) < 200


@pytest.mark.parametrize(
    ("latitude", "dop", "metres"),
    [
        ((IFDRational(41, 1), IFDRational(48, 1), IFDRational(0, 1)), None, 1855.3),
        ((IFDRational(41, 1), IFDRational(48, 1), IFDRational(7, 1)), None, 30.9),
        ((IFDRational(41, 1), IFDRational(4807, 100), IFDRational(0, 1)), None, 18.6),
        ((IFDRational(41, 1), IFDRational(48, 1), IFDRational(701, 100)), 4.0, 20.0),
    ],
)
def test_the_precision_of_a_position_is_what_its_digits_and_dilution_allow(
    latitude: tuple[IFDRational, ...], dop: float | None, metres: float
) -> None:
    gps: dict[int, object] = {1: "N", 2: latitude, 3: "E", 4: (IFDRational(12), IFDRational(0), IFDRational(0))}
    if dop is not None:
        gps[11] = dop
    _, camera = read(exif_block=block({}, {}, gps))
    assert camera.gps_precision_m == pytest.approx(metres, rel=0.01)


@pytest.mark.parametrize(
    "gps",
    [
        {2: (0.0, 0.0, 0.0), 4: (0.0, 0.0, 0.0)},
        {2: (91.0, 0.0, 0.0), 4: (10.0, 0.0, 0.0)},
        {2: (45.0, 0.0, 0.0)},
        {2: (IFDRational(0, 0),) * 3, 4: (10.0, 0.0, 0.0)},
    ],
)
def test_a_position_that_is_none_is_left_out(gps: dict[int, object]) -> None:
    _, camera = read(exif_block=block({}, {}, {1: "N", 3: "E", **gps}))
    assert (camera.latitude, camera.longitude, camera.gps_precision_m) == (None, None, None)


@pytest.mark.parametrize("text", ["0000:00:00 00:00:00", "    :  :     :  :  ", "2024:13:01 00:00:00", "soon", ""])
def test_a_time_that_is_none_is_left_out(text: str) -> None:
    _, camera = read(exif_block=block({}, {0x9003: text}))
    assert camera.taken_at is None


@pytest.mark.parametrize("text", ["0000000000", "--", "0"])
def test_a_serial_number_of_zeros_is_none(text: str) -> None:
    _, camera = read(exif_block=block({}, {0xA431: text, 0xA435: text}))
    assert (camera.serial, camera.lens_serial) == (None, None)


@pytest.mark.parametrize("order", ["<", ">"])
def test_both_byte_orders_are_read(order: str) -> None:
    made = directory((0x0100, 4, 1, struct.pack(order + "I", 640)), order=order)
    assert read(exif_block=made)[0]["image.ImageWidth"] == 640


def test_unknown_entries_are_kept_by_number() -> None:
    facts, _ = read(exif_block=directory((0xFDE7, 3, 1, b"\7\0\0\0")))
    assert facts["image.0xFDE7"] == 7


def test_a_directory_whose_successor_is_itself_is_read_once() -> None:
    entries = exif.read_exif(directory((0x0100, 3, 1, b"\7\0\0\0"), after=8))
    assert entries == {("image", 0x0100): (7,)}


def test_a_directory_that_names_itself_as_its_part_is_read_once() -> None:
    entries = exif.read_exif(directory((0x8769, 4, 1, struct.pack("<I", 8)), (0x0100, 3, 1, b"\7\0\0\0")))
    assert entries == {("image", 0x0100): (7,)}


@pytest.mark.parametrize("kind", [1, 2, 3, 4, 5, 7, 12, 0, 999])
def test_an_entry_that_claims_more_than_there_is_is_dropped(kind: int) -> None:
    made = directory((0x010E, kind, 0xFFFFFFFF, b"\0\0\0\0"), (0x0100, 3, 1, b"\7\0\0\0"))
    assert exif.read_exif(made) == {("image", 0x0100): (7,)}


def test_entries_are_bounded_in_number() -> None:
    many = directory(*((tag, 3, 1, b"\1\0\0\0") for tag in range(1, 5_000)))
    assert len(exif.read_exif(many)) == exif.ENTRIES_MAX


def test_an_exif_block_cut_anywhere_harms_nothing() -> None:
    whole = block({0x010F: "Norvik"}, {0x9003: "2024:05:31 12:13:14"}, {2: (1.0, 2.0, 3.0), 4: (1.0, 2.0, 3.0)})
    for cut in range(len(whole)):
        read(exif_block=whole[:cut])


def test_an_exif_block_of_turned_bits_gives_facts_that_json_takes() -> None:
    whole = block({0x010F: "Norvik"}, {0x9003: "2024:05:31 12:13:14", 0x829A: 0.01}, {2: (1.0, 2.0, 3.0)})
    rng = np.random.default_rng(1)
    for _ in range(400):
        turned = bytearray(whole)
        for at in rng.integers(0, len(turned), 6):
            turned[at] = rng.integers(0, 256)
        facts, camera = read(exif_block=bytes(turned))
        assert "\\u0000" not in json.dumps(facts, allow_nan=False)
        assert camera.latitude is None or abs(camera.latitude) <= 90


@pytest.mark.parametrize(
    ("untrusted", "words"),
    [
        (b"plain", "plain"), (b"two\0parts\0", "two parts"), ("Z\u00fcrich".encode(), "Z\u00fcrich"),
        ("Z\u00fcrich".encode("latin-1"), "Z\u00fcrich"), ("lone \ud800 half", "lone ? half"),
        (b"\x1b[31mred\x07", "[31mred"), ("x" * 9_000, "x" * limits.FACT_TEXT_CHARACTERS_MAX),
        ("\u20ac".encode() * 9_000, "\u20ac" * limits.FACT_TEXT_CHARACTERS_MAX),
    ],
)  # fmt: skip
def test_text_is_made_fit_to_be_kept(untrusted: bytes | str, words: str) -> None:
    assert words_of(untrusted) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (b"ASCII\0\0\0hello", "hello"), (b"UNICODE\0\0h\0i", "hi"), (b"UNICODE\0h\0i\0", "hi"),
        (bytes(8) + b"hello", "hello"), (b"hello", "hello"), (b"", ""),
    ],
)  # fmt: skip
def test_a_user_comment_is_read_in_its_characters(value: bytes, words: str) -> None:
    assert exif.comment_of(value) == words


def test_document_ids_and_serial_numbers_come_from_xmp_where_exif_has_none() -> None:
    made = packet(
        'xmpMM:DocumentID="doc" xmpMM:InstanceID="inst" tiff:Make="Ostara" aux:SerialNumber="77"',
        "<xmpMM:OriginalDocumentID>first</xmpMM:OriginalDocumentID>"
        '<xmpMM:DerivedFrom stRef:documentID="parent"/>'
        "<dc:subject><rdf:Bag><rdf:li>lake</rdf:li><rdf:li>tree</rdf:li></rdf:Bag></dc:subject>",
    )
    facts, camera = read(packet=made)
    assert (camera.document_id, camera.make, camera.serial) == ("first", "Ostara", "77")
    assert facts["xmp.xmpMM:InstanceID"] == "inst"
    assert facts["xmp.xmpMM:DerivedFrom/stRef:documentID"] == "parent"
    assert facts["xmp.dc:subject"] == "lake; tree"
    assert read(packet=made, exif_block=block({0x010F: "Norvik"}))[1].make == "Norvik"


def test_entities_are_neither_declared_nor_unfolded() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'
    assert xmp.read_xmp(packet(inner="<tiff:Make>&b;&c;</tiff:Make>", before=bomb)) == {}


def test_what_comes_before_a_flaw_of_a_packet_is_kept() -> None:
    assert xmp.read_xmp(packet('tiff:Make="Ostara"')[:-30]) == {"tiff:Make": "Ostara"}


def test_depth_number_and_length_of_properties_are_bounded() -> None:
    deep = "<dc:a>" * 100_000
    assert xmp.read_xmp(packet(inner=deep)) == {}
    many = xmp.read_xmp(packet(inner="".join(f"<dc:p{n}>1</dc:p{n}>" for n in range(2_000))))
    assert len(many) == xmp.PROPERTIES_MAX
    long = xmp.read_xmp(packet(inner="<dc:rights>" + "long " * 100_000 + "</dc:rights>"))
    assert len(long["dc:rights"]) <= xmp.VALUE_CHARACTERS_MAX


def test_iptc_datasets_are_read_by_name() -> None:
    def dataset(number: int, text: bytes) -> bytes:
        return b"\x1c\2" + bytes([number]) + struct.pack(">H", len(text)) + text

    content = dataset(90, b"Oslo") + dataset(25, b"lake") + dataset(25, b"tree") + dataset(200, b"?")
    resources = b"8BIM\x03\xed\0\0" + struct.pack(">I", 3) + b"abc\0"
    resources += b"8BIM\x04\x04\0\0" + struct.pack(">I", len(content)) + content
    assert iptc.read_iptc(resources) == {"iptc.City": "Oslo", "iptc.Keywords": ["lake", "tree"], "iptc.200": "?"}
    for cut in range(len(resources)):
        iptc.read_iptc(resources[:cut])


def test_what_photographs_say_is_read_from_every_container() -> None:
    made = Image.Exif()
    made[0x010F] = "Norvik"
    for form in ("JPEG", "PNG", "WEBP", "TIFF", "AVIF"):
        reading = read_picture(saved(drawn(1, 80, 60), form, exif=made))
        assert reading.camera.make == "Norvik", form


def test_facts_beyond_the_limit_are_shortened_with_a_mark() -> None:
    big = directory(*((tag, 3, 1, b"\1\0\0\0") for tag in range(0x9000, 0x9000 + 900)))
    picture = io.BytesIO()
    drawn(1, 80, 60).save(picture, "JPEG", exif=b"Exif\0\0" + big)
    message, _ = reply.pack(read_picture(picture.getvalue()))
    facts = json.loads(message)["facts"]
    assert facts[reply.LEFT_OUT] > 0
    assert len(json.dumps(facts).encode()) <= limits.FACTS_BYTES_MAX * 2


def test_an_empty_picture_says_nothing() -> None:
    assert read() == ({}, Camera())
    assert camera_of({}, {}) == Camera()


def _bare(text: str | None) -> str:
    return "".join(one for one in text or "" if one.isprintable() and not one.isspace())


@needs_media
def test_cameras_times_and_places_of_the_pack_are_those_of_its_manifest() -> None:
    rows = [row for row in manifest() if row["media"] == "image" and row["exif"] in ("real", "fictional")]
    positions_of_nowhere = 0
    for row in rows:
        camera = read_picture((MEDIA / row["file"]).read_bytes()).camera
        assert _bare(camera.make) == _bare(row["camera_make"]), row["file"]
        assert _bare(camera.model) == _bare(row["camera_model"]), row["file"]
        if row["camera_serial"]:
            assert camera.serial == row["camera_serial"], row["file"]
        if row["taken_at"].strip(": 0"):
            assert f"{camera.taken_at:%Y:%m:%d %H:%M:%S}" == row["taken_at"], row["file"]
        if not row["gps"]:
            assert camera.latitude is None, row["file"]
        elif camera.latitude is None:
            positions_of_nowhere += 1
    assert len(rows) > 200
    # four receivers knew nothing and wrote 0, 0
    assert positions_of_nowhere == 4
