"""Checks of task forces: what the database holds of them, and that what is over opens nothing."""

import time
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from clew.domain.handling import Actor
from clew.node import keys as node_keys
from clew.node.configuration import Configuration
from clew.node.connection import ConnectionFacts
from clew.node.doctor import Check, held, verdict
from clew.records import alliance
from clew.records.session import CONTEXT_SECONDS_MAX, signed

Connection = psycopg.Connection[TupleRow]

OVER_ASKED_MAX = 50
"""Of so many officers of the task forces that were over last it is asked whether one still opens anything to them."""


def check_task_forces(configuration: Configuration, facts: ConnectionFacts) -> Check:
    """The check of task forces; the database is up."""
    keys = node_keys.read(configuration.keys_folder)
    with psycopg.connect(**facts.as_owner()) as owner, psycopg.connect(**facts.as_app(keys.app_password)) as app:
        return _over(owner, app, facts, keys.context)


def _over(owner: Connection, app: Connection, facts: ConnectionFacts, context_key: bytes) -> Check:
    """Whether the database holds what task forces promise: asked as officers would ask of one that is over."""
    if missing := alliance.HELD_BY_THE_DATABASE - held(owner):
        bad = "Run clew init on a new database and bring the records over: these are gone"
        return verdict("task forces", missing, good="", bad=bad)
    owner.execute(sql.SQL("set local role {}").format(sql.Identifier(facts.roles.blind)))
    over = owner.execute(
        "select o.officer, o.member, t.id from task_force_officers o join task_forces t on t.id = o.task_force_id"
        " where o.accepted_at is not null and (o.left_at is not null or t.closed_at is not null or t.ends_at <= now())"
        " and not exists (select from task_force_officers again where again.task_force_id = o.task_force_id"
        " and again.officer = o.officer and again.member = o.member"
        " and again.left_at is null and o.left_at is not null)"
        " order by t.ends_at desc, o.officer limit %s",
        [OVER_ASKED_MAX],
    ).fetchall()
    open_ = sum(_opens(app, context_key, *one) for one in over)
    return Check(
        name="task forces", ok=not open_,
        sentence="No task force that is over, and none that an officer has left, opens anything to them." if not open_
        else f"{open_} officers see by task forces that are over for them: run clew init.",
    )  # fmt: skip


def _opens(app: Connection, context_key: bytes, officer: str, member: str, task_force: UUID) -> bool:
    actor = Actor(officer=officer, member=member, unit="DOCTOR")
    until = int(time.time()) + CONTEXT_SECONDS_MAX
    context = signed(actor, backend_pid=app.info.backend_pid, until=until, key=context_key)
    app.execute("select set_config('clew.actor', %s, true)", [context])
    return app.execute("select %s = any (clew_task_forces())", [task_force]).fetchone() == (True,)
