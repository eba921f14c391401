"""What was set of channels, for the audit of configuration."""

from __future__ import annotations

from cityloop.intake.models import ChannelSetting
from cityloop.kernel.changes import Asked, Change, asked_of, lines_of


def changes(asked: Asked) -> list[Change]:
    """Each setting of a channel with the one before it."""
    rows = ChannelSetting.objects.all()
    return asked_of(rows, asked, "channels", _channel, at="set_at", actor="set_by")


def _channel(row: ChannelSetting) -> Change:
    earlier = ChannelSetting.objects.filter(channel=row.channel, pk__lt=row.pk).order_by("-pk")
    before = earlier.values_list("changes", flat=True).first() or {}
    lines = lines_of(before, row.changes)
    return Change("channels", row.pk, row.set_at, row.set_by, row.channel, lines, row.reason)
