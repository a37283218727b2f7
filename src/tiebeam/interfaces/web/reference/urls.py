"""The address of the reference of the programming interface."""

from django.urls import path

from tiebeam.interfaces.web.reference import views

urlpatterns = [path("api/v1/docs", views.show_reference, name="api_reference")]
