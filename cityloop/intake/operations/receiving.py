"""`receive`: the only door for new problems. One question to the database, one statement back.

Reports of the same moment share both (intake/together.py): one thread asks, decides and writes for
all of them, and each gets its own answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from cityloop.cases import lifecycle
from cityloop.cases import operations as cases
from cityloop.cases.change import Change
from cityloop.cases.models import Case
from cityloop.geo import queries as geo
from cityloop.intake import checks, likeness
from cityloop.intake.operations import answers, writing
from cityloop.intake.operations.alone import REFUSAL, alone
from cityloop.intake.operations.incoming import SETTLED, Draft, Incoming, prepare
from cityloop.intake.operations.judging import alike, judge, may_be_one, named, told_same
from cityloop.intake.operations.opening import files_itself, new_case
from cityloop.intake.queries import asking
from cityloop.intake.queries.asking import Context, joins
from cityloop.intake.queries.reports import report_number
from cityloop.intake.together import Together
from cityloop.kernel import errors
from cityloop.kernel.actor import Actor
from cityloop.kernel.rows import Rows

PERMISSION = "intake.receive"
SHOWN_DUPLICATES = 3
ATTEMPTS = 20  # at one place at one moment, until somebody is asked to send again


class KeyReused(errors.Refused):
    """The key came with another content before; the answer names that report."""

    code, title = "source-key-reused", "This key belongs to another report"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a report: the case that it opened or joined, and what was noticed.

    `suggestions`: [class code, name, confidence] of the text model, best first.
    """

    number: str
    case: str
    version: int
    status: str
    joined: bool
    repeated: bool
    checks: Sequence[checks.Finding]
    suggestions: Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Opening:
    """A report that opens a case, ready to be written."""

    draft: Draft
    found: Context
    change: Change
    rows: Sequence[Rows]


@dataclass(frozen=True, slots=True)
class Joining:
    """A report that is surely the same problem as a case nearby."""

    draft: Draft
    found: Context
    near: Sequence[likeness.Likeness]


Outcome = Receipt | Joining | Exception


def receive(given: Incoming, *, actor: Actor, now: datetime, brief: bool = False) -> Receipt:
    """Take a report: locate it, look at it, join it to its case or open one.

    The same key again answers the first result. `brief`: a transaction around it ends right after,
    so that it may keep the ground about the place until then (alone.py). Raises NotAllowed,
    BadReport, UnknownChannel, UnknownClass, WrongChannel, OutsideCity, KeyReused, and cases.Refused
    where the life cycle says no; then nothing was kept.
    """
    actor.require(PERMISSION)
    draft = prepare(given, actor=actor, now=now)
    draft.brief = brief
    if draft.lon is None and draft.address:
        place_by_address(draft)
    draft.own = tuple(draft.checks)
    outcome = _taking.do(draft)
    while isinstance(outcome, Joining):  # by its own thread: it may wait for whoever has that case
        outcome = _joined(outcome)
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def _take(drafts: Sequence[Draft]) -> list[Outcome]:
    """Ask for all of them, decide each, write what opens cases in one statement."""
    found = asking.contexts([draft.question() for draft in drafts])
    decided = [_decided(d, f) for d, f in zip(drafts, found, strict=True)]
    together = _apart([one for one in decided if isinstance(one, Opening)])
    failed = _failure(together)
    return [_outcome(one, together, failed) if isinstance(one, Opening) else one for one in decided]


def _apart(openings: Sequence[Opening]) -> list[Opening]:
    """Those to be written together; one that resembles an earlier one looks again after it."""
    kept: list[Opening] = []
    for one in openings:
        mine = (one.draft, one.found)
        if not any(may_be_one(mine, (other.draft, other.found)) for other in kept):
            kept.append(one)
    return kept


_taking: Together[Draft, Outcome] = Together(_take)


def in_one_session() -> None:
    """For a process that serves for long: all its reports go through one session, kept warm."""
    _taking.session.keep()


def _decided(draft: Draft, found: Context) -> Opening | Outcome:
    """What is to become of a report; a refusal goes to the one who sent it, in their language."""
    with _language_of(draft):
        try:
            return _decide(draft, found)
        except Exception as error:
            return error


def _decide(draft: Draft, found: Context) -> Opening | Joining | Receipt:
    if found.known:
        return _again(draft, found.known)
    judge(draft, found)
    near = told_same(draft, alike(draft, found))
    if draft.given.kind not in SETTLED and any(one.same and one.candidate.joinable for one in near):
        return Joining(draft, found, near)
    return _opening(draft, found, near)


def _language_of(draft: Draft) -> AbstractContextManager[Any]:
    """Whoever leads may read another language than the one whose report it decides."""
    same = draft.language == translation.get_language()
    return nullcontext() if same else translation.override(draft.language)


def _write(openings: Sequence[Opening]) -> None:
    """All of them in one statement; inside a transaction a refused one must not break it."""
    if not openings:
        return
    rows = [part for one in openings for part in one.rows]
    held = connection.in_atomic_block and not all(one.draft.brief for one in openings)
    first = alone(_joinable(openings), held=held)
    with transaction.atomic() if connection.in_atomic_block else nullcontext():
        writing.write([one.change for one in openings], rows, first=first)


def _joinable(openings: Sequence[Opening]) -> list[Context]:
    """Those whose case another report might have opened; what is settled on the spot is its own."""
    return [one.found for one in openings if one.draft.given.kind not in SETTLED]


def _failure(openings: Sequence[Opening]) -> Exception | None:
    """Write them; what the database says against it, of none or of all."""
    try:
        _write(openings)
    except Exception as error:
        return error
    return None


def _outcome(one: Opening, together: Sequence[Opening], failed: Exception | None) -> Outcome:
    if not any(one is other for other in together):  # now the one it resembles is to be seen
        return _otherwise(one.draft, None)
    if failed is None:
        return _opened(one)
    return _otherwise(one.draft, failed if len(together) == 1 else None)


def _otherwise(draft: Draft, error: Exception | None) -> Outcome:
    """After a refused statement: that of several is tried again one by one, and whoever was not
    alone looks again; each time somebody else's case is to be seen."""
    for _attempt in range(ATTEMPTS):
        if error is not None and REFUSAL not in str(error):
            return _refused(draft, error)
        decided = _asked_anew(draft := draft.anew())
        if not isinstance(decided, Opening):
            return decided
        error = _failure([decided])
        if error is None:
            return _opened(decided)
    with _language_of(draft):
        return errors.Refused(_("the same report is being taken just now, send it again"))


def _asked_anew(draft: Draft) -> Opening | Outcome:
    try:
        return _decided(draft, asking.context(draft.question()))
    except Exception as error:
        return error


def _refused(draft: Draft, error: Exception) -> Outcome:
    """Of two with one key the first one's answer is that of both; everything else is told."""
    if not draft.key or "report_source_key_once" not in str(error):
        return error
    try:
        return _first_answer(draft)
    except Exception as second:
        return second


def _first_answer(draft: Draft) -> Receipt:
    """The same request ran at the same moment and was quicker."""
    with _language_of(draft):
        known = asking.context(draft.question()).known
        if known is None:
            raise errors.Refused(_("the same report is being taken just now, send it again"))
        return _again(draft, known)


def _again(draft: Draft, known: dict[str, Any]) -> Receipt:
    number = report_number(known["number"], known["ordinal"])
    if known["digest"] != draft.digest:
        raise KeyReused(_("this key came with another content before: report %(n)s")
                        % {"n": number})  # fmt: skip
    return Receipt(
        number=number, case=known["number"], version=known["version"], status=known["status"],
        joined=known["ordinal"] > 1, repeated=True, checks=known["checks"],
        suggestions=named(known["suggestions"], draft),
    )  # fmt: skip


def place_by_address(draft: Draft) -> None:
    """A point for an address that means one place; else the acceptor is shown what it may mean."""
    hits = geo.search_address(draft.address, limit=2)
    if not hits:
        return
    exact = [hit for hit in hits if draft.address in (hit.name, hit.full_name)]
    if len(hits) == 1 or len(exact) == 1:
        hit = (exact or hits)[0]
        draft.lon, draft.lat = hit.lon, hit.lat
        draft.checks.append(checks.finding("placed_by_address", address=hit.full_name))
    else:
        draft.checks.append(checks.finding("address_ambiguous", address=hits[0].full_name))


def _joined(one: Joining) -> Outcome:
    """It joins its case; where all that are like it were closed meanwhile, it opens one."""
    draft = one.draft
    for like in one.near:
        if like.same and like.candidate.joinable and joins(draft.channel, like):
            try:
                return _join(one, like)
            except cases.Refused:  # closed meanwhile
                continue
            except IntegrityError as error:
                return _otherwise(draft, error)
    opening = _opening(draft, one.found, one.near)
    try:
        _write([opening])
    except Exception as error:
        return _otherwise(draft, error)
    return _opened(opening)


def _join(one: Joining, like: likeness.Likeness) -> Receipt:
    draft, number = one.draft, like.candidate.number
    note = checks.finding("joined", number=number, rules=list(like.rules))
    others = [other for other in one.near if other is not like and other.same]
    with transaction.atomic():
        case = cases.perform(
            number, "join_report", actor=draft.actor, now=draft.now, papers=draft.papers,
            inputs={"channel": draft.given.channel},
        )  # fmt: skip
        draft.checks.append(note)
        _show(others, draft)  # one problem with two cases: the acceptor is to see both
        report = answers.keep_joined(
            draft, case_id=case.pk, ordinal=case.reports, reporter_id=one.found.reporter_id
        )
        answers.owe(report, topic="joined", version=case.version, now=draft.now)
    return _receipt(draft, case, ordinal=case.reports)


def _show(near: Sequence[likeness.Likeness], draft: Draft) -> None:
    """Cases that may be the same problem, as findings of the report."""
    for one in near[:SHOWN_DUPLICATES]:
        about = {"number": one.candidate.number, "metres": round(one.candidate.metres)}
        draft.checks.append(checks.finding("possible_duplicate", **about))


def _opening(draft: Draft, found: Context, near: Sequence[likeness.Likeness]) -> Opening:
    _show(near, draft)
    rows = writing.rows_of(draft, case_id=found.case_id, ordinal=1, reporter_id=found.reporter_id)
    if files_itself(draft, found):
        number = cases.case_number(found.case_id, draft.now)
        rows.append(writing.job_rows(writing.UNAMBIGUOUS, {"number": number, "version": 1}))
    step = lifecycle.BY_ACTION[draft.given.kind]
    change = cases.begin(
        new_case(draft, found), step=step, actor=draft.actor, now=draft.now, case_id=found.case_id
    )
    cases.take(change, step)
    return Opening(draft, found, change, rows)


def _opened(one: Opening) -> Receipt:
    return _receipt(one.draft, one.change.case, ordinal=1)


def _receipt(draft: Draft, case: Case, *, ordinal: int) -> Receipt:
    return Receipt(
        number=report_number(case.number, ordinal), case=case.number, version=case.version,
        status=case.status, joined=ordinal > 1, repeated=False, checks=draft.checks,
        suggestions=named(draft.suggestions, draft),
    )  # fmt: skip
