"""Runs: background work with a heartbeat, an attempt count, progress, and a way to stop it."""

from django.db import models

from tiebeam.platform.tenancy.records import OwnedRecord

RUN_STATES = ["waiting", "running", "finished", "failed", "stopped"]


class Run(OwnedRecord):
    """One piece of background work, for the person who asked for it."""

    kind = models.CharField(max_length=60)
    person_id = models.UUIDField()
    record_id = models.UUIDField(null=True, blank=True)
    state = models.CharField(
        max_length=20, choices=[(word, word) for word in RUN_STATES], default="waiting"
    )
    attempt = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    is_stop_asked = models.BooleanField(default=False)
    arguments = models.JSONField(default=dict, blank=True)
    progress = models.JSONField(default=dict, blank=True)
    error = models.JSONField(null=True, blank=True)
    result = models.JSONField(null=True, blank=True)

    class Meta(OwnedRecord.Meta):
        indexes = [models.Index(fields=["state", "heartbeat_at"], name="tasks_run_alive")]

    def __str__(self) -> str:
        return f"{self.kind} {self.state} {self.id}"


class WorkerSign(models.Model):
    """The last sign of life of the worker on one machine."""

    machine = models.CharField(primary_key=True, max_length=200)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.machine} {self.at:%Y-%m-%d %H:%M:%S}"
