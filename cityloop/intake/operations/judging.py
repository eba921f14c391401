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
from cityloop.intake.queries.asking import Context
from cityloop.intake.queries.suggestions import suggest_classes
from cityloop.kernel import errors
from cityloop.kernel.models import StoredFile

NEAREST, FAIRLY_SURE = 3, 0.3  # classes that a text may mean; from this confidence on


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


def suggest(draft: Draft, text: str | None = None) -> list[list[Any]]:
    """[class id, confidence] of the text model, best first; only what is in force today."""
    guesses = suggest_classes(draft.text if text is None else text, on=draft.on)
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
        placed=draft.lon is not None, accuracy_m=draft.given.accuracy_m,
        occurred_at=draft.given.occurred_at,
        class_id=draft.known.id if draft.known else None,
        component_code=draft.given.component_code,
        component=checks.Found(
            component["class"], known.name_zh if known else "", component["metres"]
        ) if component else None,
        remarks=tuple(paper.remarks for paper in draft.papers),
    )  # fmt: skip


def alike(draft: Draft, found: Context) -> list[likeness.Likeness]:
    """Cases nearby that may be the same problem, surest first."""
    if not found.candidates:
        return []
    mine = _subject(draft, found)
    told = likeness.tellings(mine, found.candidates)
    return likeness.one_a_case(_doubted(draft, mine, one) for one in told)


def _doubted(draft: Draft, mine: likeness.Subject, like: likeness.Likeness) -> likeness.Likeness:
    """Like words alone may be the usual sentence about another thing: where the text model sees
    nothing in common between the two, the case is not joined for these words."""
    sure = [rule.__name__ for rule in likeness.SURE if rule.__name__ in like.rules]
    if sure != [likeness.same_words.__name__]:
        return like
    told = like.told
    here = [(mine.class_id, 1.0)] if mine.class_id else draft.suggestions
    there = [(told.class_id, 1.0)] if told.class_id else suggest(draft, told.text)
    apart = _elsewhere(here, there) or _elsewhere(there, here)
    return replace(like, same=False) if apart else like


def _elsewhere(these: Sequence[Sequence[Any]], those: Sequence[Sequence[Any]]) -> bool:
    """The one is fairly sure of a class that the other does not even think of."""
    if not these or not those or these[0][1] < FAIRLY_SURE:
        return False
    return these[0][0] not in {pk for pk, _confidence in those[:NEAREST]}


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
