import re
from datetime import date, timedelta

import pytest
from tests.grounds import ground
from tests.records.agreement_grounds import make_pairing, make_programme

from tiebeam.apps.pairings.models import Agreement, Signature
from tiebeam.apps.pairings.operations.agreements import ask_for_review, draft_agreement
from tiebeam.apps.pairings.operations.signatures import sign_agreement
from tiebeam.apps.pairings.queries.agreements import hash_of_agreement
from tiebeam.platform.files.operations import attach_document
from tiebeam.platform.tenancy.acting import acting
from tiebeam.platform.tenancy.grants import grant_reading

MISSING = "00000000-0000-4000-8000-000000000000"
TEXT = {
    "kind": "five_year",
    "number": "",
    "title": "Agreement of 2020",
    "text": "Fujian sends 5 doctors.",
    "starts_on": "2020-01-01",
    "last_day": "2024-12-31",
}
PAGES = ["", "revise/", "print/", "terminate/", "sign/"]


def _text(answer) -> str:
    return answer.content.decode()


@pytest.fixture
@ground
def pairing(coordinator, fujian, nyingchi):
    programme = make_programme(coordinator, ["funds", "medicine"])
    with acting(coordinator):
        grant_reading(
            actor=coordinator,
            scope_id=programme.pk,
            organisation_ids=[fujian.organisation_id, nyingchi.organisation_id],
            role="participant",
            valid_from=date(2020, 2, 10),
        )
    return make_pairing(programme, coordinator, fujian, nyingchi, valid_from=date(2020, 1, 1))


@pytest.fixture
def drafted(pairing, fujian, now):
    return draft_agreement(
        pairing=pairing,
        kind="five_year",
        title="Agreement of 2020",
        text="Fujian sends 5 doctors.",
        starts_on=date(2020, 1, 1),
        ends_on=None,
        actor=fujian,
        now=now,
    )


@pytest.fixture
def own(drafted):
    return f"/agreements/{drafted.pk}/"


@pytest.fixture
def under_review(drafted, fujian, now):
    return ask_for_review(agreement=drafted, actor=fujian, now=now)


@pytest.fixture
def signed(under_review, fujian, nyingchi, now):
    for actor in (fujian, nyingchi):
        sign_agreement(
            agreement=under_review,
            text_sha256=hash_of_agreement(under_review),
            actor=actor,
            now=now,
        )
    return under_review


class TestPages:
    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_open_with_words_for_all(self, sign_in, pairing, signed, own, language):
        client = sign_in("fujian", language)
        for address in (
            "/", "/agreements/", own, f"{own}print/", f"{own}terminate/",
            f"/pairs/{pairing.pk}/agreements/", f"/pairs/{pairing.pk}/agreements/draft/",
            f"/pairs/{pairing.pk}/agreements/draft/?amends={signed.pk}",
            f"/pairs/{pairing.pk}/agreements/draft/?parent={signed.pk}",
            f"{own}?on=2021-01-01&known=2020-02-10",
        ):  # fmt: skip
            answer = client.get(address)
            assert answer.status_code == 200, address
            assert re.findall(r"\[\w+\.[\w.]+\]", _text(answer)) == [], address

    @pytest.mark.parametrize("page", PAGES)
    def test_of_others_are_not_there(self, as_hunan, own, page):
        assert as_hunan.get(own + page).status_code == 404

    @pytest.mark.parametrize("page", PAGES)
    def test_that_are_not_there_say_so(self, as_fujian, page):
        assert as_fujian.get(f"/agreements/{MISSING}/{page}").status_code == 404

    def test_of_a_pair_that_may_not_be_read_are_not_there(self, as_hunan, pairing):
        assert as_hunan.get(f"/pairs/{pairing.pk}/agreements/").status_code == 404
        assert as_hunan.post(f"/pairs/{pairing.pk}/agreements/draft/", TEXT).status_code == 404

    def test_ask_a_stranger_to_sign_in(self, as_nobody, own):
        assert as_nobody.get(own).status_code == 302

    def test_take_no_wrong_method(self, as_fujian, own):
        assert as_fujian.post(own).status_code == 405
        assert as_fujian.get(f"{own}ask/").status_code == 405

    def test_need_few_queries(self, as_fujian, pairing, signed, own, django_assert_max_num_queries):
        for address in ("/agreements/", own, f"/pairs/{pairing.pk}/agreements/"):
            with django_assert_max_num_queries(35):
                as_fujian.get(address)


class TestDraft:
    def test_is_kept_with_its_last_day(self, as_fujian, pairing, fujian):
        answer = as_fujian.post(f"/pairs/{pairing.pk}/agreements/draft/", TEXT)

        with acting(fujian):
            made = Agreement.objects.get()
        assert answer.url == f"/agreements/{made.pk}/"
        assert made.ends_on == date(2025, 1, 1)

    def test_with_faults_keeps_what_was_entered(self, as_fujian, pairing):
        given = TEXT | {"title": "", "starts_on": "soon", "text": "Five doctors"}

        answer = as_fujian.post(f"/pairs/{pairing.pk}/agreements/draft/", given)

        assert answer.status_code == 400
        assert "Five doctors" in _text(answer)
        assert 'href="#id_title"' in _text(answer)

    def test_that_ends_before_it_starts_is_refused_in_words(self, as_fujian, pairing):
        given = TEXT | {"last_day": "2019-01-01"}

        answer = as_fujian.post(f"/pairs/{pairing.pk}/agreements/draft/", given)

        assert answer.status_code == 409
        assert "ends on 2019-01-01; the end must be later" in _text(answer)

    def test_is_revised_by_its_own_side_alone(self, as_fujian, as_nyingchi, drafted, own, fujian):
        given = TEXT | {"title": "A better title"}

        assert as_nyingchi.post(f"{own}revise/", given).status_code == 404
        assert as_fujian.post(f"{own}revise/", given).status_code == 302
        with acting(fujian):
            assert Agreement.objects.get().title == "A better title"

    def test_is_not_revised_under_review(self, as_fujian, under_review, own):
        answer = as_fujian.post(f"{own}revise/", TEXT)

        assert answer.status_code == 409
        assert "under review, signed or terminated" in _text(answer)


class TestReview:
    def test_is_asked_for(self, as_fujian, as_nyingchi, own):
        assert as_fujian.post(f"{own}ask/").status_code == 302
        assert "is to be reviewed and signed" in _text(as_nyingchi.get("/"))

    def test_is_not_asked_for_by_the_other_side_which_sees_no_draft(
        self, as_fujian, as_nyingchi, own, pairing
    ):
        for page in (own, f"{own}print/"):
            assert as_nyingchi.get(page).status_code == 404
        assert "Agreement of 2020" not in _text(as_nyingchi.get(f"/pairs/{pairing.pk}/"))
        assert as_nyingchi.post(f"{own}ask/").status_code == 404
        as_fujian.post(f"{own}ask/")
        assert as_nyingchi.get(own).status_code == 200
        assert as_nyingchi.post(f"{own}ask/").status_code == 409

    def test_sends_back_with_a_reason(self, as_fujian, as_nyingchi, under_review, own):
        assert as_nyingchi.post(f"{own}return/", {"reason": " "}).status_code == 400
        answer = as_nyingchi.post(f"{own}return/", {"reason": "Name the hospital."})

        assert answer.status_code == 302
        assert "Name the hospital." in _text(as_fujian.get(own))
        assert "was returned: revise it" in _text(as_fujian.get("/"))

    def test_does_not_send_back_the_own_draft(self, as_fujian, under_review, own):
        answer = as_fujian.post(f"{own}return/", {"reason": "No"})

        assert answer.status_code == 409


class TestSignature:
    def test_shows_what_is_signed_and_its_hash(self, as_nyingchi, under_review, own):
        page = _text(as_nyingchi.get(f"{own}sign/"))

        assert "Fujian sends 5 doctors." in page
        assert hash_of_agreement(under_review) in page

    def test_stands_for_the_own_side(self, as_nyingchi, under_review, own, nyingchi):
        given = {"sha256": hash_of_agreement(under_review), "is_read": "on"}

        answer = as_nyingchi.post(f"{own}sign/", given)

        assert answer.status_code == 302
        with acting(nyingchi):
            assert Signature.objects.get().tenant_id == nyingchi.organisation_id
        assert "signed by one side" in _text(as_nyingchi.get(own))

    def test_wants_the_text_to_be_read(self, as_nyingchi, under_review, own):
        given = {"sha256": hash_of_agreement(under_review)}

        assert as_nyingchi.post(f"{own}sign/", given).status_code == 400

    def test_of_another_text_is_refused(self, as_nyingchi, under_review, own, nyingchi):
        answer = as_nyingchi.post(f"{own}sign/", {"sha256": "0" * 64, "is_read": "on"})

        assert answer.status_code == 409
        assert "is no longer the text that you read" in _text(answer)
        with acting(nyingchi):
            assert not Signature.objects.exists()

    def test_is_not_the_coordinators(self, as_coordinator, under_review, own):
        given = {"sha256": hash_of_agreement(under_review), "is_read": "on"}

        assert as_coordinator.post(f"{own}sign/", given).status_code == 403

    def test_of_both_sides_puts_it_in_force(self, as_fujian, signed, own):
        page = _text(as_fujian.get(own))

        assert "signed by both sides" in page
        assert "in force" in page
        assert hash_of_agreement(signed) in _text(as_fujian.get(f"{own}print/"))


class TestAmendment:
    def test_stands_below_what_it_amends_with_the_terms_of_the_day(
        self, as_fujian, pairing, signed, own, fujian, nyingchi, now
    ):
        given = TEXT | {"title": "One year more", "last_day": "2099-12-31"}
        address = f"/pairs/{pairing.pk}/agreements/draft/?amends={signed.pk}"
        assert as_fujian.post(address, given).status_code == 302
        with acting(fujian):
            amendment = Agreement.objects.get(amends=signed)
        ask_for_review(agreement=amendment, actor=fujian, now=now)
        for actor in (fujian, nyingchi):
            sign_agreement(
                agreement=amendment,
                text_sha256=hash_of_agreement(amendment),
                actor=actor,
                now=now,
            )

        page = _text(as_fujian.get(own))

        assert "One year more" in page
        assert "2020-01-01 to 2099-12-31, by Agreement of 2020, One year more" in page

    def test_of_another_pairs_agreement_is_not_there(self, as_fujian, pairing, own):
        address = f"/pairs/{pairing.pk}/agreements/draft/?amends={MISSING}"

        assert as_fujian.get(address).status_code == 404
        assert as_fujian.get(address.replace(MISSING, "none")).status_code == 404


class TestTermination:
    def test_wants_a_day_and_a_reason(self, as_fujian, signed, own):
        assert as_fujian.post(f"{own}terminate/", {}).status_code == 400
        given = {"terminated_on": "2020-02-11", "reason": "The task is done."}

        assert as_fujian.post(f"{own}terminate/", given).status_code == 302
        page = _text(as_fujian.get(own))
        assert "terminated" in page
        assert "The task is done." in page

    def test_is_not_the_other_sides(self, as_nyingchi, signed, own):
        given = {"terminated_on": "2020-02-11", "reason": "No."}

        assert as_nyingchi.post(f"{own}terminate/", given).status_code == 409


class TestAsKnown:
    @pytest.fixture
    def changed(self, pairing, drafted, fujian, nyingchi, now):
        """Drafted on the 10th, signed by both with a letter on the 12th, its amendment on the 14th."""

        def sign(agreement, then):
            asked = ask_for_review(agreement=agreement, actor=fujian, now=then)
            for actor in (fujian, nyingchi):
                sign_agreement(
                    agreement=asked, text_sha256=hash_of_agreement(asked), actor=actor, now=then
                )

        sign(drafted, now + timedelta(days=2))
        amendment = draft_agreement(
            pairing=pairing,
            kind="five_year",
            amends=drafted,
            title="Amendment of 2020",
            text="Fujian sends 9 doctors.",
            starts_on=date(2020, 2, 14),
            ends_on=date(2098, 1, 1),
            actor=fujian,
            now=now + timedelta(days=4),
        )
        sign(amendment, now + timedelta(days=4))
        then = now + timedelta(days=2)
        attach_document(
            record=drafted, name="letter.csv", content=b"a,b\n1,2\n", actor=fujian, now=then
        )
        return f"/agreements/{drafted.pk}/"

    def test_tells_state_signatures_amendments_and_documents_of_then(self, as_fujian, changed):
        drafted = _text(as_fujian.get(changed, {"known": "2020-02-11"}))
        signed = _text(as_fujian.get(changed, {"known": "2020-02-12"}))
        amended = _text(as_fujian.get(changed, {"known": "2020-02-14"}))

        assert "Agreement of 2020: draft" in drafted
        assert "letter.csv" not in drafted
        assert "Agreement of 2020: signed by both sides" in signed
        assert "letter.csv" in signed
        assert "Amendment of 2020" not in signed
        assert "Amendment of 2020" in amended

    def test_tells_the_terms_of_another_day(self, as_fujian, changed):
        before = _text(as_fujian.get(f"{changed}print/", {"on": "2020-02-13"}))
        after = _text(as_fujian.get(f"{changed}print/", {"on": "2020-02-14"}))
        unknown = _text(
            as_fujian.get(f"{changed}print/", {"on": "2020-02-14", "known": "2020-02-13"})
        )

        assert "Fujian sends 9 doctors." in after
        assert "Fujian sends 9 doctors." not in before
        assert "Fujian sends 9 doctors." not in unknown

    def test_lists_the_agreements_of_a_pair_of_then(self, as_fujian, pairing, changed):
        address = f"/pairs/{pairing.pk}/agreements/"

        assert "Agreement of 2020" not in _text(as_fujian.get(address, {"known": "2020-02-09"}))
        assert "draft" in _text(as_fujian.get(address, {"known": "2020-02-11"}))
        assert "1 agreement, 0 in force" in _text(as_fujian.get(address, {"known": "2020-02-11"}))

    def test_offers_no_step_and_keeps_the_dates_of_the_print(self, as_fujian, changed):
        page = _text(as_fujian.get(changed, {"known": "2020-02-11"}))

        for step in ("revise/", "review/", "sign/", "terminate/", "attach/"):
            assert step not in page
        assert f"{changed}print/?known=2020-02-11" in page

    def test_of_a_day_before_it_was_known_is_not_there(self, as_fujian, changed):
        assert as_fujian.get(changed, {"known": "2020-02-09"}).status_code == 404

    def test_the_list_of_all_says_that_it_shows_today(self, as_fujian, changed):
        page = _text(as_fujian.get("/agreements/", {"known": "2020-02-11"}))
        assert "it shows today" in page
