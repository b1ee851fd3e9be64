"""Who has changed units since votes anew: what they said in the other unit is that one's to keep."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("records", "0043_exercises")]
    operations = [
        migrations.RemoveConstraint("seriesvote", "vote_once_by_an_officer"),
        migrations.AddConstraint(
            "seriesvote",
            models.UniqueConstraint(
                condition=Q(withdrawn_at__isnull=True), fields=["series_id", "member", "unit", "voted_by"],
                name="vote_once_by_an_officer",
            ),
        ),
    ]
