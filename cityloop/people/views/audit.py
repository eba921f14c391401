"""Back office: who configured what, over all parts, newest first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from cityloop.kernel import changes as record
from cityloop.kernel.errors import Invalid
from cityloop.kernel.office import page
from cityloop.people.scope import sees_all
from cityloop.people.views.frame import manager

SIZE = 50
PARTS = {
    "calendar": lazy("Working calendar"), "cards": lazy("Rules of cards"),
    "channels": lazy("Report channels"), "components": lazy("Components"),
    "texts": lazy("Ready texts"),
    "editions": lazy("Catalogue editions"), "flow": lazy("Workflow"), "grids": lazy("Unit grids"),
    "map": lazy("Map settings"), "people": lazy("People"), "permits": lazy("Kinds of permits"),
    "wordings": lazy("Texts of messages"),
}  # fmt: skip


class AuditFilter(forms.Form):
    """Which part, by whom, on which day."""

    part = forms.ChoiceField(
        label=lazy("Part"), required=False, choices=[("", pgettext_lazy("parts", "All")),
                                                     *PARTS.items()],
    )  # fmt: skip
    person = forms.CharField(label=lazy("Done by"), required=False, max_length=60)
    day = forms.DateField(
        label=lazy("Day"), required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip


@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    """The record over all parts; who manages a part of the city sees what they changed."""
    actor = manager(request)
    form = AuditFilter(request.GET)
    form.is_valid()
    given = form.cleaned_data
    asked = record.Asked(
        part=given.get("part", ""), person=given.get("person", ""), day=given.get("day"),
        member=None if sees_all(actor) else actor.member_id or 0,
        after=_after(request.GET.get("after", "")), limit=SIZE,
    )  # fmt: skip
    found = record.changes(asked)
    query = {key: str(one) for key, one in request.GET.items() if key != "after" and one}
    last = found[SIZE - 1] if len(found) > SIZE else None
    facts: dict[str, Any] = {
        "form": form, "rows": [(PARTS.get(one.part, one.part), one) for one in found[:SIZE]],
        "next": f"?{urlencode({**query, 'after': _cursor(last)})}" if last else "",
        "first": f"?{urlencode(query)}" if request.GET.get("after") else "",
    }  # fmt: skip
    return page(request, "people/office_audit.html", "office-audit", facts)


def _cursor(one: record.Change) -> str:
    return f"{one.at.isoformat()}~{one.part}~{one.key}"


def _after(text: str) -> tuple[datetime, str, int] | None:
    """The last change that was seen; raises Invalid for what no page gave out."""
    if not text:
        return None
    try:
        at, part, key = text.split("~")
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None or part not in PARTS or not 0 <= int(key) < 2**63:
            raise ValueError(text)
        return moment, part, int(key)
    except ValueError as error:
        raise Invalid(_("this page of the list does not exist")) from error
