"""The list of system calls, run instruction by instruction for each processor it is written for."""

import errno
import signal
import struct
from collections.abc import Iterator

import pytest

from clew.media.seccomp import ARCHITECTURES, Architecture, program

KILL, ALLOW, REFUSE, UNKNOWN = 0x80000000, 0x7FFF0000, 0x50000 | errno.EPERM, 0x50000 | errno.ENOSYS
PID = 4711
CALLS_MAX = 1024
ALLOWED = """
    brk clock_getres clock_gettime clock_nanosleep close exit exit_group fstat futex getpid getrandom getrusage
    gettid gettimeofday lseek madvise membarrier mmap mprotect mremap munmap nanosleep poll ppoll pread64
    pwrite64 read readv recvfrom recvmsg restart_syscall rseq rt_sigaction rt_sigprocmask rt_sigreturn
    sched_getaffinity sched_yield sendto set_robust_list sigaltstack write writev
"""


def answer(code: bytes, number: int, audit_code: int, arguments: tuple[int, ...] = ()) -> int:
    """What the kernel would do, by the meaning of each instruction in filter.rst."""
    seen = struct.pack("=IIQ6Q", number, audit_code, 0, *(arguments + (0,) * 6)[:6])
    steps = list(struct.iter_unpack("=HBBI", code))
    loaded, at = 0, 0
    while True:
        operation, if_true, if_false, k = steps[at]
        at += 1
        if operation == 0x06:
            return int(k)
        if operation == 0x20:
            (loaded,) = struct.unpack_from("=I", seen, k)
        else:
            holds = {0x15: loaded == k, 0x35: loaded >= k, 0x45: bool(loaded & k)}[operation]
            at += if_true if holds else if_false


@pytest.fixture(params=sorted(ARCHITECTURES))
def architecture(request: pytest.FixtureRequest) -> Architecture:
    return ARCHITECTURES[request.param]


def calls(architecture: Architecture, wanted: int) -> Iterator[str]:
    code = program(PID, architecture)
    names = {number: name for name, number in architecture.numbers.items()}
    for number in range(CALLS_MAX):
        if answer(code, number, architecture.audit_code) == wanted:
            yield names.get(number, str(number))


def test_only_named_calls_are_allowed(architecture: Architecture) -> None:
    """Written out once more: adding a call to the list must be done in two places, on purpose."""
    allowed = set(ALLOWED.split())
    assert set(calls(architecture, ALLOW)) == allowed & architecture.numbers.keys()


def test_every_other_call_ends_the_process(architecture: Architecture) -> None:
    answered = [*calls(architecture, ALLOW), *calls(architecture, REFUSE), *calls(architecture, UNKNOWN)]
    assert len(list(calls(architecture, KILL))) == CALLS_MAX - len(answered)
    assert set(calls(architecture, UNKNOWN)) == {"clone3", "openat2"}
    assert {"openat", "newfstatat", "clone", "ioctl", "prctl"} <= set(calls(architecture, REFUSE))


def test_calls_of_another_processor_end_the_process(architecture: Architecture) -> None:
    code = program(PID, architecture)
    for other in (0, 0x40000003, architecture.audit_code ^ 1):
        assert answer(code, architecture.numbers["read"], other) == KILL


def test_calls_through_the_x32_door_end_the_process() -> None:
    x86_64 = ARCHITECTURES["x86_64"]
    code = program(PID, x86_64)
    for number in (0, 1, 2, 9, 257):
        assert answer(code, 0x40000000 | number, x86_64.audit_code) == KILL
    assert answer(code, 0xFFFFFFFF, x86_64.audit_code) == KILL


@pytest.mark.parametrize("name", ["mmap", "mprotect"])
def test_memory_never_runs(architecture: Architecture, name: str) -> None:
    code = program(PID, architecture)
    for protection in range(16):
        wanted = KILL if protection & 4 else ALLOW
        assert answer(code, architecture.numbers[name], architecture.audit_code, (0, 4096, protection)) == wanted


def test_only_harmless_questions_are_asked_of_a_descriptor(architecture: Architecture) -> None:
    code = program(PID, architecture)
    allowed = [
        command
        for command in range(2048)
        if answer(code, architecture.numbers["fcntl"], architecture.audit_code, (10, command)) == ALLOW
    ]
    assert allowed == [1, 3, 1030]


def test_a_process_can_only_abort_itself(architecture: Architecture) -> None:
    code = program(PID, architecture)
    for pid, sent in ((PID, signal.SIGKILL), (PID, 0), (PID + 1, signal.SIGABRT), (1, signal.SIGABRT)):
        number = architecture.numbers["tgkill"]
        assert answer(code, number, architecture.audit_code, (pid, pid, sent)) == KILL
    arguments = (PID, PID, int(signal.SIGABRT))
    assert answer(code, architecture.numbers["tgkill"], architecture.audit_code, arguments) == ALLOW
