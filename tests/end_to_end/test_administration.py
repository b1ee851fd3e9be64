"""Administration in a real browser: invite, certify by two, suspend, see what ends; and nothing of it for others."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from clew.actions import admitting
from clew.domain.certification import Training
from clew.domain.officer import Role
from clew.domain.suspension import Standing
from clew.records import officers
from clew.records.session import acting_as
from tests.world.browsers import Visitor, chromium, visitor
from tests.world.door import PASSWORD, apart, be_in, code_at, come_in, give_code, virtual_key
from tests.world.serving import pages
from tests.world.world import World

TODAY = datetime.now(UTC).date()
UNTIL = (TODAY + timedelta(days=365)).isoformat()
ADDRESSES = (
    "admit/", "certify/", "suspend/", "lift/", "invite/", "units/", "member/",
    "certifications/00000000-0000-4000-8000-000000000000/give/",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Served:
    address: str
    world: World


def enter(world: World) -> None:
    world.empty()
    world.member("NO", "Norway")
    world.officer("ada")
    officers.set_password("ada", PASSWORD)
    with acting_as(admitting.operator_at("NO")) as session:
        ends_at = datetime.now(UTC) + timedelta(days=20)
        given = Training(trainer="the national school", trained_on=TODAY, ends_at=ends_at)
        admitting.certify(session, "ada", Role.INVESTIGATOR, given)
    for name in ("anna", "bert", "cora"):
        world.officer(name, unit="ADMIN", role=Role.NATIONAL_ADMINISTRATOR) if name != "cora" else None
        officers.set_password(name, PASSWORD) if name != "cora" else None
    world.officer("sven", member="SE", role=Role.NATIONAL_ADMINISTRATOR)
    officers.set_password("sven", PASSWORD)


@pytest.fixture(scope="module")
def served(node) -> Iterator[Served]:
    world = World(facts=node)
    apart(enter, world)
    with pages() as address:
        yield Served(address=address, world=world)
    world.empty()


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def people(browser, served) -> Iterator[dict[str, Visitor]]:
    """Two administrators of Norway and one of Sweden and an investigator, each at a browser and signed in."""
    with ExitStack() as open_browsers:
        made = {}
        for name in ("anna", "bert", "ada", "sven"):
            made[name] = open_browsers.enter_context(visitor(browser, served.address))
            be_in(made[name], name)
        yield made


def administer(who: Visitor):
    return who.go("/administration/")


def certify_form(form, until: str = UNTIL) -> None:
    form.get_by_label("Role").select_option("analyst")
    form.get_by_label("Trained by").fill("the national school")
    form.get_by_label("Trained on").fill(TODAY.isoformat())
    form.get_by_label("Certified until").fill(until)


def admit(anna: Visitor, name: str) -> None:
    page = administer(anna)
    form = page.locator("form", has=page.get_by_role("button", name="Admit and propose"))
    form.get_by_label("Name to sign in with").fill(name)
    form.get_by_label("Unit").select_option("VICTIM-ID")
    certify_form(form)
    form.get_by_role("button", name="Admit and propose").click()
    page.get_by_text("The officer is admitted").wait_for()


def test_an_officer_is_admitted_certified_by_two_invited_and_comes_in(browser, served, people):
    anna, bert = people["anna"], people["bert"]
    admit(anna, "eva")
    assert anna.page.get_by_role("button", name="Give eva").count() == 0
    page = administer(bert)
    page.get_by_role("button", name="Give eva").click()
    page.get_by_text("The certification is given.").wait_for()
    row = page.locator("tr", has=page.get_by_role("rowheader", name="eva"))
    assert "Analyst" in row.inner_text()
    assert "✓ may work" in row.inner_text()
    row.get_by_text("Change").click()
    row.get_by_role("button", name="First password").click()
    password = page.locator(".codes").inner_text()
    with visitor(browser, served.address) as eva:
        virtual_key(eva)
        eva.sign_in("eva", password)
        eva.page.get_by_role("link", name="Add a passkey").click()
        eva.page.get_by_role("button", name="Add it").click()
        eva.page.get_by_role("heading", name="Recovery codes").wait_for()
        assert eva.go("/").locator("h1").inner_text() == "Home"
    page = administer(bert)
    row = page.locator("tr", has=page.get_by_role("rowheader", name="eva"))
    row.get_by_text("Change").click()
    row.get_by_role("button", name="First password").click()
    assert "has a second factor" in page.locator(".told").inner_text()


def test_the_pages_are_accessible_and_break_no_policy(people):
    anna = people["anna"]
    administer(anna)
    anna.page.locator("details summary").first.click()
    assert anna.faults() == []
    assert anna.complaints == []


def test_what_ends_soon_is_told_to_the_officer_and_the_administrators(people):
    assert "Your certification ends on" in people["ada"].go("/").locator(".warned").inner_text()
    assert people["anna"].go("/").locator(".warned").count() == 0
    assert "1 certification ends within 30 days" in administer(people["anna"]).locator("main").inner_text()


def test_a_refusal_is_said_in_its_sentence(people):
    anna = people["anna"]
    page = administer(anna)
    row = page.locator("tr", has=page.get_by_role("rowheader", name="bert"))
    row.get_by_text("Change").click()
    form = row.locator("form", has=page.get_by_role("button", name="Propose certification"))
    certify_form(form, (TODAY - timedelta(days=2)).isoformat())
    form.get_by_role("button", name="Propose certification").click()
    assert "passed already" in page.locator(".told").inner_text()
    administer(anna)
    assert page.locator(".told").count() == 0


def test_an_officer_and_a_unit_are_stopped_and_let_in_again(served, people):
    anna, ada = people["anna"], people["ada"]
    for place, stopped in (("row", "ada"), ("unit", "VICTIM-ID")):
        page = administer(anna)
        if place == "row":
            where = page.locator("tr", has=page.get_by_role("rowheader", name="ada", exact=True))
            where.get_by_text("Change").click()
            where = where.locator("form", has=page.get_by_role("button", name="Suspend"))
        else:
            where = page.locator("li", has=page.get_by_role("button", name="Suspend the unit VICTIM-ID"))
        where.get_by_label("Reason").fill("while it is examined")
        where.get_by_role("button", name="Suspend").click()
        page.get_by_text("Access is stopped").wait_for()
        assert ada.go("/").locator("h1").inner_text() == "No access now"
        page.get_by_role("button", name=f"Lift {stopped}").click()
        page.get_by_text("The suspension is lifted.").wait_for()
        come_in(ada, "ada")
        assert ada.go("/").locator("h1").inner_text() == "Home"


def test_units_and_particulars_are_entered(people):
    page = administer(people["anna"])
    page.get_by_label("Code of the unit").fill("cyber")
    page.get_by_label("digital forensics").check()
    page.get_by_role("button", name="Enter the unit").click()
    assert "digital forensics" in page.locator("li", has_text="CYBER").first.inner_text()
    page.get_by_label("Languages").fill("nb, en")
    page.get_by_label("Legal basis").fill("Police Act, section 3")
    page.get_by_role("button", name="Keep", exact=True).click()
    page.get_by_text("The particulars are changed.").wait_for()
    assert page.get_by_label("Languages").input_value() == "nb, en"


def test_to_an_administrator_of_another_member_our_officers_are_absent(people):
    page = administer(people["sven"])
    text = page.locator("main").inner_text()
    assert not [name for name in ("anna", "bert", "ada", "eva") if name in text]


def test_to_whoever_is_no_administrator_the_pages_do_not_exist(served, people):
    ada = people["ada"]
    assert ada.go("/").get_by_role("link", name="Administration").count() == 0
    csrf = {cookie["name"]: cookie["value"] for cookie in ada.context.cookies()}["csrf"]
    absent = ada.context.request.get(f"{served.address}/no/such/page")
    assert ada.context.request.get(f"{served.address}/administration/").body() == absent.body()
    for address in ADDRESSES:
        answer = ada.context.request.post(
            f"{served.address}/administration/{address}",
            headers={"X-CSRFToken": csrf},
            form={"name": "anna", "level": "officer", "reason": "x", "unit": "X"},
        )
        assert (answer.status, answer.body()) == (404, absent.body()), address


def test_officers_of_another_member_and_of_none_are_one_answer(served, people):
    sven = people["sven"]
    csrf = {cookie["name"]: cookie["value"] for cookie in sven.context.cookies()}["csrf"]
    training = {"role": "analyst", "trainer": "x", "trained_on": TODAY.isoformat(), "until": UNTIL}
    for address in ("certify/", "suspend/", "lift/", "invite/"):
        answers = [
            sven.context.request.post(
                f"{served.address}/administration/{address}",
                headers={"X-CSRFToken": csrf},
                form={"name": name, "level": "officer", "reason": "x", **training},
            )
            for name in ("anna", "nobody-here")
        ]
        assert [answer.status for answer in answers] == [404, 404], address
        assert answers[0].body() == answers[1].body()


def test_a_lost_key_takes_the_operator_and_an_administrator(served, people):
    apart(forget, "ada")
    assert people["ada"].go("/").locator("h1").inner_text() == "Sign in"
    page = administer(people["bert"])
    row = page.locator("tr", has=page.get_by_role("rowheader", name="ada", exact=True))
    row.get_by_text("Change").click()
    row.get_by_role("button", name="First password").click()
    assert len(page.locator(".codes").inner_text()) >= 20


def forget(name: str) -> None:
    with acting_as(admitting.operator_at("NO")) as session:
        admitting.forget_keys(session, name)
    assert officers.known(name).standing is Standing.ADMITTED


def test_what_changes_rights_asks_for_the_second_factor_once_more_and_is_done_afterwards(served, people):
    from tests.end_to_end.test_sign_in import make_stale

    bert = people["bert"]
    page = administer(bert)
    page.get_by_label("Code of the unit").fill("later")
    apart(make_stale)
    secret = apart(give_code, "bert")
    page.get_by_role("button", name="Enter the unit").click()
    page.get_by_label("Code of your authenticator app").fill(code_at(secret))
    page.get_by_role("button", name="Continue").click()
    page.get_by_text("The unit is entered.").wait_for()
    assert page.locator("li", has_text="LATER").count() == 1
