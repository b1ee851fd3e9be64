"""Reveal budgets, and an index by which what an officer revealed lately is found at once."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models.functions import Now

from clew.records import policies
from clew.records.models.columns import random_id
from clew.records.roles import Roles


def protect(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    for statement in policies.special(roles, ("reveal_budgets",)):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("records", "0054_news_by_the_hundred")]
    operations = [
        migrations.CreateModel(
            name="RevealBudget",
            fields=[
                ("id", random_id()),
                ("level", models.TextField()),
                ("member", models.TextField()),
                ("unit", models.TextField(null=True)),
                ("officer", models.TextField(null=True)),
                ("hourly", models.IntegerField()),
                ("daily", models.IntegerField()),
                ("reason", models.TextField()),
                ("given_by", models.TextField()),
                ("given_at", models.DateTimeField(db_default=Now())),
                ("ended_by", models.TextField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("end_reason", models.TextField(null=True)),
            ],
            options={
                "db_table": "reveal_budgets",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)), fields=("member", "level", "unit", "officer"),
                        name="one_reveal_budget_in_force", nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("level", "officer"), ("officer__isnull", False), ("unit__isnull", True))
                        | models.Q(("level", "unit"), ("officer__isnull", True), ("unit__isnull", False))
                        | models.Q(("level", "member"), ("officer__isnull", True), ("unit__isnull", True)),
                        name="reveal_budget_names_its_level",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("daily__gte", models.F("hourly")), ("daily__lte", 20_000), ("hourly__gte", 1)
                        ),
                        name="reveal_budget_is_bounded",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="act",
            index=models.Index(
                condition=models.Q(("act__in", ("medium.reveal", "medium.open_released", "crop.show"))),
                fields=["member", "officer", "at"], name="reveals_by_officer",
            ),
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]  # fmt: skip
