"""Lists of digests are read line by line; what is not understood is reported, never dropped."""

import codecs

import pytest

from clew.domain.errors import Invalid
from clew.domain.medium import MediumKind
from clew.formats import hash_list
from clew.formats.hash_list import read_hash_list
from clew.formats.listed import BadRecord, ListedMedium
from clew.formats.recognition import ListFormat, recognise
from tests.world import vics

MD5, SHA1, SHA256, PDQ = "ab" * 16, "cd" * 20, "ef" * 32, "f8" * 32
ICSE = (
    "MD5;SHA1;PhotoDNA;Image ID;Is distributed;Victim identified;Offender identified;"
    "Series name;Number of submissions;File Available;Media Type;Baseline"
)


def read(text):
    return list(read_hash_list([text.encode()]))


def digests(medium):
    return medium.md5, medium.sha1, medium.sha256, medium.pdq


@pytest.mark.parametrize(
    ("line", "field", "digits"),
    [
        (MD5, "md5", MD5),
        (SHA1.upper(), "sha1", SHA1),
        (SHA256, "sha256", SHA256),
        (f"pdq {PDQ}", "pdq", PDQ),
        (f"PDQ\t{PDQ}", "pdq", PDQ),
        (f"md5 {MD5}", "md5", MD5),
        (f"sha256 {SHA256}", "sha256", SHA256),
        (f"  {MD5}  ", "md5", MD5),
    ],
)
def test_a_line_is_known_by_its_word_or_its_length(line, field, digits):
    (medium,) = read(line)
    assert getattr(medium, field) == bytes.fromhex(digits)
    assert sum(value is not None for value in digests(medium)) == 1


def test_a_video_digest_of_a_local_file_is_that_of_a_video():
    (medium,) = read(f"video_md5 {MD5}")
    assert (medium.md5, medium.kind) == (bytes.fromhex(MD5), MediumKind.VIDEO)


@pytest.mark.parametrize("behind", ["  a b.jpg", " *a b.jpg", ",a b.jpg", "; a b.jpg", "\ta b.jpg"])
def test_a_name_behind_a_digest_is_kept(behind):
    (medium,) = read(MD5 + behind)
    assert medium.untrusted_paths == ("a b.jpg",)


def test_the_list_of_the_international_database_is_read():
    """Its header as importers know it, flags in all their spellings, a delimiter in a text."""
    rows = f'{MD5.upper()};{SHA1};AAAA;1;y;Yes;no;"Ridge; Meadow";3;t;Image;f\r\n{MD5};;;2;N;false;T;;1;f;Video;t\r\n'
    first, second = read(f"\ufeff{ICSE}\r\n{rows}")
    assert digests(first)[:2] == (bytes.fromhex(MD5), bytes.fromhex(SHA1))
    assert (first.is_distributed, first.victim_identified, first.offender_identified) == (True, True, False)
    assert (first.series, first.photodna, first.kind) == ("Ridge; Meadow", "AAAA", MediumKind.IMAGE)
    assert first.record["Baseline"] == "f"
    assert (second.is_distributed, second.victim_identified, second.offender_identified) == (False, False, True)
    assert (second.series, second.kind) == (None, MediumKind.VIDEO)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_columns_are_found_whatever_their_case_and_order(delimiter):
    header = delimiter.join(["Other", "sha_256", "PDQ", "Sha-1", "md5", "File Size", "Series Name", "File Path"])
    row = delimiter.join(["x", SHA256, PDQ, SHA1, MD5, "12", "Tower", "a\\b"])
    (medium,) = read(f"{header}\n{row}\n")
    assert digests(medium) == tuple(bytes.fromhex(digits) for digits in (MD5, SHA1, SHA256, PDQ))
    assert (medium.size_bytes, medium.series, medium.untrusted_paths) == (12, "Tower", ("a\\b",))


def test_a_header_decides_what_64_digits_are():
    (as_pdq,) = read(f"pdq\n{PDQ}\n")
    (as_sha256,) = read(f"{PDQ}\n")
    assert as_pdq.pdq == as_sha256.sha256 == bytes.fromhex(PDQ)
    assert as_pdq.sha256 is as_sha256.pdq is None


def test_comments_and_empty_lines_are_passed_over_but_counted():
    found = read(f"# a list\n\n// more\r\n{MD5}\n\nnonsense\n")
    assert [type(each) for each in found] == [ListedMedium, BadRecord]
    assert found[1].number == 6


@pytest.mark.parametrize(
    "line", ["nonsense", MD5[:-1], MD5 + "0", "Z" * 32, f"pdq {MD5}", "url http://x", "pdq", "\x00", '"', "é" * 16]
)
def test_a_line_that_names_nothing_is_reported_with_its_number(line):
    first, bad, last = read(f"{MD5}\n{line}\n{SHA1}\n")
    assert isinstance(first, ListedMedium)
    assert isinstance(last, ListedMedium)
    assert bad.number == 2
    assert line not in bad.reason


@pytest.mark.parametrize("row", [f"{MD5};{SHA1};too;many", ";", "x;y", f'"{MD5};{SHA1}', ""])
def test_a_row_that_names_nothing_is_reported(row):
    found = read(f"MD5;SHA1;Series\n{row}\n{MD5};{SHA1};x")
    assert [type(each) for each in found] == [BadRecord, ListedMedium][not row :]


def test_a_row_with_one_good_digest_is_used_and_reported():
    medium, bad = read(f"MD5;SHA1\nnonsense;{SHA1}\n")
    assert medium.sha1 == bytes.fromhex(SHA1)
    assert medium.record["MD5"] == "nonsense"
    assert bad.number == 2


@pytest.mark.parametrize("size", [1, 5, 64])
def test_blocks_and_line_ends_do_not_change_what_is_read(size):
    content = codecs.BOM_UTF8 + f"{ICSE}\r\n{MD5};;;é;;;;Å;;;;\r\n{MD5};;;;;;;;;;;".encode()
    found = list(read_hash_list(content[start : start + size] for start in range(0, len(content), size)))
    assert [medium.series for medium in found] == ["Å", None]


def test_a_line_without_end_is_refused_before_it_fills_the_memory(monkeypatch):
    def endless():
        while True:
            yield b"a" * 1000

    with pytest.raises(Invalid):
        list(read_hash_list(endless()))


def test_a_bad_list_is_all_bad_lines():
    assert all(isinstance(each, BadRecord) for each in read("one\ntwo\nthree"))
    assert hash_list.LINE_CHARS_MAX >= 64 * 1024


@pytest.mark.parametrize(
    ("head", "known"),
    [
        (b"".join(vics.write_media([vics.medium(1)], "1.2")), ListFormat.VICS),
        (b"".join(vics.write_media([vics.medium(1)], "1.3", bom=True)), ListFormat.VICS),
        (b"".join(vics.write_cases([({}, [vics.medium(1)])])), ListFormat.VICS),
        (b'\n {\n "count": 3, "odata.metadata" : "x#Cases"', ListFormat.VICS),
        (codecs.BOM_UTF16_LE + '{"odata.metadata":"x#Media"'.encode("utf-16-le"), ListFormat.VICS),
        (MD5.encode(), ListFormat.HASH_LIST),
        (f"# list\r\n\r\n{SHA1}\r\n".encode(), ListFormat.HASH_LIST),
        (ICSE.encode(), ListFormat.HASH_LIST),
        (f"pdq {PDQ}".encode(), ListFormat.HASH_LIST),
        (b"", None),
        (b"{}", None),
        (b'{"a":"#Media"}', None),
        (b"a letter\nof two lines", None),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", None),
        (bytes(1000), None),
        (bytes(range(256)), None),
    ],
)
def test_a_format_is_known_by_its_first_bytes(head, known):
    assert recognise(head) is known
