"""Correspondence: who may read and write messages between units, notices, and answers to programs; rules of row security.

Whoever is of the unit that asked, or of one that was asked, sees a correspondence and all that hangs on it. What a unit
read and what waits for it is its own. One about an event of the audit is seen by who asked it and by those of both units
who audit, auditors among them, who see no other: an officer does not read what is asked about their own acts.
"""

from collections.abc import Mapping

from clew.domain.message import NoticeKind, SubjectKind
from clew.domain.officer import Role
from clew.records import pursuit
from clew.records.custody import OWN_UNIT
from clew.records.log import READERS
from clew.records.visibility import HOME, HOME_UNIT, OFFICER, ROLE, VIEWER_MEMBER, VIEWER_UNIT

IS_ASKER = f"member = {VIEWER_MEMBER} and unit = {VIEWER_UNIT}"
IS_ASKED = f"to_member = {VIEWER_MEMBER} and {VIEWER_UNIT} = any (to_units)"
HAS_IT = f"to_member = {VIEWER_MEMBER} and {VIEWER_UNIT} = to_units[cardinality(to_units)]"
AT_HOME = f"member = {HOME} and unit = {HOME_UNIT}"
ONES_OWN = f"{AT_HOME} and officer = {OFFICER}"
"""What is an officer's alone, whatever the role."""
IS_IN = "exists (select from public.correspondences c where c.id = correspondence_id)"
IS_OPEN = "exists (select from public.correspondences c where c.id = correspondence_id and c.closed_at is null)"

IS_EVENT = f"subject_kind = '{SubjectKind.EVENT}'"
AUDITS = f"{ROLE} in ({READERS})"
IS_AUDITOR = f"{ROLE} = '{Role.AUDITOR}'"
MAY_ASK = f"({IS_ASKER} or {IS_EVENT} and {IS_AUDITOR} and {AT_HOME})"
"""Every role with a right on content, about whatever it sees; an auditor about events alone."""
ASKED_OF_EVENT = f"{AT_HOME} and (asked_by = {OFFICER} or {AUDITS})"
ANSWERS_OF_EVENT = f"{AUDITS} and to_member = {HOME} and {HOME_UNIT} = any (to_units)"
HAS_EVENT = f"{AUDITS} and to_member = {HOME} and {HOME_UNIT} = to_units[cardinality(to_units)]"
SEEN = (
    f"not {IS_EVENT} and ({IS_ASKER} or {IS_ASKED}) or {IS_EVENT} and ({ASKED_OF_EVENT} or {ANSWERS_OF_EVENT})"
)
OF_UNIT = f"({OWN_UNIT} or {IS_AUDITOR} and {AT_HOME})"
"""What hangs on a correspondence that is seen; nothing hangs on one that is not."""
OF_MESSAGES = f"kind in ('{NoticeKind.MESSAGE}', '{NoticeKind.MESSAGE_DUE}')"
OF_ONE_SEEN = "exists (select from public.correspondences c where c.id = notices.subject_id)"
WAITS = f"{OWN_UNIT} and not {OF_MESSAGES} or {OF_UNIT} and {OF_MESSAGES} and {OF_ONE_SEEN}"
"""A notice of a message waits for those who may read the message."""

RULES: Mapping[str, Mapping[str, str]] = {
    "correspondences": {
        "select": f"using ({SEEN})",
        "insert": (
            f"with check ({MAY_ASK} and asked_by = {OFFICER} and closed_at is null and cardinality(to_units) = 1"
            " and exists (select from public.units u where u.member = to_member and u.code = to_units[1]))"
        ),
        "update": (
            f"using (closed_at is null and ({IS_ASKER} or {HAS_IT} or {IS_EVENT} and ({ASKED_OF_EVENT} or {HAS_EVENT})))"
            f" with check (({IS_ASKER} or {IS_EVENT} and {ASKED_OF_EVENT}) and closed_by = {OFFICER}"
            f" or ({IS_ASKED} or {IS_EVENT} and {ANSWERS_OF_EVENT}) and closed_at is null)"
        ),
    },
    "messages": {
        "select": f"using ({IS_IN})",
        "insert": f"with check ({OF_UNIT} and written_by = {OFFICER} and {IS_OPEN})",
    },
    "translations": {
        "select": f"using ({IS_IN})",
        "insert": (
            f"with check ({OF_UNIT} and translated_by = {OFFICER} and {IS_IN} and exists (select from public.messages m"
            " where m.id = message_id and m.correspondence_id = translations.correspondence_id))"
        ),
    },
    "correspondence_reads": {
        "select": f"using ({OF_UNIT})",
        "insert": f"with check ({OF_UNIT} and officer = {OFFICER} and {IS_IN})",
    },
    "mail_addresses": {
        "select": f"using ({OWN_UNIT} and (officer = {OFFICER} or {ROLE} = '{Role.CALENDAR}'))",
        "insert": f"with check ({OWN_UNIT} and officer = {OFFICER})",
        "delete": f"using ({OWN_UNIT} and officer = {OFFICER})",
    },
    "api_answers": {
        "select": f"using ({ONES_OWN})",
        "insert": f"with check ({ONES_OWN})",
        "update": f"using ({ONES_OWN}) with check ({ONES_OWN})",
        "delete": f"using ({ONES_OWN})",
    },
    "notices": {
        "select": f"using ({WAITS})",
        "insert": f"with check ({pursuit.NOTICED})",
        "update": f"using ({WAITS}) with check ({OF_UNIT})",
    },
}

APP_GRANTS = {
    "api_answers": "select, insert, update (answer), delete",
    "mail_addresses": "select (id, member, unit, officer, address, said_at), insert, delete",
    "correspondence_reads": "select (id, correspondence_id, member, unit, officer, read_at), insert",
    "correspondences": (
        "select (id, member, unit, to_member, to_units, subject_kind, subject_id, due_on, asked_by, asked_at, closed_by,"
        " closed_at), insert, update (to_units, closed_by, closed_at)"
    ),
    "messages": "select (id, correspondence_id, member, unit, kind, words, written_by, written_at), insert",
    "notices": (
        "select (id, member, unit, kind, subject_id, raised_at, seen_by, seen_at, mailed_at, many), insert,"
        " update (seen_by, seen_at, mailed_at, many)"
    ),
    "translations": (
        "select (id, message_id, correspondence_id, member, unit, language, words, translated_by, translated_at), insert"
    ),
}

BLIND_GRANTS = {
    "api_answers": "select (asked_at), delete",
    "correspondence_reads": "select, delete",
    "correspondences": "select, delete",
    "messages": "select, update (words), delete",
    "notices": "select, insert, update (raised_at), delete",
    "translations": "select, update (words), delete",
}

FUNCTIONS_OF_THE_APP = (
    "clew_notify_message(uuid)", "clew_ask_for_review(uuid)", "clew_look_after_messages()", "clew_forget_messages(uuid)",
    "clew_tell_coordinators(uuid)",
)  # fmt: skip
FUNCTIONS_OF_THE_BLIND = ("clew_remind_of_overlaps()",)
