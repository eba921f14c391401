"""A collection company's own inspectors in numbers, and the lists behind them; nobody else's."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cityloop.desks import company
from cityloop.people import operations as people
from tests.browser import Browse
from tests.duty import person
from tests.town import DISTRICT, SINCE, SYSTEM, Town, forget

PAGER = re.compile(r'href="/cases/(\d+)/"')
CELL = re.compile(r'href="(/cases/\?[^"]*status=all)">(?:[^<\d]* )?(\d+)<')


def _page(answer: Any) -> str:
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return re.sub(r"\s+", " ", answer.content.decode())


def _rows(town: Town, by: str = "manager") -> dict[str, dict[str, int]]:
    found = company.of(town.actor(by), now=town.now)
    return {} if found is None else {one.member.username: one.counts for one in found.rows}


def _another_company(town: Town) -> None:
    """A second company that walks the same district, with a manager and an inspector."""
    town.units["OTHER"] = people.create_organisation(
        code="OTHER", name_zh="另一公司", kind="company", parent=town.units["PLAT"],
        region_code=DISTRICT, valid_from=SINCE, actor=SYSTEM, now=town.now,
    )  # fmt: skip
    for name, role in (("rival", "inspector"), ("rival_manager", "company_manager")):
        member = person(town, name, "OTHER", role)
        if role == "inspector":
            people.assign_patrol(
                member=member, area_codes=[DISTRICT], actor=SYSTEM, now=town.now, valid_from=SINCE
            )
    forget()


def _work(town: Town) -> None:
    """Two valid reports, one refused; a verification in time, a check long after its time."""
    town.case("checked")
    town.case("accepted")
    refused = town.case("reported")
    town.step(refused.number, "reject", "acceptor", reason_code="not_a_problem", reason="不属职责")
    public = town.report("hotline12319").case
    on_site = town.members["inspector2"].pk
    town.step(public, "send_verify", "acceptor", inspector=on_site)
    town.step(public, "verified", "inspector2", photos=("verify",))
    slow = town.case("handled")
    town.step(slow.number, "send_check", "acceptor", inspector=on_site)
    town.wait(days=5)
    town.step(slow.number, "check_failed", "inspector2", reason_code="undone", reason="未处置",
              photos=("check",))  # fmt: skip


@pytest.mark.requirement("K13", "D09")
def test_each_number_opens_the_cases_that_it_counts(town: Town, browse: Browse) -> None:
    _work(town)
    rows = _rows(town)
    assert set(rows) == {"inspector", "inspector2"}
    told = rows["inspector"]
    assert (told["reported"], told["valid"], told["refused"]) == (4, 3, 1)
    told = rows["inspector2"]
    assert (told["verified"], told["vlate"]) == (1, 0)
    assert (told["checked"], told["clate"]) == (2, 1)
    html = _page(browse("manager").get("/"))
    part = html[html.index('aria-label="Our inspectors"') :]
    part = part[: part.index("</section>")]
    links = CELL.findall(part)
    assert len(links) == 6
    for path, shown in links:
        listed = _page(browse("manager").get(unescape(path)))
        assert len(set(PAGER.findall(listed))) == int(shown), (path, shown)
    why = company.of(town.actor("manager"), now=town.now).rows[0].why  # type: ignore[union-attr]
    assert [n for _words, n in why] == [1] and why[0][0] in part


@pytest.mark.requirement("K13", "O10")
def test_never_another_companys_people(town: Town, browse: Browse) -> None:
    _another_company(town)
    town.report(by="rival")
    town.report(by="inspector")
    assert set(_rows(town)) == {"inspector", "inspector2"}
    assert set(_rows(town, "rival_manager")) == {"rival"}
    assert _rows(town, "rival_manager")["rival"]["reported"] == 1
    html = _page(browse("manager").get("/"))
    part = html[html.index('aria-label="Our inspectors"') :]
    assert "rival" not in part
    # By its address nobody else gets the list, nor who it is about.
    rival = town.members["rival"].pk
    listed = _page(browse("manager").get(f"/cases/?also=reported-{rival}&status=all"))
    assert "Reports · –" in listed and not PAGER.findall(listed)
    own = town.members["inspector"].pk
    for name in ("supervisor", "rival_manager"):
        listed = _page(browse(name).get(f"/cases/?also=reported-{own}&status=all"))
        assert "Reports · –" in listed and not PAGER.findall(listed)
    for name in ("inspector", "shift_leader", "leader"):
        assert company.of(town.actor(name), now=town.now) is None


@pytest.mark.requirement("K13", "D09")
def test_what_is_older_than_thirty_days_does_not_count(town: Town) -> None:
    town.report(by="inspector")
    town.wait(days=31)
    town.report(by="inspector")
    assert _rows(town)["inspector"]["reported"] == 1


@pytest.mark.requirement("O10")
def test_as_many_statements_for_many_people_as_for_few(town: Town) -> None:
    manager = town.actor("manager")

    def statements() -> int:
        with CaptureQueriesContext(connection) as seen:
            company.of(manager, now=town.now)
        return len(seen)

    few = statements()
    for n in range(4):
        person(town, f"walker{n}", "COLLECT", "inspector")
    _work(town)
    assert statements() == few
    assert len(_rows(town)) == 6
