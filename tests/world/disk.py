"""Disks that fail: one that forgets what was not made durable, and one that is small."""

import errno
import random
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


class SimulatedDisk:
    """Files and folders in memory, the durable ones apart; `power_loss` leaves a state that a crash may.

    A file that is not synced may keep any beginning of its bytes, or its length in zeros.
    An entry of a folder that is not synced may be there or not, each on its own, which is
    harsher than any journal. `crash_at` cuts the power before that operation; `full_at`
    answers that operation and all later writes with ENOSPC. `syncs_bytes` and `syncs_names`
    set to false give the careless variants.
    """

    def __init__(
        self,
        *,
        syncs_bytes: bool = True,
        syncs_names: bool = True,
        crash_at: int = 1 << 62,
        full_at: int = 1 << 62,
        fails_at: int = 1 << 62,
    ) -> None:
        self.files: dict[int, bytearray] = {}
        self.durable_files: dict[int, bytes] = {}
        self.names: dict[str, int] = {}
        self.durable_names: dict[str, int] = {}
        self.folders: set[str] = set()
        self.durable_folders: set[str] = {"/", "/disk"}
        self.folders |= self.durable_folders
        self.operations = 0
        self._syncs_bytes, self._syncs_names = syncs_bytes, syncs_names
        self.crash_at, self.full_at, self.fails_at = crash_at, full_at, fails_at
        self._open: dict[int, int] = {}
        self._next = 3
        self.between: Callable[[], None] | None = None

    def _step(self, *, takes_room: bool = False) -> None:
        self.operations += 1
        if self.operations >= self.crash_at:
            raise PowerLoss
        if takes_room and self.operations >= self.full_at:
            raise OSError(errno.ENOSPC, "no room")

    def make_folder(self, folder: Path) -> None:
        self._step(takes_room=str(folder) not in self.folders)
        self.folders |= {str(folder), *map(str, folder.parents)}

    def create(self, path: Path) -> int:
        self._step(takes_room=True)
        assert str(path.parent) in self.folders
        assert str(path) not in self.names
        self._next += 1
        self.files[self._next] = bytearray()
        self.names[str(path)] = self._next
        self._open[self._next] = self._next
        return self._next

    def write(self, fd: int, untold: memoryview) -> None:
        self._step(takes_room=True)
        self.files[self._open[fd]] += untold

    def free_bytes(self, _folder: Path) -> int:
        return 1 << 62

    def open(self, path: Path) -> int:
        self._step()
        if str(path) not in self.names:
            raise FileNotFoundError(errno.ENOENT, "no such file")
        self._next += 1
        self._open[self._next] = self.names[str(path)]
        return self._next

    def size(self, fd: int) -> int:
        return len(self.files[self._open[fd]])

    def exists(self, path: Path) -> bool:
        return str(path) in self.names or str(path) in self.folders

    def read_at(self, fd: int, length: int, offset: int) -> bytes:
        return bytes(self.files[self._open[fd]][offset : offset + length])

    def close(self, fd: int) -> None:
        self._open.pop(fd, None)

    def link(self, source: Path, target: Path) -> None:
        self._step(takes_room=True)
        if self.between is not None:
            self.between, between = None, self.between
            between()
        if str(target) in self.names:
            raise FileExistsError(errno.EEXIST, "taken")
        self.names[str(target)] = self.names[str(source)]

    def replace(self, source: Path, target: Path) -> None:
        self._step()
        self.names[str(target)] = self.names.pop(str(source))

    def remove(self, path: Path) -> None:
        self._step()
        self.names.pop(str(path), None)

    def remove_folder(self, folder: Path) -> None:
        self._step()
        below = f"{folder}/"
        self.names = {path: inode for path, inode in self.names.items() if not path.startswith(below)}
        self.folders = {path for path in self.folders if not f"{path}/".startswith(below)}

    def folders_in(self, folder: Path) -> list[Path]:
        return [Path(path) for path in sorted(self.folders) if _parent(path) == str(folder)]

    def hold(self, folder: Path, *, wait: bool) -> int | None:
        del wait
        self._next += 1
        return self._next if str(folder) in self.folders else None

    def sync_bytes(self, _held: int, files: Iterable[Path]) -> None:
        self._sync()
        if self._syncs_bytes:
            for path in files:
                inode = self.names[str(path)]
                self.durable_files[inode] = bytes(self.files[inode])

    def sync_names(self, _held: int, folders: Iterable[Path]) -> None:
        self._sync()
        if self._syncs_names:
            synced = set(map(str, folders))
            for path in [*self.names, *self.durable_names]:
                if _parent(path) in synced:
                    self._keep(self.durable_names, path, self.names.get(path))
            self.durable_folders |= {path for path in self.folders if _parent(path) in synced}

    def _sync(self) -> None:
        self._step()
        if self.operations >= self.fails_at:
            raise OSError(errno.EIO, "the disk lost what it was given")

    def _keep(self, names: dict[str, int], path: str, inode: int | None) -> None:
        if inode is None:
            names.pop(path, None)
        else:
            names[path] = inode

    def power_loss(self, draw: random.Random) -> "SimulatedDisk":
        """The disk after the power came back."""
        after = SimulatedDisk()
        names = dict(self.durable_names)
        for path in sorted({*self.names, *self.durable_names}):
            if self.names.get(path) != names.get(path) and draw.random() < 0.5:
                self._keep(names, path, self.names.get(path))
        folders = set(self.durable_folders)
        folders |= {path for path in sorted(self.folders) if draw.random() < 0.5}
        for path, inode in names.items():
            if all(str(parent) in folders for parent in Path(path).parents):
                after.names[path] = inode
                after.files[inode] = bytearray(self._after_crash(inode, draw))
        after.folders = folders
        after.durable_names, after.durable_folders = dict(after.names), set(folders)
        after.durable_files = {inode: bytes(content) for inode, content in after.files.items()}
        after._next = self._next + 1
        return after

    def _after_crash(self, inode: int, draw: random.Random) -> bytes:
        whole, durable = bytes(self.files.get(inode, b"")), self.durable_files.get(inode, b"")
        if whole == durable:
            return durable
        kept = whole[: draw.randrange(len(whole))] if draw.random() < 0.8 else whole
        return kept if draw.random() < 0.5 else kept + bytes(len(whole) - len(kept))


class PowerLoss(BaseException):
    """Not an Exception: nothing in the product may catch it and go on."""


def _parent(path: str) -> str:
    return path.rpartition("/")[0]


@contextmanager
def small_disk(folder: Path, size: str = "40k") -> Iterator[Path]:
    """A file system of its own, of 40 kB or `size`."""
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], check=False, capture_output=True)
    if made.returncode:
        pytest.skip("no file system can be mounted here: A FULL DISK IS NOT TESTED")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
