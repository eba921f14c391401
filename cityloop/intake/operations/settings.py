"""What a city sets differently for its channels; every setting stays on record."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from cityloop.intake import channels, reference
from cityloop.intake.channels import Channel
from cityloop.intake.models import ChannelSetting
from cityloop.kernel import errors
from cityloop.kernel.actor import Actor

PERMISSION = "cases.configure"


class BadSetting(errors.Invalid):
    """The channel has no such setting, or not with this value."""

    code, title = "bad-setting", "The channel cannot be set like this"


def set_channel(
    code: str, changes: dict[str, Any], *, reason: str, actor: Actor, now: datetime
) -> Channel:
    """Replace the city's settings of a channel; {} goes back to the table's row.

    Open reports keep what they were received under. Raises NotAllowed, BadSetting.
    """
    actor.require_for_city(PERMISSION)
    row = channels.BY_CODE.get(code)
    if row is None:
        raise BadSetting(_("there is no channel %(code)s") % {"code": code[:40]})
    if not reason.strip():
        raise BadSetting(_("say why, and by which document"))
    try:
        changed = channels.with_changes(row, changes)
    except ValueError as error:
        raise BadSetting(str(error)) from error
    ChannelSetting.objects.create(
        channel=code, changes=changes, reason=reason.strip()[:200], set_at=now,
        set_by=actor.post[:120], member_id=actor.member_id,
    )  # fmt: skip
    reference.forget()
    return changed
