"""The list of system calls a sandboxed reader may make; any other ends it.

The filter is assembled here, instruction by instruction, so that it needs no library and
can be read in one sitting. Source: Linux, Documentation/userspace-api/seccomp_filter.rst
and include/uapi/linux/{seccomp,filter,audit}.h.
"""

import errno
import platform
import signal
import struct
from collections.abc import Mapping
from dataclasses import dataclass

from clew.domain.errors import Unavailable

_KILL = 0x80000000
_ALLOW = 0x7FFF0000
_ERRNO = 0x00050000

_LOAD = 0x20  # BPF_LD | BPF_W | BPF_ABS
_RETURN = 0x06  # BPF_RET | BPF_K
_IF_EQUAL = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
_IF_AT_LEAST = 0x35  # BPF_JMP | BPF_JGE | BPF_K
_IF_ANY_BIT = 0x45  # BPF_JMP | BPF_JSET | BPF_K

_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENTS_AT = 0, 4, 16
_X32_BIT = 0x40000000
_PROT_EXEC = 4
_F_GETFD, _F_GETFL, _F_DUPFD_CLOEXEC = 1, 3, 1030


@dataclass(frozen=True, slots=True, kw_only=True)
class Architecture:
    """Numbers of system calls on one kind of processor; what it does not have is left out."""

    audit_code: int
    numbers: Mapping[str, int]
    has_x32: bool


# The hot calls come first: the filter is read from the top at each call.
_ALLOWED = (
    "read", "pread64", "pwrite64", "futex", "mmap", "munmap", "mprotect", "recvmsg", "sendto", "madvise",
    "brk", "mremap", "lseek", "clock_gettime", "write", "readv", "writev", "recvfrom", "close",
    "fstat", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack", "nanosleep", "clock_nanosleep",
    "clock_getres", "gettimeofday", "getrandom", "sched_yield", "sched_getaffinity", "getpid", "gettid",
    "exit", "exit_group", "poll", "ppoll", "restart_syscall", "rseq", "set_robust_list", "membarrier",
    "getrusage", "fcntl", "tgkill",
)  # fmt: skip

# Python, glibc or a decoder may try these late; they are told no and live on. A path is
# never looked at: even `newfstatat` with an empty path would tell which files exist.
_REFUSED = (
    "open", "openat", "stat", "lstat", "newfstatat", "statx", "access", "faccessat", "faccessat2", "readlink",
    "readlinkat", "getcwd", "getdents64", "ioctl", "prctl", "uname", "sysinfo", "getrlimit", "prlimit64",
    "getuid", "geteuid", "getgid", "getegid", "clone",
)  # fmt: skip
_UNKNOWN = ("clone3", "openat2")
"""Answered as if this kernel had none, so that glibc takes the older call, which is refused."""

_X86_64 = Architecture(
    audit_code=0xC000003E,
    has_x32=True,
    numbers={
        "read": 0, "write": 1, "open": 2, "close": 3, "stat": 4, "fstat": 5, "lstat": 6, "poll": 7,
        "lseek": 8, "mmap": 9, "mprotect": 10, "munmap": 11, "brk": 12, "rt_sigaction": 13,
        "rt_sigprocmask": 14, "rt_sigreturn": 15, "ioctl": 16, "pread64": 17, "pwrite64": 18, "readv": 19,
        "writev": 20, "access": 21, "sched_yield": 24, "mremap": 25, "madvise": 28, "nanosleep": 35,
        "getpid": 39, "sendto": 44, "recvfrom": 45, "recvmsg": 47, "clone": 56, "exit": 60,
        "uname": 63, "fcntl": 72, "getcwd": 79, "readlink": 89, "gettimeofday": 96, "getrlimit": 97,
        "getrusage": 98, "sysinfo": 99, "getuid": 102, "getgid": 104, "geteuid": 107, "getegid": 108,
        "sigaltstack": 131, "prctl": 157, "gettid": 186, "futex": 202, "sched_getaffinity": 204,
        "getdents64": 217, "restart_syscall": 219, "clock_gettime": 228, "clock_getres": 229,
        "clock_nanosleep": 230, "exit_group": 231, "tgkill": 234, "openat": 257, "newfstatat": 262,
        "readlinkat": 267, "faccessat": 269, "ppoll": 271, "set_robust_list": 273, "prlimit64": 302,
        "getrandom": 318, "membarrier": 324, "statx": 332, "rseq": 334, "clone3": 435, "openat2": 437,
        "faccessat2": 439,
    },
)  # fmt: skip
_AARCH64 = Architecture(
    audit_code=0xC00000B7,
    has_x32=False,
    numbers={
        "getcwd": 17, "fcntl": 25, "ioctl": 29, "faccessat": 48, "openat": 56, "close": 57,
        "getdents64": 61, "lseek": 62, "read": 63, "write": 64, "readv": 65, "writev": 66, "pread64": 67,
        "pwrite64": 68, "ppoll": 73, "readlinkat": 78, "newfstatat": 79, "fstat": 80, "exit": 93,
        "exit_group": 94, "futex": 98, "set_robust_list": 99, "nanosleep": 101, "clock_gettime": 113,
        "clock_getres": 114, "clock_nanosleep": 115, "sched_getaffinity": 123, "sched_yield": 124,
        "restart_syscall": 128, "tgkill": 131, "sigaltstack": 132, "rt_sigaction": 134,
        "rt_sigprocmask": 135, "rt_sigreturn": 139, "uname": 160, "getrlimit": 163, "getrusage": 165,
        "prctl": 167, "gettimeofday": 169, "getpid": 172, "getuid": 174, "geteuid": 175, "getgid": 176,
        "getegid": 177, "gettid": 178, "sysinfo": 179, "sendto": 206, "recvfrom": 207,
        "recvmsg": 212, "brk": 214, "munmap": 215, "mremap": 216, "clone": 220, "mmap": 222,
        "mprotect": 226, "madvise": 233, "prlimit64": 261, "getrandom": 278, "membarrier": 283,
        "statx": 291, "rseq": 293, "clone3": 435, "openat2": 437, "faccessat2": 439,
    },
)  # fmt: skip
ARCHITECTURES: Mapping[str, Architecture] = {"x86_64": _X86_64, "aarch64": _AARCH64}


def _step(code: int, k: int, *, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, k)


def _answer(action: int) -> bytes:
    return _step(_RETURN, action)


def _argument(index: int) -> bytes:
    """Load the low half of an argument; the kernel ignores the high half of those checked here."""
    return _step(_LOAD, _ARGUMENTS_AT + 8 * index)


_NO_PROT_EXEC = _argument(2) + _step(_IF_ANY_BIT, _PROT_EXEC, if_false=1) + _answer(_KILL) + _answer(_ALLOW)


def _one_of(index: int, values: tuple[int, ...]) -> bytes:
    """Allow where the argument is one of `values`, else refuse."""
    checks = b"".join(_step(_IF_EQUAL, value, if_false=1) + _answer(_ALLOW) for value in values)
    return _argument(index) + checks + _answer(_ERRNO | errno.EPERM)


def _abort_of(pid: int) -> bytes:
    """Allow `abort()` of the reader itself, so that it is told from a forbidden call."""
    return (
        _argument(0) + _step(_IF_EQUAL, pid, if_true=1) + _answer(_KILL)
        + _argument(2) + _step(_IF_EQUAL, signal.SIGABRT, if_true=1) + _answer(_KILL)
        + _answer(_ALLOW)
    )  # fmt: skip


def _bodies(pid: int) -> Mapping[str, bytes]:
    """What is done for each named call."""
    bodies = dict.fromkeys(_ALLOWED, _answer(_ALLOW))
    bodies |= {
        "mmap": _NO_PROT_EXEC,
        "mprotect": _NO_PROT_EXEC,
        "fcntl": _one_of(1, (_F_GETFD, _F_GETFL, _F_DUPFD_CLOEXEC)),
        "tgkill": _abort_of(pid),
    }
    bodies |= dict.fromkeys(_REFUSED, _answer(_ERRNO | errno.EPERM))
    return bodies | dict.fromkeys(_UNKNOWN, _answer(_ERRNO | errno.ENOSYS))


def architecture() -> Architecture:
    """This machine's architecture.

    Raises:
        Unavailable: no list of calls was written for it; nothing is decoded there.
    """
    try:
        return ARCHITECTURES[platform.machine()]
    except KeyError:
        raise Unavailable("The sandbox has no list of system calls for this processor.") from None


def program(pid: int, of: Architecture) -> bytes:
    """The filter for the process `pid`: 8-byte instructions, to be given to the kernel."""
    steps = [_step(_LOAD, _ARCHITECTURE_AT), _step(_IF_EQUAL, of.audit_code, if_true=1), _answer(_KILL)]
    steps.append(_step(_LOAD, _NUMBER_AT))
    if of.has_x32:
        steps += [_step(_IF_AT_LEAST, _X32_BIT, if_false=1), _answer(_KILL)]
    for name, body in _bodies(pid).items():
        if name in of.numbers:
            steps += [_step(_IF_EQUAL, of.numbers[name], if_false=len(body) // 8), body]
    return b"".join([*steps, _answer(_KILL)])
