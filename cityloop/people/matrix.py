"""Who is responsible: the dated lines of the matrix, matched in memory by pure functions.

Events go by territory first and owner second (以块为主), components by owner first and territory
second (以条为主), unless the city sets it otherwise. Before either, a line that names the class
beats one for its whole major, and that one a line for any class: fallback lines give way to lines
that were written for the case.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cityloop.people.editions import EARLIER, Editions
from cityloop.people.lines import COMPONENT, EVENT, Line, PersonLine, Proposal, Question
from cityloop.people.models import ANY
from cityloop.people.reasons import Name, Reason

TERRITORY, OWNER = "territory", "owner"
OWNER_UNKNOWN: Reason = {"code": "owner_unknown"}
Orders = Mapping[str, tuple[str, str]]  # kind -> what is compared after the class, first to last
COMMON: Orders = {EVENT: (TERRITORY, OWNER), COMPONENT: (OWNER, TERRITORY)}


@dataclass(frozen=True, slots=True)
class Matrix:
    """All lines of one day. `paths`: id of an active organisation -> ids from the root to it.

    `editions`: for which classes a line holds that names an edition.
    `grounds`: region code -> its street; `areas`: unit grid -> a body that stands for
    the territory there, and the name of its area. `orders`: what goes first, as the city set it.
    """

    lines: Mapping[tuple[str, str, str], Sequence[Line]]
    persons: Sequence[PersonLine]
    paths: Mapping[int, tuple[int, ...]]
    names: Mapping[int, Name] = field(default_factory=dict)
    editions: Editions = field(default_factory=Editions)
    grounds: Mapping[str, int] = field(default_factory=dict)
    areas: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    orders: Orders = field(default_factory=lambda: COMMON)

    def find(self, question: Question) -> Proposal | None:
        """The responsible unit, or None when no line speaks of this class at this place.

        In a company's own area the company stands for the territory. A component whose owner is
        not known is the territory's (属地管理).
        """
        fitting = [line for line in self._of_class(question) if _at_place(line, question)]
        ranked = sorted(
            ((self._rank(line, question), line) for line in fitting if self._owned(line, question)),
            key=lambda pair: (pair[0], -pair[1].id),
            reverse=True,
        )
        working = [(rank, line) for rank, line in ranked if line.lead_id in self.paths]
        if not working:
            return self._by_default(fitting, question)
        proposal = self._proposal(working, ranked, fitting, question)
        if working[0][1].owner_id is not None:
            return proposal
        return self._on_the_ground(proposal, question)

    def across(self, questions: Sequence[Question]) -> Proposal | None:
        """A thing on a border: the lowest common parent of the units leads, the units assist.

        Where all places have the same unit, that unit leads. None when no place has one.
        """
        found = [one for one in map(self.find, questions) if one is not None]
        leads = tuple(dict.fromkeys(one.lead_id for one in found))
        if len(leads) < 2:
            return found[0] if found else None
        return _joint(found, leads, self._common_parent(leads), self._name)

    def _of_class(self, asked: Question) -> Iterable[Line]:
        for major, minor in ((asked.major, asked.minor), (asked.major, ANY), (ANY, ANY)):
            for line in self.lines.get((asked.kind, major, minor), ()):
                if self.editions.speaks(line.edition, asked):
                    yield line

    def _owned(self, line: Line, asked: Question) -> bool:
        if line.owner_id is None:
            return True
        return line.owner_id in self._chain(asked.owner_id)

    def _chain(self, organisation_id: int | None) -> tuple[int, ...]:
        if organisation_id is None:
            return ()
        return self.paths.get(organisation_id, (organisation_id,))

    def _rank(self, line: Line, asked: Question) -> tuple[int, ...]:
        chain = self._chain(asked.owner_id)
        by = {
            TERRITORY: 0 if line.region == ANY else len(line.region),
            OWNER: 0 if line.owner_id is None else 1 + chain.index(line.owner_id),
        }
        first, second = self.orders[asked.kind]
        nearness = self.editions.nearness(line.edition, asked)
        return (_class_rank(line), by[first], by[second], *nearness)

    def _proposal(
        self,
        working: Sequence[tuple[tuple[int, ...], Line]],
        ranked: Sequence[tuple[tuple[int, ...], Line]],
        fitting: Sequence[Line],
        asked: Question,
    ) -> Proposal:
        rank, winner = working[0]
        doubts, others = self._doubts(winner, fitting, asked)
        reasons = [self._why_won(winner, asked)]
        reasons += [
            self._not(line, self._why_lost(line, other, rank, asked.kind))
            for other, line in ranked
            if line.id != winner.id
        ]
        return Proposal(
            lead_id=winner.lead_id,
            lead_role=winner.lead_role,
            assists=tuple(
                {"organisation": unit, "role": duty}
                for unit, duty in winner.assists
                if unit in self.paths
            ),
            row_ids=(winner.id, *(line.id for _rank, line in ranked if line.id != winner.id)),
            order=self.orders[asked.kind],
            explanation=(*reasons, *doubts),
            unambiguous=not doubts,
            person_id=self._person(winner, asked),
            alternatives=others,
            precise=_is_precise(winner),
            exactness=_class_rank(winner),
        )

    def _why_lost(self, line: Line, rank: tuple[int, ...], best: tuple[int, ...], kind: str) -> str:
        if line.lead_id not in self.paths:
            return "gone"
        if rank[0] < best[0]:
            return "less_class"
        if rank[:3] == best[:3]:
            return "earlier_edition" if rank[3] == EARLIER else "edition"
        if self.orders[kind][0 if rank[1] < best[1] else 1] == TERRITORY:
            return "less_area"
        return "less_owner"

    def _doubts(
        self, winner: Line, fitting: Sequence[Line], asked: Question
    ) -> tuple[list[Reason], tuple[int, ...]]:
        """What is not known and could change the answer."""
        doubts: list[Reason] = []
        others: set[int] = set()
        if asked.owner_id is None:
            others |= {one.lead_id for one in fitting if self._would_win(one, winner, asked)}
            if others:
                doubts.append({"code": "owner_doubt"})
        if not asked.place:
            located = {
                one.lead_id
                for one in self._of_class(asked)
                if one.region != ANY and one.lead_id != winner.lead_id
            }
            if located:
                doubts.append({"code": "place_doubt"})
            others |= located
        return doubts, tuple(sorted(others - {winner.lead_id}))

    def _would_win(self, line: Line, winner: Line, asked: Question) -> bool:
        if line.owner_id is None or line.lead_id == winner.lead_id:
            return False
        known = Question(
            asked.kind, asked.edition, asked.major, asked.minor, asked.codes, line.owner_id
        )
        return self._rank(line, known) > self._rank(winner, known)

    def _owner_needed(self, fitting: Sequence[Line], asked: Question) -> Proposal | None:
        """Only lines for certain owners speak of it, and the owner is not known."""
        usable = [one for one in fitting if one.owner_id is not None and one.lead_id in self.paths]
        if asked.owner_id is not None or not usable:
            return None
        best = max(usable, key=lambda one: (_class_rank(one), len(one.region), -one.id))
        leads = tuple(sorted({one.lead_id for one in usable}))
        doubt = {"code": "owner_needed"}
        return Proposal(
            lead_id=best.lead_id,
            lead_role=best.lead_role,
            assists=(),
            row_ids=tuple(one.id for one in usable),
            order=self.orders[asked.kind],
            explanation=(doubt,),
            unambiguous=len(leads) == 1,
            alternatives=tuple(lead for lead in leads if lead != best.lead_id),
            exactness=_class_rank(best),
        )

    def _area(self, asked: Question) -> tuple[int, str] | None:
        """The company area in which the place lies, and its body."""
        found = self.areas.get(asked.place)
        return found if found is not None and found[0] in self.paths else None

    def _on_the_ground(self, proposal: Proposal, asked: Question) -> Proposal:
        """What the territory answers, is answered in a company's own area by the company."""
        why = [OWNER_UNKNOWN] if asked.kind == COMPONENT and asked.owner_id is None else []
        area = self._area(asked)
        if area is None:
            return replace(proposal, explanation=(*proposal.explanation, *why))
        others = dict.fromkeys((proposal.lead_id, *proposal.alternatives))
        return replace(
            proposal, lead_id=area[0], assists=(), person_id=None,
            alternatives=tuple(one for one in others if one != area[0]),
            explanation=(self._stands_for(area), *proposal.explanation, *why),
        )  # fmt: skip

    def _by_default(self, fitting: Sequence[Line], asked: Question) -> Proposal | None:
        """No line for everybody: the company's area, or the territory of an ownerless component."""
        needed, area = self._owner_needed(fitting, asked), self._area(asked)
        ownerless = asked.kind == COMPONENT and asked.owner_id is None
        unit, why = (None, OWNER_UNKNOWN) if area is None else (area[0], self._stands_for(area))
        if unit is None and ownerless:
            unit = self._territory(asked)
        if unit is None:
            return needed
        others = () if needed is None else (needed.lead_id, *needed.alternatives)
        return Proposal(
            lead_id=unit, lead_role="rectify", assists=(),
            row_ids=() if needed is None else needed.row_ids, order=self.orders[asked.kind],
            explanation=(why, *(() if needed is None else needed.explanation)),
            unambiguous=needed is None and area is not None,
            alternatives=tuple(one for one in dict.fromkeys(others) if one != unit),
        )  # fmt: skip

    def _territory(self, asked: Question) -> int | None:
        """The street of the place."""
        for code in sorted(filter(None, asked.codes), key=len, reverse=True):
            if code in self.grounds:
                return self.grounds[code]
        return None

    def _stands_for(self, area: tuple[int, str]) -> Reason:
        return {"code": "own_area", "unit": self._name(area[0]), "area": area[1]}

    def _person(self, winner: Line, asked: Question) -> int | None:
        """The person of the lead unit, or of a body below it, who answers for it most exactly."""
        fitting = [
            one
            for one in self.persons
            if winner.lead_id in self._chain(one.organisation_id)
            and one.kind in (asked.kind, ANY)
            and self.editions.speaks(one.edition, asked)
            and one.major in (asked.major, ANY)
            and one.minor in (asked.minor, ANY)
            and _covers(one.region, asked.codes)
        ]
        best = max(fitting, key=lambda one: self._person_rank(one, asked), default=None)
        return best.member_id if best else None

    def _person_rank(self, one: PersonLine, asked: Question) -> tuple[int, ...]:
        exact = sum(part != ANY for part in (one.kind, one.major, one.minor))
        nearness = self.editions.nearness(one.edition, asked)
        return len(one.region), exact, *nearness, -one.member_id

    def _common_parent(self, leads: Sequence[int]) -> int | None:
        chains = [self._chain(lead) for lead in leads]
        common = None
        for level in zip(*chains, strict=False):
            if len(set(level)) > 1:
                break
            common = level[0]
        return common if common in self.paths else None

    def _why_won(self, line: Line, asked: Question) -> Reason:
        facts = ["class" if line.minor != ANY else "major" if line.major != ANY else "any"]
        reason: dict[str, Any] = {
            "code": "won", "unit": self._name(line.lead_id), "id": line.id, "facts": facts,
            "order": _order_code(asked.kind, self.orders),
        }  # fmt: skip
        if self.editions.nearness(line.edition, asked)[0] == EARLIER:
            facts.append("kept")
            reason["edition"] = line.edition
        if line.region != ANY:
            facts.append("area")
            reason["area"] = line.region
        if line.owner_id is not None:
            facts.append("owner")
        return reason

    def _not(self, line: Line, why: str) -> Reason:
        return {"code": "not", "unit": self._name(line.lead_id), "id": line.id, "reason": why}

    def _name(self, organisation_id: int) -> Name:
        return self.names.get(organisation_id, (str(organisation_id), ""))


def order_of(first: str) -> tuple[str, str]:
    """Territory or owner, and the other."""
    return (TERRITORY, OWNER) if first == TERRITORY else (OWNER, TERRITORY)


def _order_code(kind: str, orders: Orders) -> str:
    """The kind alone says the common order; the other one names what goes first, too."""
    return kind if orders[kind] == COMMON[kind] else f"{kind}_{orders[kind][0]}"


def index(lines: Iterable[Line]) -> dict[tuple[str, str, str], list[Line]]:
    """Lines by kind, major and minor, as Matrix wants them."""
    found: dict[tuple[str, str, str], list[Line]] = defaultdict(list)
    for line in lines:
        found[line.kind, line.major, line.minor].append(line)
    return dict(found)


def drafted(matrix: Matrix, draft: Sequence[Line]) -> Matrix:
    """The matrix as it would be with a draft: its lines take the place of those of their cells."""
    cells = {_cell(line) for line in draft}
    kept = [line for lines in matrix.lines.values() for line in lines if _cell(line) not in cells]
    return replace(matrix, lines=index([*kept, *draft]))


def _cell(line: Line) -> tuple[Any, ...]:
    return line.kind, line.edition, line.major, line.minor, line.region, line.owner_id


def _at_place(line: Line, asked: Question) -> bool:
    return line.region == ANY or _covers(line.region, asked.codes)


def _covers(region: str, codes: Sequence[str]) -> bool:
    return any(code.startswith(region) for code in codes if code)


def _class_rank(line: Line) -> int:
    return int(line.major != ANY) + int(line.minor != ANY)


def _is_precise(line: Line) -> bool:
    return _class_rank(line) == 2 and (line.region != ANY or line.owner_id is not None)


def _joint(
    found: Sequence[Proposal], leads: Sequence[int], parent: int | None, name: Any
) -> Proposal:
    lead = parent if parent is not None else leads[0]
    helpers = {one: "rectify" for one in leads if one != lead}
    for proposal in found:
        for assist in proposal.assists:
            helpers.setdefault(assist["organisation"], assist["role"])
    helpers.pop(lead, None)
    why: Reason = {"code": "border_alone", "units": [name(one) for one in leads]}
    if parent is not None:
        why = {**why, "code": "border", "parent": name(lead)}
    return Proposal(
        lead_id=lead,
        lead_role=found[0].lead_role,
        assists=tuple({"organisation": one, "role": duty} for one, duty in helpers.items()),
        row_ids=tuple(dict.fromkeys(one.row_ids[0] for one in found)),
        order=found[0].order,
        explanation=(why, *(one.explanation[0] for one in found)),
        unambiguous=parent is not None and all(one.unambiguous for one in found),
        precise=all(one.precise for one in found),
        alternatives=() if parent is not None else tuple(leads[1:]),
    )
