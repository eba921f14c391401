"""From the hotline call to the closed case in the browser only, by the posts one after another."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.utils import translation
from django.utils.translation import gettext
from playwright.sync_api import Locator, Page, expect

from cityloop.cases.models import Case
from tests.e2e import world as worlds
from tests.e2e.conftest import DESK, PHONE, Visit
from tests.e2e.test_site import photo

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db]

CLASS = "暴露垃圾"
UNIT = re.compile("上城区市政所|Shangcheng District Municipal Facilities")
CALLER = {"zh-hans": "赵女士", "en": "Ms Zhao"}
Fill = Callable[[Locator], Any]


def nothing(form: Locator) -> None:
    """The step asks for nothing more."""


def words(name: str, text: str) -> Fill:
    """Type into a field of the form."""
    return lambda form: form.locator(f"[name={name}]").fill(text)


def chosen(name: str, part: str | re.Pattern[str]) -> Fill:
    """Choose the entry that contains these words, as somebody does who reads the list."""

    def choose(form: Locator) -> None:
        radio = form.locator(f"input[type=radio][name={name}]")
        if radio.count():
            form.locator("label", has_text=part).first.click()
            return
        entry = form.locator(f"select[name={name}] option", has_text=part).first
        form.locator(f"select[name={name}]").select_option(value=entry.get_attribute("value"))

    return choose


def first(name: str) -> Fill:
    """Choose the first entry behind the empty one."""
    return lambda form: form.locator(f"select[name={name}]").select_option(index=1)


def ticked(name: str) -> Fill:
    """Say that it is so."""
    return lambda form: form.locator(f"[name={name}]").check()


def picture(form: Locator) -> None:
    """A new photo from the device."""
    form.locator("input[type=file][name=photos]").first.set_input_files([photo()])


def both(*parts: Fill) -> Fill:
    """One after the other."""

    def fill(form: Locator) -> None:
        for part in parts:
            part(form)

    return fill


def says(language: str, msgid: str) -> str:
    """A sentence of ours as the reader's language has it."""
    with translation.override(language):
        return gettext(msgid)


def call_taken(page: Page, language: str) -> str:
    """The operator writes down what the caller says; the number of the case."""
    grid = worlds.UnitGrid.objects.filter(district_code=worlds.DISTRICT).order_by("code")[
        {"zh-hans": 421, "en": 877}[language]
    ]
    point = grid.geom.point_on_surface
    page.locator("#report-channel").select_option(value="hotline12319")
    page.locator("#report-reporter_name").fill(CALLER[language])
    page.locator("#report-reporter_phone").fill(
        {"zh-hans": "13900001111", "en": "13900002222"}[language]
    )
    page.locator("#report-text").fill("河边堆着一大堆垃圾，气味很重，已经三天没人清理。")
    page.locator("#report-class_words").fill(CLASS)
    page.locator("[id^=class-] input[name=class_code]").first.check()
    page.locator("#report-x").fill(f"{point.x:.6f}")
    page.locator("#report-y").fill(f"{point.y:.6f}")
    page.locator(".report-actions button:not([name])").click()  # each step by its own post
    page.wait_for_url(re.compile("/reports/"))
    expect(page.locator("main")).to_contain_text(
        says(language, "The case waits for acceptance; its clock runs.")
    )
    return page.locator("main a.mono").first.inner_text()


@dataclass
class Hands:
    """The posts of one city, each at a desk of their own."""

    visit: Visit
    language: str
    number: str = ""
    pages: dict[str, Page] = field(default_factory=dict)

    def desk(self, who: str) -> Page:
        """Somebody's browser: those who are out have a phone."""
        if who not in self.pages:
            size = PHONE if who in ("inspector", "inspector2", "worker") else DESK
            self.pages[who] = self.visit.as_(who, "/", language=self.language, size=size)
        return self.pages[who]

    def take(self, who: str, box: str, action: str, fill: Fill = nothing) -> None:
        """Find the case in a box of one's desk, open it there, fill in the step and take it."""
        page = self.desk(who)
        page.goto(f"/desk/{box}/")
        row = page.locator(f"#row-{self.number} .row-link")
        expect(row).to_be_visible()
        row.click()
        expect(page.locator(f"#case[data-live-number='{self.number}']")).to_be_visible()
        form = page.locator(f"form[action$='/steps/{action}/']")
        if not form.is_visible():
            page.locator("#steps details", has=form).locator("summary").first.click()
        fill(form)
        form.locator(".form-actions .button").last.click()
        expect(page.locator("#notices")).to_contain_text(self.number)
        spoken = re.compile(f"^{self.language}$", re.IGNORECASE)
        expect(page.locator("html")).to_have_attribute("lang", spoken)
        page.goto(f"/desk/{box}/")
        expect(page.locator(f"#row-{self.number}")).to_have_count(0)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.requirement("L01", "D01", "D05", "L10")
def test_a_call_becomes_a_closed_case_by_the_hands_of_every_post(
    visit: Visit, language: str
) -> None:
    """Each finds the case in a box of their own desk, takes the step there, and it is gone."""
    hands = Hands(visit, language)
    page = hands.desk("acceptor")
    page.goto("/intake/new/")
    hands.number = call_taken(page, language)

    hands.take("acceptor", "to_accept", "send_verify", chosen("inspector", "李巡"))
    seen = both(words("opinion", "情况属实"), picture)
    hands.take("inspector", "to_verify", "verified", seen)
    hands.take("acceptor", "to_accept", "accept")
    hands.take("leader", "to_file", "file", first("filing_rule"))
    hands.take("dispatcher", "to_dispatch", "dispatch", chosen("unit", UNIT))
    hands.take("unit", "to_receive", "receive")
    hands.take("unit", "unassigned", "assign", chosen("worker", "郑工"))
    done = both(words("result", "垃圾已清运，地面已冲洗。"), picture)
    hands.take("worker", "my_work", "hand_in", done)
    hands.take("unit", "to_confirm", "finish", words("result", "已复核，清运干净。"))
    hands.take("acceptor", "handled", "send_check", chosen("inspector", "赵查"))
    hands.take("inspector2", "to_check", "check_passed", picture)
    hands.take("leader", "review_public", "review_case")
    hands.take("leader", "to_close", "close", ticked("closing_condition"))

    case = Case.objects.get(number=hands.number)
    assert case.status == "closed"
    assert not case.handling_overdue
