"""The addresses of the sheets."""

from django.urls import path

from tiebeam.interfaces.web.workbooks import views

urlpatterns = [
    path("", views.list_kinds, name="workbooks"),
    path("uploads/<uuid:upload_id>/", views.show_upload, name="workbook_upload"),
    path("uploads/<uuid:upload_id>/drop/", views.drop, name="drop_workbook_upload"),
    path("runs/<uuid:run_id>/", views.show_run, name="workbook_run"),
    path("runs/<uuid:run_id>/stop/", views.stop, name="stop_workbook_run"),
    path("<slug:name>/", views.upload, name="workbook"),
    path("<slug:name>/download/", views.download, name="download_workbook"),
]
