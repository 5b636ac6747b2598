from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audiences', '0003_live'),
        ('conversations', '0006_former_ids'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='conversation',
            name='one_conversation_a_source_id',
        ),
        migrations.AddConstraint(
            model_name='conversation',
            constraint=models.UniqueConstraint(fields=('room', 'source_id', 'audience'), name='one_conversation_a_thread_and_audience'),
        ),
    ]
