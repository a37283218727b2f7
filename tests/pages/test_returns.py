import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook
from tests.grounds import ground
from tests.records.programme_at_work import set_to_work

from tiebeam.apps.programmes.models import Return, ReturnDecision, ReturnLine
from tiebeam.apps.programmes.operations import submit_return
from tiebeam.platform.tenancy.acting import acting

MISSING = "00000000-0000-4000-8000-000000000000"
OWN = ["", "enter/", "upload/", "table/?file=csv"]


def _text(answer) -> str:
    return answer.content.decode()


def _table(*rows: str, head: str = "resource 资源编号,quantity 数量,evidence 依据"):
    return SimpleUploadedFile("mine.csv", "\n".join([head, *rows]).encode())


@pytest.fixture
@ground
def at_work(workspace, coordinator, now):
    return set_to_work(workspace, coordinator, now)


@pytest.fixture
def draft(at_work):
    return at_work.start("nyingchi")


@pytest.fixture
def handed_in(at_work):
    return at_work.hand_in("nyingchi")


@pytest.fixture
def own(draft):
    return f"/returns/{draft.pk}/"


def _lines(actor, of_return):
    with acting(actor):
        found = ReturnLine.objects.filter(of_return=of_return)
        return {row.resource: (f"{row.quantity.normalize():f}", row.evidence) for row in found}


def _enter(client, own, **given):
    blank = {"quantity_1": "", "evidence_1": "", "quantity_2": "", "evidence_2": "", "note": ""}
    return client.post(f"{own}enter/", blank | given)


def _looked_at(answer) -> str:
    found = re.search(r'name="looked_at" value="([^"]+)"', _text(answer))
    return found.group(1) if found else ""


class TestPages:
    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_open_with_words_for_all(self, sign_in, at_work, draft, language):
        handed_in = at_work.hand_in("fujian")
        office, recipient = sign_in("office", language), sign_in("nyingchi", language)

        for client, address in (
            (office, "/"),
            (office, "/returns/"),
            (office, f"/returns/rounds/{at_work.of_round.pk}/"),
            (office, f"/returns/{handed_in.pk}/"),
            (office, f"/returns/{handed_in.pk}/send-back/"),
            (recipient, "/"),
            (recipient, "/returns/"),
            (recipient, f"/returns/{draft.pk}/"),
            (recipient, f"/returns/{draft.pk}/enter/"),
            (recipient, f"/returns/{draft.pk}/upload/"),
        ):
            answer = client.get(address)
            assert answer.status_code == 200, address
            assert re.findall(r"\[\w+\.[\w.]+\]", _text(answer)) == [], address

    @pytest.mark.parametrize("page", OWN)
    def test_of_another_organisation_are_not_there(self, as_huanggang, own, page):
        assert as_huanggang.get(own + page).status_code == 404

    @pytest.mark.parametrize("page", ["enter/", "upload/", "submit/", "accept/", "send-back/"])
    def test_of_another_organisation_take_nothing(self, as_huanggang, own, page):
        assert as_huanggang.post(own + page, {}).status_code == 404

    @pytest.mark.parametrize("page", ["", "enter/", "submit/", "send-back/"])
    def test_that_are_not_there_say_so(self, as_nyingchi, page):
        post = page == "submit/"
        address = f"/returns/{MISSING}/{page}"
        answer = as_nyingchi.post(address) if post else as_nyingchi.get(address)

        assert answer.status_code == 404

    def test_ask_a_stranger_to_sign_in(self, as_nobody, own):
        assert as_nobody.get("/returns/").status_code == 302
        assert as_nobody.get(own).status_code == 302

    @pytest.mark.parametrize("page", ["submit/", "accept/", "upload/confirm/"])
    def test_that_only_take_show_nothing(self, as_nyingchi, own, page):
        assert as_nyingchi.get(own + page).status_code == 405

    def test_of_many_lines_need_few_queries(
        self, as_coordinator, at_work, handed_in, django_assert_max_num_queries
    ):
        with django_assert_max_num_queries(30):
            as_coordinator.get("/returns/")
        with django_assert_max_num_queries(30):
            as_coordinator.get(f"/returns/rounds/{at_work.of_round.pk}/")
        with django_assert_max_num_queries(30):
            as_coordinator.get(f"/returns/{handed_in.pk}/")


class TestStart:
    def test_makes_the_return_and_leads_to_its_figures(self, as_fujian, at_work, fujian):
        answer = as_fujian.post(f"/returns/rounds/{at_work.of_round.pk}/start/donor/")

        with acting(fujian):
            made = Return.objects.get()
        assert answer.status_code == 302
        assert answer.url == f"/returns/{made.pk}/enter/"

    def test_of_the_other_side_is_refused(self, as_fujian, at_work):
        answer = as_fujian.post(f"/returns/rounds/{at_work.of_round.pk}/start/recipient/")

        assert answer.status_code == 403

    def test_is_offered_where_something_is_due(self, as_fujian, at_work):
        page = _text(as_fujian.get("/returns/"))

        assert f"/returns/rounds/{at_work.of_round.pk}/start/donor/" in page
        assert "1 return is still to be handed in" in page


class TestFigures:
    def test_are_saved_with_their_evidence(self, as_nyingchi, own, draft, nyingchi):
        answer = _enter(as_nyingchi, own, quantity_1="10", evidence_1="Count of May", note="Soon")

        assert answer.status_code == 302
        assert _lines(nyingchi, draft) == {"doctors": ("10", "Count of May")}

    def test_that_are_wrong_are_kept_beside_their_fault(self, as_nyingchi, own, draft, nyingchi):
        answer = _enter(as_nyingchi, own, quantity_1="7", quantity_2="many", note="Keep me")

        page = _text(answer)
        assert answer.status_code == 400
        assert 'href="#id_quantity_1"' in page
        assert "7 is no whole multiple of the lot of 5" in page
        assert "“many” is no number" in page
        assert 'value="many"' in page
        assert "Keep me" in page
        assert _lines(nyingchi, draft) == {}

    @pytest.mark.parametrize(
        ("entered", "kept"), [("１０", "10"), ("1,000", "1000"), ("1 000", "1000"), ("25", "25")]
    )
    def test_are_read_as_people_write_them(self, as_nyingchi, own, draft, nyingchi, entered, kept):
        assert _enter(as_nyingchi, own, quantity_1=entered).status_code == 302
        assert _lines(nyingchi, draft)["doctors"][0] == kept

    def test_that_can_mean_two_numbers_are_refused(self, as_nyingchi, own):
        answer = _enter(as_nyingchi, own, quantity_2="1,5")

        assert answer.status_code == 400
        assert "“1,5” is no number" in _text(answer)

    def test_with_evidence_alone_want_a_figure(self, as_nyingchi, own):
        answer = _enter(as_nyingchi, own, evidence_2="A letter")

        assert answer.status_code == 400
        assert "there is evidence and no figure" in _text(answer)

    def test_of_a_return_handed_in_are_closed(self, as_nyingchi, handed_in):
        answer = as_nyingchi.get(f"/returns/{handed_in.pk}/enter/")

        assert answer.status_code == 409
        assert "waits for the coordinator&#x27;s answer" in _text(answer)

    def test_are_not_entered_by_the_coordinator(self, as_coordinator, handed_in):
        assert as_coordinator.get(f"/returns/{handed_in.pk}/enter/").status_code == 403


class TestTable:
    def test_is_downloaded_edited_and_uploaded(self, as_nyingchi, at_work, own, draft, nyingchi):
        at_work.enter("nyingchi", draft, [("doctors", 10)])
        given = as_nyingchi.get(f"{own}table/", {"file": "xlsx"})
        book = load_workbook(io.BytesIO(given.content))
        sheet = book.worksheets[0]
        assert [cell.value for cell in sheet[2]][:4] == ["doctors", "Doctors", "person", 10]
        sheet["D2"], sheet["D3"] = 15, 3
        sheet["E3"] = "Count of June"
        edited = io.BytesIO()
        book.save(edited)

        file = SimpleUploadedFile("mine.xlsx", edited.getvalue())
        preview = as_nyingchi.post(f"{own}upload/", {"file": file})
        assert preview.status_code == 200
        assert "would change 2 figures, 0 refused" in _text(preview)
        assert _lines(nyingchi, draft) == {"doctors": ("10", "")}

        answer = as_nyingchi.post(f"{own}upload/confirm/", {"looked_at": _looked_at(preview)})
        assert answer.status_code == 302
        assert _lines(nyingchi, draft) == {"doctors": ("15", ""), "nurses": ("3", "Count of June")}

    @pytest.mark.parametrize(
        ("rows", "reason"),
        [
            (["doctors,7,"], "7 is no whole multiple of the lot of 5"),
            (["doctors,many,"], "is not a number"),
            (["surgeons,5,"], "“surgeons” is no resource of this round"),
            (["doctors,5,", "doctors,10,"], "“doctors” is given twice"),
            (["doctors,,A letter"], "there is evidence and no figure"),
            (["doctors,-5,"], "is below 0"),
        ],
    )
    def test_with_a_fault_is_refused_whole_with_its_row(
        self, as_nyingchi, own, draft, nyingchi, rows, reason
    ):
        answer = as_nyingchi.post(f"{own}upload/", {"file": _table(*rows, "nurses,3,")})

        page = _text(answer)
        assert answer.status_code == 400
        assert reason in page
        assert "refused" in page
        assert _looked_at(answer) == ""
        assert _lines(nyingchi, draft) == {}

    def test_without_its_columns_says_which_are_missing(self, as_nyingchi, own):
        answer = as_nyingchi.post(f"{own}upload/", {"file": _table("doctors,5", head="a,b")})

        assert answer.status_code == 400
        assert 'role="alert"' in _text(answer)
        assert _looked_at(answer) == ""

    def test_leaves_what_it_does_not_name(self, as_nyingchi, at_work, own, draft, nyingchi):
        at_work.enter("nyingchi", draft, [("doctors", 10)])

        preview = as_nyingchi.post(f"{own}upload/", {"file": _table("nurses,3,")})
        as_nyingchi.post(f"{own}upload/confirm/", {"looked_at": _looked_at(preview)})

        assert _lines(nyingchi, draft) == {"doctors": ("10", ""), "nurses": ("3", "")}

    def test_does_not_empty_a_figure_by_an_empty_cell(self, as_nyingchi, at_work, own, draft):
        at_work.enter("nyingchi", draft, [("doctors", 10)])

        answer = as_nyingchi.post(f"{own}upload/", {"file": _table("doctors,,")})

        assert answer.status_code == 400
        assert "while 10" in _text(answer)
        assert _looked_at(answer) == ""

    def test_names_resources_as_people_do(self, as_nyingchi, own):
        answer = as_nyingchi.post(f"{own}upload/", {"file": _table("医生,5,")})

        assert answer.status_code == 200
        assert "would change 1 figure" in _text(answer)

    def test_that_was_looked_at_before_a_change_is_stale(
        self, as_nyingchi, at_work, own, draft, nyingchi
    ):
        preview = as_nyingchi.post(f"{own}upload/", {"file": _table("nurses,3,")})
        at_work.enter("nyingchi", draft, [("nurses", 9)])

        answer = as_nyingchi.post(f"{own}upload/confirm/", {"looked_at": _looked_at(preview)})

        assert answer.status_code == 409
        assert _lines(nyingchi, draft) == {"nurses": ("9", "")}

    def test_that_was_never_looked_at_is_refused(self, as_nyingchi, own):
        answer = as_nyingchi.post(f"{own}upload/confirm/", {"looked_at": "made:up"})

        assert answer.status_code == 409

    def test_makes_no_formula_of_what_was_entered(self, as_nyingchi, at_work, own, draft):
        _enter(as_nyingchi, own, quantity_2="3", evidence_2="=HYPERLINK(1)")

        table = as_nyingchi.get(f"{own}table/", {"file": "csv"}).content.decode("utf-8-sig")

        assert "'=HYPERLINK(1)" in table


class TestAnswer:
    def test_accepts(self, as_coordinator, handed_in, coordinator, at_work):
        answer = as_coordinator.post(f"/returns/{handed_in.pk}/accept/")

        assert answer.status_code == 302
        with acting(coordinator):
            assert ReturnDecision.objects.get().is_accepted

    def test_sends_back_with_the_reason_that_the_office_reads(
        self, as_coordinator, as_nyingchi, handed_in
    ):
        address = f"/returns/{handed_in.pk}/send-back/"

        assert as_coordinator.post(address, {"reason": ""}).status_code == 400
        answer = as_coordinator.post(address, {"reason": "Count the nurses again."})

        page = _text(as_nyingchi.get(f"/returns/{handed_in.pk}/"))
        assert answer.status_code == 302
        assert "Count the nurses again." in page
        assert f"/returns/{handed_in.pk}/enter/" in page
        assert "Return sent back" in page
        assert "was sent back" in _text(as_nyingchi.get("/"))

    def test_is_given_once(self, as_coordinator, handed_in):
        as_coordinator.post(f"/returns/{handed_in.pk}/accept/")

        answer = as_coordinator.post(f"/returns/{handed_in.pk}/accept/")

        assert answer.status_code == 409
        assert "waits for no answer" in _text(answer)

    def test_is_not_for_the_office_that_returned(self, as_nyingchi, handed_in):
        assert as_nyingchi.post(f"/returns/{handed_in.pk}/accept/").status_code == 403
        assert as_nyingchi.get(f"/returns/{handed_in.pk}/send-back/").status_code == 403

    def test_waits_on_the_first_page(self, as_coordinator, handed_in):
        assert "waits for your answer" in _text(as_coordinator.get("/"))


class TestSubmit:
    def test_hands_in_what_was_entered(self, as_nyingchi, at_work, own, draft, nyingchi):
        at_work.enter("nyingchi", draft, [("doctors", 10)])

        answer = as_nyingchi.post(f"{own}submit/")

        assert answer.status_code == 302
        assert "handed in" in _text(as_nyingchi.get(own))

    def test_of_an_empty_return_is_refused_in_words(self, as_nyingchi, own):
        answer = as_nyingchi.post(f"{own}submit/")

        assert answer.status_code == 409
        assert "The return has no line yet" in _text(answer)

    def test_of_an_empty_return_is_refused_in_chinese(self, sign_in, own):
        answer = sign_in("nyingchi", "zh").post(f"{own}submit/")

        assert "该填报尚无数据" in _text(answer)


class TestRound:
    def test_lists_who_is_missing_too(self, as_coordinator, at_work, handed_in):
        page = _text(as_coordinator.get(f"/returns/rounds/{at_work.of_round.pk}/"))

        assert "0 of 4 returns accepted, 1 to answer, 3 missing" in page
        assert page.count("overdue") >= 3

    def test_is_filtered_and_downloaded(self, as_coordinator, at_work, handed_in):
        address = f"/returns/rounds/{at_work.of_round.pk}/"

        answer = as_coordinator.get(address, {"state": "submitted", "file": "csv"})

        lines = answer.content.decode("utf-8-sig").splitlines()
        assert len(lines) == 2
        assert "Nyingchi" in lines[1]

    def test_marks_what_came_late(self, as_coordinator, at_work):
        at_work.now = datetime(2020, 2, 14, 1, 0, tzinfo=UTC)
        at_work.hand_in("nyingchi")

        page = _text(as_coordinator.get(f"/returns/rounds/{at_work.of_round.pk}/"))

        assert "Handed in late: 1" in page


class TestAsKnown:
    @pytest.fixture
    def changed(self, at_work):
        """Started on the 10th, handed in on the 11th, sent back on the 12th, handed in anew on the 13th."""
        of_return = at_work.start("nyingchi")
        at_work.enter("nyingchi", of_return, [("doctors", 15), ("nurses", 7)])
        at_work.now += timedelta(days=1)
        submit_return(of_return=of_return, actor=at_work.office("nyingchi"), now=at_work.now)
        at_work.now += timedelta(days=1)
        at_work.decide(of_return, is_accepted=False, reason="Count again")
        at_work.now += timedelta(days=1)
        at_work.enter("nyingchi", of_return, [("doctors", 40)])
        submit_return(of_return=of_return, actor=at_work.office("nyingchi"), now=at_work.now)
        return f"/returns/{of_return.pk}/"

    @pytest.mark.parametrize("asked", ["known", "on"])
    def test_a_return_tells_its_figures_and_state_of_then(
        self, as_coordinator, changed, asked, django_assert_max_num_queries
    ):
        as_coordinator.get("/me/")
        with django_assert_max_num_queries(34):
            handed_in = _text(as_coordinator.get(changed, {asked: "2020-02-11"}))
        sent_back = _text(as_coordinator.get(changed, {asked: "2020-02-12"}))
        anew = _text(as_coordinator.get(changed))

        for page in (handed_in, sent_back):
            assert "<td" in page
            assert re.search(r">\s*15\s*<", page)
            assert re.search(r">\s*7\s*<", page)
            assert not re.search(r">\s*40\s*<", page)
        assert "Count again" not in handed_in
        assert "Count again" in sent_back
        assert re.search(r">\s*40\s*<", anew)
        assert not re.search(r">\s*7\s*<", anew)

    def test_a_return_of_then_offers_no_step(self, as_coordinator, changed):
        then = _text(as_coordinator.get(changed, {"known": "2020-02-11"}))

        assert "accept/" not in then
        assert "table/?file" not in then
        assert "accept/" in _text(as_coordinator.get(changed))

    def test_a_draft_of_then_is_its_owners_alone(self, as_coordinator, as_nyingchi, changed):
        asked = {"known": "2020-02-10"}

        assert as_coordinator.get(changed, asked).status_code == 404
        assert "15" in _text(as_nyingchi.get(changed, asked))
        assert as_nyingchi.get(changed, {"known": "2020-02-09"}).status_code == 404

    def test_a_round_tells_who_had_handed_in_by_then(self, as_coordinator, at_work, changed):
        address = f"/returns/rounds/{at_work.of_round.pk}/"
        said = {"2020-02-10": "missing", "2020-02-11": "handed in", "2020-02-12": "sent back"}
        for day, state in said.items():
            page = _text(as_coordinator.get(address, {"known": day}))
            row = re.search(r"Nyingchi.*?</tr>", page, re.DOTALL)
            assert row is not None
            assert state in row.group(), day
        assert as_coordinator.get(address, {"known": "2020-02-09"}).status_code == 404

    def test_the_list_says_that_it_shows_today(self, as_coordinator, changed):
        assert "it shows today" in _text(as_coordinator.get("/returns/", {"known": "2020-02-11"}))
