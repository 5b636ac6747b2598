from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bridges", "0002_acts_in_the_inbox"),
    ]

    operations = [
        migrations.AddField(
            model_name="arrival",
            name="is_to_complete",
            field=models.BooleanField(default=False),
        ),
    ]
