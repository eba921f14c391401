"""Rows beside the history that nothing may change are digested; one changed is named."""

from __future__ import annotations

import pytest
from django.db import connection

from cityloop.cli.check import prove_rows
from cityloop.kernel import fingerprints, jobs, triggers
from cityloop.kernel.models import Fingerprint
from cityloop.works.models import Invoice, WorksRecord
from tests.scenarios.test_books_stay import hands
from tests.scenarios.test_works_as_recorded import forced
from tests.town import Town
from tests.works import Story

pytestmark = [pytest.mark.slow, pytest.mark.requirement("O02", "O05", "I12")]


@pytest.fixture
def invoiced(town: Town, django_capture_on_commit_callbacks: object) -> Story:
    """Substitute works that were paid for, with the rows of it digested."""
    story = Story(town)
    order = story.ordered()
    story.price_order(order)
    story.close(order)
    story.invoice(order, 1600)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        assert fingerprints.take(now=town.now) > 5
    return story


def told() -> list[str]:
    """What the proof says."""
    return [str(one) for one in fingerprints.verify()[1]]


def test_what_is_kept_is_digested_once_and_is_what_it_was(invoiced: Story) -> None:
    count = Fingerprint.objects.count()
    assert jobs.take_fingerprints() == 0
    assert fingerprints.verify() == (count, [])
    words = f"{count} rows beside the history are what they were"
    assert prove_rows() == {"name": "rows", "well": True, "words": words}
    invoiced.town.case("closed")
    invoiced.town.deliver()
    fingerprints.take(now=invoiced.town.now)
    assert told() == []


def test_a_row_that_was_changed_past_its_lock_is_named(invoiced: Story) -> None:
    row = Invoice.objects.get().pk
    hands("UPDATE works_invoice SET amount = 1")
    forced("UPDATE works_invoice SET amount = 1", "works_invoice")
    assert told() == [f"works_invoice {row}: the row is another than it was"]
    found = prove_rows()
    assert not found["well"] and f"works_invoice {row}" in found["words"]


def test_rows_that_are_gone_are_counted(invoiced: Story) -> None:
    first = WorksRecord.objects.order_by("pk").first()
    count = WorksRecord.objects.count()
    assert first is not None and count > 1
    forced("DELETE FROM works_record", "works_record")
    assert told() == [f"works_record {first.pk}: the row is gone (the first of {count})"]


def test_a_fingerprint_that_is_changed_or_gone_is_missed(invoiced: Story) -> None:
    hands("UPDATE kernel_fingerprint SET digest = ''", "DELETE FROM kernel_fingerprint")
    last = Fingerprint.objects.latest("pk")
    forced("UPDATE works_invoice SET amount = 1", "works_invoice")
    forced("DELETE FROM kernel_fingerprint WHERE of = 'works_invoice'", "kernel_fingerprint")
    assert any("does not follow the one before" in one for one in told())
    forced(f"DELETE FROM kernel_fingerprint WHERE id >= {last.pk}", "kernel_fingerprint")
    assert any("it was noted outside the database" in one for one in told())


def test_every_condition_of_a_trigger_can_be_asked(town: Town) -> None:
    """Of each table, and of tables without rows too."""
    rules = fingerprints.rules()
    assert {"works_payment", "discipline_recheck", "petitions_petition"} <= {r.table for r in rules}
    assert not any(rule.table.startswith("cases_") for rule in rules)
    with connection.cursor() as cursor:
        for rule in triggers.kept():
            cursor.execute(f"SELECT count(*) FROM {rule.table} t WHERE {rule.when}")
