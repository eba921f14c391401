"""What the page of the responsibility grid asks."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms
from django.utils.translation import gettext_lazy as _

from cityloop.kernel.actor import Actor
from cityloop.people import forms
from cityloop.people.models import ANY, Duty, Organisation


class GridFilter(django_forms.Form):
    """Which part of the matrix the grid shows."""

    edition = django_forms.ChoiceField(label=_("Edition of the classes"), required=False)
    kind = django_forms.ChoiceField(
        label=_("Kind"), required=False,
        choices=[("event", _("event")), ("component", _("component"))],
    )  # fmt: skip
    within = django_forms.ChoiceField(label=_("Areas"), required=False)
    on = forms.day(_("Valid on"))
    major = django_forms.CharField(required=False, max_length=6, widget=django_forms.HiddenInput)

    def __init__(
        self, *args: Any, editions: list[str], districts: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["edition"].choices = [(one, one) for one in editions]  # type: ignore[attr-defined]
        streets = [(code, _("streets of %(name)s") % {"name": name}) for code, name in districts]
        self.fields["within"].choices = [("", _("districts")), *streets]  # type: ignore[attr-defined]


class CellsForm(django_forms.Form):
    """What the chosen cells of the grid are to say from a day on."""

    source_document = forms.text(_("Document"), required=True)
    valid_from = forms.day(_("From"), required=True)
    assists = forms.assisting()

    def __init__(self, *args: Any, actor: Actor, edition: str, ending: bool, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields["lead"] = forms.OrganisationField(actor, _("Lead unit"), required=not ending)
        self.fields["lead"].widget.attrs["data-filterable"] = ""
        self.fields["lead_role"] = django_forms.ChoiceField(
            label=_("Duty of the lead unit"), choices=Duty.choices, required=not ending
        )
        self.fields["edition_code"] = django_forms.ChoiceField(
            label=_("Holds for"), required=False,
            choices=[(ANY, _("every edition")), (edition, edition)],
            help_text=_("A line that a cell has for one edition stays one for that edition."),
        )  # fmt: skip
        self.fields["source_document"].required = not ending
        self.order_fields(
            ["lead", "lead_role", "source_document", "valid_from", "edition_code", "assists"]
        )

    def clean_assists(self) -> list[tuple[Organisation, str]]:
        """Lines as (organisation, duty)."""
        return forms.read_assists(self.cleaned_data["assists"])
