"""Custody: who may read and write what opens media, keeps or ends records, and was opened to others."""

from collections.abc import Mapping

from clew.domain.agreement import State
from clew.domain.handling import Use
from clew.domain.officer import Role
from clew.records.second_officer import ONE_DECIDES, PROPOSED_OR_ALONE, by_two
from clew.records.visibility import HOME, HOME_UNIT, OFFICER, ROLE, VIEWER_MEMBER, VIEWER_UNIT, VIEWER_USE

OWN_UNIT = f"member = {VIEWER_MEMBER} and unit = {VIEWER_UNIT}"
OWN_MEDIUM = (
    f"member = {VIEWER_MEMBER}"
    f" and exists (select from media m where m.id = medium_id and m.owner_member = {VIEWER_MEMBER})"
)
"""A row about a medium of the viewer's own member that the viewer may see: the cover is the medium's."""
OF_THE_UNIT = f"exists (select from {{0}} where id = {{1}} and owner_member = {VIEWER_MEMBER} and owner_unit = {VIEWER_UNIT})"
"""It is about a record of the own unit: otherwise "duplicate key" would tell that another's case is being shredded."""
OWN_SUBJECT = " or ".join(
    OF_THE_UNIT.format(f"public.{table}", "subject_id") for table in ("cases", "exhibits", "series", "hash_lists")
)
OWN_KEPT = " or ".join([
    OWN_SUBJECT, *(OF_THE_UNIT.format(f"public.{table}", "subject_id") for table in ("victims", "offenders", "places")),
])
"""What ends by itself, and is examined."""
READABLE = (
    f"(member = {VIEWER_MEMBER} or {VIEWER_USE} = {Use.ORIGINAL:d})"
    " and exists (select from media m where m.id = medium_id)"
)
"""The same, or a medium of another member in a transaction that asks for originals and may see this one's."""

IS_ADMINISTRATOR = f"{ROLE} = '{Role.NATIONAL_ADMINISTRATOR}'"
ANSWERS_FOR_MEMBER = (
    f"member = {HOME} and {ROLE} in ('{Role.NATIONAL_ADMINISTRATOR}', '{Role.DATA_PROTECTION_OFFICER}')"
)
LOOKS_AFTER = f"{OWN_UNIT} or {ANSWERS_FOR_MEMBER}"
"""What a unit said in words about its records: read there by whoever reads records, and by who answers for the member."""
WAS_THERE = f"member = {HOME} and unit = {HOME_UNIT} or {ANSWERS_FOR_MEMBER}"
"""That a unit had something, without words: known there to every role; another unit may never have known it."""

RULES: Mapping[str, Mapping[str, str]] = {
    "medium_keys": {
        "select": f"using ({READABLE})",
        "insert": f"with check ({OWN_MEDIUM})",
        "update": f"using ({OWN_MEDIUM}) with check ({OWN_MEDIUM})",
        "delete": f"using ({OWN_MEDIUM})",
    },
    "shreddings": {
        "select": f"using ({LOOKS_AFTER})",
        "insert": (
            f"with check ({OWN_UNIT} and proposed_by = {OFFICER}"
            f" and {OF_THE_UNIT.format('public.cases', 'case_id')})"
        ),
        "update": f"using ({OWN_UNIT}) with check ({OWN_UNIT})",
        "delete": f"using ({OWN_UNIT} and step = 'proposed')",
    },
    "releases": {
        # What is only proposed, or never came into force, its recipient does not hear of.
        "select": (
            f"using (member = {VIEWER_MEMBER}"
            f" or recipient = {VIEWER_MEMBER} and state in ('{State.IN_FORCE}', '{State.ENDED}'))"
        ),
        "insert": (
            f"with check ({OWN_UNIT} and released_by = {OFFICER} and decided_by is null"
            f" and {PROPOSED_OR_ALONE} and {OF_THE_UNIT.format('public.media', 'medium_id')})"
        ),
        "update": (
            f"using ({OWN_UNIT} and state in ('{State.PROPOSED}', '{State.IN_FORCE}'))"
            f" with check ({OWN_UNIT} and {by_two('released_by')})"
        ),
    },
    "terms": {
        "select": f"using (member = {HOME})",
        "insert": f"with check (member = {HOME} and {IS_ADMINISTRATOR} and changed_by = {OFFICER})",
        "update": f"using (member = {HOME} and {IS_ADMINISTRATOR}) with check (member = {HOME} and changed_by = {OFFICER})",
    },
    "retention_decisions": {
        "select": f"using ({LOOKS_AFTER})",
        # That it shall end as it is widens nothing.
        "insert": (
            f"with check ({OWN_UNIT} and proposed_by = {OFFICER} and (state = '{State.PROPOSED}' or until is null or {ONE_DECIDES}))"
        ),
        "update": (
            f"using ({OWN_UNIT} and state = '{State.PROPOSED}')"
            f" with check ({OWN_UNIT} and decided_by = {OFFICER}"
            f" and (state <> '{State.IN_FORCE}' or decided_by <> proposed_by))"
        ),
    },
    "blocks": {
        "select": f"using ({LOOKS_AFTER})",
        "insert": f"with check ({OWN_UNIT} and lifted_at is null and ({OWN_KEPT}))",
        "update": f"using ({OWN_UNIT} and lifted_at is null) with check ({OWN_UNIT})",
    },
    "tombstones": {
        "select": f"using ({WAS_THERE})",
        "insert": f"with check ({OWN_UNIT} and step = 'begun' and ({OWN_KEPT}))",
        "update": f"using ({OWN_UNIT} and step = 'begun') with check ({OWN_UNIT})",
    },
}

APP_GRANTS = {
    "blocks": "select, insert, update (lifted_by, lifted_at)",
    "medium_keys": "select, insert, update (wrapped), delete",
    "releases": "select, insert, update (wrapped, released_at, withdrawn_at, state, decided_by)",
    "retention_decisions": "select, insert, update (state, decided_by, decided_at)",
    "shreddings": (
        "select, insert, delete, update (step, confirmed_by, confirmed_at, destroyed_at, counts, blobs, certificate)"
    ),
    "terms": "select, insert, update (years, changed_by, changed_at)",
    "tombstones": "select, insert, update (step, counts, blobs, ended_at, act_id)",
}

FUNCTIONS_OF_THE_APP = ("clew_release_bears(uuid)",)

BLIND_GRANTS = {
    "blocks": "select, update (reason)",
    "medium_keys": "select",
    "retention_decisions": "select, update (reason)",
    "shreddings": "select",
    "tombstones": "select",
}
