"""Files: kept once, untouched, and nothing that claims to be what it is not."""

from __future__ import annotations

import hashlib
import io
import zlib
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction
from PIL import Image

from cityloop.kernel import files
from cityloop.kernel.errors import NoRoom, NotFound
from cityloop.kernel.models import StoredFile

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def jpeg(colour: str = "red", exif: Image.Exif | None = None) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (80, 60), colour).save(
        out, "JPEG", **({"exif": exif} if exif is not None else {})
    )
    return out.getvalue()


def noise() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((200, 200), 60).convert("RGB").save(out, "JPEG")
    return out.getvalue()


def keep(content: bytes, name: str = "photo.jpg") -> StoredFile:
    return files.store(chunks=[content], filename=name, now=NOW)


@pytest.mark.django_db
@pytest.mark.requirement("F07")
def test_a_photo_is_kept_once_under_its_hash_and_never_altered():
    content = jpeg()
    first, second = keep(content), keep(content, "other.jpg")
    assert first.pk == second.pk
    path = files.location(first.sha256)
    assert path.read_bytes() == content
    assert hashlib.sha256(content).hexdigest() == first.sha256
    assert path.stat().st_mode & 0o222 == 0
    assert (first.media_type, first.width, first.height) == ("image/jpeg", 80, 60)


@pytest.mark.django_db
@pytest.mark.requirement("F08")
def test_exif_time_and_place_are_read_and_nonsense_is_no_loss():
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "2026:03:02 08:30:00"
    exif.get_ifd(0x8825).update({1: "N", 2: (30.0, 15.0, 36.0), 3: "E", 4: (120.0, 7.0, 48.0)})
    row = keep(jpeg(exif=exif))
    assert row.taken_at == datetime(2026, 3, 2, 0, 30, tzinfo=UTC)
    assert (round(row.taken_point.x, 4), round(row.taken_point.y, 4)) == (120.13, 30.26)
    broken = Image.Exif()
    broken.get_ifd(0x8769)[0x9003] = "yesterday"
    assert keep(jpeg("blue", broken)).taken_at is None


@pytest.mark.django_db
@pytest.mark.requirement("O10")
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty-file"),
        (b"<html><script>alert(1)</script>", "unknown-file-type"),
        (b"MZ\x90\x00" + b"\x00" * 100, "unknown-file-type"),
        (b"\xff\xd8\xff\xe0" + b"junk" * 20, "unknown-file-type"),
        (noise()[:-2000], "broken-photo"),
    ],
)
def test_empty_disguised_and_broken_files_are_refused(content, code, tmp_path):
    with pytest.raises(files.BadFile) as caught:
        keep(content, "photo.jpg")
    assert caught.value.code == code
    assert not StoredFile.objects.exists()
    assert not [p for p in tmp_path.rglob("*") if p.is_file()], "a draft was left behind"


@pytest.mark.django_db
@pytest.mark.requirement("O10")
def test_a_file_of_a_hundred_megabytes_is_cut_off_while_it_streams():
    read = 0

    def endless():
        nonlocal read
        while read < 100 * 2**20:
            read += 2**20
            yield b"\xff" * 2**20

    with pytest.raises(files.FileTooLarge):
        files.store(chunks=endless(), filename="big.jpg", now=NOW)
    assert read <= 12 * 2**20


@pytest.mark.django_db
@pytest.mark.requirement("D07")
def test_the_same_scene_in_another_size_has_a_near_fingerprint():
    noise = Image.effect_noise((400, 300), 60).convert("RGB")
    prints = []
    for size, quality in (((400, 300), 95), ((200, 150), 70)):
        out = io.BytesIO()
        noise.resize(size).save(out, "JPEG", quality=quality)
        prints.append(keep(out.getvalue()).phash)
    distance = ((prints[0] ^ prints[1]) & (2**64 - 1)).bit_count()
    assert distance <= 12


FRAME = b"\xff\xfb\x90\x64" + b"\x00" * 413  # MPEG 1, layer III, 128 kbit/s, 44.1 kHz
FILM = (24).to_bytes(4) + b"ftypmp42" + b"\x00" * 12 + (8).to_bytes(4) + b"moov"
PAPER = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\nstartxref\n9\n%%EOF\n"
# The first page of an Opus stream as an encoder wrote it, checksum included.
OPUS = bytes.fromhex(
    "4f676753000200000000000000009ce8366b0000000059dcf69001134f707573486561640101380180bb0000000000"
)


@pytest.mark.django_db
@pytest.mark.parametrize(("content", "media_type"), [
    (PAPER, "application/pdf"), (FILM, "video/mp4"), (FRAME * 2, "audio/mpeg"),
    (b"ID3\x04\x00\x00\x00\x00\x01\x02" + b"t" * 130 + FRAME * 2, "audio/mpeg"),
    (OPUS, "audio/ogg"), (b"#!AMR\n" + (b"\x3c" + b"\x00" * 31) * 3, "audio/amr"),
])  # fmt: skip
def test_papers_and_recordings_are_known_by_their_content(content, media_type):
    assert keep(content, "a.bin").media_type == media_type


@pytest.mark.django_db
@pytest.mark.parametrize("content", [
    b"%PDF-1.4 hello", b"%PDF-<html><script>alert(1)</script>%%EOF", PAPER[:-30],
    b"ID3<script>alert(1)</script>", b"ID3", b"\xff\xfb", b"\xff\xfb\x90<script>alert(1)</script>",
    FRAME, b"MZ\x90\x00ftypevil this program", b"\x00\x00\x00\x18ftypmp42",
    FILM[:-8] + b"\x00\x00\x00\x08html<script>", FILM + b"<script>", b"OggS", b"OggS<html>",
    OPUS[:-1] + b"x", OPUS[:-5], b"#!AMR", b"#!AMR\n", b"#!AMR<script>", b"#!AMR\n<script>",
])  # fmt: skip
def test_what_only_begins_like_a_paper_or_recording_is_refused(content):
    with pytest.raises(files.BadFile):
        keep(content, "x.jpg")


@pytest.mark.django_db
def test_a_photo_with_further_pictures_behind_it_is_a_photo():
    out = io.BytesIO()
    Image.new("RGB", (80, 60), "red").save(
        out, "MPO", save_all=True, append_images=[Image.new("RGB", (80, 60), "blue")]
    )
    row = keep(out.getvalue())
    assert (row.media_type, row.width) == ("image/jpeg", 80)
    assert files.thumbnail(row, 32)


@pytest.mark.django_db
def test_a_thumbnail_is_small_and_the_original_stays():
    row = keep(jpeg())
    small = Image.open(io.BytesIO(files.thumbnail(row, 32)))
    assert max(small.size) == 32
    assert files.location(row.sha256).read_bytes() == jpeg()


@pytest.mark.django_db
@pytest.mark.requirement("F08")
@pytest.mark.parametrize(
    "nonsense", ["0000:00:00 00:00:00", "0001:01:01 00:00:00", "9999:99:99 99:99:99", ""]
)
def test_a_camera_without_a_date_still_says_where(nonsense):
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = nonsense
    exif.get_ifd(0x8825).update({1: "N", 2: (30.0, 15.0, 36.0), 3: "E", 4: (120.0, 7.0, 48.0)})
    row = keep(jpeg(exif=exif))
    assert row.taken_at is None and round(row.taken_point.y, 2) == 30.26


@pytest.mark.django_db
@pytest.mark.requirement("F08")
def test_half_a_place_is_none():
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (30.0, 15.0), 3: "E", 4: (120.0, 7.0)})
    assert keep(jpeg(exif=exif)).taken_point is None


@pytest.mark.django_db
def test_a_photo_that_no_browser_shows_is_refused_with_a_way_out():
    with pytest.raises(files.BadFile, match="JPEG"):
        keep(b"\x00\x00\x00\x18ftypheic" + b"\x00" * 40, "IMG_1.HEIC")


@pytest.mark.requirement("F07", "O02")
@pytest.mark.parametrize("change", [
    "UPDATE kernel_file SET taken_at = now()", "DELETE FROM kernel_file",
    "TRUNCATE kernel_file CASCADE",
])  # fmt: skip
def test_what_is_known_of_a_file_never_changes(db, change):
    keep(jpeg())
    with pytest.raises(DatabaseError, match=r"never changes|append-only"), transaction.atomic():
        connection.cursor().execute(change)


def png(data: bytes) -> bytes:
    """A PNG whose chunks are whole and whose picture is this."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return len(content).to_bytes(4) + kind + content + zlib.crc32(kind + content).to_bytes(4)

    head = (640).to_bytes(4) + (480).to_bytes(4) + bytes((8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.django_db
@pytest.mark.requirement("F07", "D07")
def test_a_picture_that_nobody_can_see_is_no_photo():
    with pytest.raises(files.BadFile) as refused:
        keep(png(b"xx"))
    assert refused.value.code == "broken-photo"


@pytest.mark.django_db
@pytest.mark.requirement("D07")
def test_a_picture_of_nothing_looks_like_no_other():
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (9, 9, 12)).save(out, "JPEG")
    assert keep(out.getvalue()).phash is None


@pytest.mark.django_db
@pytest.mark.requirement("O05")
def test_a_full_disk_and_a_lost_file_are_told_plainly(settings, tmp_path):
    row = keep(jpeg())
    files.location(row.sha256).unlink()
    with pytest.raises(NotFound, match="缺少该文件"):
        files.thumbnail(row, 32)
    (tmp_path / "full").write_bytes(b"")
    settings.MEDIA_ROOT = tmp_path / "full" / "files"  # as little can be written there
    with pytest.raises(NoRoom, match="无法保存"):
        keep(jpeg("blue"))


@pytest.mark.django_db
@pytest.mark.requirement("F07", "O02")
def test_what_was_altered_on_the_disk_is_shown_to_nobody_and_mended_by_the_right_one():
    content = jpeg("blue")
    row = keep(content)
    path = files.location(row.sha256)
    path.chmod(0o640)
    path.write_bytes(jpeg("green"))
    with pytest.raises(NotFound) as refused:
        files.opened(row)
    assert refused.value.code == "file-altered"
    with pytest.raises(NotFound):
        files.thumbnail(row, 40)
    assert keep(content).pk == row.pk
    with files.opened(row) as stream:
        assert stream.read() == content
