"""Bodies of requests: bounded before anything reads them.

Django's ASGI handler writes a whole body to a temporary file before any middleware runs, so that a
stranger could fill the disk without signing in. Here the body ends at the limit.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

BODY_BYTES_MAX = 1024 * 1024
"""Forms hold a few hundred bytes; media are taken in by workers, never by a page."""

_TOO_LARGE = b"The request is larger than any page takes.\n"


class _TooLarge(Exception):
    """More came than is taken."""


def bounded(application: Application) -> Application:
    """`application`, which is never given more than `BODY_BYTES_MAX` bytes of a body."""

    async def answer(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await application(scope, receive, send)
            return
        if _claimed(scope) > BODY_BYTES_MAX:
            await _refuse(send)
            return
        came = 0
        has_begun = False

        async def counted() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > BODY_BYTES_MAX:
                raise _TooLarge
            return message

        async def noted(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await application(scope, counted, noted)
        except _TooLarge:
            if not has_begun:
                await _refuse(send)

    return answer


def _claimed(scope: Message) -> int:
    """What the request says of its length; 0 where it says nothing that is a number."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value[:20])
    return 0


async def _refuse(send: Send) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": _TOO_LARGE})
