"""The graph: who may read and write victims, offenders, places and the links between records; rules of row security.

Victims, offenders and places lie under covers of their own, as cases do. A link does too, and is seen by whoever
may see it and both its ends: so it never tells of a record that is hidden. Who a victim or an offender is, its unit
alone reads, and only in a transaction for originals: no list, search or export asks for that use.
"""

from collections.abc import Mapping

from clew.domain.handling import Use
from clew.domain.link import EndKind
from clew.records.assertions import OWN, merged
from clew.records.custody import OF_THE_UNIT, OWN_UNIT
from clew.records.visibility import OFFICER, VIEWER_USE, visible

NOUNS = ("victims", "offenders", "places")
COVERED = ("links", "victim_merges", "victim_words")
"""Tables with the columns of the cover that are seen by fewer than it says: by those who see what they are about."""

TABLES: Mapping[EndKind, str] = {
    EndKind.SERIES: "series",
    EndKind.MEDIUM: "media",
    EndKind.VICTIM: "victims",
    EndKind.OFFENDER: "offenders",
    EndKind.PLACE: "places",
    EndKind.CASE: "cases",
}
"""Where each kind of end is kept."""

SEES_VICTIM = "exists (select from public.victims v where v.id = {})"
ORIGINALS = f"{Use.ORIGINAL:d}::smallint"


def _sees_end(side: str) -> str:
    """Whether the viewer sees that end: asked of the one table in which it lies."""
    cases = " ".join(
        f"when {kind:d} then exists (select from public.{table} e where e.id = {side}_id)" for kind, table in TABLES.items()
    )
    return f"(case {side}_kind {cases} else false end)"


SEES_ENDS = f"{_sees_end('a')} and {_sees_end('b')}"
SEES_LINK = "exists (select from public.links l where l.id = link_id)"


def _about(condition: str, nouns: tuple[str, ...]) -> str:
    """That the condition holds of whichever of the nouns the row names; the others are null."""
    return " and ".join(f"({noun}_id is null or {condition.format(f'public.{noun}s', f'{noun}_id')})" for noun in nouns)


_SEES = "exists (select from {0} n where n.id = {1})"
SEES_NOUN = _about(_SEES, ("victim", "offender", "place"))
OWNS_NOUN = f"{OWN_UNIT} and {_about(OF_THE_UNIT, ('victim', 'offender', 'place'))}"
OWNS_PERSON = f"{OWN_UNIT} and {_about(OF_THE_UNIT, ('victim', 'offender'))}"
OWN_PLACE = OF_THE_UNIT.format("public.places", "place_id")
OWN_LINK = f"{OWN_UNIT} and {OF_THE_UNIT.format('public.links', 'link_id')}"

RULES: Mapping[str, Mapping[str, str]] = {
    "place_points": {
        "select": (
            "using (exists (select from public.places p where p.id = place_id"
            f" and {visible('p.', viewer_use=ORIGINALS)}))"
        ),
        "insert": f"with check ({OWN_PLACE})",
        "update": f"using ({OWN_PLACE}) with check ({OWN_PLACE})",
        "delete": f"using ({OWN_PLACE})",
    },
    "descriptions": {
        "select": f"using ({SEES_NOUN})",
        "insert": f"with check ({OWNS_NOUN} and said_by = {OFFICER})",
    },
    "identities": {
        "select": f"using ({OWN_UNIT} and {VIEWER_USE} = {ORIGINALS})",
        "insert": f"with check ({OWNS_PERSON} and written_by = {OFFICER})",
        "delete": f"using ({OWN_UNIT})",
    },
    "victim_merges": merged(f"{SEES_VICTIM.format('a_victim')} and {SEES_VICTIM.format('b_victim')}"),
    "victim_words": merged(SEES_VICTIM.format("victim_id")),
    "links": {
        "select": f"using ({visible()} and {SEES_ENDS})",
        "insert": (
            f"with check ({OWN} and asserted_by = {OFFICER} and (decided_by is null or decided_by = {OFFICER})"
            f" and {SEES_ENDS})"
        ),
        "update": f"using ({OWN}) with check ({OWN})",
        "delete": f"using ({OWN})",
    },
    "link_steps": {
        "select": f"using ({SEES_LINK})",
        "insert": f"with check ({OWN_LINK} and taken_by = {OFFICER})",
    },
}

_NOUN = "select, insert, delete, update (audience, members, excluded, cover_id"

APP_GRANTS = {
    "descriptions": "select, insert",
    "identities": "select, insert, delete",
    "link_steps": "select, insert",
    "links": (
        "select, insert, delete, update (audience, members, excluded, state, decided_by, decided_at, handled, restricted_until)"
    ),
    "offenders": f"{_NOUN}, established, sex, youngest, oldest, age_on)",
    "place_points": "select, insert, delete, update (latitude, longitude, precision_m)",
    "places": f"{_NOUN}, kind, name, country, latitude, longitude)",
    "victim_merges": "select, insert, update (withdrawn_by, withdrawn_at)",
    "victim_words": "select, insert, update (withdrawn_by, withdrawn_at)",
    "victims": f"{_NOUN}, state, sex, youngest, oldest, age_on)",
}

BLIND_GRANTS = {
    # What the audit asks of whose a record is, which references are taken, and which links go with their ends.
    **dict.fromkeys(NOUNS, "select (owner_member, owner_unit, audience, members, excluded, id, reference)"),
    "links": "select, update (a_id, b_id), delete",
}

FUNCTIONS_OF_THE_APP = ("clew_move_links(uuid[], uuid[])",)
FUNCTIONS_OF_THE_BLIND = ("clew_give_reference()", "clew_forget_links()")

ABOUT: Mapping[str, Mapping[str, str]] = {
    "descriptions": {"victim_id": "victims", "offender_id": "offenders", "place_id": "places"},
    "identities": {"victim_id": "victims", "offender_id": "offenders"},
    "link_steps": {"link_id": "links"},
    "place_points": {"place_id": "places"},
    "victim_merges": {"a_victim": "victims", "b_victim": "victims"},
    "victim_words": {"victim_id": "victims"},
}
"""By table and column: what a row is about. What is said of a record goes with it."""

LETTERS = {"victims": "V", "offenders": "O", "places": "P"}

HELD_BY_THE_DATABASE = frozenset({
    *(f"{table}_is_given_a_reference" for table in NOUNS),
    *(f"{table}_takes_its_links_along" for table in TABLES.values()),
    *(f"{table}_{column}_goes_with_it" for table, columns in ABOUT.items() for column in columns),
    "victim_reference_is_given_once", "offender_reference_is_given_once", "place_reference_is_given_once",
    "link_is_decided_by_somebody",
})  # fmt: skip
"""Triggers and constraints without which what this page says does not hold."""


def bound() -> list[str]:
    """Statements that draw references and have what is said of a record go with it.

    A foreign key looks past row security; the rules above ask before it, and with one answer, whether it is seen.
    """
    return [
        *(
            f"create trigger {table}_is_given_a_reference before insert on {table}"
            f" for each row execute function clew_give_reference('{letter}')"
            for table, letter in LETTERS.items()
        ),
        *(
            f"create trigger {table}_takes_its_links_along after delete on {table} referencing old table as gone"
            " for each statement execute function clew_forget_links()"
            for table in TABLES.values()
        ),
        *(
            f"alter table {table} add constraint {table}_{column}_goes_with_it"
            f" foreign key ({column}) references {parent} (id) on delete cascade"
            for table, columns in ABOUT.items()
            for column, parent in columns.items()
        ),
    ]
