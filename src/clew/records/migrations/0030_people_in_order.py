"""The newest victims, offenders and places, without reading all of them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0029_places_by_owner")]
    operations = [
        migrations.AddIndex(noun, models.Index(fields=["entered_at", "id"], name=f"{noun}s_in_order"))
        for noun in ("victim", "offender", "place")
    ]
