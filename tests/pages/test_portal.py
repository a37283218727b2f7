"""The public portal: closed by default, and nothing but what is published when open."""

import csv
import io
import json
import re
from datetime import date
from uuid import uuid4

import pytest
from django.db import connection
from tests.grounds import ground

from records.programme_at_work import set_to_work
from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.pairings.operations.history import record_list
from tiebeam.apps.pairings.operations.lines import Line
from tiebeam.apps.pairings.operations.pairings import add_second_tier_pairing
from tiebeam.apps.pairings.queries.published import find_published, list_published
from tiebeam.apps.programmes.models import LegalDocument, Participant, Programme, Round
from tiebeam.apps.programmes.operations import add_document, publish_programme
from tiebeam.apps.regions.models import Organisation, Region
from tiebeam.interfaces.web.portal import gate
from tiebeam.platform.tenancy.acting import acting, reading_published


@pytest.fixture
@ground
def programme(workspace, coordinator, now):
    """A programme with one pair on its list, not published."""
    work = set_to_work(workspace, coordinator, now)
    with acting(coordinator):
        document = add_document(
            programme=work.programme, title_en="Notice", title_zh="通知", actor=coordinator, now=now
        )
        record_list(
            round=work.of_round,
            document=document,
            in_force_from=date(2020, 2, 10),
            lines=[
                Line(
                    donor=workspace.organisations["fujian"].pk,
                    recipient=workspace.organisations["nyingchi"].pk,
                    is_lead=True,
                    amounts={"doctors": 12},
                )
            ],
            actor=coordinator,
            now=now,
        )
    return work.programme


@pytest.fixture
def published(programme, coordinator, now):
    with acting(coordinator):
        return publish_programme(programme=programme, actor=coordinator, now=now)


@pytest.fixture
def is_open(settings):
    settings.TIEBEAM_IS_PORTAL_OPEN = True


def addresses(programme):
    return [
        "/public/",
        "/public/programmes.json",
        f"/public/{programme.pk}/",
        f"/public/{programme.pk}/pairs.json",
        f"/public/{programme.pk}/pairs.csv",
    ]


def without_token(answer):
    """The page without the sign of its forms, which differs each time."""
    return re.sub(rb'X-CSRFToken": "\w+"', b"", answer.content)


class TestClosedPortal:
    def test_has_no_page(self, published, as_nobody):
        for address in addresses(published):
            assert as_nobody.get(address).status_code == 404, address


@pytest.mark.usefixtures("is_open")
class TestOpenPortal:
    def test_shows_a_published_programme_to_anybody(self, published, as_nobody):
        assert b"Nyingchi" in as_nobody.get(f"/public/{published.pk}/").content
        assert published.name_en.encode() in as_nobody.get("/public/").content

    def test_speaks_both_languages(self, published, as_nobody):
        for language in ("en", "zh"):
            for address in (
                f"/public/?lang={language}",
                f"/public/{published.pk}/?lang={language}",
            ):
                page = as_nobody.get(address, follow=True).content.decode()
                assert "[portal." not in page
                assert "[web." not in page

    def test_gives_open_data_with_source_and_date(self, published, as_nobody):
        value = json.loads(as_nobody.get(f"/public/{published.pk}/pairs.json").content)

        assert value["programme"]["pairs"] == 1
        assert value["programme"]["office_en"] == "Coordinating office"
        assert value["amounts"] == {"doctors": 12}
        assert value["sources"][0]["title_en"] == "Notice"
        assert value["sources"][0]["number"] is None
        assert [pair["donor_zh"] for pair in value["pairs"]] == ["福建"]
        assert value["as_of"] >= "2020-02-10"

    def test_gives_a_table_whose_rows_say_where_they_come_from(self, published, as_nobody):
        text = as_nobody.get(f"/public/{published.pk}/pairs.csv").content.decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text)))

        assert [row["recipient_en"] for row in rows] == ["Nyingchi"]
        assert rows[0]["source"] == "统筹协调办公室"
        assert rows[0]["as_of"]

    def test_does_not_know_what_is_not_published(self, programme, as_nobody):
        for address in addresses(programme)[2:]:
            missing = address.replace(str(programme.pk), str(uuid4()))
            answer, other = as_nobody.get(address), as_nobody.get(missing)
            assert answer.status_code == other.status_code == 404
            assert without_token(answer) == without_token(other)
        assert json.loads(as_nobody.get("/public/programmes.json").content)["programmes"] == []
        assert programme.name_en.encode() not in as_nobody.get("/public/").content

    def test_shows_no_more_to_its_owner_who_is_signed_in(self, programme, as_coordinator):
        assert as_coordinator.get(f"/public/{programme.pk}/").status_code == 404

    def test_takes_no_post(self, published, as_nobody):
        for address in addresses(published):
            assert as_nobody.post(address).status_code == 405

    def test_lets_one_visitor_ask_so_often(self, published, as_nobody, monkeypatch):
        monkeypatch.setattr(gate, "REQUESTS_MOST", 2)
        answers = [as_nobody.get("/public/") for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert answers[2]["Retry-After"] == "60"

    def test_asks_few_queries(self, published, as_nobody, django_assert_max_num_queries):
        with django_assert_max_num_queries(12):
            as_nobody.get(f"/public/{published.pk}/")


class TestPublishedRows:
    def test_are_all_that_is_read_without_an_actor(self, published, programme, coordinator, now):
        with acting(coordinator):
            parent = Pairing.objects.get()
            donor, recipient = Organisation.objects.exclude(
                pk__in=[parent.donor_id, parent.recipient_id]
            )[:2]
            add_second_tier_pairing(
                parent=parent,
                donor=donor,
                recipient=recipient,
                valid_from=date(2020, 3, 1),
                actor=coordinator,
                now=now,
            )
        with reading_published():
            assert [row.pk for row in Programme.objects.all()] == [published.pk]
            assert [row.pk for row in Pairing.objects.all()] == [parent.pk]
            assert LegalDocument.objects.count() == 1
            for model in (Round, Participant, Region):
                assert not model.objects.exists(), model

    def test_end_with_the_publication(self, published, coordinator, now):
        with acting(coordinator):
            publish_programme(
                programme=published, is_published=False, reason="Over", actor=coordinator, now=now
            )
        assert list_published(date(2020, 3, 1)) == []
        assert find_published(published.pk, date(2020, 3, 1)) is None

    def test_are_not_there_outside_the_portal(self, published):
        assert not Programme.objects.exists()
        list_published(date(2020, 3, 1))
        assert not Programme.objects.exists()

    def test_are_not_mixed_with_what_an_actor_reads(self, programme, coordinator):
        with acting(coordinator):
            with reading_published():
                assert not Programme.objects.exists()
            assert Programme.objects.count() == 1

    @pytest.mark.skipif(connection.vendor != "postgresql", reason="row policies are of PostgreSQL")
    def test_are_all_that_the_database_shows(self, published):
        with reading_published(), connection.cursor() as cursor:
            cursor.execute("SELECT id FROM programmes_programme")
            assert cursor.fetchall() == [(published.pk,)]
            cursor.execute("SELECT count(*) FROM programmes_participant")
            assert cursor.fetchone() == (0,)
            cursor.execute("SELECT name_en FROM regions_organisation ORDER BY name_en")
            assert [row[0] for row in cursor.fetchall()] == [
                "Coordinating office",
                "Fujian",
                "Nyingchi",
            ]
