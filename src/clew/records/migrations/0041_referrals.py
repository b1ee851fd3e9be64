"""Referrals and their packages; questions about clues."""

import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.functions
import django.db.models.functions.datetime
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import F, Q

from clew.records import handover, policies
from clew.records.roles import Roles

SUBJECTS = ["case", "exhibit", "series", "victim", "offender", "place", "overlap", "question", "referral"]
STATES = ["proposed", "handed-over", "accepted", "declined", "handed-back", "withdrawn", "lapsed"]
CALLED = ("clew_give_reference()",)


def random_id() -> models.UUIDField:
    return models.UUIDField(
        db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True,
        serialize=False,
    )  # fmt: skip


def protect(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    statements = [
        *policies.functions_made(roles),
        *policies.lent(schema_editor.connection, roles, CALLED, handover.GOES_WITH_IT),
        *policies.special(roles, ("referrals", "referral_packages")),
        # A question may be about a clue too.
        "drop policy app_insert on public.questions",
        *(words for words in policies.special(roles, ("questions",)) if words.startswith("create policy app_insert")),
    ]
    for statement in statements:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("records", "0040_api_answers")]
    operations = [
        migrations.CreateModel(
            name="Referral",
            fields=[
                ("id", random_id()),
                ("reference", models.TextField()),
                ("member", models.TextField()),
                ("unit", models.TextField()),
                ("series_id", models.UUIDField()),
                ("country", models.TextField()),
                ("to_member", models.TextField(null=True)),
                ("to_unit", models.TextField(null=True)),
                ("due_on", models.DateField()),
                ("crop_ids", django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None)),
                ("state", models.TextField(db_default="proposed", default="proposed")),
                ("proposed_by", models.TextField()),
                ("proposed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("decided_by", models.TextField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("moved_by", models.TextField(null=True)),
                ("moved_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "referrals",
                "indexes": [
                    models.Index(fields=["member", "unit", "proposed_at"], name="referrals_by_unit"),
                    models.Index(fields=["series_id"], name="referrals_by_series"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=["reference"], name="referral_reference_is_given_once"),
                    models.CheckConstraint(name="referral_state_is_known", condition=Q(state__in=STATES)),
                    models.CheckConstraint(
                        name="referral_is_handed_over_by_two",
                        condition=Q(state__in=["proposed", "withdrawn", "lapsed"])
                        | Q(decided_by__isnull=False) & ~Q(decided_by=F("proposed_by")),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReferralPackage",
            fields=[
                ("id", random_id()),
                ("referral_id", models.UUIDField(unique=True)),
                ("member", models.TextField()),
                ("unit", models.TextField()),
                ("package", models.TextField()),
                ("digest", models.BinaryField()),
            ],
            options={"db_table": "referral_packages"},
        ),
        migrations.RemoveConstraint("correspondence", "correspondence_is_about_a_record"),
        migrations.AddConstraint(
            "correspondence",
            models.CheckConstraint(condition=Q(subject_kind__in=SUBJECTS), name="correspondence_is_about_a_record"),
        ),
        migrations.RemoveConstraint("question", "question_is_about_a_record"),
        migrations.AddConstraint(
            "question",
            models.CheckConstraint(
                condition=Q(about_kind__in=["series", "medium", "place", "clue"]), name="question_is_about_a_record"
            ),
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
