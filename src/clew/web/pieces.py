"""A file that is made while it is taken: given in blocks, of which one at a time is in memory."""

from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.db import connections
from django.http import StreamingHttpResponse

from clew.web.headers import BYTES_SECURITY_POLICY

BLOCK_BYTES = 256 * 1024


def file_of(pieces: Iterator[bytes], name: str, content_type: str) -> StreamingHttpResponse:
    """The answer that gives these pieces as a file to keep; where making them fails, it breaks off and is not whole."""
    answer = StreamingHttpResponse(Blocks(pieces), content_type=content_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Content-Security-Policy"] = BYTES_SECURITY_POLICY
    return answer


class Blocks:
    """Pieces put together to blocks, each made when the one before has been taken."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while block := await sync_to_async(self._next)():
            yield block

    def _next(self) -> bytes:
        block = bytearray()
        try:
            for piece in self._pieces:
                block += piece
                if len(block) >= BLOCK_BYTES:
                    break
        finally:
            connections.close_all()  # whoever takes it may take long; it must not hold a connection
        return bytes(block)
