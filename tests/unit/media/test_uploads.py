"""What comes through a browser lies sealed, piece by piece, and no piece opens anywhere but where it came."""

import os
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from clew.domain.errors import StepRefused, Tampered, Unavailable
from clew.domain.upload import PIECE_BYTES_MAX as PIECE
from clew.domain.upload import Promised
from clew.keys.key_directory import KeyDirectory
from clew.keys.keyring import Keyring
from clew.media import uploads
from clew.media.uploads import KEY, SEALED_PIECE_BYTES, Staged, Uploads, name_of
from tests.world import canaries

CASE, OTHER_CASE = str(uuid4()), str(uuid4())
WORD = b"zanzacanary-words"
CONTENT = (WORD + os.urandom(64)) * (2 * PIECE // 70)


@pytest.fixture
def keys(tmp_path: Path) -> Keyring:
    return Keyring(tmp_path / "keys" / "cases", KeyDirectory(tmp_path / "keys" / "owners"))


@pytest.fixture
def place(tmp_path: Path, keys: Keyring) -> Uploads:
    return Uploads(tmp_path / "uploads", keys)


def begun(place: Uploads, *contents: bytes, scope: str = CASE) -> tuple[UUID, Staged]:
    """An upload of these files, of which nothing has come."""
    upload, promised = uuid4(), [Promised(path=f"zanzacanary-{n}.jpg", size_bytes=len(each)) for n, each in enumerate(contents)]
    place.begin("NO", scope, upload, promised)
    return upload, place.opened("NO", upload)


def sent(staged: Staged, number: int, content: bytes) -> None:
    """The rest of a file comes."""
    for offset in range(staged.size(number), len(content), PIECE):
        assert staged.append(number, offset, content[offset : offset + PIECE]) == min(offset + PIECE, len(content))


def read(staged: Staged, number: int = 0) -> bytes:
    stream = staged.stream(number)
    return b"".join(iter(lambda: stream.read(100_000), b""))


def test_what_came_is_read_again_and_none_of_it_lies_on_the_disk(
    place: Uploads, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sought = {"a word": canaries.forms_of_word("zanzacanary"), "bytes": [CONTENT[40:70]]}
    for content in (b"", WORD, CONTENT[:PIECE], CONTENT[: PIECE + 1], CONTENT):
        _, staged = begun(place, content)
        sent(staged, 0, content)
        assert (staged.come(), read(staged)) == ([len(content)], content)
    assert canaries.found(sought, [tmp_path]) == set()
    monkeypatch.setattr(uploads, "_sealed", lambda _key, clear, _to: bytes(12) + clear + bytes(16))
    monkeypatch.setattr(uploads, "_opened", lambda _key, sealed, _to: sealed[12:-16])
    _, bare = begun(place, CONTENT)
    sent(bare, 0, CONTENT)
    assert {name for name, _ in canaries.found(sought, [tmp_path])} == set(sought), "the search can find"


def test_a_piece_that_was_written_by_half_is_asked_for_again_wherever_it_was_cut(place: Uploads) -> None:
    upload, staged = begun(place, CONTENT)
    file = place.of(upload) / name_of(0)
    sent(staged, 0, CONTENT)
    whole = file.read_bytes()
    for cut in (0, 1, 12, PIECE, SEALED_PIECE_BYTES - 1, SEALED_PIECE_BYTES, SEALED_PIECE_BYTES + 1, len(whole) - 1, len(whole)):
        # Killed while it was written: the rest is not there, or is there by its length alone.
        for left in (whole[:cut], whole[:cut] + bytes(len(whole) - cut)):
            file.write_bytes(left)
            come = staged.size(0)
            assert come == min(cut // SEALED_PIECE_BYTES * PIECE, len(CONTENT)) or cut == len(whole)
            with pytest.raises(StepRefused):
                staged.append(0, come + PIECE, b"x")
            sent(staged, 0, CONTENT)
            assert read(staged) == CONTENT


def test_a_piece_opens_nowhere_but_where_it_came(place: Uploads) -> None:
    (one, staged), (other, _) = begun(place, CONTENT, CONTENT), begun(place, CONTENT)
    for upload, number in ((one, 0), (one, 1), (other, 0)):
        sent(place.opened("NO", upload), number, CONTENT)
    file = place.of(one) / name_of(0)
    whole = file.read_bytes()
    first, second = whole[:SEALED_PIECE_BYTES], whole[SEALED_PIECE_BYTES:]
    wrong = {
        "of another upload": (place.of(other) / name_of(0)).read_bytes(), "of another file": (place.of(one) / name_of(1)).read_bytes(),
        "in another order": first + first, "at another place": second, "changed": bytes([whole[0] ^ 1]) + whole[1:],
    }  # fmt: skip
    for how, content in wrong.items():
        file.write_bytes(content)
        with pytest.raises(Tampered):
            read(staged)
        assert how == "changed" or staged.size(0) in (0, PIECE), how
    file.write_bytes(first)
    with pytest.raises(Tampered):
        read(staged)
    (place.of(one) / KEY).write_bytes((place.of(other) / KEY).read_bytes())
    assert place.is_lost("NO", one)


def test_it_goes_with_the_key_of_its_case(place: Uploads, keys: Keyring) -> None:
    upload, _ = begun(place, WORD)
    moved, staged = begun(place, WORD, scope="own")
    sent(staged, 0, WORD)
    place.bind("NO", OTHER_CASE, moved)
    assert read(place.opened("NO", moved)) == WORD
    keys.destroy("NO", CASE)
    with pytest.raises(StepRefused):
        place.opened("NO", upload)
    assert place.is_lost("NO", upload)
    with pytest.raises(StepRefused):
        begun(place, WORD)
    keys.destroy("NO", OTHER_CASE)
    assert place.is_lost("NO", moved)
    place.remove(moved)
    with pytest.raises(Unavailable):
        place.opened("NO", moved)
