import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0003_taken_along_proven_and_marked"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Guess",
            fields=[
                (
                    "report",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="guess",
                        serialize=False,
                        to="reports.report",
                        verbose_name="report",
                    ),
                ),
                ("category", models.CharField(max_length=60, verbose_name="category")),
                ("share", models.FloatField(verbose_name="share")),
                ("model", models.PositiveIntegerField(verbose_name="version of the model")),
                ("at", models.DateTimeField(verbose_name="at")),
            ],
            options={
                "verbose_name": "guess",
                "verbose_name_plural": "guesses",
                "indexes": [models.Index(fields=["at"], name="guess_by_time")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("share__gte", 0), ("share__lte", 1)), name="guess_has_a_share_of_0_to_1"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TextModel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(unique=True, verbose_name="version")),
                (
                    "kind",
                    models.CharField(
                        choices=[("starter", "the city's words"), ("decided", "decided reports")],
                        max_length=8,
                        verbose_name="learnt from",
                    ),
                ),
                ("in_force", models.BooleanField(default=False, verbose_name="in force")),
                ("trained_at", models.DateTimeField(verbose_name="trained")),
                ("texts", models.PositiveIntegerField(verbose_name="texts it learnt from")),
                ("decided", models.PositiveIntegerField(default=0, verbose_name="decided reports there were")),
                ("tested", models.JSONField(verbose_name="result of the test")),
                ("before", models.JSONField(null=True, verbose_name="result of the one in force")),
                ("digest", models.CharField(max_length=64, verbose_name="digest")),
                ("body", models.BinaryField(verbose_name="model")),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
            ],
            options={
                "verbose_name": "model of words",
                "verbose_name_plural": "models of words",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("in_force", True)),
                        fields=("in_force",),
                        name="one_model_of_words_is_in_force",
                    )
                ],
            },
        ),
    ]
