"""Los Angeles 311: what its states and its times become."""

from __future__ import annotations

import pytest

from cityloop.cases.models import Case
from cityloop.exchange.tests import made
from cityloop.people.models import Organisation

pytestmark = pytest.mark.django_db


def one(tmp_path, **change: str) -> Case:
    """The case of a single row."""
    report = made.take(made.write(tmp_path / "x.csv.gz", made.LA311, change), "la311")
    assert report.imported == 1, report.rejected
    return made.only()


@pytest.mark.requirement("O13")
def test_a_closed_request_has_its_own_times(tmp_path):
    case = one(tmp_path)
    assert (case.status, case.closing_kind, case.channel) == ("closed", "normal", "hotline12345")
    assert case.reported_at.isoformat() == "2018-12-03T17:00:00+00:00"
    assert case.handled_at.isoformat() == "2018-12-05T22:00:00+00:00"
    assert case.closed_at.isoformat() == "2018-12-05T23:00:00+00:00"
    assert "derived" not in made.facts(case, "finish")
    assert "derived" not in made.facts(case, "close")
    assert (case.point.x, case.point.y) == (-118.24, 34.05)
    assert case.lead.code == "la311-BOS-NC"
    assert case.lead.parent.code == "la311-BOS" and case.lead.parent.parent.code == "la311"
    assert case.problem_class.code == "la311/E0101"
    made.check_invariants()


def test_a_day_without_a_time_is_its_noon_between_creation_and_closing(tmp_path):
    path = made.write(tmp_path / "x.csv", made.LA311, {"servicedate": "2018-12-04 00:00:00"})
    assert made.take(path, "la311").notes == [
        "1 name a day without a time: it counts as noon of that day"
    ]
    case = made.only()
    assert case.handled_at.isoformat() == "2018-12-04T20:00:00+00:00"
    assert made.facts(case, "finish")["servicedate"] == "2018-12-04 00:00:00"
    assert made.facts(case, "finish")["derived"] == "time"


@pytest.mark.parametrize(
    ("service", "handled", "note"),
    [
        ("2018-09-19 00:00:00", "2018-12-03T17:00:00+00:00", "before their creation"),
        ("2018-12-20 00:00:00", "2018-12-05T23:00:00+00:00", "after their closing"),
    ],
)
def test_an_impossible_service_time_is_bent_and_told(tmp_path, service, handled, note):
    path = made.write(tmp_path / "x.csv", made.LA311, {"servicedate": service})
    report = made.take(path, "la311")
    case = made.only()
    assert case.handled_at.isoformat() == handled
    assert made.facts(case, "finish")["servicedate"] == service
    assert len(report.notes) == 2 and note in report.notes[0]


def test_a_time_that_names_its_zone_is_believed(tmp_path):
    case = one(tmp_path, createddate="2018-12-03T17:00:00Z")
    assert case.reported_at.isoformat() == "2018-12-03T17:00:00+00:00"
    made.check_invariants()


def test_closed_before_created_is_rejected_but_not_on_the_same_day(tmp_path):
    rows = [
        {"closeddate": "2018-12-03 00:00:00"},
        {"srnumber": "1-2", "closeddate": "2018-12-02 00:00:00"},
        {"srnumber": "1-3", "closeddate": "2018-12-03 08:59:59"},
    ]
    report = made.take(made.write(tmp_path / "x.csv", made.LA311, *rows), "la311")
    assert [(one.row, one.key) for one in report.rejected] == [(3, "1-2"), (4, "1-3")]
    case = made.only()
    assert case.closed_at.isoformat() == "2018-12-03T20:00:00+00:00"
    assert made.facts(case, "close")["closeddate"] == "2018-12-03 00:00:00"


@pytest.mark.parametrize(
    ("status", "wanted", "how", "reason"),
    [
        ("Cancelled", "voided", "", "withdrawn"),
        ("Referred Out", "closed", "forced", "handled_elsewhere"),
        ("Open", "handling", "", ""),
        ("Pending", "handling", "", ""),
    ],
)
def test_the_other_states(tmp_path, status, wanted, how, reason):
    closed = {} if wanted != "handling" else {"closeddate": "", "servicedate": ""}
    case = one(tmp_path, status=status, **closed)
    assert (case.status, case.closing_kind, case.reason_code) == (wanted, how, reason)
    made.check_invariants()


def test_without_a_closing_time_the_last_update_stands_for_it(tmp_path):
    case = one(tmp_path, closeddate="")
    assert case.closed_at.isoformat() == "2018-12-05T23:00:01+00:00"
    assert made.facts(case, "close") | {"clocks": []} == {
        "derived": "time", "updateddate": "2018-12-05 15:00:01", "closing_condition": True,
        "clocks": [],
    }  # fmt: skip


def test_without_a_point_the_address_is_place_enough_and_without_a_crew_the_bureau(tmp_path):
    case = one(tmp_path, latitude="", longitude="", assignto="")
    assert case.point is None and case.lead.code == "la311-BOS"
    assert case.lead.name_en == "Bureau of Sanitation"


@pytest.mark.parametrize(
    "change",
    [{"status": "Lost"}, {"requesttype": "UFO"}, {"owner": "FBI"}, {"latitude": "north"},
     {"latitude": "999"}, {"longitude": "nan"},
     {"createddate": ""}],
)  # fmt: skip
def test_what_is_not_known_is_rejected(tmp_path, change):
    report = made.take(made.write(tmp_path / "x.csv", made.LA311, change), "la311")
    assert report.imported == 0 and len(report.rejected) == 1


def test_crews_are_made_once_with_their_bureau(tmp_path):
    rows = [{"srnumber": f"1-{n}", "assignto": crew} for n, crew in enumerate(["NC", "EV", "NC"])]
    made.take(made.write(tmp_path / "x.csv", made.LA311, *rows), "la311")
    codes = Organisation.objects.filter(code__startswith="la311").values_list("code", flat=True)
    assert sorted(codes) == ["la311", "la311-BOS", "la311-BOS-EV", "la311-BOS-NC"]


def test_real_requests(shared, tmp_path):
    some = made.head(made.real(shared, "la311"), tmp_path / "some.csv", 600)
    report = made.take(some, "la311")
    assert report.imported == 600 and not report.rejected
    assert {"closed", "voided"} <= set(Case.objects.values_list("status", flat=True))
    made.check_invariants()
