"""The law of the witness: it signs a log that only grew, and refuses every fork and every rewind."""

import os
import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from clew.actions import witnessing
from clew.actions.witnessing import SeenMore, cosign, last_seen, witness_key
from clew.domain.errors import ClewError, Invalid, NotVisible, Tampered, Unavailable
from clew.domain.merkle import consistency_proof, leaf_hash, root_of, span_root
from clew.formats import signed_note
from clew.formats.checkpoint import Checkpoint, Request
from clew.formats.signed_note import Note, PublicKey, SignatureType

SECRET, OTHER_SECRET = bytes(range(32)), bytes(range(1, 33))
ORIGIN, NAME = "clew-audit/test", "witness.example/1"
LOG = signed_note.public_key(ORIGIN, SignatureType.LOG, SECRET)
HASHES = [leaf_hash(b"%d" % number) for number in range(600)]
TRIES = 300


def request(old: int, hashes: Sequence[bytes], *, origin: str = ORIGIN, secret: bytes = SECRET) -> Request:
    """What an honest log, or a liar who has rewritten it all, asks a witness."""

    def perfect(level: int, index: int) -> bytes:
        return root_of(hashes[index << level : (index + 1) << level])

    text = str(Checkpoint(origin=origin, size=len(hashes), root=span_root(0, len(hashes), perfect)))
    note = Note(text=text, signatures=(signed_note.sign(text, origin, secret),))
    proof = consistency_proof(old, len(hashes), perfect) if old <= len(hashes) else ()
    return Request(old=old, hashes=proof, note=note)


def ask(folder: Path, asked: Request | str) -> signed_note.Signature:
    return cosign(folder, NAME, LOG, str(asked), now=1_764_000_000)


def test_a_log_that_grows_is_signed_at_every_step(tmp_path: Path) -> None:
    key, old = witness_key(tmp_path, NAME), 0
    for size in [1, 2, 3, 100, 100, 256, 257, 512, 600]:
        asked = request(old, HASHES[:size])
        line = ask(tmp_path, asked)
        cosigned = signed_note.parse(f"{asked.note}{line}")
        assert cosigned.signed_by(LOG) is not None
        assert cosigned.signed_by(key) == line
        assert signed_note.cosigned_at(line) == 1_764_000_000
        assert last_seen(tmp_path, ORIGIN) == Checkpoint.parse(asked.note.text)
        old = size


def test_every_fork_is_refused(tmp_path: Path) -> None:
    """One leaf of what was signed is another: whatever size it is shown at, with whatever proof the liar makes."""
    chance, refused = random.Random(4), 0
    ask(tmp_path, request(0, HASHES[:300]))
    for _ in range(TRIES):
        changed, size = chance.randrange(300), chance.randrange(300, 600)
        forked = [*HASHES[:changed], leaf_hash(b"another"), *HASHES[changed + 1 : size]]
        asked = request(300, forked)
        if chance.random() < 0.3:  # the proof of the true log beside the root of the false one
            asked = Request(old=300, hashes=request(300, HASHES[:size]).hashes, note=asked.note)
        with pytest.raises(Tampered):
            ask(tmp_path, asked)
        refused += 1
    assert refused == TRIES
    assert last_seen(tmp_path, ORIGIN).size == 300


def test_every_rewind_is_refused(tmp_path: Path) -> None:
    """A shorter log, said to go on from nothing, from itself, or from what the witness has signed."""
    ask(tmp_path, request(0, HASHES[:300]))
    for size in range(1, 300):
        for old in {0, 1, size // 2, size, 300}:
            with pytest.raises(ClewError):
                ask(tmp_path, request(old, HASHES[:size]))
    assert last_seen(tmp_path, ORIGIN).size == 300


def test_whoever_does_not_know_what_was_signed_is_told(tmp_path: Path) -> None:
    ask(tmp_path, request(0, HASHES[:300]))
    with pytest.raises(SeenMore, match="300") as told:
        ask(tmp_path, request(0, HASHES[:400]))
    assert told.value.size == 300
    ask(tmp_path, request(told.value.size, HASHES[:400]))


def test_two_signed_roots_of_one_size_are_kept_as_evidence(tmp_path: Path) -> None:
    ask(tmp_path, request(0, HASHES[:300]))
    fork = request(300, [*HASHES[:299], leaf_hash(b"another")])
    with pytest.raises(Tampered):
        ask(tmp_path, fork)
    (kept,) = tmp_path.glob("fork-*")
    assert kept.read_text("utf-8") == str(fork.note)


def test_what_the_log_has_not_signed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid):
        ask(tmp_path, request(0, HASHES[:3], secret=OTHER_SECRET))
    with pytest.raises(NotVisible):
        ask(tmp_path, request(0, HASHES[:3], origin="another/log"))
    genuine = str(request(0, HASHES[:3]))
    with pytest.raises(Invalid):
        ask(tmp_path, genuine.replace("\n3\n", "\n4\n"))
    assert last_seen(tmp_path, ORIGIN).size == 0


@pytest.mark.parametrize(
    "words",
    ["", "old", "old 0", "old 0\n\n", "old 00\n\nx\n1\nAAAA\n\n— a b\n", "new 0\n\nx\n", "old -1\n\nx\n", "old 9" * 60_000,
     "old 0\n" + "AAAA\n" * 5_000 + "\nx\n\n— a b\n", "old 0\nAAAA\n\nx\n1\nAAAA\n\n— a AAAAAAAA\n", "\udcff\n\n"],
)  # fmt: skip
def test_nonsense_is_one_sentence(tmp_path: Path, words: str) -> None:
    with pytest.raises((Invalid, NotVisible)):
        ask(tmp_path, words)


def test_a_turned_bit_anywhere_in_a_request_is_refused_or_changes_nothing(tmp_path: Path) -> None:
    chance = random.Random(5)
    ask(tmp_path, request(0, HASHES[:300]))
    text, accepted = str(request(300, HASHES[:450])).encode(), 0
    for _ in range(TRIES):
        raw = bytearray(text)
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
        try:
            ask(tmp_path, raw.decode(errors="surrogateescape"))
            accepted += 1
        except ClewError:
            continue
    assert accepted == 0
    assert last_seen(tmp_path, ORIGIN).size == 300


def test_of_two_requests_at_once_one_is_signed(tmp_path: Path) -> None:
    ask(tmp_path, request(0, HASHES[:100]))
    branches = [[*HASHES[:100], *(leaf_hash(b"%d %d" % (branch, n)) for n in range(50))] for branch in range(8)]

    def attempt(branch: list[bytes]) -> bool:
        try:
            ask(tmp_path, request(100, branch))
        except ClewError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, branches)) == 1


def test_a_witness_that_cannot_write_signs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    witness_key(tmp_path, NAME)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Unavailable):
        ask(tmp_path, request(0, HASHES[:3]))
    monkeypatch.undo()
    assert last_seen(tmp_path, ORIGIN).size == 0
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_the_state_is_durable_before_the_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file and then its folder are synced before anything is signed."""
    seen: list[str] = []
    real_sync, real_sign = os.fsync, signed_note.cosign

    def sync(fd: int) -> None:
        seen.append("folder" if Path(f"/proc/self/fd/{fd}").is_dir() else "file")
        real_sync(fd)

    def sign(text: str, name: str, secret: bytes, *, at: int) -> signed_note.Signature:
        seen.append("signed")
        return real_sign(text, name, secret, at=at)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(signed_note, "cosign", sign)
    witness_key(tmp_path, NAME)
    seen.clear()
    ask(tmp_path, request(0, HASHES[:3]))
    assert seen == ["file", "folder", "signed"]


def test_the_key_is_the_owners_alone(tmp_path: Path) -> None:
    key = witness_key(tmp_path, NAME)
    assert (tmp_path / witnessing.KEY).stat().st_mode & 0o777 == 0o600
    assert witness_key(tmp_path, NAME) == key == PublicKey.parse(str(key))
    (tmp_path / witnessing.KEY).chmod(0o644)
    with pytest.raises(Unavailable, match="0600"):
        witness_key(tmp_path, NAME)
