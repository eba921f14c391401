"""What keeps the history as it is: locks of the database that its owner could take off unseen."""

from __future__ import annotations

import hashlib

from django.db import connection, models, transaction

from cityloop.cases.models import Attachment, Case, CaseEvent, Seal, Timer
from cityloop.kernel import triggers
from cityloop.kernel.faults import Broken
from cityloop.kernel.manifest import keeps
from cityloop.kernel.models import StoredFile

Lock = tuple[str, str]  # (table, name)
# Triggers that keep the history as it is. Who owns the tables can drop them: that must show.
APPEND_ONLY, GOES_UP = "cases_append_only", "cases_version_goes_up"
HAS_EVENT, STAYS = "cases_version_has_event", "kernel_file_stays"
ENDED_STAYS = "cases_ended_clock_stays"
CHANGED, EMPTIED, DELETED, WRITTEN, UPDATED = 27, 34, 11, 21, 19  # PostgreSQL's pg_trigger.tgtype
LOCKS = {
    # (table, trigger): what it calls, and at what
    ("cases_event", "append_only"): (APPEND_ONLY, CHANGED),
    ("cases_event", "no_truncate"): (APPEND_ONLY, EMPTIED),
    ("cases_attachment", "append_only"): (APPEND_ONLY, CHANGED),
    ("cases_attachment", "no_truncate"): (APPEND_ONLY, EMPTIED),
    ("cases_seal", "append_only"): (APPEND_ONLY, CHANGED),
    ("cases_seal", "no_truncate"): (APPEND_ONLY, EMPTIED),
    ("cases_case", "no_delete"): (APPEND_ONLY, DELETED),
    ("cases_case", "no_truncate"): (APPEND_ONLY, EMPTIED),
    ("cases_case", "version_has_event"): (HAS_EVENT, WRITTEN),
    ("cases_case", "version_goes_up"): (GOES_UP, UPDATED),
    ("cases_flow", "append_only"): (APPEND_ONLY, CHANGED),
    ("cases_flow", "no_truncate"): (APPEND_ONLY, EMPTIED),
    ("cases_timer", "no_delete"): (APPEND_ONLY, DELETED),
    ("cases_timer", "no_truncate"): (APPEND_ONLY, EMPTIED),
    ("cases_timer", "ended_stays"): (ENDED_STAYS, UPDATED),
    ("kernel_file", "stays"): (STAYS, CHANGED),
    ("kernel_file", "no_truncate"): (STAYS, EMPTIED),
}
PROVEN = ("cases_event", "cases_attachment", "cases_seal", "cases_case", "cases_timer",
          "cases_task", "kernel_file")  # fmt: skip
CONSTRAINED: tuple[type[models.Model], ...] = (
    Case, CaseEvent, Attachment, Seal, Timer, StoredFile,
)  # fmt: skip
# SHA-256 of what they do: one replaced by a function that lets all through is no lock.
BODIES = {
    APPEND_ONLY: "b0483f54434ccee2d772b2a7d2a9a78728d7b69c3df437c5bb291ef44e3eb16f",
    GOES_UP: "b87799430f140ac68db041586bb0c5239533ceab63e152bd8782f56687325b13",
    HAS_EVENT: "f528dcfc19ff42d918a897e0aab30e673fa4feab4beee0de2bc888cbdbb674f6",
    ENDED_STAYS: "2c9efe41308fb9d744d8e6c81e6bc1f683218153f52a334db3c4f490569f41bb",
    STAYS: "c1fca065c747729d1e97126fd9c61c1cef15d6af0ee3ab53ad389c544692335c",
}


def taken_off() -> list[Broken]:
    """Locks that somebody took off, weakened or got round: what is whole today need not be so
    tomorrow."""
    found = (
        (
            "missing, disabled or replaced",
            [*_without_trigger(), *_other_books(), *_without_constraint(), *_without_column_lock()],
        ),
        ("not of CityLoop, may change what is written", _strangers()),
        ("not of CityLoop, may change what is read", _impostors()),
    )
    return [
        Broken("the locks", f"{what}: " + ", ".join(f"{name} of {table}" for table, name in locks))
        for what, locks in found
        if locks
    ]


def _other_books() -> list[Lock]:
    """Triggers of all other tables that are gone, disabled or weakened."""
    return [lock for lock in triggers.taken_off() if lock not in LOCKS]


def _without_trigger() -> list[Lock]:
    """Triggers that are gone, or do something else. Hashed here: what the database computes may be
    computed by a function that somebody put there."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT t.tgrelid::regclass::text, t.tgname, p.proname, t.tgtype, p.prosrc
                 FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
                WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')
                  AND t.tgqual IS NULL AND t.tgattr = ''
                  AND p.proconfig IS NULL AND NOT p.prosecdef"""
        )
        there = {
            (table, name): (does, at, hashlib.sha256(source.encode()).hexdigest())
            for table, name, does, at, source in cursor.fetchall()
        }
    wanted = {lock: (does, at, BODIES[does]) for lock, (does, at) in LOCKS.items()}
    return [lock for lock, does in wanted.items() if there.get(lock) != does]


def _without_constraint() -> list[Lock]:
    """Constraints of the models that are not there, do not hold, or say something else.

    What each should be the database tells of a table with the same columns, made for this moment;
    and once more as it reads its own words, which is how a restored one has them.
    """
    there = _definitions("public")
    with transaction.atomic():
        for model in CONSTRAINED:
            table = model._meta.db_table
            with connection.cursor() as cursor:
                cursor.execute(f"CREATE TEMP TABLE {table} (LIKE public.{table})")
            with connection.schema_editor(atomic=False) as editor:
                for one in model._meta.constraints:
                    if (sql := one.create_sql(model, editor)) is not None:
                        editor.execute(sql, params=None)
        made = _definitions("pg_temp")
        _make_again(made)
        restored = _definitions("pg_temp")
        transaction.set_rollback(True)
    return sorted(lock for lock in made if there.get(lock) not in (made[lock], restored[lock]))


def _make_again(made: dict[Lock, str]) -> None:
    """The same constraints and indexes of the temporary tables, from what the database says."""
    with connection.cursor() as cursor:
        for (table, name), means in made.items():
            if means.startswith("CREATE "):
                cursor.execute(f"DROP INDEX IF EXISTS pg_temp.{name}")
                cursor.execute(means.replace(f" ON {table} ", f" ON pg_temp.{table} ", 1))
            else:
                cursor.execute(f"ALTER TABLE pg_temp.{table} DROP CONSTRAINT {name}")
                cursor.execute(f"ALTER TABLE pg_temp.{table} ADD CONSTRAINT {name} {means}")


def _definitions(schema: str) -> dict[Lock, str]:
    """What the constraints and unique indexes of the proven tables say, by table and name."""
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH proven AS (
                 SELECT c.oid, c.relname::text AS name FROM pg_class c
                  WHERE c.relname::text = ANY(%(tables)s::text[]) AND c.relnamespace = CASE
                    %(schema)s::text WHEN 'pg_temp'::text THEN pg_my_temp_schema()
                    ELSE (SELECT n.oid FROM pg_namespace n WHERE n.nspname::text = %(schema)s::text)
                    END)
               SELECT p.name, k.conname::text, pg_get_constraintdef(k.oid) FROM pg_constraint k
                 JOIN proven p ON p.oid = k.conrelid
                WHERE k.convalidated AND k.contype <> 'n'
                UNION ALL
               SELECT p.name, i.relname::text, pg_get_indexdef(x.indexrelid) FROM pg_index x
                 JOIN proven p ON p.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
                WHERE x.indisunique AND x.indisvalid""",
            {"tables": list(PROVEN), "schema": schema},
        )
        rows = cursor.fetchall()
    return {(table, name): _without_schema(means) for table, name, means in rows}


def _without_schema(means: str) -> str:
    """An index says on which table it is, with the schema: CREATE ... ON public.cases_event ..."""
    before, on, after = means.partition(" ON ")
    return f"{before}{on}{after.split('.', 1)[-1]}" if before.startswith("CREATE ") else means


def _without_column_lock() -> list[Lock]:
    """Columns that must point to a row, be filled or be unique, and no longer must; tables that a
    crash would empty."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.relname::text, a.attname::text, c.relpersistence = 'p',
                      a.attnotnull OR a.attgenerated <> '',
                      EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conrelid = c.oid
                                 AND k.contype = 'f' AND k.conkey = ARRAY[a.attnum]),
                      EXISTS (SELECT 1 FROM pg_index x WHERE x.indrelid = c.oid AND x.indisunique
                                 AND x.indisvalid AND x.indpred IS NULL AND x.indnkeyatts = 1
                                 AND x.indkey[0] = a.attnum)
                 FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
                WHERE c.oid::regclass::text = ANY(%s) AND NOT a.attisdropped""",
            [list(PROVEN)],
        )
        there = {(table, column): has for table, column, *has in cursor.fetchall()}
    found = []
    for model in CONSTRAINED:
        for field in model._meta.concrete_fields:
            lock = (model._meta.db_table, str(field.column))
            kept, filled, points, unique = there.get(lock, (False, False, False, False))
            relation = field.remote_field is not None and getattr(field, "db_constraint", True)
            if not (kept and (filled or field.null) and (points or not relation)
                    and (unique or not field.unique)):  # fmt: skip
                found.append(lock)
    return found


def _strangers() -> list[Lock]:
    """(table, name) of triggers, rules and policies on what is proven or kept that no migration
    made."""
    own = triggers.made()
    tables = {*PROVEN, *(table for table, _name in own), *(rule.table for rule in keeps())}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT t.tgrelid::regclass::text, t.tgname::text FROM pg_trigger t
                WHERE NOT t.tgisinternal AND t.tgrelid::regclass::text = ANY(%(tables)s)
                UNION ALL
               SELECT r.ev_class::regclass::text, r.rulename FROM pg_rewrite r
                WHERE r.ev_class::regclass::text = ANY(%(tables)s)
                UNION ALL
               SELECT c.oid::regclass::text, 'row security' FROM pg_class c
                WHERE c.oid::regclass::text = ANY(%(tables)s) AND c.relrowsecurity
                UNION ALL  -- whose rows are read with those of the table, and kept by no lock
               SELECT h.inhparent::regclass::text, 'table ' || h.inhrelid::regclass::text
                 FROM pg_inherits h WHERE h.inhparent::regclass::text = ANY(%(tables)s)
                UNION ALL  -- what a session of this database or role begins with
               SELECT 'the database', setting FROM pg_db_role_setting s, unnest(s.setconfig) setting
                WHERE setting ~ '^(session_replication_role|search_path|row_security)='
                ORDER BY 1, 2""",
            {"tables": sorted(tables)},
        )
        return [lock for lock in cursor.fetchall() if lock not in LOCKS and lock not in own]


# What an extension brings is not strange where it is compiled code, or the extension is a
# superuser's: whoever may make a trusted extension of their own may put their functions into it.
_BROUGHT = """SELECT FROM pg_depend d
  JOIN pg_extension e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass
  JOIN pg_roles r ON r.oid = e.extowner
 WHERE d.deptype = 'e' AND d.classid = '{kind}'::regclass AND d.objid = {thing}.oid
   AND (r.rolsuper OR EXISTS (
     SELECT FROM pg_proc code JOIN pg_language l ON l.oid = code.prolang
      WHERE code.oid = {code} AND l.lanname = 'c'))"""


def _impostors() -> list[Lock]:
    """(schema, name) of functions that bear the name of a built-in one, of operators and of casts
    that no extension brings: one that fits better is called instead, and a query then sums what
    it is told."""
    brought = {
        "functions": _BROUGHT.format(kind="pg_proc", thing="p", code="p.oid"),
        "operators": _BROUGHT.format(kind="pg_operator", thing="o", code="o.oprcode"),
        "casts": _BROUGHT.format(kind="pg_cast", thing="c", code="c.castfunc"),
    }
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT 'schema ' || p.pronamespace::regnamespace::text, p.oid::regprocedure::text
                 FROM pg_proc p
                WHERE p.pronamespace <> 'pg_catalog'::regnamespace
                  AND EXISTS (SELECT 1 FROM pg_proc b WHERE b.proname = p.proname
                                 AND b.pronamespace = 'pg_catalog'::regnamespace)
                  AND NOT EXISTS ({functions})
                UNION ALL
               SELECT 'schema ' || o.oprnamespace::regnamespace::text, o.oid::regoperator::text
                 FROM pg_operator o
                WHERE o.oprnamespace <> 'pg_catalog'::regnamespace AND NOT EXISTS ({operators})
                UNION ALL
               SELECT 'the casts'::text, c.castsource::regtype::text || ' to '
                      || c.casttarget::regtype::text FROM pg_cast c
                WHERE c.oid >= 16384 AND NOT EXISTS ({casts})""".format(**brought)  # noqa: S608 (fixed parts)
        )
        return sorted((schema, name) for schema, name in cursor.fetchall())
