"""An officer who does an exercise, as a process of the academy: `python -m tests.world.learner BRIEFING.json [WRONG]`.

What is done is worked out of the briefing and of what the officer sees, as a person would; `WRONG` names what goes wrong.
"""

import json
import re
import sys
from datetime import timedelta
from pathlib import Path

import django
from django.conf import settings
from rich.console import Console

django.setup()

from clew.actions import (  # noqa: E402
    corresponding,
    deconflicting,
    exercising,
    exploring,
    gathering,
    identifying,
    linking,
    opening,
    portraying,
    proposing,
    triaging,
)
from clew.actions.corresponding import About  # noqa: E402
from clew.cli import intaking  # noqa: E402
from clew.domain.exercise import Cast  # noqa: E402
from clew.domain.handling import Actor  # noqa: E402
from clew.domain.handling_change import SubjectKind  # noqa: E402
from clew.domain.identification import Step  # noqa: E402
from clew.domain.link import Basis, LinkType  # noqa: E402
from clew.domain.message import SubjectKind as Subject  # noqa: E402
from clew.domain.overlap import Step as Side  # noqa: E402
from clew.domain.proposal import Rule  # noqa: E402
from clew.domain.triage import Answer  # noqa: E402
from clew.node.configuration import Configuration  # noqa: E402
from clew.node.postgres import running  # noqa: E402
from clew.node.workplace import equipped  # noqa: E402
from tests.world.clients import signed_in  # noqa: E402


def do(account: str, briefing: str, wrong: str) -> None:
    """Everything that the briefing asks for."""
    cast, actor = Cast.behind(account), opening.actor_of(account)
    with equipped(Configuration.from_environment()) as workplace:
        folder = Path(re.search(r"files lie in (\S+), and", briefing)[1])
        taken = folder if wrong else as_given(actor, folder.with_suffix(".zip"))
        asked = intaking.Asked(path=taken, officer=account, case=cast.case, exhibit="PHONE-1", keeps_bytes=False)
        intaking.run(workplace, asked, Console(file=sys.stderr))
    found = list(triaging.every_medium(actor, cast.case))
    parallel = next(one.reasons[0] for one in found if one.answer is Answer.PARALLEL_ENQUIRY)
    with opening.acting_as(actor) as session:
        about = About(kind=Subject.SERIES, name=parallel.reference)
        due = opening.today() + timedelta(days=7)
        corresponding.ask(session, about, (parallel.owner, parallel.unit), due, "We have the same material.")
    with opening.acting_as(actor) as session:
        proposing.propose(session, cast.case)
        by_camera = [one for one in proposing.waiting(session, cast.case) if one.rule is Rule.SAME_CAMERA]
        series = next(iter(proposing.references(session, by_camera).values()))
        proposing.accept(session, [one.id for one in by_camera])
    here = tuple(float(one) for one in re.search(r"when it took them: (\S+), (\S+)\. ", briefing).groups())
    with opening.acting_as(actor) as session:
        rows = portraying.every_place(session, own=True).items
        by_point = {(row.point.latitude, row.point.longitude): row.kept.reference for row in rows}
        linking.link(session, series, LinkType.TAKEN_AT, by_point.pop(here), basis=Basis.DOCUMENT)
        if wrong == "link":
            linking.link(session, series, LinkType.TAKEN_AT, *by_point.values(), basis=Basis.SEEN)
            new = [one.sha256 for one in found if one.answer is Answer.NEW]
            gathering.add(session, series, media=[bytes.fromhex(one) for one in new])
    exercising.play(account)
    with opening.acting_as(actor) as session:
        deconflicting.say(session, SubjectKind.CASE, cast.case, Side.CONSENT)
    with opening.acting_as(actor) as session:
        links = exploring.linked(session, series).items
        child = next(one.a.label for one in links if one.link.claim.type is LinkType.APPEARS_IN)
        identifying.propose(session, child, Step.IDENTIFY, basis="The school says so.", evidence="The series.")
    exercising.play(account)


def as_given(actor: Actor, to: Path) -> Path:
    """The same files as the officer is given them to be taken away."""
    with opening.acting_as(actor) as session:
        found = exercising.seizure(session, settings.CLEW_EXERCISES)
    to.write_bytes(found.content)
    return to


def look_at_pages(account: str) -> dict[str, tuple[int, bool]]:
    """By address of the academy: how it answers, and whether the page says that it is an exercise."""
    client = signed_in(account)
    answers = {address: client.get(address) for address in ("/", "/series/", "/exercise/", "/academy/", "/messages/")}
    return {at: (one.status_code, b"This is an exercise." in one.content) for at, one in answers.items()}


if __name__ == "__main__":
    given = json.loads(Path(sys.argv[1]).read_text())
    with running(Configuration.from_environment()):
        if sys.argv[2:] == ["pages"]:
            print(json.dumps(look_at_pages(given["officer"])))
        else:
            do(given["officer"], given["briefing"], sys.argv[2] if len(sys.argv) > 2 else "")
