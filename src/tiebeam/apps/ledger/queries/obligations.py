"""Read rules, rates and notices, what a notice would rest on today, and what a donor carries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from uuid import UUID, uuid5

from django.db.models import Q, Sum

from tiebeam.apps.ledger.models import Account, Batch
from tiebeam.apps.ledger.obligation_models import DonorRate, ObligationNotice, ObligationRule
from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.programmes.models import Participant, Programme
from tiebeam.apps.regions.models import Organisation, Statistic
from tiebeam.apps.regions.queries.statistics import list_statistics
from tiebeam.core.rules.base import Base
from tiebeam.core.rules.derivation import Derivation, derive_due
from tiebeam.core.rules.revision import Correction, Load, correct, load_of
from tiebeam.core.rules.rule import Document, OwnRate, Rule, base_year_of
from tiebeam.errors import InvalidInput, Refused, both_names
from tiebeam.interchange.rules.reading import get_rule
from tiebeam.units import question_magnitude

DUES = ("obligation", "due_up", "due_down")
ILLUSTRATIVE = "illustrative"
"""Why of a batch, where the due rests on an assumed figure: every export carries it."""


class RuleNotChosen(Refused):
    """The programme has no obligation rule yet."""

    code = "obligations.rule_not_chosen"


class NoPairing(Refused):
    """The donor has no pairing in that year, so nothing can be owed to anybody."""

    code = "obligations.no_pairing"


class DonorWithoutRegion(Refused):
    """The donor belongs to no region, so no statistic of a region is its base."""

    code = "obligations.donor_without_region"


class BaseMissing(Refused):
    """The directory has no figure of the base for that year."""

    code = "obligations.base_missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What the due of one donor for one year rests on, as it is known now."""

    rule: Rule
    choice: ObligationRule
    statistic: Statistic
    pairings: tuple[Pairing, ...]
    derivation: Derivation

    def question(self) -> None:
        """
        Do nothing, unless the figure lies a whole unit off those of the region's other years.

        Raises:
            InvalidInput: ``units.seems_too_large`` or ``units.seems_too_small``, which a
                person answers.
        """
        statistic = self.statistic
        others = Statistic.objects.filter(
            region_id=statistic.region_id, indicator=statistic.indicator
        ).exclude(year=statistic.year)
        fault = question_magnitude(
            int(base_of(statistic).fen), [int(base_of(row).fen) for row in others]
        )
        if fault is not None:
            raise InvalidInput([fault])


@dataclass(frozen=True, slots=True, kw_only=True)
class DonorYear:
    """One donor of a programme in one year: what stands, what is drafted, and whether the base moved since."""

    donor: Organisation
    issued: ObligationNotice | None
    draft: ObligationNotice | None
    newer: Statistic | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadLine:
    """
    What a donor owes in one programme for a year.

    Attributes:
        why: Why no notice stands: "no_rule" and "no_notice" leave the amount unknown,
            "outside_term" means that nothing is owed; empty where one stands.
    """

    programme: Programme
    notice: ObligationNotice | None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DonorLoad:
    """What a donor owes for a year in every programme that may be read, beside its revenue where that is known."""

    lines: tuple[LoadLine, ...]
    revenue: Statistic | None
    load: Load

    @property
    def is_illustrative(self) -> bool:
        """Tell whether any amount only illustrates."""
        revenue = self.revenue
        return any(line.notice and line.notice.is_illustrative for line in self.lines) or (
            revenue is not None and revenue.reliability == "assumption"
        )


def find_choice(programme_id: UUID) -> ObligationRule | None:
    """Return which rule a programme has chosen, or None."""
    found: ObligationRule | None = ObligationRule.objects.filter(programme_id=programme_id).first()
    return found


def rule_of(choice: ObligationRule) -> Rule:
    """Return the rule that was chosen."""
    return get_rule(choice.rule_id, choice.rule_version)


def list_donor_rates(programme_id: UUID) -> list[DonorRate]:
    """Return the donors' own rates in a programme, by donor, the newest first."""
    rows = DonorRate.objects.filter(programme_id=programme_id).select_related("donor")
    return list(rows.order_by("donor__name_en", "donor_id", "-from_year"))


def are_illustrative(pairing_ids: Iterable[UUID]) -> bool:
    """Return whether what is due between any of these pairs rests on an assumed figure."""
    found: bool = Batch.objects.filter(
        pairing_id__in=list(pairing_ids), kind__in=DUES, reason_code=ILLUSTRATIVE
    ).exists()
    return found


def find_notice(
    programme_id: UUID, donor_id: UUID, year: int, state: str = "issued"
) -> ObligationNotice | None:
    """Return the notice that stands for a donor and year, or the draft, or None."""
    found: ObligationNotice | None = ObligationNotice.objects.filter(
        programme_id=programme_id, donor_id=donor_id, year=year, state=state
    ).first()
    return found


def list_donors(programme_id: UUID) -> list[Organisation]:
    """Return who takes part in a programme as a donor, or has a pairing in it."""
    ids = {
        *Participant.objects.filter(programme_id=programme_id, side="donor").values_list(
            "organisation_id", flat=True
        ),
        *Pairing.objects.filter(programme_id=programme_id, parent=None).values_list(
            "donor_id", flat=True
        ),
    }
    return list(Organisation.objects.filter(pk__in=ids).order_by("name_en", "pk"))


def get_notice(notice_id: UUID) -> ObligationNotice:
    """
    Return one notice.

    Raises:
        ObligationNotice.DoesNotExist: There is none, or it may not be read.
    """
    rows = ObligationNotice.objects.select_related("programme", "donor", "base", "supersedes")
    found: ObligationNotice = rows.get(pk=notice_id)
    return found


def derivation_of(notice: ObligationNotice) -> Derivation:
    """Return the derivation that a notice keeps."""
    return Derivation.of_plain(notice.derivation)


def correction_of(notice: ObligationNotice) -> Correction | None:
    """Return what a notice changes of the one that it supersedes; None for a first one."""
    earlier = notice.supersedes
    return correct(derivation_of(earlier), derivation_of(notice)) if earlier else None


def batch_id_of(notice_id: UUID, pairing_key: str) -> UUID:
    """Return the id of the batch that a notice posts for one pairing."""
    return uuid5(notice_id, pairing_key)


def list_batches_of(notice: ObligationNotice) -> list[Batch]:
    """Return what an issued notice posted, one batch for each pairing that it moved."""
    correction = correction_of(notice)
    keys = notice.derivation["shares"] if correction is None else correction.by_pairing
    ids = [batch_id_of(notice.pk, key) for key in keys]
    return list(Batch.objects.filter(pk__in=ids).order_by("pk"))


def list_usable_credits(notice: ObligationNotice) -> dict[str, int]:
    """Return pairing → how much credit of earlier years the open due of a standing notice can take now (§L6)."""
    usable = {}
    for key in notice.derivation["shares"] if notice.state == "issued" else ():
        rows = Account.objects.filter(book__pairing_id=key, book__side="donor")
        credit, used, due = (
            rows.filter(**of).aggregate(sum=Sum("balance"))["sum"] or 0
            for of in (
                {"code": "B108"},
                {"code": "B155"},
                {"code": "B110", "year": notice.year},
            )
        )
        if min(credit - used, due) > 0:
            usable[key] = int(min(credit - used, due))
    return usable


def list_versions(notice: ObligationNotice) -> list[ObligationNotice]:
    """Return every version of the notice for its donor and year that may be read, the newest first."""
    rows = ObligationNotice.objects.filter(
        programme_id=notice.programme_id, donor_id=notice.donor_id, year=notice.year
    )
    return list(rows.order_by("-version"))


def list_pairings_in(programme_id: UUID, year: int, donor_id: UUID | None = None) -> list[Pairing]:
    """Return the pairings of the lists that were in force on some day of *year*, by donor and recipient."""
    rows = Pairing.objects.filter(
        Q(valid_until=None) | Q(valid_until__gt=date(year, 1, 1)),
        programme_id=programme_id,
        parent=None,
        valid_from__lte=date(year, 12, 31),
    ).select_related("donor__region", "recipient")
    if donor_id is not None:
        rows = rows.filter(donor_id=donor_id)
    return list(rows.order_by("donor__name_en", "recipient__name_en", "pk"))


def list_donor_years(programme_id: UUID, year: int) -> list[DonorYear]:
    """Return each donor that has a pairing or a notice in *year*, by name, with what stands."""
    pairings = list_pairings_in(programme_id, year)
    rows = ObligationNotice.objects.filter(
        programme_id=programme_id, year=year, state__in=["draft", "issued"]
    ).select_related("donor__region", "base")
    notices = {(row.donor_id, row.state): row for row in rows}
    donors = {row.donor_id: row.donor for row in [*pairings, *notices.values()]}
    newer = _find_newer(row for row in notices.values())
    return [
        DonorYear(
            donor=donor,
            issued=(issued := notices.get((pk, "issued"))),
            draft=(draft := notices.get((pk, "draft"))),
            newer=newer.get(shown.pk) if (shown := draft or issued) else None,
        )
        for pk, donor in sorted(donors.items(), key=lambda item: (item[1].name_en, str(item[0])))
    ]


def list_noticed_years(programme_id: UUID) -> list[int]:
    """Return the years for which a programme has notices that may be read, the newest first."""
    rows = ObligationNotice.objects.filter(programme_id=programme_id).exclude(state="discarded")
    return list(rows.order_by("-year").values_list("year", flat=True).distinct())


def list_pairings_of(notice: ObligationNotice) -> dict[str, Pairing]:
    """Return the pairings to which a notice shares out, under the keys of its derivation."""
    rows = Pairing.objects.filter(pk__in=notice.derivation["shares"]).select_related("recipient")
    return {str(row.pk): row for row in rows}


def find_newer_base(notice: ObligationNotice) -> Statistic | None:
    """Return the figure that has replaced the base of a notice since, if one has."""
    return _find_newer([notice]).get(notice.pk)


def find_earlier_shares(
    programme_id: UUID, donor_id: UUID, year: int, pairings: Iterable[Pairing]
) -> dict[str, int] | None:
    """
    Return pairing → part of its area in the standing due of the year before; None without a notice.

    An area is a recipient of this donor, also where a later list paired the two anew.
    """
    notice = ObligationNotice.objects.filter(
        programme_id=programme_id, donor_id=donor_id, year=year - 1, state="issued"
    ).first()
    if notice is None:
        return None
    shares: dict[str, int] = notice.derivation["shares"]
    area = dict(Pairing.objects.filter(pk__in=shares).values_list("pk", "recipient_id"))
    had: dict[UUID, int] = {}
    for pairing_id, amount in shares.items():
        recipient = area.get(UUID(pairing_id))
        if recipient is not None:
            had[recipient] = had.get(recipient, 0) + amount
    return {str(row.pk): had[row.recipient_id] for row in pairings if row.recipient_id in had}


def find_grounds(
    programme: Programme,
    donor: Organisation,
    year: int,
    weights: dict[str, int] | None = None,
) -> Grounds:
    """
    Return what a donor owes for a year by what is known now, and what that rests on.

    Args:
        programme, donor, year: Whose due, and when.
        weights: Id of the pairing → weight; without them those of the newest notice of the
            donor for the same pairings, else all alike.

    Raises:
        RuleNotChosen, NoPairing, DonorWithoutRegion, BaseMissing: Something has to be
            entered first.
        Refused, InvalidInput: As :func:`tiebeam.core.rules.derivation.derive_due`.
    """
    choice = find_choice(programme.pk)
    if choice is None:
        raise RuleNotChosen(programme=both_names(programme))
    rule = rule_of(choice)
    base_year = base_year_of(rule, year, choice.base_offset)
    pairings = list_pairings_in(programme.pk, year, donor.pk)
    if not pairings:
        raise NoPairing(donor=both_names(donor), year=year)
    statistic = _find_base(donor, choice.indicator, base_year)
    keys = [str(row.pk) for row in pairings]
    derivation = derive_due(
        rule,
        year,
        base_of(statistic),
        weights=weights or _usual_weights(programme.pk, donor.pk, keys),
        own_rate=find_own_rate(programme.pk, donor.pk, year),
        entered_offset=choice.base_offset,
        earlier=find_earlier_shares(programme.pk, donor.pk, year, pairings),
    )
    return Grounds(
        rule=rule,
        choice=choice,
        statistic=statistic,
        pairings=tuple(pairings),
        derivation=derivation,
    )


def base_of(statistic: Statistic) -> Base:
    """Return a figure of the directory as the base of a due."""
    return Base(
        statistic=statistic.indicator,
        year=statistic.year,
        quantity=statistic.quantity.normalize(),
        unit=statistic.unit,
        vintage=statistic.vintage.isoformat(),
        source=statistic.source,
        reliability=statistic.reliability,
    )


def find_own_rate(programme_id: UUID, donor_id: UUID, year: int) -> OwnRate | None:
    """Return the rate that a donor was given for *year*, or None."""
    rows = DonorRate.objects.filter(
        programme_id=programme_id, donor_id=donor_id, from_year__lte=year
    )
    row = rows.order_by("-from_year").first()
    return row and own_rate_of(row)


def own_rate_of(row: DonorRate) -> OwnRate:
    """Return a recorded rate as the rules take it."""
    return OwnRate(
        rate=Fraction(row.numerator, row.denominator),
        document=Document(
            title={"en": row.document_title, "zh": row.document_title},
            number=row.document_number,
            article=row.article,
            page=row.document_page,
        ),
        is_assumption=row.is_assumption,
    )


def load_of_donor(donor: Organisation, year: int) -> DonorLoad:
    """Return what *donor* owes for *year* in every programme that may be read, beside its revenue (§P10)."""
    on_the_way = Pairing.objects.filter(
        Q(valid_until=None) | Q(valid_until__gt=date(year, 1, 1)),
        donor=donor,
        parent=None,
        valid_from__lte=date(year, 12, 31),
    )
    notices = {
        row.programme_id: row
        for row in ObligationNotice.objects.filter(
            donor=donor, year=year, state="issued"
        ).select_related("base")
    }
    ids = {*on_the_way.values_list("programme_id", flat=True), *notices}
    programmes = Programme.objects.filter(pk__in=ids).order_by("name_en", "pk")
    rules = {
        row.programme_id: rule_of(row)
        for row in ObligationRule.objects.filter(programme_id__in=ids)
    }
    lines = tuple(
        LoadLine(
            programme=each,
            notice=(notice := notices.get(each.pk)),
            why="" if notice else _why_none(rules.get(each.pk), year),
        )
        for each in programmes
    )
    revenue = _find_revenue(donor, ids, year)
    dues = {
        str(line.programme.pk): None if line.notice is None else line.notice.amount
        for line in lines
        if line.why != "outside_term"
    }
    return DonorLoad(
        lines=lines,
        revenue=revenue,
        load=load_of(dues, base_of(revenue).fen if revenue else None),
    )


def _why_none(rule: Rule | None, year: int) -> str:
    if rule is None:
        return "no_rule"
    return "no_notice" if rule.holds_in(year) else "outside_term"


def _find_revenue(donor: Organisation, programme_ids: set[UUID], year: int) -> Statistic | None:
    """Return the newest year's figure, up to *year*, of what the rules of the programmes take for the base."""
    if donor.region_id is None:
        return None
    indicators = set(
        ObligationRule.objects.filter(programme_id__in=programme_ids).values_list(
            "indicator", flat=True
        )
    )
    known = [
        row
        for row in list_statistics([donor.region_id])
        if row.indicator in indicators and row.year <= year
    ]
    return max(known, key=lambda row: row.year, default=None)


def _find_base(donor: Organisation, indicator: str, year: int) -> Statistic:
    if donor.region_id is None:
        raise DonorWithoutRegion(donor=both_names(donor))
    for statistic in list_statistics([donor.region_id], indicator=indicator, year=year):
        return statistic
    raise BaseMissing(donor=both_names(donor), indicator=indicator, year=year)


def _usual_weights(programme_id: UUID, donor_id: UUID, keys: list[str]) -> dict[str, int]:
    """Return the weights of the donor's newest notice where it shared out to the same pairings, else 1 each."""
    newest = (
        ObligationNotice.objects.filter(programme_id=programme_id, donor_id=donor_id)
        .exclude(state="discarded")
        .order_by("-year", "-version")
        .first()
    )
    step = newest and derivation_of(newest).step("obligations.step.shares")
    if step and set(step.facts["weights"]) == set(keys):
        return {key: int(step.facts["weights"][key]) for key in keys}
    return dict.fromkeys(keys, 1)


def _find_newer(notices: Iterable[ObligationNotice]) -> dict[UUID, Statistic]:
    """Return notice → the figure that counts today, where it is not the one that the notice rests on."""
    rows = list(notices)
    regions = {row.base.region_id for row in rows}
    newest = {
        (found.region_id, found.indicator, found.year): found
        for found in (list_statistics(regions) if regions else [])
    }
    counting = {
        row.pk: newest.get((row.base.region_id, row.base.indicator, row.base.year)) for row in rows
    }
    return {
        row.pk: found
        for row in rows
        if (found := counting[row.pk]) is not None and found.pk != row.base_id
    }
