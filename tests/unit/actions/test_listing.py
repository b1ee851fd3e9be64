"""Records of lists and exports are prepared in batches of bounded size."""

from clew.actions import listing
from clew.formats.listed import ListedMedium


def test_a_batch_is_bounded_by_the_places_that_its_records_name(monkeypatch):
    monkeypatch.setattr(listing, "ROWS_PER_BATCH", 5_000)
    paths = tuple(map(str, range(1000)))
    records = [ListedMedium(md5=bytes(16), untrusted_paths=paths)] * 20
    batches = list(listing._batches(records))
    assert [len(batch) for batch in batches] == [5, 5, 5, 5]


def test_a_batch_is_bounded_by_the_length_of_its_words(monkeypatch):
    monkeypatch.setattr(listing, "CHARACTERS_PER_BATCH", 1000)
    records = [ListedMedium(md5=bytes(16), untrusted_paths=("x" * 400,))] * 7
    assert [len(batch) for batch in listing._batches(records)] == [3, 3, 1]


def test_every_record_is_in_one_batch():
    assert sum(map(len, listing._batches([ListedMedium()] * 12_345))) == 12_345
