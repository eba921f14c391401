"""The shape of the office's forms; what is allowed, the operations decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cityloop.kernel.actor import Actor
from cityloop.kernel.manifest import subsystems
from cityloop.people import queries
from cityloop.people.models import Duty, Organisation, OrganisationKind, Post, Precedence, Role
from cityloop.people.roles import PERMISSIONS

EMPTY = [("", "—")]


def day(label: Any, *, required: bool = False) -> forms.DateField:
    """A calendar field."""
    return forms.DateField(
        label=label,
        required=required,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )


def text(label: Any, *, most: int = 200, required: bool = False, help_text: Any = "") -> Any:
    """A line of text."""
    return forms.CharField(label=label, max_length=most, required=required, help_text=help_text)


def assisting() -> forms.CharField:
    """Assisting units, one a line."""
    return forms.CharField(
        label=_("Assisting units"),
        required=False,
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("One a line: duty:organisation code, for instance supervise:HZ-ZJ"),
    )


def read_assists(typed: str) -> list[tuple[Organisation, str]]:
    """Lines of such a field as (organisation, duty); raises ValidationError."""
    found = []
    for line in typed.splitlines():
        duty, _colon, code = line.strip().partition(":")
        if not line.strip():
            continue
        unit = Organisation.objects.filter(code=code.strip(), active=True).first()
        if unit is None:
            raise forms.ValidationError(
                _("There is no organisation with the code %(code)s.") % {"code": code.strip()}
            )
        found.append((unit, duty.strip()))
    return found


class OrganisationField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """An organisation of today that the actor sees, at its depth in the tree; of None any."""

    def __init__(self, actor: Actor | None, label: Any, *, required: bool = False) -> None:
        units = queries.organisation_tree(actor or Actor.system()).filter(active=True)
        super().__init__(units.defer("search"), label=label, required=required, empty_label="—")

    def label_from_instance(self, obj: Any) -> str:
        """Indented name."""
        return f"{'　' * obj.depth}{obj.name}"


class OrganisationFilter(forms.Form):
    """What the tree may be narrowed by."""

    q = text(_("Search"), most=60)
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=EMPTY + list(OrganisationKind.choices)
    )


class OrganisationForm(forms.Form):
    """Facts of an organisation; code and parent only when it is new."""

    code = text(_("Code"), most=40, required=True)
    name_zh = text(_("Chinese name"), most=120, required=True)
    name_en = text(_("English name"), most=120)
    kind = forms.ChoiceField(label=_("Kind"), choices=OrganisationKind.choices)
    region_code = text(_("Region code"), most=15, help_text=_("330100, 330102, 330102001 …"))
    level = text(_("Level"), most=16)
    phone = text(_("Telephone"), most=40)
    trial = forms.BooleanField(label=_("On trial: not counted in scores"), required=False)

    def __init__(self, *args: Any, actor: Actor, new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if new:
            self.fields["parent"] = OrganisationField(actor, _("Below"))
            self.order_fields(["code", "parent"])
        else:
            del self.fields["code"]
            self.fields["reason"] = text(_("Reason"))
        second = OrganisationField(actor, _("Also looked after by"))
        kept = self.initial.get("also_under")
        if kept is None or second.queryset.filter(pk=kept.pk).exists():  # type: ignore[union-attr]
            self.fields["also_under"] = second  # one that the actor does not see stays as it is


class MoveForm(forms.Form):
    """Where an organisation goes, with all below it."""

    reason = text(_("Reason"))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"] = OrganisationField(actor, _("Below"))
        self.order_fields(["parent", "reason"])


class MemberFilter(forms.Form):
    """What the list of members may be narrowed by."""

    q = text(_("Name, username or telephone"), most=60)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"] = OrganisationField(actor, _("Organisation"))


class MemberForm(forms.Form):
    """Facts of an account; username and first password only when it is new."""

    username = text(_("Username"), most=60, required=True)
    name = text(_("Name"), most=60, required=True)
    phone = text(_("Telephone"), most=40)
    email = forms.EmailField(label=_("E-mail"), required=False)
    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=[*EMPTY, *settings.LANGUAGES]
    )

    def __init__(self, *args: Any, actor: Actor, new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"] = OrganisationField(actor, _("Organisation"), required=True)
        if new:
            self.fields["password"] = password()
        else:
            del self.fields["username"]
        self.order_fields(["username", "name", "organisation"])


def password() -> forms.CharField:
    """A first password, to be changed at the first sign-in."""
    return forms.CharField(
        label=_("First password"),
        required=False,
        strip=False,
        max_length=200,
        help_text=_("It must be changed at the first sign-in. Empty: nobody can sign in yet."),
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )


class PasswordForm(forms.Form):
    """A new first password."""

    password = password()


class HoldForm(forms.Form):
    """A post for a member, for a time or for good."""

    valid_from = day(_("From"))
    valid_to = day(_("Until (not included)"))
    lent = forms.BooleanField(label=_("Secondment: it ends by itself"), required=False)
    source_document = text(_("Document"))

    def __init__(self, *args: Any, posts: QuerySet[Post], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["post"] = PostField(posts, label=_("Post"))
        self.order_fields(["post"])


class PostField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A post with its organisation."""

    def label_from_instance(self, obj: Any) -> str:
        """Organisation and post."""
        return f"{obj.organisation.name} · {obj.name}"


class PatrolForm(forms.Form):
    """The ground an inspector walks."""

    areas = text(
        _("Regions or unit grids"), most=2000, help_text=_("Codes with commas or spaces between.")
    )
    valid_from = day(_("From"))


class AnswerForm(forms.Form):
    """A class of things in an area for which somebody answers."""

    region_code = text(_("Region or grid"), most=15, required=True)
    class_kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[("*", _("any")), ("event", _("event")), ("component", _("component"))],
    )
    major_code = text(_("Major class"), most=4, help_text=_("* for any"))
    minor_code = text(_("Minor class"), most=4, help_text=_("* for any"))
    valid_from = day(_("From"))
    source_document = text(_("Document"))


class TokenForm(forms.Form):
    """A key for a machine client."""

    name = text(_("What the key is for"), most=80, required=True)
    channel_code = text(_("Channel"), most=16)
    days = forms.IntegerField(label=_("Days"), min_value=1, max_value=730, initial=365)


class RoleForm(forms.Form):
    """The city's label and bundle of permissions."""

    label_zh = text(_("Chinese label"), most=60, required=True)
    label_en = text(_("English label"), most=60, required=True)
    permissions = forms.MultipleChoiceField(
        label=_("Permissions"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, role: Role, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = {one for app in subsystems() for one in app.permissions}
        known |= set(role.permissions) - {"*"}
        choices = [
            (one, f"{PERMISSIONS[one]} ({one})" if one in PERMISSIONS else one)
            for one in sorted(known)
        ]
        self.fields["permissions"].choices = choices  # type: ignore[attr-defined]


class PostForm(forms.Form):
    """A post; code and organisation only when it is new."""

    code = text(_("Code"), most=60, required=True)
    name_zh = text(_("Chinese name"), most=60, required=True)
    name_en = text(_("English name"), most=60)
    roles = forms.MultipleChoiceField(label=_("Roles"), widget=forms.CheckboxSelectMultiple)
    regions = text(
        _("Only these regions"), most=600, help_text=_("Empty: all that the organisation sees.")
    )
    terminal = forms.BooleanField(
        label=_("Light terminal"), required=False,
        help_text=_("Receives, handles and replies; nothing else."),
    )  # fmt: skip

    def __init__(self, *args: Any, actor: Actor, new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(role.code, role.label) for role in queries.roles() if role.code != "system"]
        self.fields["roles"].choices = choices  # type: ignore[attr-defined]
        if new:
            self.fields["organisation"] = OrganisationField(actor, _("Organisation"), required=True)
            self.order_fields(["code", "organisation"])
        else:
            del self.fields["code"]
            self.fields["active"] = forms.BooleanField(label=_("In use"), required=False)


class TerritoryForm(forms.Form):
    """An area in which a company stands for the territory."""

    name = text(_("Name of the area"), most=120, required=True)
    outline = forms.CharField(
        label=_("Outline (GeoJSON)"), max_length=200_000, widget=forms.Textarea({"rows": 6}),
        help_text=_("A polygon or multipolygon in WGS 84, longitude before latitude."),
    )  # fmt: skip
    valid_from = day(_("Valid from"), required=True)
    source_document = text(_("Document"), required=True)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"] = OrganisationField(actor, _("Organisation"), required=True)
        self.order_fields(["organisation"])


class PrecedenceForm(forms.Form):
    """Which order holds for a kind from a day on."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Precedence.Kind.choices)
    first = forms.ChoiceField(label=_("What goes first"), choices=Precedence.First.choices)
    valid_from = day(_("Valid from"), required=True)
    source_document = text(_("Document"), required=True)


class EndAreaForm(forms.Form):
    """Why an area ends."""

    reason = text(_("Reason"), required=True)


class LineFilter(forms.Form):
    """What the matrix may be narrowed by."""

    kind = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        choices=[*EMPTY, ("event", _("event")), ("component", _("component"))],
    )
    on = day(_("Valid on"))
    ended = forms.BooleanField(label=_("With ended lines"), required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lead"] = OrganisationField(actor, _("Lead unit"))
        self.order_fields(["kind", "lead"])


class LineForm(forms.Form):
    """A line of the matrix from a day on."""

    kind = forms.ChoiceField(
        label=_("Kind"), choices=[("event", _("event")), ("component", _("component"))]
    )
    edition_code = text(_("Edition of the classes"), most=40, help_text=_("* for any"))
    major_code = text(_("Major class"), most=4, help_text=_("* for any"))
    minor_code = text(_("Minor class"), most=4, help_text=_("* for any"))
    region_code = text(_("Region code"), most=15, help_text=_("* for any"))
    lead_role = forms.ChoiceField(label=_("Duty of the lead unit"), choices=Duty.choices)
    assists = assisting()
    valid_from = day(_("From"))
    source_document = text(_("Document"), required=True)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lead"] = OrganisationField(actor, _("Lead unit"), required=True)
        self.fields["owner"] = OrganisationField(actor, _("Only for this owner"))
        self.order_fields(
            ["kind", "edition_code", "major_code", "minor_code", "region_code", "owner", "lead"]
        )

    def clean_assists(self) -> list[tuple[Organisation, str]]:
        """Lines as (organisation, duty)."""
        return read_assists(self.cleaned_data["assists"])


class GapFilter(forms.Form):
    """Which cells are looked at."""

    edition = forms.ChoiceField(label=_("Edition of the classes"), required=False)
    level = forms.ChoiceField(
        label=_("Areas"),
        required=False,
        choices=[("district", _("districts")), ("street", _("streets"))],
    )


class MergeForm(forms.Form):
    """The city's decision about the two sides."""

    allowed = forms.BooleanField(
        label=_("One person may judge and handle (small centres)"), required=False
    )
    source_document = text(_("Document"), required=True)
