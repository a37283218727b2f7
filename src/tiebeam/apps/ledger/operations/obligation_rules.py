"""Choose the rule that obliges the donors of a programme, and enter a donor's own rate."""

from datetime import datetime

from tiebeam.apps.ledger.obligation_models import DonorRate, ObligationRule
from tiebeam.apps.ledger.queries.obligations import (
    RuleNotChosen,
    find_choice,
    own_rate_of,
    rule_of,
)
from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.programmes.models import Participant, Programme
from tiebeam.apps.programmes.operations.rights import (
    STEERING,
    list_length_faults,
    own_programme,
    refuse_faults,
    refuse_without_reason,
)
from tiebeam.apps.regions.models import Organisation
from tiebeam.core.rules.rule import choose_rate, parse_rate
from tiebeam.errors import Fault, Refused, both_names
from tiebeam.interchange.rules.reading import list_rules
from tiebeam.platform.audit.writing import record_change, state_of
from tiebeam.platform.permissions.operations import operation
from tiebeam.platform.tenancy.acting import Actor


class RuleUnknown(Refused):
    """No rule of this name and version is shipped."""

    code = "obligations.rule_unknown"


class PartKnown(Refused):
    """The rule itself says which year's figure it takes."""

    code = "obligations.part_known"


class EnteredWithoutReason(Refused):
    """What no source says is entered with the document that says it, or as an assumption."""

    code = "obligations.entered_without_reason"


class NotADonor(Refused):
    """The organisation does not take part in the programme as a donor."""

    code = "obligations.not_a_donor"


@operation("ledger.choose_rule", roles=STEERING)
def choose_rule(
    *,
    programme: Programme,
    rule_id: str,
    rule_version: int,
    indicator: str,
    actor: Actor,
    now: datetime,
    base_offset: int | None = None,
    entered_because: str = "",
    reason: str = "",
) -> ObligationRule:
    """
    Choose the rule by which the donors of a programme owe; notices that were issued stay as they are.

    Args:
        programme: Whose donors.
        rule_id, rule_version: Which rule.
        indicator: What the directory calls the statistic that the rule takes.
        base_offset: Years from that of the due to that of the figure, where the rule does
            not know it: -1 is the year before.
        entered_because: The document that says so, or that it is assumed.
        reason: Why, where another choice stood.

    Raises:
        RuleUnknown: There is no such rule.
        InvalidInput: The statistic is not named, or the year lies out of reach.
        PartKnown: The rule knows the year by itself.
        EnteredWithoutReason: Nothing says where the year comes from.
        ReasonMissing: Another choice stood, and no reason is given.
    """
    programme = own_programme(programme, actor=actor, name="ledger.choose_rule")
    rule = next((r for r in list_rules() if (r.id, r.version) == (rule_id, rule_version)), None)
    if rule is None:
        raise RuleUnknown(rule=rule_id, version=rule_version)
    if base_offset is not None and rule.base_offset is not None:
        raise PartKnown(rule=dict(rule.title))
    if base_offset is not None and not entered_because.strip():
        raise EnteredWithoutReason
    standing = find_choice(programme.pk)
    if standing is not None:
        refuse_without_reason(reason)
    choice = standing or ObligationRule(
        tenant_id=actor.organisation_id, scope_id=programme.scope_id, programme=programme
    )
    before = state_of(standing) if standing else None
    choice.rule_id, choice.rule_version = rule_id, rule_version
    choice.indicator = indicator.strip()
    choice.base_offset, choice.entered_because = base_offset, entered_because.strip()
    choice.chosen_at = now
    refuse_faults(_list_choice_faults(choice))
    choice.save()
    record_change(
        actor=actor,
        now=now,
        action="ledger.choose_rule",
        record=choice,
        before=before,
        reason=reason,
    )
    return choice


@operation("ledger.set_donor_rate", roles=STEERING)
def set_donor_rate(
    *,
    programme: Programme,
    donor: Organisation,
    rate: str,
    from_year: int,
    actor: Actor,
    now: datetime,
    document_title: str = "",
    document_number: str = "",
    document_page: str = "",
    article: str = "",
    is_assumption: bool = False,
    reason: str = "",
) -> DonorRate:
    """
    Enter the rate that a donor was given, from a year on, with the document that gives it.

    Args:
        programme, donor: Whose rate.
        rate: "0.45%", "45/10000" or "0.0045".
        from_year: The first fiscal year in which it holds.
        document_title, document_number, document_page, article: Where it is read; a
            number or a page is a must.
        is_assumption: Whether no document says so: every amount is illustrative then.
        reason: Why, where a rate for this year stood.

    Raises:
        RuleNotChosen: The programme has no rule yet.
        InvalidInput: The rate is none, or a text is too long.
        NotADonor: The organisation is no donor of the programme.
        RateOutside, DocumentMissing: As the rule demands (§P3).
        ReasonMissing: A rate for this year stood, and no reason is given.
    """
    programme = own_programme(programme, actor=actor, name="ledger.set_donor_rate")
    choice = find_choice(programme.pk)
    if choice is None:
        raise RuleNotChosen(programme=both_names(programme))
    _refuse_stranger(programme, donor)
    share = parse_rate(rate)
    standing = DonorRate.objects.filter(
        programme=programme, donor=donor, from_year=from_year
    ).first()
    if standing is not None:
        refuse_without_reason(reason)
    row = standing or DonorRate(
        tenant_id=actor.organisation_id,
        scope_id=programme.scope_id,
        programme=programme,
        donor=donor,
        from_year=from_year,
    )
    before = state_of(standing) if standing else None
    row.numerator, row.denominator = share.numerator, share.denominator
    row.document_title, row.article = document_title.strip(), article.strip()
    row.document_number, row.document_page = document_number.strip(), document_page.strip()
    row.is_assumption = is_assumption
    texts = ("document_title", "document_number", "document_page", "article")
    refuse_faults([*list_length_faults("rate", row, *texts), *_list_year_faults(from_year)])
    choose_rate(rule_of(choice), own_rate_of(row))
    row.save()
    record_change(
        actor=actor,
        now=now,
        action="ledger.set_donor_rate",
        record=row,
        before=before,
        reason=reason,
        parties=[donor.pk],
    )
    return row


def _refuse_stranger(programme: Programme, donor: Organisation) -> None:
    """Raise unless *donor* takes part in the programme as one, or has a pairing in it."""
    takes_part = Participant.objects.filter(
        programme=programme, organisation=donor, side="donor"
    ).exists()
    if not takes_part and not Pairing.objects.filter(programme=programme, donor=donor).exists():
        raise NotADonor(donor=both_names(donor))


def _list_choice_faults(choice: ObligationRule) -> list[Fault]:
    faults = list_length_faults("rule", choice, "indicator", "entered_because")
    if not choice.indicator:
        faults.append(Fault(code="obligations.indicator_missing", place="rule", column="indicator"))
    if choice.base_offset is not None and not -9 <= choice.base_offset <= 0:
        faults.append(
            Fault(
                code="obligations.offset_out_of_reach",
                place="rule",
                column="base_offset",
                value=str(choice.base_offset),
            )
        )
    return faults


def _list_year_faults(year: int) -> list[Fault]:
    if 1900 <= year <= 2999:
        return []
    return [
        Fault(code="obligations.year_not_valid", place="rate", column="from_year", value=str(year))
    ]
