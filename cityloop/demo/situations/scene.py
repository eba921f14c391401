"""What a situation is told with: people of the demo city, cases carried to a status, a clock."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Max
from django.utils import timezone

from cityloop.cases import operations as cases
from cityloop.cases import queries
from cityloop.cases.change import Paper
from cityloop.cases.flow import from_public
from cityloop.cases.models import Case, Flow, Task
from cityloop.demo import habits, reports
from cityloop.demo.camera import take
from cityloop.demo.habits import Habit
from cityloop.demo.operations import ACTOR, FOUNDED
from cityloop.demo.papers import paper
from cityloop.demo.situations.made import Shown
from cityloop.demo.town import Matter, Spot, Town
from cityloop.intake import operations as intake
from cityloop.intake import reference
from cityloop.kernel import files
from cityloop.kernel.actor import Actor
from cityloop.kernel.models import StoredFile
from cityloop.people import queries as people
from cityloop.people.models import Member

PAUSE = timedelta(minutes=4)  # from one step to the next
TRIES = 100  # places tried until none of them has a like report already
PHONE = "0571-00005678"
# What happens next on the straight road, by whom.
ROAD: Mapping[str, tuple[str, str]] = {
    "reported": ("accept", "acceptor"), "accepted": ("file", "shift_leader"),
    "filed": ("dispatch", "dispatcher"), "dispatched": ("receive", "unit_desk"),
    "handling": ("finish", "unit_desk"), "handled": ("send_check", "acceptor"),
    "checking": ("check_passed", "inspector"), "checked": ("close", "shift_leader"),
}  # fmt: skip
# The photo that a step usually brings: taken there and then, unless the step says otherwise.
PHOTOS = {
    "finish": "after", "hand_in": "after", "assist_done": "after", "fixed_meanwhile": "after",
    "verified": "verify", "check_passed": "check", "check_failed": "recheck",
    "recheck_confirmed": "check", "recheck_false": "recheck",
}  # fmt: skip


@dataclass(slots=True)
class Scene:
    """The stage of one module: its own dice, its own time that never passes the present."""

    name: str
    present: datetime
    now: datetime = field(init=False)
    town: Town = field(init=False)
    shown: list[Shown] = field(default_factory=list)
    _matters: dict[int, tuple[Matter, Spot]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.town = Town(1, timezone.localdate(self.present))
        self.town.chance = random.Random(f"situation/{self.name}")
        self.begin(hours=6)

    # ---------------------------------------------------------------- time

    def begin(self, **ago: float) -> datetime:
        """The story begins so long before the present: days=, hours=. Whole days: at nine."""
        self.now = max(self.present - timedelta(**ago), FOUNDED + timedelta(days=1))
        if set(ago) == {"days"}:
            local = timezone.localtime(self.now)
            self.now = timezone.make_aware(datetime.combine(local.date(), time(9)))
        return self.now

    def wait(self, **span: float) -> datetime:
        """Time passes: minutes=, hours=, days=; not beyond the present."""
        self.now = min(self.now + timedelta(**span), self.present)
        return self.now

    def sweep(self, case: Case) -> Case:
        """The clocks that have run out by now fire; the case afterwards."""
        while cases.fire_due_timers(now=self.now, limit=500):
            continue
        return self.again(case)

    def day(self, **span: float) -> str:
        """A day from the moment of the story, as forms take it."""
        return timezone.localdate(self.now + timedelta(**span)).isoformat()

    # ---------------------------------------------------------------- who

    def actor(self, post: str, *, case: Case | None = None, unit: int | None = None) -> Actor:
        """Who holds the post (a role, or a username), for this case or unit; always the same one.

        Raises LookupError when nobody does.
        """
        held = self.town.posts.get(post)
        if held is None:
            member = Member.objects.filter(username=post).first()
            if member is None:
                raise LookupError(f"neither a post nor a username: {post}")
            return self.town.actor(member.pk, self.now)
        if case is not None and (known := self._own(case, post)):
            return self.town.actor(known, self.now)
        wanted = unit
        if case is not None and unit is None:
            wanted = {"unit_desk": case.lead_id, "dispatcher": case.holder_id}.get(post)
        here = [one for one in held if wanted is None or one.organisation_id == wanted]
        city = [one for one in here if one.region[4:] in ("", "00")]
        near = [one for one in here if case and case.area_code.startswith(one.region)]
        for holders in (city, near, here):
            if holders:
                return self.town.actor(holders[0].member_id, self.now)
        raise LookupError(f"nobody holds {post} for {wanted}")

    def _own(self, case: Case, post: str) -> int | None:
        """Who has the case in person: the inspector with the task, the worker named."""
        if post == "worker":
            known = case.worker_id or getattr(self.town.worker(case.lead_id or 0), "pk", None)
            return int(known) if known else None
        if post != "inspector":
            return None
        held = Task.objects.filter(case=case, closed_at=None, member__isnull=False)
        return held.values_list("member_id", flat=True).first() or self.town.walker(case.grid_code)

    # ---------------------------------------------------------------- cases

    def case(
        self,
        status: str = "handling",
        *,
        class_code: str = "",
        district: str = "",
        channel: str = "inspector",
        text: str = "",
        border: bool = False,
        **given: Any,
    ) -> Case:
        """A case of this class (E0110), in this district, carried on to this status.

        `border`: where two streets meet. `given`: more of intake.Incoming. Reported where nothing
        like it was reported before.
        """
        wanted = f"/{class_code or 'E0110'}"
        matter = next(one for code, one in self.town.matters.items() if code.endswith(wanted))
        case = self._reported(matter, district, channel, text, given, border=border)
        if case.verified == "wanted" and status != "reported":
            case = self.seen(case)
        return self.carry(case, status)

    def seen(self, case: Case) -> Case:
        """The inspector of the place goes there and finds what was reported."""
        case = self.step(case, "send_verify", "acceptor", **self._walker(case))
        return self.step(case, "verified", "inspector", opinion="现场情况属实。")

    def _reported(
        self, matter: Matter, district: str, channel: str, text: str, given: Mapping[str, Any],
        *, border: bool,
    ) -> Case:  # fmt: skip
        for _attempt in range(TRIES):
            spot = self.place(district)
            if border and not self.town.on_border(spot, timezone.localdate(self.now)):
                continue
            if queries.nearby(ACTOR, lon=spot.lon, lat=spot.lat, metres=150, limit=1):
                continue
            receipt = self._hand_in(matter, spot, channel, text, given)
            case = Case.objects.defer("search").get(number=receipt.case)
            self._matters[case.pk] = matter, spot
            return case
        raise LookupError("something was reported at every place tried")

    def place(self, district: str = "") -> Spot:
        """Somewhere in the district, street or community of this code; anywhere without one."""
        here = [[spot for spot in street if spot.grid.startswith(district)]
                for street in self.town.streets]  # fmt: skip
        return self.town.chance.choice(self.town.chance.choice([one for one in here if one]))

    def _hand_in(
        self, matter: Matter, spot: Spot, channel: str, text: str, given: Mapping[str, Any]
    ) -> intake.Receipt:
        public = channel != "inspector"
        values: dict[str, Any] = {
            "channel": channel, "x": spot.lon, "y": spot.lat, "address": spot.address,
            "class_code": matter.code, "text": text or f"{spot.address}附近，{matter.found}。",
            "photos": [] if public else [intake.PhotoIn(sha256=self.photo(matter, spot).sha256)],
        }  # fmt: skip
        if public:
            values |= {"reporter_name": "陈女士", "reporter_phone": PHONE}
        member = None if public else self.town.walker(spot.grid)
        actor = self.town.actor(member, self.now) if member else self.actor("acceptor")
        return intake.receive(intake.Incoming(**{**values, **given}), actor=actor, now=self.now)

    def carry(self, case: Case, status: str) -> Case:
        """Along the straight road to this status."""
        while str(case.status) != status:
            action, post = ROAD[str(case.status)]
            if action == "close" and from_public(case) and case.reviewed_at is None:
                action = "review_case"
            case = self.step(case, action, post, **self.usual(case, action))
        return case

    def step(
        self,
        case: Case,
        action: str,
        post: str,
        *,
        photos: Sequence[Paper] | None = None,
        **inputs: Any,
    ) -> Case:
        """One step some minutes later by who holds the post; with its usual photo, or these."""
        self.wait(minutes=PAUSE.seconds / 60)
        return cases.perform(
            case.number, action, actor=self.actor(post, case=case), now=self.now, inputs=inputs,
            papers=self._taken(case, action) if photos is None else photos,
        )  # fmt: skip

    def usual(self, case: Case, action: str) -> dict[str, Any]:
        """What this step needs on the straight road."""
        if action == "dispatch":
            unit = case.proposal.get("unit")
            again = {"reason": "按责任清单派遣。"} if case.dispatches else {}
            return {"unit": self.town.units[unit] if unit else self.unit(case), **again}
        matter, _spot = self._matters[case.pk]
        return habits.inputs(self.town, case, Habit(1, action, ""), matter, self.now)

    def again(self, case: Case) -> Case:
        """The case as it stands."""
        return Case.objects.defer("search").get(pk=case.pk)

    def unit(self, case: Case, *but: int) -> Any:
        """Another unit of the case's district that handles, none of these."""
        desks = [one for one in self.town.posts["unit_desk"] if one.organisation_id not in but]
        near = [one for one in desks if one.region == case.area_code[:6]]
        found = next(one for one in near or desks if one.organisation_id != case.lead_id)
        return self.town.units[found.organisation_id]

    def _walker(self, case: Case) -> dict[str, Any]:
        return {"inspector": self.town.member(self.town.walker(case.grid_code))}

    # ---------------------------------------------------------------- photos and papers

    def photo(
        self, matter: Matter, spot: Spot, stage: str = "report", at: datetime | None = None
    ) -> StoredFile:
        """A photo of the place, taken now or at that moment."""
        shot = reports.shot(self.town, stage, matter, spot, at or self.now)
        return take([shot])[0][1]

    def taken(self, case: Case, stage: str, *, at: datetime | None = None) -> Paper:
        """A photo of the case's place as part of a step."""
        file = self.photo(*self._matters[case.pk], stage, at)
        return Paper(file=file, stage="check" if stage == "recheck" else stage, filename="p.jpg")

    def _taken(self, case: Case, action: str) -> list[Paper]:
        stage = PHOTOS.get(action)
        unneeded = action == "finish" and case.status == "handed_in"
        return [self.taken(case, stage)] if stage and not unneeded else []

    def document(self, words: str) -> StoredFile:
        """A written paper."""
        day = f"{timezone.localdate(self.now):%Y-%m-%d}"
        return files.store(chunks=[paper(words, day)], filename="paper.pdf", now=self.now)

    # ---------------------------------------------------------------- the city's variant

    @contextmanager
    def flow(self, code: str = "situation", /, **parameters: Any) -> Iterator[None]:
        """Cases opened inside start with this variant and keep it; then the city's own holds."""
        before = queries.current_flow()
        self._publish(code, {**before.parameters, **parameters})
        try:
            yield
        finally:
            self._publish(before.code.rpartition("-")[0] or before.code, before.parameters)

    def _publish(self, code: str, parameters: Mapping[str, Any]) -> None:
        last = Flow.objects.aggregate(last=Max("published_at"))["last"]
        now = max(self.present, last + timedelta(microseconds=1))  # the last one holds
        cases.publish_flow(code=code, parameters=parameters, actor=ACTOR, now=now)
        people.forget_actors()
        reference.forget()

    # ---------------------------------------------------------------- what is shown

    def show(
        self, what: Case | str, zh: str, en: str, post: str, *, unit: int | None = None,
        to: Actor | None = None,
    ) -> str:  # fmt: skip
        """A line of the table: a case or an address, and who signs in to go on with it (`to`, else
        somebody in the post); its number."""
        case = what if isinstance(what, Case) else None
        actor = to or self.actor(post, case=case if unit is None else None, unit=unit)
        member = self.town.member(actor.member_id or 0)
        address = f"/cases/{case.number}/" if case else str(what)
        self.shown.append(Shown(zh, en, address, member.username, actor.post))
        return case.number if case else ""
