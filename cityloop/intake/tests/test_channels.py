"""The channel table, and what a city may set in it."""

from __future__ import annotations

import pytest

from cityloop.cases import flow
from cityloop.intake import channels, operations, reference
from cityloop.intake.models import ChannelSetting
from cityloop.intake.tests.city import administrator
from cityloop.kernel.actor import ROLES
from cityloop.kernel.errors import NotAllowed

# Ten channels of a city's own count, and those of the other sources (C02).
WANTED = {
    "inspector", "hotline12319", "hotline12345", "web", "app", "sms", "leader", "media", "police",
    "community", "petition", "video", "sensor", "platform",
    "professional",
}  # fmt: skip


@pytest.mark.requirement("C02")
def test_every_channel_of_the_field_has_a_complete_row():
    assert set(channels.BY_CODE) == WANTED and len(channels.TABLE) == len(WANTED)
    for row in channels.TABLE:
        assert row.group in channels.GROUPS and row.outside in (channels.FLAG, channels.REFUSE)
        assert row.brought_by <= set(ROLES) and 1 <= row.priority <= 4
        assert {name for name, _value in row.clock} <= flow.NAMES
        assert len(row.code) <= 16 and str(row.label)
        assert channels.with_changes(row, {}) == row


@pytest.mark.requirement("C02", "D06")
def test_the_public_is_verified_and_nobody_files_by_itself_unless_the_city_says_so():
    for row in channels.TABLE:
        assert row.verify is (row.group not in ("inspector", "leader"))
        assert row.auto_file == channels.OFF


def test_a_city_sets_a_channel_and_the_setting_stays_on_record(city):
    admin = administrator(city)
    operations.set_channel("web", {"metres": 80}, reason="order 1", actor=admin, now=city.now)
    operations.set_channel("web", {"hours": 12}, reason="order 2", actor=admin, now=city.now)
    row = reference.channel("web")
    assert (row.metres, row.hours) == (50, 12)  # a setting replaces the one before
    operations.set_channel("web", {}, reason="order 3", actor=admin, now=city.now)
    assert reference.channel("web") == channels.BY_CODE["web"]
    assert [s.reason for s in ChannelSetting.objects.order_by("id")] == [
        "order 1", "order 2", "order 3"
    ]  # fmt: skip


def test_a_closed_channel_takes_no_report(city):
    operations.set_channel(
        "sms", {"enabled": False}, reason="ended", actor=administrator(city), now=city.now
    )
    with pytest.raises(operations.UnknownChannel):
        city.receive("sms")


@pytest.mark.parametrize(
    "changes",
    [
        {"metres": 0}, {"metres": 5000}, {"metres": "50"}, {"metres": True}, {"verify": 1},
        {"auto_file": "always"}, {"label": "x"}, {"brought_by": ["worker"]}, {"priority": 9},
    ],
)  # fmt: skip
def test_a_wrong_setting_is_refused(city, changes):
    with pytest.raises(operations.BadSetting):
        operations.set_channel("web", changes, reason="x", actor=administrator(city), now=city.now)
    assert not ChannelSetting.objects.exists()


def test_settings_need_a_right_a_reason_and_a_channel(city):
    admin = administrator(city)
    with pytest.raises(NotAllowed):
        operations.set_channel("web", {}, reason="x", actor=city.actors["acceptor"], now=city.now)
    for code, reason in (("web", " "), ("pigeon", "x")):
        with pytest.raises(operations.BadSetting):
            operations.set_channel(code, {}, reason=reason, actor=admin, now=city.now)
