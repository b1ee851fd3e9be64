"""Takes from a process, for good, everything that reading a medium does not need."""

import ctypes
import itertools
import os
import resource
import signal
import struct
from enum import IntEnum
from pathlib import Path

from clew.domain.errors import Unavailable
from clew.media import seccomp
from clew.media.limits import CPU_SECONDS_MAX, READER_MEMORY_BYTES_MAX, READER_OPEN_FILES_MAX

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 1, 4, 24, 38
_CAP_SETGID, _CAP_SETUID, _CAP_SETPCAP = 6, 7, 8
_NOBODY = 65534
_CAPABILITY_VERSION_3 = 0x20080522
_SECCOMP_SET_MODE_FILTER, _SECCOMP_FILTER_FLAG_TSYNC = 1, 1
_LANDLOCK_CREATE_RULESET, _LANDLOCK_RESTRICT_SELF = 444, 446
_SECCOMP_CALL = {"x86_64": 317, "aarch64": 277}
_CAPSET_CALL = {"x86_64": 126, "aarch64": 91}

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


class Level(IntEnum):
    """How much closes the sandbox. Below SECCOMP nothing is decoded."""

    OPEN = 0
    SECCOMP = 1
    """The list of system calls alone; this kernel has no Landlock."""
    LANDLOCK = 2
    """With Landlock; under the node's own user."""
    OWN_USER = 3
    """With Landlock and a user of its own."""


def _call(number: int, *arguments: int | bytes | None) -> int:
    """A raw system call.

    Raises:
        OSError: it failed.
    """
    words = [ctypes.c_long(a) if isinstance(a, int) else ctypes.c_char_p(a) for a in arguments]
    answer = int(_libc.syscall(ctypes.c_long(number), *words))
    if answer < 0:
        raise OSError(ctypes.get_errno(), "a system call failed")
    return answer


def _prctl(option: int, argument: int) -> None:
    if _libc.prctl(option, ctypes.c_ulong(argument), ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0)):
        raise OSError(ctypes.get_errno(), "prctl failed")


def _capabilities() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("CapEff:"):
            return int(line.split()[1], 16)
    return 0


def _drop_user() -> bool:
    """Become nobody where that is possible; True if it was.

    Root without CAP_SETUID cannot (a container), and keeps its name without its powers.
    """
    held = _capabilities()
    may_drop = os.geteuid() == 0 and all(held >> cap & 1 for cap in (_CAP_SETUID, _CAP_SETGID))
    if held >> _CAP_SETPCAP & 1:
        last = int(Path("/proc/sys/kernel/cap_last_cap").read_text())
        for capability in range(last + 1):
            _prctl(_PR_CAPBSET_DROP, capability)
    if may_drop:
        os.setgroups([])
        os.setresgid(_NOBODY, _NOBODY, _NOBODY)
        os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    _call(_CAPSET_CALL[os.uname().machine], struct.pack("=Ii", _CAPABILITY_VERSION_3, 0), bytes(24))
    return may_drop


def _mapped_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def _set_limits(written_bytes_max: int) -> None:
    cpu_seconds = int(CPU_SECONDS_MAX) * 4
    for limit, most in (
        (resource.RLIMIT_AS, _mapped_bytes() + READER_MEMORY_BYTES_MAX),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, written_bytes_max),
        (resource.RLIMIT_NOFILE, READER_OPEN_FILES_MAX),
        (resource.RLIMIT_CPU, cpu_seconds),
    ):
        resource.setrlimit(limit, (most, most))


def _close_paths() -> bool:
    """Landlock with nothing allowed; False if this kernel has none."""
    try:
        abi = _call(_LANDLOCK_CREATE_RULESET, None, 0, 1)
    except OSError:
        return False
    # Rights grew with the ABI: refer (2), truncate (3), network (4), devices (5), scopes (6).
    paths = (1 << (13 + (abi >= 2) + (abi >= 3) + (abi >= 5))) - 1
    fields = [paths] + [3] * (abi >= 4) + [3] * (abi >= 6)
    ruleset = _call(_LANDLOCK_CREATE_RULESET, struct.pack(f"={len(fields)}Q", *fields), 8 * len(fields), 0)
    _call(_LANDLOCK_RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)
    return True


def _close_calls() -> None:
    code = seccomp.program(os.getpid(), seccomp.architecture())
    steps = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("=HxxxxxxQ", len(code) // 8, ctypes.addressof(steps))
    _call(_SECCOMP_CALL[os.uname().machine], _SECCOMP_SET_MODE_FILTER, _SECCOMP_FILTER_FLAG_TSYNC, header)


def _keep_only(fds: tuple[int, ...]) -> None:
    """Close every descriptor but 0 to 2, which lead nowhere, and `fds`."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nowhere, standard)
    edges = [2, *sorted(fds), os.sysconf("SC_OPEN_MAX")]
    for low, high in itertools.pairwise(edges):
        os.closerange(low + 1, high)


def lock(*, keep: tuple[int, ...], parent: int, written_bytes_max: int) -> Level:
    """Lock this process for good, keeping the descriptors `keep`.

    The order matters: each step uses what the next one takes away.
    Raises:
        Unavailable: a step failed, other threads run, or `parent` is no longer the parent.
    """
    try:
        _keep_only(keep)
        has_own_user = _drop_user()
        # Changing the user clears it, so it comes after; then the parent may be gone already.
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            raise Unavailable("The reader's parent is gone.")
        _prctl(_PR_SET_DUMPABLE, 0)
        _prctl(_PR_SET_NO_NEW_PRIVS, 1)
        has_landlock = _close_paths_of_one_thread(written_bytes_max)
        _close_calls()
    except OSError:
        raise Unavailable("The sandbox could not be closed.") from None
    if not has_landlock:
        return Level.SECCOMP
    return Level.OWN_USER if has_own_user else Level.LANDLOCK


def _close_paths_of_one_thread(written_bytes_max: int) -> bool:
    # Landlock binds the calling thread only: a thread started by a library would stay free.
    if len(list(Path("/proc/self/task").iterdir())) != 1:
        raise Unavailable("A library started threads before the sandbox was closed.")
    _set_limits(written_bytes_max)
    return _close_paths()
