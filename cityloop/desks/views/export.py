"""Lists of cases as files: CSV that streams, workbooks in constant memory. Each is noted."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from io import StringIO
from itertools import islice
from typing import Any

import xlsxwriter
from django.db.models import F
from django.http import FileResponse, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cityloop.cases.models import Case
from cityloop.desks import operations, queries
from cityloop.desks.bench import ORDERS
from cityloop.desks.columns import BY_KEY, Column
from cityloop.desks.views.case_list import (
    FilterForm,
    asked_of,
    columns_for,
    filters_of,
    rows_of,
    search_of,
    usual_order,
)
from cityloop.kernel import clock
from cityloop.kernel.errors import Invalid, NotFound
from cityloop.kernel.page import actor_of

FORMS = ("csv", "xlsx")
AT_ONCE = 1000  # rows that are in memory
MOST_IN_A_WORKBOOK = 50_000  # more of them take longer than a request may
# A spreadsheet takes what begins so for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@require_safe
def taken_away(request: HttpRequest, form: str) -> HttpResponseBase:
    """The list behind the same filters as a file; raises NotAllowed without cases.export, NotFound
    for a form that is none, Invalid for more rows than a workbook takes."""
    actor, now = actor_of(request), clock.now()
    actor.require("cases.export")
    if form not in FORMS:
        raise NotFound(_("there is nothing at this address"))
    asked = FilterForm(asked_of(request), actor=actor, now=now)
    asked.is_valid()
    box = asked.cleaned_data.get("box") or ""
    said, also = search_of(asked, actor=actor, now=now), asked.cleaned_data.get("also") or ""
    rows = queries.listed(actor, filters_of(asked, said), box=box, also=also, now=now)
    count = rows.count()
    if form == "xlsx" and count > MOST_IN_A_WORKBOOK:
        raise Invalid(
            _("%(n)s rows are more than a workbook takes at once: take CSV, or narrow the list")
            % {"n": count}
        )
    order = ORDERS[asked.cleaned_data.get("order") or usual_order(asked)]
    found = rows.order_by(*(_expression(name) for name in order)).iterator(AT_ONCE)
    operations.note_taken(
        form=form, query=request.GET.urlencode(), rows=count, actor=actor, now=now
    )
    return answered(form, found, with_words(columns_for(actor)), now=now)


def answered(
    form: str, found: Iterable[Case], columns: Sequence[Column], *, now: datetime
) -> HttpResponseBase:
    """The file under a name with its day and time."""
    name = f"cases-{timezone.localtime(now):%Y%m%d-%H%M}.{form}"
    if form == "xlsx":
        return FileResponse(workbook(found, columns, now=now), as_attachment=True, filename=name)
    language = translation.get_language() or "en"
    answer = StreamingHttpResponse(
        csv_pieces(found, columns, now=now, language=language),
        content_type="text/csv; charset=utf-8",
    )
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _expression(name: str) -> Any:
    field = F(name.lstrip("-"))
    return field.desc(nulls_last=True) if name.startswith("-") else field.asc(nulls_last=True)


def with_words(columns: Sequence[Column]) -> list[Column]:
    """The columns of the page; what stands in the cell of the class there has its own."""
    keys = [column.key for column in columns]
    if "description" not in keys:
        keys.insert(keys.index("class") + 1 if "class" in keys else len(keys), "description")
    return [BY_KEY[key] for key in keys]


def lines(
    found: Iterable[Case], columns: Sequence[Column], *, now: datetime
) -> Iterator[list[list[str]]]:
    """The values of the rows, a batch at a time."""
    rows = iter(found)
    while some := list(islice(rows, AT_ONCE)):
        yield [[column.text(row) for column in columns] for row in rows_of(some, now=now)]


def heads(columns: Sequence[Column]) -> list[str]:
    """The headings in full."""
    return [str(column.note or column.title) for column in columns]


def safe(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def csv_pieces(
    found: Iterable[Case], columns: Sequence[Column], *, now: datetime, language: str
) -> Iterator[bytes]:
    """The file, piece by piece: the rest is read while the first is on its way."""
    with translation.override(language):
        first = _written([heads(columns)])
    yield b"\xef\xbb\xbf" + first
    batches = lines(found, columns, now=now)
    while True:
        with translation.override(language):
            some = next(batches, None)
        if some is None:
            return
        yield _written(some)


def _written(rows: Iterable[Sequence[str]]) -> bytes:
    out = StringIO()
    csv.writer(out).writerows([safe(text) for text in row] for row in rows)
    return out.getvalue().encode()


def workbook(found: Iterable[Case], columns: Sequence[Column], *, now: datetime) -> Any:
    """The same as an Excel workbook, in a file that goes when it is closed."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the answer closes it)
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(columns) - 1, 18)
        bold = book.add_format({"bold": True})
        for at, head in enumerate(heads(columns)):
            sheet.write_string(0, at, head, bold)
        line = 0
        for some in lines(found, columns, now=now):
            for row in some:
                line += 1
                for at, text in enumerate(row):
                    sheet.write_string(line, at, text)
    file.seek(0)
    return file
