"""The planner is told that an exhibit lies within one case: it took the places of both for a fiftieth of what they are.

So it gathered and sorted all places of an exhibit, where the first few in the order of an index were asked for.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("records", "0077_versions_of_fingerprints")]
    operations = [
        migrations.RunSQL(
            "create statistics if not exists occurrences_lie_within (dependencies) on case_id, exhibit_id from occurrences;"
            "analyze occurrences",
            "drop statistics if exists occurrences_lie_within",
        )
    ]
