"""Hash lists as this node writes them are read back by it, and say nothing that is not known."""

import csv
import io
import json
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.domain.hash_list import Entry, Form
from clew.domain.medium import MediumKind
from clew.formats.hash_list import is_hash_list, read_hash_list
from clew.formats.issued_list import COLUMNS, written
from clew.formats.listed import ListedMedium
from clew.formats.vics import read_cases

WHOLE = Entry(
    md5=b"\x01" * 16, sha1=b"\x02" * 20, sha256=b"\xa3" * 32, pdq=b"\xf4" * 32, size_bytes=1234, kind=MediumKind.IMAGE,
    category="2",
)  # fmt: skip
BARE = Entry(md5=None, sha1=None, sha256=b"\x05" * 32, pdq=None, size_bytes=None, kind=MediumKind.UNKNOWN)
READERS = {Form.CSV: read_hash_list, Form.VICS: read_cases}


def text(entries: Iterable[Entry], form: Form) -> str:
    return b"".join(written(entries, form)).decode()


def entries_of(form: Form, entries: Iterable[Entry]) -> list[Entry]:
    """The list read back; of a kind of medium VICS says nothing."""
    read = list(READERS[form](written(entries, form)))
    assert all(isinstance(one, ListedMedium) for one in read)
    return [
        Entry(md5=one.md5, sha1=one.sha1, sha256=one.sha256, pdq=one.pdq, size_bytes=one.size_bytes, kind=one.kind,
              category=one.category)
        for one in read
    ]  # fmt: skip


def digests(length: int) -> st.SearchStrategy[bytes | None]:
    return st.none() | st.binary(min_size=length, max_size=length)


CODES = st.none() | st.from_regex(r"[A-Za-z1-9][A-Za-z0-9,\"; ._-]{0,10}[A-Za-z0-9]", fullmatch=True)
ENTRIES = st.builds(
    Entry, md5=digests(16), sha1=digests(20), sha256=digests(32), pdq=digests(32),
    size_bytes=st.none() | st.integers(0, (1 << 63) - 1), kind=st.sampled_from((MediumKind.IMAGE, MediumKind.VIDEO, MediumKind.UNKNOWN)), category=CODES,
).filter(lambda one: (one.md5, one.sha1, one.sha256, one.pdq) != (None,) * 4)  # fmt: skip


@given(entries=st.lists(ENTRIES, max_size=6))
def test_what_is_written_is_read_back_as_it_was(entries: list[Entry]) -> None:
    assert entries_of(Form.CSV, entries) == entries
    for read, one in zip(entries_of(Form.VICS, entries), entries, strict=True):
        assert read.kind is MediumKind.UNKNOWN
        assert (read.md5, read.sha1, read.sha256, read.pdq) == (one.md5, one.sha1, one.sha256, one.pdq)
        assert (read.size_bytes, read.category) == (one.size_bytes, one.category)


def test_a_csv_has_a_header_that_tells_what_it_is() -> None:
    lines = text([WHOLE, BARE], Form.CSV).split("\r\n")
    assert lines[0] == ",".join(COLUMNS)
    assert is_hash_list(lines[0])
    assert lines[1:] == [
        f"{'01' * 16},{'02' * 20},{'a3' * 32},{'f4' * 32},1234,image,2", f",,{'05' * 32},,,,", "",
    ]  # fmt: skip


def test_a_hash_set_is_of_the_data_model_and_claims_nothing_that_is_not_known() -> None:
    found = json.loads(text([WHOLE, BARE], Form.VICS))
    assert found["@odata.context"].endswith("/DataModels/2.0.xml/Default/$metadata#Media")
    assert found["value"] == [
        {
            "MediaID": 1, "MD5": "01" * 16, "SHA1": "02" * 20, "MediaSize": 1234, "Category": 2,
            "AlternativeHashes": [
                {"HashName": "SHA256", "HashValue": "a3" * 32}, {"HashName": "PDQ", "HashValue": "f4" * 32},
            ],
        },
        {"MediaID": 2, "AlternativeHashes": [{"HashName": "SHA256", "HashValue": "05" * 32}]},
    ]  # fmt: skip


def test_a_list_of_nothing_is_whole_too() -> None:
    assert json.loads(text([], Form.VICS))["value"] == []
    assert text([], Form.CSV) == ",".join(COLUMNS) + "\r\n"


@pytest.mark.parametrize("code", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_no_code_of_a_category_is_a_formula_of_a_spreadsheet(code: str) -> None:
    entry = Entry(md5=b"1" * 16, sha1=None, sha256=None, pdq=None, size_bytes=None, kind=MediumKind.IMAGE, category=code)
    (_, line) = csv.reader(io.StringIO(text([entry], Form.CSV)))
    assert line[-1] == f"'{code}"


def test_a_list_is_written_as_its_entries_come() -> None:
    taken = []

    def entries() -> Iterable[Entry]:
        for number in range(1000):
            taken.append(number)
            yield BARE

    for form in Form:
        taken.clear()
        pieces = written(entries(), form)
        for _ in range(3):
            next(pieces)
        assert len(taken) <= 3
