"""The city's decisions, the revision of it all, and the record of every change."""

from __future__ import annotations

from django.db import models


class PeopleSetting(models.Model):
    """A decision of the city about posts and people, with the paper it rests on."""

    name = models.CharField(max_length=40, primary_key=True)
    value = models.JSONField()
    source_document = models.CharField(max_length=200, blank=True, default="")
    set_at = models.DateTimeField()

    class Meta:
        db_table = "people_setting"

    def __str__(self) -> str:
        return self.name


class Revision(models.Model):
    """Changes with every write: a process sees whether what it remembers still holds."""

    name = models.CharField(max_length=40, primary_key=True)
    stamp = models.CharField(max_length=36)

    class Meta:
        db_table = "people_revision"

    def __str__(self) -> str:
        return f"{self.name} {self.stamp}"


class PeopleChange(models.Model):
    """Who changed what and when, before and after. Triggers refuse UPDATE, DELETE and TRUNCATE."""

    at = models.DateTimeField()
    member_id = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=200)
    subject = models.CharField(max_length=24)
    subject_id = models.CharField(max_length=64)
    action = models.CharField(max_length=24)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        db_table = "people_change"
        indexes = [models.Index("subject", "subject_id", "id", name="people_change_subject")]

    def __str__(self) -> str:
        return f"{self.subject} {self.subject_id} {self.action}"
