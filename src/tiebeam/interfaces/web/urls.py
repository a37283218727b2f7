"""The addresses of the pages."""

from django.urls import path

from tiebeam.interfaces.web.home import views as home

urlpatterns = [path("", home.show_home, name="home")]
