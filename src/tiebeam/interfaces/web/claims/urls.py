"""The addresses of what stands beside the books."""

from django.urls import path

import tiebeam.interfaces.web.claims.home  # noqa: F401  # brings its lines to the first page
from tiebeam.interfaces.web.claims import gifts, reimbursements, schedule

urlpatterns = [
    path("forecast/", schedule.show_forecast, name="forecast"),
    path("pairs/<uuid:pairing_id>/schedule/", schedule.show_schedule, name="schedule"),
    path("pairs/<uuid:pairing_id>/schedule/plan/", schedule.plan, name="plan_tranche"),
    path("tranches/<uuid:tranche_id>/", schedule.show_tranche, name="tranche"),
    path("tranches/<uuid:tranche_id>/change/", schedule.change, name="change_tranche"),
    path("tranches/<uuid:tranche_id>/drop/", schedule.drop, name="drop_tranche"),
    path("pairs/<uuid:pairing_id>/gifts/", gifts.show_registers, name="gifts"),
    path("pairs/<uuid:pairing_id>/gifts/enter/", gifts.enter, name="enter_gift"),
    path("gifts/<uuid:gift_id>/correct/", gifts.correct, name="correct_gift"),
    path("gifts/<uuid:gift_id>/strike/", gifts.strike, name="strike_gift"),
    path("pairs/<uuid:pairing_id>/reimbursements/", reimbursements.show_all, name="reimbursements"),
    path(
        "pairs/<uuid:pairing_id>/reimbursements/request/",
        reimbursements.request_one,
        name="request_reimbursement",
    ),
    path("reimbursements/<uuid:claim_id>/", reimbursements.show_one, name="reimbursement"),
    path("reimbursements/<uuid:claim_id>/check/", reimbursements.check, name="check_reimbursement"),
    path("reimbursements/<uuid:claim_id>/pay/", reimbursements.pay, name="pay_reimbursement"),
    path(
        "reimbursements/<uuid:claim_id>/refuse/",
        reimbursements.refuse,
        name="refuse_reimbursement",
    ),
    path("vouchers/<uuid:voucher_id>/correct/", reimbursements.correct_one, name="correct_voucher"),
]
