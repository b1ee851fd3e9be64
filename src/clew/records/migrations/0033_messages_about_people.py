"""Units ask one another about victims, offenders and places too."""

from django.db import migrations, models
from django.db.models import Q

KINDS = ["case", "exhibit", "series", "victim", "offender", "place", "overlap"]


class Migration(migrations.Migration):
    dependencies = [("records", "0032_leads_by_place")]
    operations = [
        migrations.RemoveConstraint("correspondence", "correspondence_is_about_a_record"),
        migrations.AddConstraint(
            "correspondence",
            models.CheckConstraint(condition=Q(subject_kind__in=KINDS), name="correspondence_is_about_a_record"),
        ),
    ]
