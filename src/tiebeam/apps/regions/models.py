"""The directory: regions, the codes they bear, organisations, and what statistics say of them."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from tiebeam.platform.tenancy.records import OwnedRecord

REGION_KINDS = ["country", "province", "prefecture", "county", "town", "division", "other"]
ORGANISATION_KINDS = [
    "government",
    "ministry",
    "office",
    "enterprise",
    "hospital",
    "school",
    "corps",
    "other",
]
RELIABILITIES = ["official", "press", "secondary", "assumption", "unknown"]


class Region(OwnedRecord):
    """A territorial unit, in a tree that changes with time. Its codes are attributes, never keys."""

    is_open: ClassVar[bool] = True

    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    successor = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="predecessors"
    )
    kind = models.CharField(max_length=20, choices=[(kind, kind) for kind in REGION_KINDS])
    name_en = models.CharField(max_length=160)
    name_zh = models.CharField(max_length=160)
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    grams = models.TextField(blank=True, default="")

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from=None)
                | Q(valid_until=None)
                | Q(valid_until__gt=F("valid_from")),
                name="regions_region_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(latitude=None)
                | Q(latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180),
                name="regions_region_lies_on_the_globe",
            ),
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None)
                | Q(latitude__isnull=False, longitude__isnull=False),
                name="regions_region_has_both_coordinates_or_none",
            ),
            models.CheckConstraint(
                condition=~Q(parent=F("id")), name="regions_region_is_not_its_own_parent"
            ),
        ]
        indexes = [models.Index(fields=["name_zh"], name="regions_region_name_zh")]

    def __str__(self) -> str:
        return f"{self.name_zh} {self.name_en} {self.id}"


class RegionCode(OwnedRecord):
    """A code that an authority gave a region for a period: GB/T 2260, ISO 3166-2 …."""

    is_open: ClassVar[bool] = True

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="codes")
    authority = models.CharField(max_length=40)
    code = models.CharField(max_length=20)
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from=None)
                | Q(valid_until=None)
                | Q(valid_until__gt=F("valid_from")),
                name="regions_code_ends_after_it_begins",
            ),
            models.UniqueConstraint(
                fields=["authority", "code", "region", "valid_from"],
                name="regions_code_given_once",
            ),
            # SQLite takes two empty dates for different ones.
            models.UniqueConstraint(
                fields=["authority", "code", "region"],
                condition=Q(valid_from=None),
                name="regions_code_without_a_start_given_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.authority} {self.code} {self.region_id}"


class Organisation(OwnedRecord):
    """
    Who acts: a government, a ministry, an office, an enterprise, a hospital, a school.

    An organisation is also the owner of records; its own entry belongs to whoever
    keeps the directory.
    """

    is_open: ClassVar[bool] = True

    region = models.ForeignKey(
        Region, null=True, blank=True, on_delete=models.PROTECT, related_name="organisations"
    )
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    successor = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="predecessors"
    )
    kind = models.CharField(max_length=20, choices=[(kind, kind) for kind in ORGANISATION_KINDS])
    name_en = models.CharField(max_length=160)
    name_zh = models.CharField(max_length=160)
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    grams = models.TextField(blank=True, default="")

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from=None)
                | Q(valid_until=None)
                | Q(valid_until__gt=F("valid_from")),
                name="regions_organisation_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=~Q(parent=F("id")), name="regions_organisation_is_not_its_own_parent"
            ),
        ]
        indexes = [models.Index(fields=["name_zh"], name="regions_organisation_name_zh")]

    def __str__(self) -> str:
        return f"{self.name_zh} {self.name_en} {self.id}"


class Statistic(OwnedRecord):
    """
    One figure of one region, as one source gave it on one day: never overwritten.

    A revised figure is a further row with a later vintage.
    """

    is_open: ClassVar[bool] = True

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="statistics")
    indicator = models.CharField(max_length=60)
    year = models.PositiveSmallIntegerField()
    quantity = models.DecimalField(max_digits=24, decimal_places=6)
    unit = models.CharField(max_length=40)
    vintage = models.DateField()
    source = models.CharField(max_length=300)
    url = models.URLField(blank=True, default="")
    reliability = models.CharField(max_length=20, choices=[(word, word) for word in RELIABILITIES])

    class Meta(OwnedRecord.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["region", "indicator", "year", "vintage", "source"],
                name="regions_statistic_stated_once_by_a_source_and_vintage",
            )
        ]

    def __str__(self) -> str:
        return f"{self.region_id} {self.indicator} {self.year} ({self.vintage})"
