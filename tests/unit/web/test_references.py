"""References of cases and exhibits in addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.web.references import address_of, reference_of

REFERENCES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)


@given(REFERENCES)
def test_every_reference_comes_back_from_its_address(reference):
    assert reference_of(address_of(reference)) == reference


@given(REFERENCES)
def test_an_address_is_one_plain_segment(reference):
    address = address_of(reference)
    assert address.isascii()
    assert not set(address) & set("/%?#\\ ")
    assert address.strip(".")


@pytest.mark.parametrize(
    ("reference", "address"),
    [
        ("NO-2026-17", "NO-2026-17"),
        ("LAPTOP/2", "LAPTOP~2F2"),
        ("~", "~7E"),
        ("..", "~2E~2E"),
        ("a..b", "a..b"),
        ("Å", "~C3~85"),
    ],
)
def test_an_ordinary_reference_reads_as_it_is(reference, address):
    assert address_of(reference) == address


@pytest.mark.parametrize("address", ["", "~41", "~2f", "~2", "~zz", "a/b", "..", "~FF", "~00", "a b", "é", "a\n"])
def test_no_second_address_leads_to_a_reference(address):
    with pytest.raises(ValueError):
        reference_of(address)


def test_nothing_is_no_reference():
    with pytest.raises(ValueError):
        address_of("")
