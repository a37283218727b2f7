"""The log: append-only, sealed, signed, anchored, verified, proven; on both databases."""

import json
import subprocess
import sys
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from django.core import mail
from django.db import DatabaseError, connection, transaction
from drills.log import build_log, write_entries
from drills.tampering import TAMPERINGS, as_application, as_superuser

from architecture.repository import ROOT
from tiebeam.apps.regions.models import Organisation
from tiebeam.platform.audit import verifier
from tiebeam.platform.audit.anchors import (
    FILE,
    LogContradictsAnchors,
    anchor_heads,
    parse_anchor,
    read_lines,
)
from tiebeam.platform.audit.keys import (
    KeyExists,
    KeyIsExposed,
    NoKey,
    SigningKey,
    load_key,
    load_public_keys,
    make_key,
)
from tiebeam.platform.audit.merkle import consistency_path, fold
from tiebeam.platform.audit.models import Entry, Head, Leaf, PersonalSalt, SealedLeaf, Subtree
from tiebeam.platform.audit.proving import NothingToProve, NotSealedYet, prove, write_proof
from tiebeam.platform.audit.sealing import LOCK, SealerBusy, seal, seal_and_anchor
from tiebeam.platform.audit.tree import read_node
from tiebeam.platform.audit.verification import verify
from tiebeam.platform.audit.writing import one_work, record_change, state_of
from tiebeam.platform.tenancy.acting import acting
from tiebeam.platform.tenancy.records import OwnedQuerySet

TABLES = ["audit_entry", "audit_sealedleaf", "audit_subtree", "audit_head"]


@pytest.fixture
def anchors(tmp_path) -> Path:
    return tmp_path / "anchors"


@pytest.fixture
def key(tmp_path, anchors) -> SigningKey:
    return make_key(tmp_path / "keys" / "audit.pem", anchors)


@pytest.fixture
def records(coordinator, now, key, anchors):
    return build_log(coordinator, now, [5, 12, 4], key, anchors, Random(20200210))


@pytest.fixture
def many_records(coordinator, now, key, anchors):
    """Write more than the 256 entries from which on roots of subtrees are kept."""
    return build_log(coordinator, now, [5, 260, 12], key, anchors, Random(20200210))


def _codes(report) -> set[str]:
    return {code.removeprefix("audit.finding.") for code in report.counts}


class TestSealing:
    def test_gives_every_waiting_leaf_a_place_and_leaves_none_waiting(self, records):
        size = Head.objects.order_by("-size")[0].size

        assert Leaf.objects.count() == 0
        assert list(SealedLeaf.objects.order_by("position").values_list("position", flat=True)) == (
            list(range(size))
        )

    def test_signs_the_root_of_all_leaves(self, records, key):
        head = Head.objects.order_by("-size")[0]
        leaves = [bytes(leaf.leaf_hash) for leaf in SealedLeaf.objects.order_by("position")]
        when = head.sealed_at.strftime("%Y-%m-%dT%H:%M:%S.%f+00:00")
        text = (
            f"tiebeam-head/1\nsize {len(leaves)}\nroot {fold(leaves).hex()}\n"
            f"time {when}\nkey {key.key_id}\n"
        )

        # Raises where the signature does not hold.
        key.private.public_key().verify(bytes(head.signature), text.encode())
        assert bytes(head.root) == fold(leaves)

    def test_keeps_the_roots_of_256_leaves(self, many_records):
        leaves = [bytes(leaf.leaf_hash) for leaf in SealedLeaf.objects.order_by("position")[:256]]

        assert bytes(Subtree.objects.get().root) == fold(leaves)

    def test_makes_each_tree_the_beginning_of_the_next(self, records):
        heads = list(Head.objects.order_by("size"))

        assert len(heads) == 3
        for older, newer in pairwise(heads):
            path = consistency_path(older.size, newer.size, read_node)
            assert verifier.extends(
                older.size, newer.size, bytes(older.root), bytes(newer.root), path
            )

    def test_makes_no_head_where_nothing_waits(self, records, now, key, anchors):
        assert seal(now, key) is None
        assert seal_and_anchor(now=now, key=key, anchors=anchors).leaves == 0

    def test_goes_batch_by_batch(self, workspace, coordinator, now, key, anchors):
        write_entries(coordinator, now, 20, Random(1))
        waiting = Leaf.objects.count()

        sealed = seal_and_anchor(now=now, key=key, anchors=anchors, batch=7)

        assert sealed.leaves == waiting
        assert [anchor.size for anchor in sealed.anchored] == [
            *range(7, waiting, 7),
            waiting,
        ]
        assert _codes(verify(anchors)) == set()

    @pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
    def test_is_done_by_one_sealer_at_a_time(self, workspace, now, key):
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            with pytest.raises(SealerBusy):
                seal(now, key)
        finally:
            with other.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
            other.close()

        assert Leaf.objects.exists()
        assert seal(now, key) is not None

    def test_leaves_alone_what_was_put_back_among_the_waiting(self, records, now, key):
        leaf = SealedLeaf.objects.get(position=0)
        Leaf.objects.create(entry_id=leaf.entry_id, leaf_hash=bytes(leaf.leaf_hash))

        assert seal(now, key) is None
        assert Leaf.objects.get().entry_id == leaf.entry_id

    def test_does_not_read_entries(self, workspace, now, key):
        with acting(None):
            assert seal(now, key) is not None


class TestAnchors:
    def test_are_appended_for_each_head(self, records, anchors):
        sizes = [parse_anchor(line).size for line in read_lines(anchors)]

        assert sizes == list(Head.objects.order_by("size").values_list("size", flat=True))

    def test_that_failed_are_made_up_for(self, records, anchors):
        lines = read_lines(anchors)
        (anchors / FILE).write_text("".join(f"{line}\n" for line in lines[:1]))

        assert [anchor.line for anchor in anchor_heads(anchors)] == lines[1:]
        assert read_lines(anchors) == lines

    def test_go_out_by_mail(self, workspace, now, key, anchors):
        sealed = seal_and_anchor(
            now=now, key=key, anchors=anchors, addresses=["keeper@example.org"]
        )

        assert sealed.is_mailed
        assert mail.outbox[0].to == ["keeper@example.org"]
        assert mail.outbox[0].body.splitlines() == read_lines(anchors)

    def test_in_the_file_stand_though_the_mail_fails(self, workspace, now, key, anchors, settings):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

        sealed = seal_and_anchor(
            now=now, key=key, anchors=anchors, addresses=["keeper@example.org"]
        )

        assert not sealed.is_mailed
        assert len(read_lines(anchors)) == 1

    def test_stop_the_sealing_of_a_log_that_contradicts_them(
        self, records, coordinator, now, key, anchors
    ):
        write_entries(coordinator, now, 1, Random(2))
        with as_superuser():
            OwnedQuerySet(Head).order_by("-size").filter(
                size=Head.objects.order_by("-size")[0].size
            )._raw_delete("default")
            with pytest.raises(LogContradictsAnchors):
                seal_and_anchor(now=now, key=key, anchors=anchors)


class TestKey:
    def test_is_for_its_owner_alone(self, key, tmp_path):
        assert (tmp_path / "keys" / "audit.pem").stat().st_mode & 0o777 == 0o600

    def test_that_others_may_read_is_refused(self, key, tmp_path):
        (tmp_path / "keys" / "audit.pem").chmod(0o640)

        with pytest.raises(KeyIsExposed):
            load_key(tmp_path / "keys" / "audit.pem")

    def test_is_not_overwritten_by_a_second(self, key, tmp_path, anchors):
        with pytest.raises(KeyExists):
            make_key(tmp_path / "keys" / "audit.pem", anchors)

    @pytest.mark.parametrize("text", [None, "no key"])
    def test_that_is_none_is_refused(self, tmp_path, text):
        place = tmp_path / "audit.pem"
        if text is not None:
            place.write_text(text)
            place.chmod(0o600)

        with pytest.raises(NoKey):
            load_key(place)

    def test_may_be_followed_by_another_and_old_heads_hold(
        self, records, coordinator, now, key, tmp_path, anchors
    ):
        newer = make_key(tmp_path / "keys" / "audit.pem", anchors, replaces=True)
        write_entries(coordinator, now, 3, Random(3))
        seal_and_anchor(now=now + timedelta(hours=1), key=newer, anchors=anchors)

        assert newer.key_id != key.key_id
        assert load_key(tmp_path / "keys" / "audit.pem").key_id == newer.key_id
        assert set(load_public_keys(anchors)) == {key.key_id, newer.key_id}
        assert _codes(verify(anchors)) == set()


class TestVerifying:
    def test_finds_nothing_in_a_log_that_nobody_touched(self, records, anchors):
        report = verify(anchors)

        assert report.findings == []
        assert report.size == report.anchored_size == SealedLeaf.objects.count()
        assert (report.heads, report.anchors) == (3, 3)
        assert (report.waiting, report.unanchored) == (0, 0)

    def test_reads_entries_of_everybody(self, records, anchors, fujian, now):
        with acting(fujian):
            assert verify(anchors).findings == []

    def test_says_what_waits_and_since_when(self, records, coordinator, anchors, now):
        write_entries(coordinator, now + timedelta(days=1), 4, Random(4))

        report = verify(anchors)

        assert report.waiting == 4
        assert report.waiting_since == now + timedelta(days=1)
        assert report.findings == []

    def test_says_what_is_sealed_and_not_anchored(self, records, coordinator, anchors, now, key):
        write_entries(coordinator, now, 4, Random(4))
        seal(now + timedelta(hours=1), key)

        report = verify(anchors)

        assert (report.size, report.unanchored) == (report.anchored_size + 4, 4)
        assert report.findings == []

    def test_of_an_empty_log_finds_nothing(self, db, anchors):
        report = verify(anchors)

        assert (report.findings, report.size, report.anchored_size) == ([], 0, 0)

    def test_without_any_anchor_says_so(self, records, anchors):
        (anchors / FILE).unlink()

        report = verify(anchors)

        assert _codes(report) == {"no_anchors"}
        assert report.anchored_size == 0

    def test_tells_how_far_it_is(self, records, anchors):
        told = []

        report = verify(anchors, lambda done, size: told.append((done, size)))

        assert told[-1] == (report.size, report.size)

    def test_names_record_and_position_of_an_altered_entry(self, records, anchors):
        leaf = SealedLeaf.objects.order_by("-position")[0]
        with as_superuser():
            entries = OwnedQuerySet(Entry).filter(id=leaf.entry_id)
            entry = entries.get()
            super(OwnedQuerySet, entries).update(body=entry.body.replace("DEMO", "OMED"))
            with as_application():
                report = verify(anchors)

        (finding,) = report.findings
        assert finding.code == "audit.finding.entry_altered"
        assert finding.position == leaf.position
        assert finding.record_id == str(entry.record_id)

    def test_names_the_waiting_entry_that_was_altered(self, records, coordinator, anchors, now):
        write_entries(coordinator, now, 1, Random(5))
        leaf = Leaf.objects.get()
        with as_superuser():
            entries = OwnedQuerySet(Entry).filter(id=leaf.entry_id)
            super(OwnedQuerySet, entries).update(body="{}")
            with as_application():
                report = verify(anchors)

        assert _codes(report) == {"waiting_altered", "column_altered"}

    def test_finds_anchors_that_nobody_signed(self, records, anchors):
        lines = read_lines(anchors)
        forged = lines[-1].replace(lines[-1].split()[2], "00" * 32)
        (anchors / FILE).write_text("\n".join([*lines, forged, "no anchor"]) + "\n")

        report = verify(anchors)

        assert _codes(report) == {"anchor_signature", "anchor_unreadable"}

    def test_finds_heads_of_unknown_keys(self, records, key, anchors):
        (anchors / "keys" / f"{key.key_id}.pem").unlink()

        assert {"head_key_unknown", "anchor_key_unknown"} <= _codes(verify(anchors))

    def test_holds_after_personal_salts_are_erased(self, records, admin, anchors, key, now):
        seal_and_anchor(now=now, key=key, anchors=anchors)
        assert PersonalSalt.objects.exists()

        PersonalSalt.objects.all().delete()

        assert verify(anchors).findings == []


class TestTampering:
    @pytest.mark.parametrize("tamper", TAMPERINGS, ids=lambda tamper: tamper.__name__)
    def test_is_found_whatever_it_is(self, many_records, anchors, tamper):
        missed = []
        for seed in range(12):
            with as_superuser():
                did = tamper(Random(seed))
                with as_application():
                    report = verify(anchors)
            if did is not None and not report.findings:
                missed.append(did)

        assert missed == []
        assert verify(anchors).findings == []


@pytest.mark.parametrize("table", TABLES)
class TestAppendOnlyTable:
    @pytest.mark.parametrize("act", ["UPDATE", "DELETE", "TRUNCATE"])
    def test_refuses_the_program(self, many_records, table, act):
        if act == "TRUNCATE" and connection.vendor == "sqlite":
            pytest.skip("SQLite knows no TRUNCATE; its DELETE without conditions is tested")
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_statement(act, table))

    @pytest.mark.skipif(connection.vendor != "postgresql", reason="roles are of PostgreSQL")
    @pytest.mark.parametrize("act", ["UPDATE", "DELETE", "TRUNCATE"])
    def test_refuses_its_owner(self, records, table, act):
        statement = f"SET CONSTRAINTS ALL IMMEDIATE; RESET ROLE; {_statement(act, table)}"
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)

    @pytest.mark.skipif(connection.vendor != "sqlite", reason="REPLACE is of SQLite")
    def test_refuses_to_replace_a_row(self, many_records, table):
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1")

    @pytest.mark.skipif(connection.vendor != "postgresql", reason="rights are of PostgreSQL")
    def test_gives_the_program_no_right_to_change_it(self, records, table):
        with connection.cursor() as cursor:
            for right, is_given in (
                ("SELECT", True),
                ("INSERT", True),
                ("UPDATE", False),
                ("DELETE", False),
                ("TRUNCATE", False),
            ):
                cursor.execute("SELECT has_table_privilege(%s, %s)", [table, right])
                assert cursor.fetchone() == (is_given,), right


def _statement(act: str, table: str) -> str:
    columns = {
        "audit_entry": "action = 'x'",
        "audit_sealedleaf": "algorithm = 'x'",
        "audit_subtree": "level = 9",
        "audit_head": "key_id = 'x'",
    }
    return {
        "UPDATE": f"UPDATE {table} SET {columns[table]}",
        "DELETE": f"DELETE FROM {table}",
        "TRUNCATE": f"TRUNCATE {table} CASCADE",
    }[act]


class TestProof:
    @pytest.fixture
    def organisation(self, workspace, admin, now):
        organisation = workspace.organisations["fujian"]
        with transaction.atomic(), acting(admin), one_work():
            organisation = Organisation.objects.get(pk=organisation.pk)
            before = state_of(organisation)
            organisation.name_en = "Fujian Province"
            organisation.save()
            record_change(
                actor=admin,
                now=now,
                action="regions.correct_organisation",
                record=organisation,
                before=before,
                reason="full name",
            )
        return organisation

    def test_holds_every_change_of_the_record(self, organisation, records, anchors):
        proof = prove(organisation.pk, anchors, None)

        assert verifier.list_faults(proof, anchors=read_lines(anchors)) == []
        actions = {json.loads(leaf["body"])["action"] for leaf in proof["leaves"]}
        assert actions == {"regions.create_organisation", "regions.correct_organisation"}
        assert proof["waiting"] == []

    def test_is_given_to_who_may_read_the_record_alone(self, records, anchors, coordinator, fujian):
        # Written by the office about a record whose scope nobody else was granted.
        with acting(coordinator):
            hidden = Entry.objects.filter(is_for_all=False).first()
        assert hidden is not None
        assert prove(hidden.record_id, anchors, coordinator)["leaves"]
        with pytest.raises(NothingToProve):
            prove(hidden.record_id, anchors, fujian)

    def test_is_refused_of_a_record_that_the_log_does_not_know(self, records, anchors, key):
        with pytest.raises(NothingToProve):
            prove(Head.objects.all()[0].pk, anchors, None)

    def test_is_refused_before_anything_is_sealed(self, organisation, anchors):
        with pytest.raises(NotSealedYet):
            prove(organisation.pk, anchors, None)

    def test_names_what_is_not_sealed_yet(self, workspace, key, anchors, now, request):
        seal_and_anchor(now=now, key=key, anchors=anchors)
        organisation = request.getfixturevalue("organisation")

        proof = prove(organisation.pk, anchors, None)

        assert (len(proof["leaves"]), len(proof["waiting"])) == (1, 1)

    def test_is_checked_by_one_file_without_tiebeam(
        self, organisation, records, anchors, key, tmp_path
    ):
        place = tmp_path / "proof.json"
        write_proof(prove(organisation.pk, anchors, None), place)

        checked = _run_alone(place, "--key", key.key_id, "--anchors", anchors / FILE)

        assert checked.returncode == 0, checked.stdout + checked.stderr
        assert checked.stdout.count("proven: ") == 2
        assert "not checked" not in checked.stdout

    @pytest.mark.parametrize(
        ("path", "value", "fault"),
        [
            (("head", "size"), 10**6, "signature_does_not_hold"),
            (("head", "root"), "00" * 32, "signature_does_not_hold"),
            (("head", "sealed_at"), "2020-01-01T00:00:00.000000+00:00", "signature_does_not_hold"),
            (("head", "key_id"), "00" * 32, "key_is_not_the_one_named"),
            (("leaves", 0, "position"), 1, "path_does_not_lead_to_the_root"),
            (("leaves", 0, "path", 0), "00" * 32, "path_does_not_lead_to_the_root"),
            (("record",), "00000000-0000-0000-0000-000000000000", "leaf_of_another_record"),
            (("leaves",), [], "nothing_proven"),
        ],
        ids=str,
    )
    def test_that_was_altered_does_not_hold(
        self, organisation, records, anchors, path, value, fault
    ):
        proof = prove(organisation.pk, anchors, None)
        place = proof
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

        faults = verifier.list_faults(proof)

        assert any(found.startswith(fault) for found in faults), faults

    def test_with_another_body_does_not_hold(self, organisation, records, anchors):
        proof = prove(organisation.pk, anchors, None)
        leaf = proof["leaves"][0]
        leaf["body"] = leaf["body"].replace("Fujian", "Hainan")

        assert len(verifier.list_faults(proof)) == 1

    def test_by_another_key_or_of_an_unknown_head_does_not_hold(
        self, organisation, records, anchors
    ):
        proof = prove(organisation.pk, anchors, None)

        assert verifier.list_faults(proof, key_id="00", anchors=[]) == [
            "key_is_not_the_one_expected",
            "head_is_not_among_the_anchors",
        ]

    @pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "other"}'])
    def test_that_is_none_ends_with_status_2(self, tmp_path, text):
        place = tmp_path / "proof.json"
        place.write_text(text)

        assert _run_alone(place).returncode == 2


def _run_alone(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the verifier as an auditor does: isolated, without site packages."""
    module = ROOT / "src/tiebeam/platform/audit/verifier.py"
    return subprocess.run(
        [sys.executable, "-I", "-S", module, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )
