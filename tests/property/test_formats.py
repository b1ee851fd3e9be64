"""Whatever bytes come, readers of lists give values or one refusal, and lose nothing between blocks."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from clew.domain.errors import Invalid
from clew.formats.hash_list import read_hash_list
from clew.formats.listed import BadRecord, ListedMedium
from clew.formats.recognition import recognise
from clew.formats.vics import VicsCase, read_cases
from tests.world import vics

SEEDS = [
    b"".join(vics.write_media([vics.medium(number) for number in range(6)], version))
    for version in ("1.2", "1.3", "2.0")
] + [
    b"".join(vics.write_media([vics.medium(1), vics.medium(2)], bom=True, indent=1)),
    b"".join(vics.write_cases([({"CaseNumber": "NO-1"}, [vics.medium(number) for number in range(4)]), ({}, [])])),
    b"MD5;SHA1;Series name;Victim identified\r\n" + b"ab" * 16 + b";" + b"cd" * 20 + b';"a; b";yes\r\n',
    b"# list\n" + b"ab" * 16 + b"  name\npdq " + b"f8" * 32 + b"\nvideo_md5 " + b"ab" * 16 + b"\n",
]
PIECES = [
    b'"',
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"\x00",
    b"\\u0000",
    b"\\ud800",
    b"\xff",
    b"\n",
    b"1e999",
    b"null",
    b"NaN",
]


@st.composite
def spoilt(draw):
    """A good file with a few places cut, doubled, or overwritten by what parsers stumble over."""
    content = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, len(content)))
        length = draw(st.integers(0, 20))
        content = (
            content[:place] + draw(st.sampled_from([b"", *PIECES]) | st.binary(max_size=5)) + content[place + length :]
        )
    return content


def blocks(content, size):
    return (content[start : start + size] for start in range(0, len(content), size))


def outcome(reader, content, size):
    found = []
    try:
        found.extend(reader(blocks(content, size)))
    except Invalid as refusal:
        found.append(str(refusal))
    return found


@settings(max_examples=600, deadline=None)
@given(spoilt() | st.binary(max_size=300), st.sampled_from([1, 3, 100, 4096]))
def test_a_reader_gives_values_or_one_refusal_whatever_the_blocks(content, size):
    recognise(content)
    for reader in (read_cases, read_hash_list):
        found = outcome(reader, content, 1 << 20)
        assert outcome(reader, content, size) == found
        for value in found[:-1]:
            assert isinstance(value, ListedMedium | VicsCase | BadRecord)
        for value in found:
            if isinstance(value, ListedMedium):
                text = json.dumps(dict(value.record), ensure_ascii=False, allow_nan=False)
                assert "\x00" not in text
                assert "\\u0000" not in text.replace("\\\\", "")
                text.encode()


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('MD5meia}{",', max_size=6), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.dictionaries(st.sampled_from(["MD5", "MediaID", "a"]), json_values, max_size=3), max_size=8),
    st.booleans(),
    st.booleans(),
)
def test_records_of_any_shape_come_back_as_they_were_written(records, escaped, spread):
    text = json.dumps(records, ensure_ascii=escaped, indent=1 if spread else None)
    content = b"".join(vics.write_media([])).replace(b"[]", text.encode())
    assert [medium.record for medium in read_cases([content])] == records


hexadecimal = st.sampled_from([32, 40, 64]).flatmap(
    lambda digits: st.text("0123456789abcdefABCDEF", min_size=digits, max_size=digits)
)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(hexadecimal | st.text(st.characters(exclude_categories=["Cs"]), max_size=40)),
    st.sampled_from(["\n", "\r\n"]),
)
def test_every_line_of_a_list_is_a_medium_a_bad_line_or_a_comment(lines, end):
    lines = [line.replace("\n", "").replace("\r", "") for line in lines]
    found = list(read_hash_list([(("ab" * 16) + end + end.join(lines)).encode()]))
    passed_over = sum(not line.strip() or line.strip().startswith(("#", "//")) for line in lines)
    assert len(found) == 1 + len(lines) - passed_over
