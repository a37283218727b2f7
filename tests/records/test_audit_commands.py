"""``tiebeam audit`` on a workspace, as its operator and as a person with a token."""

import json
from random import Random

import pytest
from drills.log import write_entries
from drills.tampering import as_application, as_superuser, edit_body

from integration.command_line import run
from tiebeam.interfaces.cli import audit, founding
from tiebeam.interfaces.jobs.worker import seal_log
from tiebeam.platform.audit import verifier
from tiebeam.platform.audit.anchors import FILE
from tiebeam.platform.audit.keys import make_key
from tiebeam.platform.audit.models import Entry, Head, Leaf
from tiebeam.platform.identity.operations import make_token
from tiebeam.platform.tenancy.acting import acting


@pytest.fixture(autouse=True)
def place(tmp_path, settings):
    settings.TIEBEAM_AUDIT_KEY = tmp_path / "keys" / "audit.pem"
    settings.TIEBEAM_AUDIT_ANCHORS = tmp_path / "anchors"
    return tmp_path


@pytest.fixture
def sealed(workspace):
    assert run("audit", "key", "new").status == 0
    assert run("audit", "seal").status == 0
    return workspace


class TestAuditKey:
    def test_is_made_shown_and_replaced(self, workspace, place):
        made = run("audit", "key", "new", "--json").document
        shown = run("audit", "key", "show", "--json").document
        again = run("audit", "key", "new")
        rotated = run("audit", "key", "rotate", "--json").document

        assert shown["key"] == made["key"]
        assert again.status == 2
        assert "tiebeam audit key rotate" in again.err
        assert rotated["key"] != made["key"]
        assert len(list((place / "anchors" / "keys").iterdir())) == 2

    def test_rotates_after_what_waits_was_sealed(self, workspace):
        made = run("audit", "key", "new", "--json").document

        run("audit", "key", "rotate")

        assert Leaf.objects.count() == 0
        assert Head.objects.get().key_id == made["key"]


class TestAuditSeal:
    def test_asks_for_a_key(self, workspace):
        ended = run("audit", "seal")

        assert ended.status == 2
        assert "tiebeam audit key new" in ended.err

    def test_says_what_it_sealed(self, workspace):
        run("audit", "key", "new")
        waiting = Leaf.objects.count()

        first, second = run("audit", "seal", "--json").document, run("audit", "seal")

        assert (first["leaves"], first["size"], first["mailed"]) == (waiting, waiting, True)
        assert second.out == "Nothing waits to be sealed.\n"

    def test_goes_on_where_asked_until_it_is_interrupted(self, workspace, monkeypatch):
        run("audit", "key", "new")
        naps = []

        def nap(seconds):
            naps.append(seconds)
            if len(naps) == 2:
                raise KeyboardInterrupt

        monkeypatch.setattr(audit.time, "sleep", nap)

        assert run("audit", "seal", "--every", "60").status == 130
        assert naps == [60.0, 60.0]

    def test_refuses_to_wait_less_than_nothing(self):
        assert run("audit", "seal", "--every", "0").status == 2


class TestAuditVerify:
    def test_of_a_sound_log_ends_with_0(self, sealed):
        ended = run("audit", "verify")

        assert ended.status == 0
        assert ended.out.startswith("The log is as it was sealed: ")
        assert "Covered by anchors: the first" in ended.out

    def test_of_an_altered_log_ends_with_1_and_names_the_record(self, sealed):
        with as_superuser():
            position = int(edit_body(Random(1)))
            with as_application():
                said, told = run("audit", "verify"), run("audit", "verify", "--json")

        (finding,) = told.document["findings"]
        assert (said.status, told.status) == (1, 1)
        assert finding["position"] == position
        assert finding["record"] in said.out

    def test_says_what_is_not_covered(self, sealed, coordinator, now):
        write_entries(coordinator, now, 3, Random(1))

        ended = run("audit", "verify")

        assert ended.status == 0
        assert "Not covered: 3 entries that wait to be sealed" in ended.out

    def test_speaks_chinese(self, sealed):
        assert run("audit", "verify", "--lang", "zh").out.startswith("日志与封存时一致")

    def test_starts_from_anchors_kept_elsewhere(self, sealed, place):
        (place / "anchors").rename(place / "elsewhere")

        assert run("audit", "verify").status == 1
        assert run("audit", "verify", "--anchors", place / "elsewhere").status == 0
        assert run("audit", "verify", "--anchors", place / "nowhere").status == 2


class TestAuditProve:
    def test_writes_what_the_verifier_takes(self, sealed, place):
        record = sealed.organisations["fujian"].pk

        ended = run("audit", "prove", record, "-o", place / "proof.json")

        assert ended.status == 0, ended.err
        proof = json.loads((place / "proof.json").read_text("utf-8"))
        lines = (place / "anchors" / FILE).read_text("utf-8").splitlines()
        assert verifier.list_faults(proof, anchors=lines) == []

    def test_shows_a_person_with_a_token_what_may_be_read(
        self, workspace, place, fujian, coordinator, now, monkeypatch
    ):
        with acting(coordinator):
            # People are no part of the directory that every member reads.
            record = Entry.objects.filter(is_for_all=False).first().record_id
        people = {}
        for name, actor in (("office", coordinator), ("fujian", fujian)):
            _, people[name] = make_token(
                name="audit", may_write=False, days=30, actor=actor, now=now
            )
        run("audit", "key", "new")
        run("audit", "seal")

        monkeypatch.setattr("django.utils.timezone.now", lambda: now)
        monkeypatch.setenv("TIEBEAM_TOKEN", people["fujian"])
        refused = run("audit", "prove", record, "-o", place / "fujian.json")
        monkeypatch.setenv("TIEBEAM_TOKEN", people["office"])
        given = run("audit", "prove", record, "-o", place / "office.json")

        assert refused.status == 2
        assert "says nothing of the record" in refused.err
        assert given.status == 0, given.err

    def test_refuses_a_token_that_is_none(self, sealed, place, monkeypatch):
        monkeypatch.setenv("TIEBEAM_TOKEN", "x")

        ended = run("audit", "prove", sealed.organisations["fujian"].pk, "-o", place / "p.json")

        assert ended.status == 2
        assert "TIEBEAM_TOKEN" in ended.err
        assert not (place / "p.json").exists()

    def test_refuses_what_is_no_id(self):
        assert run("audit", "prove", "fujian").status == 2

    def test_does_not_write_over_a_file(self, sealed, place):
        (place / "proof.json").write_text("mine")

        ended = run("audit", "prove", sealed.organisations["fujian"].pk, "-o", place / "proof.json")

        assert ended.status == 2
        assert (place / "proof.json").read_text() == "mine"


class TestAuditAnchors:
    def test_are_listed(self, sealed):
        listed = run("audit", "anchors", "--json").document["anchors"]

        assert [anchor["size"] for anchor in listed] == [Head.objects.get().size]
        assert "Anchored heads: 1" in run("audit", "anchors").out


class TestTheKeyOfANewWorkspace:
    @pytest.mark.django_db
    def test_is_made_with_it_and_said(self, place, monkeypatch):
        monkeypatch.setattr(founding, "prepare_tables", lambda: None)

        made = run("workspace", "create", "--email", "a@example.org", "--name", "A", "--json")

        shown = run("audit", "key", "show", "--json").document
        assert made.document["audit_key"] == shown["key"]
        assert (place / "keys" / "audit.pem").stat().st_mode & 0o077 == 0

    def test_seals_what_the_worker_finds(self, workspace, place, settings, caplog):
        seal_log()
        seal_log()
        told = [record for record in caplog.records if "audit key new" in record.getMessage()]
        make_key(settings.TIEBEAM_AUDIT_KEY, settings.TIEBEAM_AUDIT_ANCHORS)
        seal_log()

        assert len(told) == 1
        assert Leaf.objects.count() == 0
        assert Head.objects.exists()
