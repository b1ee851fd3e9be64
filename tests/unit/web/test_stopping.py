"""An administrator stops the whole member on the page: everybody at once, themselves too."""

import pytest
from django.test import Client

from clew.domain.officer import Role
from tests.world.clients import signed_in
from tests.world.world import World


@pytest.fixture
def nina(world: World) -> Client:
    world.officer("ada")
    world.officer("nina", unit="ADMIN", role=Role.NATIONAL_ADMINISTRATOR)
    return signed_in("nina")


def stop(who: Client, name: str) -> None:
    who.post("/administration/suspend/", {"level": "member", "name": name, "reason": "The network is broken into."})


def is_held(who: Client) -> bool:
    return "No access now" in who.get("/").content.decode()


def test_the_member_is_stopped_once_its_code_is_written(nina: Client) -> None:
    ada = signed_in("ada")
    assert "Suspend the member" in nina.get("/administration/").content.decode()
    stop(nina, "SE")
    assert "write its code" in nina.get("/administration/").content.decode()
    assert not is_held(ada)
    stop(nina, "no")
    assert is_held(ada)
    assert is_held(nina)
