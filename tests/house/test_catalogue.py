"""The database's own word on its rules: roles, row security, policies and grants are these and no others."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.rows import TupleRow

from clew.node import doctor
from clew.node.configuration import Configuration
from clew.node.connection import ConnectionFacts
from clew.records import alliance, assertions, catalogue, graph, localisation, optics, policies, rights, second_officer
from tests.world.kept import connected

ALL = "delete, insert, select, update"

GOLDEN_APP = {
    "account_emailaddress": ALL,
    "account_emailconfirmation": ALL,
    "acts": "insert, select",
    "api_answers": "delete, insert, select, update (answer)",
    "auth_group": "select",
    "auth_group_permissions": "select",
    "auth_permission": "select",
    "blocks": "insert, select, update (lifted_by, lifted_at)",
    "case_stacks": "insert, select, update (centre_id)",
    "cameras": "select",
    "cases": ALL,
    "certifications": "insert, select, update (state, given_by, given_at, closed_by, closed_at)",
    "chunks": ALL,
    "clues": "insert, select, update (audience, members, excluded, is_own_handling, withdrawn_by, withdrawn_at, handled, restricted_until)",
    "series_votes": "insert, select, update (withdrawn_at)",
    "correspondence_reads": "insert, select (id, correspondence_id, member, unit, officer, read_at)",
    "correspondences": (
        "insert, select (id, member, unit, to_member, to_units, subject_kind, subject_id, due_on, asked_by, asked_at,"
        " closed_by, closed_at), update (to_units, closed_by, closed_at)"
    ),
    "messages": "insert, select (id, correspondence_id, member, unit, kind, words, written_by, written_at)",
    "lead_media": "insert, select",
    "lead_steps": "insert, select",
    "leads": "insert, select, update (state, raised_at, changed_at, newest_taken_at, came_at, media, has_others)",
    "mail_addresses": "delete, insert, select (id, member, unit, officer, address, said_at)",
    "notices": (
        "insert, select (id, member, unit, kind, subject_id, raised_at, seen_by, seen_at, mailed_at, many),"
        " update (seen_by, seen_at, mailed_at, many)"
    ),
    "translations": (
        "insert, select (id, message_id, correspondence_id, member, unit, language, words, translated_by, translated_at)"
    ),
    "consultations": "insert, select, update (view, answer, answered_by, answered_at, ended_at)",
    "covers": ALL,
    "crops": "delete, insert, select, update (wrapped, state, decided_by, decided_at)",
    "descriptions": "insert, select",
    "django_content_type": "select",
    "django_migrations": "select",
    "django_session": ALL,
    "door_memory": ALL,
    "exercise_asks": (
        "delete, insert, select, update (state, draws, failure, exercise_id, password, shown_at, ended_at)"
    ),
    "exercises": "delete, insert, select, update (ended_at, points, has_passed, parts, remarks)",
    "exhibits": ALL,
    "exposures": "insert, select, update (seconds, warned_seconds, break_at, break_at_warned)",
    "fingerprint_counters": "select, update",
    "fingerprints": ALL,
    "handling_changes": "insert, select, update (state, decided_by, decided_at)",
    "hash_lists": ALL,
    "identities": "delete, insert, select",
    "intakes": ALL,
    "link_steps": "insert, select",
    "links": "delete, insert, select, update (audience, members, excluded, state, decided_by, decided_at, handled, restricted_until)",
    "listings": ALL,
    "looks": "delete, insert, select, update (used_at, ended_at)",
    "match_verdicts": "insert, select, update (withdrawn_at)",
    "matches": "select",
    "marks": "insert, select, update (undone_at)",
    "media": ALL,
    "member_rules": "insert, select, update (widening_needs_second, changed_by, changed_at, exercise_needed)",
    "mfa_authenticator": ALL,
    "medium_keys": "delete, insert, select, update (wrapped)",
    "members": "insert, select, update (name, contact_point, kind, languages, legal_basis)",
    "observations": "insert, select, update (withdrawn_at)",
    "occurrences": ALL,
    "officer_keys": "insert, select, update (own, is_off, changed_at)",
    "officers": "insert, select, update (password, last_login, keys_forgotten_at)",
    "offenders": (
        "delete, insert, select, update (audience, members, excluded, cover_id, established, sex, youngest, oldest, age_on)"
    ),
    "overlap_contacts": (
        "select (contact_id, side_id, subject_id, member, unit, other_member, other_unit, other_words, since)"
    ),
    "overlap_decisions": (
        "insert, select (id, side_id, subject_id, member, unit, step, reason, words, again_on, decided_by, decided_at)"
    ),
    "overlap_modes": (
        "insert, select (id, member, unit, subject_kind, subject_id, mode, reason, is_in_force, changed_by, changed_at)"
    ),
    "overlap_sides": "select (id, member, unit, subject_kind, subject_id, released_at)",
    "place_points": "delete, insert, select, update (latitude, longitude, precision_m)",
    "previews": "insert, select, update (content, is_waiting)",
    "places": (
        "delete, insert, select, update (audience, members, excluded, cover_id, kind, name, country, latitude, longitude)"
    ),
    "procrastinate_events": ALL,
    "procrastinate_jobs": ALL,
    "procrastinate_periodic_defers": ALL,
    "procrastinate_workers": ALL,
    "question_answers": (
        "insert, select (id, question_id, correspondence_id, message_id, member, unit, said, country, answered_by,"
        " answered_at)"
    ),
    "questions": (
        "insert, select (id, reference, member, unit, kind, about_kind, about_id, crop_id, language, due_on, asked_by,"
        " asked_at, closed_by, closed_at), update (closed_by, closed_at)"
    ),
    "referral_packages": "delete, insert, select",
    "referrals": "insert, select, update (state, decided_by, decided_at, moved_by, moved_at)",
    "readiness_words": "delete, insert, select",
    "releases": "insert, select, update (wrapped, released_at, withdrawn_at, state, decided_by)",
    "retention_decisions": "insert, select, update (state, decided_by, decided_at)",
    "reveal_budgets": "insert, select, update (ended_by, ended_at, end_reason)",
    "requests": (
        "insert, select, update (state, admitted_by, admitted_at, outcome, reasons, decided_by, decided_at, told,"
        " closed_by, closed_at)"
    ),
    "saved_views": "delete, insert, select",
    "schemes": "insert, select",
    "series": (
        "delete, insert, select, update (audience, members, excluded, state, cover_id, opened_by, entered_at)"
    ),
    "series_dissents": "delete, insert, select, update (withdrawn_by, withdrawn_at)",
    "series_media": "delete, insert, select, update (audience, members, excluded)",
    "series_merges": "insert, select, update (withdrawn_by, withdrawn_at)",
    "series_narratives": "insert, select",
    "series_proposals": "delete, insert, select, update (rejected_by, rejected_at)",
    "series_rejections": "delete, insert, select",
    "series_splits": "insert, select",
    "series_steps": "insert, select",
    "shreddings": (
        "delete, insert, select, update (step, confirmed_by, confirmed_at, destroyed_at, counts, blobs, certificate)"
    ),
    "sightings": "insert, select, update (seen_at)",
    "sign_ins": "insert, select, update (ended_by, ended_at)",
    "socialaccount_socialaccount": ALL,
    "socialaccount_socialapp": "select",
    "socialaccount_socialtoken": "select",
    "supervisors": "select",
    "suspensions": "insert, select, update (lifted_by, lifted_at)",
    "task_force_days": "insert, select, update (done, not_sure, set_back)",
    "task_force_members": "insert, select, update (standing, accepted_at, decided_by, decided_at)",
    "task_force_officers": "insert, select, update (accepted_at, left_at)",
    "task_force_series": "delete, insert, select, update (uses, conditions, brought_at, state, decided_by)",
    "task_force_stack_media": "insert, select",
    "task_force_stacks": (
        "insert, select, update (state, held_by, held_member, held_until, said_by, said_member, said_at, words, set_back_at)"
    ),
    "task_forces": "insert, select, update (closed_by, closed_at)",
    "terms": "insert, select, update (years, changed_by, changed_at)",
    "tokens": "insert, select, update (ended_by, ended_at)",
    "tombstones": "insert, select, update (step, counts, blobs, ended_at, act_id)",
    "units": "insert, select, update (specialities)",
    "uploads": "delete, insert, select, update (state, intake_id, ends_at)",
    "victim_merges": "insert, select, update (withdrawn_by, withdrawn_at)",
    "victim_steps": "insert, select, update (status, decided_by, decided_at)",
    "victim_words": "insert, select, update (withdrawn_by, withdrawn_at)",
    "victims": "delete, insert, select, update (audience, members, excluded, cover_id, state, sex, youngest, oldest, age_on)",
}
OWNED = "select (owner_member, owner_unit, audience, members, excluded, id)"
GOLDEN_BLIND = {
    "accesses": "insert, select",
    "acts": "select",
    "api_answers": "delete, select (asked_at)",
    "blocks": "select, update (reason)",
    "case_stacks": "select (case_id, medium_id, centre_id), update (medium_id, centre_id)",
    "cameras": "delete, insert, select, update (id)",
    "cases": "select (owner_member, owner_unit, audience, members, excluded, id, opened_at)",
    "clues": "select (owner_member, owner_unit, audience, members, excluded, id, medium_id, asserted_at, withdrawn_at), update (medium_id)",
    "certifications": "select",
    "consultations": "delete, select (request_id, member, owner, asked_at, ends_at, view, answered_at, ended_at)",
    "context_keys": "select",
    "covers": "select (id, purposes, conditions)",
    "correspondence_reads": "delete, select",
    "correspondences": "delete, select",
    "messages": "delete, select, update (words)",
    "notices": "delete, insert, select, update (raised_at)",
    "translations": "delete, select, update (words)",
    "crops": "select, update (medium_id)",
    "exercise_truths": "insert, select",
    "exercises": "select (member, officer, ended_at, has_passed)",
    "exhibits": OWNED,
    "exposures": "delete, select (day)",
    "fingerprints": "select",
    "handling_changes": "delete, select",
    "hash_lists": OWNED,
    "intakes": OWNED.replace("id)", "id, exhibit_id, started_at, finished_at)"),
    "leads": "select (id, series_id, member, unit, rule, state, raised_at, newest_taken_at, came_at, media, has_others)",
    "lead_checks": "delete, insert, select, update (mark)",
    "lead_media": "delete, select (lead_id, medium_id, near_medium)",
    "lead_news": "delete, insert, select, update (round)",
    "lead_rules": "select, update (version, next, behind)",
    "links": "delete, select, update (a_id, b_id)",
    "listings": "select",
    "looks": "delete, select (used_at)",
    "marks": "select (medium_id), update (medium_id)",
    "match_verdicts": "select (medium_id, other_id), update (medium_id, other_id)",
    "matches": "delete, insert, select, update",
    "media": "select",
    "medium_keys": "select",
    "occurrences": "select",
    "member_rules": "select (member, widening_needs_second, exercise_needed)",
    "members": "select (code, legal_basis)",
    "officers": "select",
    "overlap_clock": "select, update (released_until, told_facts_since)",
    "overlap_contacts": "delete, insert, select",
    "overlap_decisions": "delete, select",
    "children_counted": "insert, select",
    "children_ended": "insert, select",
    "overlap_facts_told": "delete, insert, select",
    "overlap_grounds": "delete, insert, select, update",
    "overlap_modes": "delete, select",
    "overlap_sides": "delete, insert, select",
    "overlaps": "delete, insert, select",
    "retention_decisions": "select, update (reason)",
    "question_answers": "delete, select (id, question_id, correspondence_id, member, answered_at)",
    "questions": "delete, select, update (closed_by, closed_at)",
    "referrals": "select",
    "readiness_words": "select (member, step, due_on, done_on, said_at)",
    "releases": "select (id, medium_id, member, recipient, released_at, withdrawn_at, state)",
    "requests": "delete, select (id, member, kind, state, received_on, ends_at, outcome, decided_at, closed_at)",
    "series": OWNED.replace("id)", "id, state, cover_id, reference)"),
    "series_dissents": "delete, select",
    "series_media": "delete, select (owner_member, owner_unit, audience, members, excluded, series_id, medium_id)",
    "series_merges": "select (owner_member, owner_unit, audience, members, excluded, id, a_series, b_series, withdrawn_at)",
    "period_statistics": "delete, insert, select",
    "publications": "insert, select",
    "shreddings": "select",
    "sightings": "select (medium_id, member, unit, seen_by), update (medium_id)",
    "sign_ins": "select, update",
    "statistics": "delete, insert, select",
    "supervisors": "select",
    "suspensions": "select",
    "task_force_members": "select (task_force_id, member, standing, accepted_at)",
    "task_force_officers": "select (task_force_id, officer, member, accepted_at, left_at), update (left_at)",
    "task_force_series": "delete, select, update (conditions)",
    "task_force_stacks": "select (task_force_id, held_by), update (held_by, held_member, held_until)",
    "task_forces": "delete, select (id, reference, member, opened_by, starts_at, ends_at, closed_at)",
    "tokens": "select",
    "tombstones": "select",
    "units": "select (member)",
    **dict.fromkeys(graph.NOUNS, OWNED.replace("id)", "id, reference)")),
    "victims": OWNED.replace("id)", "id, reference, state, sex, youngest, entered_at)"),
    "victim_merges": (
        "select (owner_member, owner_unit, audience, members, excluded, id, a_victim, b_victim, asserted_at, withdrawn_at)"
    ),
    "observations": "select (medium_id, member, observed_by, withdrawn_at), update (medium_id)",
    "victim_steps": "select (victim_id, state, status, decided_at)",
    "victim_words": "select (owner_member, owner_unit, audience, members, excluded, victim_id, said, withdrawn_at)",
    "waiting_acts": "insert",
}
GOLDEN_SEQUENCER = {
    "acts": "select",
    "checkpoints": "delete, insert, select",
    "cosignatures": "insert, select, update",
    "leaves": "insert, select",
    "tiles": "insert, select, update",
    "verifications": "insert, select, update",
    "waiting_acts": "delete, select",
}
GOLDEN_FUNCTIONS = {
    "clew_accesses",
    "clew_actor_home",
    "clew_actor_home_unit",
    "clew_actor_member",
    "clew_blobs_kept",
    "clew_object_shown",
    "clew_forget_media",
    "clew_forget_messages",
    "clew_ask_for_review",
    "clew_look_after_messages",
    "clew_brought",
    "clew_count_statistics",
    "clew_public_indicator",
    "clew_publish",
    "clew_statistics",
    "clew_statistics_of_period",
    "clew_statistics_over_time",
    "clew_statistics_period",
    "clew_statistics_years",
    "clew_look_after_task_forces",
    "clew_medium_was_brought",
    "clew_task_force_found",
    "clew_task_forces",
    "clew_task_forces_known",
    "clew_keep_child",
    "clew_ledger",
    "clew_ledger_times",
    "clew_tell_of_merge",
    "clew_tell_outcome",
    "clew_tell_owners_of_same",
    "clew_tell_owners_of_step",
    "clew_keep_lead_mark",
    "clew_lead_checked",
    "clew_lead_mark",
    "clew_lead_media_of",
    "clew_lead_rounds",
    "clew_leads_in_order",
    "clew_look_again",
    "clew_open_lead_round",
    "clew_notify_message",
    "clew_forget_overlaps",
    "clew_join_overlaps",
    "clew_open_overlaps",
    "clew_referrals_shown",
    "clew_release_bears",
    "clew_release_overlaps",
    "clew_forget_places_in_series",
    "clew_forget_words",
    "clew_move_links",
    "clew_shredded",
    "clew_actor_officer",
    "clew_actor_role",
    "clew_actor_standing",
    "clew_administrators",
    "clew_has_administrator",
    "clew_tell_coordinators",
    "clew_annual_figures",
    "clew_actor_unit",
    "clew_actor_use",
    "clew_fingerprint_sets",
    "clew_fingerprints_after",
    "clew_fingerprints_between",
    "clew_note_equal_bytes",
    "clew_note_renewed",
    "clew_recover",
    "clew_end_requests",
    "clew_has_ground",
    "clew_readiness",
    "clew_requests_due",
    "clew_sign_in",
    "clew_standing",
    "clew_token",
    "clew_supervises", "clew_supervisor_of",
    "clew_write_matches",
}


@pytest.fixture
def owner(node: ConnectionFacts) -> Iterator[psycopg.Connection[TupleRow]]:
    with connected(**node.as_owner()) as connection:
        yield connection
        connection.rollback()


def test_no_role_has_power_or_owns_a_table(owner: psycopg.Connection[TupleRow], node: ConnectionFacts) -> None:
    for role in (node.roles.app, node.roles.blind, node.roles.sequencer):
        assert catalogue.powers(owner, role) == set()
    assert catalogue.owned(owner, node.roles.app) == catalogue.owned(owner, node.roles.sequencer) == 0
    owners = owner.execute(
        "select distinct relowner::regrole::text from pg_class where relnamespace = 'public'::regnamespace"
    ).fetchall()
    assert owners == [(node.owner,)]


def test_row_security_is_forced_wherever_there_is_a_cover(owner: psycopg.Connection[TupleRow]) -> None:
    others = {*assertions.COVERED, *graph.COVERED, *localisation.COVERED, *optics.COVERED, "matches"}
    assert catalogue.covered(owner) == {*policies.COVERED, *others}
    assert catalogue.forced(owner) == {*policies.COVERED, *policies.SPECIAL}


def test_every_covered_table_has_a_policy_for_each_verb_and_all_are_alike(owner: psycopg.Connection[TupleRow]) -> None:
    rules = catalogue.rules(owner)
    of_the_app = {
        table: [rules[table, f"app_{verb}"] for verb in ("select", "insert", "update", "delete")]
        for table in policies.COVERED
    }
    assert [rule[0] for rule in of_the_app["media"]] == ["SELECT", "INSERT", "UPDATE", "DELETE"]
    otherwise = {*policies.PARENTS, *policies.SEEN, *policies.SEEN_BY, *second_officer.ADDED}
    # Of media and fingerprints it is decided otherwise who sees them: what both say in their names, and what a match tells.
    assert {table: rules[1:] for table, rules in of_the_app.items() if table in policies.SEEN_BY} == dict.fromkeys(
        policies.SEEN_BY, of_the_app["series"][1:]
    )
    assert all(rules == of_the_app["series"] for table, rules in of_the_app.items() if table not in otherwise)
    for table in second_officer.ADDED:
        read, written, changed, removed = of_the_app[table]
        assert [read, removed] == [of_the_app["series"][0], of_the_app["series"][3]]
        assert of_the_app["series"][1][2] != written[2] != changed[2]
    for table in policies.SEEN:
        read, written, changed, removed = of_the_app[table]
        assert [read, changed, removed] == [of_the_app["series"][0], of_the_app["series"][2], of_the_app["series"][3]]
        assert written[2] != of_the_app["series"][1][2]
    for table in policies.PARENTS:
        read, written, changed, removed = of_the_app[table]
        assert [read, removed] == [of_the_app["series"][0], of_the_app["series"][3]]
        assert written[2] == changed[2] != of_the_app["series"][1][2]


def test_a_row_lies_in_something_of_its_own_unit_wherever_the_database_knows_what_it_lies_in(
    owner: psycopg.Connection[TupleRow],
) -> None:
    """A foreign key looks past row security: whoever adds one says in `PARENTS` that both sides are one unit's."""
    found = owner.execute(
        "select conrelid::regclass::text, confrelid::regclass::text from pg_constraint"
        " where contype = 'f' and connamespace = 'public'::regnamespace"
    ).fetchall()
    kept = {(table, parent) for table, parent in found if {table, parent} <= {*policies.COVERED, *policies.SPECIAL}}
    guarded = {(table, parent) for table, (_, parent) in policies.PARENTS.items()}
    # What is said of a series is written by whoever sees it: hidden and absent are refused alike, before the key is asked.
    guarded |= {(table, "series") for table in assertions.ABOUT}
    guarded |= {(table, parent) for table, columns in graph.ABOUT.items() for parent in columns.values()}
    guarded |= {("victim_steps", "victims")}  # so does this one's
    guarded |= {("children_counted", "victims")}  # the blind role alone writes it
    guarded |= {("clues", "media"), ("series_votes", "series")}  # their rules ask the same
    # These ask the same; a task force names no member's record.
    guarded |= {(table, parent) for (table, _), parent in alliance.GOES_WITH.items()}
    guarded |= {("referrals", "series"), ("referral_packages", "referrals"), ("crops", "media")}  # and this one's: the medium is the own unit's
    guarded |= {("sightings", "media")}  # so does this one's
    guarded |= {("match_verdicts", "media")}  # it asks whether both media are seen
    guarded |= {("observations", "media")}  # its rule asks before, and with one answer, whether the medium is seen
    # It asks whether medium and case are the own unit's; a centre is another row of the same.
    guarded |= {("case_stacks", parent) for parent in ("case_stacks", "cases", "media")}
    guarded |= {("marks", "media"), ("previews", "medium_keys")}  # whoever marks sees the medium; the key is the own unit's
    assert kept - guarded <= {("units", "members")}


def test_every_policy_is_what_the_rule_says(owner: psycopg.Connection[TupleRow], node: ConnectionFacts) -> None:
    assert catalogue.rules(owner) == catalogue.rules_wanted(owner, node.roles)


def test_no_policy_is_for_everybody(owner: psycopg.Connection[TupleRow], node: ConnectionFacts) -> None:
    found = owner.execute("select distinct unnest(roles)::text from pg_policies where schemaname = 'public'").fetchall()
    assert {row[0] for row in found} == {node.roles.app, node.roles.blind, node.roles.sequencer}


def test_grants_are_the_golden_list(owner: psycopg.Connection[TupleRow], node: ConnectionFacts) -> None:
    assert catalogue.grants(owner, node.roles.app) == GOLDEN_APP
    assert catalogue.grants(owner, node.roles.blind) == GOLDEN_BLIND
    assert catalogue.grants(owner, node.roles.sequencer) == GOLDEN_SEQUENCER


def test_functions_that_read_for_the_blind_are_the_golden_list(
    owner: psycopg.Connection[TupleRow], node: ConnectionFacts
) -> None:
    found = owner.execute(
        """
        select proname, has_function_privilege(%s, oid, 'execute'), proowner::regrole::text,
               (select setting from unnest(proconfig) setting where setting like 'search_path=%%')
          from pg_proc where pronamespace = 'public'::regnamespace and prosecdef""",
        [node.roles.app],
    ).fetchall()
    assert {name for name, is_granted, _, _ in found if is_granted} == GOLDEN_FUNCTIONS
    assert {owner for _, _, owner, _ in found} == {node.roles.blind}
    assert {path for _, _, _, path in found} == {"search_path=pg_catalog, public, pg_temp"}


OF_NOBODY = {
    "members": "all members know one another",
    "officers": "one name, one person: asked for before anybody is known",
    "fingerprint_counters": "how many fingerprints there are in all",
    "fingerprints": "numbers of the index: given by the counter, never chosen",
    "door_memory": "what signing in remembers",
    "officer_keys": "one name, one person, who writes the own row alone",
    "questions": "the reference: drawn as that of a series",
    "referrals": "the reference: drawn as that of a series",
    "series": "the reference: drawn by the database among those that are free, never chosen",
    "task_forces": "the reference: drawn as that of a series",
    "task_force_stacks": "an officer holds one at a time: none but the officer writes that",
    "tokens": "the digest of a secret",
    **dict.fromkeys(graph.NOUNS, "the reference: drawn as that of a series"),
    "matches": "the application writes none",
}
"""Tables of which some key holds no owner, and why that tells nothing."""

GUARDED = {
    *policies.PARENTS, *policies.SEEN, "blocks", "case_stacks", "medium_keys", "releases", "shreddings", "tombstones",
    "overlap_contacts", "overlap_sides", "place_points", "previews", "referral_packages", "task_force_stack_media",
}  # fmt: skip
"""Tables of which a key names a record without its owner: who writes there is asked whether that record is the own unit's."""

NUMBERED = {"case_stacks", "chunks", "fingerprints", "matches", "occurrences"}
"""Records that bear numbers of one row; no door shows them."""


def test_whatever_is_unique_is_so_within_an_owner_or_by_an_identifier_that_nobody_guesses(
    owner: psycopg.Connection[TupleRow],
) -> None:
    """A key over all members tells by a refusal that another has the same."""
    found = owner.execute(
        """
        select i.indrelid::regclass::text, array_agg(a.attname::text), array_agg(a.atttypid::regtype::text)
          from pg_index i join pg_class c on c.oid = i.indrelid and c.relnamespace = 'public'::regnamespace
          join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
         where i.indisunique group by i.indexrelid, i.indrelid"""
    ).fetchall()
    ours = {*policies.APP_GRANTS}
    bare = {
        table
        for table, names, types in found
        if table in ours and not {"owner_member", "member"} & {*names} and not {*types} <= {"uuid", "bigint"}
        and table not in GUARDED
    }  # fmt: skip
    assert bare == {*OF_NOBODY}
    by_identifiers = {
        table
        for table, names, _ in found
        if table in ours and names != ["id"] and not {"owner_member", "member"} & {*names}
    }
    assert by_identifiers <= {*GUARDED, *OF_NOBODY}


def test_records_that_bear_numbers_are_named(owner: psycopg.Connection[TupleRow]) -> None:
    """Gaps between numbers tell how much others do: whatever is shown has a random identifier."""
    found = owner.execute(
        """
        select distinct c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid
          left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
         where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and not a.attisdropped
           and (a.attidentity <> '' or pg_get_expr(d.adbin, d.adrelid) like 'nextval%%')"""
    ).fetchall()
    assert {name for (name,) in found} & {*policies.APP_GRANTS} == NUMBERED


def test_no_view_reads_with_its_owners_eyes(owner: psycopg.Connection[TupleRow]) -> None:
    assert catalogue.leaking_views(owner) == set()


def test_the_doctor_finds_the_database_well(configuration: Configuration, node: ConnectionFacts) -> None:
    checks = doctor.check_database(configuration, node)
    assert [check for check in checks if not check.ok] == []
    assert len(checks) >= 9


@pytest.mark.parametrize(
    ("illness", "cure", "name"),
    [
        ("alter table media no force row level security", "alter table media force row level security", "row security"),
        (
            "create policy wide on media for select to public using (true)",
            "drop policy wide on media",
            "rule of visibility",
        ),
        ("grant select on public.overlaps to {app}", "revoke select on public.overlaps from {app}", "grants"),
        (
            "alter table requests drop constraint request_clock_is_its_kinds",
            rights.clock_constraint(),
            "clock of requests",
        ),
        (
            "alter table series disable trigger series_is_given_a_reference",
            "alter table series enable trigger series_is_given_a_reference",
            "series",
        ),
        (
            "alter table places disable trigger places_takes_its_links_along",
            "alter table places enable trigger places_takes_its_links_along",
            "links",
        ),
        (
            "alter table media disable trigger media_are_news",
            "alter table media enable trigger media_are_news",
            "leads",
        ),
        (
            "alter table questions disable trigger question_is_given_a_reference",
            "alter table questions enable trigger question_is_given_a_reference",
            "objects and questions",
        ),
        ("create view sight as select * from media", "drop view sight", "views"),
        ("grant {blind} to {app}", "revoke {blind} from {app}", "database role"),
    ],
)
def test_the_doctor_notices_an_illness(
    configuration: Configuration, node: ConnectionFacts, illness: str, cure: str, name: str
) -> None:
    roles = {"app": node.roles.app, "blind": node.roles.blind}
    with connected(**node.as_owner(), autocommit=True) as owner:
        owner.execute(illness.format(**roles))
        try:
            found = {check.name for check in doctor.check_database(configuration, node) if not check.ok}
        finally:
            owner.execute(cure.format(**roles))
    assert name in found
