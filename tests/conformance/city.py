"""The town as machine clients and browsers meet it: cases at every stage, a key for everybody."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.test import Client

from cityloop.assets.models import Component
from cityloop.cases.models import Case
from cityloop.intake import operations as intake
from cityloop.intake.models import ReporterNotice
from cityloop.kernel import clock
from cityloop.people import operations as people
from cityloop.people.models import Holding, Post, Responsibility, Token
from cityloop.standards import operations as standards
from tests import town as towns

PHONE = "13800000000"
BACKEND = "django.contrib.auth.backends.ModelBackend"
ALL_ROWS = """
SELECT table_name FROM information_schema.tables
WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
  AND table_name NOT IN ('kernel_remembered_call', 'spatial_ref_sys')
ORDER BY table_name
"""


@dataclass
class City:
    """The town, its cases by stage, the raw keys by member."""

    town: towns.Town
    keys: dict[str, str]
    cases: dict[str, str] = field(default_factory=dict)
    report: str = ""
    photo: str = ""
    protection: int = 0

    def call(self, method: str, path: str, *, by: str = "", **more: Any) -> HttpResponse:
        """A machine client's request: by key, or anonymous."""
        headers = dict(more.pop("headers", {}))
        if by:
            headers["Authorization"] = f"Bearer {self.keys.get(by, by)}"
        client = Client(raise_request_exception=False)
        return client.generic(method, path, headers=headers, **more)

    def browser(self, by: str = "") -> Client:
        """A browser, signed in or not."""
        client = Client(raise_request_exception=False)
        if by:
            client.force_login(self.town.members[by], backend=BACKEND)
        return client

    # what rows of the tables of calls and pages refer to
    @property
    def post(self) -> int:
        """A post."""
        return int(Post.objects.get(code="WATER-water").pk)

    @property
    def holding(self) -> int:
        """A holding."""
        return int(Holding.objects.get(member=self.town.members["green"]).pk)

    @property
    def line(self) -> int:
        """A line of the matrix."""
        return int(Responsibility.objects.order_by("pk")[0].pk)

    @property
    def notice(self) -> int:
        """An answer that is owed."""
        return int(ReporterNotice.objects.get().pk)

    @property
    def component(self) -> str:
        """The code of a component."""
        return str(Component.objects.order_by("code")[0].code)

    @property
    def token(self) -> int:
        """A key of the worker."""
        return int(Token.objects.get(member=self.town.members["water_worker"]).pk)


def build(folder: Path) -> City:
    """The town three days ago, its cases of the last days."""
    town = towns.build(folder, now=clock.now() - timedelta(days=3))
    keys = {}
    for name, member in town.members.items():
        _row, keys[name] = people.issue_token(
            member=member, name="tests", actor=towns.SYSTEM, now=town.now
        )
    city = City(town, keys)
    past = town.now.date() - timedelta(days=90)
    event = standards.NewProtection("运动会", past, past)
    period = standards.add_protection(event, actor=towns.SYSTEM, now=town.now, why="试验")
    city.protection = period.pk
    for stage in (*towns.OPEN_STAGES, "checked", "closed"):
        city.cases[stage] = town.case(stage).number
        town.wait(minutes=5)
    receipt = town.report("hotline12319", reporter_name="张三", reporter_phone=PHONE)
    city.report, city.cases["hotline"] = receipt.number, receipt.case
    told = town.report("hotline12345", reporter_name="李四", reporter_phone=PHONE)
    case = town.step(told.case, "reject", "acceptor", reason_code="too_vague", reason="无法定位")
    intake.owe_all(number=case.number, version=case.version, topic="rejected", now=town.now)
    case = Case.objects.get(number=city.cases["closed"])
    city.photo = case.attachments.order_by("pk")[0].file.sha256
    return city


def fingerprint() -> dict[str, int]:
    """Rows of every table: what a write has done."""
    with connection.cursor() as cursor:
        cursor.execute(ALL_ROWS)
        names = [row[0] for row in cursor.fetchall()]
        counts = ", ".join(f'(SELECT count(*) FROM "{name}")' for name in names)
        cursor.execute(f"SELECT {counts}")
        return dict(zip(names, cursor.fetchone(), strict=True))
