from django.utils.translation import gettext_lazy as _

from cityloop.kernel.manifest import MenuItem, Subsystem


class DesksConfig(Subsystem):
    """The work benches: start page, lists, case page, intake form, map."""

    name = "cityloop.desks"
    label = "desks"
    title = "Desks"
    menu = (
        MenuItem(_("Start"), "/", "house", position=1),
        MenuItem(_("Cases"), "/cases/", "list", "cases.view", position=2),
        MenuItem(_("New report"), "/intake/new/", "plus", "intake.receive", position=3),
        MenuItem(_("Map"), "/map/", "map", position=4),
    )
