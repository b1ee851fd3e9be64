"""The pages, as Django knows them: templates and words, no models."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "clew.web"
    label = "web"
    verbose_name = "Clew"

    def ready(self) -> None:
        """Have the door listen to who signs in and out."""
        from clew.web import sign_ins  # noqa: F401 (its receivers)
