"""Words of categories on the pages."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy

from clew.domain.category import Standing
from clew.web.words import Words

STANDINGS: Mapping[Standing, Words] = {
    Standing.NONE: gettext_lazy("○ nobody has said anything"),
    Standing.INDICATIVE: gettext_lazy("◐ indicative"),
    Standing.TRUSTED: gettext_lazy("● trusted"),
    Standing.DISPUTED: gettext_lazy("△ disputed"),
    Standing.REVIEWED: gettext_lazy("◆ reviewed"),
}
"""Sign and word together: never a sign alone."""
