"""Objects cut out of media, questions about them, and what is answered."""

import uuid

import django.contrib.postgres.functions
import django.db.models.functions.datetime
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import F, Q
from psycopg import sql

from clew.records import enquiry, policies
from clew.records.roles import Roles

KINDS = [
    "sign", "language", "plug-type", "product", "school-wear", "landmark", "sound", "text", "gps", "camera", "account",
    "phone", "web", "currency", "traffic", "other",
]  # fmt: skip
SUBJECTS = ["case", "exhibit", "series", "victim", "offender", "place", "overlap", "question"]
STATES = ["proposed", "in-force", "ended", "withdrawn", "lapsed"]
CALLED = "clew_give_reference()"


def random_id() -> models.UUIDField:
    return models.UUIDField(
        db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True,
        serialize=False,
    )  # fmt: skip


def now() -> models.DateTimeField:
    return models.DateTimeField(db_default=django.db.models.functions.datetime.Now())


def protect(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("select current_user")
        owner = sql.Identifier(cursor.fetchone()[0]).as_string()
    blind = sql.Identifier(roles.blind).as_string()
    statements = [
        *policies.functions_made(roles),
        f"set local role {blind}", f"grant execute on function {CALLED} to {owner}", "reset role",
        *enquiry.GOES_WITH_IT,
        f"set local role {blind}", f"revoke execute on function {CALLED} from {owner}", "reset role",
        *policies.special(roles, ("crops", "questions", "question_answers")),
    ]  # fmt: skip
    for statement in statements:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("records", "0037_task_forces")]
    operations = [
        migrations.CreateModel(
            name="Crop",
            fields=[
                ("id", random_id()),
                ("medium_id", models.UUIDField()),
                ("case_id", models.UUIDField()),
                ("member", models.TextField()),
                ("unit", models.TextField()),
                ("box_left", models.SmallIntegerField()),
                ("box_top", models.SmallIntegerField()),
                ("box_width", models.SmallIntegerField()),
                ("box_height", models.SmallIntegerField()),
                ("at_ms", models.IntegerField(null=True)),
                ("words", models.BinaryField()),
                ("name", models.BinaryField()),
                ("blob", models.BinaryField()),
                ("wrapped", models.BinaryField(null=True)),
                ("state", models.TextField(db_default="proposed", default="proposed")),
                ("proposed_by", models.TextField()),
                ("proposed_at", now()),
                ("decided_by", models.TextField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "crops",
                "indexes": [
                    models.Index(fields=["medium_id"], name="crops_by_medium"),
                    models.Index(fields=["case_id"], name="crops_by_case"),
                    models.Index(fields=["member", "unit", "proposed_at"], name="crops_by_unit"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        name="crop_is_an_object",
                        condition=Q(box_left__gte=0, box_top__gte=0, box_width__gt=0, box_height__gt=0)
                        & Q(box_width__lte=1000 - F("box_left"), box_height__lte=1000 - F("box_top"))
                        & Q(box_width__lte=250_000 / F("box_height")),
                    ),
                    models.CheckConstraint(name="crop_state_is_known", condition=Q(state__in=STATES)),
                    models.CheckConstraint(
                        name="crop_is_let_out_by_two",
                        condition=~Q(state__in=["in-force", "ended"])
                        | Q(decided_by__isnull=False) & ~Q(decided_by=F("proposed_by")),
                    ),
                    models.CheckConstraint(
                        name="crop_has_bytes_while_it_stands",
                        condition=Q(state__in=["proposed", "in-force"]) | Q(wrapped__isnull=True),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Question",
            fields=[
                ("id", random_id()),
                ("reference", models.TextField()),
                ("member", models.TextField()),
                ("unit", models.TextField()),
                ("kind", models.TextField()),
                ("about_kind", models.TextField()),
                ("about_id", models.UUIDField()),
                ("crop_id", models.UUIDField(null=True)),
                ("language", models.TextField()),
                ("due_on", models.DateField()),
                ("asked_by", models.TextField()),
                ("asked_at", now()),
                ("closed_by", models.TextField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "questions",
                "indexes": [
                    models.Index(fields=["member", "unit", "asked_at"], name="questions_by_unit"),
                    models.Index(fields=["about_id"], name="questions_by_record"),
                    models.Index(fields=["crop_id"], name="questions_by_crop"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=["reference"], name="question_reference_is_given_once"),
                    models.CheckConstraint(name="question_kind_is_known", condition=Q(kind__in=KINDS)),
                    models.CheckConstraint(
                        name="question_is_about_a_record", condition=Q(about_kind__in=["series", "medium", "place"])
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="QuestionAnswer",
            fields=[
                ("id", random_id()),
                ("question_id", models.UUIDField()),
                ("correspondence_id", models.UUIDField()),
                ("message_id", models.UUIDField()),
                ("member", models.TextField()),
                ("unit", models.TextField()),
                ("said", models.TextField()),
                ("country", models.TextField(db_default="", default="")),
                ("answered_by", models.TextField()),
                ("answered_at", models.DateTimeField()),
            ],
            options={
                "db_table": "question_answers",
                "indexes": [
                    models.Index(fields=["question_id", "answered_at"], name="question_answers_by_it"),
                    models.Index(fields=["correspondence_id"], name="question_answers_by_place"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        name="question_answer_is_known",
                        condition=Q(said__in=["yes", "no", "probably", "nothing-known"])
                        & Q(country__regex="^([A-Z]{2})?$"),
                    ),
                ],
            },
        ),
        migrations.RemoveConstraint("correspondence", "correspondence_is_about_a_record"),
        migrations.AddConstraint(
            "correspondence",
            models.CheckConstraint(condition=Q(subject_kind__in=SUBJECTS), name="correspondence_is_about_a_record"),
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
