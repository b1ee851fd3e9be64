"""Case exports of every version are read whole, in bounded memory, and refused with one sentence."""

import codecs
import json
import tracemalloc

import pytest

from clew.domain.errors import Invalid
from clew.domain.medium import MediumKind
from clew.formats import json_stream
from clew.formats import vics as formats_vics
from clew.formats.listed import BadRecord, ListedMedium
from clew.formats.vics import VicsCase, read_cases
from tests.world import vics

MD5, SHA1 = "D41D8CD98F00B204E9800998ECF8427E", "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709"
PDQ = "f8" * 32


def exported(*records, version="2.0", **options):
    return b"".join(vics.write_media(records, version, **options))


def only(*blocks):
    (medium,) = read_cases(blocks)
    return medium


def in_blocks(content, size):
    return [content[start : start + size] for start in range(0, len(content), size)]


@pytest.mark.parametrize("version", ["1.2", "1.3", "2.0"])
@pytest.mark.parametrize("bom", [False, True])
def test_a_hash_set_of_every_version_gives_its_media(version, bom):
    record = {"MediaID": 1, "MD5": MD5, "SHA1": SHA1, "VictimIdentified": "True", "Series": "Tower Block"}
    medium = only(exported(record, version=version, bom=bom))
    assert medium.md5 == bytes.fromhex(MD5)
    assert medium.sha1 == bytes.fromhex(SHA1)
    assert medium.victim_identified is True
    assert medium.series == "Tower Block"
    assert medium.record == record


def test_a_record_gives_all_that_is_said_of_a_medium():
    record = vics.medium(
        7,
        Category=2,
        MimeType="video/mp4",
        MediaSize=99,
        IsDistributed="false",
        OffenderIdentified=None,
        AlternativeHashes=[
            {"HashName": "PhotoDNA", "HashValue": "AAAA"},
            {"HashName": "pdq", "HashValue": PDQ.upper()},
            {"HashName": "SHA-256", "HashValue": "ab" * 32},
        ],
        MediaFiles=[
            {"FileName": "1.mp4", "FilePath": "a\\b"},
            {"FileName": "2.mp4", "FilePath": "c\\2.mp4"},
            {"FileName": "3.mp4"},
            None,
        ],
        Unheard={"of": [1, None]},
    )
    medium = only(exported(record))
    assert medium.pdq == bytes.fromhex(PDQ)
    assert medium.photodna == "AAAA"
    assert medium.sha256 == b"\xab" * 32
    assert (medium.category, medium.kind, medium.size_bytes) == ("2", MediumKind.VIDEO, 99)
    assert (medium.is_distributed, medium.offender_identified) == (False, None)
    assert medium.untrusted_file == "VIC_Files\\000\\7.jpg"
    assert medium.untrusted_paths == ("a\\b\\1.mp4", "c\\2.mp4", "3.mp4")
    assert medium.record == record


@pytest.mark.parametrize(
    ("written", "read"),
    [
        *[(word, True) for word in (True, "true", "True", "YES", "y", 1, "1")],
        *[(word, False) for word in (False, "False", "no", 0, "0")],
        *[(word, None) for word in (None, "", "perhaps", [], {})],
    ],
)
def test_a_flag_is_read_as_exporters_write_it(written, read):
    assert only(exported({"MD5": MD5, "VictimIdentified": written})).victim_identified is read


def test_keys_are_found_whatever_their_case():
    medium = only(
        exported(
            {
                "md5": MD5.lower(),
                "Sha-1": SHA1,
                "SERIES": "x",
                "alternativehashes": [{"HASHNAME": "PDQ", "hashvalue": PDQ}],
            }
        )
    )
    assert medium.md5 == bytes.fromhex(MD5)
    assert medium.sha1 == bytes.fromhex(SHA1)
    assert medium.series == "x"
    assert medium.pdq == bytes.fromhex(PDQ)


@pytest.mark.parametrize("value", ["", "D41D", MD5 + "00", "Z" * 32, None, 5, [], {}])
def test_a_digest_that_is_none_is_left_out_and_its_text_is_kept(value):
    medium = only(exported({"MD5": value, "SHA1": SHA1}))
    assert medium.md5 is None
    assert medium.sha1 is not None
    assert medium.record["MD5"] == value


def test_several_records_of_one_file_are_several():
    record = vics.medium(1)
    assert len(list(read_cases([exported(record, record)]))) == 2


def test_cases_come_before_their_media_and_again_where_fields_follow():
    cases = [
        ({"CaseID": "a", "CaseNumber": "NO-1", "ContactOrganization": "Unit"}, [vics.medium(1), vics.medium(2)]),
        ({}, []),
    ]
    found = list(read_cases(vics.write_cases(cases)))
    assert [type(each) for each in found] == [VicsCase, ListedMedium, ListedMedium, VicsCase]
    assert (found[0].ordinal, found[0].number, found[0].organisation) == (0, "NO-1", "Unit")
    assert found[3].ordinal == 1
    late = exported().replace(b"#Media", b"#Cases").replace(b"[]", b'[{"Media":[{"MD5":null}],"CaseNumber":"NO-2"}]')
    first, medium, second = read_cases([late])
    assert (first.number, second.number, second.ordinal) == (None, "NO-2", 0)
    assert isinstance(medium, ListedMedium)


@pytest.mark.parametrize("indent", [None, 0, 4])
@pytest.mark.parametrize("size", [1, 7, 4096, 1 << 20])
@pytest.mark.parametrize("window", [50, 3000, 1 << 19])
def test_neither_blocks_nor_windows_nor_white_space_change_what_is_read(monkeypatch, indent, size, window):
    records = [
        vics.medium(number, Comments='a "},{"MediaID": b', Tags=[[{"MediaID": 1}, {"MediaID": 2}]])
        for number in range(12)
    ]
    content = exported(*records, indent=indent)
    monkeypatch.setattr(json_stream, "WINDOW_CHARS", window)
    assert [medium.record for medium in read_cases(in_blocks(content, size))] == records


def test_a_separator_inside_a_text_does_not_cut_a_record():
    """What stands between the first two records also stands in a text of the last ones."""
    tricky = '"},{"MediaID": 1'
    records = [vics.medium(number, Comments=tricky * (number > 40)) for number in range(60)]
    records += [{"MediaID": 1, "more": [{"a": 1}, {"MediaID": 1}, {"MediaID": 2}]} for _ in range(60)]
    content = json.dumps(records, separators=(",", ":"))
    content = exported().replace(b"[]", content.encode())
    assert [medium.record for medium in read_cases([content])] == records


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_an_export_in_utf_16_is_read(encoding):
    bom = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}[encoding]
    content = bom + exported({"MD5": MD5, "Series": "Ås 日本"}).decode().encode(encoding)
    for size in (1, 3, 1 << 20):
        assert only(*in_blocks(content, size)).series == "Ås 日本"


def test_text_that_no_database_takes_is_made_harmless():
    raw = exported().replace(
        b"[]", b'[{"MD5":null,"Series":"a\\u0000b\\ud800c","Un\\u0000heard":["\\udfff"],"n":NaN,"x":1e999}]'
    )
    medium = only(raw)
    assert medium.series == "a\ufffdb\ufffdc"
    assert medium.record["Un\ufffdheard"] == ["\ufffd"]
    assert medium.record["n"] is None
    assert medium.record["x"] is None


def test_numbers_no_table_takes_are_made_harmless_in_the_quick_path_too():
    records = b",".join(b'{"MediaID":%d,"x":1e999,"y":"\\ud800"}' % number for number in range(50))
    found = list(read_cases([exported().replace(b"[]", b"[" + records + b"]")]))
    assert len(found) == 50
    assert {medium.record["x"] for medium in found} == {None}
    plain = b",".join(b'{"MediaID":%d,"x":1e999}' % number for number in range(50))
    assert {medium.record["x"] for medium in read_cases([exported().replace(b"[]", b"[" + plain + b"]")])} == {None}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"   ",
        b"[]",
        b"null",
        b'"#Media"',
        b"{}",
        b'{"value":[]}',
        b'{"odata.metadata":5,"value":[]}',
        b'{"odata.metadata":"http://example.org/1.3.xml#Media","value":[]}',
        b'{"odata.metadata":"x/DataModels/3.0.xml#Media","value":[]}',
        b'{"odata.metadata":"x/DataModels/1.3.xml#Other","value":[]}',
        b'{"odata.metadata":"x/DataModels/1.3.xml#Media"}',
        b'{"odata.metadata":"x/DataModels/1.3.xml#Media","value":{}}',
        b'{"odata.metadata":"x/DataModels/1.3.xml#Media","value":[1]}',
        b'{"odata.metadata":"x/DataModels/1.3.xml#Media","value":[{}],}',
        b'{"odata.metadata":"x/DataModels/1.3.xml#Media","value":[{},]}',
        b'{"odata.metadata":"x/DataModels/1.3.xml#Media","value":[{} {}]}',
        b'{"odata.metadata":"x/DataModels/1.3.xml#Media","value":[]} x',
        b'{"odata.metadata":"x/DataModels/1.3.xml#Media","value":[' + b"[" * 100_000,
        b'{"odata.metadata":"x/DataModels/1.3.xml#Media","value":[{"a":' + b"9" * 10_000 + b"}]}",
        b"\xff\xfe\x00\xd8",
        bytes(5000),
    ],
)
def test_what_is_no_export_is_refused(content):
    with pytest.raises(Invalid):
        list(read_cases([content]))


def test_a_cut_export_gives_what_came_before_and_says_how_far_it_came():
    content = exported(*(vics.medium(number) for number in range(2000)))
    cut = content[: len(content) * 3 // 4]
    found = []
    with pytest.raises(Invalid, match=r"after record 1\d\d\d\.") as refusal:
        found.extend(1 for _ in read_cases(in_blocks(cut, 10_000)))
    del found
    assert MD5 not in str(refusal.value)


def test_every_cut_of_a_small_export_is_refused():
    content = exported(vics.medium(1), vics.medium(2))
    for length in range(len(content)):
        with pytest.raises(Invalid):
            list(read_cases([content[:length]]))


def test_a_record_beyond_the_limit_is_refused(monkeypatch):
    monkeypatch.setattr(json_stream, "VALUE_CHARS_MAX", 100_000)
    monkeypatch.setattr(json_stream, "WINDOW_CHARS", 1000)
    assert only(exported({"Comments": "x" * 90_000})).record
    with pytest.raises(Invalid):
        list(read_cases(in_blocks(exported({"Comments": "x" * 300_000}), 1000)))


def test_memory_does_not_grow_with_the_export():
    """14 MB of records through half of that in memory."""
    one = json.dumps(vics.medium(1)).encode()

    def blocks():
        head, tail = exported().split(b"[]")
        yield head + b"["
        for number in range(16_000):
            yield (b"," if number else b"") + one
        yield b"]" + tail

    tracemalloc.start()
    count = sum(1 for _ in read_cases(blocks()))
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 16_000
    assert peak_bytes < 7_000_000


def test_a_number_cut_by_the_window_is_read_whole(monkeypatch):
    monkeypatch.setattr(json_stream, "WINDOW_CHARS", 1)
    content = b"".join(vics.write_cases([({"CaseNumber": 10**90 + 7}, [])]))
    (case,) = read_cases(in_blocks(content, 1))
    assert case.number == str(10**90 + 7)


def test_a_record_of_very_many_places_keeps_the_first_and_is_reported(monkeypatch):
    monkeypatch.setattr(formats_vics, "PATHS_PER_RECORD_MAX", 3)
    records = [vics.medium(number, MediaFiles=[{"FileName": f"{n}.jpg"} for n in range(number)]) for number in (3, 4)]
    found = list(read_cases([exported(*records)]))
    assert [len(one.untrusted_paths) for one in found[:2]] == [3, 3]
    assert found[2:] == [BadRecord(2, formats_vics.TOO_MANY_PATHS)]


@pytest.mark.parametrize(("limit", "most"), [("CASE_FIELDS_MAX", 2), ("CASE_CHARACTERS_MAX", 8)])
def test_a_case_of_too_many_words_is_refused(monkeypatch, limit, most):
    case = {"a": "1234", "b": "12345", "c": None}
    monkeypatch.setattr(formats_vics, limit, 100)
    assert list(read_cases(vics.write_cases([(case, [])])))
    monkeypatch.setattr(formats_vics, limit, most)
    with pytest.raises(Invalid, match="says more of a case"):
        list(read_cases(vics.write_cases([(case, [])])))
