import django.db.models.deletion
from django.db import migrations, models

KNOWN = (
    "INSERT INTO conversations_roomaudience (room_id, audience_id)"
    " SELECT id, audience_id FROM conversations_room"
    " UNION SELECT id, archive_audience_id FROM conversations_room WHERE archive_audience_id IS NOT NULL"
    " UNION SELECT room_id, audience_id FROM conversations_conversation"
    " UNION SELECT room_id, audience_id FROM conversations_message"
)


class Migration(migrations.Migration):
    dependencies = [
        ("audiences", "0003_live"),
        ("conversations", "0004_live"),
    ]

    operations = [
        migrations.CreateModel(
            name="RoomAudience",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "audience",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="audiences.audience"
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="conversations.room",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("room", "audience"), name="an_audience_of_a_room_once")
                ],
            },
        ),
        migrations.RunSQL(KNOWN, migrations.RunSQL.noop),
    ]
