"""Enquiry: who may read and write crops, questions and what is answered; rules of row security.

A crop is its unit's own: what others are shown of one that two officers let out, `clew_object_shown` gives them alone.
A question is seen by the unit that asks and by each that was asked, which has a correspondence about it; so whoever was
not asked sees none of it, and whoever was sees nobody else who was.
"""

from collections.abc import Mapping

from clew.domain.agreement import State
from clew.domain.question import About
from clew.records.correspondence import HAS_IT, IS_ASKER
from clew.records.custody import OF_THE_UNIT, OWN_UNIT
from clew.records.visibility import OFFICER

IS_ASKED = (
    "exists (select from public.correspondences c where c.subject_kind = 'question' and c.subject_id = questions.id"
    " and c.member = questions.member and c.unit = questions.unit)"
)
"""By whoever asks it: a correspondence of one's own about another's question opens nothing."""
OWN_CROP = (
    "(crop_id is null or exists (select from public.crops c where c.id = crop_id"
    f" and c.state = '{State.IN_FORCE}' and c.wrapped is not null))"
)
_TABLES = {About.SERIES: "series", About.MEDIUM: "media", About.PLACE: "places", About.CLUE: "clues"}
SEES_RECORD = "(case about_kind {} else false end)".format(
    " ".join(
        f"when '{kind}' then exists (select from public.{table} r where r.id = about_id)"
        for kind, table in _TABLES.items()
    )
)
ANSWERS = (
    "exists (select from public.correspondences c where c.id = correspondence_id and c.subject_kind = 'question'"
    f" and c.subject_id = question_id and c.closed_at is null and {HAS_IT})"
    " and exists (select from public.questions q where q.id = question_id)"
)

RULES: Mapping[str, Mapping[str, str]] = {
    "crops": {
        "select": f"using ({OWN_UNIT})",
        "insert": (
            f"with check ({OWN_UNIT} and proposed_by = {OFFICER} and state = '{State.PROPOSED}' and wrapped is null"
            f" and {OF_THE_UNIT.format('public.media', 'medium_id')} and {OF_THE_UNIT.format('public.cases', 'case_id')})"
        ),
        # Whoever ends one is on record; who let it out stays beside it.
        "update": (
            f"using ({OWN_UNIT}) with check ({OWN_UNIT}"
            f" and (decided_by is null or decided_by = {OFFICER} or state = '{State.ENDED}'))"
        ),
        "delete": f"using ({OWN_UNIT})",
    },
    "questions": {
        "select": f"using ({IS_ASKER} or {IS_ASKED})",
        "insert": (
            f"with check ({OWN_UNIT} and asked_by = {OFFICER} and closed_at is null and {SEES_RECORD} and {OWN_CROP})"
        ),
        "update": f"using ({OWN_UNIT} and closed_at is null) with check ({OWN_UNIT} and closed_by = {OFFICER})",
    },
    "question_answers": {
        "select": "using (exists (select from public.correspondences c where c.id = correspondence_id))",
        "insert": f"with check ({OWN_UNIT} and answered_by = {OFFICER} and {ANSWERS})",
    },
}

APP_GRANTS = {
    "crops": "select, insert, delete, update (wrapped, state, decided_by, decided_at)",
    "question_answers": (
        "select (id, question_id, correspondence_id, message_id, member, unit, said, country, answered_by, answered_at),"
        " insert"
    ),
    "questions": (
        "select (id, reference, member, unit, kind, about_kind, about_id, crop_id, language, due_on, asked_by, asked_at,"
        " closed_by, closed_at), insert, update (closed_by, closed_at)"
    ),
}
BLIND_GRANTS = {
    "crops": "select, update (medium_id)",
    "question_answers": "select (id, question_id, correspondence_id, member, answered_at), delete",
    "questions": "select, update (closed_by, closed_at), delete",
}
FUNCTIONS_OF_THE_APP = ("clew_object_shown(uuid)",)

GOES_WITH_IT = (
    (
        "alter table crops add constraint crop_goes_with_its_medium"
        " foreign key (medium_id) references media (id) on delete cascade"
    ),
    (
        "create trigger question_is_given_a_reference before insert on questions"
        " for each row execute function clew_give_reference('Q')"
    ),
)
HELD_BY_THE_DATABASE = frozenset({
    "crop_goes_with_its_medium", "crop_is_let_out_by_two", "crop_is_an_object", "crop_has_bytes_while_it_stands",
    "question_is_given_a_reference", "question_reference_is_given_once",
})  # fmt: skip
"""Constraints and a trigger without which what this page says does not hold."""
