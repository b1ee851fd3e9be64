"""The key command: a program that holds the owners' keys, such as a script before an HSM.

It is started once, without arguments, and asked over its standard input: one line of JSON for a
request, one for the answer, in order. Keys travel as hexadecimal and on no other way.

    {"do": "newest",  "member": "NO"}                                  {"version": 1}
    {"do": "renew",   "member": "NO"}                                  {"version": 2}
    {"do": "wrap",    "member": "NO", "scope": "…", "key": "…"}        {"version": 2, "wrapped": "…"}
    {"do": "unwrap",  "member": "NO", "scope": "…", "version": 1, "wrapped": "…"}   {"key": "…"}
    {"do": "destroy", "member": "NO", "scope": "…"}                    {}

A scope is a case or a purpose of the member. `newest` and `wrap` make the member's first key.
`destroy` forgets what the program holds of the scope alone, if it does; the same again is no
error. A refusal is {"refused": "changed"} where a wrap is not what was given out, or
{"refused": "unavailable"}.
"""

import json
import os
import select
import subprocess
import threading
from pathlib import Path
from typing import TypeAlias

from clew.domain.errors import Tampered, Unavailable
from clew.keys.owner_keys import Wrapped
from clew.keys.wraps import KEY_BYTES

ANSWER_SECONDS_MAX = 30.0
ANSWER_BYTES_MAX = 16 * 1024
WRAPPED_BYTES_MAX = 4 * 1024

Fields: TypeAlias = "dict[str, str | int]"


class KeyCommand:
    """Owners' keys that a program holds. May be shared by threads; started anew after it died."""

    def __init__(self, program: Path) -> None:
        self._program = program
        self._running: subprocess.Popen[bytes] | None = None
        self._owner_pid = 0
        self._lock = threading.Lock()

    def newest(self, member: str) -> int:
        return _version(self._asked({"do": "newest", "member": member}))

    def renew(self, member: str) -> int:
        return _version(self._asked({"do": "renew", "member": member}))

    def wrap(self, member: str, scope: str, key: bytes) -> Wrapped:
        answer = self._asked({"do": "wrap", "member": member, "scope": scope, "key": key.hex()})
        return Wrapped(version=_version(answer), sealed=_bytes(answer, "wrapped"))

    def unwrap(self, member: str, scope: str, wrapped: Wrapped) -> bytes:
        asked: Fields = {"do": "unwrap", "member": member, "scope": scope}
        key = _bytes(self._asked(asked | {"version": wrapped.version, "wrapped": wrapped.sealed.hex()}), "key")
        if len(key) != KEY_BYTES:
            raise _broken()
        return key

    def destroy(self, member: str, scope: str) -> None:
        self._asked({"do": "destroy", "member": member, "scope": scope})

    def close(self) -> None:
        """End the program."""
        with self._lock:
            self._end()

    def _asked(self, request: Fields) -> Fields:
        """The program's answer.

        Raises:
            Tampered: it says that a wrap is not what was given out.
            Unavailable: it is not there, says so, does not answer in time, or answers nonsense.
        """
        with self._lock:
            try:
                line = self._told(json.dumps(request).encode() + b"\n")
                answer = json.loads(line)
            except (OSError, ValueError):
                self._end()
                raise _broken() from None
        if not isinstance(answer, dict):
            raise _broken()
        match answer.get("refused"):
            case None:
                return answer
            case "changed":
                raise Tampered("A stored key does not belong to what it lies with; it opens nothing.")
        raise Unavailable("The key command refuses now; the same may succeed later.")

    def _told(self, line: bytes) -> bytes:
        running = self._started()
        if running.stdin is None or running.stdout is None:
            raise OSError("the key command has no pipes")
        running.stdin.write(line)
        running.stdin.flush()
        answer = b""
        while not answer.endswith(b"\n"):
            ready, _, _ = select.select([running.stdout], [], [], ANSWER_SECONDS_MAX)
            part = os.read(running.stdout.fileno(), ANSWER_BYTES_MAX) if ready else b""
            answer += part
            if not part or len(answer) > ANSWER_BYTES_MAX:
                raise OSError("the key command does not answer")
        return answer

    def _started(self) -> "subprocess.Popen[bytes]":
        # A child of a fork must not talk into its parent's pipes.
        if self._running is None or self._running.poll() is not None or self._owner_pid != os.getpid():
            self._end()
            self._running = subprocess.Popen(  # noqa: S603 (the administrator's own program)
                [self._program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            self._owner_pid = os.getpid()
        return self._running

    def _end(self) -> None:
        if self._running is not None and self._owner_pid == os.getpid():
            self._running.kill()
            self._running.wait()
            for pipe in (self._running.stdin, self._running.stdout):
                if pipe is not None:
                    pipe.close()
        self._running = None


def _version(answer: Fields) -> int:
    version = answer.get("version")
    if not isinstance(version, int) or not 0 < version < 1 << 32:
        raise _broken()
    return version


def _bytes(answer: Fields, name: str) -> bytes:
    try:
        found = bytes.fromhex(str(answer[name]))
    except (KeyError, ValueError):
        raise _broken() from None
    if not 0 < len(found) <= WRAPPED_BYTES_MAX:
        raise _broken()
    return found


def _broken() -> Unavailable:
    return Unavailable("The key command does not answer as it should; see to the program of CLEW_KEY_COMMAND.")
