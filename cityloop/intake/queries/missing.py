"""What the intake of a city still lacks."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cityloop.intake import reference
from cityloop.intake.channels import TABLE
from cityloop.intake.queries.suggestions import text_model
from cityloop.kernel.manifest import Missing


def missing(_now: datetime) -> list[Missing]:
    """Channels that are open, and the model that suggests classes."""
    open_ones = sum(reference.channel(one.code).enabled for one in TABLE)
    model = text_model()
    return [
        Missing(
            _("Channels"),
            ngettext("%(n)s channel is open.", "%(n)s channels are open.", open_ones)
            % {"n": open_ones},
            bool(open_ones), "office-channels", link=_("Channels"),
        ),
        Missing(
            _("Suggestions of classes"),
            _("A model suggests the class of a text.") if model
            else _("No model is trained yet: the command cityloop train-classifier makes one of "
                   "the city's own cases."),
            model is not None, blocking=False,
        ),
    ]  # fmt: skip
