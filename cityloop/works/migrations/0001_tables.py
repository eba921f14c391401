import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    # A database that had all of these has these tables already.
    replaces = [("works", "0001_initial"), ("works", "0002_append_only")]

    initial = True

    dependencies = [
        ("cases", "0001_tables"),
        ("kernel", "0001_tables"),
        ("people", "0001_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BudgetLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField()),
                ("code", models.CharField(max_length=20)),
                ("name", models.CharField(max_length=120)),
                ("area_code", models.CharField(blank=True, default="", max_length=12)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
            ],
            options={
                "db_table": "works_budget_line",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("year"), models.F("code"), name="budget_line_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gte", 0)), name="budget_is_not_negative"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Designation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("skills", models.CharField(max_length=200)),
                ("phone", models.CharField(blank=True, default="", max_length=40)),
                ("on_call_from", models.TimeField(null=True)),
                ("on_call_to", models.TimeField(null=True)),
                ("source_document", models.CharField(max_length=200)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.organisation",
                    ),
                ),
            ],
            options={
                "db_table": "works_designation",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to", None),
                            ("valid_to__gte", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="designation_ends_after_it_begins",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("on_call_from", None), ("on_call_to", None)),
                            models.Q(
                                ("on_call_from__isnull", False), ("on_call_to__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="designation_hours_have_both_ends",
                    ),
                    models.UniqueConstraint(
                        models.F("organisation"),
                        condition=models.Q(("valid_to", None)),
                        name="designation_open_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Order",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=32, unique=True)),
                ("version", models.PositiveIntegerField()),
                ("reason", models.TextField(blank=True, default="")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("opened", "to price"),
                            ("priced", "priced"),
                            ("done", "done"),
                            ("invoiced", "invoiced"),
                            ("cancelled", "cancelled"),
                        ],
                        default="opened",
                        max_length=10,
                    ),
                ),
                ("total", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ("committed", models.DecimalField(decimal_places=2, default=0, max_digits=14)),
                ("opened_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
                ("cancel_reason", models.CharField(blank=True, default="", max_length=200)),
                (
                    "budget_line",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="works.budgetline",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
                (
                    "liable",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.organisation",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.organisation",
                    ),
                ),
            ],
            options={
                "db_table": "works_order",
                "indexes": [models.Index(fields=["-opened_at", "-id"], name="order_latest")],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("case"), models.F("version"), name="order_once_a_line"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["opened", "priced", "done", "invoiced", "cancelled"])
                        ),
                        name="order_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("committed__gte", 0)), name="order_commits_no_debt"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["priced", "invoiced"]), _negated=True),
                            models.Q(("budget_line__isnull", False), ("total__isnull", False)),
                            _connector="OR",
                        ),
                        name="order_priced_has_total_and_budget",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "cancelled"), _negated=True),
                            ("committed", 0),
                            _connector="OR",
                        ),
                        name="order_cancelled_costs_nothing",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Invoice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=60)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("issued_on", models.DateField()),
                ("reason", models.CharField(blank=True, default="", max_length=200)),
                ("recorded_at", models.DateTimeField()),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.storedfile",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.organisation",
                    ),
                ),
                (
                    "order",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invoice",
                        to="works.order",
                    ),
                ),
            ],
            options={
                "db_table": "works_invoice",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("unit"), models.F("number"), name="invoice_number_once_a_unit"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="invoice_is_positive"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Exceedance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("over", models.DecimalField(decimal_places=2, max_digits=14)),
                ("reason", models.CharField(max_length=200)),
                ("actor", models.CharField(max_length=120)),
                ("at", models.DateTimeField()),
                (
                    "budget_line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exceedances",
                        to="works.budgetline",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exceedances",
                        to="works.order",
                    ),
                ),
            ],
            options={
                "db_table": "works_exceedance",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("over__gt", 0), models.Q(("reason", ""), _negated=True)
                        ),
                        name="exceedance_says_how_much_and_why",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Claim",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("party", models.CharField(max_length=120)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("notice_on", models.DateField(null=True)),
                ("due_on", models.DateField(null=True)),
                ("opened_on", models.DateField()),
                (
                    "liable",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.organisation",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "notice_file",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.storedfile",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to="works.order",
                    ),
                ),
            ],
            options={
                "db_table": "works_claim",
                "indexes": [models.Index(fields=["-opened_on", "-id"], name="claim_latest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="claim_is_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("party", ""), _negated=True),
                        name="claim_names_its_party",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("due_on", None), ("notice_file", None), ("notice_on", None)),
                            models.Q(
                                ("due_on__isnull", False),
                                ("notice_file__isnull", False),
                                ("notice_on__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="claim_notice_has_paper_and_day",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("paid_on", models.DateField()),
                ("reference", models.CharField(max_length=120)),
                ("actor", models.CharField(max_length=120)),
                ("recorded_at", models.DateTimeField()),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="works.claim",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "works_payment",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount", 0), _negated=True),
                        name="payment_is_something",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PriceItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=20)),
                ("name", models.CharField(max_length=120)),
                ("measure", models.CharField(max_length=20)),
                ("price", models.DecimalField(decimal_places=2, max_digits=12)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                (
                    "designation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="prices",
                        to="works.designation",
                    ),
                ),
            ],
            options={
                "db_table": "works_price_item",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("price__gt", 0)), name="price_is_positive"
                    ),
                    models.UniqueConstraint(
                        models.F("designation"),
                        models.F("code"),
                        condition=models.Q(("valid_to", None)),
                        name="price_open_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OrderItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("measure", models.CharField(max_length=20)),
                ("price", models.DecimalField(decimal_places=2, max_digits=12)),
                ("quantity", models.DecimalField(decimal_places=2, max_digits=10)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("reason", models.CharField(blank=True, default="", max_length=200)),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="works.order",
                    ),
                ),
                (
                    "price_item",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="works.priceitem",
                    ),
                ),
            ],
            options={
                "db_table": "works_order_item",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("price__gt", 0), ("quantity__gt", 0)),
                        name="order_item_is_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("price_item__isnull", False),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="order_item_off_the_list_says_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WorksRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject", models.CharField(max_length=16)),
                ("subject_id", models.BigIntegerField()),
                ("action", models.CharField(max_length=16)),
                ("facts", models.JSONField(default=dict)),
                ("reason", models.CharField(blank=True, default="", max_length=200)),
                ("actor", models.CharField(max_length=120)),
                ("at", models.DateTimeField()),
                (
                    "member",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "works_record",
                "indexes": [
                    models.Index(fields=["subject", "subject_id", "id"], name="works_record_of")
                ],
            },
        ),
        migrations.CreateModel(
            name="ClaimNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("remark", "remark"),
                            ("reminded", "reminded"),
                            ("refused", "refused"),
                            ("written_off", "written off"),
                        ],
                        max_length=12,
                    ),
                ),
                ("text", models.CharField(max_length=500)),
                ("actor", models.CharField(max_length=120)),
                ("at", models.DateTimeField()),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="works.claim",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "works_claim_note",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["remark", "reminded", "refused", "written_off"])
                        ),
                        name="note_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="note_says_something"
                    ),
                    models.UniqueConstraint(
                        models.F("claim"),
                        condition=models.Q(("kind", "written_off")),
                        name="claim_written_off_once",
                    ),
                ],
            },
        ),
    ]
