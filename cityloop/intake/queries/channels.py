"""The channels as the city has set them, asked of the database anew, and what was set when."""

from __future__ import annotations

from cityloop.intake import channels
from cityloop.intake.channels import Channel
from cityloop.intake.models import ChannelSetting


def channels_set() -> list[tuple[Channel, ChannelSetting | None]]:
    """Every channel in the order of the table, with the city's setting that holds."""
    rows = ChannelSetting.objects.order_by("channel", "-id").distinct("channel")
    last = {row.channel: row for row in rows}
    return [
        (channels.with_changes(one, last[one.code].changes), last[one.code])
        if one.code in last else (one, None)
        for one in channels.TABLE
    ]  # fmt: skip


def channel_settings(code: str) -> list[tuple[ChannelSetting, Channel, Channel]]:
    """What was set of a channel, latest first: each with the channel before and after it.

    No more than the last 50.
    """
    base = channels.BY_CODE[code]
    rows = list(ChannelSetting.objects.filter(channel=code).order_by("-id")[:51])
    states = [channels.with_changes(base, row.changes) for row in rows]
    befores = [*states, base][1:]
    return list(zip(rows, befores, states, strict=True))[:50]
