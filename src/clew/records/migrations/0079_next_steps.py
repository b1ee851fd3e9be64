"""What should have come next of a victim is found by its day: whoever arrives is told of it."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("records", "0078_exhibits_lie_within_cases")]
    operations = [
        migrations.AddIndex(
            "victimstep",
            models.Index(
                name="victim_steps_by_next", fields=["member", "unit", "next_on"],
                condition=Q(status="confirmed", next_on__isnull=False),
            ),
        )
    ]  # fmt: skip
