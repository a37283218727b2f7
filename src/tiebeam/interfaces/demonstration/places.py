"""The places of the demonstration as regions with codes, and a government for each."""

import csv
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from tiebeam.apps.regions.models import Organisation, Region
from tiebeam.apps.regions.operations import add_statistic, create_organisation, create_region
from tiebeam.platform.tenancy.acting import Actor

PLACES = Path(__file__).with_name("places.csv")
CENSUS = "Seventh National Population Census, 2020"
CENSUS_PUBLISHED = date(2021, 5, 11)


@dataclass(slots=True)
class Directory:
    """Regions and governments by their Chinese name; makes those that it does not know yet."""

    actor: Actor
    now: datetime
    regions: dict[str, Region] = field(default_factory=dict)
    organisations: dict[str, Organisation] = field(default_factory=dict)

    def load_places(self) -> None:
        """Make the provinces, and the cities whose codes are known, with their census population."""
        with PLACES.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                self._make_place(row)

    def organisation(
        self, name_zh: str, name_en: str, *, kind: str = "government", parent_zh: str = ""
    ) -> Organisation:
        """Return the organisation of a name; made, with its region, where it is not known yet."""
        found = self.organisations.get(name_zh)
        if found is None:
            region = self.regions.get(name_zh)
            if region is None and kind == "government":
                region = self._make_region(
                    name_zh, name_en, _guess_kind(name_zh), self.regions.get(parent_zh)
                )
            found = create_organisation(
                name_en=name_en,
                name_zh=name_zh,
                kind=kind,
                region=region,
                actor=self.actor,
                now=self.now,
            )
            self.organisations[name_zh] = found
        return found

    def _make_place(self, row: dict[str, str]) -> None:
        codes = {"GB/T 2260": row["gb_code"], "ISO 3166-2": row["iso_code"]}
        region = create_region(
            name_en=row["name"],
            name_zh=row["name_zh"],
            kind=row["kind"],
            parent=self.regions.get(row["parent_zh"]),
            latitude=Decimal(row["latitude"]) if row["latitude"] else None,
            longitude=Decimal(row["longitude"]) if row["longitude"] else None,
            codes={authority: code for authority, code in codes.items() if code},
            actor=self.actor,
            now=self.now,
        )
        self.regions[row["name_zh"]] = region
        if row["population_2020"]:
            add_statistic(
                region=region,
                indicator="population",
                year=2020,
                quantity=Decimal(row["population_2020"]),
                unit="person",
                vintage=CENSUS_PUBLISHED,
                source=CENSUS,
                reliability="official",
                actor=self.actor,
                now=self.now,
            )

    def _make_region(self, name_zh: str, name_en: str, kind: str, parent: Region | None) -> Region:
        region = create_region(
            name_en=name_en,
            name_zh=name_zh,
            kind=kind,
            parent=parent,
            actor=self.actor,
            now=self.now,
        )
        self.regions[name_zh] = region
        return region


def _guess_kind(name_zh: str) -> str:
    """Return the kind of a place whose code is not known, from the last character of its name."""
    if "师" in name_zh:
        return "division"
    if name_zh.endswith(("县", "区")):
        return "county"
    return "prefecture" if name_zh.endswith(("地区", "州")) else "other"
