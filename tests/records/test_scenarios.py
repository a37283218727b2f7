"""Freezing scenarios and reading them again."""

import io
import zipfile
from dataclasses import replace
from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction
from tests.grounds import ground

from records.desk import open_desk, small_scenario
from records.programme_at_work import SIDES, set_to_work
from tiebeam.apps.pairings.models import BuiltScenario, Pairing
from tiebeam.apps.pairings.operations.scenarios import (
    build_scenario,
    import_scenario,
    store_scenario,
)
from tiebeam.apps.pairings.queries import scenarios
from tiebeam.apps.pairings.queries.scenarios import (
    ScenarioAltered,
    freeze_scenario,
    load_scenario,
    register_people_provider,
)
from tiebeam.apps.regions.operations import create_organisation
from tiebeam.core.model.identity import scenario_sha256
from tiebeam.core.model.scenario import Party, Policy
from tiebeam.errors import InvalidInput
from tiebeam.interchange.scenario import write_scenario
from tiebeam.platform.audit.models import Entry
from tiebeam.platform.permissions.operations import NotAllowed
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor, acting
from tiebeam.platform.tenancy.records import NotOwner


@pytest.fixture
@ground
def desk(workspace, coordinator, now):
    return open_desk(workspace, coordinator, now)


def zipped(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def as_files(scenario) -> dict[str, bytes]:
    return {name: text.encode() for name, text in freeze_scenario(scenario).items()}


class TestStoredScenario:
    def test_is_read_again_as_it_was(self, desk, as_actor):
        built = desk.store()

        with as_actor(desk.coordinator):
            stored = BuiltScenario.objects.get()
            assert scenario_sha256(load_scenario(stored)) == scenario_sha256(small_scenario())
            assert stored.sha256 == scenario_sha256(small_scenario())
            assert stored.organisations["fujian"] == str(desk.organisations["fujian"])
            assert Entry.objects.get(record_id=built.pk).action == "pairings.store_scenario"

    def test_is_stored_twice_as_two(self, desk, as_actor):
        desk.store()
        desk.store()
        with as_actor(desk.coordinator):
            assert BuiltScenario.objects.count() == 2

    def test_is_not_there_for_others(self, desk, fujian, as_actor):
        desk.store()
        with as_actor(fujian):
            assert not BuiltScenario.objects.exists()

    def test_whose_content_was_altered_is_not_loaded(self, desk, as_actor):
        built = desk.store()
        built.content["needs.csv"] = built.content["needs.csv"].replace("8", "9")
        with as_actor(desk.coordinator), pytest.raises(ScenarioAltered):
            load_scenario(built)

    def test_whose_content_is_broken_is_not_loaded(self, desk, as_actor):
        built = desk.store()
        del built.content["needs.csv"]
        with as_actor(desk.coordinator), pytest.raises(ScenarioAltered):
            load_scenario(built)

    def test_needs_an_organisation_for_each_party(self, desk):
        with pytest.raises(InvalidInput) as refused:
            store_scenario(
                round=desk.round,
                scenario=desk.scenario,
                organisations={"fujian": desk.organisations["fujian"]},
                name="Half",
                actor=desk.coordinator,
                now=desk.now,
            )
        assert [fault.facts["id"] for fault in refused.value.faults] == [
            "hunan",
            "nyingchi",
            "huanggang",
        ]

    def test_is_not_stored_by_a_donor(self, desk, fujian):
        desk.coordinator = fujian
        with pytest.raises(NotAllowed):
            desk.store()

    def test_is_not_stored_in_a_programme_of_somebody_else(self, desk, workspace):
        desk.coordinator = workspace.actor("hunan", Role.MINISTRY)
        with pytest.raises(NotOwner):
            desk.store()

    def test_is_guarded_by_the_database_itself(self, desk, as_actor):
        desk.store()
        for statement in (
            "UPDATE pairings_builtscenario SET name = 'Other'",
            "DELETE FROM pairings_builtscenario",
        ):
            with (
                as_actor(desk.coordinator),
                connection.cursor() as cursor,
                pytest.raises(DatabaseError),
                transaction.atomic(),
            ):
                cursor.execute(statement)


@pytest.fixture
@ground
def at_work(workspace, coordinator, now):
    """A programme whose four participants returned, all of it accepted."""
    at_work = set_to_work(workspace, coordinator, now)
    for key in SIDES:
        at_work.decide(at_work.hand_in(key), is_accepted=True)
    return at_work


class TestBuiltScenario:
    POLICY = Policy(levels=("coverage", "continuity", "partners"))

    def build(self, at_work, **given):
        return build_scenario(
            **{
                "round": at_work.of_round,
                "policy": self.POLICY,
                "name": "Built",
                "actor": at_work.coordinator,
                "now": at_work.now,
                **given,
            }
        )

    def stand(self, at_work, **period):
        organisations = at_work.workspace.organisations
        with acting(at_work.coordinator):
            Pairing(
                tenant_id=at_work.coordinator.organisation_id,
                programme=at_work.programme,
                donor=organisations["fujian"],
                recipient=organisations["nyingchi"],
                **period,
            ).save()

    def ties(self, at_work, built):
        """Tell the ties by organisation; the ids of the parties are the builder's own."""
        names = {str(row.pk): key for key, row in at_work.workspace.organisations.items()}
        with acting(at_work.coordinator):
            return {
                (
                    names[built.organisations[k.donor]],
                    names[built.organisations[k.recipient]],
                ): k.tie
                for k in load_scenario(built).links
                if k.tie
            }

    def test_holds_what_was_returned(self, at_work):
        built = self.build(at_work)
        with acting(at_work.coordinator):
            scenario = load_scenario(built)
        assert {row.amount for row in scenario.capacities} == {10, 3}
        assert len(scenario.needs) == 4
        assert len(built.organisations) == 4

    def test_has_a_tie_where_a_pair_is_in_force(self, at_work):
        self.stand(at_work, valid_from=date(2019, 1, 1))
        assert self.ties(at_work, self.build(at_work)) == {("fujian", "nyingchi"): 1.0}

    def test_has_no_tie_of_a_pair_that_ended(self, at_work):
        self.stand(at_work, valid_from=date(2019, 1, 1), valid_until=date(2020, 2, 10))
        assert self.ties(at_work, self.build(at_work)) == {}
        built = self.build(at_work, as_of=date(2020, 2, 9))
        assert self.ties(at_work, built) == {("fujian", "nyingchi"): 1.0}

    def test_counts_who_is_on_the_ground(self, at_work, monkeypatch):
        monkeypatch.setattr(scenarios, "_people_providers", {})
        organisations = at_work.workspace.organisations
        couple = (organisations["hunan"].pk, organisations["huanggang"].pk)
        for source in ("posted", "volunteers"):
            register_people_provider(source, lambda round, day: {couple: 6})
        assert self.ties(at_work, self.build(at_work)) == {("hunan", "huanggang"): 12.0}

    def test_waits_for_every_return(self, workspace, coordinator, now):
        at_work = set_to_work(workspace, coordinator, now)
        with pytest.raises(InvalidInput):
            self.build(at_work)

    def test_is_built_by_the_coordinator_alone(self, at_work, hunan):
        with pytest.raises(NotAllowed):
            self.build(at_work, actor=hunan)


class TestImportedScenario:
    def bring(self, desk, content, file_name="small.zip"):
        return import_scenario(
            round=desk.round,
            content=content,
            file_name=file_name,
            name="Brought",
            actor=desk.coordinator,
            now=desk.now,
        )

    def test_comes_from_a_zipped_folder(self, desk):
        files = {f"small/{name}": text for name, text in as_files(desk.scenario).items()}
        built = self.bring(desk, zipped(files))
        assert built.sha256 == scenario_sha256(desk.scenario)
        assert built.organisations == {k: str(v) for k, v in desk.organisations.items()}

    def test_comes_from_a_folder(self, desk):
        built = self.bring(desk, as_files(desk.scenario), "small")
        assert built.sha256 == scenario_sha256(desk.scenario)

    def test_comes_from_a_workbook(self, desk, tmp_path):
        path = tmp_path / "small.xlsx"
        write_scenario(desk.scenario, path)
        built = self.bring(desk, path.read_bytes(), "small.xlsx")
        assert built.sha256 == scenario_sha256(desk.scenario)

    def test_finds_organisations_by_id_and_by_chinese_name(self, desk):
        number = str(desk.organisations["fujian"])
        donors = (Party(id=number, name="?"), Party(id="b", name="?", name_zh="湖南"))
        scenario = replace(desk.scenario, donors=donors, capacities=())
        built = self.bring(desk, as_files(scenario), "small")
        assert built.organisations[number] == number
        assert built.organisations["b"] == str(desk.organisations["hunan"])

    def test_lists_every_party_that_is_no_organisation(self, desk, as_actor):
        donors = (Party(id="fujian", name="Fujan"), Party(id="hunan", name="Narnia"))
        with pytest.raises(InvalidInput) as refused:
            self.bring(desk, as_files(replace(desk.scenario, donors=donors)), "small")
        faults = refused.value.faults
        assert [(f.code, f.value) for f in faults] == [
            ("pairings.unknown_organisation", "Fujan"),
            ("pairings.unknown_organisation", "Narnia"),
        ]
        assert faults[0].facts["near"][0] == "Fujian"
        with as_actor(desk.coordinator):
            assert not BuiltScenario.objects.exists()

    def test_takes_who_takes_part_where_a_name_is_borne_twice(self, desk, admin, now):
        create_organisation(name_en="Fujian", name_zh="福建", kind="hospital", actor=admin, now=now)
        built = self.bring(desk, as_files(desk.scenario), "small")
        assert built.organisations["fujian"] == str(desk.organisations["fujian"])

    def test_does_not_guess_between_two_of_one_name(self, desk, admin, now):
        for _ in range(2):
            create_organisation(name_en="Anhui", name_zh="安徽", kind="other", actor=admin, now=now)
        donors = (*desk.scenario.donors, Party(id="anhui", name="Anhui"))
        with pytest.raises(InvalidInput) as refused:
            self.bring(desk, as_files(replace(desk.scenario, donors=donors)), "small")
        assert [f.code for f in refused.value.faults] == ["pairings.ambiguous_organisation"]

    def test_refuses_one_id_for_two_organisations(self, desk):
        recipients = (Party(id="fujian", name="Nyingchi"), desk.scenario.recipients[1])
        scenario = replace(desk.scenario, recipients=recipients, needs=())
        with pytest.raises(InvalidInput) as refused:
            self.bring(desk, as_files(scenario), "small")
        assert "pairings.id_of_two_organisations" in {f.code for f in refused.value.faults}

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"no archive", "pairings.damaged_archive"),
            (zipped({"a/x.csv": b"1", "b/x.csv": b"2"}), "pairings.file_twice"),
            (zipped({f"{n}.csv": b"" for n in range(201)}), "pairings.archive_too_large"),
            (zipped({"readme.md": b"nothing"}), "read.no_scenario_here"),
        ],
    )
    def test_says_what_is_wrong_with_an_archive(self, desk, content, code):
        with pytest.raises(InvalidInput) as refused:
            self.bring(desk, content)
        assert code in {fault.code for fault in refused.value.faults}

    def test_is_refused_where_it_would_lead_out_of_its_folder(self, desk):
        files = {f"../../{name}": text for name, text in as_files(desk.scenario).items()}
        with pytest.raises(InvalidInput) as refused:
            self.bring(desk, zipped(files))
        assert [fault.code for fault in refused.value.faults] == ["pairings.archive_leads_out"]

    def test_is_not_brought_by_a_recipient(self, desk, nyingchi):
        desk.coordinator = nyingchi
        with pytest.raises(NotAllowed):
            self.bring(desk, as_files(desk.scenario))

    def test_is_not_brought_by_nobody(self, desk):
        desk.coordinator = Actor(
            person_id=desk.coordinator.person_id, organisation_id=desk.coordinator.organisation_id
        )
        with pytest.raises(NotAllowed):
            self.bring(desk, as_files(desk.scenario))
