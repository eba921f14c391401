"""A newer edition of the city's own catalogue: what it ends, what goes on, and that it says so."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from cityloop.cases import operations as cases
from cityloop.cases import precision
from cityloop.cases.models import Case
from cityloop.cli import standards as command
from cityloop.kernel import clock
from cityloop.people import operations as people
from cityloop.people import queries as people_queries
from cityloop.people.models import Responsibility
from cityloop.people.reasons import words_of
from cityloop.standards import operations as standards
from cityloop.standards.models import Edition
from tests.browser import Browse
from tests.town import DISTRICT, ROOT, SYSTEM, Town

pytestmark = pytest.mark.slow

OLD, NEW = "330100-2026", "330100-2027"
LIGHTS = "C0189"
APRIL, MAY = date(2026, 4, 1), date(2026, 5, 1)


def written(
    folder: Path,
    *,
    begins: date,
    code: str = NEW,
    of: str = OLD,
    renamed: Mapping[str, str] | None = None,
    gone: Collection[str] = (),
) -> Path:
    """The city's catalogue once more under another code, with classes renamed or left out."""
    source, target = ROOT / "data/standards" / of, folder / code
    target.mkdir()
    facts = tomllib.loads((source / "edition.toml").read_text(encoding="utf-8"))
    facts |= {"code": code, "valid_from": begins}
    lines = [f'{name} = "{value}"' for name, value in facts.items()]
    (target / "edition.toml").write_text("\n".join(lines), encoding="utf-8")
    for name in ("classes", "filing_rules"):
        with (source / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            rows = [row for row in reader if _code(row) not in gone]
        for row in rows:
            if name == "classes":
                row["minor_zh"] = (renamed or {}).get(_code(row), row["minor_zh"])
        with (target / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, reader.fieldnames or ())
            writer.writeheader()
            writer.writerows(rows)
    return target


def _code(row: Mapping[str, str]) -> str:
    return f"{row['kind'][0].upper()}{row['major_code']}{row['minor_code']}"


def publish(town: Town, path: Path, **options: bool) -> list[str]:
    """The notes of the report of a published edition."""
    report = standards.load_edition(path, actor=SYSTEM, now=town.now, publish=True, **options)
    assert report.status == "published"
    return report.notes


def says(town: Town, lead: str, *, code: str = LIGHTS, edition: str = OLD) -> Responsibility:
    """A line that names an edition."""
    return people.set_responsibility(
        kind="component", edition_code=edition, major_code=code[1:3], minor_code=code[3:],
        lead=town.units[lead], region_code=DISTRICT, source_document="清单1号", actor=SYSTEM,
        now=town.now, valid_from=date(2026, 1, 1) if edition == OLD else None,
    )  # fmt: skip


def file_one(town: Town, code: str = LIGHTS) -> Case:
    """A filed case of a class in force."""
    number = town.report(class_code=code, text="楼体亮化灯不亮").case
    town.step(number, "accept", "acceptor")
    return town.step(number, "file", "shift_leader", filing_rule=town.rule(code).pk)


def proposed(town: Town, code: str = LIGHTS) -> tuple[str, float, list[str]]:
    """Unit, how sure, and the reasons in words, of a case filed now."""
    proposal = file_one(town, code).proposal
    unit = next(one for one, row in town.units.items() if row.pk == proposal["unit"])
    return unit, proposal["sure"], [words_of(one) for one in proposal["why"]]


def until(town: Town, day: date) -> None:
    """Nine in the morning of a later day."""
    town.now += timedelta(days=(day - town.now.date()).days)


@pytest.mark.requirement("B01", "B04", "E13", "D04")
def test_lines_go_on_to_hold_for_the_classes_that_a_newer_edition_kept(
    town: Town, tmp_path: Path
) -> None:
    line = says(town, "GREEN")
    before, sure, _reasons = proposed(town)
    assert before == "GREEN"
    notes = publish(town, written(tmp_path, begins=APRIL))
    assert f"{OLD} ends on 2026-03-31, before {NEW} begins" in notes
    assert f"1 line of the responsibility matrix for {OLD} holds for {NEW} too" in notes
    assert not [note for note in notes if "filed under" in note or "not hold" in note]

    until(town, APRIL)
    assert town.chosen(LIGHTS).edition.code == NEW
    unit, after, reasons = proposed(town)
    assert (unit, after) == ("GREEN", sure)
    assert f"an earlier edition in which the class is the same ({OLD})" in reasons[0]

    # Once the city writes a line under the newer edition, that one wins, and says against which.
    actor, since = town.actor("supervisor"), town.now - timedelta(days=90)
    draft = precision.draft_line(
        kind="component", lead_id=town.units["ROADS"].pk, edition_code=NEW, major_code="01",
        minor_code="89", region_code=DISTRICT,
    )  # fmt: skip
    tried = precision.dry_run(actor, [draft], on=town.now.date(), since=since)
    assert tried.cases >= 2 and tried.changed == 1, "the case of the old edition keeps its line"
    says(town, "ROADS", edition=NEW)
    unit, _sure, reasons = proposed(town)
    assert unit == "ROADS"
    assert f"Not GREEN单位 (line {line.pk}): it names an earlier edition of the classes." in reasons


@pytest.mark.requirement("B01", "B02", "E13", "D04")
def test_a_code_with_another_name_is_another_class_and_the_report_counts_its_lines(
    town: Town, tmp_path: Path
) -> None:
    says(town, "GREEN")
    says(town, "GREEN", code="C0190")
    people.set_responsibility(
        kind="component", edition_code=OLD, major_code="01", lead=town.units["GREEN"],
        region_code=f"{DISTRICT}001", source_document="清单2号", actor=SYSTEM, now=town.now,
        valid_from=date(2026, 1, 1),
    )  # fmt: skip
    new = written(tmp_path, begins=APRIL, renamed={LIGHTS: "电子显示屏"}, gone={"C0190"})
    notes = publish(town, new)
    assert "1 line for several classes holds for those that 330100-2027 kept only" in notes
    assert (
        "2 lines do not hold for 330100-2027: their classes have other names or are gone" in notes
    )
    assert f"codes of {OLD} whose lines do not hold for {NEW}: C0189, C0190" in notes

    until(town, APRIL)
    unit, _sure, reasons = proposed(town)
    assert unit == "WATER", "the district's line for any component"
    assert not [one for one in reasons if "GREEN" in one]
    ask: dict[str, Any] = {"kind": "component", "major_code": "01", "minor_code": "89",
                           "district_code": DISTRICT, "on": APRIL}  # fmt: skip
    for edition, lead in ((OLD, "GREEN"), (NEW, "WATER")):
        found = people_queries.responsible_for(edition_code=edition, **ask)
        assert found is not None and found.lead_id == town.units[lead].pk
    # The list of lines calls each by the class of its own edition.
    rows = list(Responsibility.objects.filter(edition_code=OLD, minor_code="89"))
    assert set(people_queries.class_names(rows).values()) == {
        Edition.objects.get(code=OLD).classes.get(major_code="01", minor_code="89",
                                                  kind="component").name_en
    }  # fmt: skip


@pytest.mark.requirement("B01", "B02")
def test_an_edition_that_begins_before_filed_cases_is_refused_unless_that_is_meant(
    town: Town, tmp_path: Path
) -> None:
    case = file_one(town)
    until(town, MAY)
    file_one(town)
    begun = written(tmp_path, begins=APRIL)
    early = written(tmp_path, begins=date(2026, 2, 1), code="330100-2028")
    for path, number in ((begun, "1 case was filed"), (early, "2 cases were filed")):
        with pytest.raises(standards.Backdated, match=f"{number} under {OLD} since") as caught:
            publish(town, path)
        assert "--backdated" in str(caught.value)
        assert not Edition.objects.filter(code=path.name).exists(), "nothing was written"
    assert Edition.objects.get(code=OLD).valid_to is None

    draft = standards.load_edition(begun, actor=SYSTEM, now=town.now)
    assert f"once {NEW} is published, {OLD} ends on 2026-03-31" in draft.notes
    filed = f"1 case was filed under {OLD} since 2026-04-01; it keeps its filing rule"
    assert filed in draft.notes
    with pytest.raises(standards.Backdated):
        standards.publish_edition(NEW, actor=SYSTEM, now=town.now)
    assert Edition.objects.get(code=OLD).valid_to is None

    notes = publish(town, begun, backdated=True)
    assert filed in notes and f"{OLD} ends on 2026-03-31, before {NEW} begins" in notes
    assert Edition.objects.get(code=OLD).valid_to == date(2026, 3, 31)
    case.refresh_from_db()
    assert case.filing_rule is not None and case.filing_rule.edition.code == OLD
    again = publish(town, begun)  # what is published already is told so, and asks for nothing
    assert again == [f"{NEW} is published already and stays as it is"]


@pytest.mark.requirement("B01")
def test_the_command_tells_what_publishing_does(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: town.now)
    says(town, "GREEN")
    path = written(tmp_path, begins=town.now.date())
    file_one(town)
    seen = command.load([path], publish=False, advance=lambda _done, _total=None: None)
    assert f"{NEW} is draft" in seen.notes
    assert f"once {NEW} is published, {OLD} ends on 2026-03-01" in seen.notes
    done = command.load([path], publish=True, advance=lambda _done, _total=None: None)
    told = done.as_dict()["notes"]
    assert f"{OLD} ends on 2026-03-01, before {NEW} begins" in told
    # From today on is not in the past: told, and not refused.
    assert f"1 case was filed under {OLD} since 2026-03-02; it keeps its filing rule" in told
    assert f"1 line of the responsibility matrix for {OLD} holds for {NEW} too" in told


@pytest.mark.requirement("B01")
def test_a_newer_national_edition_says_that_the_citys_own_goes_on_to_extend_the_old_one(
    town: Town, tmp_path: Path
) -> None:
    national = Edition.objects.get(code=OLD).based_on
    assert national is not None
    path = written(tmp_path, begins=MAY, code="NATIONAL-NEXT", of=national.code)
    told = publish(town, path)
    assert any(
        f"{OLD} goes on to extend {national.code}" in one and "NATIONAL-NEXT takes effect" in one
        for one in told
    ), told


@pytest.mark.requirement("B02", "D01", "D03")
def test_a_report_that_waits_when_its_edition_ends_is_accepted_under_the_present_one(
    town: Town, tmp_path: Path
) -> None:
    number = town.report(class_code=LIGHTS, text="景观灯不亮").case
    old = Case.objects.get(number=number).problem_class_id
    publish(town, written(tmp_path, begins=APRIL, renamed={LIGHTS: "电子显示屏"}))
    until(town, APRIL)
    with pytest.raises(cases.Refused, match="not in force"):
        town.step(number, "accept", "acceptor")
    new = Edition.objects.get(code=NEW).classes.get(kind="component", minor_code="89",
                                                    major_code="01")  # fmt: skip
    case = town.step(number, "accept", "acceptor", problem_class=new.pk)
    assert case.status == "accepted" and case.problem_class_id == new.pk != old


@pytest.mark.requirement("B13", "E02")
def test_who_writes_a_line_that_another_goes_before_is_told(town: Town, browse: Browse) -> None:
    national = Edition.objects.get(code=OLD).based_on
    assert national is not None
    cell = {"kind": "event", "major_code": "01", "minor_code": "10", "region_code": DISTRICT,
            "lead_role": "rectify", "source_document": "清单9号",
            "valid_from": clock.local_day(town.now)}  # fmt: skip
    people.set_responsibility(
        kind="event", edition_code=OLD, major_code="01", minor_code="10", region_code=DISTRICT,
        lead=town.units["ROADS"], source_document="清单8号", actor=SYSTEM, now=town.now,
        valid_from=date(2026, 1, 1),
    )  # fmt: skip
    administrator = browse("administrator")
    line = {**cell, "edition_code": national.code, "lead": town.units["GREEN"].pk}
    there = "/office/responsibilities/"
    answer = administrator.post(f"{there}new/", line, follow=True)
    told = answer.content.decode()
    older = Responsibility.objects.get(edition_code=OLD, minor_code="10")
    assert Responsibility.objects.filter(edition_code=national.code).exists()
    assert f"Line {older.pk} goes before this one" in told
