"""An original is released on the page, and the release is ended there."""

import hashlib
import re

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.http import StreamingHttpResponse
from django.test import Client
from django.test.utils import override_settings

from clew.actions import auditing, releasing
from clew.domain.errors import StepRefused
from clew.domain.handling import Actor
from clew.domain.officer import Role
from clew.records.session import acting_as
from tests.world.clients import signed_in
from tests.world.office import Office
from tests.world.world import World

TOKEN = re.compile(r'value="\w{64}"')
FORM = {"to": "SE", "purpose": "investigation", "case": "NO-1", "conditions": "for case SE-1 only"}


def give(who: Client, content: bytes, **changes: str) -> str:
    form = {**FORM, "sha256": hashlib.sha256(content).hexdigest(), **changes}
    return who.post("/releases/give/", form, follow=True).content.decode()


def read(office: Office, by: Actor) -> bytes:
    with acting_as(by) as session:
        newest = releasing.given_and_got(session).items[0]
    with releasing.opened(office.workplace.vault, by, newest.id, purpose="investigation", case="SE-1") as reader:
        return b"".join(map(bytes, reader))


def test_what_is_released_on_the_page_is_read_until_it_is_ended_there(
    office: Office, ada: Actor, sven: Actor, content: bytes
) -> None:
    client = signed_in("ada")
    assert "It is released" in give(client, content)
    assert read(office, sven) == content
    page = signed_in("sven").get("/releases/").content.decode()
    assert "for case SE-1 only" in page
    assert "/withdraw/" not in page
    with acting_as(ada) as session:
        (act,) = auditing.acts_of(session, auditing.Wanted(act="medium.release")).items
    assert (act.purpose, act.case_reference) == ("investigation", "NO-1")
    assert "The release ended" in client.post(f"/releases/{act.subject}/withdraw/", follow=True).content.decode()
    with pytest.raises(StepRefused):
        read(office, sven)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"purpose": "curiosity"}, "State a purpose"), ({"case": " "}, "State the reference"), ({"to": "NO"}, "to another member"),
        ({"sha256": "x"}, "64 letters"), ({"sha256": "00" * 32}, "no such medium"),
    ],
)  # fmt: skip
def test_a_release_that_cannot_be_is_one_sentence(ada: Actor, content: bytes, changes: dict[str, str], sentence: str) -> None:
    assert sentence in give(signed_in("ada"), content, **changes)


def test_a_medium_of_another_is_answered_as_one_that_never_was(
    office: Office, world: World, ada: Actor, sven: Actor, content: bytes
) -> None:
    client = signed_in("sven")
    said = [TOKEN.sub("", give(client, given, to="NO")) for given in (content, b"never")]
    assert said[0] == said[1]


def test_the_vault_of_the_pages_is_that_of_the_node() -> None:
    assert settings.CLEW_VAULT.keys is settings.CLEW_KEYRING


async def whole(answer: StreamingHttpResponse) -> bytes:
    return b"".join([part async for part in answer])


def test_two_agree_on_the_page_and_the_recipient_fetches_the_original_there(
    office: Office, world: World, ada: Actor, sven: Actor, content: bytes
) -> None:
    world.officer("bo", member="NO")
    world.officer("nina", member="NO", unit="ADMIN", role=Role.NATIONAL_ADMINISTRATOR)
    nina = signed_in("nina")
    assert "rules of the member are kept" in nina.post("/administration/rules/", {"second": "on"}, follow=True).content.decode()
    first, second, other = signed_in("ada"), signed_in("bo"), signed_in("sven")
    assert "It is proposed" in give(first, content)
    assert "/agree/" not in first.get("/releases/").content.decode()
    assert "Nothing was released" in other.get("/releases/").content.decode()
    page = second.get("/releases/").content.decode()
    (release,) = set(re.findall(r"/releases/([0-9a-f-]{36})/agree/", page))
    why = {"purpose": "investigation", "case": "NO-1"}
    assert "A second officer of the unit must agree" in first.post(f"/releases/{release}/agree/", why, follow=True).content.decode()
    assert other.post(f"/releases/{release}/agree/", why).status_code == 404
    assert other.post(f"/releases/{release}/fetch/", why).status_code == 404
    assert "It is released" in second.post(f"/releases/{release}/agree/", why, follow=True).content.decode()
    assert f"/releases/{release}/fetch/" in other.get("/releases/").content.decode()
    assert "State a purpose" in other.post(f"/releases/{release}/fetch/", {**why, "purpose": "x"}, follow=True).content.decode()
    with override_settings(CLEW_VAULT=office.workplace.vault):
        given = other.post(f"/releases/{release}/fetch/", why)
        assert (given["Content-Disposition"], given["Content-Type"]) == ("attachment", "application/octet-stream")
        assert async_to_sync(whole)(given) == content
    assert "rules of the member are kept" in nina.post("/administration/rules/", {}, follow=True).content.decode()
    assert "It is released" in give(first, content)
