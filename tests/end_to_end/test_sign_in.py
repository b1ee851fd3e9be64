"""Signing in with a real browser and Chromium's virtual authenticator, against a real server."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest

from clew.actions import admitting, suspending
from clew.domain.officer import Role
from clew.domain.suspension import Level, Scope
from clew.records import officers
from clew.records.session import acting_as
from tests.world.browsers import Visitor, chromium, visitor
from tests.world.door import PASSWORD, apart, code_at, give_code, guess, virtual_key
from tests.world.serving import pages
from tests.world.world import World

KEYS = "/account/keys/"


@dataclass(frozen=True, kw_only=True)
class Served:
    """Pages at an address, and the world behind them."""

    address: str
    world: World


@pytest.fixture(scope="module")
def served(node) -> Iterator[Served]:
    world = World(facts=node)
    with pages() as address:
        yield Served(address=address, world=world)
    world.empty()


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture
def ada(browser, served) -> Iterator[Visitor]:
    """An officer with a password and nothing else yet, before the door."""
    apart(enter, served.world)
    with visitor(browser, served.address) as ada:
        yield ada


def enter(world: World) -> None:
    world.empty()
    for name in ("ada", "bo"):
        world.officer(name)
        officers.set_password(name, PASSWORD)


def add_passkey(ada: Visitor) -> None:
    """Go through the door by password and add a passkey, as on the first day."""
    ada.sign_in("ada", PASSWORD)
    ada.page.get_by_role("link", name="Add a passkey").click()
    ada.page.get_by_role("button", name="Add it").click()
    ada.page.get_by_role("heading", name="Recovery codes").wait_for()


def sign_out(ada: Visitor) -> None:
    ada.page.locator(".menu.officer summary").click()
    ada.page.get_by_role("button", name="Sign out").click()
    ada.page.get_by_role("heading", name="Sign in").wait_for()


def is_inside(ada: Visitor) -> bool:
    ada.go("/")
    return ada.page.locator("h1").inner_text() == "Home"


def test_a_password_alone_shows_nothing_but_how_to_add_a_second_factor(ada):
    ada.sign_in("ada", PASSWORD)
    for path in ("/", "/cases/NO-1/", "/account/keys/recovery/", KEYS):
        ada.go(path)
        assert ada.page.url.endswith(KEYS)
        assert "One more step" in ada.page.locator("main").inner_text()
    assert ada.faults() == []


def test_a_passkey_is_added_and_signs_in_by_itself(ada):
    virtual_key(ada)
    add_passkey(ada)
    assert len(ada.page.locator(".codes li").all()) == 10
    assert is_inside(ada)
    sign_out(ada)
    ada.page.get_by_role("button", name="Sign in with a passkey").click()
    ada.page.get_by_role("heading", name="Home", exact=True).wait_for()
    ada.go(KEYS)
    assert "passkey · since" in ada.page.locator("main").inner_text()
    assert ada.faults() == []
    assert ada.complaints == []


def test_a_passkey_that_does_not_verify_its_user_is_refused(ada):
    key = virtual_key(ada, verifies=False)
    ada.sign_in("ada", PASSWORD)
    ada.page.get_by_role("link", name="Add a passkey").click()
    ada.page.get_by_role("button", name="Add it").click()
    ada.page.get_by_text("No passkey was added").wait_for()
    key.verify(True)
    ada.page.get_by_role("button", name="Add it").click()
    ada.page.get_by_role("heading", name="Recovery codes").wait_for()
    sign_out(ada)
    key.verify(False)
    ada.page.get_by_role("button", name="Sign in with a passkey").click()
    ada.page.get_by_text("The passkey was not accepted").wait_for()
    assert not is_inside(ada)


def test_a_passkey_that_was_removed_is_refused_in_words_and_on_record(ada, served):
    virtual_key(ada)
    add_passkey(ada)
    sign_out(ada)
    apart(remove_keys)
    ada.page.get_by_role("button", name="Sign in with a passkey").click()
    ada.page.locator(".refused", has_text="The passkey was not accepted").wait_for()
    assert ada.faults() == []
    assert ("sign_in.refused", "operator", "ada") in apart(acts_of_norway, served.world)


def remove_keys() -> None:
    from allauth.mfa.models import Authenticator

    Authenticator.objects.all().delete()


def test_a_passkey_is_the_second_factor_after_a_password(ada):
    virtual_key(ada)
    add_passkey(ada)
    sign_out(ada)
    ada.sign_in("ada", PASSWORD)
    assert not is_inside(ada)
    ada.sign_in("ada", PASSWORD)
    ada.page.get_by_role("button", name="Use a passkey").click()
    ada.page.get_by_role("heading", name="Home", exact=True).wait_for()


def test_a_code_is_good_once_and_a_recovery_code_once(ada):
    ada.sign_in("ada", PASSWORD)
    ada.page.get_by_role("link", name="Add an authenticator app").click()
    assert ada.faults() == []
    secret = ada.page.get_by_role("textbox", name="Secret").input_value()
    ada.page.get_by_label("Code", exact=True).fill(code_at(secret))
    ada.page.get_by_role("button", name="Add it").click()
    recovery = ada.page.locator(".codes li").first.inner_text()
    code = code_at(secret, fresh=True)
    for given, is_right in ((code, True), (code, False), ("000000", False), (recovery, True), (recovery, False)):
        sign_out(ada) if is_inside(ada) else None
        ada.sign_in("ada", PASSWORD)
        ada.page.get_by_label("Code of your authenticator app").fill(given)
        ada.page.get_by_role("button", name="Continue").click()
        ada.page.wait_for_load_state()
        assert is_inside(ada) is is_right, given


def test_secrets_of_second_factors_are_not_in_the_database(ada, served):
    secret = apart(give_code, "ada")
    with psycopg.connect(**served.world.facts.as_owner()) as owner:
        kept = owner.execute("select data::text from mfa_authenticator").fetchall()
    assert len(kept) == 1
    assert secret not in kept[0][0]


def test_the_table_of_sessions_tells_nothing(ada, served):
    ada.sign_in("ada", PASSWORD)
    ada.page.get_by_role("link", name="Add an authenticator app").click()
    secret = ada.page.get_by_role("textbox", name="Secret").input_value()
    key = {cookie["name"]: cookie["value"] for cookie in ada.context.cookies()}["session"]
    with psycopg.connect(**served.world.facts.as_owner()) as owner:
        kept = owner.execute("select session_key, session_data from django_session").fetchall()
    everything = " ".join(f"{digest} {data} {opened(data)}" for digest, data in kept)
    assert kept
    assert not [word for word in (key, secret, "ada", "account_authentication_methods") if word in everything]


def opened(data: str) -> str:
    """What somebody finds who only undoes the base64."""
    return base64.b64decode(data).decode("latin-1")


def signed_in(ada: Visitor) -> str:
    secret = apart(give_code, "ada")
    ada.sign_in("ada", PASSWORD, code_at(secret))
    ada.page.get_by_role("heading", name="Home", exact=True).wait_for()
    return secret


@pytest.mark.parametrize(
    "scope",
    [
        Scope(level=Level.OFFICER, member="NO", officer="ada"), Scope(level=Level.UNIT, member="NO", unit="VICTIM-ID"),
        Scope(level=Level.MEMBER, member="NO"),
    ],
    ids=str,
)  # fmt: skip
def test_the_switch_ends_sign_ins_on_the_next_request_and_they_do_not_come_back(ada, scope):
    signed_in(ada)
    apart(switch, scope, True)
    ada.go("/")
    assert ada.page.locator("h1").inner_text() == "No access now"
    ada.sign_in("ada", PASSWORD)
    assert ada.page.locator("h1").inner_text() == "No access now"
    apart(switch, scope, False)
    assert not is_inside(ada)


def switch(scope: Scope, on: bool) -> None:
    with acting_as(admitting.operator_at("NO")) as session:
        if on:
            suspending.suspend(session, scope, "while it is examined")
        else:
            suspending.lift(session, scope)


@pytest.mark.parametrize(
    ("column", "ago", "holds"),
    [("seen_at", "14 minutes", True), ("seen_at", "15 minutes", False), ("began_at", "479 minutes", True), ("began_at", "480 minutes", False)],
)
def test_a_sign_in_ends_when_idle_and_when_it_is_long(ada, served, column, ago, holds):
    signed_in(ada)
    apart(age, served.world, column, ago)
    assert is_inside(ada) is holds


def age(world: World, column: str, ago: str) -> None:
    with psycopg.connect(**world.facts.as_owner()) as owner:
        owner.execute(f"set role {world.facts.roles.blind}")
        owner.execute(f"update sign_ins set {column} = now() - %s::interval", [ago])


def test_a_sign_in_elsewhere_is_listed_and_ended(browser, served, ada):
    virtual_key(ada)
    add_passkey(ada)
    with visitor(browser, served.address, user_agent="an old laptop") as other:
        secret = apart(give_code, "ada")
        other.sign_in("ada", PASSWORD, code_at(secret))
        assert is_inside(other)
        ada.go(KEYS)
        row = ada.page.locator("li", has_text="an old laptop")
        assert "password and code" in row.inner_text()
        row.get_by_role("button", name="End").click()
        ada.page.wait_for_load_state()
        assert ada.page.locator("li", has_text="an old laptop").count() == 0
        assert not is_inside(other)
        assert is_inside(ada)


def test_another_officers_sign_in_is_not_there_to_be_ended(browser, served, ada):
    signed_in(ada)
    with visitor(browser, served.address) as bo:
        secret = apart(give_code, "bo")
        bo.sign_in("bo", PASSWORD, code_at(secret))
        with psycopg.connect(**served.world.facts.as_owner()) as owner:
            owner.execute(f"set role {served.world.facts.roles.blind}")
            [(of_bo,)] = owner.execute("select id from sign_ins where officer = 'bo'").fetchall()
        csrf = {cookie["name"]: cookie["value"] for cookie in ada.context.cookies()}["csrf"]
        for identifier in (of_bo, "00000000-0000-4000-8000-000000000000"):
            answer = ada.context.request.post(
                f"{served.address}/account/sign-ins/{identifier}/end/", headers={"X-CSRFToken": csrf}
            )
            assert answer.status == 404
        assert is_inside(bo)


def test_the_last_second_factor_cannot_be_removed(ada):
    virtual_key(ada)
    add_passkey(ada)
    ada.go(KEYS)
    ada.page.get_by_role("link", name="Remove").click()
    ada.page.get_by_role("button", name="Remove").click()
    assert "last second factor" in ada.page.locator("[role=alert]").inner_text()


def test_what_matters_asks_for_the_second_factor_once_more_and_then_goes_on(ada, served):
    secret = signed_in(ada)
    apart(make_stale)
    ada.go("/account/keys/recovery/new/")
    assert ada.page.locator("h1").inner_text() == "Once more"
    assert ada.faults() == []
    ada.page.get_by_label("Code of your authenticator app").fill(code_at(secret, fresh=True))
    ada.page.get_by_role("button", name="Continue").click()
    ada.page.get_by_role("heading", name="New recovery codes").wait_for()


def make_stale() -> None:
    """Set the times of what was shown back by six minutes in every session that is kept."""
    from django.contrib.sessions.models import Session

    from clew.web.sessions import SessionStore

    for kept in Session.objects.all():
        content = SessionStore().decode(kept.session_data)
        for record in content.get("account_authentication_methods", []):
            record["at"] -= 360
        kept.session_data = SessionStore().encode(content)
        kept.save()


def test_who_failed_to_sign_in_stands_in_the_audit(ada, served):
    ada.sign_in("ada", "not-the-password")
    ada.sign_in("nobody-here", "not-the-password")
    secret = signed_in(ada)
    assert secret
    acts = apart(acts_of_norway, served.world)
    assert ("sign_in.refused", "operator", "ada") in acts
    assert "nobody-here" not in {subject for _, _, subject in acts}
    assert next(act for act, officer, _ in acts if officer == "ada") == "sign_in.begin"


def acts_of_norway(world: World) -> list[tuple[str, str, str]]:
    """Acts as the administrator of Norway sees them."""
    with acting_as(world.officer("anna", role=Role.NATIONAL_ADMINISTRATOR)) as session, session.cursor() as cursor:
        cursor.execute("select act, officer, subject from acts order by id")
        return cursor.fetchall()


def test_guessing_codes_is_stopped(ada):
    secret = apart(give_code, "ada")
    for _ in range(5):
        guess(ada, "ada", PASSWORD, "000000")
    ada.sign_in("ada", PASSWORD, code_at(secret))
    assert not is_inside(ada)
