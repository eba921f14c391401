"""Who may be named in a step: units that handle, inspectors in post."""

from __future__ import annotations

import pytest

from cityloop.cases import operations
from cityloop.cases.models import Case
from cityloop.people.models import Holding, Organisation


@pytest.mark.requirement("E01")
@pytest.mark.parametrize("kind", ["city_platform", "district_platform", "company"])
def test_a_case_never_goes_to_a_body_that_does_not_handle(world, kind):
    case = world.to("filed")
    body = world.units["roads"]
    Organisation.objects.filter(pk=body.pk).update(kind=kind)
    with pytest.raises(operations.Refused, match="does not handle cases"):
        world.step(case, "dispatch", "dispatcher", unit=body.pk)
    with pytest.raises(operations.Refused, match="does not handle cases"):
        world.step(case, "dispatch", "dispatcher", unit="water", assists=[body.pk])
    case = world.step(case, "dispatch", "dispatcher", unit="water")
    assert Case.objects.get(pk=case.pk).units == [world.units["water"].pk]


@pytest.mark.requirement("B13")
def test_a_closed_unit_does_not_assist(world):
    case = world.to("filed")
    Organisation.objects.filter(code="roads").update(active=False)
    with pytest.raises(operations.Refused, match="not active any more"):
        world.step(case, "dispatch", "dispatcher", unit="water", assists=["roads"])


@pytest.mark.requirement("D06", "F04", "O10")
def test_only_who_holds_an_inspectors_post_is_sent_on_site(world):
    case = world.report()
    for name in ("water", "water_worker", "leader"):
        with pytest.raises(operations.Refused, match="no inspector's post now"):
            world.step(case, "send_verify", "acceptor", inspector=name)
    Holding.objects.filter(member__username="inspector").update(valid_to=world.now.date())
    with pytest.raises(operations.Refused, match="no inspector's post now"):
        world.step(case, "send_verify", "acceptor", inspector="inspector")
    world.step(case, "send_verify", "acceptor", inspector="second_inspector")
    handled = world.to("handled")
    with pytest.raises(operations.Refused, match="no inspector's post now"):
        world.step(handled, "send_check", "acceptor", inspector="roads")
    member = world.actors["roads"].member_id
    assert not Case.objects.filter(members__contains=[member]).exists()
