"""Roads round the locks and the seals: each was tried by somebody, and the proof names it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cityloop.cases import chain, proof, seals
from cityloop.cases.models import CaseEvent
from cityloop.cases.tests.proven import sql
from cityloop.kernel import witness

WEAKER = {
    "a unique index over another column": ("""
        ALTER TABLE cases_event DROP CONSTRAINT IF EXISTS event_once_per_version;
        DROP INDEX IF EXISTS event_once_per_version;
        CREATE UNIQUE INDEX event_once_per_version ON cases_event (id)""",
        "event_once_per_version of cases_event"),
    "a check that lets everything through": ("""
        ALTER TABLE cases_timer DROP CONSTRAINT timer_ended_does_not_fire;
        ALTER TABLE cases_timer ADD CONSTRAINT timer_ended_does_not_fire CHECK (true)""",
        "timer_ended_does_not_fire of cases_timer"),
    "a paper that points to nothing": ("""
        DO $$ BEGIN EXECUTE (
          SELECT format('ALTER TABLE cases_attachment DROP CONSTRAINT %I', conname)
            FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid
           WHERE k.conrelid = 'cases_attachment'::regclass AND k.contype = 'f'
             AND k.conkey = ARRAY[a.attnum] AND a.attname = 'file_id'); END $$""",
        "file_id of cases_attachment"),
    "a hash that may be missing": (
        "ALTER TABLE cases_event ALTER hash DROP NOT NULL", "hash of cases_event"),
    "a table whose lines are read as history": (
        "CREATE TABLE more_events () INHERITS (cases_event)", "table more_events of cases_event"),
    "a function that hides in an extension": ("""
        CREATE EXTENSION hstore;
        CREATE FUNCTION encode(text, text) RETURNS text LANGUAGE sql AS 'SELECT $1';
        ALTER EXTENSION hstore ADD FUNCTION encode(text, text)""",
        "encode(text,text) of schema public"),
    "a sum that tells what it is told": (
        "CREATE AGGREGATE string_agg(varchar) (sfunc = textcat, stype = text)",
        "string_agg(character varying) of schema public"),
}  # fmt: skip


@pytest.mark.requirement("O02")
@pytest.mark.parametrize("how", WEAKER)
def test_a_lock_that_was_weakened_or_got_round_shows(world, how):
    world.to("accepted")
    assert proof.verify(now=world.now).whole
    statement, named = WEAKER[how]
    sql(statement)
    [told] = proof.verify(now=world.now).broken
    assert told.where == "the locks" and named in told.what


@pytest.mark.requirement("O02")
def test_notes_that_were_lost_are_missed_and_made_anew_openly(
    world, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        world.to("accepted")
        proof.seal(now=world.now)
    world.wait(days=1)
    assert proof.verify(now=world.now).whole
    witness.file_of().unlink()
    assert proof.verify(now=world.now - timedelta(days=1)).whole, "the newest may be on its way"
    [told] = proof.verify(now=world.now).broken
    assert "not noted outside the database" in told.what
    with django_capture_on_commit_callbacks(execute=True):
        assert seals.note_again(now=world.now) == 1
    verdict = proof.verify(now=world.now)
    assert verdict.whole and (verdict.noted, verdict.again) == (1, 1)
    assert seals.note_again(now=world.now) == 0


@pytest.mark.requirement("O02", "H05")
def test_a_step_is_never_dated_before_the_one_in_front_of_it(world):
    case = world.to("handling")
    last = CaseEvent.objects.get(case=case, version=case.version).at
    world.wait(days=-2)  # a clock that was put back, or somebody who wishes to be punctual
    case = world.step(case, "finish", "water", result="修好", photos=("after",))
    line = CaseEvent.objects.filter(case=case, version=case.version).values().get()
    assert (line["at"], line["recorded_at"]) == (last, world.now)
    assert proof.verify(now=world.now).whole

    early = {**line, "at": last - timedelta(days=2)}
    digest = chain.line_hash(case.number, early)
    sql(f"""
        ALTER TABLE cases_event DISABLE TRIGGER append_only;
        ALTER TABLE cases_case DISABLE TRIGGER USER;
        UPDATE cases_event SET at = at - interval '2 days', hash = '{digest}'
         WHERE id = {line["id"]};
        UPDATE cases_case SET head = '{digest}' WHERE id = {case.pk};
        ALTER TABLE cases_case ENABLE TRIGGER USER;
        ALTER TABLE cases_event ENABLE TRIGGER append_only""")
    told = proof.verify(now=last).broken
    assert any("dated before the one in front" in one.what for one in told), told


@pytest.mark.requirement("O02", "H05")
def test_what_is_dated_back_behind_a_seal_is_named_but_for_a_demos_story(world):
    world.to("accepted")
    proof.seal(now=world.now)
    begin = world.now
    world.wait(days=-3)
    case = world.report()  # as whoever has a shell may call it
    proof.seal(now=begin + timedelta(minutes=1))
    [told] = proof.verify(now=begin).broken
    assert told.where == f"case {case.number} version 1" and "before it was sealed" in told.what
    proof.invent(now=begin)
    verdict = proof.verify(now=begin)
    assert verdict.whole and verdict.invented


@pytest.mark.requirement("O02", "O13")
def test_a_line_that_calls_itself_imported_belongs_to_an_imported_case(world):
    """So none dates itself back by it."""
    case = world.to("handling")
    last = CaseEvent.objects.filter(case=case, version=case.version).values().get()
    forged = {**last, "imported": True, "at": last["at"] - timedelta(days=1)}
    digest = chain.line_hash(case.number, forged)
    sql(f"""
        ALTER TABLE cases_event DISABLE TRIGGER append_only;
        ALTER TABLE cases_case DISABLE TRIGGER USER;
        UPDATE cases_event SET imported = true, at = at - interval '1 day', hash = '{digest}'
         WHERE id = {last["id"]};
        UPDATE cases_case SET head = '{digest}' WHERE id = {case.pk};
        ALTER TABLE cases_case ENABLE TRIGGER USER;
        ALTER TABLE cases_event ENABLE TRIGGER append_only""")
    told = proof.verify(now=world.now).broken
    assert any("says it was imported" in one.what for one in told), told


@pytest.mark.requirement("O05")
def test_a_clock_that_was_wrong_accuses_nobody_once_somebody_has_said_so(
    world, django_capture_on_commit_callbacks
):
    """Ahead by four days, sealed, and set right: what is reported then is honest."""

    def sealed():
        with django_capture_on_commit_callbacks(execute=True):
            proof.seal(now=world.now)

    world.wait(days=4)
    case = world.report()
    sealed()
    world.wait(days=-4, minutes=5)
    world.report()
    later = world.step(case, "accept", "acceptor")  # on a case that was touched meanwhile
    sealed()
    line = CaseEvent.objects.get(case=case, version=later.version)
    assert line.at > line.recorded_at == world.now
    told = [one.what for one in proof.verify(now=world.now).broken]
    assert seals.PUT_BACK in told and any("dated before it was sealed" in one for one in told)

    with django_capture_on_commit_callbacks(execute=True):
        assert seals.set_right() == 1
    assert seals.set_right() == 0, "said once"
    verdict = proof.verify(now=world.now)
    assert verdict.whole and verdict.set_right == 1

    world.now -= timedelta(hours=2)
    case = world.report()  # dated back while the clock is right
    world.wait(hours=3)
    sealed()
    told = [(one.where, one.what) for one in proof.verify(now=world.now).broken]
    assert told == [(f"case {case.number} version 1", "the line is dated before it was sealed")]
