"""Restrictions of clues and links end: on which day the next of them does."""

from django.db import migrations, models
from django.db.models import Q


def until(of: str) -> list[migrations.operations.base.Operation]:
    return [
        migrations.AddField(of, "restricted_until", models.DateField(null=True)),
        migrations.AddIndex(
            of,
            models.Index(
                name=f"{of}s_by_end", fields=["owner_member", "owner_unit", "restricted_until"],
                condition=Q(restricted_until__isnull=False),
            ),
        ),
    ]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("records", "0072_rejections_taken_back")]
    operations = [*until("clue"), *until("link")]
