"""The pages, as Django knows them: templates and words, no models.

What listens to who signs in and out comes with `sign_ins.guard`, which stands before every page: commands do without.
"""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "clew.web"
    label = "web"
    verbose_name = "Clew"
