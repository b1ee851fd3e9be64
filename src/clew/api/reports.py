"""The annual report of a member for programs: an export, behind a fresh sign-in and on record each time."""

import json
from typing import Annotated, Any

from ninja import Router, Schema
from pydantic import Field

from clew.actions import reporting
from clew.api.door import acting, giving
from clew.api.given import Given
from clew.domain.annual_report import YEAR_FIRST, YEAR_LAST
from clew.domain.handling import Actor

router = Router(tags=["annual report"])


class AnnualReportMade(Schema):
    """`report`: numbers only, in the form `clew-annual-report/1`, which docs/annual-report.schema.json describes."""

    report: dict[str, Any]


class GivenYear(Given):
    """A year that has begun."""

    year: Annotated[int, Field(ge=YEAR_FIRST, le=YEAR_LAST)]


@acting(router, "/reports/annual", AnnualReportMade)
def annual(actor: Actor, given: GivenYear) -> dict[str, object]:
    """The report of the own member for a year, with what holds now beside it."""
    return {"report": json.loads(reporting.as_json(reporting.annual(actor, given.year)))}


@giving(router, "/reports/annual/pdf", "application/pdf", anew=True)
def annual_as_pdf(actor: Actor, given: GivenYear) -> bytes:
    """The same report as a PDF file, for people."""
    return reporting.as_pdf(reporting.annual(actor, given.year))
