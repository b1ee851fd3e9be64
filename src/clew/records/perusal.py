"""Perusal: who may read previews and stacks, and how units mark media; rules of row security.

A preview is seen by whoever may see its medium in a transaction for previews, and by the medium's own unit, which has
every use of it; it goes with the key by which the case opens the medium. That a medium lies in a stack is read where the
medium is seen, by its own member alone, so a stack is as large as what is seen of it; without its centre it is none. How a unit marked a medium the unit alone
reads, of media that it sees; it goes with the medium.
"""

from collections.abc import Mapping

from clew.domain.handling import Use
from clew.records.assertions import SEES_MEDIUM
from clew.records.custody import OF_THE_UNIT, OWN_UNIT
from clew.records.visibility import OFFICER, VIEWER_MEMBER, VIEWER_UNIT, VIEWER_USE

IS_OF_A_MEDIUM_OF_THE_UNIT = f"member = {VIEWER_MEMBER} and {OF_THE_UNIT.format('public.media', 'medium_id')}"
MAY_BE_SHOWN = (
    "exists (select from public.media m where m.id = medium_id"
    f" and ({VIEWER_USE} = {Use.PREVIEW:d} or m.owner_member = {VIEWER_MEMBER} and m.owner_unit = {VIEWER_UNIT}))"
)

IS_OF_AN_OWN_CASE = (
    f"{OF_THE_UNIT.format('public.media', 'medium_id')} and {OF_THE_UNIT.format('public.cases', 'case_id')}"
)

RULES: Mapping[str, Mapping[str, str]] = {
    "previews": {
        "select": f"using ({MAY_BE_SHOWN})",
        "insert": f"with check ({IS_OF_A_MEDIUM_OF_THE_UNIT})",
        "update": f"using ({IS_OF_A_MEDIUM_OF_THE_UNIT}) with check ({IS_OF_A_MEDIUM_OF_THE_UNIT})",
    },
    "case_stacks": {
        "select": f"using (member = {VIEWER_MEMBER} and (unit = {VIEWER_UNIT} or {SEES_MEDIUM}))",
        "insert": f"with check ({OWN_UNIT} and {IS_OF_AN_OWN_CASE})",
        "update": f"using ({OWN_UNIT}) with check ({OWN_UNIT})",
    },
    "marks": {
        "select": f"using ({OWN_UNIT} and {SEES_MEDIUM})",
        "insert": f"with check ({OWN_UNIT} and marked_by = {OFFICER} and undone_at is null and {SEES_MEDIUM})",
        "update": f"using ({OWN_UNIT} and marked_by = {OFFICER} and undone_at is null) with check ({OWN_UNIT})",
    },
}

APP_GRANTS = {
    "case_stacks": "select, insert, update (centre_id)",
    "marks": "select, insert, update (undone_at)",
    "previews": "select, insert, update (content, is_waiting)",
}

BLIND_GRANTS = {
    "case_stacks": "select (case_id, medium_id, centre_id), update (medium_id, centre_id)",
    # It goes to the record with which their medium is joined.
    "marks": "select (medium_id), update (medium_id)",
}

GOES_ALONG = (
    (
        "alter table previews add constraint previews_go_with_their_key"
        " foreign key (medium_id, case_id) references medium_keys (medium_id, case_id) on delete cascade"
    ),
    (
        "alter table marks add constraint marks_medium_id_goes_with_it"
        " foreign key (medium_id) references media (id) on delete cascade"
    ),
)
STACKS_GO_ALONG = (
    (
        "alter table case_stacks add constraint case_stacks_medium_id_goes_with_it"
        " foreign key (medium_id) references media (id) on delete cascade"
    ),
    (
        "alter table case_stacks add constraint case_stacks_case_id_goes_with_it"
        " foreign key (case_id) references cases (id) on delete cascade"
    ),
    (
        "alter table case_stacks add constraint stack_goes_with_its_centre foreign key (case_id, centre_id)"
        " references case_stacks (case_id, medium_id) on update cascade on delete cascade"
    ),
)
HELD_BY_THE_DATABASE = frozenset({
    "case_stacks_medium_id_goes_with_it", "case_stacks_case_id_goes_with_it", "stack_goes_with_its_centre",
    "previews_go_with_their_key", "marks_medium_id_goes_with_it",
})  # fmt: skip
"""Constraints without which what this page says does not hold."""
