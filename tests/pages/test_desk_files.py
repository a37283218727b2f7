"""Files brought to the desk: plans and scenarios, and what is no use or meant to harm."""

import io
import json
import zipfile
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from records.desk import open_desk, small_scenario
from tiebeam.apps.pairings.models import BuiltScenario, Variant
from tiebeam.apps.pairings.operations.plans import store_plan
from tiebeam.apps.pairings.queries.scenarios import freeze_scenario
from tiebeam.apps.pairings.queries.variants import effective_scenario
from tiebeam.core.pairing.solver import solve_pairing
from tiebeam.interchange.plan.document import plan_text
from tiebeam.interchange.scenario import write_scenario
from tiebeam.interfaces.web.desk import forms
from tiebeam.platform.tenancy.acting import acting


@pytest.fixture
def desk(workspace, coordinator, now):
    return open_desk(workspace, coordinator, now)


@pytest.fixture
def solved(desk):
    variant = desk.variant()
    with acting(desk.coordinator):
        plan = solve_pairing(effective_scenario(variant))
    return store_plan(variant=variant, plan=plan, actor=desk.coordinator, now=desk.now)


@pytest.fixture
def document(as_coordinator, solved):
    """The plan as the desk gives it, and the command line writes it."""
    answer = as_coordinator.get(reverse("desk_plan_document", args=[solved.pk]))
    assert answer.headers["Content-Disposition"].endswith('.json"')
    return json.loads(answer.content)


def text_of(answer):
    return answer.content.decode()


def bring(client, built, document, name="From a file"):
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    file = SimpleUploadedFile("plan.json", content)
    address = reverse("desk_upload_plan", args=[built.pk])
    return client.post(address, {"name": name, "plan": file})


def count(desk):
    with acting(desk.coordinator):
        return BuiltScenario.objects.count(), Variant.objects.count()


class TestPlan:
    def test_becomes_a_variant_and_is_optimal_where_the_check_proves_it(
        self, as_coordinator, solved, document
    ):
        answer = bring(as_coordinator, solved.scenario, document)

        assert answer.status_code == 302
        shown = text_of(as_coordinator.get(answer.url))
        assert "it keeps every rule, and is proven optimal" in shown
        assert "From a file" in shown

    def test_is_not_called_optimal_on_its_own_word(self, as_coordinator, desk):
        needs = tuple(replace(need, amount=15) for need in desk.scenario.needs)
        desk.scenario = replace(desk.scenario, needs=needs)
        built = desk.store()
        document = json.loads(plan_text(solve_pairing(desk.scenario)))
        assert document["status"] == "optimal"
        for level in document["levels"]:
            level["certificate"] = "unverified"
        document["certificate"] = {}

        answer = bring(as_coordinator, built, document)

        shown = text_of(as_coordinator.get(answer.url))
        assert "optimal is not proven here" in shown
        assert "made by hand: not claimed to be optimal" in shown
        assert "of the best possible" not in shown
        with acting(desk.coordinator):
            kept = Variant.objects.get()
        assert (kept.plan_status, kept.plan["levels"]) == ("feasible", [])

    def test_of_pairs_alone_has_its_flows_completed(self, as_coordinator, solved, document):
        bare = {"format": document["format"], "pairs": document["pairs"]}

        answer = bring(as_coordinator, solved.scenario, bare)

        assert "They are an assumption" in text_of(as_coordinator.get(answer.url))

    def test_that_breaks_rules_is_refused_with_each_of_them(
        self, as_coordinator, solved, document, desk
    ):
        for flow in document["flows"]:
            flow["amount"] = 50
        document |= {"levels": [], "status": "feasible", "certificate": {}}

        answer = bring(as_coordinator, solved.scenario, document)

        shown = text_of(answer)
        assert answer.status_code == 409
        assert "The plan was not stored" in shown
        assert "§M3" in shown
        assert "Fujian" in shown
        assert count(desk) == (1, 1)

    def test_of_another_scenario_is_refused(self, as_coordinator, solved, document, desk):
        document["scenario"]["sha256"] = "0" * 64

        answer = bring(as_coordinator, solved.scenario, document)

        assert answer.status_code == 400
        assert "was made for another scenario: it names 0000" in text_of(answer)
        assert solved.scenario.sha256 in text_of(answer)
        assert count(desk) == (1, 1)

    @pytest.mark.parametrize(
        ("spoil", "told"),
        [
            ({"pairs": [{"donor": "fujian"}]}, "plan.json, pairs[0].recipient: "),
            ({"pairs": [{"donor": "atlantis", "recipient": "nyingchi"}]}, "atlantis"),
            ({"pairs": []}, "holds no pair"),
            ({"format": "other/1"}, "tiebeam-plan/1"),
            ({"surprise": 1}, "surprise"),
        ],
    )
    def test_with_a_fault_is_refused_in_words(
        self, as_coordinator, solved, document, desk, spoil, told
    ):
        answer = bring(as_coordinator, solved.scenario, document | spoil)

        assert answer.status_code in {400, 409}
        assert told in text_of(answer)
        assert count(desk) == (1, 1)

    @pytest.mark.parametrize(
        "content", [b"", b"\x00\xff\x00", b"PK\x03\x04", b"[" * 100_000, b"{}", b'{"a":1e999}']
    )
    def test_that_is_none_is_refused_in_words(self, as_coordinator, solved, desk, content):
        answer = bring(as_coordinator, solved.scenario, content)

        assert answer.status_code == 400
        assert 'role="alert"' in text_of(answer)
        assert count(desk) == (1, 1)

    def test_that_is_too_large_is_not_read(self, as_coordinator, solved, desk, monkeypatch):
        monkeypatch.setattr(forms, "PLAN_BYTES_MOST", 9)

        answer = bring(as_coordinator, solved.scenario, b"0123456789")

        assert answer.status_code == 400
        assert "has 10 bytes, and a file may have 9 at most" in text_of(answer)

    def test_needs_a_name_of_its_own(self, as_coordinator, solved, document, desk):
        answer = bring(as_coordinator, solved.scenario, document, name="As computed")

        assert answer.status_code == 409
        assert count(desk) == (1, 1)

    def test_is_brought_by_the_coordinator_alone(self, as_fujian, solved, document, desk):
        assert bring(as_fujian, solved.scenario, document).status_code == 404
        assert count(desk) == (1, 1)


def zipped(files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def workbook(tmp_path):
    path = tmp_path / "small.xlsx"
    write_scenario(small_scenario(), path)
    return path.read_bytes()


def with_part(content, name, part):
    """Return a workbook with one part more."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {entry: archive.read(entry) for entry in archive.namelist()}
    return zipped(parts | {name: part})


class TestHostileScenario:
    def send(self, client, desk, content, name):
        file = SimpleUploadedFile(name, content)
        return client.post(reverse("desk_upload", args=[desk.round.pk]), {"file": file})

    @pytest.mark.parametrize(
        ("content", "name"),
        [
            (b"", "empty.xlsx"),
            (b"", "empty.zip"),
            (zipped({}), "nothing.zip"),
            (b"\x89PNG\r\n\x1a\n" + bytes(64), "picture.xlsx"),
            (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "old.xls"),
            (b"id,name\nfujian,Fujian\n", "donors.csv"),
            (b"PK\x03\x04" + bytes(40), "cut.zip"),
            (zipped({"scenario.toml": b"[", "donors.csv": b"x"}), "broken.zip"),
            (zipped({f"{n}.csv": b"" for n in range(201)}), "many.zip"),
            (zipped({"scenario.toml": b"", "donors.csv": bytes(65 * 2**20)}), "bomb.zip"),
        ],
    )
    def test_is_refused_in_words_with_nothing_written(self, as_coordinator, desk, content, name):
        answer = self.send(as_coordinator, desk, content, name)

        assert answer.status_code == 400
        assert "Traceback" not in text_of(answer)
        assert "fault" in text_of(answer)
        assert count(desk) == (0, 0)

    def test_that_swells_inside_a_workbook_is_refused(self, as_coordinator, desk, tmp_path):
        bomb = with_part(workbook(tmp_path), "xl/worksheets/sheet99.xml", bytes(30 * 2**20))

        answer = self.send(as_coordinator, desk, bomb, "small.xlsx")

        assert answer.status_code == 400
        assert "unpacked it grows" in text_of(answer)
        assert count(desk) == (0, 0)

    def test_with_entities_in_its_xml_is_refused(self, as_coordinator, desk, tmp_path):
        laughs = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet>&a;</worksheet>'
        content = with_part(workbook(tmp_path), "xl/worksheets/sheet1.xml", laughs)

        assert self.send(as_coordinator, desk, content, "small.xlsx").status_code == 400
        assert count(desk) == (0, 0)

    def test_with_macros_is_refused(self, as_coordinator, desk, tmp_path):
        content = with_part(workbook(tmp_path), "xl/vbaProject.bin", b"Sub Auto_Open()")

        answer = self.send(as_coordinator, desk, content, "small.xlsm")

        assert answer.status_code == 400
        assert "macro" in text_of(answer)
        assert count(desk) == (0, 0)

    @pytest.mark.parametrize(
        "name", ["../donors.csv", "/etc/donors.csv", "..\\donors.csv", "C:\\donors.csv"]
    )
    def test_that_would_lead_out_of_its_folder_is_refused(
        self, as_coordinator, desk, tmp_path, name
    ):
        files = {k: v.encode() for k, v in freeze_scenario(small_scenario()).items()}
        files[name] = files.pop("donors.csv")

        answer = self.send(as_coordinator, desk, zipped(files), "small.zip")

        assert answer.status_code == 400
        assert "leads outside of the archive" in text_of(answer)
        assert count(desk) == (0, 0)

    def test_that_is_huge_is_not_read(self, as_coordinator, desk, monkeypatch):
        monkeypatch.setattr(forms, "MAX_FILE_BYTES", 9)

        answer = self.send(as_coordinator, desk, b"0123456789", "small.xlsx")

        assert answer.status_code == 400
        assert "small.xlsx has 10 bytes, and a file may have 9 at most" in text_of(answer)

    def test_is_told_in_chinese_too(self, sign_in, desk):
        answer = self.send(sign_in("office", "zh"), desk, b"nonsense", "small.xlsx")

        assert answer.status_code == 400
        assert "处问题" in text_of(answer)
