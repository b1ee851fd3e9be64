"""Ways from a medium to the pages on which something is said of it, asked, or cut out of it: each has a key."""

from collections.abc import Mapping

from django.urls import reverse
from django.utils.http import urlencode


def of_medium(digest: str, medium: object, owner: str = "") -> Mapping[str, str]:
    """By act of the keys the address; `owner` is who is asked first, for whoever has the same or owns it."""
    ask = {"about": "medium", "name": digest, "country": owner}
    return {
        "victim": f"{reverse('links-of', args=[digest])}?link=victim#link",
        "clue": f"{reverse('medium-clues', args=[digest])}#add",
        "find": f"{reverse('objects')}?{urlencode({'medium': digest})}#cut",
        "links": reverse("links-of", args=[digest]),
        "map": f"{reverse('map')}?{urlencode({'medium': medium})}",
        "ask": f"{reverse('questions')}?{urlencode(ask)}#ask",
    }
