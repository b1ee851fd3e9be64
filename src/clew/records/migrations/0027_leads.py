"""Leads, what speaks for them, and what is new and still to be looked at."""

import uuid

import django.contrib.postgres.functions
import django.db.models.functions.datetime
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import Q

from clew.records import assertions, policies, pursuit
from clew.records.roles import Roles

RULES = ["same-camera", "same-document", "aligned-clip", "known-place", "reappeared"]
STATES = ["watched", "raised", "taken", "followed", "set-aside", "closed"]
STEPS = ["raise", "take", "hand-back", "follow", "set-aside", "reopen", "close"]
OUTCOMES = ["", "victim-found", "offender-found", "place-found", "units-in-contact", "more-material", "nothing"]
NOTICES = ["overlap", "overlap-reminder", "contact", "message", "message-due", "lead"]
TABLES = ("lead_checks", "lead_media", "lead_news", "lead_steps", "leads")
OF_SERIES = {"leads": ("series_id",), "lead_media": ("series_id",), "lead_steps": ("series_id",)}


def protect(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    called = sorted({f"{function}()" for *_, function in pursuit.TRIGGERS.values()})
    statements = [
        *assertions.bound_to_series(OF_SERIES),
        # Rules are those of now and may name columns that come later: founding puts those.
        *(words for words in policies.special(roles, TABLES) if not words.startswith("create policy app_select on lead_media")),
        *policies.functions_made(roles),
        *policies.lent(schema_editor.connection, roles, called, pursuit.triggers()),
    ]
    for statement in statements:
        schema_editor.execute(statement, params=None)


def random_id() -> models.UUIDField:
    return models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)


def now() -> models.DateTimeField:
    return models.DateTimeField(db_default=django.db.models.functions.datetime.Now())


class Migration(migrations.Migration):
    dependencies = [("records", "0026_mail_addresses")]
    operations = [
        migrations.CreateModel(
            name="Lead",
            fields=[
                ("id", random_id()),
                ("series_id", models.UUIDField()),
                ("member", models.TextField()),
                ("unit", models.TextField()),
                ("rule", models.TextField()),
                ("evidence", models.BinaryField()),
                ("exhibit_id", models.UUIDField(null=True)),
                ("state", models.TextField()),
                ("raised_at", now()),
                ("changed_at", now()),
            ],
            options={
                "db_table": "leads",
                "indexes": [
                    models.Index(fields=["member", "unit", "state"], name="leads_by_unit"),
                    models.Index(fields=["series_id"], name="leads_by_series"),
                    models.Index(condition=Q(exhibit_id__isnull=False), fields=["exhibit_id"], name="leads_by_exhibit"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=Q(rule__in=RULES, state__in=STATES), name="lead_is_known"),
                    models.UniqueConstraint(
                        fields=["member", "unit", "series_id", "rule", "evidence"], name="lead_is_raised_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LeadMedium",
            fields=[
                ("pk", models.CompositePrimaryKey("member", "unit", "lead_id", "medium_id", blank=True, editable=False, primary_key=True, serialize=False)),
                ("member", models.TextField()),
                ("unit", models.TextField()),
                ("lead_id", models.UUIDField()),
                ("medium_id", models.UUIDField()),
                ("series_id", models.UUIDField()),
                ("measured", models.BinaryField()),
                ("added_at", now()),
            ],
            options={
                "db_table": "lead_media",
                "indexes": [
                    models.Index(fields=["lead_id"], name="lead_media_by_lead"),
                    models.Index(fields=["medium_id"], name="lead_media_by_medium"),
                    models.Index(fields=["series_id"], name="lead_media_by_series"),
                ],
            },
        ),
        migrations.CreateModel(
            name="LeadStep",
            fields=[
                ("id", random_id()),
                ("lead_id", models.UUIDField()),
                ("series_id", models.UUIDField()),
                ("member", models.TextField()),
                ("unit", models.TextField()),
                ("step", models.TextField()),
                ("state", models.TextField()),
                ("outcome", models.TextField(db_default="", default="")),
                ("reason", models.TextField(db_default="", default="")),
                ("taken_by", models.TextField()),
                ("taken_at", now()),
            ],
            options={
                "db_table": "lead_steps",
                "indexes": [
                    models.Index(fields=["lead_id", "taken_at"], name="lead_steps_by_lead"),
                    models.Index(fields=["series_id"], name="lead_steps_by_series"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(step__in=STEPS, state__in=STATES, outcome__in=OUTCOMES), name="lead_step_is_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LeadNews",
            fields=[
                ("id", random_id()),
                ("medium_id", models.UUIDField()),
                ("round", models.UUIDField(null=True)),
                ("noted_at", now()),
            ],
            options={
                "db_table": "lead_news",
                "indexes": [
                    models.Index(condition=Q(round__isnull=False), fields=["round"], name="lead_news_by_round"),
                    models.Index(condition=Q(round__isnull=True), fields=["noted_at"], name="lead_news_waiting"),
                ],
            },
        ),
        migrations.CreateModel(
            name="LeadCheck",
            fields=[
                ("pk", models.CompositePrimaryKey("round", "member", "unit", blank=True, editable=False, primary_key=True, serialize=False)),
                ("round", models.UUIDField()),
                ("member", models.TextField()),
                ("unit", models.TextField()),
                ("opened_at", now()),
            ],
            options={
                "db_table": "lead_checks",
                "indexes": [models.Index(fields=["member", "unit"], name="lead_checks_by_unit")],
            },
        ),
        migrations.RemoveConstraint("notice", "notice_kind_is_known"),
        migrations.AddConstraint(
            "notice", models.CheckConstraint(condition=Q(kind__in=NOTICES), name="notice_kind_is_known")
        ),
        migrations.AddIndex(
            "seriesmedium",
            models.Index(fields=["series_id", "owner_member", "owner_unit"], name="series_media_by_owner"),
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
