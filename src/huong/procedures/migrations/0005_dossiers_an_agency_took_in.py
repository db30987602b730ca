"""All dossiers that an agency took in, ended ones too, are paged by an index."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("procedures", "0004_portal_messages_may_be_let_be")]

    operations = [
        migrations.AddIndex("dossier", models.Index(fields=["lead_agency", "id"], name="dossier_of_lead")),
    ]
