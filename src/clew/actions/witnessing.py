"""Witnessing: another node or an outside supervisor signs that the log only ever grew.

A witness needs no network and no database: requests and answers are text. For each log it keeps the
last checkpoint that it signed, durable before it answers, and refuses whatever does not begin with
that one. Source: C2SP tlog-witness, whose checks are made in its order.
"""

import fcntl
import hashlib
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from clew.domain.errors import Invalid, NotVisible, StepRefused, Tampered, Unavailable
from clew.domain.merkle import EMPTY_ROOT, is_consistent
from clew.formats import signed_note
from clew.formats.checkpoint import Checkpoint, Request
from clew.formats.signed_note import PublicKey, Signature, SignatureType

KEY = "witness.key"
FORKS_MAX = 10
"""So many contradictions are kept as evidence; the first ones count."""


class SeenMore(StepRefused):
    """The witness has signed another size than the request goes on from; `size` is that one."""

    def __init__(self, size: int) -> None:
        super().__init__(f"This witness has signed {size} leaves of the log: make the request from {size} on.")
        self.size = size


def witness_key(folder: Path, name: str) -> PublicKey:
    """The key that the witness in `folder` signs with under `name`; made where it is missing."""
    with _within(folder):
        return signed_note.public_key(name, SignatureType.WITNESS, _secret(folder))


def cosign(folder: Path, name: str, log: PublicKey, untrusted_request: str, *, now: int | None = None) -> Signature:
    """The witness's signature beneath the checkpoint of a request; `now` is in seconds since 1970.

    Raises:
        NotVisible: the checkpoint is of a log that this witness does not know.
        Invalid: the request is none, or the log has not signed it.
        SeenMore: it does not go on from what was signed last; the log may ask again from there.
        Tampered: the log was rewritten. What shows that is kept in the folder.
        Unavailable: the witness cannot use its folder, or write what it is about to sign.
    """
    request = Request.parse(untrusted_request)
    checkpoint = Checkpoint.parse(request.note.text)
    if checkpoint.origin != log.name:
        raise NotVisible("This witness does not know the log of this checkpoint.")
    if request.note.signed_by(log) is None:
        raise Invalid("The log has not signed this checkpoint.")
    if request.old > checkpoint.size:
        raise Invalid("A log does not go on from a size that is larger than its own.")
    with _within(folder):
        with _locked(folder):
            _refuse_rewritten(folder, request, checkpoint)
            _keep(_path(folder, log.name), str(request.note))
        return signed_note.cosign(request.note.text, name, _secret(folder), at=int(time.time()) if now is None else now)


def last_seen(folder: Path, origin: str) -> Checkpoint:
    """What the witness signed last of this log; an empty log where it never did.

    Raises:
        Invalid: what it keeps is damaged.
    """
    try:
        kept = _path(folder, origin).read_text("utf-8")
    except FileNotFoundError:
        return Checkpoint(origin=origin, size=0, root=EMPTY_ROOT)
    return Checkpoint.parse(signed_note.parse(kept).text)


def _refuse_rewritten(folder: Path, request: Request, checkpoint: Checkpoint) -> None:
    seen = last_seen(folder, checkpoint.origin)
    if request.old != seen.size:
        raise SeenMore(seen.size)
    if not is_consistent(seen.size, checkpoint.size, seen.root, checkpoint.root, request.hashes):
        if checkpoint.size == seen.size:
            _keep_evidence(folder, request)
        raise Tampered("This checkpoint does not go on from what this witness has signed: the log was rewritten.")


def _keep_evidence(folder: Path, request: Request) -> None:
    """Two signed checkpoints of one size with two roots prove a fork to anybody."""
    digest = hashlib.sha256(str(request.note).encode()).hexdigest()[:16]
    with suppress(OSError):
        if len(list(folder.glob("fork-*"))) < FORKS_MAX:
            _keep(folder / f"fork-{digest}", str(request.note))


def _path(folder: Path, origin: str) -> Path:
    return folder / f"log-{hashlib.sha256(origin.encode()).hexdigest()[:32]}"


@contextmanager
def _within(folder: Path) -> Iterator[None]:
    """The folder of the witness, which is its own.

    Raises:
        Unavailable: it cannot be made, read or written.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield
    except OSError as refused:
        raise Unavailable(
            "The witness cannot use its folder ({why}); it signs nothing.", why=refused.strerror or ""
        ) from refused


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One request at a time: comparing and keeping are one step."""
    with (folder / "lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _secret(folder: Path) -> bytes:
    path = folder / KEY
    if not path.exists():
        _keep(path, secrets.token_bytes(32).hex(), replaces=False)
    if path.stat().st_mode & 0o077:
        raise Unavailable("Others can read the key of this witness: set its file mode to 0600 and consider it known.")
    try:
        return bytes.fromhex(path.read_text("ascii"))
    except ValueError:
        raise Unavailable("The key of this witness is damaged: put it back from a backup.") from None


def _keep(path: Path, text: str, *, replaces: bool = True) -> None:
    """Write a file so that it is whole and there after a power cut, or not at all."""
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        fd = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(fd, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if replaces:
            unfinished.replace(path)
        else:
            with suppress(FileExistsError):
                os.link(unfinished, path)
        _sync(path.parent)
    except OSError as refused:
        raise Unavailable("The witness cannot write to its folder; it signs nothing.") from refused
    finally:
        with suppress(OSError):
            unfinished.unlink()


def _sync(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
