"""The directory kept by hand: entries made, corrected and ended, figures added and never overwritten."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from tiebeam.apps.regions.models import Organisation, Region, Statistic
from tiebeam.apps.regions.operations import add_statistic, create_region
from tiebeam.platform.tenancy.acting import acting

REGION = {"name_zh": "波密县", "name_en": "Bomi", "kind": "county", "parent": "西藏"}
FIGURE = {
    "indicator": "population", "year": "2020", "quantity": "3648100", "unit": "person",
    "vintage": "2021-05-11", "source": "Census", "reliability": "official",
}  # fmt: skip


@pytest.fixture
def tibet(coordinator, now):
    return create_region(
        name_en="Tibet", name_zh="西藏", kind="province", codes={"GB/T 2260": "540000"},
        actor=coordinator, now=now,
    )  # fmt: skip


def faults_of(answer):
    return {name: " ".join(told) for name, told in answer.context["form"].errors.items()}


def sent(answer, **changed):
    """What a browser sends of the form of a page."""
    form = answer.context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in {**values, **changed}.items() if value is not None}


class TestRegion:
    def test_is_entered_with_its_codes_below_another(self, tibet, coordinator, as_coordinator):
        page = as_coordinator.get(f"/directory/regions/add/?below={tibet.pk}")
        assert sent(page)["parent"] == "西藏"
        answer = as_coordinator.post(
            "/directory/regions/add/",
            {**REGION, "code_gb": "540424", "latitude": "29.86", "longitude": "95.77",
             "valid_from": "1954-01-01", "last_day": "2029-12-31"},
        )  # fmt: skip
        assert answer.status_code == 302
        with acting(coordinator):
            made = Region.objects.get(name_en="Bomi")
            assert answer.url == reverse("region", args=[made.pk])
            assert (made.parent_id, made.valid_until) == (tibet.pk, date(2030, 1, 1))
            assert (made.codes.get().code, made.latitude) == ("540424", Decimal("29.86"))

    @pytest.mark.parametrize(
        ("changed", "field", "told"),
        [
            ({"parent": "nowhere"}, "parent", "“nowhere”"),
            ({"code_gb": "12"}, "code_gb", "does not have the form"),
            ({"code_gb": "540000"}, "code_gb", "borne by “西藏 Tibet”"),
            ({"latitude": "29"}, "longitude", "Give both"),
            ({"latitude": "95", "longitude": "1"}, "latitude", "90"),
            (
                {"valid_from": "2020-02-02", "last_day": "2020-01-01"},
                "last_day",
                "ends on 2020-01-01",
            ),
            ({"name_zh": "", "name_en": ""}, "name_zh", "no name"),
        ],
    )
    def test_is_refused_beside_the_field(self, changed, field, told, tibet, as_coordinator):
        answer = as_coordinator.post("/directory/regions/add/", {**REGION, **changed})
        assert answer.status_code in {400, 409}
        assert told in faults_of(answer)[field]

    def test_is_corrected_where_it_differs_and_for_a_reason(
        self, tibet, coordinator, as_coordinator
    ):
        address = f"/directory/regions/{tibet.pk}/correct/"
        page = as_coordinator.get(address)
        unchanged = as_coordinator.post(address, sent(page, reason="Typed wrong"))
        assert "Nothing differs" in str(faults_of(unchanged))
        missing = as_coordinator.post(address, sent(page, name_en="Xizang"))
        assert "reason" in faults_of(missing)
        answer = as_coordinator.post(address, sent(page, name_en="Xizang", reason="Official name"))
        assert answer.status_code == 302
        with acting(coordinator):
            assert Region.objects.get(pk=tibet.pk).name_en == "Xizang"
        history = as_coordinator.get(f"/history/region/{tibet.pk}/").content.decode()
        assert "Official name" in history
        assert "540000" in history
        assert "[history" not in history
        assert "Xizang" in history

    def test_is_not_corrected_over_what_somebody_else_changed(self, tibet, as_coordinator):
        address = f"/directory/regions/{tibet.pk}/correct/"
        mine, theirs = as_coordinator.get(address), as_coordinator.get(address)
        as_coordinator.post(address, sent(theirs, name_zh="西藏自治区", reason="In full"))
        answer = as_coordinator.post(address, sent(mine, name_en="Xizang", reason="Official"))
        assert answer.status_code == 409
        assert "Somebody changed this entry" in str(faults_of(answer))
        again = as_coordinator.post(address, sent(answer, name_zh="西藏自治区"))
        assert again.status_code == 302

    def test_is_ended_and_followed(self, tibet, coordinator, as_coordinator, now):
        create_region(
            name_en="Xizang", name_zh="西藏自治区", kind="province", actor=coordinator, now=now
        )
        create_region(
            name_en="Bomi", name_zh="波密县", kind="county", parent=tibet, actor=coordinator,
            now=now,
        )  # fmt: skip
        address = f"/directory/regions/{tibet.pk}/end/"
        given = {"last_day": "2020-01-31", "reason": "Renamed"}
        alone = as_coordinator.post(address, given)
        assert "波密县 Bomi" in faults_of(alone)["successor"]
        answer = as_coordinator.post(address, {**given, "successor": "西藏自治区"})
        assert answer.status_code == 302
        page = as_coordinator.get(f"/directory/regions/{tibet.pk}/?on=2020-01-31")
        assert "Xizang" in page.content.decode()
        assert "540000" in page.content.decode()
        later = as_coordinator.get(f"/directory/regions/{tibet.pk}/?on=2020-02-01")
        assert "540000" not in later.content.decode()
        again = as_coordinator.post(address, {**given, "last_day": "2020-03-01"})
        assert "2020-01-31" in faults_of(again)["last_day"]

    def test_bears_codes_one_after_the_other(self, tibet, as_coordinator):
        address = f"/directory/regions/{tibet.pk}/codes/add/"
        given = {"authority": "GB/T 2260", "code": "540001", "valid_from": "2020-02-01"}
        taken = as_coordinator.post(address, given)
        assert "540000" in faults_of(taken)["code"]
        (code,) = as_coordinator.get(f"/directory/regions/{tibet.pk}/").context["codes"]
        ended = as_coordinator.post(code["end"], {"last_day": "2020-01-31", "reason": "New code"})
        assert ended.status_code == 302
        assert as_coordinator.post(address, given).status_code == 302
        page = as_coordinator.get(f"/directory/regions/{tibet.pk}/").content.decode()
        assert "540001" in page


class TestOrganisation:
    def test_is_entered_corrected_and_ended(self, tibet, workspace, coordinator, as_coordinator):
        answer = as_coordinator.post(
            "/directory/organisations/add/",
            {"name_zh": "林芝市人民医院", "kind": "hospital", "region": "西藏", "parent": "林芝"},
        )
        assert answer.status_code == 302
        with acting(coordinator):
            made = Organisation.objects.select_related("parent").get(name_zh="林芝市人民医院")
        assert (made.region_id, made.parent.name_en) == (tibet.pk, "Nyingchi")
        address = f"/directory/organisations/{made.pk}/"
        page = as_coordinator.get(f"{address}correct/")
        below_itself = as_coordinator.post(
            f"{address}correct/", sent(page, parent="林芝市人民医院", reason="Try")
        )
        assert "below itself" in faults_of(below_itself)["parent"]
        as_coordinator.post(
            f"{address}correct/", sent(page, name_en="Nyingchi Hospital", reason="Added")
        )
        as_coordinator.post(f"{address}end/", {"last_day": "2026-01-31", "reason": "Closed"})
        with acting(coordinator):
            made.refresh_from_db()
        assert (made.name_en, made.valid_until) == ("Nyingchi Hospital", date(2026, 2, 1))


class TestFigure:
    def test_is_added_beside_the_earlier_ones(self, tibet, coordinator, as_coordinator):
        address = f"/directory/regions/{tibet.pk}/figures/add/"
        first = as_coordinator.post(address, FIGURE)
        assert first.status_code == 302
        same = as_coordinator.post(address, {**FIGURE, "quantity": "1"})
        assert "never overwritten" in faults_of(same)["vintage"]
        other = as_coordinator.post(address, {**FIGURE, "vintage": "2022-01-01", "unit": "万人"})
        assert "person" in faults_of(other)["unit"]
        with acting(coordinator):
            earlier = Statistic.objects.get()
        form = as_coordinator.get(f"{address}?like={earlier.pk}").context["form"]
        assert form["source"].value() == "Census"
        assert form["quantity"].value() is None
        revised = as_coordinator.post(
            address, {**FIGURE, "vintage": "2022-01-01", "quantity": "3648200"}
        )
        page = as_coordinator.get(revised.url)
        assert [row.cells[2].exact for row in page.context["table"].rows] == [3648200, 3648100]
        history = as_coordinator.get(f"/history/statistic/{earlier.pk}/").content.decode()
        assert "3648100" in history
        assert "[history" not in history
        assert "indicator: population" in history

    def test_is_shown_as_it_was_known(self, tibet, coordinator, as_coordinator, now):
        for vintage, quantity in ((date(2021, 5, 11), 1), (date(2022, 1, 1), 2)):
            add_statistic(
                region=tibet, indicator="beds", year=2020, quantity=Decimal(quantity), unit="bed",
                vintage=vintage, source="Yearbook", reliability="official", actor=coordinator,
                now=now if quantity == 1 else now.replace(year=2022),
            )  # fmt: skip
        with acting(coordinator):
            newest = Statistic.objects.get(quantity=2)
        address = f"/directory/figures/{newest.pk}/"
        assert len(as_coordinator.get(address).context["table"].rows) == 2
        known = as_coordinator.get(f"{address}?known=2021-12-31").context["table"].rows
        assert [row.cells[2].exact for row in known] == [1]
        assert as_coordinator.get(f"{address}?on=2019-12-31").status_code == 404


class TestEntry:
    def test_is_shown_on_a_day_as_known_on_another(self, tibet, coordinator, as_coordinator):
        page = as_coordinator.get(f"/directory/regions/{tibet.pk}/correct/")
        as_coordinator.post(
            f"/directory/regions/{tibet.pk}/correct/",
            sent(page, name_en="Xizang", valid_from="1965-09-01", reason="Founded then"),
        )
        address = f"/directory/regions/{tibet.pk}/"
        assert "Xizang" in as_coordinator.get(address).content.decode()
        before = as_coordinator.get(f"{address}?known=2020-02-10").content.decode()
        assert "Tibet" in before
        assert "Xizang" not in before
        assert as_coordinator.get(f"{address}?known=2020-02-08").status_code == 404
        listed = as_coordinator.get("/directory/?on=1960-01-01").context["table"]
        assert listed.count == 0
        assert (
            as_coordinator.get("/directory/?on=1960-01-01&known=2020-02-10").context["table"].count
            == 1
        )
        assert as_coordinator.get("/directory/?on=nonsense").status_code == 400

    def test_is_changed_by_its_keeper_alone(self, tibet, workspace, as_fujian, as_nobody):
        office = workspace.organisations["office"].pk
        addresses = [
            "/directory/regions/add/", f"/directory/regions/{tibet.pk}/correct/",
            f"/directory/regions/{tibet.pk}/end/", f"/directory/regions/{tibet.pk}/codes/add/",
            f"/directory/organisations/{office}/correct/", "/directory/organisations/add/",
        ]  # fmt: skip
        for address in addresses:
            assert as_fujian.get(address).status_code == 403, address
            assert as_fujian.post(address, REGION).status_code == 403, address
            assert as_nobody.get(address).status_code == 302, address
        shown = as_fujian.get(f"/directory/regions/{tibet.pk}/").content.decode()
        assert "/correct/" not in shown
        assert "/figures/add/" in shown

    def test_speaks_both_languages(self, tibet, sign_in, coordinator, now):
        for language in ("en", "zh"):
            client = sign_in("office", language)
            for address in ("correct", "end", "codes/add", "figures/add"):
                path = f"/directory/regions/{tibet.pk}/{address}/"
                for answer in (client.get(path), client.post(path, {"parent": "无此名"})):
                    assert answer.status_code in {200, 400, 409}, path
                    for room in ("[directory", "[regions", "[workbooks"):
                        assert room not in answer.content.decode(), path
