"""The way to the form by which another unit is asked about a record, filled in."""

from urllib.parse import urlencode

from django.urls import reverse

from clew.domain.message import SubjectKind


def address_to_ask(kind: SubjectKind, name: str, member: str = "", unit: str = "") -> str:
    """The form with the record that it is about, and with the unit that is asked where one is said."""
    asked = {"kind": kind.value, "name": name} | ({"to": f"{member}/{unit}"} if member and unit else {})
    return f"{reverse('messages')}?{urlencode(asked)}#ask"
