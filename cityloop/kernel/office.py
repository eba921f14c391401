"""What all pages of the back office share: tabs, tables, forms that call one operation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from cityloop.kernel.errors import NotAllowed, NotFound, Problem
from cityloop.kernel.page import office

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table: text, where it leads, a second line, a tone for a badge."""

    text: Words
    href: str = ""
    sub: Words = ""
    tone: str = ""
    icon: str = "circle"
    indent: int = 0


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title, and how it behaves on a phone and in width."""

    title: Words
    extra: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A list page: columns, rows of cells, how many, the address of the next page."""

    caption: Words
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    next: str = ""
    first: str = ""

    @property
    def lines(self) -> list[list[tuple[Column, Cell]]]:
        """Rows as pairs, for the template."""
        return [list(zip(self.columns, row, strict=True)) for row in self.rows]


def page(
    request: HttpRequest, template: str, tab: str, facts: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """A page of the office below its tabs."""
    return render(request, template, {"tabs": office(request, tab), **facts}, status=status)


def list_page(
    request: HttpRequest,
    tab: str,
    *,
    title: Words,
    table: Table,
    form: forms.Form | None = None,
    new: tuple[str, Words] | None = None,
    note: Words = "",
    imports: str = "",
) -> HttpResponse:
    """A table with its filter form and, where there are any, the links to a new row and to the
    import of files of this kind."""
    facts = {"title": title, "table": table, "form": form, "new": new, "note": note,
             "imports": imports}  # fmt: skip
    return page(request, "office/list.html", tab, facts)


def form_page(
    request: HttpRequest,
    tab: str,
    *,
    title: Words,
    form: forms.Form,
    back: str,
    submit: Words = "",
    note: Words = "",
    **facts: Any,
) -> HttpResponse:
    """One form on a page of its own."""
    facts |= {"title": title, "form": form, "back": back, "submit": submit or _("Save")}
    status = 400 if form.is_bound and form.errors else 200
    return page(request, "office/form.html", tab, {**facts, "note": note}, status=status)


def act(
    request: HttpRequest,
    form: forms.Form,
    operation: Callable[[dict[str, Any]], Any],
    *,
    done: Words,
    to: Callable[[Any], str] | str,
) -> HttpResponse | None:
    """Call an operation with the form's values; None when the form is to be shown again."""
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        result = operation(form.cleaned_data)
    except Problem as problem:
        object_to(form, problem)
        return None
    messages.success(request, str(done))
    return redirect(to if isinstance(to, str) else to(result))


def take(
    request: HttpRequest,
    form: Any,
    save: Callable[[dict[str, Any]], Any],
    *,
    leads_to: Callable[[Any], str],
    page: Callable[[], HttpResponse],
    done: Words = "",
    status: int | None = 400,
) -> HttpResponse:
    """Call an operation with a valid form and lead on; else the page with what is wrong.

    What was typed stays in the form; a problem of a field stands at the field. Who may not, or asks
    for what is not there, is answered as everywhere: that is not a matter of what was typed.
    `status`: of the page with what is wrong; None for the problem's own.
    """
    own = 422
    if form.is_valid():
        try:
            found = save(form.cleaned_data)
        except (NotAllowed, NotFound):
            raise
        except Problem as problem:
            _show(form, problem)
            own = problem.status
        else:
            messages.success(request, str(done or _("It is recorded.")))
            return redirect(leads_to(found))
    answer = page()
    answer.status_code = status or own
    return answer


def _show(form: Any, problem: Problem) -> None:
    for name, reason in problem.fields.items():
        form.add_error(name if name in form.fields else None, reason)
    if not problem.fields:
        form.add_error(None, list(problem.reasons))


def pager(request: HttpRequest, following: str | None) -> dict[str, str]:
    """The links of ui/pager.html: they keep the filters."""
    query = {key: str(one) for key, one in request.GET.items() if key != "after" and one}
    return {
        "next": f"?{urlencode({**query, 'after': following})}" if following else "",
        "first": f"?{urlencode(query)}" if request.GET.get("after") else "",
    }


def object_to(form: forms.Form, problem: Problem) -> None:
    """Put a problem's reasons beside their fields, the others above the form."""
    left = list(problem.reasons)
    for name, reason in problem.fields.items():
        if name in form.fields:
            form.add_error(name, reason)
            left = [one for one in left if one != f"{name}: {reason}"]
    if left or not form.errors:
        form.add_error(None, left or [str(problem)])


def dates(*names: str) -> dict[str, forms.Widget]:
    """Calendar fields by name."""
    return {name: forms.DateInput({"type": "date"}, format="%Y-%m-%d") for name in names}


def codes_of(text: str) -> list[str]:
    """Codes written with commas or spaces between them."""
    return text.replace("，", " ").replace(",", " ").split()


def joined(words: Iterable[Words]) -> str:
    """Words as one text."""
    return ", ".join(str(word) for word in words)
