import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    # A database that had all of these has these tables already.
    replaces = [
        ("notify", "0001_initial"),
        ("notify", "0002_told"),
        ("notify", "0003_reply_check"),
        ("notify", "0004_push"),
    ]

    initial = True

    dependencies = [
        ("cases", "0001_tables"),
        ("intake", "0001_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Asked",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=64)),
                ("hour", models.DateTimeField()),
                ("count", models.PositiveIntegerField()),
            ],
            options={
                "db_table": "notify_asked",
                "indexes": [models.Index(models.F("hour"), name="asked_hour")],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("key"), models.F("hour"), name="asked_once_an_hour"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("topic", models.CharField(max_length=24)),
                ("version", models.PositiveIntegerField(default=0)),
                ("about", models.CharField(blank=True, default="", max_length=40)),
                ("path", models.CharField(blank=True, default="", max_length=120)),
                (
                    "media",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=8), size=None
                    ),
                ),
                ("medium", models.CharField(max_length=8)),
                ("text", models.TextField()),
                ("urgent", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "waiting"),
                            ("sent", "sent"),
                            ("delivered", "delivered"),
                            ("failed", "not delivered"),
                        ],
                        default="queued",
                        max_length=12,
                    ),
                ),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("next_at", models.DateTimeField(null=True)),
                ("reference", models.CharField(blank=True, default="", max_length=80)),
                ("ordered_at", models.DateTimeField()),
                ("ordered_by", models.CharField(max_length=120)),
                ("sent_at", models.DateTimeField(null=True)),
                ("delivered_at", models.DateTimeField(null=True)),
                ("read_at", models.DateTimeField(null=True)),
                (
                    "author",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "notice",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="intake.reporternotice",
                    ),
                ),
            ],
            options={
                "db_table": "notify_message",
                "indexes": [
                    models.Index(
                        models.F("next_at"),
                        condition=models.Q(("next_at__isnull", False)),
                        name="message_to_queue",
                    ),
                    models.Index(
                        condition=models.Q(("member__isnull", False)),
                        fields=["member", "-id"],
                        name="message_inbox",
                    ),
                    models.Index(
                        models.F("medium"),
                        models.F("reference"),
                        condition=models.Q(("reference", ""), _negated=True),
                        name="message_reference",
                    ),
                    models.Index(
                        condition=models.Q(("state", "failed")),
                        fields=["-id"],
                        name="message_failed",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("notice__isnull", True), ("member__isnull", True), _connector="XOR"
                        ),
                        name="message_has_one_recipient",
                    ),
                    models.UniqueConstraint(
                        models.F("notice"),
                        condition=models.Q(("state", "queued")),
                        name="message_one_on_its_way",
                    ),
                    models.UniqueConstraint(
                        models.F("member"),
                        models.F("case"),
                        models.F("topic"),
                        models.F("version"),
                        condition=models.Q(("member__isnull", False)),
                        name="message_once_a_member",
                    ),
                    models.UniqueConstraint(
                        models.F("member"),
                        models.F("topic"),
                        models.F("about"),
                        condition=models.Q(("about", ""), _negated=True),
                        name="message_once_about",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("case__isnull", False),
                            models.Q(("about", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="message_is_about_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["queued", "failed"]),
                            ("sent_at__isnull", False),
                            _connector="OR",
                        ),
                        name="message_sent_says_when",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("medium", models.CharField(max_length=8)),
                ("what", models.CharField(max_length=12)),
                ("detail", models.CharField(blank=True, default="", max_length=200)),
                ("at", models.DateTimeField()),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipts",
                        to="notify.message",
                    ),
                ),
            ],
            options={
                "db_table": "notify_receipt",
            },
        ),
        migrations.CreateModel(
            name="ReplyDraw",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(unique=True)),
                ("seed", models.CharField(max_length=64)),
                ("share", models.FloatField()),
                ("sent", models.PositiveIntegerField()),
                (
                    "drawn",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=24), default=list, size=None
                    ),
                ),
                ("drawn_at", models.DateTimeField()),
                (
                    "seal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.seal",
                    ),
                ),
            ],
            options={
                "db_table": "notify_reply_draw",
            },
        ),
        migrations.CreateModel(
            name="ReplyCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "quality",
                    models.CharField(
                        choices=[("open", "not yet judged"), ("good", "good"), ("poor", "poor")],
                        default="open",
                        max_length=8,
                    ),
                ),
                (
                    "fault",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("vague", "says nothing definite"),
                            ("wrong", "does not agree with the case"),
                            ("beside", "does not answer what was reported"),
                            ("tone", "impolite or hard to understand"),
                        ],
                        default="",
                        max_length=8,
                    ),
                ),
                ("note", models.CharField(blank=True, default="", max_length=300)),
                ("judged_at", models.DateTimeField(null=True)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "judge",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "message",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="check_of_reply",
                        to="notify.message",
                    ),
                ),
                (
                    "draw",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="checks",
                        to="notify.replydraw",
                    ),
                ),
            ],
            options={
                "db_table": "notify_reply_check",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("judge__isnull", True),
                            models.Q(("judge", models.F("author")), _negated=True),
                            _connector="OR",
                        ),
                        name="reply_check_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("judge__isnull", True),
                                ("judged_at__isnull", True),
                                ("quality", "open"),
                            ),
                            models.Q(
                                models.Q(("quality", "open"), _negated=True),
                                ("judge__isnull", False),
                                ("judged_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="reply_check_judged_says_who",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("quality", "poor"), models.Q(("fault", ""), _negated=True)),
                            models.Q(models.Q(("quality", "poor"), _negated=True), ("fault", "")),
                            _connector="OR",
                        ),
                        name="reply_check_poor_says_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Subscription",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("endpoint", models.CharField(max_length=500)),
                ("p256dh", models.CharField(max_length=120)),
                ("auth", models.CharField(max_length=40)),
                ("device", models.CharField(blank=True, default="", max_length=120)),
                ("made_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_why", models.CharField(blank=True, default="", max_length=20)),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "notify_subscription",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("endpoint"),
                        condition=models.Q(("ended_at__isnull", True)),
                        name="subscription_once_a_browser",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Wording",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("topic", models.CharField(max_length=24)),
                ("class_code", models.CharField(blank=True, default="", max_length=8)),
                ("language", models.CharField(max_length=10)),
                ("text", models.CharField(blank=True, default="", max_length=500)),
                ("set_at", models.DateTimeField()),
                ("set_by", models.CharField(max_length=120)),
            ],
            options={
                "db_table": "notify_wording",
                "indexes": [
                    models.Index(
                        fields=["topic", "language", "class_code", "-id"], name="wording_latest"
                    )
                ],
            },
        ),
    ]
