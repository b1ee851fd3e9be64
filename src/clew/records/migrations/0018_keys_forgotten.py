"""An officer remembers when the operator took password and second factors away."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0017_md5_alone")]
    operations = [
        migrations.AddField(model_name="officer", name="keys_forgotten_at", field=models.DateTimeField(null=True))
    ]
