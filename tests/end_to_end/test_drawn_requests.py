"""The API holds whatever is sent: requests drawn from its document, right ones and broken ones, in three roles.

Nothing ends in an error of the node, and every answer is one that the document names. One is drawn of each kind each time;
`CLEW_TEST_DRAWN=100` draws as many of each operation.
"""

import json
import os
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import urlencode

import jsonschema
import pytest
from django.core.cache import caches
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings

from clew.domain.officer import Role
from tests.world.api_document import DOCUMENT
from tests.world.clients import signed_in
from tests.world.foreign import sweden, two_members
from tests.world.world import World

ROLES = {"sven": Role.INVESTIGATOR, "otto": Role.AUDITOR, "stina": Role.NATIONAL_ADMINISTRATOR}
DRAWN = settings(
    max_examples=int(os.environ.get("CLEW_TEST_DRAWN", "1")), derandomize=True, database=None, deadline=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
OPERATIONS = [f"{method.upper()} {path}" for path, methods in DOCUMENT["paths"].items() for method in methods]


@cache
def drawable() -> dict[str, Any]:
    """Operations by what they are called: made once, and by the process that draws from them alone."""
    import schemathesis

    found = schemathesis.openapi.from_dict(DOCUMENT).get_all_operations()
    return {one.ok().label: one.ok() for one in found}


@pytest.fixture(scope="module")
def clients(node) -> Iterator[list[Client]]:
    world = two_members(World(facts=node))
    sweden(world)
    for name, role in ROLES.items():
        world.officer(name, member="SE", role=role)
    yield [signed_in(name) for name in ROLES]
    world.empty()


@pytest.mark.parametrize("label", OPERATIONS)
def test_every_answer_to_what_is_drawn_is_one_that_the_document_names(clients: list[Client], label: str) -> None:
    operation = drawable()[label]
    from schemathesis import GenerationMode

    hold(operation, GenerationMode.POSITIVE, clients)
    # What is broken is refused before anybody asks who sent it.
    hold(operation, GenerationMode.NEGATIVE, clients[:1])


def hold(operation: Any, mode: Any, clients: list[Client]) -> None:
    @DRAWN
    @given(case=operation.as_strategy(generation_mode=mode))
    def each(case: Any) -> None:
        for client in clients:
            check(operation.definition.raw["responses"], send(client, case))

    each()


def send(client: Client, case: Any) -> Any:
    caches["api"].clear()
    asked = urlencode(case.query or {}, doseq=True)
    address = f"{case.formatted_path}?{asked}" if asked else case.formatted_path
    from schemathesis.core import NOT_SET

    is_given = not isinstance(case.body, type(NOT_SET))
    body = case.body if isinstance(case.body, bytes) else json.dumps(case.body).encode() if is_given else b""
    headers = {name: str(value) for name, value in (case.headers or {}).items() if str(value).isascii()}
    return client.generic(case.method, address, body, content_type="application/json", headers=headers)


def check(responses: Any, answer: Any) -> None:
    assert answer.status_code < 500, answer.content
    assert str(answer.status_code) in responses, (answer.status_code, answer.content)
    said = responses[str(answer.status_code)]
    if "$ref" in said:
        said = DOCUMENT["components"]["responses"][said["$ref"].rpartition("/")[2]]
    if answer.status_code == 204:
        assert answer.content == b""
        return
    ((kind, content),) = said["content"].items()
    assert answer["Content-Type"].partition(";")[0] == kind
    if not kind.endswith("json"):
        return
    jsonschema.validate(answer.json(), {**content["schema"], "components": DOCUMENT["components"]})
