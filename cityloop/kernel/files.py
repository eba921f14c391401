"""Photos and papers: kept once by content hash, outside the database, originals never altered."""

from __future__ import annotations

import hashlib
import io
import logging
import math
import os
import struct
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, TypeVar
from zoneinfo import ZoneInfo

import imagehash
from django.conf import settings
from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _
from PIL import ExifTags, Image, ImageOps, ImageStat, UnidentifiedImageError

from cityloop.kernel import bands, formats
from cityloop.kernel.errors import Invalid, NoRoom, NotFound, TooLarge
from cityloop.kernel.models import HandedIn, StoredFile

log = logging.getLogger(__name__)
T = TypeVar("T")
# MPO: a JPEG with further pictures behind it, as some phones write it.
IMAGES = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
MAX_PIXELS = 80_000_000
SAME_LOOKS = 6  # differing bits of 64
PROVEN = ("width", "height", "exif", "taken_at", "taken_point")  # read from the original again
PLAIN_BELOW = 6.0  # standard deviation of grey, of 255: night, fog, a thumb on the lens
# A film's first bytes, but a photo in a format that browsers and our tools do not show.
PHOTO_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis"})


class BadFile(Invalid):
    """An empty, disguised or broken file."""

    code, title = "bad-file", "The file cannot be taken"


class FileTooLarge(TooLarge):
    """Larger than one attachment may be."""

    code, title = "file-too-large", "The file is too large"


def store(*, chunks: Iterable[bytes], filename: str, now: datetime) -> StoredFile:
    """Keep a file; the same content again gives the row that exists.

    `chunks` are read once and never held together in memory. Raises BadFile for 0 bytes, an
    unknown type or a picture that does not open; FileTooLarge past MAX_FILE_BYTES; NoRoom where
    the disk is full or cannot be written.
    """
    try:
        return _stored(chunks, filename, now)
    except OSError as error:
        log.exception("a file cannot be stored")
        raise NoRoom(
            _("the file cannot be stored now, nothing was changed: tell the administrator")
        ) from error


def _stored(chunks: Iterable[bytes], filename: str, now: datetime) -> StoredFile:
    folder = Path(settings.MEDIA_ROOT)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as draft:
        try:
            digest, size = _copy(chunks, draft, filename)
            draft.flush()
            media_type = sniff(Path(draft.name), filename)
            facts = picture_facts(Path(draft.name)) if media_type.startswith("image/") else {}
            row = _row(digest, media_type, size, facts, now)
            os.fsync(draft.fileno())
            _settle(Path(draft.name), location(digest))
        except BaseException:
            Path(draft.name).unlink(missing_ok=True)
            raise
    return row


@contextmanager
def laid_down(chunks: Iterable[bytes], name: str) -> Iterator[Path]:
    """An upload as a file of this name, for what reads files; gone when the block ends."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        with path.open("wb") as out:
            out.writelines(chunks)
        yield path


def note_handed_in(row: StoredFile, *, member_id: int | None, now: datetime) -> None:
    """Remember who had the content in hand, so that they may name it by its digest later."""
    if member_id is not None:
        HandedIn.objects.get_or_create(file=row, member_id=member_id, defaults={"at": now})


def handed_in(member_id: int, digests: Iterable[str]) -> set[str]:
    """Which of these contents the member has handed in."""
    rows = HandedIn.objects.filter(member_id=member_id, file__sha256__in=list(digests))
    return set(rows.values_list("file__sha256", flat=True))


def location(sha256: str) -> Path:
    """Where the content lies."""
    return Path(settings.MEDIA_ROOT) / sha256[:2] / sha256[2:4] / sha256


def opened(row: StoredFile) -> BinaryIO:
    """The content of a stored file, to be read. Raises NotFound where it has gone from the disk, or
    another content lies there: that proves nothing, and is shown to nobody as if it did."""
    try:
        file = location(row.sha256).open("rb")
        if hashlib.file_digest(file, "sha256").hexdigest() == row.sha256:
            file.seek(0)
            return file
        file.close()
    except OSError as error:
        log.exception("a stored file cannot be read")
        raise NotFound(
            _("this file is missing from the store: tell the administrator"), code="file-missing"
        ) from error
    log.error("the stored file %s was altered on the disk", row.sha256)
    raise NotFound(
        _("this file is not what was stored: tell the administrator"), code="file-altered"
    )


def is_altered(sha256: str) -> bool:
    """True when the stored content is missing or is not what was stored."""
    try:
        with location(sha256).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() != sha256
    except OSError:
        return True


def _copy(chunks: Iterable[bytes], draft: Any, filename: str) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for chunk in chunks:
        size += len(chunk)
        if size > settings.MAX_FILE_BYTES:
            limit = settings.MAX_FILE_BYTES // 1024 // 1024
            raise FileTooLarge(_("%(name)s is larger than %(limit)s MB")
                               % {"name": filename[:80], "limit": limit})  # fmt: skip
        digest.update(chunk)
        draft.write(chunk)
    if not size:
        raise BadFile(_("%(name)s is empty") % {"name": filename[:80]}, code="empty-file")
    return digest.hexdigest(), size


def sniff(path: Path, filename: str) -> str:
    """The media type by content; BadFile when it is none that a case may carry."""
    with path.open("rb") as file:
        head = file.read(16)
    if head[4:8] == b"ftyp" and head[8:12] in PHOTO_BRANDS:
        raise BadFile(_("%(name)s is a HEIC or AVIF photo: send it as JPEG")
                      % {"name": filename[:80]}, code="unknown-file-type")  # fmt: skip
    if known_as := formats.recording(path):
        media_type, whole = known_as
        if not whole:
            raise BadFile(_("%(name)s is broken, or is not what it begins like")
                          % {"name": filename[:80]}, code="broken-file")  # fmt: skip
        return media_type
    try:
        with Image.open(path) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise BadFile(_("%(name)s has too many pixels") % {"name": filename[:80]})
            picture.verify()
            known = IMAGES.get(picture.format or "")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise BadFile(_("%(name)s is not a photo, recording or PDF") % {"name": filename[:80]},
                      code="unknown-file-type") from error  # fmt: skip
    except Image.DecompressionBombError as error:
        raise BadFile(_("%(name)s has too many pixels") % {"name": filename[:80]}) from error
    if not known:
        raise BadFile(_("%(name)s is not a photo, recording or PDF") % {"name": filename[:80]},
                      code="unknown-file-type")  # fmt: skip
    return known


def picture_facts(path: Path) -> dict[str, Any]:
    """Width, height, EXIF (texts, numbers), time and place taken, perceptual hash (signed 64 bit).

    Broken EXIF is no reason to lose a report: it counts as absent.
    """
    return {**_camera_facts(path), "phash": _looks(path)}


def _camera_facts(path: Path) -> dict[str, Any]:
    with Image.open(path) as picture:
        facts: dict[str, Any] = {"width": picture.width, "height": picture.height}
        exif = _or_none(picture.getexif)
        if exif is not None:
            facts["exif"] = _or_none(lambda: _plain_exif(exif)) or {}
            facts["taken_at"] = _or_none(lambda: _taken_at(exif))
            facts["taken_point"] = _or_none(lambda: _taken_point(exif))
    return facts


def told_otherwise(row: StoredFile) -> str:
    """What of a file is kept otherwise than the stored original says; '' when nothing is."""
    path = location(row.sha256)
    try:
        if row.media_type != sniff(path, ""):
            return "media_type"
    except BadFile:  # nothing that is stored
        return "media_type"
    if row.size != path.stat().st_size:
        return "size"
    said = picture_facts(path) if row.media_type.startswith("image/") else {}
    said["exif"] = said.get("exif") or {}
    if not _alike(row.phash, said.get("phash")):
        return "phash"
    return next((name for name in PROVEN if getattr(row, name) != said.get(name)), "")


def _alike(kept: int | None, seen: int | None) -> bool:
    """Another edition of the decoder may see a few bits of a picture's hash otherwise."""
    if kept is None or seen is None:
        return kept is seen
    return ((kept ^ seen) & 0xFFFF_FFFF_FFFF_FFFF).bit_count() <= SAME_LOOKS


def _looks(path: Path) -> int | None:
    """The perceptual hash, None of a picture too plain to be told from another; BadFile for one
    that cannot be read to its end. Opened anew: reading EXIF may have swallowed what is broken."""
    try:
        with Image.open(path) as picture:
            picture.draft("L", (256, 256))
            grey = picture.convert("L")
    except (OSError, SyntaxError, ValueError) as error:
        raise BadFile(_("the photo is cut off or broken"), code="broken-photo") from error
    if ImageStat.Stat(grey).stddev[0] < PLAIN_BELOW:
        return None
    return _signed(int(str(imagehash.phash(grey)), 16))


def _or_none(read: Callable[[], T]) -> T | None:
    """What a camera wrote, or None where it wrote nonsense: a bad date must not cost the place."""
    try:
        return read()
    except (ArithmeticError, LookupError, OSError, SyntaxError, TypeError, ValueError):
        return None
    except struct.error:
        return None


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value


def _plain_exif(exif: Image.Exif) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    merged = dict(exif) | dict(exif.get_ifd(ExifTags.IFD.Exif))
    for tag, value in merged.items():
        name = ExifTags.TAGS.get(tag)
        if isinstance(value, float) and not math.isfinite(value):
            continue
        if name and isinstance(value, str | int | float) and len(str(value)) <= 200:
            plain[name] = value.replace("\x00", "") if isinstance(value, str) else value
    return plain


def _taken_at(exif: Image.Exif) -> datetime | None:
    text = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal)
    if not isinstance(text, str):
        return None
    taken = datetime.strptime(text[:19], "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 (camera's local time)
    return taken.replace(tzinfo=ZoneInfo(settings.TIME_ZONE)).astimezone(UTC)


def _taken_point(exif: Image.Exif) -> Point | None:
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    if not gps or 2 not in gps or 4 not in gps:
        return None
    lat, lon = _degrees(gps[2], gps.get(1)), _degrees(gps[4], gps.get(3))
    return Point(lon, lat, srid=4326) if abs(lat) <= 90 and abs(lon) <= 180 else None


def _degrees(parts: Any, side: Any) -> float:
    value = float(parts[0]) + float(parts[1]) / 60 + float(parts[2]) / 3600
    return -value if side in ("S", "W") else value


def _row(
    digest: str, media_type: str, size: int, facts: dict[str, Any], now: datetime
) -> StoredFile:
    row, _created = StoredFile.objects.get_or_create(
        sha256=digest,
        defaults={"media_type": media_type, "size": size, "stored_at": now, **facts},
    )
    return row


def _settle(draft: Path, final: Path) -> None:
    """Move into place; a content that is there already stays untouched, unless it is no more what
    it was: then what was handed in again takes its place."""
    if final.exists() and not is_altered(final.name):
        draft.unlink()
        return
    final.parent.mkdir(parents=True, exist_ok=True)
    draft.chmod(0o440)
    draft.replace(final)


def thumbnail(row: StoredFile, side: int) -> bytes:
    """A small JPEG of a stored photo, upright; the original is not touched."""
    return _jpeg(_upright(row, side))


def stamped(row: StoredFile, side: int, words: Sequence[str]) -> bytes:
    """As `thumbnail`, with a band of these words (Latin letters, digits) below the picture."""
    return _jpeg(bands.below(_upright(row, side), words))


def _upright(row: StoredFile, side: int) -> Image.Image:
    with opened(row) as stream, Image.open(stream) as picture:
        picture.draft("RGB", (side, side))
        upright = ImageOps.exif_transpose(picture).convert("RGB")
        upright.thumbnail((side, side))
    return upright


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=82)
    return out.getvalue()
