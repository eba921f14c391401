"""Template tags of the component set: icons, parts with slots, spans of time. Shown at /ui/."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from django import template
from django.conf import settings
from django.forms import BoundField
from django.template.base import Node, NodeList, Parser, Token, token_kwargs
from django.template.context import Context
from django.template.loader import get_template
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from cityloop.kernel import clock as time_now

register = template.Library()

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_OPENING = re.compile(r"<svg.*?>", re.DOTALL)


@cache
def _drawing(name: str) -> str:
    """The inside of a Lucide icon from the npm package; a plain ring where it is not installed."""
    file = settings.NODE_MODULES / "lucide-static" / "icons" / f"{name}.svg"
    if not re.fullmatch(r"[a-z0-9-]+", name) or not file.is_file():
        return '<circle cx="12" cy="12" r="9"/>'
    inside = _OPENING.sub("", _COMMENT.sub("", file.read_text()), count=1)
    return " ".join(inside.replace("</svg>", "").split())


@register.simple_tag
def icon(name: str, label: str = "", extra: str = "") -> SafeString:
    """An inline SVG; silent to screen readers unless it has a label."""
    spoken = (
        format_html('role="img" aria-label="{}"', label)
        if label
        else mark_safe('aria-hidden="true"')
    )
    return format_html(
        '<svg class="icon icon-{} {}" viewBox="0 0 24 24" fill="none" stroke="currentColor"'
        ' stroke-linecap="round" stroke-linejoin="round" focusable="false" {}>{}</svg>',
        name,
        extra,
        spoken,
        mark_safe(_drawing(name)),  # noqa: S308 - the text of our own package
    )


class SlotNode(Node):
    """What one slot of a part holds."""

    def __init__(self, name: str, nodelist: NodeList) -> None:
        self.name, self.nodelist = name, nodelist

    def render(self, context: Context) -> SafeString:
        """Nothing at its own place: the part renders it."""
        return SafeString("")


class PartNode(Node):
    """A part: a template of ui/ with values, named slots and the rest as `body`."""

    def __init__(self, name: str, values: Mapping[str, Any], nodelist: NodeList) -> None:
        self.name, self.values, self.nodelist = name, values, nodelist

    def render(self, context: Context) -> SafeString:
        """The part's template with everything filled in."""
        filled: dict[str, Any] = {key: value.resolve(context) for key, value in self.values.items()}
        for node in self.nodelist:
            if isinstance(node, SlotNode):
                filled[node.name] = node.nodelist.render(context)
        filled["body"] = self.nodelist.render(context)
        own = context.new(filled)  # a part sees what it is given, not the page's names
        for name in ("request", "csrf_token"):
            own[name] = context.get(name)
        found: SafeString = get_template(f"ui/{self.name}.html").template.render(own)  # type: ignore[attr-defined]
        return found


@register.tag("part")
def part(parser: Parser, token: Token) -> PartNode:
    """`{% part "panel" title="..." %} body {% slot tools %}...{% endslot %} {% endpart %}`."""
    words = token.split_contents()[1:]
    if not words or words[0][:1] not in "'\"":
        raise template.TemplateSyntaxError("part needs the quoted name of a template of ui/")
    values = token_kwargs(words[1:], parser)
    nodelist = parser.parse(("endpart",))
    parser.delete_first_token()
    return PartNode(words[0].strip("'\""), values, nodelist)


@register.tag("slot")
def slot(parser: Parser, token: Token) -> SlotNode:
    """A named slot inside a part."""
    name = token.split_contents()[1]
    nodelist = parser.parse(("endslot",))
    parser.delete_first_token()
    return SlotNode(name, nodelist)


def span(length: timedelta) -> str:
    """A length of time in its two largest units: "2 d 3 h", "45 min"; seconds are left out."""
    minutes = int(abs(length).total_seconds() // 60)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = []
    if days:
        parts.append(_("%(days)s d") % {"days": days})
    if hours:
        parts.append(_("%(hours)s h") % {"hours": hours})
    if rest and days == 0:
        parts.append(_("%(minutes)s min") % {"minutes": rest})
    if len(parts) > 1:
        return _("%(larger)s %(smaller)s") % {"larger": parts[0], "smaller": parts[1]}
    return parts[0] if parts else _("under 1 min")


@register.filter("span")
def span_filter(length: timedelta | None) -> str:
    """A timedelta in words; nothing for nothing."""
    return "" if length is None else span(length)


@register.filter
def ago(then: datetime | None, now: datetime) -> str:
    """How long ago, in words."""
    if then is None:
        return ""
    return _("%(span)s ago") % {"span": span(now - then)}


@register.filter(expects_localtime=True)
def moment(at: date | None) -> str:
    """Local day and time in short; with the year where it is another one than now."""
    return "" if at is None else date_format(at, f"{_short_day(at)} H:i")


@register.filter(expects_localtime=True)
def day(at: date | None) -> str:
    """The local day in short; with the year where it is another one than now."""
    return "" if at is None else date_format(at, _short_day(at))


def _short_day(at: date) -> str:
    return "m-d" if at.year == time_now.local_day(time_now.now()).year else "Y-m-d"


# Posts of the system as they are kept, and as people read them.
ACTING = {
    "system": gettext_lazy("the system"), "automatic": gettext_lazy("the system"),
    "clock": gettext_lazy("the clock"), "calendar": gettext_lazy("the calendar"),
    "roster": gettext_lazy("the duty roster"), "draw": gettext_lazy("the lot"),
    "left_post": gettext_lazy("end of a post"),
    "secondment": gettext_lazy("end of a secondment"), "replies": gettext_lazy("the replies"),
    "works": gettext_lazy("substitute works"), "discipline": gettext_lazy("the rules of cards"),
    "program version": gettext_lazy("a new version"),
}  # fmt: skip


@register.filter
def actor_words(actor: str) -> str:
    """Who acted, as kept: a person's post as it is, a post of the system in the reader's words."""
    return str(ACTING.get(actor, actor))


LIGHTS = {
    # light: (tone, icon); the word beside it is the time itself
    "green": ("green", "circle-check"),
    "yellow": ("yellow", "clock-alert"),
    "orange": ("orange", "triangle-alert"),
    "red": ("red", "octagon-alert"),
    "purple": ("purple", "flame"),
    "paused": ("grey", "circle-pause"),
    "": ("grey", "clock"),
}


@register.inclusion_tag("ui/clock.html")
def clock(due_at: datetime | None, now: datetime, light: str = "") -> dict[str, Any]:
    """Time left or overdue, with its light as tone and icon."""
    tone, drawing = LIGHTS.get(light or "", LIGHTS[""])
    if due_at is None:
        return {"due_at": None}
    late = due_at < now
    words = _("overdue by %(span)s") if late else _("%(span)s left")
    return {
        "due_at": due_at,
        "tone": tone,
        "icon": drawing,
        "words": words % {"span": span(due_at - now)},
    }


@register.inclusion_tag("ui/badge.html")
def badge(text: str, tone: str = "grey", icon: str = "circle") -> dict[str, str]:
    """A state as icon and word."""
    return {"text": text, "tone": tone, "icon": icon}


# What a widget of several controls is: a choice among them, or ways to hand something in.
_KINDS = {
    "CheckboxInput": "check", "RadioSelect": "group", "CheckboxSelectMultiple": "group",
    "FilesInput": "files",
}  # fmt: skip


@register.inclusion_tag("ui/field.html")
def field(bound: BoundField, wide: bool = False) -> dict[str, Any]:
    """A form field with label, help and errors tied together for screen readers."""
    described = [f"{bound.auto_id}-help"] if bound.help_text else []
    if bound.errors:
        described.append(f"{bound.auto_id}-error")
    attributes: dict[str, Any] = {}
    if described:
        attributes["aria-describedby"] = " ".join(described)
    return {
        "field": bound,
        "widget": bound.as_widget(attrs=attributes),
        "kind": _KINDS.get(type(bound.field.widget).__name__, "line"),
        "wide": wide,
        "texts": bound.field.widget.attrs.get("data-texts", ""),
    }


@register.filter
def named(thing: Any, what: str = "name") -> str:
    """`<what>_zh` or `<what>_en` of a thing in the reader's language; Chinese for want of it."""
    if thing is None:
        return "–"
    english = getattr(thing, f"{what}_en", "")
    wanted = (get_language() or "").startswith("en")
    return str(english if english and wanted else getattr(thing, f"{what}_zh"))


@register.simple_tag(takes_context=True)
def current(context: Context, path: str) -> SafeString:
    """aria-current for the menu line that leads to this page or its folder."""
    here: str = context["request"].path
    at = here == path or (path != "/" and here.startswith(path))
    return SafeString('aria-current="page"') if at else SafeString("")


@register.filter
def count_words(number: int) -> str:
    """ "3 entries"."""
    return ngettext("%(number)s entry", "%(number)s entries", number) % {"number": number}


@register.filter
def item(mapping: Mapping[Any, Any], key: Any) -> Any:
    """mapping[key], or None."""
    return mapping.get(key)
