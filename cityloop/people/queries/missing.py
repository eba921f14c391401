"""What the people of a city still lack: bodies, staffed posts, lines of the matrix."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cityloop.kernel.clock import local_day
from cityloop.kernel.manifest import Missing
from cityloop.people.models import NOT_HANDLING, Organisation, Responsibility, Role
from cityloop.people.queries.gaps import coverage_gaps
from cityloop.people.queries.staffing import desks_staffed, platforms
from cityloop.standards import queries as standards

# Without one of these no case goes from a report to its closing.
NEEDED = ("inspector", "acceptor", "shift_leader", "dispatcher", "unit_desk")


def missing(now: datetime) -> list[Missing]:
    """The platform, bodies that handle cases, posts, the matrix and its holes."""
    today = local_day(now)
    bodies = Organisation.objects.filter(active=True).exclude(kind__in=NOT_HANDLING).count()
    found = [_platform(today)]
    found.append(
        Missing(
            _("Organisations that handle cases"),
            ngettext("%(n)s organisation", "%(n)s organisations", bodies) % {"n": bodies}
            if bodies
            else _("There is nobody to whom a case could be dispatched."),
            bool(bodies), "office-import", ("organisations",), _("Import organisations"),
        )
    )  # fmt: skip
    return [*found, _posts(today), *_matrix(today)]


def _platform(today: date) -> Missing:
    there = platforms(today)
    return Missing(
        _("Platform of the city"),
        ", ".join(one.name for one in there[:3]) if there else _("No body leads the city's cases."),
        bool(there), "office-organisations", link=_("Organisations"),
    )  # fmt: skip


def _posts(today: date) -> Missing:
    held = {desk.role for desk in desks_staffed(today)}
    lacking = [code for code in NEEDED if code not in held]
    labels = {role.code: role.label for role in Role.objects.filter(code__in=lacking)}
    names = ", ".join(labels.get(code, code) for code in lacking)
    return Missing(
        _("Posts staffed"),
        _("Nobody is: %(names)s") % {"names": names} if lacking
        else _("Every step of a case has somebody who takes it."),
        not lacking, "office-import", ("members",), _("Import members"),
    )  # fmt: skip


def _matrix(today: date) -> list[Missing]:
    lines = Responsibility.objects.filter(valid_to=None).count()
    found = [
        Missing(
            _("Responsibility matrix"),
            ngettext("%(n)s line", "%(n)s lines", lines) % {"n": lines} if lines
            else _("No line says who is responsible: every case is dispatched by hand."),
            bool(lines), "office-import", ("responsibilities",), _("Import the matrix"),
            blocking=False,
        )
    ]  # fmt: skip
    own = standards.own_editions(today)[:1]
    if lines and own:
        holes = len(coverage_gaps(own[0].code, today))
        found.append(
            Missing(
                _("Holes of the matrix"),
                ngettext(
                    "%(n)s class in a district has no unit.",
                    "%(n)s classes in districts have no unit.",
                    holes,
                ) % {"n": holes} if holes else _("Every class has a unit in every district."),
                not holes, "office-gaps", link=_("Cells without a unit"), blocking=False,
            )
        )  # fmt: skip
    return found
