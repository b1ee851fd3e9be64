"""The pages, as Django knows them: templates and words, no models."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "clew.web"
    label = "web"
    verbose_name = "Clew"
