"""The flow is changed on its page: checked while it is written, published only when it is sound."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from cityloop.cases import flow_forms, queries
from cityloop.cases import operations as cases
from cityloop.cases.flow import NAMES, Parameters, parameters
from cityloop.cases.flow_names import CHANNEL_NAMES
from cityloop.cases.models import Case, Flow
from cityloop.geo.queries import region_names
from cityloop.intake import channels
from cityloop.kernel.errors import NotAllowed
from tests.browser import Browse
from tests.town import DISTRICT, Town

pytestmark = [pytest.mark.slow, pytest.mark.requirement("L16", "A14")]
EDIT = "/office/flow/edit/"


@pytest.fixture(autouse=True)
def later(town: Town) -> None:
    """After the town's own flow was published, which was when the town was built."""
    town.now = datetime.now(UTC) + timedelta(minutes=1)


def page(answer: Any, status: int = 200) -> str:
    text = html.unescape(answer.content.decode())
    assert answer.status_code == status, text[:3000]
    return text


def typed(office: Client, path: str = EDIT) -> dict[str, Any]:
    """The form as the browser would send it back, unchanged."""
    answer = office.get(path)
    assert answer.status_code == 200
    form = answer.context["groups"][0][1][0].form
    found: dict[str, Any] = {"base": queries.current_flow().code}
    for bound in form:
        value = bound.value()
        if value is not False and value not in (None, "", []):
            found[bound.name] = "on" if value is True else value
    return found


def test_every_parameter_has_a_name_and_a_field() -> None:
    assert set(flow_forms.PARAMETERS) == NAMES
    assert set(flow_forms.FlowForm().names) == NAMES


def test_channels_are_called_as_intake_calls_them() -> None:
    names = {row.code: str(row.label) for row in channels.TABLE}
    assert {code: str(one) for code, one in CHANNEL_NAMES.items()} == names


def test_the_form_says_what_the_flow_says_and_stores_only_what_differs(
    town: Town, browse: Browse
) -> None:
    office = browse("administrator")
    assert "Nothing differs from the flow in force" in page(office.post(EDIT, typed(office)))
    given = typed(office) | {"dispatch_minutes": "20", "auto_from": "C01 0.9\n* 0.95"}
    told = page(office.post(EDIT, given, headers={"HX-Request": "true"}))
    assert "To dispatch: 30 → 20" in told and "<form" not in told
    assert not Flow.objects.filter(member_id__isnull=False).exists()
    before = town.case().flow.code
    sent = given | {"publish": "1", "reason": "order 12"}
    assert office.post(EDIT, sent).status_code == 302
    row = queries.current_flow()
    assert row.parameters == {"dispatch_minutes": 20, "auto_from": {"C01": 0.9, "*": 0.95}}
    assert (row.reason, row.member_id) == ("order 12", town.members["administrator"].pk)
    shown = page(office.get("/office/flow/"))
    assert "order 12" in shown and "To dispatch: 30 → 20" in shown
    assert Case.objects.latest("pk").flow.code == before  # under way: keeps its own
    assert parameters(row.parameters).auto_from == (("*", 0.95), ("C01", 0.9))


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"recheck_share": "0"}, "closed cases are inspected again by lot"),
        ({"backlog_days": "400"}, "at most 180"),
        ({"roles": "close: dispatcher"}, "dispatcher both judges"),
        ({"roles": "fly: dispatcher"}, "there is no step fly"),
        ({"escalate_at": "2 1"}, "rising multiples"),
        ({"auto_from": "C01 sure"}, "auto_from"),
        ({"dispatch_minutes": "x"}, "To dispatch: Enter a whole number"),
        ({"community_on": "on", "community_minutes": "30"}, "nobody dispatches at a platform"),
    ],
)
def test_what_is_unsound_is_said_at_once_and_never_published(
    town: Town, browse: Browse, changed: dict[str, str], why: str
) -> None:
    office = browse("administrator")
    given = typed(office) | changed
    assert why in page(office.post(EDIT, given, headers={"HX-Request": "true"}))
    before = Flow.objects.count()
    told = page(office.post(EDIT, given | {"publish": "1", "reason": "x"}), 400)
    assert why in told and Flow.objects.count() == before


def test_faults_name_roles_and_steps_in_chinese(town: Town, browse: Browse) -> None:
    office = browse("administrator", "zh-hans")
    given = typed(office) | {"roles": "close：dispatcher"}
    told = page(office.post(EDIT, given, headers={"HX-Request": "true"}))
    assert "派遣员" in told and "结案" in told
    assert not re.search(r"dispatcher|close", told)


def test_a_flow_is_published_with_a_reason_over_the_one_that_was_read(
    town: Town, browse: Browse
) -> None:
    office = browse("administrator")
    given = typed(office) | {"filing_minutes": "20", "publish": "1"}
    page(office.post(EDIT, given), 400)  # no reason
    page(office.post(EDIT, given | {"reason": " "}), 400)
    other = typed(office) | {"closing_minutes": "50", "publish": "1", "reason": "other"}
    assert office.post(EDIT, other).status_code == 302
    late = page(office.post(EDIT, given | {"reason": "mine"}), 400)
    assert "another flow was published meanwhile" in late
    assert "To close: 50 → 60" in late  # what it would undo
    assert queries.current_flow().reason == "other"


def test_a_district_has_its_own_and_gives_it_back(town: Town, browse: Browse) -> None:
    office, path = browse("administrator"), f"{EDIT}?area={DISTRICT}"
    assert 'name="closing_minutes"' not in page(office.get(path))
    given = typed(office, path) | {"dispatch_minutes": "15"}
    named = region_names([DISTRICT])[DISTRICT]
    assert f"{named}: To dispatch: 30 → 15" in page(office.post(path, given))
    assert office.post(path, given | {"publish": "1", "reason": "x"}).status_code == 302
    row = queries.current_flow()
    assert row.parameters == {"districts": {DISTRICT: {"dispatch_minutes": 15}}}
    assert DISTRICT in page(office.get("/office/flow/"))
    back = typed(office, path) | {"dispatch_minutes": "30", "publish": "1", "reason": "y"}
    assert office.post(path, back).status_code == 302
    assert parameters(queries.current_flow().parameters, DISTRICT) == Parameters()
    page(office.get(f"{EDIT}?area=999999"), 404)


def test_what_changed_names_steps_and_roles_as_the_city_does(town: Town, browse: Browse) -> None:
    office = browse("administrator", "zh-hans")
    given = typed(office) | {"roles": "recall_check：acceptor", "publish": "1", "reason": "换手"}
    assert office.post(EDIT, given).status_code == 302
    told = page(office.get("/office/flow/"))
    assert "撤回核查: 受理员" in told
    assert "recall_check" not in told and "(&#x27;" not in told


@pytest.mark.requirement("A15")
def test_a_mode_is_a_starting_point(town: Town, browse: Browse) -> None:
    office, path = browse("administrator"), f"{EDIT}?mode=hz-axes"
    shown = page(office.get(path))
    assert "send_check: acceptor" in shown
    told = page(office.post(path, typed(office, path)))
    assert "nobody dispatches at a platform of this level" in told  # its body is not there yet
    page(office.get(f"{EDIT}?mode=nowhere"), 404)
    assert "杭州新两轴" in page(browse("administrator", "zh-hans").get("/office/flow/"))


def test_trial_mode_is_switched_with_a_reason(town: Town, browse: Browse) -> None:
    office, base = browse("administrator"), queries.current_flow().code
    path = "/office/flow/trial/"
    office.post(path, {"base": base, "reason": ""})
    assert queries.current_flow().code == base
    assert office.post(path, {"base": base, "reason": "first weeks"}).status_code == 302
    row = queries.current_flow()
    assert (parameters(row.parameters).trial, row.reason) == (True, "first weeks")
    office.post(path, {"base": base, "reason": "again"})  # the page that was left open
    assert queries.current_flow().code == row.code
    office.post(path, {"base": row.code, "reason": "official"})
    assert not parameters(queries.current_flow().parameters).trial


def test_only_whoever_may_for_the_whole_city(town: Town, browse: Browse) -> None:
    page(browse("acceptor").get("/office/flow/"), 403)
    part = replace(town.actor("administrator"), region_codes=(DISTRICT,), scopes=())
    with pytest.raises(NotAllowed, match="only the city's administrators"):
        cases.publish_flow(code="x", parameters={}, actor=part, now=town.now)
