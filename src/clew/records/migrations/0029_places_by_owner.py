"""Which series a unit has media in, without reading all of them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0028_people")]
    operations = [
        migrations.AddIndex(
            "seriesmedium",
            models.Index(fields=["owner_member", "owner_unit", "series_id"], name="series_media_of_a_unit"),
        ),
    ]
