from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bridges", "0001_initial")]

    operations = [
        migrations.AddField(model_name="arrival", name="is_act", field=models.BooleanField(default=False)),
    ]
