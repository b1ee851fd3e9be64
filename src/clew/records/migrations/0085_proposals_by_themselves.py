"""A unit is told that programs propose something about a case, and how much came since it looked."""

from django.db import migrations, models
from django.db.models import Q

KINDS = [
    "overlap", "overlap-reminder", "contact", "message", "message-due", "lead", "proposals", "identified", "safeguarded",
    "task-force", "outcome-taken-back", "review",
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("records", "0084_fingerprints_are_a_use")]
    operations = [
        migrations.AddField("notice", "many", models.IntegerField(null=True)),
        migrations.RemoveConstraint("notice", "notice_kind_is_known"),
        migrations.AddConstraint(
            "notice", models.CheckConstraint(condition=Q(kind__in=KINDS), name="notice_kind_is_known")
        ),
    ]
