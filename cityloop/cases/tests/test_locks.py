"""Nobody changes history: the five locks, the chain, and many writers on one case."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from cityloop.cases import jobs, operations, proof, state
from cityloop.cases.models import Attachment, Case, CaseEvent, Seal, Task, Timer
from cityloop.cases.tests import world as worlds
from cityloop.cases.tests.proven import sql
from cityloop.kernel import clock, files, witness
from cityloop.kernel.models import StoredFile


@pytest.mark.requirement("O01")
def test_save_and_delete_are_not_the_road(world):
    case = world.report()
    with pytest.raises(RuntimeError, match=r"only by cases\.operations"):
        case.save()
    with pytest.raises(RuntimeError, match="never deleted"):
        case.delete()


@pytest.mark.requirement("O01", "O02")
@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE cases_case SET status = 'closed', closed_at = now(), closing_kind = 'normal'",
         "raises its version"),
        ("UPDATE cases_case SET version = version + 1", "has no history line"),
        ("UPDATE cases_event SET facts = '{}'", "append-only"),
        ("DELETE FROM cases_event", "append-only"),
        ("DELETE FROM cases_attachment", "append-only"),
        ("DELETE FROM cases_case", "append-only"),
        ("TRUNCATE cases_event CASCADE", "append-only|pending trigger events"),
        ("TRUNCATE cases_attachment", "append-only|pending trigger events"),
        ("TRUNCATE cases_seal CASCADE", "append-only"),
        ("INSERT INTO cases_event (case_id, version, action, source, target, role, actor, at,"
         " recorded_at, facts, imported, previous, hash) SELECT case_id, version, action, source,"
         " target, role, actor, at, recorded_at, facts, imported, previous, 'x' FROM cases_event",
         "event_once_per_version"),
        ("UPDATE cases_case SET status = 'lost', version = version + 1", "case_status_known"),
    ("UPDATE cases_timer SET due_at = due_at + interval '1 day'", "has ended stays"),
    ("UPDATE cases_timer SET late = NOT late WHERE state = 'ended'", "has ended stays"),
    ("UPDATE cases_timer SET spent = 0 WHERE state = 'ended'", "has ended stays"),
    ("UPDATE cases_timer SET state = 'running', ended_at = NULL WHERE kind = 'acceptance'",
     "has ended stays"),
    ("DELETE FROM cases_timer", "append-only"),
    ("TRUNCATE cases_timer", "append-only|pending trigger events"),
    ("UPDATE cases_flow SET published_at = now()", "append-only"),
    ],
)  # fmt: skip
def test_hand_written_sql_is_refused(world, statement, words):
    case = world.to("accepted", papers=[world.photo()])
    with pytest.raises(DatabaseError, match=words):
        sql(statement)
    assert Case.objects.get(pk=case.pk).status == "accepted"
    assert Attachment.objects.filter(case=case).count() == 1


@pytest.mark.requirement("O02")
def test_a_whole_history_is_proven_and_an_altered_line_is_named(world):
    cases = [world.to("closed"), world.to("checking"), world.to("accepted")]
    assert proof.seal(now=world.now) == sum(case.version for case in cases)
    verdict = proof.verify(now=world.now)
    assert verdict.whole and (verdict.cases, verdict.seals) == (3, 1)
    sql("ALTER TABLE cases_event DISABLE TRIGGER append_only")
    sql(f"UPDATE cases_event SET actor = 'x' WHERE case_id = {cases[1].pk} AND version = 3")
    verdict = proof.verify(now=world.now)
    assert not verdict.whole
    assert verdict.broken[0].where == f"case {cases[1].number} version 3"
    assert "altered" in verdict.broken[0].what


@pytest.mark.requirement("O01", "O02")
def test_a_case_that_vanished_breaks_the_seal(world):
    kept, gone = world.to("accepted"), world.to("filed")
    proof.seal(now=world.now)
    for table in ("cases_event", "cases_case", "cases_timer"):
        sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    for table in ("cases_event", "cases_timer", "cases_task"):
        sql(f"DELETE FROM {table} WHERE case_id = {gone.pk}")
    sql(f"DELETE FROM cases_case WHERE id = {gone.pk}")
    verdict = proof.verify(now=world.now)
    assert not verdict.whole and verdict.broken[0].where.startswith("seal")
    assert verdict.cases == 1 and kept.version == 2


@pytest.mark.requirement("O01", "O02")
def test_who_deletes_a_case_with_every_seal_since_is_found_out_by_what_was_noted(
    world, django_capture_on_commit_callbacks
):
    """The next seal closes the gap in the database; what stands outside it does not change."""
    with django_capture_on_commit_callbacks(execute=True):
        world.to("accepted")
        proof.seal(now=world.now)
        gone = world.to("filed")
        proof.seal(now=world.now)
    assert proof.verify(now=world.now).noted == 2
    tables = ("cases_event", "cases_case", "cases_timer", "cases_seal")
    for table in tables:
        sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    for table in ("cases_event", "cases_timer", "cases_task"):
        sql(f"DELETE FROM {table} WHERE case_id = {gone.pk}")
    sql(f"DELETE FROM cases_case WHERE id = {gone.pk}")
    sql("DELETE FROM cases_seal WHERE id = (SELECT max(id) FROM cases_seal)")
    for table in tables:
        sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    with django_capture_on_commit_callbacks(execute=True):
        world.to("accepted")
        proof.seal(now=world.now)
    seal, line = proof.verify(now=world.now).broken
    assert "it is gone: it was noted outside the database" in seal.what
    assert line.where == f"case {gone.number} version 1"


@pytest.fixture
def here_and_now(world, monkeypatch) -> None:
    """The worker's clock shows the time of this world."""
    monkeypatch.setattr(clock, "now", lambda: world.now)


def _vanish(case: Case) -> None:
    """Past every lock, and with nothing left behind."""
    sql("SET LOCAL session_replication_role = replica")
    for table in ("cases_event", "cases_timer", "cases_task"):
        sql(f"DELETE FROM {table} WHERE case_id = {case.pk}")
    sql(f"DELETE FROM cases_case WHERE id = {case.pk}")
    sql("SET LOCAL session_replication_role = origin")


@pytest.mark.requirement("O01", "O02")
@pytest.mark.parametrize("seals", [0, 1, 2, 3])
def test_a_case_that_vanished_before_it_was_sealed_is_missed_for_good(
    world, here_and_now, django_capture_on_commit_callbacks, seals
):
    with django_capture_on_commit_callbacks(execute=True):
        world.to("accepted")
    with django_capture_on_commit_callbacks(execute=True):
        jobs.seal_history()
    with django_capture_on_commit_callbacks(execute=True):
        gone = world.report()
    _vanish(gone)
    for _minute in range(seals):
        with django_capture_on_commit_callbacks(execute=True):
            world.report()
        with django_capture_on_commit_callbacks(execute=True):
            jobs.seal_history()
    [told] = proof.verify(now=world.now).broken
    assert told.where == f"case {gone.number} version 1"
    assert "gone, or another one" in told.what


@pytest.mark.requirement("O01", "O02")
def test_what_is_there_is_not_missed_and_is_kept_no_longer_than_it_must(
    world, here_and_now, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        case = world.to("closed")
    for others in range(3):
        assert len(list(witness.kept())) == (case.version, case.version + 1, 1)[others]
        with django_capture_on_commit_callbacks(execute=True):
            world.report()
        with django_capture_on_commit_callbacks(execute=True):
            jobs.seal_history()
    for _quiet in range(2):
        jobs.seal_history()
    assert list(witness.kept()) == []
    assert proof.verify(now=world.now).whole


@pytest.mark.requirement("O01", "O02")
def test_what_was_rolled_back_was_never_written(world, django_capture_on_commit_callbacks):
    def breaks_off() -> None:
        with transaction.atomic():
            world.report()
            sql("SELECT 1 / 0")

    with django_capture_on_commit_callbacks(execute=True), pytest.raises(DatabaseError):
        breaks_off()
    assert list(witness.kept()) == []


@pytest.mark.requirement("O01", "O02")
def test_a_case_that_is_gone_from_its_history_is_missed(world):
    world.to("accepted")
    case = world.report()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(f"DELETE FROM cases_case WHERE id = {case.pk}")
            cursor.execute("SET LOCAL session_replication_role = origin")
        assert "its case is missing" in [one.what for one in proof.verify(now=world.now).broken]
        transaction.set_rollback(True)


@pytest.mark.requirement("O02")
@pytest.mark.parametrize("how", ["DISABLE TRIGGER append_only", "DISABLE TRIGGER USER"])
def test_a_lock_that_was_taken_off_shows_although_all_lines_are_whole(world, how):
    world.report()
    proof.seal(now=world.now)
    assert proof.verify(now=world.now).whole
    sql(f"ALTER TABLE cases_event {how}")
    (found,) = proof.verify(now=world.now).broken
    assert found.where == "the locks" and "append_only of cases_event" in found.what


@pytest.mark.requirement("O02")
@pytest.mark.parametrize(("how", "lock"), [
    ("CREATE OR REPLACE FUNCTION cases_append_only() RETURNS trigger LANGUAGE plpgsql"
     " AS $$ BEGIN RETURN COALESCE(NEW, OLD); END $$", "append_only of cases_seal"),
    ("DROP TRIGGER no_truncate ON cases_attachment", "no_truncate of cases_attachment"),
    ("DROP TRIGGER append_only ON cases_event; CREATE TRIGGER append_only BEFORE DELETE ON"
     " cases_event FOR EACH ROW EXECUTE FUNCTION cases_append_only()",
     "append_only of cases_event"),
    ("DROP TRIGGER version_goes_up ON cases_case; CREATE TRIGGER version_goes_up BEFORE UPDATE ON"
     " cases_case FOR EACH ROW WHEN (false) EXECUTE FUNCTION cases_version_goes_up()",
     "version_goes_up of cases_case"),
    ("ALTER FUNCTION cases_version_has_event() SET session_replication_role = 'replica'",
     "version_has_event of cases_case"),
    ("DROP INDEX event_once_per_version",
     "event_once_per_version of cases_event"),
    ("ALTER TABLE cases_case DROP CONSTRAINT case_closed_says_when_and_how",
     "case_closed_says_when_and_how of cases_case"),
    ("ALTER TABLE cases_case ENABLE ROW LEVEL SECURITY", "row security of cases_case"),
    ("CREATE RULE deaf AS ON INSERT TO cases_event DO INSTEAD NOTHING", "deaf of cases_event"),
    ("CREATE FUNCTION blur() RETURNS trigger LANGUAGE plpgsql AS"
     " $$ BEGIN NEW.late := false; RETURN NEW; END $$; CREATE TRIGGER blur BEFORE UPDATE ON"
     " cases_timer FOR EACH ROW EXECUTE FUNCTION blur()", "blur of cases_timer"),
])  # fmt: skip
def test_a_lock_that_was_hollowed_out_shows(world, how, lock):
    world.report()
    proof.seal(now=world.now)
    sql(how)
    (found,) = proof.verify(now=world.now).broken
    assert found.where == "the locks" and lock in found.what


def test_sealing_again_without_news_writes_nothing(world):
    world.report()
    assert proof.seal(now=world.now) == 1
    assert proof.seal(now=world.now) == 0
    world.report()
    assert proof.seal(now=world.now) == 1
    assert Seal.objects.count() == 2 and proof.verify(now=world.now).whole


@pytest.mark.requirement("O02")
def test_a_stale_version_is_refused(world):
    case = world.report()
    world.step(case, "accept", "acceptor")
    case.version = 1
    with pytest.raises(operations.Stale):
        world.step(case, "accept", "acceptor")


@pytest.mark.slow
@pytest.mark.usefixtures("own_database")
@pytest.mark.requirement("O02")
def test_of_fifty_writers_exactly_one_wins_each_version():
    world = worlds.build()
    case = world.report()
    outcomes: list[str] = []

    def write(n: int) -> None:
        try:
            operations.perform(
                case.number, "urge", actor=world.actors["supervisor"], now=world.now,
                version=case.version, inputs={"reason": f"writer {n}"},
            )  # fmt: skip
            outcomes.append("won")
        except operations.Stale:
            outcomes.append("stale")
        except Exception as error:
            outcomes.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(n,)) for n in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["stale"] * 49 + ["won"]
    assert CaseEvent.objects.filter(case=case).count() == 2
    assert proof.verify(now=world.now).whole


@pytest.mark.requirement("O01", "O02")
def test_a_case_whose_last_line_is_gone_is_named_before_any_seal(world):
    case = world.to("filed")
    world.to("accepted")
    sql("ALTER TABLE cases_event DISABLE TRIGGER USER")
    sql(f"DELETE FROM cases_event WHERE case_id = {case.pk} AND version = {case.version}")
    sql("ALTER TABLE cases_event ENABLE TRIGGER USER")
    verdict = proof.verify(now=world.now)
    assert [one.where for one in verdict.broken] == [f"case {case.number} version {case.version}"]


@pytest.mark.requirement("O01", "O02")
def test_seals_and_papers_that_vanish_are_missed(world, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        case = world.to("accepted", papers=[world.photo()])
        proof.seal(now=world.now)
    later = world.now + timedelta(hours=2)
    assert proof.verify(now=later).whole
    for table in ("cases_seal", "cases_attachment"):
        sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        sql(f"DELETE FROM {table}")
        sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    where = [one.where for one in proof.verify(now=later).broken]
    assert where[0].startswith("seal "), "it was noted outside the database"
    assert where[1:] == ["the seals", f"case {case.number} version 1"]


@pytest.mark.requirement("F07", "O01")
def test_a_swapped_photo_is_found_out(world):
    world.to("accepted", papers=[world.photo()])
    assert proof.verify_files() == (1, [])
    path = files.location(StoredFile.objects.get().sha256)
    path.chmod(0o600)
    path.write_bytes(b"another picture")
    _count, [broken] = proof.verify_files()
    assert "altered" in broken.what


@pytest.mark.requirement("O05")
def test_a_paper_that_is_moved_to_another_stage_or_slipped_in_is_named(world):
    case = world.to("closed")
    assert proof.verify(now=world.now).whole
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE cases_attachment SET stage = 'before' WHERE stage = 'after'")
        cursor.execute("SET LOCAL session_replication_role = origin")
    gone, new = proof.verify(now=world.now).broken
    assert gone.where.startswith(f"case {case.number} version") and "is missing" in gone.what
    assert new.where == gone.where and "no line names its paper" in new.what


@pytest.mark.requirement("O05", "F07")
@pytest.mark.parametrize(("change", "where", "what"), [
    ("cases_attachment SET remarks = '[]'", "case {number} version 1", "noted of its paper"),
    ("cases_attachment SET from_album = NOT from_album", "case {number} version 1",
     "noted of its paper"),
    ("cases_attachment SET filename = 'x.jpg'", "case {number} version 1", "noted of its paper"),
    ("cases_attachment SET added_at = added_at - interval '1 day'", "case {number} version 1",
     "noted of its paper"),
    ("cases_flow SET parameters = '{\"review_share\": 0}' WHERE code LIKE 'test-%'", "flow test-",
     "what case {number} began with"),
    ("standards_filingrule SET condition_zh = 'x'", "filing rule", "what case {number} was filed"),
    ("cases_flow SET published_at = published_at - interval '1 day' WHERE code LIKE 'test-%'",
     "flow test-", "what case {number} began with"),
    ("standards_problemclass SET name_zh = 'x'", "problem class", "what case {number} was filed"),
    ("standards_problemclass SET major_zh = 'x'", "problem class", "what case {number} was filed"),
    ("standards_filingrule SET limit_amount = 99", "filing rule", "what case {number} was filed"),
])  # fmt: skip
def test_what_stands_beside_the_history_is_proven_by_it(world, change, where, what):
    album = replace(world.photo(), from_album=True, remarks=({"code": "from_album"},))
    case = world.to("filed", papers=[album])
    assert proof.verify(now=world.now).whole
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(f"UPDATE {change}")
        cursor.execute("SET LOCAL session_replication_role = origin")
    [broken] = proof.verify(now=world.now).broken
    assert where.format(number=case.number) in broken.where
    assert what.format(number=case.number) in broken.what


@pytest.mark.requirement("O05", "F07")
@pytest.mark.parametrize("change", [
    "taken_at = '2026-03-02T01:00:00Z'", "width = width + 1", "phash = ~phash",
    "phash = NULL", "size = size + 1", "media_type = 'image/webp'",
    "media_type = 'application/pdf', exif = '{}', taken_at = NULL, phash = NULL",
    """exif = '{"Make": "x"}'""",
    "taken_point = ST_SetSRID(ST_MakePoint(120.1, 30.2), 4326)",
])  # fmt: skip
def test_when_and_where_a_photo_was_taken_is_what_the_photo_says(world, change):
    world.report(papers=[world.photo()])
    assert proof.verify_files() == (1, [])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(f"UPDATE kernel_file SET {change}")
        cursor.execute("SET LOCAL session_replication_role = origin")
    _count, [broken] = proof.verify_files()
    assert broken.what == f"its {change.split()[0]} is not what it says"


@pytest.mark.requirement("O05")
@pytest.mark.parametrize(("change", "what"), [
    ("cases_case SET closed_at = closed_at - interval '9 days'", "its own columns"),
    ("cases_case SET lead_id = (SELECT id FROM people_organisation WHERE code = 'roads')",
     "its own columns"),
    ("cases_case SET handled_late = NOT handled_late", "its own columns"),
    ("cases_case SET dispatches = 7", "its own columns"),
    ("cases_case SET reported_at = reported_at + interval '1 microsecond'", "its own columns"),
    ("cases_case SET limit_amount = limit_amount + 0.01", "its own columns"),
    ("cases_case SET channel = 'media'", "its own columns"),
    ("cases_case SET point = ST_Translate(point, 0.0000001, 0)", "its own columns"),
    ("cases_case SET judged_by = '[]'", "its own columns"),
    ("cases_case SET units = array_append(units, 1)", "its own columns"),
    ("cases_timer SET due_at = due_at + interval '90 days'", "its clocks"),
    ("cases_timer SET late = NOT late", "its clocks"),
    ("cases_timer SET spent = spent + 0.00001", "its clocks"),
    ("cases_timer SET fired = 1 WHERE kind = 'whole'", "its clocks"),
    ("cases_timer SET appeal = 'granted' WHERE kind = 'handling'", "its clocks"),
])  # fmt: skip
def test_a_case_that_is_not_what_its_last_line_left_is_named(world, change, what):
    """Whoever owns the database can switch the locks off: what figures count from shows it."""
    case = world.to("closed")
    proof.seal(now=world.now)
    assert proof.verify(now=world.now).whole
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(f"UPDATE {change}")
        cursor.execute("SET LOCAL session_replication_role = origin")
    [broken] = proof.verify(now=world.now).broken
    assert (broken.where, broken.what) == (
        f"case {case.number}", f"{what} are not what its last line left",
    )  # fmt: skip


@pytest.mark.requirement("O02", "O05")
@pytest.mark.parametrize(("change", "what"), [
    ("UPDATE cases_timer SET fire_at = NULL WHERE fire_at IS NOT NULL", "its clocks"),
    ("UPDATE cases_task SET due_at = due_at + interval '1 day'", "its open tasks"),
    ("UPDATE cases_task SET closed_at = now() WHERE closed_at IS NULL", "its open tasks"),
    ("UPDATE cases_task SET closed_at = now() WHERE closed_at IS NOT NULL", "its closed tasks"),
    ("DELETE FROM cases_task WHERE closed_at IS NOT NULL", "its closed tasks"),
])  # fmt: skip
def test_tasks_and_clocks_that_run_have_no_lock_but_their_line_knows_them(world, change, what):
    case = world.to("handling")
    case = world.step(case, "ask_extension", "water", extra="1", reason_code="weather", reason="x")
    case = world.step(case, "refuse_extension", "dispatcher", reason="no")
    assert proof.verify(now=world.now).whole
    sql(change)
    [broken] = proof.verify(now=world.now).broken
    assert (broken.where, what in broken.what) == (f"case {case.number}", True)


@pytest.mark.requirement("O02", "O05", "H05")
@pytest.mark.parametrize(("change", "part"), [
    ("UPDATE cases_timer SET due_at = due_at + interval '9 days',"
     " fire_at = fire_at + interval '9 days', limit_amount = limit_amount + 36"
     " WHERE state = 'running'", "clocks"),
    ("UPDATE cases_task SET due_at = due_at + interval '1 day' WHERE closed_at IS NULL", "tasks"),
    ("UPDATE cases_task SET closed_at = now() WHERE kind = 'handle'", "tasks"),
    ("SET LOCAL session_replication_role = replica;"
     " UPDATE cases_case SET handling_due_at = handling_due_at + interval '9 days';"
     " SET LOCAL session_replication_role = origin", "case"),
])  # fmt: skip
def test_what_was_changed_between_two_steps_stands_in_the_next_one_for_good(world, change, part):
    """The next step's own mark takes the case as it finds it: so that step says what it found."""
    case = world.to("handling")
    sql(change)
    if "kind = 'handle'" in change:
        case = world.step(case, "urge", "supervisor", reason="x")
    else:
        case = world.step(case, "finish", "water", result="x", photos=("after",))
    line = CaseEvent.objects.filter(case=case, version=case.version).get()
    assert line.facts["altered"] == [part]
    [broken] = proof.verify(now=world.now).broken
    assert broken.where == f"case {case.number} version {case.version}"
    assert f"its {part} had been changed past the life cycle" in broken.what


FIRST_EDITION = "e4b833df1c0d"


def test_a_new_column_says_since_which_edition_it_is_proven():
    """Another list of columns breaks every kept mark: name the new one in SINCE, raise EDITION."""
    found = {table: state.columns(table, 1) for table in (Case, Timer, Task)}
    text = ";".join(f"{table.__name__}:{','.join(names)}" for table, names in found.items())
    assert hashlib.sha256(text.encode()).hexdigest()[:12] == FIRST_EDITION
