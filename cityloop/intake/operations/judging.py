"""What is found out about a report before it is decided: photos, component, class, findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from cityloop.cases import photos
from cityloop.cases.change import Paper
from cityloop.geo.coordinates import metres_between
from cityloop.intake import checks, likeness, reference
from cityloop.intake.channels import REFUSE
from cityloop.intake.operations.incoming import BadReport, Draft
from cityloop.intake.queries.asking import Context, joins, seen_by
from cityloop.intake.queries.suggestions import doubted, meant_by, speaks_of_another
from cityloop.kernel import errors
from cityloop.kernel.models import StoredFile
from cityloop.people.scope import sees_all


class OutsideCity(errors.Invalid):
    """A machine reports a point that lies in no unit grid."""

    code, title = "outside-grids", "The point lies in no unit grid"


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
    meant = meant_by(draft.text, on=draft.on) if draft.known is None or component is None else []
    if draft.known is None:
        draft.suggestions = meant
    draft.checks += checks.look(_facts(draft, found, meant))


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


def _facts(draft: Draft, found: Context, meant: Sequence[Sequence[Any]]) -> checks.Facts:
    component = found.component
    by_id = reference.classes(draft.on).by_id
    known = by_id.get(component["class"]) if component else None
    other = speaks_of_another(meant, draft.known.id) if draft.known else None
    return checks.Facts(
        channel=draft.channel, now=draft.now, text=draft.text, cleaned=draft.cleaned,
        in_grid=bool(found.place.grid_code), in_service=found.place.in_service,
        placed=draft.lon is not None, accuracy_m=draft.given.accuracy_m,
        occurred_at=draft.given.occurred_at,
        class_id=draft.known.id if draft.known else None,
        component_code=draft.given.component_code,
        component=checks.Found(
            component["class"], known.name_zh if known else "", component["metres"]
        ) if component else None,
        remarks=tuple(paper.remarks for paper in draft.papers),
        spoken_of=by_id[other].name_zh if other else "",
    )  # fmt: skip


def alike(draft: Draft, found: Context) -> list[likeness.Likeness]:
    """Cases nearby that may be the same problem, surest first."""
    if not found.candidates:
        return []
    mine = _subject(draft, found)
    told = likeness.tellings(mine, found.candidates)
    return likeness.one_a_case(doubted(one, mine, draft.suggestions, on=draft.on) for one in told)


def told_same(draft: Draft, near: list[likeness.Likeness]) -> list[likeness.Likeness]:
    """With the case that whoever takes the report says it is first, and sure.

    Somebody's word joins only to a case nearby for which class or words speak, too, and which they
    see; raises BadReport for any other, so that nothing disappears in a case of another matter.
    """
    if not draft.given.same_as:
        return near
    named = [one for one in near if one.candidate.number == draft.given.same_as]
    if not named or not (sees_all(draft.actor) or seen_by(draft.actor, named[0].candidate)):
        raise _not_same(_("no case near the point that this report may be the same as"))
    if not named[0].candidate.joinable:
        raise _not_same(_("this case has ended: a report of it opens a new one"))
    if not joins(draft.channel, named[0]):
        raise _not_same(_("reports of this channel have a clock and an answer of their own"))
    sure = replace(named[0], same=True, rules=("told_same", *named[0].rules))
    return [sure, *(one for one in near if one is not named[0])]


def _not_same(why: str) -> BadReport:
    return BadReport(why, fields={"same_as": why})


def may_be_one(new: tuple[Draft, Context], old: tuple[Draft, Context]) -> bool:
    """Whether the later one would join, or be shown, the case that the earlier one opens."""
    (here, _found), (there, _told) = new, old
    if here.lon is None or here.lat is None or there.lon is None or there.lat is None:
        return False
    if metres_between((here.lon, here.lat), (there.lon, there.lat)) > here.channel.metres:
        return False
    return likeness.speaks_for(_subject(*new), _subject(*old))


def _subject(draft: Draft, found: Context) -> likeness.Subject:
    return likeness.Subject(
        class_id=draft.known.id if draft.known else None,
        component_id=found.component["id"] if found.component else None,
        text=draft.text,
        files=frozenset(paper.file.pk for paper in draft.papers),
        phashes=tuple(draft.phashes),
    )
