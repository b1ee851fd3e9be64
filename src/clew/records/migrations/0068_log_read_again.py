"""How far the log of the audit was read again: one row, which the sequencer's role keeps."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0067_views_of_a_series_and_a_camera")]
    operations = [
        migrations.CreateModel(
            name="Verification",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("first", models.BigIntegerField()),
                ("size", models.BigIntegerField()),
                ("root", models.BinaryField()),
                ("back", models.BigIntegerField()),
                ("since", models.DateTimeField(null=True)),
                ("at", models.DateTimeField()),
                ("failed_at", models.DateTimeField(null=True)),
            ],
            options={"db_table": "verifications"},
        ),
        migrations.AddConstraint(
            "verification", models.CheckConstraint(condition=models.Q(id=1), name="verification_is_one")
        ),
    ]
