"""What the standards of a city still lack."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from cityloop.kernel.clock import local_day
from cityloop.kernel.manifest import Missing
from cityloop.kernel.templatetags.ui import named
from cityloop.standards.models import Calendar
from cityloop.standards.queries.calendars import DEFAULT
from cityloop.standards.queries.editions import own_editions


def missing(now: datetime) -> list[Missing]:
    """A catalogue in force, and the working calendar of the year."""
    today = local_day(now)
    own = own_editions(today)[:1]
    calendar = Calendar.objects.filter(code=DEFAULT).first()
    known = calendar is not None and today.year in calendar.known_years
    year = {"year": today.year}
    return [
        Missing(
            _("Catalogue edition"),
            named(own[0]) if own else _("No edition of classes and filing rules is in force."),
            bool(own), "office-shipped", link=_("Choose an edition"),
        ),
        Missing(
            _("Calendar of the year"),
            _("The holidays of %(year)s are known.") % year if known
            else _("The holidays of %(year)s are not known: limits are counted without them.")
            % year if calendar else _("There is no working calendar: no limit can be counted."),
            known, "calendar" if calendar else "office-shipped",
            link=_("Calendar") if calendar else _("Choose an edition"), blocking=calendar is None,
        ),
    ]  # fmt: skip
