"""Migration operations for tables whose rows stay as they were written (O01, O02)."""

from __future__ import annotations

from django.db.migrations import RunSQL


def refusal(function: str) -> RunSQL:
    """The trigger function `function` that refuses whatever it is called for."""
    return RunSQL(
        f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$\n"
        "BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME"
        " USING ERRCODE = 'restrict_violation'; END $$",
        f"DROP FUNCTION {function}()",
    )


def append_only(function: str, *tables: str, changes: bool = False) -> RunSQL:
    """No row of `tables` changes (but with `changes`) or goes, and no table is emptied: TRUNCATE
    passes by the triggers of rows. `function` is one that `refusal` made.
    """
    name, moments = ("no_delete", "DELETE") if changes else ("append_only", "UPDATE OR DELETE")
    call = f"EXECUTE FUNCTION {function}()"
    return RunSQL(
        [
            statement
            for table in tables
            for statement in (
                f"CREATE TRIGGER {name} BEFORE {moments} ON {table} FOR EACH ROW {call}",
                f"CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {call}",
            )
        ],
        [
            f"DROP TRIGGER {trigger} ON {table}"
            for table in tables
            for trigger in (name, "no_truncate")
        ],
    )


def never_emptied(function: str, *tables: str) -> RunSQL:
    """No table is emptied past the triggers of its rows. `function` is one that `refusal` made."""
    return RunSQL(
        [
            f"CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT"
            f" EXECUTE FUNCTION {function}()"
            for table in tables
        ],
        [f"DROP TRIGGER no_truncate ON {table}" for table in tables],
    )


def settled(
    function: str, table: str, *columns: str, when: str = "TRUE", name: str = "settled"
) -> RunSQL:
    """What stands in `columns` stays once `when` holds of the row as it was (OLD): what was sent,
    found, decided. Nothing calls `function`, one that `refusal` made, while none of them changes.
    `name` of the trigger: a table has one a stage of its rows.
    """
    changed = " OR ".join(f"NEW.{one} IS DISTINCT FROM OLD.{one}" for one in columns)
    return RunSQL(
        f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} FOR EACH ROW "
        f"WHEN (({when}) AND ({changed})) EXECUTE FUNCTION {function}()",
        f"DROP TRIGGER {name} ON {table}",
    )
