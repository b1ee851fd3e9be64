"""Logs of the pages: which page and how it ended, never which case."""

import logging


class WithoutAddress(logging.Filter):
    """Says the pattern of an address instead of the address, which holds references.

    For every handler: Django's own loggers write the address of what they refuse.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if request is not None:
            match = getattr(request, "resolver_match", None)
            record.msg = "answered %s on %s"
            record.args = (getattr(record, "status_code", "nothing"), "no page" if match is None else match.route)
        return True
