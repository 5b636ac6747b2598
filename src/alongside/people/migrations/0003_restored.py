from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0002_leaving_out")]

    operations = [
        migrations.AddField(
            model_name="installation", name="restored_at", field=models.DateTimeField(null=True)
        ),
        migrations.AddField(
            model_name="installation", name="restored_to", field=models.DateTimeField(null=True)
        ),
    ]
