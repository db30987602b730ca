"""The desk: dossiers an agency took in, and those it gets back, are found by an index of their own."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("procedures", "0002_pages_of_papers_and_twins")]

    operations = [
        migrations.AddIndex(
            "dossier",
            models.Index(fields=["lead_agency", "queue_at", "id"], name="dossier_taken_in", condition=Q(is_open=True)),
        ),
        migrations.AddIndex(
            "dossier",
            models.Index(fields=["returns_to", "id"], name="dossier_goes_back", condition=~Q(returns_to="")),
        ),
    ]
