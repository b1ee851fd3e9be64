"""Units ask one another about media too."""

from django.db import migrations, models
from django.db.models import Q

KINDS = ["case", "exhibit", "series", "victim", "offender", "place", "medium", "overlap", "question", "referral"]


class Migration(migrations.Migration):
    dependencies = [("records", "0060_lead_rules")]
    operations = [
        migrations.RemoveConstraint("correspondence", "correspondence_is_about_a_record"),
        migrations.AddConstraint(
            "correspondence",
            models.CheckConstraint(condition=Q(subject_kind__in=KINDS), name="correspondence_is_about_a_record"),
        ),
    ]
