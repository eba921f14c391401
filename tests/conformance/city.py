"""The town as machine clients and browsers meet it: cases at every stage, a key for everybody."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.test import Client

from cityloop.assets.models import Component
from cityloop.coordination.models import (
    Dispute,
    JointMeeting,
    JointOperation,
    KeyMatter,
    MeetingTask,
    Milestone,
    SiteMeeting,
)
from cityloop.discipline.models import Card, FraudFinding, Sample
from cityloop.duty.models import Absence, Handover, Shift, Turn
from cityloop.hotline.models import Call as HotlineCall
from cityloop.intake.models import ReporterNotice
from cityloop.kernel import clock
from cityloop.kernel.models import Upload
from cityloop.notify.models import Message
from cityloop.oversight.models import NamedList, Sending
from cityloop.people.models import Holding, Post, Responsibility, Territory, Token
from cityloop.permits.models import Permit
from cityloop.petitions.models import Letter, Suggestion
from cityloop.setup import operations as setup
from cityloop.works.models import BudgetLine, Claim, Designation, PriceItem
from tests import town as towns

PHONE = "13800000000"
DRAFT = "330100-2099"  # an edition that nobody has published
BACKEND = "django.contrib.auth.backends.ModelBackend"
ALL_ROWS = """
SELECT table_name FROM information_schema.tables
WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
  AND table_name NOT IN ('kernel_remembered_call', 'spatial_ref_sys')
ORDER BY table_name
"""
TOUCHED = """
SELECT relname FROM pg_stat_xact_user_tables
WHERE n_tup_ins + n_tup_del > 0 AND relname NOT IN ('kernel_remembered_call', 'spatial_ref_sys')
"""


@dataclass
class City:
    """The town, its cases by stage, the raw keys by member."""

    town: towns.Town
    keys: dict[str, str]
    cases: dict[str, str] = field(default_factory=dict)
    report: str = ""
    photo: str = ""
    paper: int = 0  # the attachment whose content `photo` is
    orders: dict[str, str] = field(default_factory=dict)
    protection: int = 0
    standing_by: dict[str, int] = field(default_factory=dict)
    service_area: int = 0
    map_source: int = 0
    ready_text: int = 0
    map_change: int = 0
    example: int = 0
    dirty: str = ""
    reply_check: int = 0
    told_in: int = 0
    invitation: str = ""
    view: int = 0
    petitions: list[str] = field(default_factory=list)
    feedback: dict[str, int] = field(default_factory=dict)
    suggestion: Suggestion = field(default_factory=Suggestion)

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
    def permit(self) -> int:
        """A permit of GREEN."""
        return int(Permit.objects.order_by("pk")[0].pk)

    @property
    def letter(self) -> int:
        """The answer to the first petition."""
        return int(Letter.objects.order_by("pk")[0].pk)

    @property
    def line(self) -> int:
        """A line of the matrix."""
        return int(Responsibility.objects.order_by("pk")[0].pk)

    @property
    def territory(self) -> int:
        """An area of a company's own."""
        return int(Territory.objects.get().pk)

    @property
    def notice(self) -> int:
        """An answer that is owed."""
        return int(ReporterNotice.objects.order_by("pk")[0].pk)

    @property
    def call_row(self) -> int:
        """A call."""
        return int(HotlineCall.objects.get(outer_id="C-1").pk)

    @property
    def message(self) -> int:
        """A message to the inspector."""
        to = self.town.members["inspector"].pk
        return int(Message.objects.filter(member_id=to).order_by("pk")[0].pk)

    @property
    def planned(self) -> int:
        """A joint meeting that was called."""
        return int(JointMeeting.objects.get(title="月度联席会议").pk)

    @property
    def held(self) -> int:
        """A joint meeting that was held, with a task for ROADS."""
        return int(JointMeeting.objects.get(title="上月联席会议").pk)

    @property
    def meeting_task(self) -> int:
        """The task."""
        return int(MeetingTask.objects.get(meeting=self.held).pk)

    @property
    def matter(self) -> int:
        """A key matter of ROADS with a milestone."""
        return int(KeyMatter.objects.get(title="积水整治").pk)

    @property
    def finished(self) -> int:
        """One of which nothing is left to do."""
        return int(KeyMatter.objects.get(title="渣土整治").pk)

    @property
    def operation(self) -> int:
        """A joint operation of ROADS and GREEN that is under way, with a result."""
        return int(JointOperation.objects.get(title="夜市整治").pk)

    @property
    def unbegun(self) -> int:
        """One that has not begun."""
        return int(JointOperation.objects.get(title="渣土夜查").pk)

    @property
    def milestone(self) -> int:
        """Its milestone."""
        return int(Milestone.objects.get(matter=self.matter).pk)

    @property
    def finding(self) -> int:
        """A fraud finding about WATER that is not decided."""
        return int(FraudFinding.objects.get(kind="moved").pk)

    @property
    def card(self) -> int:
        """A yellow card that WATER owes an answer to."""
        return int(Card.objects.filter(colour="yellow").order_by("pk")[0].pk)

    @property
    def card_proposed(self) -> int:
        """One that is proposed."""
        return int(Card.objects.filter(state="proposed").order_by("pk")[0].pk)

    @property
    def sample(self) -> int:
        """A drawn decision of the acceptor that nobody has judged."""
        return int(Sample.objects.filter(kind="accept").order_by("pk")[0].pk)

    @property
    def sample_judged(self) -> int:
        """One that was found wrong."""
        return int(Sample.objects.get(ruling="wrong").pk)

    @property
    def dispute(self) -> int:
        """An open dispute."""
        return int(Dispute.objects.order_by("pk")[0].pk)

    @property
    def dispute_paper(self) -> str:
        """A paper of its site meeting."""
        return str(SiteMeeting.objects.order_by("pk")[0].file.sha256)

    @property
    def component(self) -> str:
        """The code of a component."""
        return str(Component.objects.order_by("code")[0].code)

    @property
    def claim(self) -> int:
        """A claim on somebody in words, without a notice."""
        return int(Claim.objects.get(party="翠苑物业公司").pk)

    @property
    def designation(self) -> int:
        """A designated unit."""
        return int(Designation.objects.get(organisation__code="GREEN").pk)

    @property
    def price(self) -> int:
        """A price of the designated unit."""
        return int(PriceItem.objects.get(code="T01").pk)

    @property
    def budget(self) -> int:
        """A budget line."""
        return int(BudgetLine.objects.get(code="DZZ").pk)

    @property
    def notice_paper(self) -> str:
        """A notice that was served."""
        return str(Claim.objects.get(party="已通知者").notice_file.sha256)

    @property
    def named_list(self) -> int:
        """A list of the supervisor's with a case, sent to WATER."""
        return int(NamedList.objects.get(title="卫生死角").pk)

    @property
    def other_list(self) -> int:
        """A list that nobody has received yet."""
        return int(NamedList.objects.get(title="夜间占道").pk)

    @property
    def sending(self) -> int:
        """What WATER received."""
        return int(Sending.objects.get(named_list=self.named_list).pk)

    @property
    def shift(self) -> int:
        """A shift of WATER, with a worker on duty."""
        return int(Shift.objects.get(organisation__code="WATER").pk)

    @property
    def turn(self) -> int:
        """The worker's turn."""
        return int(Turn.objects.get(shift=self.shift, rank=1).pk)

    @property
    def absence(self) -> int:
        """An absence in WATER."""
        return int(Absence.objects.order_by("pk")[0].pk)

    @property
    def handover(self) -> int:
        """A shift that waits to be accepted."""
        return int(Handover.objects.get(left_by__username="shift_leader").pk)

    @property
    def secondment(self) -> int:
        """A secondment to WATER."""
        return int(Holding.objects.get(member__username="guest").pk)

    @property
    def edition_file(self) -> int:
        """A file of an edition that the administrator looks at."""
        return int(Upload.objects.get(kind="edition").pk)

    @property
    def table_file(self) -> int:
        """A table of organisations that the administrator looks at."""
        return int(Upload.objects.get(kind="organisations").pk)

    @property
    def table_stamp(self) -> str:
        """The mark of what it does."""
        upload = Upload.objects.get(kind="organisations")
        actor = self.town.actor("administrator")
        return setup.look_at(upload, actor=actor, now=clock.now()).stamp

    @property
    def token(self) -> int:
        """A key of the worker."""
        return int(Token.objects.get(member=self.town.members["water_worker"]).pk)


def fingerprint(base: dict[str, int] = {}) -> dict[str, int]:  # noqa: B006 (the module's memory)
    """Rows of every table: what a write has done.

    Counted as a whole once, outside of any test; then only the tables in which the test's own
    transaction made or removed rows: no other can have another number.
    """
    if not connection.in_atomic_block:
        base.clear()
        base.update(_counted(ALL_ROWS))
    return {**base, **_counted(TOUCHED)}


def _counted(which: str) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(which)
        names = [row[0] for row in cursor.fetchall()]
        counts = ", ".join(f'(SELECT count(*) FROM "{name}")' for name in names)
        cursor.execute(f"SELECT {counts}" if names else "SELECT")
        return dict(zip(names, cursor.fetchone() or (), strict=True))
