"""Looks in words."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from clew.domain.look import Look

LOOKS: Mapping[Look, str | Promise] = {
    Look.DRAWING: gettext_lazy("Line drawing"),
    Look.FRAMES: gettext_lazy("Frames"),
    Look.LENS: gettext_lazy("Lens"),
    Look.CLEAR: gettext_lazy("Clear"),
    Look.SOUND: gettext_lazy("Sound curve"),
}
