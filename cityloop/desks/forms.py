"""Forms generated from the life-cycle table and the field table: no field is named here twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cityloop.cases import fields, guards, lifecycle, photos
from cityloop.desks.models import USES
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Problem
from cityloop.people.forms import LineForm

ACCEPTED_FILES = "image/jpeg,image/png,image/webp,application/pdf,video/mp4,audio/*"
CAMERA = "_camera"  # what the camera took just now comes under the field's name and this
AFTER = ("after", "check")  # parts of the file that show the place again
MOST_BEFORE = 5  # photos from before to choose among, the latest first
Choices = Mapping[str, list[Any]]


class FilesInput(forms.FileInput):
    """Several files: chosen from what the device holds, and with `camera` taken on the spot;
    with `before` (SHA-256 of photos) also from the angle of one of these (F09)."""

    allow_multiple_selected = True

    def __init__(self, *, camera: bool = False) -> None:
        super().__init__({"accept": ACCEPTED_FILES})
        self.camera = camera
        self.before: list[str] = []

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        """One way or two to hand in files; the page's script shows what was chosen (F08)."""
        given = self.build_attrs(self.attrs, attrs)
        tied = {key: given[key] for key in TIED if key in given}
        about = {
            "name": name, "id": given.get("id", name), "accept": ACCEPTED_FILES,
            "camera": f"{name}{CAMERA}" if self.camera else "", "tied": flatatt(tied),
            "needed": self.is_required, "before": self.before, "frame": photos.FRAME,
        }  # fmt: skip
        return SafeString(render_to_string("ui/photo_ways.html", about))

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Any]:
        """Every file of both ways."""
        return [one for one, _taken in photos_sent(files, name)]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """True where neither way brought anything."""
        return not photos_sent(files, name)


TIED = ("aria-describedby", "aria-invalid")


def photos_sent(files: Any, name: str) -> list[tuple[Any, bool]]:
    """The uploads of one field: each with whether the camera took it just now."""
    if not hasattr(files, "getlist"):  # a form that nobody sent
        return []
    taken = [(one, True) for one in files.getlist(name + CAMERA)]
    return taken + [(one, False) for one in files.getlist(name)]


class FilesField(forms.FileField):
    """A list of uploads; their content is judged by the operation that stores them."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Every file that was sent."""
        sent = data if isinstance(data, list | tuple) else [data]
        return [one for one in sent if one]


class Label(str):
    """An option's label with more words by which it is found: codes, initials, synonyms."""

    __slots__ = ("words",)
    words: str

    def __new__(cls, label: object, words: str = "") -> Label:
        made = super().__new__(cls, label)
        made.words = words
        return made


class WordsSelect(forms.Select):
    """A select whose options carry the words of their labels.

    Written in one go: Django renders a template for every option, and a page has hundreds.
    """

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        """The element with its options, in groups where the choices are."""
        chosen = set(self.format_value(value))
        attributes = flatatt(self.build_attrs(self.attrs, {"name": name, **(attrs or {})}))
        parts = [
            f'<optgroup label="{escape(label)}">{_options(inner, chosen)}</optgroup>'
            if isinstance(inner, list | tuple)
            else _option(label, inner, chosen)
            for label, inner in self.choices
        ]
        return mark_safe(f"<select{attributes}>{''.join(parts)}</select>")  # noqa: S308 (escaped above)


def _options(choices: Iterable[tuple[Any, Any]], chosen: set[str]) -> str:
    return "".join(_option(value, label, chosen) for value, label in choices)


def _option(value: Any, label: Any, chosen: set[str]) -> str:
    key = "" if value is None else str(value)
    words = f' data-words="{escape(label.words)}"' if isinstance(label, Label) else ""
    selected = " selected" if key in chosen else ""
    return f'<option value="{escape(key)}"{words}{selected}>{escape(label)}</option>'


def _long(field: fields.Field, required: bool, choices: list[Any]) -> forms.Field:
    box = forms.Textarea(attrs={"rows": 3, "maxlength": fields.MAX_TEXT, **texts_of(field.name)})
    return forms.CharField(required=required, widget=box)


def texts_of(name: str) -> dict[str, str]:
    """Attributes of an input for which ready texts are offered."""
    return {"data-texts": USES[name].value} if name in USES else {}


def _text(field: fields.Field, required: bool, choices: list[Any]) -> forms.Field:
    return forms.CharField(required=required, max_length=200)


def _number(field: fields.Field, required: bool, choices: list[Any]) -> forms.Field:
    box = forms.NumberInput(attrs={"min": "0.01", "step": "0.01", "max": fields.MAX_EXTRA})
    return forms.CharField(required=required, widget=box)


def _date(field: fields.Field, required: bool, choices: list[Any]) -> forms.Field:
    return forms.CharField(required=required, widget=forms.DateInput({"type": "date"}))


def _moment(field: fields.Field, required: bool, choices: list[Any]) -> forms.Field:
    return forms.CharField(
        required=required, widget=forms.DateTimeInput({"type": "datetime-local"})
    )


def _check(field: fields.Field, required: bool, choices: list[Any]) -> forms.Field:
    return forms.BooleanField(required=required)


def _photos(field: fields.Field, required: bool, choices: list[Any]) -> forms.Field:
    return FilesField(required=required)


def _select(field: fields.Field, required: bool, choices: list[Any]) -> forms.Field:
    attrs = {"data-filterable": ""} if _size(choices) > 12 else {}
    blank = [("", _("Choose …") if required else _("As it is"))]
    return forms.ChoiceField(
        required=required, choices=[*blank, *choices], widget=WordsSelect(attrs=attrs)
    )


def _multiple(field: fields.Field, required: bool, choices: list[Any]) -> forms.Field:
    boxes = forms.CheckboxSelectMultiple()
    return forms.MultipleChoiceField(required=required, choices=choices, widget=boxes)


def _size(choices: list[Any]) -> int:
    return sum(len(label) if isinstance(label, list) else 1 for _value, label in choices)


MAKERS: dict[str, Callable[[fields.Field, bool, list[Any]], forms.Field]] = {
    "text": _text, "long": _long, "number": _number, "date": _date, "moment": _moment,
    "check": _check, "photos": _photos,
    "select": _select, "search": _select, "multiple": _multiple,
}  # fmt: skip
HELP = {
    "photos": gettext_lazy("JPEG, PNG or WebP, up to 10 MB each; originals are kept unaltered."),
    "place_level": gettext_lazy("Leave empty where the rule holds for any place."),
    "engineering": gettext_lazy("Only where digging or rebuilding is needed; the history says so."),
}


DAYS = (
    ("30", gettext_lazy("30 days")),
    ("90", gettext_lazy("90 days")),
    ("365", gettext_lazy("a year")),
)


class DraftForm(LineForm):
    """A line of the matrix that is only tried: without what only a published one needs."""

    days = forms.ChoiceField(label=gettext_lazy("Cases of the last"), choices=DAYS, initial="90")

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        for name in ("lead_role", "assists", "valid_from", "source_document"):
            del self.fields[name]


def step_form(
    step: lifecycle.Step,
    *,
    choices: Choices,
    initial: Mapping[str, Any],
    without: frozenset[str] = frozenset(),
    needed: frozenset[str] = frozenset(),
    before: Sequence[str] = (),
    data: Any = None,
    problem: Problem | None = None,
) -> forms.Form:
    """The form of a life-cycle row; with `data` and `problem` as it was refused.

    `without`: optional fields that mean nothing for this case. `needed`: optional ones without
    which the step is refused in this case. `before`: SHA-256 of the photos from before, oldest
    first: what shows the place again can be taken from their angle.
    """
    form = forms.Form(data, initial=dict(initial), auto_id=f"{step.action}-%s")
    form.use_required_attribute = True
    for name, required in step.fields:
        if name in without:
            continue
        known = fields.BY_NAME[name]
        made = MAKERS[known.widget](known, required or name in needed, list(choices.get(name, ())))
        if isinstance(made.widget, FilesInput):  # what proves the work is seen on the spot
            stage = guards.stage_of(step.action)
            made.widget.camera = stage != "paper"
            made.widget.before = list(before[: -MOST_BEFORE - 1 : -1]) if stage in AFTER else []
        made.label, made.help_text = known.label, str(known.help or HELP.get(name, ""))
        form.fields[name] = made
    if problem is not None:
        show_problem(form, problem)
    return form


def show_problem(form: forms.Form, problem: Problem) -> None:
    """Put the operation's answer where it belongs: at its field, else above the form."""
    form.full_clean()
    form.errors.clear()
    for name, reason in problem.fields.items():
        form.add_error(name if name in form.fields else None, reason)
    if not problem.fields:
        for reason in problem.reasons:
            form.add_error(None, reason)


def raw_inputs(step: lifecycle.Step, data: Any) -> dict[str, Any]:
    """The values that the row asks for, as the browser sent them."""
    raw: dict[str, Any] = {}
    for name, _required in step.fields:
        widget = fields.BY_NAME[name].widget
        if widget != "photos":
            raw[name] = data.getlist(name) if widget == "multiple" else data.get(name, "")
    return raw
