"""The addresses of imports."""

from django.urls import path

from tiebeam.interfaces.web.ledger_imports import checking, views

urlpatterns = [
    path("", views.list_all, name="ledger_imports"),
    path("form/", views.give_form, name="ledger_import_form"),
    path("new/", views.send, name="new_ledger_import"),
    path("sheets/<uuid:upload_id>/", views.look, name="ledger_import_sheet"),
    path("<uuid:import_id>/", checking.show, name="ledger_import"),
    path("<uuid:import_id>/post/", checking.post, name="post_ledger_import"),
    path("<uuid:import_id>/return/", checking.send_back, name="return_ledger_import"),
    path("<uuid:import_id>/withdraw/", checking.withdraw, name="withdraw_ledger_import"),
    path("<uuid:import_id>/stop/", checking.stop, name="stop_ledger_import"),
]
