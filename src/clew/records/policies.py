"""Row security of the tables: who may read and write which row, and what each role is granted."""

from collections.abc import Callable, Iterable, Mapping
from importlib.resources import files

from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

from clew.domain.exercise import COUNTS_FOR
from clew.domain.fingerprint import NAME_BYTES
from clew.domain.handling import BLOCKED, EVERY_USE, MATCHED, Use
from clew.domain.ledger import SMALL
from clew.domain.message import KEPT_DAYS
from clew.domain.officer import WITHOUT_CONTENT, Role
from clew.domain.overlap import REMINDED_AFTER, RENEWED_AFTER
from clew.domain.request import KEPT_YEARS
from clew.domain.retention import REVIEW_ASKED_AFTER
from clew.domain.task_force import KEPT_DAYS as TASK_FORCES_KEPT_DAYS
from clew.records import (
    administration,
    alliance,
    assertions,
    census,
    classification,
    correspondence,
    custody,
    deconfliction,
    enquiry,
    exercise_asks,
    exercises,
    graph,
    handover,
    judgement,
    lead_order,
    localisation,
    locks,
    log,
    merges,
    officer_keys,
    optics,
    outcomes,
    perusal,
    pursuit,
    readiness,
    rights,
    saved_views,
    second_officer,
    showing,
    uploads,
)
from clew.records.api_answers import KEPT_FOR as ANSWERS_KEPT_FOR
from clew.records.roles import Roles
from clew.records.visibility import VIEWER_MEMBER, VIEWER_UNIT, sees_medium, told, visible

COVERED = (
    "cases",
    "exhibits",
    "intakes",
    "chunks",
    "media",
    "occurrences",
    "fingerprints",
    "series",
    "series_media",
    "hash_lists",
    "listings",
    "covers",
    "handling_changes",
    *graph.NOUNS,
)
"""Tables with the columns of the cover."""

OWN = f"owner_member = {VIEWER_MEMBER} and owner_unit = {VIEWER_UNIT}"

PARENTS = {
    "exhibits": ("case_id", "cases"),
    "chunks": ("intake_id", "intakes"),
    "occurrences": ("exhibit_id", "exhibits"),
    "listings": ("list_id", "hash_lists"),
}
"""By table: the column that names what a row lies in, and where that is kept.

A row lies in something of its own unit. Foreign keys and unique constraints look past row security: without
this, "duplicate key" would tell what lies on a list of another member, and "not present in table" that a
case of another is there.
"""

SEEN_BY: Mapping[str, Callable[[], str]] = {"fingerprints": told, "media": sees_medium}
"""By table: the rule by which rows under a cover are seen, where that is another than for the rest."""

SEEN = {"series_media": assertions.SEES_SERIES_AND_OWNS_MEDIUM}
"""By table: what is asked instead where own rows may lie in what is another's, as far as that is seen."""

APP_GRANTS = {
    "cases": "select, insert, update, delete",
    "chunks": "select, insert, update, delete",
    "covers": "select, insert, update, delete",
    "exhibits": "select, insert, update, delete",
    "fingerprint_counters": "select, update",
    "fingerprints": "select, insert, update, delete",
    "handling_changes": "select, insert, update (state, decided_by, decided_at)",
    "hash_lists": "select, insert, update, delete",
    "intakes": "select, insert, update, delete",
    "listings": "select, insert, update, delete",
    "matches": "select",
    "media": "select, insert, update, delete",
    "occurrences": "select, insert, update, delete",
    "series_media": "select, insert, update (audience, members, excluded), delete",
    **administration.APP_GRANTS,
    **log.APP_GRANTS,
    **custody.APP_GRANTS,
    **rights.APP_GRANTS,
    **assertions.APP_GRANTS,
    **deconfliction.APP_GRANTS,
    **correspondence.APP_GRANTS,
    **pursuit.APP_GRANTS,
    **graph.APP_GRANTS,
    **classification.APP_GRANTS,
    **outcomes.APP_GRANTS,
    **localisation.APP_GRANTS,
    **alliance.APP_GRANTS,
    **enquiry.APP_GRANTS,
    **handover.APP_GRANTS,
    **exercises.APP_GRANTS,
    **exercise_asks.APP_GRANTS,
    **readiness.APP_GRANTS,
    **officer_keys.APP_GRANTS,
    **saved_views.APP_GRANTS,
    **showing.APP_GRANTS,
    **perusal.APP_GRANTS,
    **judgement.APP_GRANTS,
    **uploads.APP_GRANTS,
    **optics.APP_GRANTS,
}

BLIND_GRANTS = {
    "context_keys": "select",
    "fingerprints": "select",
    "handling_changes": "select, delete",
    "listings": "select",
    "matches": "select, insert, update, delete",
    "media": "select",
    "occurrences": "select",
    **administration.BLIND_GRANTS,
    **log.BLIND_GRANTS,
    **custody.BLIND_GRANTS,
    **rights.BLIND_GRANTS,
    **deconfliction.BLIND_GRANTS,
    **correspondence.BLIND_GRANTS,
    **pursuit.BLIND_GRANTS,
    **graph.BLIND_GRANTS,
    **outcomes.BLIND_GRANTS,
    **alliance.BLIND_GRANTS,
    **census.BLIND_GRANTS,
    **enquiry.BLIND_GRANTS,
    **handover.BLIND_GRANTS,
    **exercises.BLIND_GRANTS,
    **readiness.BLIND_GRANTS,
    **classification.BLIND_GRANTS,
    **assertions.BLIND_GRANTS,
    **localisation.BLIND_GRANTS,
    **showing.BLIND_GRANTS,
    **perusal.BLIND_GRANTS,
    **judgement.BLIND_GRANTS,
    **optics.BLIND_GRANTS,
}

FUNCTIONS_OF_THE_APP = (
    "clew_actor_member()",
    "clew_actor_unit()",
    "clew_actor_officer()",
    "clew_actor_home()",
    "clew_actor_home_unit()",
    "clew_actor_role()",
    "clew_actor_standing()",
    "clew_standing(text)",
    "clew_sign_in(uuid, boolean, interval, interval)",
    "clew_token(bytea)",
    "clew_administrators(text)",
    "clew_has_administrator(text, text)",
    "clew_actor_use()",
    "clew_fingerprints_after(smallint, bigint, integer)",
    "clew_fingerprint_sets(smallint, bigint[], boolean)",
    "clew_fingerprints_between(smallint, bigint, bigint)",
    (
        "clew_write_matches(uuid[], bigint[], smallint[], smallint[], smallint[], smallint[],"
        " integer[], integer[], integer[], integer[], integer[], integer[])"
    ),
    "clew_note_equal_bytes(uuid[])",
    "clew_recover(uuid[], uuid[], uuid[])",
    *log.FUNCTIONS_OF_THE_APP,
    *custody.FUNCTIONS_OF_THE_APP,
    *rights.FUNCTIONS_OF_THE_APP,
    *deconfliction.FUNCTIONS_OF_THE_APP,
    *correspondence.FUNCTIONS_OF_THE_APP,
    *pursuit.FUNCTIONS_OF_THE_APP,
    "clew_blobs_kept(bytea[])",
    "clew_forget_media(uuid[])",
    "clew_forget_words(uuid)",
    "clew_shredded(uuid[])",
    *assertions.FUNCTIONS_OF_THE_APP,
    *graph.FUNCTIONS_OF_THE_APP,
    *outcomes.FUNCTIONS_OF_THE_APP,
    *alliance.FUNCTIONS_OF_THE_APP,
    *census.FUNCTIONS_OF_THE_APP,
    *enquiry.FUNCTIONS_OF_THE_APP,
    *handover.FUNCTIONS_OF_THE_APP,
    *readiness.FUNCTIONS_OF_THE_APP,
    *second_officer.FUNCTIONS_OF_THE_APP,
)
FUNCTIONS_OF_THE_BLIND = (
    "clew_actor()",
    "clew_write_overlaps(uuid[], uuid[])",
    *log.FUNCTIONS_OF_THE_BLIND,
    *assertions.FUNCTIONS_OF_THE_BLIND,
    *graph.FUNCTIONS_OF_THE_BLIND,
    *outcomes.FUNCTIONS_OF_THE_BLIND,
    *alliance.FUNCTIONS_OF_THE_BLIND,
    *census.FUNCTIONS_OF_THE_BLIND,
    *deconfliction.FUNCTIONS_OF_THE_BLIND,
    *correspondence.FUNCTIONS_OF_THE_BLIND,
    *pursuit.FUNCTIONS_OF_THE_BLIND,
    *optics.FUNCTIONS_OF_THE_BLIND,
    *second_officer.FUNCTIONS_OF_THE_BLIND,
)

FACTS = f"{Use.FACTS:d}::smallint"
"""What owners see of one another, whatever a transaction is for."""
BOTH_USES = f"{MATCHED:d}::smallint"
"""An overlap is noted where one owner may not be told that the other's medium is near."""

ANY_USE = f"{EVERY_USE:d}::smallint"
"""What is asked where one use is as good as another to know of a record."""

OF_EQUAL_BYTES = (
    "(a.size_bytes is distinct from 0 and b.size_bytes is distinct from 0"
    f" and (a.name = b.name and length(a.name) <> {NAME_BYTES}"
    " or a.sha1 = b.sha1 and (a.sha256 is null or b.sha256 is null)"
    " or a.md5 = b.md5 and (a.sha256 is null or b.sha256 is null) and (a.sha1 is null or b.sha1 is null))) is true"
)
"""Of two media that are near or the same: their strongest common digest is equal, which is told by their facts alone.

Never null: of most media some digest is not known, and what is not known to be equal is not.
"""

_OWNER_OF_A = {"viewer_member": "a.owner_member", "viewer_unit": "a.owner_unit"}
_OWNER_OF_B = {"viewer_member": "b.owner_member", "viewer_unit": "b.owner_unit"}

FUNCTIONS_OF_BEFORE = (
    "clew_fingerprint_sets(smallint, bigint[])",
    "clew_note_digest_overlaps(uuid[])",
    "clew_crop_shown(uuid)",
    "clew_lead_news(uuid)",
    "clew_open_overlaps(uuid)",
    "clew_accesses(uuid, text, text, text, integer)",
    "clew_statistics()",
    "clew_statistics_over_time()",
    *optics.FUNCTIONS_OF_BEFORE,
)
"""What earlier versions had and nobody may call any more."""

COVER_IS_WHOLE = (
    "owner_member <> '' and owner_unit <> '' and audience between 0 and 32767"
    " and (audience >> 5 & 31 <> 0) = (cardinality(members) > 0)"
    " and (audience & 31) & ~(audience >> 10) = 0"
    " and (cardinality(members) = 0 or (audience & 31) & ~(audience >> 5) = 0)"
    " and owner_member <> all (excluded) and cardinality(members) <= 300 and cardinality(excluded) <= 300"
)
"""What `domain/handling.Handling` demands, once more where rows come by COPY."""


def cover(tables: Iterable[str], roles: Roles) -> list[str]:
    """Statements that put covered tables under row security."""
    return [statement for table in tables for statement in _cover(table, _named(roles))]


def _cover(table: str, role: dict[str, str]) -> list[str]:
    app = role["app"]
    return [
        *_forced(table),
        f"alter table {table} add constraint {table}_cover_is_whole check ({COVER_IS_WHOLE})",
        *(f"alter table {table} alter {column} set default '{{}}'" for column in ("members", "excluded")),
        f"create policy app_select on {table} for select to {app} using ({SEEN_BY.get(table, visible)()})",
        f"create policy app_insert on {table} for insert to {app} with check ({_added(table)})",
        f"create policy app_update on {table} for update to {app} using ({OWN}) with check ({_changed(table)})",
        f"create policy app_delete on {table} for delete to {app} using ({OWN})",
        *_blind(table, role),
    ]


def _written(table: str) -> str:
    """What must hold of a row that is written: it is the own unit's, and so is what it lies in."""
    if table in SEEN:
        return f"{OWN} and {SEEN[table]}"
    if table not in PARENTS:
        return OWN
    column, parent = PARENTS[table]
    own = f"p.owner_member = {VIEWER_MEMBER} and p.owner_unit = {VIEWER_UNIT}"
    return f"{OWN} and exists (select from public.{parent} p where p.id = {column} and {own})"


def _added(table: str) -> str:
    """The same of a row that is added, with what one officer alone may add."""
    beside = second_officer.ADDED.get(table)
    return _written(table) if beside is None else f"{_written(table)} and {beside}"


def _changed(table: str) -> str:
    """The same of a row that changes. Where the rest stays, what it lies in may have been hidden since."""
    written, beside = OWN if table in SEEN else _written(table), second_officer.CHANGED.get(table)
    return written if beside is None else f"{written} and {beside}"


SPECIAL: Mapping[str, Mapping[str, str]] = {
    # Equal bytes are no row here: they are found by what both records say of themselves.
    "matches": {"select": f"using ({told('a_')} and {told('b_')})"},
    **administration.RULES,
    **log.RULES,
    **custody.RULES,
    **rights.RULES,
    **assertions.RULES,
    **deconfliction.RULES,
    **correspondence.RULES,
    **pursuit.RULES,
    **graph.RULES,
    **classification.RULES,
    **outcomes.RULES,
    **localisation.RULES,
    **alliance.RULES,
    **census.RULES,
    **enquiry.RULES,
    **handover.RULES,
    **exercises.RULES,
    **exercise_asks.RULES,
    **readiness.RULES,
    **officer_keys.RULES,
    **saved_views.RULES,
    **showing.RULES,
    **perusal.RULES,
    **judgement.RULES,
    **uploads.RULES,
    **optics.RULES,
}
"""Tables whose rows have other covers than their own columns: by verb, what the application may."""


def special(roles: Roles, tables: Iterable[str] = tuple(SPECIAL)) -> list[str]:
    """Statements that put special tables under row security."""
    role = _named(roles)
    return [statement for table in tables for statement in _special(table, role)]


def _special(table: str, role: dict[str, str]) -> list[str]:
    return [
        *_forced(table),
        *(
            f"create policy app_{verb} on {table} for {verb} to {role['app']} {condition}"
            for verb, condition in SPECIAL[table].items()
        ),
        *_blind(table, role),
        *_sequencer(table, role),
    ]


def brought(roles: Roles) -> list[str]:
    """Statements that let those who work in a task force see what owners brought into it."""
    app = _named(roles)["app"]
    return [
        f"create policy app_select_brought on public.{table} for select to {app} using {alliance.brought(table)}"
        for table in alliance.BROUGHT
    ]


def renewed(kept: Iterable[tuple[str, str]], roles: Roles) -> list[str]:
    """Statements that take `kept` policies (table, name) away and put every table under row security anew."""
    made = [*cover(COVERED, roles), *special(roles), *brought(roles)]
    return [
        *(f'drop policy "{name}" on public."{table}"' for table, name in kept),
        *(words for words in made if words.startswith("create policy") or "row level security" in words),
    ]


def grants(roles: Roles) -> list[str]:
    """Statements that give each role what it needs on tables, and nothing else."""
    role = _named(roles)
    granted = {"app": APP_GRANTS, "blind": BLIND_GRANTS, "sequencer": log.SEQUENCER_GRANTS}
    tables = sorted({table for each in granted.values() for table in each})
    everyone = ", ".join(role.values())
    return [
        "revoke create on schema public from public",
        f"grant usage on schema public to {everyone}",
        *(f"revoke all on public.{table} from public, {everyone}" for table in tables),
        *(
            f"grant {words} on public.{table} to {role[name]}"
            for name, each in granted.items()
            for table, words in each.items()
        ),
    ]


def functions_made(roles: Roles) -> list[str]:
    """Statements, for one transaction of the owner, that make every function or bring it up to date.

    The blind role makes them and so owns them; then only it may change who calls them.
    """
    role = _named(roles)
    every = (*FUNCTIONS_OF_THE_APP, *FUNCTIONS_OF_THE_BLIND)
    return [
        "select pg_advisory_xact_lock(hashtext('clew functions'))",
        # Their tables may come with a later migration.
        "set local check_function_bodies = off",
        f"grant create on schema public to {role['blind']}",
        f"set local role {role['blind']}",
        *(f"drop function if exists {function}" for function in FUNCTIONS_OF_BEFORE),
        *functions(),
        *(f"revoke all on function {function} from public, {role['app']}" for function in every),
        *(f"grant execute on function {function} to {role['app']}" for function in FUNCTIONS_OF_THE_APP),
        "reset role",
        f"revoke create on schema public from {role['blind']}",
    ]


def lent(
    connection: BaseDatabaseWrapper, roles: Roles, called: Iterable[str], statements: Iterable[str]
) -> list[str]:  # fmt: skip
    """`statements` that put triggers on tables, for their owner, who is `connection`'s user.

    Whoever puts a trigger on a table must be allowed to call its function, and asks that function's owner for it: the
    blind role lends `called` for as long as these statements take.
    """
    with connection.cursor() as cursor:
        cursor.execute("select current_user")
        owner = sql.Identifier(cursor.fetchone()[0]).as_string()
    functions, blind = list(called), _named(roles)["blind"]
    return [
        f"set local role {blind}",
        *(f"grant execute on function {function} to {owner}" for function in functions),
        "reset role",
        *statements,
        f"set local role {blind}",
        *(f"revoke execute on function {function} from {owner}" for function in functions),
        "reset role",
    ]


SOURCES = (
    "actor.sql",
    "standing.sql",
    "sign_in.sql",
    "blind.sql",
    "recover.sql",
    "audit.sql",
    "rights.sql",
    "annual_report.sql",
    "series.sql",
    "graph.sql",
    "overlap.sql",
    "message.sql",
    "lead.sql",
    "camera.sql",
    "identification.sql",
    "task_force.sql",
    "statistics.sql",
    "question.sql",
    "referral.sql",
    "readiness.sql",
    "second_officer.sql",
    "custody.sql",
)


def functions() -> list[str]:
    """The functions of the package's SQL files, with the rule of visibility pasted in."""
    places = {
        "{both_are_told}": both_are_told(),
        "{roles_with_content}": ", ".join(f"'{role}'" for role in Role if role not in WITHOUT_CONTENT),
        "{a_owner_sees_b}": visible("b.", **_OWNER_OF_A, viewer_use=FACTS),
        "{a_owner_sees_medium_b}": sees_medium("b.", **_OWNER_OF_A, viewer_use=FACTS, viewer_uses=BOTH_USES),
        "{a_owner_is_told_of_b}": told("b.", **_OWNER_OF_A, viewer_uses=BOTH_USES),
        "{u_is_told_of_it}": told("it.", viewer_member="u.member", viewer_unit="u.unit", viewer_uses=BOTH_USES),
        "{a_owner_sees_s}": visible("s.", **_OWNER_OF_A, viewer_use=FACTS),
        "{r_is_known}": visible("r.", viewer_use=ANY_USE),
        "{m_is_visible}": sees_medium("m."),
        "{s_is_seen_by_u}": visible("s.", viewer_member="u.member", viewer_unit="u.unit", viewer_use=FACTS),
        "{e_is_seen_by_u}": visible("e.", viewer_member="u.member", viewer_unit="u.unit", viewer_use=FACTS),
        "{reached_max}": str(merges.REACHED_MAX),
        "{v_is_seen_by_u}": visible("v.", viewer_member="u.member", viewer_unit="u.unit", viewer_use=FACTS),
        "{it_is_seen_by_u}": sees_medium(
            "it.", viewer_member="u.member", viewer_unit="u.unit", viewer_use=FACTS, viewer_uses=BOTH_USES
        ),
        "{blocked}": BLOCKED,
        "{small}": str(SMALL),
        "{own_steps}": readiness.OWN_STEPS,
        "{exercise_counts_days}": str(COUNTS_FOR.days + 1),
        "{leads_lock}": str(locks.LEADS),
        "{lead_points}": lead_order.POINTS,
        "{request_years}": str(KEPT_YEARS),
        "{supervising_roles}": log.READERS,
        "{covers_lock}": str(locks.COVERS),
        "{overlaps_lock}": str(locks.OVERLAPS),
        **deconfliction.PLACES,
        "{reminded_after}": f"interval '{REMINDED_AFTER.days} days'",
        "{renewed_after}": f"interval '{RENEWED_AFTER.days} days'",
        **alliance.PLACES,
        **second_officer.PLACES,
        **census.PLACES,
        "{task_forces_kept}": f"interval '{TASK_FORCES_KEPT_DAYS} days'",
        "{review_asked_after}": f"interval '{REVIEW_ASKED_AFTER.days} days'",
        "{messages_kept}": f"interval '{KEPT_DAYS} days'",
        "{answers_kept}": f"interval '{ANSWERS_KEPT_FOR.days} days'",
        "{looks_kept}": f"interval '{showing.LOOKS_KEPT_HOURS} hours'",
        "{exposures_kept}": str(showing.EXPOSURES_KEPT_DAYS),
        "{a_is_told}": told("m.a_"),
        "{b_is_told}": told("m.b_"),
    }
    texts = [*_viewers(), *(_text(name) for name in SOURCES)]
    for place, words in places.items():
        texts = [text.replace(place, words) for text in texts]
    return texts


def both_are_told() -> str:
    """An SQL condition: of media a and b that are near or the same each one's owner is told of the other."""
    near = f"{told('b.', **_OWNER_OF_A, viewer_uses=BOTH_USES)} and {told('a.', **_OWNER_OF_B, viewer_uses=BOTH_USES)}"
    seen = f"{visible('b.', **_OWNER_OF_A, viewer_use=FACTS)} and {visible('a.', **_OWNER_OF_B, viewer_use=FACTS)}"
    return f"({near} or {OF_EQUAL_BYTES} and {seen})"


def _viewers() -> list[str]:
    """The functions of `viewer.sql`: what the rule of visibility asks of who acts."""
    asked = {"member": "text", "unit": "text", "use": "smallint"}
    return [
        _text("viewer.sql").replace("{name}", f"clew_actor_{key}").replace("{key}", key).replace("{type}", type_)
        for key, type_ in asked.items()
    ]


def _text(name: str) -> str:
    return files("clew.records").joinpath(name).read_text("utf-8")


def _forced(table: str) -> list[str]:
    return [f"alter table public.{table} {verb} row level security" for verb in ("enable", "force")]


def _blind(table: str, role: dict[str, str]) -> list[str]:
    blind = role["blind"]
    granted = {words.partition(" ")[0] for words in BLIND_GRANTS.get(table, "").split(", ")}
    conditions = {
        "select": "using (true)",
        "insert": "with check (true)",
        "update": "using (true) with check (true)",
        "delete": "using (true)",
    }
    return [
        f"create policy blind_{verb} on public.{table} for {verb} to {blind} {conditions[verb]}"
        for verb in sorted(granted)
        if verb in conditions
    ]


def _sequencer(table: str, role: dict[str, str]) -> list[str]:
    if log.SEQUENCER_GRANTS.get(table) != "select":
        return []
    return [f"create policy sequencer_select on public.{table} for select to {role['sequencer']} using (true)"]


def _named(roles: Roles) -> dict[str, str]:
    return {name: sql.Identifier(getattr(roles, name)).as_string() for name in ("app", "blind", "sequencer")}
