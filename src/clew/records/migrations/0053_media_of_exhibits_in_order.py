"""Media of an exhibit in the order in which they were found."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0052_case_stacks")]
    operations = [
        migrations.AddIndex(
            model_name="occurrence", index=models.Index(fields=["exhibit_id", "id"], name="occurrences_of_exhibits"),
        ),
    ]  # fmt: skip
