"""Of what an officer observed it is kept whether they knew by then what others had said."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0080_second_officer")]
    operations = [
        migrations.AddField("observation", "is_led", models.BooleanField(db_default=False, default=False)),
    ]
