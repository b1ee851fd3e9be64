"""Inside the sandbox: the process that starts by exec, warms its decoders and forks locked readers.

The nursery (this process before any fork) never sees a seized byte, so what it forks is
always fresh. A fork locks itself first and then serves one role until it is ended: a
reader of media, an unpacker of archives, a cutter of objects, a renderer of looks, or one attempt
to break out (the proof).
"""

import fcntl
import gc
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from clew.media import limits
from clew.media.attempts import ATTEMPTS, attempt, attempts_answered
from clew.media.lock import lock
from clew.media.protocol import (
    ANSWER,
    ARRAYS_ALONG_BYTES_MAX,
    CHANNEL_FD,
    CUT,
    NONCE_BYTES,
    PIECE,
    RENDER,
    RENDERED,
    REQUEST,
    RESULTS_FD,
    Role,
    received,
)
from clew.media.reading import Reading, Wants
from clew.media.reply import pack
from clew.media.unpacking import unpack_to

_SPARE_FD_MIN = 64

Read = Callable[[int, int, Wants], Reading]
Cut = Callable[[int, int, tuple[int, int, int, int], int | None], tuple[int, int, int, bytes]]
"""Of a content, its size, a box and a moment: how it went, width, height and pixels."""
Render = Callable[[int, int, int, tuple[int, ...]], tuple[tuple[int, ...], bytes]]
"""Of a content, its size, the number of a look and moments: what is answered behind the nonce, and pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoders:
    """What a nursery warms before it forks, and what its readers call."""

    warm: Callable[[], None]
    read: Read
    cut: Cut
    render: Render


def read_media(channel: socket.socket, read: Read) -> None:
    """Answer each request with one reading until the trusted side goes away."""
    while True:
        request, fds = received(channel, REQUEST.size, 1)
        if not request:
            return
        nonce, wants, size = REQUEST.unpack(request)
        message, arrays = pack(read(fds[0], size, Wants(wants)))
        os.close(fds[0])
        content = b"".join(arrays)  # one for the ten small arrays of a picture
        answer = ANSWER.pack(nonce, len(message)) + message
        if len(content) <= ARRAYS_ALONG_BYTES_MAX:
            channel.send(answer + content)
        else:
            _write_results(content)
            channel.send(answer)


def cut_out(channel: socket.socket, cut: Cut) -> None:
    """Answer one request with one piece."""
    request, fds = received(channel, CUT.size, 1)
    if request:
        nonce, *box, at_ms, has_moment, size = CUT.unpack(request)
        left, top, width, height = box
        went, across, down, pixels = cut(fds[0], size, (left, top, width, height), at_ms if has_moment else None)
        _write_results(pixels)
        channel.send(PIECE.pack(nonce, went, across, down))


def draw(channel: socket.socket, render: Render) -> None:
    """Answer one request with what is drawn of a medium."""
    request, fds = received(channel, RENDER.size, 1)
    if request:
        nonce, look, count, *moments, size = RENDER.unpack(request)
        told, pixels = render(fds[0], size, look, tuple(moments[:count]))
        _write_results(pixels)
        channel.send(RENDERED.pack(nonce, *told))


def _write_results(content: bytes) -> None:
    view = memoryview(content)
    done = 0
    while done < len(view):
        done += os.pwrite(RESULTS_FD, view[done:], done)


def serve(channel: socket.socket, role: str, parent: int, decoders: Decoders) -> None:
    """Lock this process, say how well, and do what `role` says."""
    level = lock(keep=(CHANNEL_FD, RESULTS_FD), parent=parent, written_bytes_max=limits.READING_BYTES_MAX)
    if role in ATTEMPTS:
        channel.send(bytes(NONCE_BYTES) + attempt(role, parent))
        return
    channel.send(bytes([level, attempts_answered(parent)]))
    if role == Role.UNPACKER:
        unpack_to(channel)
    elif role == Role.CUTTER:
        cut_out(channel, decoders.cut)
    elif role == Role.RENDERER:
        draw(channel, decoders.render)
    else:
        read_media(channel, decoders.read)


def _fork(role: str, fds: list[int], decoders: Decoders) -> int:
    """Fork a process of `role`; its two descriptors take their fixed places."""
    nursery = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    with suppress(BaseException):  # whatever happens, the fork never becomes a second nursery
        spare = [fcntl.fcntl(fd, fcntl.F_DUPFD, _SPARE_FD_MIN) for fd in fds]
        for fd, place in zip(spare, (CHANNEL_FD, RESULTS_FD), strict=True):
            os.dup2(fd, place)
        # Held until the end: a socket that is collected asks for its own name, which is forbidden.
        channel = socket.socket(fileno=CHANNEL_FD)
        serve(channel, role, nursery, decoders)
        os._exit(0)
    os._exit(1)


def _ended(child: int, *, is_killed: bool) -> int:
    if is_killed:
        os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1]


def run(control: socket.socket, decoders: Decoders) -> None:
    """Warm up, then fork on request until the trusted side goes away.

    Requests: `fork ROLE` with two descriptors is answered by the new process's number;
    `kill PID` and `wait PID` are answered by how a fork ended (see `os.waitpid`).
    """
    decoders.warm()
    if len(list(Path("/proc/self/task").iterdir())) != 1:
        sys.exit("A library started threads.")
    gc.freeze()  # what is warm now stays shared with the forks, instead of being copied page by page
    control.send(b"warm")
    children: set[int] = set()
    while True:
        request, fds = received(control, 256, 2)
        if not request:
            return
        word, _, rest = request.decode().partition(" ")
        if word == "fork":
            answer = _fork(rest, fds, decoders)
            children.add(answer)
        else:
            answer = _ended(int(rest), is_killed=word == "kill") if int(rest) in children else 0
            children.discard(int(rest))
        for fd in fds:
            os.close(fd)
        control.send(str(answer).encode())


def main() -> None:
    """The program of a nursery: `python -I -m clew.media.worker CONTROL_FD`."""
    from clew.media import decode  # late, so that a test's own decoders need no codec

    decoders = Decoders(warm=decode.warm, read=decode.read, cut=decode.cut, render=decode.render)
    run(socket.socket(fileno=int(sys.argv[1])), decoders)


if __name__ == "__main__":
    main()
