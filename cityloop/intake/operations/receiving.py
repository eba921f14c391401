"""`receive`: the only door for new problems. One question to the database, one statement back."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from cityloop.cases import lifecycle, photos
from cityloop.cases import operations as cases
from cityloop.cases.change import Paper
from cityloop.cases.models import Case, Flow
from cityloop.geo import queries as geo
from cityloop.intake import checks, likeness, reference
from cityloop.intake.channels import REFUSE, UNAMBIGUOUS
from cityloop.intake.models import Kind
from cityloop.intake.operations import answers, writing
from cityloop.intake.operations.incoming import (
    SETTLED,
    BadReport,
    Draft,
    Incoming,
    prepare,
    twin_of,
)
from cityloop.intake.queries import asking
from cityloop.intake.queries.asking import Context
from cityloop.intake.queries.reports import report_number
from cityloop.intake.queries.suggestions import suggest_classes
from cityloop.kernel import errors
from cityloop.kernel.actor import Actor
from cityloop.kernel.models import StoredFile

PERMISSION = "intake.receive"
SHOWN_DUPLICATES = 3
EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


class OutsideCity(errors.Invalid):
    """A machine reports a point that lies in no unit grid."""

    code, title = "outside-grids", "The point lies in no unit grid"


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


def receive(given: Incoming, *, actor: Actor, now: datetime) -> Receipt:
    """Take a report: locate it, look at it, join it to its case or open one.

    The same key again answers the first result. Raises NotAllowed, BadReport, UnknownChannel,
    UnknownClass, WrongChannel, OutsideCity, KeyReused, and cases.Refused where the life cycle says
    no; then nothing was kept.
    """
    actor.require(PERMISSION)
    draft = prepare(given, actor=actor, now=now)
    if draft.lon is None and draft.address:
        place_by_address(draft)
    found = asking.context(draft.question())
    if found.known:
        return _again(draft, found.known)
    judge(draft, found)
    own = list(draft.checks)
    try:
        with _savepoint():
            return _settle(draft, found, twin=twin_of(draft))
    except IntegrityError as error:
        if "report_twin_once" in str(error):
            draft.checks = own  # what was seen beside it is looked for again
            return _after_twin(draft)
        if not draft.key or "report_source_key_once" not in str(error):
            raise
    return _first_answer(draft)


def _settle(draft: Draft, found: Context, *, twin: str) -> Receipt:
    alike = _alike(draft, found)
    return _join_one(draft, found, alike) or _open(draft, found, alike, twin=twin)


def _after_twin(draft: Draft) -> Receipt:
    """Perhaps the same problem opened a case at the same moment: now it is to be seen."""
    found = asking.context(draft.question())
    return _again(draft, found.known) if found.known else _settle(draft, found, twin="")


def _savepoint() -> AbstractContextManager[Any]:
    """The statement is atomic by itself; inside a transaction a refused one must not break it."""
    return transaction.atomic() if connection.in_atomic_block else nullcontext()


def _first_answer(draft: Draft) -> Receipt:
    """The same request ran at the same moment and was quicker."""
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


def judge(draft: Draft, found: Context) -> None:
    """Photos, component, class suggestions and findings; raises BadReport, OutsideCity."""
    outside = draft.lon is not None and not found.place.grid_code
    if outside and draft.channel.outside == REFUSE:
        raise OutsideCity(_("%(lon).6f, %(lat).6f lies in no unit grid of the city")
                          % {"lon": draft.lon, "lat": draft.lat})  # fmt: skip
    if draft.given.photos:
        take_photos(draft, found)
    component = found.component
    if component and draft.known is None:
        draft.known = reference.classes(draft.on).by_id.get(component["class"])
    if draft.known is None:
        draft.suggestions = suggest(draft)
    draft.checks += checks.look(_facts(draft, found))


def take_photos(draft: Draft, found: Context) -> None:
    """Stored files as papers of the first step; raises BadReport for one that is not stored."""
    for photo in draft.given.photos:
        row = found.files.get(photo.sha256)
        if row is None:
            reason = _("store the file first: %(sha)s") % {"sha": photo.sha256[:12]}
            raise BadReport(reason, fields={"photos": reason})
        file = StoredFile(pk=row["id"], sha256=photo.sha256, media_type=row["media_type"])
        remarks = tuple(remarks_on(row, from_album=photo.from_album, now=draft.now))
        draft.papers.append(Paper(file, photo.stage, photo.filename, photo.from_album, remarks))
        if row["phash"] is not None:
            draft.phashes.append(row["phash"])
    if "photos" in draft.channel.required and not any(paper.picture for paper in draft.papers):
        reason = _("a photo is needed: recordings and papers show no place")
        raise BadReport(reason, fields={"photos": reason})


def remarks_on(row: dict[str, Any], *, from_album: bool, now: datetime) -> list[checks.Finding]:
    """What is odd about a photo, in the words of cases.photos."""
    found: list[checks.Finding] = []
    if row["cases"]:
        found.append({"code": "same_picture", "cases": row["cases"][: photos.SHOWN]})
    if from_album:
        found.append({"code": "from_album"})
    taken = datetime.fromisoformat(row["taken_at"]) if row["taken_at"] else now
    if not -photos.OLD <= now - taken <= photos.OLD:
        found.append({"code": "old_photo", "taken_at": row["taken_at"]})
    if row["metres"] is not None and row["metres"] > photos.FAR_METRES:
        found.append({"code": "taken_elsewhere", "metres": round(row["metres"])})
    return found


def suggest(draft: Draft) -> list[list[Any]]:
    """[class id, confidence] of the text model, best first; only what is in force today."""
    guesses = suggest_classes(draft.text, on=draft.on)
    return [[one.known.id, one.confidence] for one in guesses]


def named(suggestions: Sequence[Sequence[Any]], draft: Draft) -> list[list[Any]]:
    """Suggestions with code and name, for the answer."""
    if not suggestions:
        return []
    known = reference.classes(draft.on).by_id
    return [
        [known[pk].code, known[pk].name_zh, confidence]
        for pk, confidence in suggestions
        if pk in known
    ]


def _facts(draft: Draft, found: Context) -> checks.Facts:
    component = found.component
    known = reference.classes(draft.on).by_id.get(component["class"]) if component else None
    return checks.Facts(
        channel=draft.channel, now=draft.now, text=draft.text, cleaned=draft.cleaned,
        in_grid=bool(found.place.grid_code), in_service=found.place.in_service,
        placed=draft.lon is not None, occurred_at=draft.given.occurred_at,
        class_id=draft.known.id if draft.known else None,
        component_code=draft.given.component_code,
        component=checks.Found(
            component["class"], known.name_zh if known else "", component["metres"]
        ) if component else None,
        remarks=tuple(paper.remarks for paper in draft.papers),
    )  # fmt: skip


def _alike(draft: Draft, found: Context) -> list[likeness.Likeness]:
    if not found.candidates:
        return []
    subject = likeness.Subject(
        class_id=draft.known.id if draft.known else None,
        component_id=found.component["id"] if found.component else None,
        text=draft.text,
        files=frozenset(paper.file.pk for paper in draft.papers),
        phashes=tuple(draft.phashes),
    )
    return likeness.compare(subject, found.candidates)


def _join_one(draft: Draft, found: Context, alike: Sequence[likeness.Likeness]) -> Receipt | None:
    """The report as part of the case that is surely the same; None when there is none."""
    if draft.given.kind in SETTLED:
        return None
    for one in alike:
        if one.same and one.candidate.joinable:
            try:
                return _join(draft, found, one)
            except cases.Refused:  # closed meanwhile
                continue
    return None


def _join(draft: Draft, found: Context, like: likeness.Likeness) -> Receipt:
    number = like.candidate.number
    note = checks.finding("joined", number=number, rules=list(like.rules))
    with transaction.atomic():
        case = cases.perform(
            number, "join_report", actor=draft.actor, now=draft.now, papers=draft.papers,
            inputs={"channel": draft.given.channel},
        )  # fmt: skip
        draft.checks.append(note)
        report = answers.keep_joined(
            draft, case_id=case.pk, ordinal=case.reports, reporter_id=found.reporter_id
        )
        answers.owe(report, topic="joined", version=case.version, now=draft.now)
    return _receipt(draft, case, ordinal=case.reports)


def _open(
    draft: Draft, found: Context, alike: Sequence[likeness.Likeness], *, twin: str
) -> Receipt:
    for one in alike[:SHOWN_DUPLICATES]:
        about = {"number": one.candidate.number, "metres": round(one.candidate.metres)}
        draft.checks.append(checks.finding("possible_duplicate", **about))
    rows = writing.rows_of(
        draft, case_id=found.case_id, ordinal=1, reporter_id=found.reporter_id, twin=twin
    )
    if files_itself(draft, found):
        number = cases.case_number(found.case_id, draft.now)
        rows.append(writing.job_rows(writing.UNAMBIGUOUS, {"number": number, "version": 1}))
    step = lifecycle.BY_ACTION[draft.given.kind]
    change = cases.begin(
        new_case(draft, found), step=step, actor=draft.actor, now=draft.now, case_id=found.case_id
    )
    cases.take(change, step)
    writing.opening.do((change, rows))
    return _receipt(draft, change.case, ordinal=1)


def files_itself(draft: Draft, found: Context) -> bool:
    """The city lets this channel's clear reports be filed at once, and this one is clear (D04)."""
    return (
        draft.channel.auto_file == UNAMBIGUOUS
        and draft.given.kind == Kind.REPORT
        and not draft.channel.verify
        and not draft.checks
        and draft.known is not None
        and bool(found.place.grid_code)
    )


def new_case(draft: Draft, found: Context, *, imported: bool = False) -> cases.NewCase:
    """What the core is told of the problem; nothing of the person."""
    given, place = draft.given, found.place
    facts: dict[str, Any] = {}
    if draft.checks:
        facts["checks"] = [one["code"] for one in draft.checks]
    if draft.channel.priority == 1:
        facts["priority"] = 1
    if draft.channel.written_report:
        facts["written_report"] = True
    if former := checks.former_case(draft.checks):
        facts["sent_again"] = former
    return cases.NewCase(
        channel=draft.channel.code,
        flow=_flow(draft),
        description=draft.text,
        problem_class_id=draft.known.id if draft.known else None,
        component_id=found.component["id"] if found.component else None,
        level=draft.known.level if draft.known else 2,
        lon=draft.lon,
        lat=draft.lat,
        raw=(given.x, given.y, given.system if given.x is not None else ""),
        address=draft.address,
        area_code=place.community_code,
        grid_code=place.grid_code,
        in_service_area=place.in_service,
        external_number=given.source_key[:64],
        verify=draft.channel.verify and not imported,
        imported=imported,
        papers=draft.papers,
        facts=facts,
    )


def _flow(draft: Draft) -> Flow:
    """The city's flow; for a channel with a clock of its own a variant of it.

    A variant is dated to 1970, so that it never becomes the flow of the city.
    """
    current, variants = reference.flows()
    if not draft.channel.clock:
        return current
    code = f"{current.code}+{draft.channel.code}"[:32]
    if code not in variants:
        parameters = {**current.parameters, **dict(draft.channel.clock)}
        row, _new = Flow.objects.get_or_create(
            code=code, defaults={"parameters": parameters, "published_at": EPOCH}
        )
        variants[code] = row
    return variants[code]


def _receipt(draft: Draft, case: Case, *, ordinal: int) -> Receipt:
    return Receipt(
        number=report_number(case.number, ordinal), case=case.number, version=case.version,
        status=case.status, joined=ordinal > 1, repeated=False, checks=draft.checks,
        suggestions=named(draft.suggestions, draft),
    )  # fmt: skip
