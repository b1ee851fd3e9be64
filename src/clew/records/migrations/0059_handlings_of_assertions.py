"""Why clues and links were given other handlings, by whom and when."""

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models


def handled(of: str) -> migrations.AddField:
    field = ArrayField(models.TextField(), db_default=[], default=list)
    return migrations.AddField(model_name=of, name="handled", field=field)


class Migration(migrations.Migration):
    dependencies = [("records", "0057_saved_views")]
    operations = [handled("clue"), handled("link")]
