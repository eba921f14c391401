"""What an installation still lacks, beside what its subsystems say."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from cityloop.kernel.manifest import Missing
from cityloop.kernel.models import Marker
from cityloop.kernel.templatetags.ui import moment
from cityloop.kernel.upkeep import BACKUP

FRESH = timedelta(days=2)


def missing(now: datetime) -> list[Missing]:
    """A backup that is not old."""
    last = Marker.objects.filter(name=BACKUP).first()
    fresh = last is not None and now - last.set_at <= FRESH
    told = _("The last backup was made on %(at)s.") % {"at": moment(last.set_at)} if last else ""
    return [
        Missing(
            _("Backup"),
            told or _("There is no backup yet: the command cityloop backup makes one; let it run "
                      "every night."),
            fresh, blocking=False,
        )
    ]  # fmt: skip
