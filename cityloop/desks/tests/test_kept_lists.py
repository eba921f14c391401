"""Lists as files, the columns that people choose, the lists that they keep."""

from __future__ import annotations

import csv
import re
import tracemalloc
from io import BytesIO, StringIO

import pytest
from django.db import DatabaseError, transaction
from python_calamine import CalamineWorkbook

from cityloop.cases.models import Case
from cityloop.desks import columns, operations
from cityloop.desks.models import TakenList
from cityloop.desks.tests import conftest
from cityloop.desks.views import export
from cityloop.kernel.errors import NotFound, Refused
from cityloop.people.models import Member

NOW_PAGES = conftest.PAGES | {"cases.export"}


@pytest.fixture
def taker(world, as_):
    """A browser of somebody who may take lists away."""

    def browser(name: str):
        found = {one: getattr(conftest.ACTORS[name], one) for one in conftest.Actor.__slots__}
        conftest.ACTORS[name] = conftest.Actor(**{**found, "permissions": NOW_PAGES})
        return as_(name)

    return browser


def read(answer) -> list[list[str]]:
    """The rows of a CSV answer."""
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(StringIO(text)))


def test_a_list_leaves_as_csv_with_its_filters_and_is_noted(world, taker) -> None:
    case = world.report(description="=HYPERLINK(1)")
    world.report(description="路灯不亮")
    client = taker("acceptor")
    answer = client.get("/cases/files/cases.csv?q=HYPERLINK")
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith('attachment; filename="cases-')
    rows = read(answer)
    assert "Description" in rows[0] and "Due" in rows[0]
    assert len(rows) == 2 and case.number in rows[1]
    assert "'=HYPERLINK(1)" in rows[1], "no spreadsheet computes it"
    noted = TakenList.objects.get()
    assert (noted.form, noted.query, noted.rows) == ("csv", "q=HYPERLINK", 1)
    with pytest.raises(DatabaseError), transaction.atomic():
        TakenList.objects.update(rows=0)


def test_the_same_list_as_a_workbook(world, taker) -> None:
    cases = [world.report(description="=1+1"), world.report()]
    answer = taker("acceptor").get("/cases/files/cases.xlsx?box=to_accept")
    sheet = CalamineWorkbook.from_filelike(BytesIO(b"".join(answer.streaming_content)))
    rows = sheet.get_sheet_by_index(0).to_python()
    assert [row[1] for row in rows[1:]] == [case.number for case in cases]
    assert "=1+1" in rows[1]


def test_who_may_not_gets_nothing_and_nobody_more_than_they_see(world, as_, taker) -> None:
    world.to("dispatched")  # with water
    assert as_("acceptor").get("/cases/files/cases.csv").status_code == 403
    assert len(read(taker("roads").get("/cases/files/cases.csv?status=all"))) == 1
    assert len(read(taker("water").get("/cases/files/cases.csv?status=all"))) == 2
    assert taker("acceptor").get("/cases/files/cases.pdf").status_code == 404


def test_a_workbook_has_an_end(world, taker, monkeypatch) -> None:
    world.report()
    monkeypatch.setattr(export, "MOST_IN_A_WORKBOOK", 0)
    client = taker("acceptor")
    assert client.get("/cases/files/cases.xlsx").status_code == 422
    assert not TakenList.objects.exists()
    assert client.get("/cases/files/cases.csv").status_code == 200


def test_a_long_list_needs_no_more_memory_than_a_short_one(world) -> None:
    """Of a hundred thousand rows only a batch is held; a list of them all would be 100 MB."""
    case = world.report()

    def peak(rows: int) -> int:
        found = (Case(**_facts(case)) for _one in range(rows))
        tracemalloc.start()
        for _piece in export.csv_pieces(found, columns.COLUMNS, now=world.now, language="en"):
            pass
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(1000)
    assert peak(6000) < 1.2 * peak(2000)


def _facts(case: Case) -> dict[str, object]:
    names = ("number", "status", "description", "address", "channel", "level", "problem_class",
             "reported_at", "due_at", "yellow_at", "area_code")  # fmt: skip
    return {name: getattr(case, name) for name in names}


def heads(client, path: str) -> list[str]:
    """The columns of a list, by the templates' order of titles."""
    html = client.get(path).content.decode()
    found = html[html.index("<thead>") : html.index("</thead>")]
    return re.findall(r'<th scope="col"[^>]*>([^<]+)</th>', found)


def test_chosen_columns_show_on_every_list_until_they_are_given_up(world, as_) -> None:
    world.report()
    client = as_("acceptor")
    usual = heads(client, "/cases/")
    chosen = {"column": ["grid", "class", "light"], "next": "/cases/"}
    assert client.post("/cases/columns/", chosen)["Location"] == "/cases/"
    for path in ("/cases/", "/desk/to_accept/"):
        assert heads(client, path) == [
            "Time left",
            "Number",
            "Class and description",
            "Unit grid",
        ], path
    assert client.post("/cases/columns/", {"column": ["password"]}).status_code == 422
    client.post("/cases/columns/", {"usual": "1"})
    assert heads(client, "/cases/") == usual
    assert len(heads(as_("dispatcher"), "/cases/")) > 4, "the choice of others changes nothing"


def test_a_list_is_kept_under_a_name_by_whom_it_belongs_to(world, as_) -> None:
    world.report()
    client = as_("acceptor")
    client.post("/cases/views/", {"title": " 绿地 ", "next": "/cases/?q=绿地"})
    html = client.get("/desk/to_accept/").content.decode()
    assert 'href="/cases/?q=绿地"' in html
    assert "绿地" not in as_("dispatcher").get("/cases/").content.decode()
    client.post("/cases/views/", {"title": "绿地", "next": "/desk/to_file/"})
    html = client.get("/cases/").content.decode()
    assert 'href="/desk/to_file/"' in html and "/cases/?q=绿地" not in html
    view = operations.SavedView.objects.get()
    with pytest.raises(NotFound):
        operations.drop_view(view.pk, actor=world.actors["dispatcher"])
    client.post(f"/cases/views/{view.pk}/drop/", {"next": "/cases/"})
    assert not operations.SavedView.objects.exists()


@pytest.mark.parametrize(
    "address", ["https://elsewhere.example/cases/", "//elsewhere.example/cases/", "/office/",
                "javascript:alert(1)", "/cases/?q=" + "x" * 1000],
)  # fmt: skip
def test_only_lists_of_ours_are_kept(world, as_, address) -> None:
    answer = as_("acceptor").post("/cases/views/", {"title": "x", "next": address})
    assert answer.status_code == 302
    assert not operations.SavedView.objects.exists()


def test_there_are_not_more_of_them_than_one_reads(world) -> None:
    actor = world.actors["acceptor"]
    assert Member.objects.filter(pk=actor.member_id).exists()
    for n in range(operations.MOST_VIEWS):
        operations.save_view(title=str(n), address="/cases/", actor=actor, now=world.now)
    with pytest.raises(Refused):
        operations.save_view(title="one more", address="/cases/", actor=actor, now=world.now)
    operations.save_view(title="3", address="/desk/to_file/", actor=actor, now=world.now)
