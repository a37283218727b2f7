import re
from datetime import date

import pytest
from tests.records.agreement_grounds import make_pairing, make_programme

from tiebeam.apps.pairings.hand_over_providers import (
    OpenItems,
    register_provider,
    withdraw_provider,
)
from tiebeam.apps.pairings.models import HandOver, HandOverLine
from tiebeam.apps.pairings.operations.hand_overs import open_hand_over
from tiebeam.platform.tenancy.acting import acting
from tiebeam.platform.tenancy.grants import grant_reading

MISSING = "00000000-0000-4000-8000-000000000000"


def _text(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def ended(coordinator, fujian, nyingchi):
    programme = make_programme(coordinator, ["funds"])
    with acting(coordinator):
        grant_reading(
            actor=coordinator,
            scope_id=programme.pk,
            organisation_ids=[fujian.organisation_id, nyingchi.organisation_id],
            role="participant",
            valid_from=date(2020, 2, 10),
        )
    return make_pairing(programme, coordinator, fujian, nyingchi, valid_until=date(2020, 3, 1))


@pytest.fixture
def opened(ended, coordinator, now):
    return open_hand_over(ending=ended, successor=None, actor=coordinator, now=now)


@pytest.fixture
def own(opened):
    return f"/hand-overs/{opened.pk}/"


def _line(actor, kind):
    with acting(actor):
        return HandOverLine.objects.get(kind=kind)


def _answer_all(client, coordinator):
    for kind in ("money", "people", "projects"):
        line = _line(coordinator, kind)
        given = {"items_count": "0", "statement": "Nothing is open."}
        assert client.post(f"/hand-overs/lines/{line.pk}/", given).status_code == 302


class TestPages:
    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_open_with_words_for_all(self, sign_in, ended, opened, own, coordinator, language):
        client = sign_in("office", language)
        line = _line(coordinator, "money")
        for address in ("/", "/hand-overs/", own, f"{own}sign/", f"/hand-overs/lines/{line.pk}/"):
            answer = client.get(address)
            assert answer.status_code == 200, address
            assert re.findall(r"\[\w+\.[\w.]+\]", _text(answer)) == [], address

    def test_of_others_are_not_there(self, as_hunan, ended, own, opened, coordinator):
        line = _line(coordinator, "money")
        for address in (own, f"{own}sign/", f"/hand-overs/lines/{line.pk}/"):
            assert as_hunan.get(address).status_code == 404
        assert as_hunan.get(f"/pairs/{ended.pk}/hand-over/").status_code == 404
        assert as_hunan.post(f"{own}count/").status_code == 404

    def test_that_are_not_there_say_so(self, as_coordinator):
        assert as_coordinator.get(f"/hand-overs/{MISSING}/").status_code == 404
        assert as_coordinator.get(f"/hand-overs/lines/{MISSING}/").status_code == 404

    def test_ask_a_stranger_to_sign_in(self, as_nobody, own):
        assert as_nobody.get(own).status_code == 302

    def test_take_no_wrong_method(self, as_coordinator, own):
        assert as_coordinator.post(own).status_code == 405
        assert as_coordinator.get(f"{own}count/").status_code == 405

    def test_need_few_queries(self, as_coordinator, own, django_assert_max_num_queries):
        for address in ("/hand-overs/", own):
            with django_assert_max_num_queries(30):
                as_coordinator.get(address)


class TestOpen:
    def test_is_offered_for_pairs_that_ended_without_one(self, as_coordinator, ended):
        assert "1 ended pairing has no hand-over" in _text(as_coordinator.get("/"))
        page = _text(as_coordinator.get("/hand-overs/", {"state": "missing"}))
        assert f"/pairs/{ended.pk}/hand-over/" in page

    def test_lists_what_is_not_recorded_here(self, as_coordinator, ended, coordinator):
        answer = as_coordinator.post(f"/pairs/{ended.pk}/hand-over/", {"successor": ""})

        with acting(coordinator):
            made = HandOver.objects.get()
        assert answer.url == f"/hand-overs/{made.pk}/"
        page = _text(as_coordinator.get(answer.url))
        assert "not recorded in this system: enter by hand" in page
        assert "3 of 4 lines to be entered by hand" in page

    def test_of_a_pair_without_an_end_is_refused_in_words(
        self, as_coordinator, coordinator, hunan, huanggang
    ):
        standing = make_pairing(make_programme(coordinator, []), coordinator, hunan, huanggang)

        answer = as_coordinator.post(f"/pairs/{standing.pk}/hand-over/", {"successor": ""})

        assert answer.status_code == 409
        assert "This pairing has no end" in _text(answer)


class TestAnswer:
    def test_says_how_many_and_where(self, as_coordinator, opened, own, coordinator):
        line = _line(coordinator, "money")
        given = {"items_count": "2", "statement": "Two payments, list in the finance office"}

        assert as_coordinator.post(f"/hand-overs/lines/{line.pk}/", given).status_code == 302
        page = _text(as_coordinator.get(own))
        assert "2 items" in page
        assert "Two payments, list in the finance office" in page

    def test_without_its_words_keeps_the_figure(self, as_coordinator, opened, coordinator):
        line = _line(coordinator, "money")

        answer = as_coordinator.post(
            f"/hand-overs/lines/{line.pk}/", {"items_count": "2", "statement": ""}
        )

        assert answer.status_code == 400
        assert 'value="2"' in _text(answer)

    def test_is_not_given_for_what_is_counted_here(self, as_coordinator, opened, coordinator):
        line = _line(coordinator, "documents")

        assert as_coordinator.get(f"/hand-overs/lines/{line.pk}/").status_code == 409

    def test_is_not_the_sides_where_another_keeps_it(self, as_fujian, opened, coordinator):
        line = _line(coordinator, "money")
        given = {"items_count": "0", "statement": "None."}

        assert as_fujian.post(f"/hand-overs/lines/{line.pk}/", given).status_code == 409


class TestSignature:
    def test_is_refused_while_lines_are_unanswered(self, as_coordinator, own, opened, coordinator):
        answer = as_coordinator.post(f"{own}sign/", {"is_whole": "on"})

        assert answer.status_code == 409
        assert "3 lines are not recorded in this system and not yet entered" in _text(answer)
        with acting(coordinator):
            assert HandOver.objects.get().state == "open"

    def test_stands_once_all_are_answered(self, as_coordinator, own, opened, coordinator):
        _answer_all(as_coordinator, coordinator)

        assert as_coordinator.post(f"{own}sign/", {}).status_code == 400
        assert as_coordinator.post(f"{own}sign/", {"is_whole": "on"}).status_code == 302
        with acting(coordinator):
            assert HandOver.objects.get().state == "signed"
        assert as_coordinator.post(f"{own}count/").status_code == 409

    def test_is_not_the_donors(self, as_fujian, own):
        assert as_fujian.get(f"{own}sign/").status_code == 403
        assert as_fujian.get(own).status_code == 200


class TestSuccessor:
    """Its donor reads the hand-over and its own pairing, and not the pairing that ends."""

    @pytest.fixture
    def successor(self, ended, coordinator, hunan, nyingchi):
        with acting(coordinator):
            grant_reading(
                actor=coordinator,
                scope_id=ended.programme_id,
                organisation_ids=[hunan.organisation_id],
                role="participant",
                valid_from=date(2020, 2, 10),
            )
        return make_pairing(
            ended.programme, coordinator, hunan, nyingchi, valid_from=date(2020, 3, 1)
        )

    @pytest.fixture
    def received(self, ended, successor, coordinator, now):
        made = open_hand_over(ending=ended, successor=successor, actor=coordinator, now=now)
        return f"/hand-overs/{made.pk}/"

    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_reads_each_line_and_not_whose_pair_it_was(
        self, sign_in, ended, successor, received, coordinator, language
    ):
        answers = {"money": ("2", "Two payments"), "people": ("0", "All are back")}
        for kind, (count, statement) in answers.items():
            sign_in("office").post(
                f"/hand-overs/lines/{_line(coordinator, kind).pk}/",
                {"items_count": count, "statement": statement},
            )
        client = sign_in("hunan", language)
        answer = client.get(received)
        page = _text(answer)

        assert answer.status_code == 200
        said = {
            "en": ("2 items", "none", "not recorded in this system: enter by hand"),
            "zh": ("2 项", "无", "本系统未记录：请手工填写"),
        }[language]
        lines = re.findall(r'<th scope="row">.*?</tr>', page, re.DOTALL)
        money, people, projects, documents = lines
        assert said[0] in money
        assert said[1] in people
        assert said[2] in projects
        assert said[1] in documents
        assert {"en": "the pair before at Nyingchi", "zh": "林芝的上一结对"}[language] in page
        assert {"en": "Fujian", "zh": "福建"}[language] not in page
        assert client.get(f"/pairs/{ended.pk}/").status_code == 404

    def test_finds_it_in_the_dossier_of_its_own_pair(self, as_hunan, successor, received):
        page = _text(as_hunan.get(f"/pairs/{successor.pk}/"))

        assert "Hand-over from the pair before: open" in page
        assert f'href="{received}"' in page
        assert "3 of 4" in _text(as_hunan.get(received))

    def test_takes_no_step_that_is_the_keepers(self, as_hunan, received, coordinator):
        line = _line(coordinator, "money")
        page = _text(as_hunan.get(received))

        assert f"{received}sign/" not in page
        assert "hand-overs/lines/" not in page
        for address in (f"{received}sign/", f"/hand-overs/lines/{line.pk}/"):
            for answer in (as_hunan.get(address), as_hunan.post(address, {})):
                assert answer.status_code == 409
                assert "neither donor nor recipient" in _text(answer)
        assert as_hunan.post(f"{received}count/").status_code == 409

    def test_attaches_a_document_to_what_it_receives(self, as_hunan, received):
        page = _text(as_hunan.get(received))
        (address,) = re.findall(r'href="(/documents/attach/[^"]+)"', page)

        assert as_hunan.get(address).status_code == 200

    def test_is_named_to_the_donor_of_the_ending_pair_as_not_open(self, as_fujian, received):
        answer = as_fujian.get(received)

        assert answer.status_code == 200
        assert "not open to your organisation" in _text(answer)
        assert "Hunan" not in _text(answer)


class TestKinds:
    @pytest.fixture
    def vehicles(self):
        """An app above counts vehicles from now on."""
        register_provider("vehicles", count_vehicles)
        yield
        withdraw_provider("vehicles")

    def test_that_come_later_are_asked_for_before_the_signature(
        self, as_coordinator, own, opened, coordinator, vehicles
    ):
        _answer_all(as_coordinator, coordinator)
        refused = as_coordinator.post(f"{own}sign/", {"is_whole": "on"})
        as_coordinator.post(f"{own}count/")
        page = _text(as_coordinator.get(own))

        assert refused.status_code == 409
        assert "1 line has changed since the list was made" in _text(refused)
        assert re.search(r"vehicles.*?3 items", page, re.DOTALL)
        assert as_coordinator.post(f"{own}sign/", {"is_whole": "on"}).status_code == 302


def count_vehicles(pairing):
    return OpenItems(items_count=3, descriptions=("A", "B", "C"))
