"""Inside the sandbox: the attempts to break out of it, by which it is proved closed.

Each is a raw system call that would be of use to a decoder taken over by a hostile
medium. An attempt is refused when it ends the process or is answered by EPERM, EACCES or
ENOSYS; any other answer means that the kernel went to work on it: it was let through.
"""

import ctypes
import errno
import mmap
import os
import platform
import signal
from collections.abc import Iterator, Mapping
from typing import Final

REFUSALS: Final = frozenset((errno.EPERM, errno.EACCES, errno.ENOSYS))
LET_THROUGH: Final = b"let through"
REFUSED: Final = b"refused"

_AT_FDCWD, _AT_EMPTY_PATH = -100, 0x1000
_SIGCHLD_ONLY = int(signal.SIGCHLD)
_THREAD_FLAGS = 0x3D0F00
_EXEC_PAGE = (mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
_FILE = ctypes.create_string_buffer(b"/etc/passwd")
_PROGRAM = ctypes.create_string_buffer(b"/bin/true")
_NEW = ctypes.create_string_buffer(b"/tmp/clew-attempt")
_EMPTY = ctypes.create_string_buffer(b"")
_ROOM = ctypes.create_string_buffer(4096)
_PAGES = mmap.mmap(-1, 4 * mmap.PAGESIZE)
_TCP, _UDP, _UNIX, _NETLINK = (2, 1), (2, 2), (1, 1), (16, 3)
_OPEN_HOW = (ctypes.c_uint64 * 3)()
_CLONE_ARGS = (ctypes.c_uint64 * 11)(0, 0, 0, 0, _SIGCHLD_ONLY)
_ADDRESS = ctypes.create_string_buffer(b"\x02\x00\x00\x09\x7f\x00\x00\x01" + bytes(8))

Argument = int | ctypes.Array[ctypes.c_char] | ctypes.Array[ctypes.c_uint64]
PARENT: Final = -7_777
"""Stands for the process number of the nursery, which runs under the node's user."""
SELF: Final = -8_888
_PAGE: Final = -9_999
_CHANNEL: Final = 10

# name: (number on x86_64, number on aarch64, arguments); None: this processor has no such call
_Row = tuple[int | None, int | None, tuple[Argument, ...]]
_TABLE: Mapping[str, _Row] = {
    # files
    "open": (2, None, (_FILE, 0)),
    "openat": (257, 56, (_AT_FDCWD, _FILE, 0)),
    "openat2": (437, 437, (_AT_FDCWD, _FILE, _OPEN_HOW, 24)),
    "creat": (85, None, (_NEW, 0o600)),
    "openat to write": (257, 56, (_AT_FDCWD, _NEW, os.O_CREAT | os.O_WRONLY, 0o600)),
    "open_tree": (428, 428, (_AT_FDCWD, _FILE, 0)),
    "name_to_handle_at": (303, 264, (_AT_FDCWD, _FILE, _ROOM, _ROOM, 0)),
    "open_by_handle_at": (304, 265, (_AT_FDCWD, _ROOM, 0)),
    "stat": (4, None, (_FILE, _ROOM)),
    "newfstatat": (262, 79, (_AT_FDCWD, _FILE, _ROOM, 0)),
    "newfstatat of nothing": (262, 79, (_CHANNEL, _EMPTY, _ROOM, _AT_EMPTY_PATH)),
    "statx": (332, 291, (_AT_FDCWD, _FILE, 0, 0xFFF, _ROOM)),
    "access": (21, None, (_FILE, 0)),
    "faccessat": (269, 48, (_AT_FDCWD, _FILE, 0)),
    "readlink": (89, None, (_FILE, _ROOM, 4096)),
    "readlinkat": (267, 78, (_AT_FDCWD, _FILE, _ROOM, 4096)),
    "chmod": (90, None, (_NEW, 0o600)),
    "fchmodat": (268, 53, (_AT_FDCWD, _NEW, 0o600)),
    "utimensat": (280, 88, (_AT_FDCWD, _NEW, 0, 0)),
    "unlinkat": (263, 35, (_AT_FDCWD, _NEW, 0)),
    "renameat2": (316, 276, (_AT_FDCWD, _NEW, _AT_FDCWD, _NEW, 0)),
    "mkdirat": (258, 34, (_AT_FDCWD, _NEW, 0o700)),
    "linkat": (265, 37, (_AT_FDCWD, _FILE, _AT_FDCWD, _NEW, 0)),
    "symlinkat": (266, 36, (_FILE, _AT_FDCWD, _NEW)),
    "truncate": (76, 45, (_NEW, 0)),
    "ftruncate": (77, 46, (_CHANNEL, 0)),
    "chdir": (80, 49, (_FILE,)),
    "chroot": (161, 51, (_FILE,)),
    "inotify_init1": (294, 26, (0,)),
    # the network
    "socket tcp": (41, 198, (*_TCP, 0)),
    "socket udp": (41, 198, (*_UDP, 0)),
    "socket unix": (41, 198, (*_UNIX, 0)),
    "socket netlink": (41, 198, (*_NETLINK, 0)),
    "socketpair": (53, 199, (*_UNIX, 0, _ROOM)),
    "connect": (42, 203, (_CHANNEL, _ADDRESS, 16)),
    "bind": (49, 200, (_CHANNEL, _ADDRESS, 16)),
    "listen": (50, 201, (_CHANNEL, 1)),
    "accept4": (288, 242, (_CHANNEL, 0, 0, 0)),
    # other programs and processes
    "execve": (59, 221, (_PROGRAM, 0, 0)),
    "execveat": (322, 281, (_AT_FDCWD, _PROGRAM, 0, 0, 0)),
    "fork": (57, None, ()),
    "clone": (56, 220, (_SIGCHLD_ONLY, 0, 0, 0, 0)),
    "clone a thread": (56, 220, (_THREAD_FLAGS, 0, 0, 0, 0)),
    "clone3": (435, 435, (_CLONE_ARGS, 64)),
    "kill": (62, 129, (PARENT, 0)),
    "tkill": (200, 130, (PARENT, 0)),
    "tgkill": (234, 131, (PARENT, PARENT, 0)),
    "tgkill self": (234, 131, (SELF, SELF, 0)),
    "rt_sigqueueinfo": (129, 138, (PARENT, 0, _ROOM)),
    "pidfd_open": (434, 434, (PARENT, 0)),
    "pidfd_getfd": (438, 438, (_CHANNEL, 0, 0)),
    "ptrace": (101, 117, (16, PARENT, 0, 0)),
    "process_vm_readv": (310, 270, (PARENT, _ROOM, 1, _ROOM, 1, 0)),
    "process_vm_writev": (311, 271, (PARENT, _ROOM, 1, _ROOM, 1, 0)),
    "prlimit64": (302, 261, (PARENT, 7, 0, _ROOM)),
    "setpriority": (141, 140, (0, PARENT, 5)),
    "sched_setaffinity": (203, 122, (PARENT, 8, _ROOM)),
    # memory that runs, and memory shared with others
    "mmap that runs": (9, 222, (0, mmap.PAGESIZE, *_EXEC_PAGE, -1, 0)),
    "mprotect that runs": (10, 226, (_PAGE, mmap.PAGESIZE, 5)),
    "pkey_mprotect": (329, 288, (_PAGE, mmap.PAGESIZE, 5, -1)),
    "memfd_create": (319, 279, (_EMPTY, 0)),
    "shmget": (29, 194, (0, 4096, 0o1600)),
    "userfaultfd": (323, 282, (1,)),
    "io_uring_setup": (425, 425, (4, _ROOM)),
    # the kernel
    "unshare": (272, 97, (0x10000000,)),
    "setns": (308, 268, (_CHANNEL, 0)),
    "mount": (165, 40, (_FILE, _FILE, _EMPTY, 4096, 0)),
    "bpf": (321, 280, (0, _ROOM, 64)),
    "perf_event_open": (298, 241, (_ROOM, 0, -1, -1, 0)),
    "keyctl": (250, 219, (0, -3, 0, 0, 0)),
    "add_key": (248, 217, (_EMPTY, _EMPTY, _ROOM, 4, -3)),
    "personality": (135, 92, (0,)),
    "prctl": (157, 167, (4, 1, 0, 0, 0)),
    "seccomp": (317, 277, (2, 0, _ROOM)),
    "setuid": (105, 146, (0,)),
    "capset": (126, 91, (_ROOM, _ROOM)),
    "ioctl": (16, 29, (_CHANNEL, 0x5401, _ROOM)),
    "fcntl": (72, 25, (_CHANNEL, 8, SELF)),
    "dup": (32, 23, (_CHANNEL,)),
    "pipe2": (293, 59, (_ROOM, 0)),
    "open as x32": (0x40000002, None, (_FILE, 0)),
}
def _numbered(machine: str) -> Iterator[tuple[str, int, tuple[Argument, ...]]]:
    for name, (on_x86_64, on_aarch64, arguments) in _TABLE.items():
        number = {"x86_64": on_x86_64, "aarch64": on_aarch64}.get(machine)
        if number is not None:
            yield name, number, arguments


ATTEMPTS: Final[Mapping[str, tuple[int, tuple[Argument, ...]]]] = {
    name: (number, arguments) for name, number, arguments in _numbered(platform.machine())
}

CANARIES: Final = ("openat", "socket tcp", "execve", "clone", "mmap that runs")
"""Tried in forks at each start of a nursery; if one survives, nothing is decoded."""
_ANSWERED = ("openat", "newfstatat", "clone", "clone3", "prctl", "fcntl", "prlimit64")
"""Refused without ending the process: each reader tries them itself before its first medium."""

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long
_page_address = ctypes.addressof(ctypes.c_char.from_buffer(_PAGES))


def _word(argument: Argument, parent: int) -> ctypes.c_long:
    if not isinstance(argument, int):
        return ctypes.c_long(ctypes.addressof(argument))
    meant = {PARENT: parent, SELF: os.getpid(), _PAGE: _page_address}
    return ctypes.c_long(meant.get(argument, argument))



def _is_refused(name: str, parent: int) -> bool:
    number, arguments = ATTEMPTS[name]
    words = [_word(argument, parent) for argument in arguments]
    caller = os.getpid()
    answer = int(_libc.syscall(ctypes.c_long(number), *words))
    if os.getpid() != caller:
        os._exit(0)  # the attempt made a process: its parent says so
    return answer == -1 and ctypes.get_errno() in REFUSALS


def attempt(name: str, parent: int) -> bytes:
    """Try `name`; an answer means that the process lived on."""
    return REFUSED if _is_refused(name, parent) else LET_THROUGH


def attempts_answered(parent: int) -> int:
    """How many of the attempts that do not end the process were let through: must be 0."""
    return sum(not _is_refused(name, parent) for name in _ANSWERED)
