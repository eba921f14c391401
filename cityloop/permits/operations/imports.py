"""Permits from a table: good rows come in, every other is named with why."""

from __future__ import annotations

import time
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cityloop.geo.coordinates import known, to_wgs84
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, Problem
from cityloop.kernel.reports import ImportReport, Progress, Rejection, counted
from cityloop.kernel.tables import BadTable, Row, read_table
from cityloop.people.models import Organisation
from cityloop.permits.models import Permit, PermitKind
from cityloop.permits.operations.record import MANAGE, bad
from cityloop.permits.operations.register import change_permit, record_permit

NEEDED = ("number", "kind", "issuer", "holder", "valid_from", "valid_until")
CHINESE = {
    # as the offices that issue permits head their tables
    "许可编号": "number", "许可类别": "kind", "发证单位": "issuer", "监管单位": "supervisor",
    "持证人": "holder", "联系电话": "phone", "经度": "x", "纬度": "y", "半径": "radius_m",
    "范围": "area", "地址": "address", "有效期起": "valid_from", "有效期止": "valid_until",
    "许可条件": "conditions", "文书": "document",
}  # fmt: skip
PLAIN = ("holder", "phone", "address", "conditions", "document")


def import_permits(
    path: Path,
    *,
    actor: Actor,
    now: datetime,
    system: str = "wgs84",
    update: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Permits from CSV or a workbook into the register; each row comes in whole or not at all.

    Columns: number, kind and issuer (code or name), holder, valid_from, valid_until, and x with y
    in the coordinate `system` (radius_m where it is not 20) or area (WKT, WGS 84); where known
    phone, supervisor, address, conditions, document. Chinese headers are understood. A number that
    its issuer has with the same values is `joined`; with others it is rejected, or with `update`
    takes the file's. Raises BadTable, UnknownSystem, NotAllowed.
    """
    actor.require(MANAGE)
    started, report = time.monotonic(), ImportReport()
    facts = _Known(known(system))
    seen: dict[tuple[int, str], int] = {}
    for number, row in counted(_rows(path), progress):
        try:
            with transaction.atomic():
                given = facts.read(row)
                cell = (given["issuer_id"], given["number"])
                if cell in seen:
                    raise bad("number", _("it occurs in line %(line)s too") % {"line": seen[cell]})
                seen[cell] = number
                _take(given, row, report, actor=actor, now=now, update=update)
        except Problem as problem:
            report.rejected.append(Rejection(number, row["number"][:60], str(problem)))
    report.seconds = time.monotonic() - started
    return report


def _rows(path: Path) -> list[tuple[int, Row]]:
    rows = read_table(Path(path), ())
    named = [(n, {CHINESE.get(key, key): cell for key, cell in row.items()}) for n, row in rows]
    if named and (missing := [name for name in NEEDED if name not in named[0][1]]):
        raise BadTable(_("columns are missing: %(names)s") % {"names": ", ".join(missing)})
    return named


class _Known:
    """What rows refer to: kinds and organisations by code and by name."""

    def __init__(self, system: str) -> None:
        self.system = system
        self.kinds = {
            name: one.code for one in PermitKind.objects.all() for name in (one.code, one.name_zh)
        }
        self.units: dict[str, int] = {}
        rows = Organisation.objects.filter(active=True).order_by("-pk")
        for pk, code, name in rows.values_list("pk", "code", "name_zh"):
            self.units[name] = pk
            self.units[code] = pk

    def read(self, row: Row) -> dict[str, Any]:
        """The row as an operation takes it; raises Invalid."""
        if row["kind"] not in self.kinds:
            why = _("there is no kind of permits %(code)s") % {"code": row["kind"][:20] or "-"}
            raise bad("kind", why)
        supervisor = row.get("supervisor", "")
        return {
            "number": row["number"], "kind": self.kinds[row["kind"]],
            "issuer_id": self._unit(row["issuer"], "issuer"),
            "supervisor_id": self._unit(supervisor, "supervisor") if supervisor else None,
            "valid_from": _day(row["valid_from"], "valid_from"),
            "valid_until": _day(row["valid_until"], "valid_until"),
            **{name: row.get(name, "") for name in PLAIN}, **self._place(row),
        }  # fmt: skip

    def _unit(self, given: str, name: str) -> int:
        if given not in self.units:
            raise bad(name, _("unknown organisation %(name)s") % {"name": given[:40] or "-"})
        return self.units[given]

    def _place(self, row: Row) -> dict[str, Any]:
        if row.get("area"):
            return {"area": row["area"]}
        if not (row.get("x") and row.get("y")):
            raise bad("x", _("give a point, or an area"))
        lon, lat = to_wgs84(_number(row["x"], "x"), _number(row["y"], "y"), self.system)
        radius = row.get("radius_m", "")
        # 9 digits are a tenth of a millimetre: a file that comes twice names the same place.
        place: dict[str, Any] = {"lon": round(lon, 9), "lat": round(lat, 9)}
        return place | ({"radius_m": int(_number(radius, "radius_m"))} if radius else {})


def _take(
    given: dict[str, Any], row: Row, report: ImportReport, *, actor: Actor, now: datetime,
    update: bool,
) -> None:  # fmt: skip
    old = Permit.objects.filter(issuer=given["issuer_id"], number=given["number"].strip()).first()
    if old is None:
        record_permit(actor=actor, now=now, action="imported", **given)
        report.imported += 1
        return
    del given["issuer_id"]
    # What the file has no column for stays as it is.
    said = {name: value for name, value in given.items()
            if name in row or name in ("lon", "lat") or (name == "supervisor_id"
            and "supervisor" in row)}  # fmt: skip
    with transaction.atomic():
        before = old.changes.count()
        change_permit(
            permit_id=old.pk, reason=_("imported"), actor=actor, now=now, action="imported", **said
        )
        if not update and old.changes.count() != before:
            raise Invalid(_("the register has this number with other facts"))
    report.joined += 1


def _day(text: str, name: str) -> date:
    try:
        return date.fromisoformat(text.replace("/", "-").replace(".", "-"))
    except ValueError as error:
        raise bad(
            name, _("%(text)s is no day (YYYY-MM-DD)") % {"text": text[:20] or "-"}
        ) from error


def _number(text: str, name: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = float("nan")
    if not abs(found) < 1e9:
        raise bad(name, _("%(text)s is no number") % {"text": text[:20]})
    return found
