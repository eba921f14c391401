"""Under which names roads and addresses of files stand: what comes under a name again replaces."""

from __future__ import annotations

from django.utils.translation import gettext

from cityloop.geo.models import Address, Road
from cityloop.kernel.errors import Invalid, Refused

GENERATED = "generated"  # what outlining and the demo city made
LONGEST = 64


class SourceTaken(Refused):
    """Roads and addresses under one name: the one would replace the other."""

    code = "source-taken"


def take_for_roads(source: str) -> None:
    """Raises SourceTaken where addresses came under the name, Invalid for one that cannot be."""
    _fits(source)
    # Where there are roads of that name, the addresses are those of the roads.
    own = Road.objects.filter(source=source).exists()
    if not own and Address.objects.filter(source=source).exists():
        raise _taken(source, gettext("addresses"))


def take_for_addresses(source: str) -> None:
    """Raises SourceTaken where roads came under the name, Invalid for one that cannot be."""
    _fits(source)
    if Road.objects.filter(source=source).exists():
        raise _taken(source, gettext("roads"))


def _fits(source: str) -> None:
    if not 1 <= len(source) <= LONGEST:
        why = gettext("the name of a source has 1 to %(most)s characters") % {"most": LONGEST}
        raise Invalid(why, fields={"source": why})
    if source == GENERATED:
        raise _taken(source, gettext("what the program generated"))


def _taken(source: str, owner: str) -> SourceTaken:
    return SourceTaken(
        gettext("the name %(source)s is taken by %(owner)s: give another one (--source)")
        % {"source": source, "owner": owner}
    )
