"""An administrator sets channels, map services and service areas in the browser."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import translation

from cityloop.cases import operations as cases
from cityloop.cases.models import Task
from cityloop.geo.models import MapChange, MapSource, ServiceArea
from cityloop.intake import operations as intake
from cityloop.intake import reference
from cityloop.intake.models import ChannelSetting
from cityloop.kernel.errors import NotAllowed
from cityloop.notify import operations as notify
from cityloop.people import operations as people
from tests.browser import Browse
from tests.town import DISTRICT, SYSTEM, Town

pytestmark = [pytest.mark.slow, pytest.mark.requirement("L16")]


def page(answer: Any, status: int = 200) -> str:
    text: str = answer.content.decode()
    assert answer.status_code == status, text[:2000]
    return text


CHANNEL = {
    "enabled": "on", "verify": "on", "metres": "80", "hours": "24", "auto_file": "off",
    "priority": "2", "retention_days": "365", "reason": "order 7",
}  # fmt: skip


@pytest.mark.requirement("C02")
def test_a_channel_is_set_on_its_page_and_every_setting_stays(town: Town, browse: Browse) -> None:
    office = browse("administrator")
    assert "Web page" in page(office.get("/office/channels/"))
    assert "by itself: 50" in page(office.get("/office/channels/web/"))
    assert office.post("/office/channels/web/", CHANNEL).status_code == 302
    # Only what differs from the table is kept: what the table changes later, changes here too.
    assert ChannelSetting.objects.get().changes == {"metres": 80}
    assert reference.channel("web").metres == 80
    again = page(office.get("/office/channels/web/"))
    assert "Same problem within so many metres: 50 → 80" in again and "order 7" in again
    back = CHANNEL | {"metres": "50", "reason": "order 8"}
    assert office.post("/office/channels/web/", back).status_code == 302
    assert ChannelSetting.objects.order_by("-id")[0].changes == {}
    assert "metres: 80 → 50" in page(office.get("/office/channels/web/"))
    wrong = page(office.post("/office/channels/web/", CHANNEL | {"metres": "0"}), 400)
    assert 'aria-invalid="true"' in wrong
    page(office.post("/office/channels/web/", CHANNEL | {"reason": " "}), 400)
    page(office.get("/office/channels/pigeon/"), 404)
    assert "网站" in page(browse("administrator", "zh-hans").get("/office/channels/"))


def test_whoever_manages_a_part_of_the_city_sets_nothing_for_all_of_it(town: Town) -> None:
    boss = town.actor("administrator")
    part = replace(boss, region_codes=(DISTRICT,), scopes=())
    with pytest.raises(NotAllowed, match="only the city's administrators"):
        intake.set_channel("web", {"metres": 60}, reason="x", actor=part, now=town.now)
    with pytest.raises(NotAllowed, match="only the city's administrators"):
        notify.set_wording("filed", language="en", text="Filed.", actor=part, now=town.now)


@pytest.mark.requirement("O03")
def test_a_map_service_comes_changes_and_goes_and_the_page_says_who_did_it(
    town: Town, browse: Browse
) -> None:
    office = browse("administrator")
    given = {
        "name": "Imagery", "kind": "xyz", "url": "https://maps.example/{z}/{x}/{y}.png",
        "attribution": "City", "position": "1", "enabled": "on", "reason": "contract 3",
    }  # fmt: skip
    flawed = page(
        office.post("/office/map-services/new/", given | {"url": "https://maps.example/"}), 400
    )
    assert "the address has {z}, {x} and {y} in it" in flawed
    assert office.post("/office/map-services/new/", given).status_code == 302
    row = MapSource.objects.get()
    listed = page(office.get("/office/map-services/"))
    assert "kept back" in listed and "is not in the setting MAP_SOURCES" in listed
    changed = {name: one for name, one in given.items() if name != "enabled"}
    path = f"/office/map-services/{row.pk}/"
    assert office.post(path, changed | {"reason": "ended"}).status_code == 302
    shown = page(office.get(path))
    assert "Shown on maps: yes → no" in shown and "contract 3" in shown
    page(office.post(f"{path}remove/", {"reason": ""}), 400)
    assert office.post(f"{path}remove/", {"reason": "twice"}).status_code == 302
    assert not MapSource.objects.exists()
    assert list(MapChange.objects.order_by("id").values_list("action", "reason")) == [
        ("add", "contract 3"), ("change", "ended"), ("remove", "twice"),
    ]  # fmt: skip
    page(office.get(path), 404)


@pytest.mark.requirement("O03")
def test_a_service_area_takes_the_outline_of_regions_or_one_of_its_own(
    town: Town, browse: Browse
) -> None:
    office = browse("administrator")
    assert "the whole city is served" in page(office.get("/office/service-areas/"))
    day = f"{town.now:%Y-%m-%d}"
    given = {"name": "Phase 1", "starts_on": day, "regions": DISTRICT, "reason": "resolution 4"}
    new = "/office/service-areas/new/"
    assert "name regions, or draw an outline" in page(
        office.post(new, given | {"regions": ""}), 400
    )
    assert "no region 339999" in page(office.post(new, given | {"regions": "339999"}), 400)
    assert "holds no outline" in page(office.post(new, given | {"outline": "{}"}), 400)
    corners = "120.1 30.2\r\n120.2 30.2\r\n120.2 30.3"
    both = page(office.post(new, given | {"outline": corners}), 400)
    assert "either regions or an outline of its own" in both
    assert office.post(new, given).status_code == 302
    row = ServiceArea.objects.get()
    assert row.geom.intersects(town.grid().geom)
    before = row.geom.wkt
    path = f"/office/service-areas/{row.pk}/"
    ends = f"{town.now + timedelta(days=30):%Y-%m-%d}"
    kept = given | {"regions": "", "ends_on": ends}
    assert office.post(path, kept).status_code == 302  # neither of both: it stays as it is drawn
    row.refresh_from_db()
    assert (row.geom.wkt, str(row.ends_on)) == (before, ends)
    shown = page(office.get(path))
    field = re.search(r'<textarea[^>]*name="outline"[^>]*>\s*([^<]*)</textarea>', shown)
    assert field and "data-ground-map" in shown
    asis = html.unescape(field[1]).replace("\n", "\r\n")  # as a browser sends it
    assert office.post(path, kept | {"outline": asis}).status_code == 302
    row.refresh_from_db()
    assert row.geom.wkt == before, "what the map shows, sent again, draws nothing anew"
    grid = json.loads(town.grid().geom.json)
    assert office.post(path, kept | {"outline": json.dumps(grid)}).status_code == 302
    shown = page(office.get(path))
    assert "drawn anew" in shown and f"First day without it: – → {ends}" in shown
    point = '{"type": "Point", "coordinates": [120.1, 30.2]}'
    assert "no area" in page(office.post(path, kept | {"outline": point}), 400)
    assert office.post(f"{path}remove/", {"reason": "mistake"}).status_code == 302
    assert not ServiceArea.objects.exists()


@pytest.mark.requirement("L16")
def test_the_citys_own_label_stands_wherever_a_role_is_named(town: Town, browse: Browse) -> None:
    people.change_role(
        code="shift_leader",
        label_zh="值班组长",
        label_en="Desk captain",
        actor=SYSTEM,
        now=town.now,
    )
    reported, filed = town.case(), town.case("accepted")
    by = town.actor("dispatcher")
    with translation.override("zh-hans"), pytest.raises(cases.WrongPost) as refused:
        cases.perform(reported.number, "accept", actor=by, now=town.now)
    words = str(refused.value)
    assert "受理员" in words and "acceptor" not in words and "（受理）" in words
    with pytest.raises(cases.WrongPost, match="File is for: Desk captain, Acceptance operator"):
        cases.perform(filed.number, "file", actor=by, now=town.now)
    handled = town.case("handling")
    town.step(handled.number, "ask_extension", "water", extra="1", reason_code="weather",
              reason="暴雨")  # fmt: skip
    role = Task.objects.filter(case=handled).exclude(role="").latest("pk").role
    labels = {"label_zh": "另一名称", "label_en": "Other label"}
    people.change_role(code=role, actor=SYSTEM, now=town.now, **labels)
    assert "Other label" in page(browse("acceptor").get(f"/cases/{handled.number}/"))


def test_wordings_are_a_tab_of_the_office(town: Town, browse: Browse) -> None:
    office = browse("administrator")
    assert 'aria-current="page"' in page(office.get("/messages/wordings/"))
    sent = {"language": "en", "class_code": "", "text": "Thank you, it is filed."}
    assert office.post("/messages/wordings/filed/", sent).status_code == 302
    shown = page(office.get("/messages/wordings/filed/"))
    assert "Record of changes" in shown and "en : Thank you, it is filed." in shown
