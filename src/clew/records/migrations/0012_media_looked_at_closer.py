"""A moving medium remembers whether it was looked at closer, and if not, why."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0011_series_opened_by")]
    operations = [migrations.AddField(model_name="medium", name="closer", field=models.TextField(null=True))]
