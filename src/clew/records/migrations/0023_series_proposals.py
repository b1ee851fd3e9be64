"""What programs propose for series; and facts of media that are looked up for it."""

import uuid

import django.contrib.postgres.functions
import django.db.models.functions.datetime
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import Q

from clew.records import assertions, policies
from clew.records.roles import Roles

RULES = [
    "same-bytes", "near-copy", "aligned-video", "same-document", "same-camera", "burst",
    "shared-place", "file-names",
]  # fmt: skip
LOOKED_UP = {"document_id": "media_by_document", "taken_at": "media_by_time_taken", "latitude": "media_by_latitude"}


def protect(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    roles = Roles.of(schema_editor.connection.settings_dict["NAME"])
    for statement in [
        *assertions.bound_to_series({"series_proposals": ("series_id", "other_id")}),
        # Rules are those of now and may name columns that come later: founding puts those.
        *(words for words in policies.special(roles, ("series_proposals",)) if not words.startswith("create policy app_select")),
    ]:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("records", "0022_series_places")]
    operations = [
        *(
            migrations.AddIndex(
                "medium", models.Index(fields=[column], name=name, condition=Q(**{f"{column}__isnull": False}))
            )
            for column, name in LOOKED_UP.items()
        ),
        migrations.CreateModel(
            name="SeriesProposal",
            fields=[
                ("id", models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("series_id", models.UUIDField()),
                ("medium_id", models.UUIDField(null=True)),
                ("other_id", models.UUIDField(null=True)),
                ("rule", models.TextField()),
                ("measured", models.BinaryField()),
                ("media", models.IntegerField()),
                ("member", models.TextField()),
                ("unit", models.TextField()),
                ("proposed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "series_proposals",
                "indexes": [
                    models.Index(fields=["series_id"], name="proposals_by_series"),
                    models.Index(condition=Q(other_id__isnull=False), fields=["other_id"], name="proposals_by_other"),
                    models.Index(condition=Q(medium_id__isnull=False), fields=["medium_id"], name="proposals_by_medium"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(medium_id__isnull=True, other_id__isnull=False)
                        | Q(medium_id__isnull=False, other_id__isnull=True),
                        name="proposal_is_of_a_medium_or_a_series",
                    ),
                    models.CheckConstraint(condition=Q(rule__in=RULES), name="proposal_rule_is_known"),
                    models.UniqueConstraint(
                        condition=Q(medium_id__isnull=False),
                        fields=["member", "unit", "series_id", "medium_id", "rule"],
                        name="proposal_of_a_medium_once",
                    ),
                    models.UniqueConstraint(
                        condition=Q(other_id__isnull=False),
                        fields=["member", "unit", "series_id", "other_id", "rule"],
                        name="proposal_of_a_series_once",
                    ),
                ],
            },
        ),
        migrations.RunPython(protect, migrations.RunPython.noop),
    ]
