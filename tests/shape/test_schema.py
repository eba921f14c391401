"""One schema for every installation, made by migrations alone."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

OF_LIBRARIES = ("procrastinate", "spatial_ref_sys", "django_", "axes_")


@pytest.mark.requirement("O04")
def test_models_and_migrations_agree(db: None) -> None:
    call_command("makemigrations", check_changes=True, dry_run=True, verbosity=0)


@pytest.mark.requirement("O04")
def test_each_subsystem_has_one_line_of_migrations() -> None:
    loader = MigrationLoader(None)
    assert loader.detect_conflicts() == {}
    for app, name in loader.graph.leaf_nodes():
        if apps.get_app_config(app).name.startswith("cityloop."):
            assert name[:4].isdigit(), f"{app}.{name}"


@pytest.mark.requirement("O04")
def test_every_table_belongs_to_a_model_or_a_library(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        found = {row[0] for row in cursor.fetchall()}
    known = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    assert {name for name in found - known if not name.startswith(OF_LIBRARIES)} == set()


@pytest.mark.requirement("O04")
def test_an_index_with_a_condition_has_it_in_the_database(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname, indexdef LIKE '%% WHERE %%' FROM pg_indexes")
        partial = dict(cursor.fetchall())
    wanted = [
        index.name
        for model in apps.get_models()
        for index in model._meta.indexes
        if index.condition is not None
    ]
    assert wanted and [name for name in wanted if not partial[name]] == []


@pytest.mark.requirement("O04")
def test_no_table_has_the_same_index_twice(db: None) -> None:
    """As GeoDjango's own beside a named one: both are paid for at every write."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT string_agg(indexrelid::regclass::text, ' = ') FROM pg_index i
               JOIN pg_class c ON c.oid = i.indrelid AND c.relnamespace = 'public'::regnamespace
               JOIN pg_class x ON x.oid = i.indexrelid
               WHERE NOT c.relname LIKE ANY(%s)
               GROUP BY indrelid, x.relam, indkey::text, indclass::text, indoption::text,
                        indpred::text, regexp_replace(indexprs::text, ':location -?[0-9]+', '', 'g')
               HAVING count(*) > 1""",
            [[f"{name}%" for name in OF_LIBRARIES]],
        )
        assert cursor.fetchall() == []


@pytest.mark.requirement("O01")
def test_history_can_be_changed_by_nobody(db: None) -> None:
    """Tables that must only grow refuse every other change in the database itself."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.relname, bit_or(t.tgtype::int) FROM pg_trigger t
               JOIN pg_class c ON c.oid = t.tgrelid
               WHERE t.tgname IN ('append_only', 'no_truncate', 'no_delete') GROUP BY 1"""
        )
        kinds = dict(cursor.fetchall())
    update, delete, truncate = 16, 8, 32
    assert kinds["cases_event"] & (update | delete | truncate) == update | delete | truncate
    assert kinds["cases_case"] & (delete | truncate) == delete | truncate
    works = (
        "works_payment",
        "works_claim_note",
        "works_exceedance",
        "works_record",
        "works_invoice",
    )
    for name in ("cases_attachment", "cases_seal", "duty_handover_line", *works):
        assert kinds[name] & (update | delete) == update | delete
