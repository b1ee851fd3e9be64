"""No request brings more than a page takes."""

import asyncio

import pytest

from clew.web import bodies


async def _reads_all(_scope, receive, send):
    read = 0
    while True:
        message = await receive()
        read += len(message["body"])
        if not message.get("more_body"):
            break
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(read).encode()})


def answer(parts: list[bytes], claimed: bytes | None = None) -> tuple[int, bytes, int]:
    """Status, body, and how many parts were taken of those that came."""
    waiting = [{"type": "http.request", "body": part, "more_body": n < len(parts) - 1} for n, part in enumerate(parts)]
    sent = []

    async def receive():
        return waiting.pop(0)

    async def send(message):
        sent.append(message)

    headers = [] if claimed is None else [(b"content-length", claimed)]
    asyncio.run(bodies.bounded(_reads_all)({"type": "http", "headers": headers}, receive, send))
    return sent[0]["status"], sent[1]["body"], len(parts) - len(waiting)


@pytest.mark.parametrize(("size", "status"), [(0, 200), (bodies.BODY_BYTES_MAX, 200), (bodies.BODY_BYTES_MAX + 1, 413)])
@pytest.mark.parametrize("is_claimed", [True, False])
def test_a_body_is_taken_up_to_the_limit_whether_its_length_is_told_or_not(size: int, status: int, is_claimed: bool):
    half = size // 2
    said, _, _ = answer([b"x" * half, b"x" * (size - half)], str(size).encode() if is_claimed else None)
    assert said == status


def test_nothing_is_read_of_a_body_that_claims_too_much():
    assert answer([b"x"], b"9" * 30)[0::2] == (413, 0)


def test_a_body_without_end_is_left_at_the_limit():
    status, _, taken = answer([b"x" * 300_000] * 100)
    assert (status, taken) == (413, 4)


def test_what_is_no_request_passes():
    seen = []

    async def application(scope, _receive, _send):
        seen.append(scope["type"])

    asyncio.run(bodies.bounded(application)({"type": "lifespan"}, None, None))
    assert seen == ["lifespan"]
