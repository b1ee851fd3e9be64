"""Answers that programs may hear twice."""

import uuid

import django.contrib.postgres.functions
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0039_leads_by_clues'),
    ]

    operations = [
        migrations.CreateModel(
            name='ApiAnswer',
            fields=[
                ('id', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('member', models.TextField()),
                ('unit', models.TextField()),
                ('officer', models.TextField()),
                ('key', models.BinaryField()),
                ('asked', models.BinaryField()),
                ('answer', models.BinaryField()),
                ('asked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'db_table': 'api_answers',
                'constraints': [models.UniqueConstraint(fields=('member', 'officer', 'key'), name='one_answer_of_a_key')],
            },
        ),
    ]
