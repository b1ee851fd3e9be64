"""A ZIP that is written part by part is one that others read, of the size that was said before."""

import io
import zipfile

import pytest

from clew.formats import stored_zip

FILES = {"IMG_1.jpg": bytes(range(256)) * 300, "empty.txt": b"", "Før.txt": b"a quay"}


def test_others_read_what_is_in_it_and_it_is_as_large_as_was_said() -> None:
    made = b"".join(stored_zip.parts(FILES.items()))
    assert len(made) == stored_zip.size_bytes([(name, len(content)) for name, content in FILES.items()])
    assert made == b"".join(stored_zip.parts(FILES.items()))
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert archive.testzip() is None
        assert {one.filename: archive.read(one) for one in archive.infolist()} == FILES
        # Whoever reads it from its beginning knows how long each entry is.
        assert not any(one.flag_bits & 0x8 for one in archive.infolist())


def test_no_more_than_one_file_is_asked_for_before_it_is_given() -> None:
    asked: list[int] = []

    def read(number: int) -> bytes:
        asked.append(number)
        return b"x"

    parts = stored_zip.parts((str(number), read(number)) for number in range(3))
    next(parts)
    assert asked == [0]


def test_what_it_cannot_hold_is_refused_before_it_begins() -> None:
    for files in ([("a", stored_zip.BYTES_MAX)], [("a", 0)] * (stored_zip.FILES_MAX + 1)):
        with pytest.raises(ValueError, match="another kind"):
            stored_zip.size_bytes(files)
