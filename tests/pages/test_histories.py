"""Each kind of record has its history, in words, for whoever may read the record."""

import re
from datetime import date

import pytest
from django.urls import reverse
from tests.pages.round_trip import set_scene

from tiebeam.apps.pairings.operations.agreements import draft_agreement
from tiebeam.apps.pairings.operations.hand_overs import open_hand_over
from tiebeam.apps.pairings.operations.responsibilities import set_responsibility
from tiebeam.apps.programmes.operations import start_return

RAW = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def text_of(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def scene(workspace, coordinator, now):
    return set_scene(workspace, coordinator, now)


@pytest.fixture
def records(scene, workspace, coordinator, fujian, now):
    pairing = scene.pairing("fujian", "nyingchi")
    variant = scene.desk.variant()
    agreement = draft_agreement(
        pairing=pairing, kind="letter", title="Letter", text="text",
        starts_on=date(2020, 2, 10), ends_on=None, actor=fujian, now=now,
    )  # fmt: skip
    hand_over = open_hand_over(
        ending=scene.pairing("fujian", "huanggang"), successor=None, actor=coordinator, now=now
    )
    set_responsibility(
        pairing=pairing, area="medicine", party=workspace.organisations["fujian"],
        share="accountable", valid_from=date(2020, 2, 10), actor=coordinator, now=now,
    )  # fmt: skip
    begun = start_return(of_round=scene.round, side="donor", actor=fujian, now=now)
    return {
        "agreement": agreement.pk,
        "hand_over": hand_over.pk,
        "return": begun.pk,
        "desk_scenario": variant.scenario_id,
        "desk_variant": variant.pk,
        "responsibilities": pairing.pk,
        "person": workspace.people["fujian"].pk,
        "list": scene.second.pk,
    }


READERS = {"agreement": "fujian", "return": "fujian", "person": "admin"}
KINDS = [
    *("agreement", "hand_over", "return", "desk_scenario", "desk_variant"),
    *("responsibilities", "person", "list"),
]


class TestHistory:
    def test_tells_every_kind_in_words_and_is_reached_from_its_page(self, sign_in, records):
        for kind in KINDS:
            pk = records[kind]
            address = f"/history/{kind}/{pk}/"
            for language in ("en", "zh"):
                reader = sign_in(READERS.get(kind, "office"), language)
                answer = reader.get(address)
                shown = text_of(answer).partition("<main")[2].partition("</main>")[0]
                page = "list_version" if kind == "list" else kind

                assert answer.status_code == 200, kind
                assert not RAW.search(re.sub(r'(href|id)="[^"]*"', "", shown)), kind
                assert "[history." not in shown, kind
                assert f'href="{address}"' in text_of(reader.get(reverse(page, args=[pk]))), kind

    def test_names_the_document_of_a_list(self, as_coordinator, records, scene):
        page = text_of(as_coordinator.get(f"/history/list/{records['list']}/"))

        assert scene.desk.document.title_en in page

    def test_is_not_there_for_who_may_not_read_the_record(
        self, as_huanggang, as_coordinator, records
    ):
        assert as_huanggang.get(f"/history/agreement/{records['agreement']}/").status_code == 404
        assert as_coordinator.get(f"/history/person/{records['person']}/").status_code == 404
        assert (
            as_huanggang.get(f"/history/desk_variant/{records['desk_variant']}/").status_code == 404
        )
