"""The search for a picture's like: exact, and blind to what edits do."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from cityloop.evidence import looking, operations, prints, queries
from cityloop.evidence.models import Print
from cityloop.evidence.tests import pictures
from cityloop.kernel import clock, files
from cityloop.kernel.models import StoredFile

SIGNED = st.integers(-(2**63), 2**63 - 1)
NEAR = st.builds(
    lambda base, places: base ^ sum(1 << place for place in places),
    st.just(0x5A5A_1234_0F0F_7777),
    st.sets(st.integers(0, 62), max_size=14),
)
PROPERTY = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@given(SIGNED, st.sets(st.integers(0, 63), max_size=11))
def test_a_print_within_the_limit_shares_a_band(value: int, places: set[int]) -> None:
    other = value ^ sum(1 << place for place in places)
    assert prints.differing(value, other) == len(places)
    assert set(prints.near(value, len(places))) & set(prints.bands(other))


@pytest.mark.requirement("F10")
@pytest.mark.django_db
@PROPERTY
@given(st.lists(NEAR | SIGNED, min_size=1, max_size=12, unique=True), NEAR, st.integers(0, 11))
def test_the_indexed_search_finds_what_comparing_with_all_finds(
    stock: list[int], wanted: int, limit: int
) -> None:
    connection.cursor().execute(  # files stay: but for the next example
        "SET session_replication_role = replica; DELETE FROM evidence_print;"
        "DELETE FROM kernel_file; SET session_replication_role = origin"
    )
    for number, value in enumerate(stock):
        file = StoredFile.objects.create(
            sha256=f"{number:064x}", media_type="image/jpeg", size=1, stored_at=clock.now()
        )
        Print.objects.create(file=file, part=prints.WHOLE, hash=value, bands=prints.bands(value))
    by_hand = {
        row.file_id: prints.differing(row.hash, wanted)
        for row in Print.objects.all()
        if prints.differing(row.hash, wanted) <= limit
    }
    found = queries.alike([queries.Probe(wanted, whole=True)], limit=limit)
    assert {one.file_id: one.differs for one in found} == by_hand


@pytest.mark.django_db
def test_the_search_reads_the_index_not_the_stock() -> None:
    """With sequential reading forbidden, the plan shows that the bands' index can answer."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT 1 FROM evidence_print p WHERE p.bands && %s", [prints.near(7, 8)]
        )
        assert "print_bands" in "".join(row[0] for row in cursor.fetchall())


def edited() -> list[tuple[str, Image.Image, int]]:
    whole = pictures.photo(pictures.TEMPLE)
    return [
        ("recompressed", whole, 25),
        ("darker", pictures.brighter(whole, 0.6), 85),
        ("brighter", pictures.brighter(whole, 1.3), 85),
        ("smaller", whole.resize((400, 267)), 85),
        ("cropped a little", pictures.cropped(whole, 0.92), 85),
        ("cropped", pictures.cropped(whole, 0.8), 85),
        ("cropped much", pictures.cropped(whole, 0.71), 85),
        ("cut at two sides", whole.crop((0, 0, 1088, 726)), 85),
        *(
            (f"{share} hundredths off {edge}", pictures.shorn(whole, edge, share), 85)
            for edge in ("left", "right", "top", "bottom")
            for share in (5, 13, 20, 24)
        ),
        ("four fifths of a corner", whole.crop((0, 0, 1024, 683)), 85),
        ("cropped to six tenths", pictures.cropped(whole, 0.6), 85),
        ("mirrored", ImageOps.mirror(whole), 85),
        ("turned by a quarter", whole.rotate(90, expand=True), 85),
        ("upside down", whole.rotate(180), 85),
        ("mirrored and turned", ImageOps.mirror(whole).rotate(270, expand=True), 85),
        *((f"askew by {one}", whole.rotate(one), 85) for one in (-5, -2, 1, 3, 4)),
        ("askew and cut straight", pictures.cropped(whole.rotate(3), 0.9), 85),
        ("negative", ImageOps.invert(whole), 85),
        ("negative, cropped", ImageOps.invert(pictures.cropped(whole, 0.8)), 85),
        ("negative, mirrored", ImageOps.invert(ImageOps.mirror(whole)), 85),
        *(
            (f"beside grey, {side}", pictures.beside_grey(whole, side), 85)
            for side in ("left", "right", "top", "bottom", "squeezed")
        ),
    ]


@pytest.mark.slow
@pytest.mark.requirement("F10")
@pytest.mark.django_db
@pytest.mark.parametrize(("name", "copy", "quality"), edited(), ids=lambda one: str(one)[:20])
def test_an_edited_copy_is_found_and_another_picture_is_not(
    settings, tmp_path: Path, name: str, copy: Image.Image, quality: int
) -> None:
    settings.MEDIA_ROOT = tmp_path
    whole = _stored(pictures.jpeg(pictures.photo(pictures.TEMPLE)))
    other = _stored(pictures.jpeg(pictures.photo(pictures.FLOWER)))
    for file in (whole, other):
        operations.keep_prints(file)
    path = tmp_path / "copy.jpg"
    path.write_bytes(pictures.jpeg(copy, quality=quality))
    found = prints.prints_of(path)
    probes = [queries.Probe(value, part == prints.WHOLE) for part, value in found.items()]
    probes += [queries.Probe(value, whole=True) for value in prints.disguises(path)]
    probes += [queries.Probe(value, whole=False) for value in prints.halves(path)]
    assert [one.file_id for one in queries.alike(probes)] == [whole.pk], name


def test_a_half_that_shows_nothing_is_not_looked_for(tmp_path: Path) -> None:
    path = tmp_path / "half.jpg"
    path.write_bytes(pictures.jpeg(pictures.beside_grey(pictures.photo(pictures.FLOWER), "left")))
    assert len(prints.halves(path)) == 3


@pytest.mark.django_db
def test_a_picture_of_nothing_is_like_no_other(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    for grey in (3, 5):
        operations.keep_prints(_stored(pictures.jpeg(Image.new("RGB", (640, 480), (grey,) * 3))))
    assert set(Print.objects.values_list("part", flat=True)) == {prints.PLAIN}
    assert operations.print_stock(limit=10) == 0


@pytest.mark.django_db
def test_the_stock_catches_up(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    _stored(pictures.jpeg(pictures.photo(pictures.TEMPLE)))
    assert [operations.print_stock(limit=10) for _ in range(2)] == [1, 0]


def _stored(content: bytes) -> StoredFile:
    return files.store(chunks=[content], filename="p.jpg", now=clock.now())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("part", "differs", "minutes", "copy"),
    [
        (prints.WHOLE, 2, 1440, True),
        (prints.WHOLE, 6, 1440, False),
        ("centre-80", 0, 1440, True),
        ("centre-80", 3, 1440, False),
        ("centre-80", 6, 0, True),
        (prints.WHOLE, 8, None, True),
    ],
)
def test_two_photographs_of_one_place_are_no_copies(
    part: str, differs: int, minutes: int | None, copy: bool
) -> None:
    """The cameras' own times tell them apart, where both have one."""
    now = clock.now()
    one, other = (
        StoredFile.objects.create(
            sha256=sha256, media_type="image/jpeg", size=1, stored_at=now, taken_at=at
        )
        for sha256, at in (
            ("a" * 64, now),
            ("b" * 64, None if minutes is None else now - timedelta(minutes=minutes)),
        )
    )
    assert looking.a_copy(one, queries.Alike(other.pk, part, differs)) is copy
