"""Stored files, remembered calls, markers."""

from __future__ import annotations

from django.contrib.gis.db import models


class StoredFile(models.Model):
    """One content, kept once under its SHA-256; never altered, never deleted by the product."""

    sha256 = models.CharField(max_length=64, unique=True)
    media_type = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    exif = models.JSONField(default=dict)
    taken_at = models.DateTimeField(null=True)
    taken_point = models.PointField(srid=4326, null=True)
    phash = models.BigIntegerField(null=True, db_index=True)
    stored_at = models.DateTimeField()

    class Meta:
        db_table = "kernel_file"

    def __str__(self) -> str:
        return f"{self.sha256[:12]} {self.media_type}"


class HandedIn(models.Model):
    """Who has handed a content in: its digest alone is no proof of having it."""

    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    member_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        db_table = "kernel_handed_in"
        constraints = [models.UniqueConstraint("file", "member_id", name="handed_in_once")]

    def __str__(self) -> str:
        return f"{self.file_id} {self.member_id}"


class RememberedCall(models.Model):
    """A write made with an idempotency key: the same key answers the same, for a day."""

    caller = models.CharField(max_length=64)
    key = models.CharField(max_length=200)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.BinaryField(null=True)
    called_at = models.DateTimeField()

    class Meta:
        db_table = "kernel_remembered_call"
        constraints = [models.UniqueConstraint("caller", "key", name="remembered_call_once")]
        indexes = [models.Index("called_at", name="remembered_call_age")]

    def __str__(self) -> str:
        return f"{self.caller} {self.key}"


class Marker(models.Model):
    """A named fact about this installation, such as 'demo city built'."""

    name = models.CharField(max_length=64, primary_key=True)
    value = models.JSONField(default=dict)
    set_at = models.DateTimeField()

    class Meta:
        db_table = "kernel_marker"

    def __str__(self) -> str:
        return self.name


class Upload(models.Model):
    """A file that somebody put up to look at what taking it would do; forgotten after a day.

    `kind`: what it is to be imported as. `options`: how to read it. Only its sender sees it.
    """

    kind = models.CharField(max_length=24)
    name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    options = models.JSONField(default=dict)
    member_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "kernel_upload"
        indexes = [models.Index("member_id", "kind", name="upload_of")]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class Fingerprint(models.Model):
    """What a row was when it was kept from then on; see fingerprints.py. Append-only.

    `of`: its table. `rule`: the trigger that keeps it. `columns`: those that are digested.
    `link`: over this and the one before.
    """

    of = models.CharField(max_length=64)
    rule = models.CharField(max_length=64)
    row = models.BigIntegerField()
    columns = models.TextField()
    digest = models.CharField(max_length=64)
    link = models.CharField(max_length=64)
    taken_at = models.DateTimeField()

    class Meta:
        db_table = "kernel_fingerprint"
        # With the columns: a later version may keep more of a row, and one that keeps less is no
        # fingerprint of it.
        constraints = [
            models.UniqueConstraint("of", "rule", "row", "columns", name="fingerprint_once")
        ]

    def __str__(self) -> str:
        return f"{self.of} {self.row}"
