"""What is noted beside the database: after the commit, whole lines only."""

from __future__ import annotations

import pytest
from django.db import connection

from cityloop.kernel import witness

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("O02")]


def test_notes_are_told_by_their_kind_in_order(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        witness.note("seal", [("1", "aa"), ("2", "bb")])
        witness.note("tally", [("web/7", "cc")])
        witness.note("seal", [])
        assert list(witness.told("seal")) == []  # nothing stands before the commit
    assert list(witness.told("seal")) == [("1", "aa"), ("2", "bb")]
    assert list(witness.told("tally")) == [("web/7", "cc")]


def test_nothing_is_written_behind_a_line_that_broke_off(django_capture_on_commit_callbacks):
    path = witness.file_of()
    path.parent.mkdir()
    path.write_text("seal 1 aa\nseal 2 b")
    assert list(witness.told("seal")) == [("1", "aa")]
    with django_capture_on_commit_callbacks(execute=True):
        witness.note("seal", [("3", "cc")])
    assert path.read_text() == "seal 1 aa\nseal 2 b\nseal 3 cc\n"


def test_a_folder_that_cannot_be_written_stops_no_seal(
    tmp_path, caplog, django_capture_on_commit_callbacks
):
    (tmp_path / witness.FOLDER).write_text("a file")
    with django_capture_on_commit_callbacks(execute=True):
        witness.note("seal", [("1", "aa")])
    assert "_append" in caplog.text or "witness" in caplog.text


def test_each_database_has_notes_of_its_own():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        assert witness.file_of().stem == cursor.fetchone()[0]
