"""The pairing desk: scenarios, variants, plans, the panel of a couple."""

import html
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from tests.grounds import ground

from records.desk import open_desk, small_scenario
from records.programme_at_work import SIDES, set_to_work
from tiebeam.apps.pairings.models import BuiltScenario, Lock, Variant
from tiebeam.apps.pairings.operations.history import record_list
from tiebeam.apps.pairings.operations.lines import Line
from tiebeam.apps.pairings.operations.lists import draft_list, send_for_opinion
from tiebeam.apps.pairings.operations.opinions import give_opinion
from tiebeam.apps.pairings.operations.plans import store_plan
from tiebeam.apps.pairings.operations.signing import adopt_plan
from tiebeam.apps.pairings.queries.variants import effective_scenario
from tiebeam.core.pairing.solver import solve_pairing
from tiebeam.interchange.scenario import write_scenario
from tiebeam.interfaces.jobs import performing
from tiebeam.platform.notices.models import Notice
from tiebeam.platform.tasks.models import Run
from tiebeam.platform.tenancy.acting import acting


@pytest.fixture(autouse=True)
def connection_stays(monkeypatch):
    """A job closes the connection that it was lent; the test goes on with it."""
    monkeypatch.setattr(performing, "close_old_connections", lambda: None)


@pytest.fixture
@ground
def desk(workspace, coordinator, now):
    return open_desk(workspace, coordinator, now)


@pytest.fixture
def variant(desk):
    return desk.variant()


@pytest.fixture
def solved(desk, variant):
    with acting(desk.coordinator):
        plan = solve_pairing(effective_scenario(variant))
    return store_plan(variant=variant, plan=plan, actor=desk.coordinator, now=desk.now)


FEWER = {
    "what_0": "capacity",
    "whose_0": "donor:fujian",
    "resource_0": "staff",
    "value_0": "3",
    "settings_by_hand": "",
}
"""Fujian can send 3 people, as the form of values says it."""


def text_of(answer):
    return answer.content.decode()


def page(client, name, *args, status=200, **query):
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == status, text_of(answer)[-2000:]
    return text_of(answer)


def at(variant, name):
    return reverse(name, args=[variant.pk])


def work_off(desk):
    """Do the runs that wait, as the worker does."""
    with acting(desk.coordinator):
        waiting = list(Run.objects.filter(state="waiting"))
    for run in waiting:
        performing.perform.call(str(run.pk), str(run.tenant_id), str(run.person_id))


def tell(desk, **progress):
    """Let the run that waits have begun, and tell how far it is."""
    with acting(desk.coordinator):
        Run.objects.update(state="running", progress={"elapsed_s": 12.0, **progress})


def lock(client, variant, **given):
    fields = {"donor": "fujian", "recipient": "nyingchi", "reason": "Their team is there"}
    return client.post(at(variant, "desk_lock"), fields | given)


def cell(client, variant, donor, recipient):
    return page(client, "desk_cell", variant.pk, donor=donor, recipient=recipient)


def pairs_of(variant):
    return [(pair["donor"], pair["recipient"]) for pair in variant.plan["pairs"]]


def opened(variant):
    return pairs_of(variant)[0]


def closed(variant):
    everybody = {(d, r) for d in ("fujian", "hunan") for r in ("nyingchi", "huanggang")}
    return min(everybody - set(pairs_of(variant)))


def other_plan(client, variant):
    """Copy *variant*, and let nobody of its first pair be a pair in the copy."""
    answer = client.post(at(variant, "desk_copy"), {"name": "Second"})
    pk = answer.headers["Location"].rstrip("/").rsplit("/", 1)[-1]
    others = {("cell-0-0", "cell-1-1"), ("cell-0-1", "cell-1-0")}
    rows = {"fujian": 0, "hunan": 1}
    columns = {"nyingchi": 0, "huanggang": 1}
    mine = {f"cell-{rows[d]}-{columns[r]}" for d, r in pairs_of(variant)}
    chosen = next(pair for pair in others if not mine <= set(pair))
    client.post(reverse("desk_by_hand", args=[pk]), {"pair": chosen})
    return pk


def workbook(tmp_path, spoil=None):
    path = tmp_path / "small.xlsx"
    write_scenario(small_scenario(), path)
    if spoil:
        sheet, place, value = spoil
        book = load_workbook(path)
        book[sheet][place] = value
        book.save(path)
    return SimpleUploadedFile("small.xlsx", path.read_bytes())


def upload(client, desk, tmp_path, spoil=None):
    address = reverse("desk_upload", args=[desk.round.pk])
    return client.post(address, {"file": workbook(tmp_path, spoil)})


class TestDesk:
    def test_lists_rounds(self, as_coordinator, desk):
        assert "First" in page(as_coordinator, "desk")

    def test_shows_a_round(self, as_coordinator, variant, desk):
        shown = page(as_coordinator, "desk_round", desk.round.pk)

        assert "As computed" in shown
        assert reverse("desk_build", args=[desk.round.pk]) in shown

    def test_shows_a_scenario(self, as_coordinator, variant):
        assert "2 donors" in page(as_coordinator, "desk_scenario", variant.scenario_id)

    def test_begins_a_variant(self, as_coordinator, variant):
        address = reverse("desk_scenario", args=[variant.scenario_id])

        answer = as_coordinator.post(address, {"name": "Other"})

        assert answer.status_code == 302
        assert "Other" in page(as_coordinator, "desk_scenario", variant.scenario_id)

    def test_refuses_a_name_that_is_taken(self, as_coordinator, variant):
        address = reverse("desk_scenario", args=[variant.scenario_id])

        answer = as_coordinator.post(address, {"name": "As computed"})

        assert answer.status_code == 409


class TestVariant:
    def test_says_what_its_plan_is(self, as_coordinator, solved):
        shown = page(as_coordinator, "desk_variant", solved.pk)

        assert "2 recipients, every need met in full, proven optimal" in shown
        assert "Nyingchi" in shown

    def test_without_a_plan_offers_to_solve(self, as_coordinator, variant):
        shown = page(as_coordinator, "desk_variant", variant.pk)

        assert "no plan yet" in shown
        assert at(variant, "desk_solve") in shown

    def test_is_solved_in_the_background(self, as_coordinator, variant, desk):
        answer = as_coordinator.post(at(variant, "desk_solve"), {"time_limit_s": "60"})
        assert answer.status_code == 302
        assert "Waiting for the worker" in page(as_coordinator, "desk_variant", variant.pk)

        work_off(desk)

        assert "proven optimal" in page(as_coordinator, "desk_variant", variant.pk)

    @pytest.mark.parametrize(
        ("language", "told"),
        [("en", "has ended with a plan. Proven optimal."), ("zh", "已得出方案。已证明为最优。")],
    )
    def test_tells_on_the_first_page_how_the_search_ended(
        self, sign_in, variant, desk, language, told
    ):
        client = sign_in("office", language)
        client.post(at(variant, "desk_solve"), {"time_limit_s": "60"})
        work_off(desk)

        assert told in page(client, "changed")

        with acting(desk.coordinator):
            notice = Notice.objects.get(kind="search_ended")
        assert client.get(reverse("notice", args=[notice.pk])).url == at(variant, "desk_variant")
        assert told not in page(client, "changed")

    def test_shows_how_far_the_search_is(self, as_coordinator, variant, desk):
        as_coordinator.post(at(variant, "desk_solve"), {"time_limit_s": "60"})
        tell(desk, level="coverage", position=1, levels=3, incumbent=0.75, bound=0.9, gap=0.15)

        shown = page(as_coordinator, "desk_progress", variant.pk)

        for word in ("Level 1 of 3, coverage", "12", "75\u202f%", "90\u202f%", "15\u202f%"):
            assert word in shown

    def test_is_not_sent_again_while_the_search_stands_still(self, as_coordinator, variant):
        as_coordinator.post(at(variant, "desk_solve"), {"time_limit_s": "60"})
        first = as_coordinator.get(at(variant, "desk_progress"))

        again = as_coordinator.get(
            at(variant, "desk_progress"), headers={"If-None-Match": first.headers["ETag"]}
        )

        assert again.status_code == 304

    def test_asks_for_the_whole_page_once_the_search_has_ended(self, as_coordinator, solved):
        answer = as_coordinator.get(at(solved, "desk_progress"))

        assert answer.status_code == 204
        assert answer.headers["HX-Refresh"] == "true"

    def test_can_be_stopped(self, as_coordinator, variant, desk):
        as_coordinator.post(at(variant, "desk_solve"), {"time_limit_s": "60"})
        tell(desk, level="coverage", position=1, levels=3)

        as_coordinator.post(at(variant, "desk_stop"))

        with acting(desk.coordinator):
            assert Run.objects.get().is_stop_asked
        assert "Stopping" in page(as_coordinator, "desk_variant", variant.pk)

    def test_refuses_a_second_search(self, as_coordinator, variant):
        as_coordinator.post(at(variant, "desk_solve"), {"time_limit_s": "60"})

        answer = as_coordinator.post(at(variant, "desk_solve"), {"time_limit_s": "60"})

        assert answer.status_code == 409
        assert "is under way" in text_of(answer)

    @pytest.mark.parametrize("limit", ["", "0", "-1", "soon", "1e9"])
    def test_refuses_a_time_limit_without_sense(self, as_coordinator, variant, limit):
        answer = as_coordinator.post(at(variant, "desk_solve"), {"time_limit_s": limit})

        assert answer.status_code == 400

    def test_names_the_rules_that_cannot_hold_together(self, as_coordinator, variant, desk):
        for donor in ("fujian", "hunan"):
            lock(as_coordinator, variant, donor=donor, recipient="nyingchi", lock="out")
        as_coordinator.post(at(variant, "desk_solve"), {"time_limit_s": "60"})

        work_off(desk)

        shown = page(as_coordinator, "desk_variant", variant.pk)
        assert "No plan can keep all the rules at once" in shown
        assert "§M3" in shown
        assert "Nyingchi" in shown

    def test_is_renamed(self, as_coordinator, variant):
        as_coordinator.post(at(variant, "desk_rename"), {"name": "By distance"})

        assert "By distance" in page(as_coordinator, "desk_variant", variant.pk)

    def test_is_copied_with_its_plan(self, as_coordinator, solved, desk):
        answer = as_coordinator.post(at(solved, "desk_copy"), {"name": "Second"})

        shown = text_of(as_coordinator.get(answer.headers["Location"]))
        assert "Second" in shown
        assert "proven optimal" in shown

    @pytest.mark.parametrize(
        ("language", "told"),
        [
            ("en", "Capacity of a donor, Fujian, Staff: 3 persons instead of 10 persons"),
            ("zh", "支援能力（福建，Staff）：3人（原为10人）"),
        ],
    )
    def test_takes_values_in_place_of_the_scenarios(self, sign_in, solved, language, told):
        client = sign_in("office", language)

        client.post(at(solved, "desk_change"), FEWER | {"reason": "Fewer"})

        shown = page(client, "desk_variant", solved.pk)
        assert told in shown
        assert "capacities.fujian" not in shown
        form = client.get(at(solved, "desk_change")).context["form"]
        assert [form[f"{part}_0"].value() for part in ("what", "whose", "value")] == [
            "capacity",
            "donor:fujian",
            "3",
        ]

    def test_shows_what_stands_now_before_anything_is_set(self, as_coordinator, variant):
        answer = as_coordinator.post(at(variant, "desk_change"), FEWER | {"look": "1"})

        assert "In the scenario: 10 persons" in text_of(answer)
        assert "persons instead of" not in page(as_coordinator, "desk_variant", variant.pk)

    def test_takes_values_written_by_hand_beside_those_chosen(self, as_coordinator, variant):
        typed = {"settings_by_hand": "links.fujian.nyingchi.tie=2"}

        as_coordinator.post(at(variant, "desk_change"), FEWER | typed)

        shown = page(as_coordinator, "desk_variant", variant.pk)
        assert "Fujian, Staff: 3 persons" in shown
        assert "links.fujian.nyingchi.tie=2" in shown

    def test_orders_objectives_by_their_names(self, sign_in, variant):
        client = sign_in("office", "zh")
        given = {"what_0": "levels", "value_0": "结对数、需求满足率"}

        client.post(at(variant, "desk_change"), given)

        told = "目标及其先后顺序：结对数、需求满足率（原为需求满足率、结对连续性、结对数）"
        assert told in page(client, "desk_variant", variant.pk)

    @pytest.mark.parametrize(
        ("given", "told"),
        [
            ({"whose_0": "recipient:nyingchi"}, "This is set for a donor. Choose one."),
            ({"resource_0": ""}, "No resource is chosen."),
            ({"value_0": ""}, "There is no new value."),
            ({"what_0": ""}, "A row without"),
            ({"value_0": "many"}, "Values, Capacity of a donor, Fujian, Staff:"),
            (
                {"settings_by_hand": "capacities.Fujan.staff=3"},
                "Known ids: Fujian (fujian), Hunan (hunan). Did you mean",
            ),
        ],
    )
    def test_tells_every_fault_of_the_values_by_names(self, as_coordinator, variant, given, told):
        answer = as_coordinator.post(at(variant, "desk_change"), FEWER | given)

        assert answer.status_code == 400
        assert told in html.unescape(text_of(answer))

    def test_is_not_searched_again_when_nothing_is_asked(self, as_coordinator, solved):
        answer = as_coordinator.post(
            at(solved, "desk_what_if"), {"what_0": "", "value_0": "", "time_limit_s": "60"}
        )

        assert answer.status_code == 400
        assert "Nothing is asked about." in text_of(answer)

    def test_is_asked_what_chosen_values_would_do(self, as_coordinator, solved, desk):
        answer = as_coordinator.post(at(solved, "desk_what_if"), FEWER | {"time_limit_s": "60"})

        shown = text_of(as_coordinator.get(answer.headers["Location"]))
        assert "Fujian, Staff: 3 persons instead of 10 persons" in shown

    def test_is_paired_by_hand(self, as_coordinator, variant):
        answer = as_coordinator.post(
            at(variant, "desk_by_hand"), {"pair": ["cell-0-0", "cell-1-1"]}
        )

        assert answer.status_code == 302
        shown = page(as_coordinator, "desk_variant", variant.pk)
        assert "made by hand: not claimed to be optimal" in shown
        assert "They are an assumption" in shown

    def test_tells_which_rules_pairs_by_hand_break(self, as_coordinator, variant):
        lock(as_coordinator, variant, donor="fujian", recipient="nyingchi", lock="out")

        answer = as_coordinator.post(at(variant, "desk_by_hand"), {"pair": ["cell-0-0"]})

        assert answer.status_code == 409
        assert "§M3" in text_of(answer)


class TestCouple:
    def test_shows_why_it_is_a_pair_at_once(self, as_coordinator, solved):
        shown = cell(as_coordinator, solved, *opened(solved))

        assert "Why this pair" in shown
        assert "Without this pair" in shown

    def test_shows_why_it_is_none(self, as_coordinator, solved):
        shown = cell(as_coordinator, solved, *closed(solved))

        assert "Why not" in shown
        assert "With this pair required" in shown

    def test_has_no_reason_under_rules_that_have_moved(self, as_coordinator, solved):
        lock(as_coordinator, solved, donor="fujian", recipient="nyingchi", lock="out")

        shown = cell(as_coordinator, solved, *opened(solved))

        assert "Solve again to see why." in shown
        assert "Without this pair" not in shown

    def test_is_shown_beside_the_matrix_without_script(self, as_coordinator, solved):
        donor, recipient = opened(solved)

        shown = page(as_coordinator, "desk_variant", solved.pk, donor=donor, recipient=recipient)

        assert "Why this pair" in shown

    @pytest.mark.parametrize("pair", [("nobody", "nyingchi"), ("fujian", "nowhere"), ("", "")])
    def test_that_is_not_there_is_not_found(self, as_coordinator, solved, pair):
        asked = {"donor": pair[0], "recipient": pair[1]}

        shown = page(as_coordinator, "desk_cell", solved.pk, status=404, **asked)

        assert "There is no such page" in shown

    def test_has_its_exact_answer_from_the_background(self, as_coordinator, solved, desk):
        donor, recipient = opened(solved)
        asked = {"donor": donor, "recipient": recipient, "question": "exact"}
        as_coordinator.post(at(solved, "desk_ask"), asked)
        assert "Waiting for the worker" in cell(as_coordinator, solved, donor, recipient)

        work_off(desk)

        assert "(exact: solved again)" in page(
            as_coordinator, "desk_answers", solved.pk, donor=donor, recipient=recipient
        )

    def test_shows_what_would_move_if_it_were_forbidden(self, as_coordinator, solved, desk):
        donor, recipient = opened(solved)
        asked = {"donor": donor, "recipient": recipient, "question": "forbid"}
        as_coordinator.post(at(solved, "desk_ask"), asked)

        work_off(desk)

        shown = cell(as_coordinator, solved, donor, recipient)
        assert "Pairs would move." in shown
        assert "Only: This plan" in shown

    def test_cannot_be_asked_about_before_there_is_a_plan(self, as_coordinator, variant):
        asked = {"donor": "fujian", "recipient": "nyingchi", "question": "exact"}

        answer = as_coordinator.post(at(variant, "desk_ask"), asked)

        assert answer.status_code == 409
        assert "has no plan" in text_of(answer)


class TestLock:
    def test_stays_through_every_search(self, as_coordinator, solved, desk):
        donor, recipient = closed(solved)
        lock(as_coordinator, solved, donor=donor, recipient=recipient, lock="in")
        assert "Locks or changes moved" in page(as_coordinator, "desk_variant", solved.pk)

        for _ in range(2):
            as_coordinator.post(at(solved, "desk_solve"), {"time_limit_s": "60"})
            work_off(desk)

        shown = page(as_coordinator, "desk_variant", solved.pk)
        assert "Locks or changes moved" not in shown
        assert "1 lock" in shown
        with acting(desk.coordinator):
            plan = Variant.objects.get(pk=solved.pk).plan
        assert (donor, recipient) in {(pair["donor"], pair["recipient"]) for pair in plan["pairs"]}

    def test_needs_a_reason(self, as_coordinator, variant):
        answer = lock(as_coordinator, variant, lock="in", reason=" ")

        assert answer.status_code == 409
        assert "No reason is given" in text_of(answer)

    def test_is_removed(self, as_coordinator, variant, desk):
        lock(as_coordinator, variant, lock="in")

        as_coordinator.post(
            at(variant, "desk_unlock"), {"donor": "fujian", "recipient": "nyingchi"}
        )

        with acting(desk.coordinator):
            assert not Lock.objects.exists()

    def test_that_is_not_there_cannot_be_removed(self, as_coordinator, variant):
        answer = as_coordinator.post(at(variant, "desk_unlock"), {"donor": "a", "recipient": "b"})

        assert answer.status_code == 404


class TestComparison:
    def test_sets_two_variants_side_by_side(self, as_coordinator, solved, desk):
        second = other_plan(as_coordinator, solved)

        shown = page(as_coordinator, "desk_compare", a=str(solved.pk), b=str(second))

        for word in ("Levels side by side", "Coverage of each recipient", "Burden of each donor"):
            assert word in shown
        assert "Only: Second" in shown

    def test_without_plans_says_what_is_missing(self, as_coordinator, variant):
        shown = page(as_coordinator, "desk_compare", a=str(variant.pk), b=str(variant.pk))

        assert "need a plan" in shown

    @pytest.mark.parametrize("query", [{}, {"a": "x", "b": "y"}])
    def test_of_nothing_is_not_found(self, as_coordinator, desk, query):
        shown = page(as_coordinator, "desk_compare", status=404, **query)

        assert "There is no such page" in shown


class TestUpload:
    def test_shows_who_is_matched_and_stores_nothing(self, as_coordinator, desk, tmp_path):
        answer = upload(as_coordinator, desk, tmp_path)

        assert "4 of 4 parties found in the directory" in text_of(answer)
        with acting(desk.coordinator):
            assert not BuiltScenario.objects.exists()

    def test_is_stored_once_it_is_confirmed(self, as_coordinator, desk, tmp_path):
        content = upload(as_coordinator, desk, tmp_path).context["form"]["content"].value()

        answer = as_coordinator.post(
            reverse("desk_confirm", args=[desk.round.pk]), {"name": "Mine", "content": content}
        )

        assert answer.status_code == 302
        with acting(desk.coordinator):
            assert BuiltScenario.objects.get().name == "Mine"

    def test_that_was_tampered_with_is_not_stored(self, as_coordinator, desk, tmp_path):
        content = upload(as_coordinator, desk, tmp_path).context["form"]["content"].value()

        as_coordinator.post(
            reverse("desk_confirm", args=[desk.round.pk]),
            {"name": "Mine", "content": f"{content}x"},
        )

        with acting(desk.coordinator):
            assert not BuiltScenario.objects.exists()

    def test_tells_sheet_row_and_column_of_each_fault(self, as_coordinator, desk, tmp_path):
        answer = upload(as_coordinator, desk, tmp_path, spoil=("needs", "C2", "many"))

        assert answer.status_code == 400
        shown = text_of(answer)
        for word in ("needs", "many", "amount"):
            assert word in shown

    def test_of_something_else_is_told_in_words(self, as_coordinator, desk):
        file = SimpleUploadedFile("x.xlsx", b"nonsense")

        answer = as_coordinator.post(reverse("desk_upload", args=[desk.round.pk]), {"file": file})

        assert answer.status_code == 400
        assert "1 fault" in text_of(answer)

    def test_takes_a_packaged_case(self, as_coordinator, desk):
        answer = as_coordinator.post(
            reverse("desk_case", args=[desk.round.pk]), {"case": "wenchuan-2008/scenario"}
        )

        assert answer.status_code == 400
        assert "is no organisation of the directory" in text_of(answer)


class TestBuild:
    def test_shows_which_returns_are_missing(self, as_coordinator, desk):
        shown = page(as_coordinator, "desk_build", desk.round.pk)

        assert "has handed in nothing" in shown

    def test_is_refused_with_every_gap(self, as_coordinator, desk):
        given = {"name": "Built", "levels_0": "coverage"}

        answer = as_coordinator.post(reverse("desk_build", args=[desk.round.pk]), given)

        assert answer.status_code == 409
        assert "has handed in nothing" in text_of(answer)

    @pytest.mark.parametrize("levels", [(), ("coverage", "beauty"), ("coverage", "coverage")])
    def test_refuses_levels_without_sense(self, as_coordinator, desk, levels):
        given = {"name": "Built"} | {f"levels_{place}": name for place, name in enumerate(levels)}

        answer = as_coordinator.post(reverse("desk_build", args=[desk.round.pk]), given)

        assert answer.status_code == 400

    def test_offers_the_objectives_by_their_names(self, sign_in, desk):
        shown = page(sign_in("office", "zh"), "desk_build", desk.round.pk)

        assert '<option value="continuity" selected>结对连续性</option>' in shown
        assert "coverage（" not in shown


class TestFiles:
    @pytest.mark.parametrize("kind", ["xlsx", "zip"])
    def test_hold_the_scenario_in_either_form(self, as_coordinator, variant, kind):
        address = reverse("desk_scenario_file", args=[variant.scenario_id, kind])

        answer = as_coordinator.get(address)

        assert answer.headers["Content-Disposition"].endswith(f'.{kind}"')
        assert answer.content[:2] == b"PK"

    def test_hold_the_report_and_the_plan(self, as_coordinator, solved):
        report = as_coordinator.get(at(solved, "desk_report"))
        plan = as_coordinator.get(at(solved, "desk_plan_file"))

        assert report.content.startswith(b"<!doctype html>")
        assert report.headers["Content-Disposition"].startswith("attachment")
        assert plan.content[:2] == b"PK"

    def test_of_a_variant_without_a_plan_are_not_there(self, as_coordinator, variant):
        for name in ("desk_report", "desk_plan_file"):
            assert as_coordinator.get(at(variant, name)).status_code == 404

    def test_are_checked(self, as_coordinator, workspace, tmp_path):
        answer = as_coordinator.post(reverse("desk_check_file"), {"file": workbook(tmp_path)})

        assert "small.xlsx is sound" in text_of(answer)

    def test_are_converted(self, as_coordinator, workspace, tmp_path):
        answer = as_coordinator.post(reverse("desk_convert_file"), {"file": workbook(tmp_path)})

        assert answer.headers["Content-Type"] == "application/zip"

    def test_with_faults_are_neither(self, as_coordinator, workspace):
        for name in ("desk_check_file", "desk_convert_file"):
            file = SimpleUploadedFile("x.zip", b"nonsense")
            assert as_coordinator.post(reverse(name), {"file": file}).status_code == 400

    def test_begin_with_a_template(self, as_coordinator, workspace):
        assert as_coordinator.get(reverse("desk_template")).content[:2] == b"PK"

    def test_of_the_packaged_cases_are_listed(self, as_coordinator, workspace):
        assert "hubei-2020" in page(as_coordinator, "desk_cases")
        answer = as_coordinator.get(reverse("desk_case_file", args=["hubei-2020"]))
        assert answer.content[:2] == b"PK"
        assert as_coordinator.get(reverse("desk_case_file", args=["no"])).status_code == 404


class TestAdoption:
    def test_is_done_by_two_people(self, as_coordinator, solved, desk):
        given = {
            "in_force_from": "2020-02-10",
            "document": str(desk.document.pk),
            "backdated_because": "Entered late",
        }
        unheard = as_coordinator.post(at(solved, "desk_adopt"), given)
        assert unheard.status_code == 409
        assert "was not sent to both sides for opinion" in unheard.content.decode()
        given["without_opinions_because"] = "The epidemic does not wait"

        first = as_coordinator.post(at(solved, "desk_adopt"), given)
        again = as_coordinator.post(at(solved, "desk_adopt"), given)

        assert first.status_code == 302
        assert again.status_code == 409
        assert "for this reason: The epidemic does not wait" in page(
            as_coordinator, "desk_adopt", solved.pk
        )
        adopt_plan(
            variant=solved,
            in_force_from=timezone.localdate(desk.now),
            document=desk.document,
            actor=desk.deputy,
            now=desk.now,
        )
        shown = page(as_coordinator, "desk_variant", solved.pk)
        assert "1 list drafted from this variant" in shown
        assert "in force" in shown

    def test_shows_the_pairs_and_what_changes_against_the_list_in_force(
        self, as_coordinator, solved, desk, workspace
    ):
        ids = desk.organisations
        kept, left = opened(solved), closed(solved)
        record_list(
            round=desk.round,
            document=desk.document,
            in_force_from=date(2020, 2, 7),
            lines=[Line(donor=ids[d], recipient=ids[r]) for d, r in (kept, left)],
            actor=desk.coordinator,
            now=desk.now,
        )

        shown = page(as_coordinator, "desk_adopt", solved.pk)

        pairs = pairs_of(solved)
        assert f"The list would have {len(pairs)} pairs" in shown
        assert "Staff (persons): " in shown
        earlier, later = {kept, left}, set(pairs)
        movers = {d for d, _ in earlier - later} & {d for d, _ in later - earlier}
        new = sum(d not in movers for d, _ in later - earlier)
        ended = sum(d not in movers for d, _ in earlier - later)
        told = f"Compared with version 1: 1 held, {len(movers)} donor"
        assert told in shown
        assert f"moved, {new} new, {ended} ended" in shown
        assert shown.index(told) < shown.index("In force from")

    def test_says_that_every_pair_is_new_where_no_list_is_in_force(self, as_coordinator, solved):
        shown = page(as_coordinator, "desk_adopt", solved.pk)

        assert "all pairs would be new" in shown
        assert {name for name in ("Fujian", "Hunan") if name in shown} == {"Fujian", "Hunan"}

    def test_is_not_offered_of_a_plan_that_was_overtaken(self, as_coordinator, solved):
        donor, recipient = closed(solved)
        lock(as_coordinator, solved, donor=donor, recipient=recipient, lock="in")

        assert at(solved, "desk_adopt") not in page(as_coordinator, "desk_variant", solved.pk)
        answer = as_coordinator.post(at(solved, "desk_adopt"), {"in_force_from": "2020-02-10"})
        assert answer.status_code == 409

    def test_shows_what_both_sides_reply(self, as_coordinator, solved, desk, fujian):
        made = draft_list(round=desk.round, variant=solved, actor=desk.coordinator, now=desk.now)
        send_for_opinion(
            pair_list=made, due_on=date(2030, 1, 1), actor=desk.coordinator, now=desk.now
        )
        with acting(fujian):
            give_opinion(
                pair_list=made,
                reply="object",
                text="Too far for us",
                actor=fujian,
                now=desk.now,
            )

        shown = page(as_coordinator, "desk_variant", solved.pk)

        assert "1 reply of both sides" in shown
        assert "Too far for us" in shown


class TestReturnsOfARound:
    def test_become_a_scenario(self, as_coordinator, workspace, coordinator, now):
        work = set_to_work(workspace, coordinator, now)
        for key in SIDES:
            work.decide(work.hand_in(key), is_accepted=True)
        given = {
            "name": "From returns",
            "levels_0": "coverage",
            "levels_1": "continuity",
            "max_partners_per_recipient": "1",
        }

        answer = as_coordinator.post(reverse("desk_build", args=[work.of_round.pk]), given)

        assert answer.status_code == 302
        shown = text_of(as_coordinator.get(answer.headers["Location"]))
        assert "From returns: 2 donors, 2 recipients" in shown
