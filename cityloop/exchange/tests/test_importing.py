"""What holds for every format: nothing doubled, nothing half written, clear words for bad files."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from cityloop.cases import lifecycle, operations
from cityloop.cases.models import Case, CaseEvent, Flow, Timer
from cityloop.cases.tests import world as worlds
from cityloop.exchange.mappings import TABLE
from cityloop.exchange.operations import UnknownFormat
from cityloop.exchange.reading import BadFile
from cityloop.exchange.tests import made
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotAllowed
from config import env


@pytest.mark.django_db
@pytest.mark.requirement("O01", "O13")
def test_the_same_file_again_joins_and_doubles_nothing(tmp_path):
    path = made.write(tmp_path / "x.csv", made.LA311, *made.numbered(30), {"srnumber": "1-7"})
    first = made.take(path, "la311")
    again = made.take(path, "la311")
    assert (first.imported, first.joined) == (30, 1)
    assert (again.imported, again.joined) == (0, 31)
    assert Case.objects.count() == 30
    assert again.as_dict().keys() >= {"imported", "joined", "rejected", "seconds"}


@pytest.mark.slow
@pytest.mark.django_db
def test_an_import_that_was_stopped_goes_on(tmp_path):
    path = made.write(tmp_path / "x.csv", made.LA311, *made.numbered(1200))

    def stop(done: int, total: int) -> None:
        assert total == 1200
        if done >= 500:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        made.take(path, "la311", progress=stop)
    assert Case.objects.count() == 500
    report = made.take(path, "la311")
    assert (report.imported, report.joined) == (700, 500)
    made.check_invariants()


@pytest.mark.django_db
def test_a_walked_case_is_like_one_that_was_stepped(tmp_path):
    world = worlds.build()
    stepped = world.to("closed")
    made.take(made.write(tmp_path / "x.csv", made.LA311, {}), "la311")
    walked = made.only()

    def shape(case: Case) -> tuple:
        lines = CaseEvent.objects.filter(case=case).order_by("version")
        timers = Timer.objects.filter(case=case).order_by("id")
        return (
            [(line.version, line.action, line.source, line.target, line.role) for line in lines],
            [(t.kind, t.state, t.late, t.fire_at) for t in timers],
            [(t.kind, t.result) for t in case.tasks.order_by("id")],
        )

    assert shape(walked) == shape(stepped)


@pytest.mark.django_db
def test_an_open_case_goes_on_by_hand_and_by_the_clock(tmp_path):
    still = {"status": "Open", "closeddate": "", "servicedate": ""}
    made.take(made.write(tmp_path / "x.csv", made.LA311, still), "la311")
    assert operations.fire_due_timers(now=made.NOW) >= 1
    case = made.only()
    assert case.handling_overdue
    leader = Actor(None, "x", "x", roles=frozenset({"shift_leader"}), organisation_ids=None)

    def step(action: str, **inputs: str) -> None:
        operations.perform(case.number, action, now=made.NOW, actor=leader, inputs=inputs)

    force = {"reason_code": "no_longer_needed", "reason": "long gone"}
    with pytest.raises(operations.Refused, match="review this case first"):
        step("force_close", **force)
    step("review_case", opinion="nobody answers any more")
    step("force_close", **force)
    assert made.only().status == "closed"
    assert not CaseEvent.objects.get(case=case, action="force_close").imported


@pytest.mark.django_db
@pytest.mark.requirement("H07", "O13")
def test_what_ran_out_before_the_import_is_noted_once_and_climbs_no_more(tmp_path):
    still = {"status": "Open", "closeddate": "", "servicedate": ""}
    made.take(made.write(tmp_path / "x.csv", made.LA311, still), "la311")
    case = made.only()
    running = set(Timer.objects.filter(case=case, state="running").values_list("kind", flat=True))
    assert len(running) > 1
    for days in (0, 1, 400, 4000):
        while operations.fire_due_timers(now=made.NOW + timedelta(days=days)):
            pass
    lines = CaseEvent.objects.filter(case=case, imported=False)
    assert {line.action for line in lines} == {"overdue"}
    assert sorted(line.facts["clock"] for line in lines) == sorted(running)
    assert (made.only().escalations, case.tasks.filter(kind="supervise").count()) == (0, 0)


@pytest.mark.django_db
@pytest.mark.requirement("H07", "O13")
def test_an_imported_case_escalates_at_the_moments_that_lie_ahead(tmp_path):
    """Of one case the deadline and the first escalation had passed, of the other nothing had."""
    still = {"status": "Open", "closeddate": "", "servicedate": ""}
    days = ((made.NOW - timedelta(days=age)).date() for age in (17, 1))
    rows = [{"srnumber": f"{day}", "createddate": f"{day} 09:00:00"} for day in days]
    path = made.write(tmp_path / "x.csv", made.LA311, *({**still, **row} for row in rows))
    made.take(path, "la311")
    spans = []
    for case in Case.objects.filter(imported=True).order_by("reported_at"):
        clock = Timer.objects.get(case=case, kind="handling")
        spans.append((case, clock.due_at, clock.due_at - clock.started_at))
    old, fresh = spans
    assert old[1] < made.NOW < fresh[1]
    for case, due, span in (old, fresh):
        ahead = [due + span * n for n in (1, 2) if due + span * n > made.NOW]
        for moment in (made.NOW, due, *ahead):
            if moment >= made.NOW:
                operations.fire_due_timers(now=moment - timedelta(seconds=1))
                operations.fire_due_timers(now=moment)
        lines = CaseEvent.objects.filter(case=case, imported=False, facts__clock="handling")
        assert [line.action for line in lines.order_by("version")] == [
            "overdue", *("escalate" for _moment in ahead),
        ]  # fmt: skip
        assert [line.at for line in lines.filter(action="escalate").order_by("version")] == ahead
        assert len(ahead) == (1 if case == old[0] else 2)


@pytest.mark.django_db
def test_the_flow_of_imports_is_never_the_citys(tmp_path):
    from cityloop.cases import queries

    before = queries.current_flow()
    made.take(made.write(tmp_path / "x.csv", made.LA311, {}), "la311")
    assert queries.current_flow() == before
    assert Flow.objects.filter(code="imported").exists()


@pytest.mark.django_db
def test_bad_files_say_what_is_wrong(tmp_path):
    with pytest.raises(UnknownFormat, match=r"pigeons is none of pingshan, la311"):
        made.take(tmp_path / "x", "pigeons")
    with pytest.raises(BadFile):
        made.take(tmp_path / "nothing.csv", "la311")
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    with pytest.raises(BadFile, match="has no column srnumber"):
        made.take(empty, "la311")
    wrong = made.write(tmp_path / "x.csv", made.PINGSHAN, {})
    with pytest.raises(BadFile, match="requesttype"):
        made.take(wrong, "la311")
    cut = tmp_path / "cut.csv.gz"
    whole = made.write(tmp_path / "whole.csv.gz", made.LA311, *made.numbered(2000)).read_bytes()
    cut.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BadFile, match=r"cut.csv.gz, line \d+"):
        made.take(cut, "la311")
    assert not Case.objects.exists()


@pytest.mark.django_db
def test_broken_rows_stop_no_other(tmp_path):
    path = made.write(tmp_path / "x.csv", made.LA311, *made.numbered(4))
    lines = path.read_bytes().split(b"\r\n")
    lines[1] = lines[1].replace(b"MAIN", b"\xff\xfe")
    lines[2] = lines[2].replace(b"MAIN", b"M\x00")
    lines[3] = lines[3] + b",surplus"
    path.write_bytes(b"\r\n".join(lines) + b"1-9,Bulky Items\r\n")
    report = made.take(path, "la311")
    assert report.imported == 1
    reasons = [one.reason for one in report.rejected]
    for reason, part in zip(reasons, ("no text", "NUL", "cells", "cells"), strict=True):
        assert part in reason


@pytest.mark.django_db
def test_only_who_may_imports(tmp_path):
    path = made.write(tmp_path / "x.csv", made.LA311, {})
    nobody = Actor(None, "x", "x")
    from cityloop.exchange import operations as exchange

    with pytest.raises(NotAllowed):
        exchange.import_cases(path, format="la311", actor=nobody, now=made.NOW)


def test_mappings_walk_roads_that_exist():
    for source in TABLE.values():
        sample = made.PINGSHAN if source.code == "pingshan" else made.LA311
        record = source.read(sample)
        times = [stage.at for stage in record.stages]
        assert times == sorted(times)
        assert {stage.action for stage in record.stages} <= lifecycle.BY_ACTION.keys()


# ------------------------------------------------------------------- committing: own database


@pytest.mark.slow
def test_two_imports_at_once_double_nothing(own_database, tmp_path):
    path = made.write(tmp_path / "x.csv", made.LA311, *made.numbered(1500))
    reports = []

    def run() -> None:
        try:
            reports.append(made.take(path, "la311"))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(reports) == 2
    assert sum(one.imported for one in reports) == 1500
    assert sum(one.joined for one in reports) == 1500
    assert Case.objects.count() == 1500
    made.check_invariants()


def command(path: Path, *more: str) -> subprocess.Popen[str]:
    """`cityloop import-cases` against the database of this test."""
    settings = connection.settings_dict
    url = (
        f"postgresql://{settings['USER']}:{settings['PASSWORD'] or 'x'}"
        f"@{settings['HOST'] or 'localhost'}:{settings['PORT'] or 5432}/{settings['NAME']}"
    )
    if str(settings["HOST"]).startswith("/"):
        url = f"postgresql://{settings['USER']}@/{settings['NAME']}?host={settings['HOST']}"
    return subprocess.Popen(
        [sys.executable, "-m", "cityloop.cli.main", "import-cases", "--format", "la311", str(path),
         *more],
        cwd=env.ROOT, env={**os.environ, "DATABASE_URL": url}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


def _others_have_left() -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
            if not cursor.fetchone()[0]:
                return
        time.sleep(0.1)
    pytest.fail("the killed import's connections did not end")


@pytest.mark.slow
@pytest.mark.fault
@pytest.mark.requirement("O01", "O02")
def test_killed_in_the_middle_the_next_run_completes(own_database, tmp_path):
    count = 6000
    path = tmp_path / "x.csv.gz"
    path.write_bytes(gzip.compress(
        made.write(tmp_path / "x.csv", made.LA311, *made.numbered(count)).read_bytes()
    ))  # fmt: skip
    running = command(path)
    until = time.monotonic() + 60
    while Case.objects.count() == 0 and time.monotonic() < until:
        time.sleep(0.02)
    os.killpg(running.pid, signal.SIGKILL)
    running.communicate()
    _others_have_left()  # a batch that was being committed is committed or not
    before = Case.objects.count()
    assert 0 < before < count
    assert before % 500 == 0  # whole batches only
    done = command(path, "--json")
    out, err = done.communicate(timeout=120)
    assert done.returncode == 0, err
    assert f'"imported": {count - before}' in out.splitlines()[-1]
    assert Case.objects.count() == count
    made.check_invariants()
