"""The two editors of the office under real hands: the matrix as a grid, the ground on a map."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from cityloop.geo.models import Region
from tests.e2e.conftest import DESK, PHONE, Axe, Site, Visit

pytestmark = [
    pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db,
    pytest.mark.requirement("L16"),
]  # fmt: skip
GRID = "/office/responsibilities/grid/"


@pytest.fixture(scope="module")
def ground(site: Site, module_database) -> str:
    """The page of a community with unit grids."""
    with module_database.unblock():
        code = Region.objects.filter(level="community", unit_grids__isnull=False)[0].code
    return f"/office/ground/{code}/"


def ready(page: Page) -> None:
    """Until the map can be drawn on."""
    page.locator("[data-ground-map][data-ready]").wait_for(timeout=30_000)
    page.wait_for_timeout(800)


def test_cells_are_chosen_with_the_keyboard_and_set_together(visit: Visit) -> None:
    page = visit.as_("chief", GRID, language="en")
    table = page.get_by_role("grid")
    first = table.locator("tr[data-cells] input").first
    first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    expect(page.locator("[data-chosen]")).to_have_text("Chosen cells: 4")
    expect(table.locator("td[aria-selected=true]")).to_have_count(4)
    expect(table.locator("input[tabindex='0']")).to_have_count(1)
    units = page.locator("[name=lead] option", has_text="Law Enforcement")
    page.locator("[name=lead]").select_option(units.first.get_attribute("value"))
    page.locator("[name=source_document]").fill("杭城管〔2026〕9 号")
    page.get_by_role("button", name="Set the chosen cells").click()
    expect(page.get_by_text("4 lines are kept.")).to_be_visible()


def test_without_a_script_cells_are_check_boxes(visit: Visit) -> None:
    visit.expected = ("status of 400",)
    page = visit.as_("chief", GRID, language="en", script=False)
    page.locator("tr[data-cells] input").nth(12).check()
    page.get_by_role("button", name="End the lines").click()
    expect(page.locator("tr[data-cells] input").nth(12)).to_be_checked()
    expect(page.get_by_text("it has no line of its own").first).to_be_visible()


def test_a_grid_is_split_on_the_map(visit: Visit, ground: str) -> None:
    page = visit.as_("chief", ground, language="en")
    ready(page)
    box = page.locator("[data-ground-map]").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.click(x, y)
    expect(page.locator("[data-chosen]")).to_have_text("Chosen: 1")
    page.get_by_role("button", name="Draw the line").click()
    page.mouse.click(x - 160, y + 9)
    page.mouse.click(x + 160, y - 9)
    corners = page.locator("[data-corners=line]")
    expect(corners).to_have_value(re.compile(r"^\S+ \S+\n\S+ \S+$"))
    page.get_by_role("button", name="Undo").click()
    expect(corners).to_have_value(re.compile(r"^\S+ \S+$"))
    page.mouse.click(x + 160, y - 9)
    page.get_by_role("button", name="Split").click()
    expect(page.get_by_text("The unit grids are changed.")).to_be_visible()
    expect(page.get_by_text("New unit grids", exact=True)).to_be_visible()


def test_a_corner_is_dragged_on_the_map_and_the_field_says_where(visit: Visit, ground: str) -> None:
    page = visit.as_("chief", ground, language="en")
    ready(page)
    field = page.locator("[data-corners=outline]")
    before = field.input_value().splitlines()
    page.get_by_role("button", name="Draw the outline").click()
    expect(field).to_be_visible()
    page.get_by_role("button", name="Clear").click()
    box = page.locator("[data-ground-map]").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for dx, dy in ((-120, -80), (130, -70), (20, 110)):
        page.mouse.click(x + dx, y + dy)
        page.wait_for_timeout(350)  # two clicks at once would be a double click
    drawn = field.input_value().splitlines()
    assert len(drawn) == 3 != len(before)
    page.mouse.move(x + 20, y + 110)
    page.mouse.down()
    page.mouse.move(x + 60, y + 140, steps=4)
    page.mouse.up()
    moved = field.input_value().splitlines()
    assert moved[:2] == drawn[:2]
    assert moved[2] != drawn[2]


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_open_to_all(
    visit: Visit, ground: str, axe: Axe, size: tuple[int, int], scheme: str
) -> None:
    found = []
    for path in (GRID, "/office/ground/", ground, "/office/ground/new/",
                 "/office/service-areas/new/"):  # fmt: skip
        page = visit.as_("chief", path, size=size, scheme=scheme)
        if page.locator("[data-ground-map]").count():
            ready(page)
        found += axe(page)
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found += [f"{path} is {over} too wide"] if over > 0 else []
    assert found == []
