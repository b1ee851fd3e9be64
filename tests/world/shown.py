"""Somebody at a page that shows media, without a browser: what is stated, revealed, asked for in parts and covered."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from django.test import Client, override_settings

from tests.world.clients import signed_in
from tests.world.office import Office, cutter_of

PURPOSE, CASE = "victim-identification", "NO-2026-17"


@contextmanager
def eyes_of(office: Office) -> Iterator[None]:
    """The pages open what the office keeps."""
    with override_settings(CLEW_VAULT=office.workplace.vault, CLEW_CUTTER=cutter_of(office)):
        yield


def looking(username: str, *, purpose: str = PURPOSE, case: str = CASE) -> Client:
    """An officer who has said for which purpose and case media are looked at."""
    client = signed_in(username)
    said = client.post("/looks/state/", {"purpose": purpose, "case": case, "back": "/"})
    assert said.status_code == 302
    return client


def revealed(client: Client, medium: UUID, look: str = "clear", **more: str) -> dict[str, Any]:
    """What the reveal answered."""
    answer = client.post(f"/media/{medium}/reveal/", {"look": look, **more})
    found: dict[str, Any] = answer.json() if answer["Content-Type"] == "application/json" else {}
    return found | {"status": answer.status_code}


def body(answer: HttpResponseBase) -> bytes:
    """All that is given, however it comes."""
    if not answer.streaming:
        return answer.content

    async def every() -> bytes:
        return b"".join([part async for part in answer])

    try:
        return asyncio.run(every())
    finally:
        answer.close()
