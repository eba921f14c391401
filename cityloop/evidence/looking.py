"""The looks at one photo of a step: each returns what it finds, not yet written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from cityloop.cases import photos
from cityloop.cases.models import Attachment
from cityloop.evidence import prints, queries, scenes, stamps
from cityloop.evidence.models import Finding, Kind, Print
from cityloop.geo import queries as geo
from cityloop.kernel import files
from cityloop.kernel.models import StoredFile

Look = Callable[[Attachment], list[Finding]]
PROOF = ("after", "check")  # parts of the file that prove a result
BEFORE = ("report", "verify", "before")
CLOCKS_DIFFER = timedelta(minutes=10)
OLD = timedelta(hours=24)
SAME_MOMENT = timedelta(minutes=1)
CERTAIN = 2  # bits
THUMBNAIL = 240  # pixels: no camera takes smaller pictures
COMPARED = 3  # pictures from before, the latest first


def reuse(photo: Attachment) -> list[Finding]:
    """The picture, or an edited copy of it, belongs to another case already, or proves another
    step of this one."""
    own = {one.part: one.hash for one in Print.objects.filter(file=photo.file)}
    if prints.PLAIN in own:
        return []
    found = queries.alike(_probes(own, files.location(photo.file.sha256)), but=photo.file_id)
    return _of_another_case(photo, found) or _of_another_step(photo, found)


def _probes(own: dict[str, int], path: Path) -> list[queries.Probe]:
    """What to look for: the picture and its parts, what it may be a disguise of, its halves."""
    probes = [queries.Probe(value, part == prints.WHOLE) for part, value in own.items()]
    probes += [queries.Probe(value, whole=True) for value in prints.disguises(path)]
    return [*probes, *(queries.Probe(value, whole=False) for value in prints.halves(path))]


def _of_another_case(photo: Attachment, found: list[queries.Alike]) -> list[Finding]:
    elsewhere = queries.cases_with([one.file_id for one in found], but=photo.case)
    known = [one for one in found if one.file_id in elsewhere and a_copy(photo.file, one)]
    if not known:
        return []
    numbers = list(dict.fromkeys(number for one in known for number in elsewhere[one.file_id]))
    facts = {"cases": numbers[: queries.SHOWN], "differs": known[0].differs, "part": known[0].part}
    return [_reused(photo, known[0], facts)]


def _of_another_step(photo: Attachment, found: list[queries.Alike]) -> list[Finding]:
    """The picture from before as the proof of the result, the unit's as the inspector's own, or
    the proof that an earlier check, rework or re-inspection has seen already."""
    if photo.stage not in PROOF:
        return []
    earlier = {
        one.file_id: one
        for one in queries.photos_before(photo, (*BEFORE, *PROOF))
        if one.stage != photo.stage or one.version < photo.version
    }
    for one in found:
        if one.file_id in earlier and the_same(photo.file, one):
            facts = {"stage": earlier[one.file_id].stage, "differs": one.differs, "part": one.part}
            return [_reused(photo, one, facts)]
    return []


def _reused(photo: Attachment, like: queries.Alike, facts: dict[str, Any]) -> Finding:
    score = 1 - like.differs / 64
    return _found(photo, Kind.REUSED, prints.METHOD, odd=True, score=score, facts=facts)


def the_same(file: StoredFile, like: queries.Alike) -> bool:
    """The same picture of one place, not another one from the same spot: hardly a bit differs, or
    the camera took both in one second."""
    if like.differs <= CERTAIN:
        return True
    other = StoredFile.objects.get(pk=like.file_id).taken_at
    return file.taken_at is not None and file.taken_at == other


def a_copy(file: StoredFile, like: queries.Alike) -> bool:
    """Alike because it is the same picture, not because the place is the same.

    A copy carries the time of its original, or lost it on the way. Two cameras' own times that
    differ speak for two photographs, unless hardly a bit differs.
    """
    if like.differs <= CERTAIN:  # also of a part: whoever cuts a picture can write another time
        return True
    other = StoredFile.objects.get(pk=like.file_id).taken_at
    if file.taken_at is None or other is None:
        return True
    return abs(file.taken_at - other) <= SAME_MOMENT


def scene(photo: Attachment) -> list[Finding]:
    """Whether the proof shows the scene of the pictures from before; the best of them counts.

    What was written onto both, date and place, looks alike everywhere: where two are alike, it
    must be what is left of them.
    """
    if photo.stage not in PROOF or not _readable(photo):
        return []
    earlier = queries.photos_before(photo, BEFORE)[:COMPARED]
    pairs = [(one, _likeness(photo, one)) for one in earlier if _readable(one)]
    if not pairs:
        return []
    before, best = max(pairs, key=lambda pair: (pair[1].score or -1.0, pair[1].matched))
    facts = {
        "before": before.file.sha256, "matched": best.matched, "verdict": best.verdict,
        "score": best.score,
    }  # fmt: skip
    odd = best.verdict == "other"
    return [_found(photo, Kind.SCENE, scenes.METHOD, odd=odd, score=best.score, facts=facts)]


def stamp(photo: Attachment) -> list[Finding]:
    """Date and place burnt in, compared with EXIF, with the step and with the case's address; of
    a picture too small for that it is said, and below what any camera takes it is odd."""
    if not _readable(photo):
        side = _shorter_side(photo)
        about = {"side": side, "least": stamps.SMALLEST}
        return [_found(photo, Kind.TOO_SMALL, stamps.METHOD, odd=side < THUMBNAIL, facts=about)]
    found = stamps.read(files.location(photo.file.sha256))
    if found is None or found.at is None:
        missing = _no_date(photo)
        return [missing, *_place(photo, found)] if found else [missing]
    facts = {"text": found.text}
    told = _found(photo, Kind.STAMP, stamps.METHOD, odd=False, score=found.score, facts=facts)
    return [told, *_time(photo, found), *_place(photo, found)]


LOOKS: tuple[Look, ...] = (reuse, scene, stamp)
QUICK: tuple[Look, ...] = (reuse,)  # no model, no features: some milliseconds


def _no_date(photo: Attachment) -> Finding:
    """Odd where the camera's own date is missing too, but for a frame of the page's camera: that
    cannot have one, and was taken with its step. What the page wrote into it was not read here."""
    framed = photos.framed(photo)
    odd = photo.file.taken_at is None and not framed
    facts = {"framed": True} if framed else {}
    return _found(photo, Kind.NO_STAMP, stamps.METHOD, odd=odd, facts=facts)


def _time(photo: Attachment, found: stamps.Stamp) -> list[Finding]:
    """The time on the picture against the camera's own, against the moment of the step and against
    what the picture is to prove."""
    if found.at is None:
        return []
    at = timezone.make_aware(found.at)
    camera = photo.file.taken_at
    facts: dict[str, Any] = {"at": at.isoformat(), "timed": found.timed}
    if camera is not None and _apart(at, camera, found) > CLOCKS_DIFFER:
        facts["camera"] = camera.isoformat()
    step = photo.added_at
    if _apart(at, step, found) > (OLD if at < step else CLOCKS_DIFFER):
        facts["step"] = step.isoformat()
    since = photos.proves_since(photo.stage, photo.case, at=step)
    if since and at < since and _apart(at, since, found) > CLOCKS_DIFFER:
        facts["since"] = since.isoformat()
    # A second stamp over the first hides neither: one of another day, or of before what it proves.
    others = [timezone.make_aware(one) for one in found.others]
    if others := [one for one in others if abs(one - at) > OLD or _before(one, since)]:
        facts["others"] = [one.isoformat() for one in others]
    if not {"camera", "step", "since", "others"} & set(facts):
        return []
    method, score = stamps.METHOD, found.score
    return [_found(photo, Kind.STAMP_TIME, method, odd=True, score=score, facts=facts)]


def _before(at: datetime, since: datetime | None) -> bool:
    return since is not None and since - at > CLOCKS_DIFFER


def _apart(at: datetime, other: datetime, found: stamps.Stamp) -> timedelta:
    """How far apart; where only a day is read, days are compared."""
    if found.timed:
        return abs(at - other)
    return abs(timezone.localdate(at) - timezone.localdate(other))


def _place(photo: Attachment, found: stamps.Stamp) -> list[Finding]:
    """The places on the picture against the address and the regions of the case.

    Another road or another district of the city is odd; another street of the district, and what
    is no district of the city, are only noted. Of further places, which may be signs in the scene,
    only a full address in another district counts.
    """
    first = _place_facts(photo, found.place)
    told = _placed(photo, found, found.place, first)
    if told and told[0].odd:
        return told
    for place in found.places:
        facts = _place_facts(photo, place)
        if "district" in facts and any(stamps.names_in(place)):
            return _placed(photo, found, place, facts)
    return told


def _place_facts(photo: Attachment, place: str) -> dict[str, Any]:
    road = stamps.same_place(place, photo.case.address) is False
    return ({"road": True} if road else {}) | _regions(photo, place)


def _placed(
    photo: Attachment, found: stamps.Stamp, place: str, differs: dict[str, Any]
) -> list[Finding]:
    if not {"road", "district", "street", "unknown"} & differs.keys():
        return []
    facts = {"place": place[:120], "address": photo.case.address, **differs}
    odd = bool({"road", "district"} & differs.keys())
    method, score = stamps.METHOD, found.score
    return [_found(photo, Kind.STAMP_PLACE, method, odd=odd, score=score, facts=facts)]


def _regions(photo: Attachment, place: str) -> dict[str, Any]:
    """Of the regions that a place names: another district than the case's, another street or
    community of its district, a district that the city has not."""
    area, on = photo.case.area_code, timezone.localdate(photo.added_at)
    if not place or not area:
        return {}
    named = queries.regions_named(place, area_code=area, on=on)
    apart, facts = stamps.regions_apart(named, area), dict[str, Any]()
    own = any(code == area[:6] for _name, code in named)  # then a street's name may be anywhere
    other = {
        name: code for name, code in apart.items()
        if code[:6] != area[:6] and not (own and len(code) > 6)
    }  # fmt: skip
    if other:
        codes = {area[:6], *(code[:6] for code in other.values())}
        names = geo.region_names(codes, on=on)
        facts["here"] = names.get(area[:6], "")
        facts["district"] = next(names.get(code[:6], name) for name, code in other.items())
    elif apart:
        facts["street"] = list(apart)
    known = [name for name, _code in named]
    unknown = [one for one in stamps.districts_in(place) if not any(one in name for name in known)]
    return facts | ({"unknown": unknown} if unknown else {})


def _likeness(photo: Attachment, other: Attachment) -> scenes.Likeness:
    """Of the pictures as they are; only what seems alike is worth reading what is on it."""
    mine, its = files.location(photo.file.sha256), files.location(other.file.sha256)
    found = scenes.compare(mine, its)
    if found.verdict in ("other", "unknown"):
        return found
    written = stamps.burnt_in(mine, its), stamps.burnt_in(its, mine)
    return scenes.compare(mine, its, written) if any(written) else found


def _readable(photo: Attachment) -> bool:
    """Large enough to see or read anything in it."""
    return _shorter_side(photo) >= stamps.SMALLEST


def _shorter_side(photo: Attachment) -> int:
    return min(photo.file.width or 0, photo.file.height or 0)


def _found(
    photo: Attachment,
    kind: str,
    method: str,
    *,
    odd: bool,
    score: float | None = None,
    facts: dict[str, Any] | None = None,
) -> Finding:
    return Finding(
        case_id=photo.case_id, version=photo.version, file_id=photo.file_id, kind=kind, odd=odd,
        score=None if score is None else round(score, 3), facts=facts or {}, method=method,
    )  # fmt: skip
