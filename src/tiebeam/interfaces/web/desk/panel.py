"""The panel of one couple: what holds between it, why, its lock, and what was asked about it."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from django.urls import reverse

from tiebeam.apps.pairings.models import Variant
from tiebeam.apps.pairings.queries.desk import find_lock
from tiebeam.core.explain.reasons import PairReason
from tiebeam.interfaces.jobs.solving import (
    EXPLAIN,
    WHAT_IF,
    find_pair_reasons,
    read_reason,
)
from tiebeam.interfaces.report.phrases import pair_title
from tiebeam.interfaces.report.sentences import certainty_word, pair_sentence
from tiebeam.interfaces.web.desk.answers import Answer, read_answer
from tiebeam.interfaces.web.desk.finding import may_act
from tiebeam.interfaces.web.desk.forms import LockForm
from tiebeam.interfaces.web.desk.plan_view import Ground
from tiebeam.interfaces.web.desk.remembered import remember
from tiebeam.interfaces.web.desk.tables import pair_query
from tiebeam.interfaces.web.seated import actor_of
from tiebeam.platform.tasks.queries import find_run, list_latest_runs


def cell_panel(request: HttpRequest, variant: Variant, ground: Ground) -> dict[str, Any]:
    """Return what the panel of the couple named in the address shows."""
    donor, recipient = read_pair(request, ground)
    voice, plan = ground.voice, ground.plan
    is_open = plan is not None and any(
        (pair.donor, pair.recipient) == (donor, recipient) for pair in plan.pairs
    )
    acts = may_act(actor_of(request), variant.scenario.round.programme)
    reason = _find_reason(variant, ground, donor, recipient)
    lock_form = LockForm(request, initial={"donor": donor, "recipient": recipient})
    return {
        "variant": variant,
        "donor": donor,
        "recipient": recipient,
        "donor_name": voice.donor(donor),
        "recipient_name": voice.recipient(recipient),
        "is_open": is_open,
        "state": pair_title(ground.outcome, voice, (donor, recipient))
        if ground.outcome and is_open
        else "",
        "lock": find_lock(variant, donor, recipient),
        "reason": pair_sentence(reason, voice) if reason else "",
        "certainty": certainty_word(reason, voice) if reason else "",
        "question": "forbid" if is_open else "require",
        "may_act": acts,
        "has_plan": plan is not None,
        "is_stale": ground.is_stale,
        "form": lock_form,
        "answers": list_answers(request, variant, ground, donor, recipient),
        "again": again_address(variant, donor, recipient),
    }


def read_pair(request: HttpRequest, ground: Ground) -> tuple[str, str]:
    """Return the donor and the recipient named in the address; a page of its own says where there are none."""
    donor, recipient = request.GET.get("donor", ""), request.GET.get("recipient", "")
    known = donor in {party.id for party in ground.scenario.donors} and recipient in {
        party.id for party in ground.scenario.recipients
    }
    if not known:
        raise Http404
    return donor, recipient


def _find_reason(variant: Variant, ground: Ground, donor: str, recipient: str) -> PairReason | None:
    """Return the proven interval of a pair: as kept with the search, else worked out for all pairs at once."""
    plan = ground.plan
    if plan is None or ground.is_stale:
        # Why a pair stands under other rules says nothing of these.
        return None

    def find() -> dict[tuple[str, str], PairReason]:
        run = None if variant.run_id is None else find_run(variant.run_id)
        found = (run and run.result) or {}
        values = (
            found["reasons"]
            if found.get("plan_sha256") == variant.plan_sha256
            else find_pair_reasons(ground.scenario, plan)
        )
        reasons = map(read_reason, values)
        return {(reason.donor, reason.recipient): reason for reason in reasons}

    key = ("reasons", variant.input_sha256, variant.plan_sha256)
    return remember(key, find).get((donor, recipient))


def list_answers(
    request: HttpRequest, variant: Variant, ground: Ground, donor: str, recipient: str
) -> list[Answer]:
    """Return the latest exact answer and the latest what-if on a couple, as far as they were asked for."""
    pair = {"donor": donor, "recipient": recipient}
    chosen: dict[str, UUID] = {}
    for run in list_latest_runs(variant.pk):
        changes = run.arguments.get("changes", [])
        is_ours = run.kind == EXPLAIN and pair.items() <= run.arguments.items()
        is_what_if = (
            run.kind == WHAT_IF and len(changes) == 1 and pair.items() <= changes[0].items()
        )
        if is_ours or is_what_if:
            chosen.setdefault(run.kind, run.pk)
    found = map(find_run, chosen.values())
    return [read_answer(request, run, variant, ground) for run in found if run is not None]


def again_address(variant: Variant, donor: str, recipient: str) -> str:
    """Return where the answers about a couple are asked for again."""
    return f"{reverse('desk_answers', args=[variant.pk])}?{pair_query(donor, recipient)}"
